//! Messages between page and engine.

use std::cell::RefCell;
use std::rc::Rc;

use js_sys::{Array, Object, Reflect, Uint8Array};
use mcs_engine::Shell;
use mcs_view::protocol::{
    self, ConnectionId, ConnectionsRequest, FirmwareRequest, Frame, FrameRequest, LinkState, News,
    Profile, Request, Setting, Start, View,
};
use wasm_bindgen::JsValue;
use wasm_bindgen_test::wasm_bindgen_test;
use web_sys::File;

use crate::job::turn;

/// The page's side of the worker.
pub(crate) struct Page {
    pub(crate) shell: Rc<Shell>,
    frames: Rc<RefCell<Vec<Frame>>>,
}

impl Page {
    pub(crate) async fn new() -> Self {
        let page = Self::without_the_rest();
        page.shell.complete().await.unwrap();
        page
    }

    /// The engine as it is before the rest of it is here.
    fn without_the_rest() -> Self {
        let frames: Rc<RefCell<Vec<Frame>>> = Rc::default();
        let posted = frames.clone();
        let shell = Shell::new(Box::new(move |message: &JsValue, transfer: &Array| {
            let bytes = Reflect::get(message, &"bytes".into()).unwrap();
            assert_eq!(transfer.get(0), bytes);
            let bytes = Uint8Array::new(&bytes).to_vec();
            posted.borrow_mut().push(protocol::decode(&bytes).unwrap());
        }));
        Self { shell, frames }
    }

    pub(crate) fn send(&self, request: &Request, file: Option<&File>) {
        let message = Object::new();
        let bytes = Uint8Array::from(protocol::encode(request).as_slice()).buffer();
        Reflect::set(&message, &"bytes".into(), &bytes).unwrap();
        if let Some(file) = file {
            Reflect::set(&message, &"file".into(), file).unwrap();
        }
        self.shell.receive(&message);
    }

    pub(crate) fn frame(&self) -> Frame {
        let charts = Vec::new();
        self.ask(FrameRequest { view: View::Devices, fresh: true, charts })
    }

    pub(crate) fn ask(&self, request: FrameRequest) -> Frame {
        self.send(&Request::Frame(request), None);
        self.frames.borrow_mut().pop().unwrap()
    }

    pub(crate) async fn until(&self, done: impl Fn(&Frame) -> bool) -> Frame {
        for _ in 0..2000 {
            let frame = self.frame();
            if done(&frame) {
                return frame;
            }
            turn().await;
        }
        panic!("the console did not get there");
    }
}

pub(crate) fn start() -> Request {
    Request::Start(Start { origin: "http://127.0.0.1:9".to_owned(), mqtt_url: None, seed: 1 })
}

#[wasm_bindgen_test]
async fn every_frame_request_is_answered_at_once() {
    let page = Page::new().await;
    assert_eq!(page.frame().setting, Some(Setting::Probing));
    assert!(page.frame().stats.is_some());
}

#[wasm_bindgen_test]
async fn without_a_server_the_console_is_a_static_site() {
    let page = Page::new().await;
    page.send(&start(), None);
    // The test's own web server answers 404 to /api/session.
    page.until(|it| it.setting == Some(Setting::Static)).await;
}

#[wasm_bindgen_test]
async fn what_needs_the_rest_waits_for_it_and_frames_do_not() {
    let page = Page::without_the_rest();
    let file = File::new_with_u8_array_sequence(&Array::new(), "a.bin").unwrap();
    page.send(&Request::Firmware(FirmwareRequest::Choose), Some(&file));
    assert_eq!(page.frame().notices, Some(Vec::new()));
    page.shell.complete().await.unwrap();
    assert_eq!(page.frame().notices.map(|it| it.len()), Some(1));
}

#[wasm_bindgen_test]
async fn a_broker_that_is_not_there_is_tried_again() {
    let page = Page::new().await;
    page.send(&start(), None);
    page.until(|it| it.setting == Some(Setting::Static)).await;
    let id = ConnectionId(1);
    for host in ["127.0.0.1", "not a host"] {
        let profile = Profile { host: host.to_owned(), port: 9, ..Profile::default() };
        let (profile, password) = (Box::new(profile), None);
        let put = ConnectionsRequest::Put { id: Some(id), profile, password, connect: true };
        page.send(&Request::Connections(put), None);
        let state = |frame: &Frame| frame.link.as_ref().map(|it| it.state.clone());
        page.until(|it| matches!(state(it), Some(LinkState::Waiting { .. }))).await;
    }
    page.send(&Request::Connections(ConnectionsRequest::Disconnect(id)), None);
    let link = page.frame().link.unwrap();
    assert_eq!((link.broker.as_str(), link.state), ("not a host:9", LinkState::Idle));
}

#[wasm_bindgen_test]
async fn what_is_no_message_is_answered_with_a_frame_of_this_version() {
    let page = Page::new().await;
    page.shell.receive(&JsValue::from_str("hello"));
    assert_eq!(page.frames.borrow().as_slice(), [Frame::default()]);
}

#[wasm_bindgen_test]
async fn a_file_needs_somebody_who_is_signed_in() {
    let page = Page::new().await;
    let parts = Array::of1(&Uint8Array::from(&b"abc"[..]));
    let file = File::new_with_u8_array_sequence(&parts, "a.bin").unwrap();
    page.send(&Request::Firmware(FirmwareRequest::Choose), Some(&file));
    let notices = page.frame().notices.unwrap();
    assert_eq!(notices[0].news, News::FirmwareNeedsServer);
}
