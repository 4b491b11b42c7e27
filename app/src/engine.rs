//! The engine's worker, from the page's side.
//!
//! Requests wait until the worker says that it takes them: before that they would be lost. While
//! the page is visible, each animation frame asks for the next frame, with never more than one
//! question open; where no chart moves it asks at a calmer pace. A hidden page asks nothing, unless
//! it is at work: a file that is written goes on, a frame for each of its requests.

use std::cell::{Cell, RefCell};
use std::rc::Rc;
use std::time::Duration;

use js_sys::{Array, ArrayBuffer, Object, Reflect, Uint8Array};
use leptos::prelude::*;
use mcs_view::protocol::{self, DecodeError, FirstFrame, FrameRequest, Request, Start, View};
use wasm_bindgen::prelude::*;
use web_sys::{Event, File, MessageEvent, Worker};

use crate::chart::{Lent, Plot};
use crate::clock;
use crate::shell;
use crate::store::{Boot, Store};
use crate::texts::shell as t;

/// Where app/boot.js takes the worker's script from, beside the page.
const SCRIPT: &str = "mcs-engine_loader.js";

/// How long a page without a chart rests between two questions: each costs, even where nothing is new.
const PAUSE: Duration = Duration::from_millis(50);

/// How requests reach the engine; a handle.
#[derive(Clone, Copy)]
pub(crate) struct Dispatch(StoredValue<Box<Dispatcher>, LocalStorage>);

type Dispatcher = dyn Fn(Request, Option<File>);
type Queue = Vec<(Request, Option<File>)>;

impl Dispatch {
    /// Requests go to `dispatcher`.
    pub(crate) fn new(dispatcher: impl Fn(Request, Option<File>) + 'static) -> Self {
        Self(StoredValue::new_local(Box::new(dispatcher)))
    }

    /// Sends a request.
    pub(crate) fn send(self, request: Request) {
        self.0.with_value(|dispatch| dispatch(request, None));
    }

    /// Sends a request with the file that it is about.
    pub(crate) fn send_file(self, request: Request, file: File) {
        self.0.with_value(|dispatch| dispatch(request, Some(file)));
    }
}

/// The worker and what is under way.
pub(crate) struct Engine {
    worker: Worker,
    store: Store,
    /// What waits for the worker; `None` once it takes requests.
    waiting: RefCell<Option<Queue>>,
    /// The open question.
    asked: RefCell<Option<Question>>,
    /// The page of the last question; none has been asked when absent.
    view: RefCell<Option<View>>,
    /// A frame had sections of a part of the page that was not here.
    unread: Cell<bool>,
    /// A page that is hidden or rests has sent a request, and has not asked since.
    curious: Cell<bool>,
    /// The next question can wait.
    rests: Cell<bool>,
    failed: Cell<bool>,
}

/// What the engine was asked to show.
pub(crate) struct Question {
    /// The open page.
    pub(crate) view: View,
    /// Its charts, in the order of the question.
    pub(crate) plots: Vec<Rc<Plot>>,
}

impl Engine {
    /// Takes over the worker, and starts the questions with the next animation frame.
    ///
    /// # Errors
    /// The browser refused to start a worker, in its own words.
    pub(crate) fn start(store: Store) -> Result<Rc<Self>, String> {
        let Started { worker, events } = Started::take()?;
        let engine = Rc::new(Self {
            worker,
            store,
            waiting: RefCell::new(Some(vec![(Request::Start(start()), None)])),
            asked: RefCell::new(None),
            view: RefCell::new(None),
            unread: Cell::new(false),
            curious: Cell::new(false),
            rests: Cell::new(false),
            failed: Cell::new(false),
        });
        engine.listen(&events);
        let running = engine.clone();
        request_animation_frame(move || run(running));
        let turning = engine.clone();
        Effect::new(move |_| {
            turning.store.route.track();
            if turning.waiting.borrow().is_none() {
                turning.hurry();
            }
        });
        Ok(engine)
    }

    /// Sends a request, or keeps it until the worker takes it.
    pub(crate) fn send(&self, request: Request, file: Option<File>) {
        match &mut *self.waiting.borrow_mut() {
            Some(waiting) => waiting.push((request, file)),
            None => {
                self.post(&request, file.as_ref());
                self.hurry();
            }
        }
    }

    /// Asks what became of requests, where nothing else will ask so soon.
    fn ask_between(&self) {
        if self.curious.get() && self.asked.borrow().is_none() {
            self.curious.set(false);
            self.ask();
        }
    }

    /// Hears the worker from now on, and first what it said before.
    fn listen(self: &Rc<Self>, before: &Array) {
        let engine = self.clone();
        let hear = Closure::<dyn Fn(Event)>::new(move |event: Event| engine.hear(&event));
        let listener = hear.as_ref().unchecked_ref();
        self.worker.set_onmessage(Some(listener));
        self.worker.set_onerror(Some(listener));
        // The worker lives as long as the page.
        hear.forget();
        before.iter().for_each(|event| self.hear(event.unchecked_ref()));
    }

    fn hear(&self, event: &Event) {
        if let Some(message) = event.dyn_ref::<MessageEvent>() {
            return self.receive(&message.data());
        }
        // A script that could not be loaded gives an event without a message.
        let message = text(event, "message");
        self.fail(message.filter(|it| !it.is_empty()));
    }

    fn receive(&self, data: &JsValue) {
        match data.as_string().as_deref() {
            Some(protocol::READY) => {
                self.store.boot.set(Boot::Ready);
                for (request, file) in self.waiting.take().into_iter().flatten() {
                    self.post(&request, file.as_ref());
                }
                return;
            }
            Some(protocol::INCOMPLETE) => {
                return self.fail(Some(t::engine_incomplete().to_owned()));
            }
            _ => {}
        }
        let bytes = member(data, "bytes").map(|bytes| Uint8Array::new(&bytes).to_vec());
        if let Err(error) = self.answer(&bytes.unwrap_or_default()) {
            self.fail(Some(match error {
                DecodeError::Version(version) => t::engine_build(&protocol::VERSION, &version),
                DecodeError::Malformed => t::engine_unclear().to_owned(),
            }));
        }
    }

    fn answer(&self, bytes: &[u8]) -> Result<(), DecodeError> {
        let (first, others) = FirstFrame::decode(bytes)?;
        let Some(question) = self.asked.take() else { return Ok(()) };
        self.store.apply(first);
        if others {
            match shell::reader() {
                Some(read) => read(self.store, &question, bytes)?,
                // Once it can be read, everything is asked for again.
                None => self.unread.set(true),
            }
        }
        self.ask_between();
        Ok(())
    }

    /// Tells what is here, and asks for more.
    fn frame(&self) {
        self.store.tick(clock::now());
        for plot in self.store.plots() {
            plot.tell();
        }
        let idle = self.asked.borrow().is_none() && self.waiting.borrow().is_none();
        if idle && !document().hidden() {
            self.ask();
        }
    }

    /// Whether every animation frame counts. Nobody reads numbers that change more often than [`PAUSE`] lets them.
    fn moves(&self) -> bool {
        !self.store.plots().is_empty()
    }

    /// What the operator does is answered at once.
    fn hurry(&self) {
        self.curious.set(document().hidden() || self.rests.get());
        self.ask_between();
    }

    fn ask(&self) {
        let view = self.store.route.read_untracked().view();
        let turned = self.view.borrow().as_ref() != Some(&view);
        let missed = self.unread.get() && shell::reader().is_some();
        if missed {
            self.unread.set(false);
        }
        let fresh = turned || missed;
        let plots: Vec<_> =
            self.store.plots().into_iter().filter(|plot| plot.is_wanted()).collect();
        for id in self.store.take_gone_plots() {
            self.lend(id, None);
        }
        for lent in plots.iter().filter_map(|plot| plot.lend()) {
            self.lend(lent.id, Some(lent));
        }
        let charts = plots.iter().map(|plot| plot.request()).collect();
        self.post(&Request::Frame(FrameRequest { view: view.clone(), fresh, charts }), None);
        self.view.replace(Some(view.clone()));
        self.asked.replace(Some(Question { view, plots }));
    }

    /// Lends the engine the canvas of a chart, or says how it looks now, or that it is gone.
    fn lend(&self, id: u32, lent: Option<Lent>) {
        let (message, moved) = (Object::new(), Array::new());
        set(&message, "chart", &id.into());
        if let Some(Lent { look, canvas, .. }) = lent {
            let look = Uint8Array::from(look.as_slice()).buffer();
            set(&message, "look", &look);
            moved.push(&look);
            if let Some(canvas) = canvas {
                set(&message, "canvas", &canvas);
                moved.push(&canvas);
            }
        }
        self.post_message(&message, &moved);
    }

    fn post(&self, request: &Request, file: Option<&File>) {
        let bytes = Uint8Array::from(protocol::encode(request).as_slice()).buffer();
        let message = Object::new();
        set(&message, "bytes", &bytes);
        if let Some(file) = file {
            set(&message, "file", file);
        }
        self.post_message(&message, &Array::of1(&bytes));
    }

    fn post_message(&self, message: &Object, moved: &Array) {
        if self.failed.get() {
            return;
        }
        if let Err(error) = self.worker.post_message_with_transfer(message, moved) {
            self.fail(Some(format!("{error:?}")));
        }
    }

    fn fail(&self, reason: Option<String>) {
        self.failed.set(true);
        let reason = reason.unwrap_or_else(|| t::engine_missing(&SCRIPT));
        self.store.boot.set(Boot::Failed(reason));
    }
}

/// What app/boot.js started before the page was here.
struct Started {
    worker: Worker,
    /// What it said meanwhile: messages and errors, the oldest first.
    events: Array,
}

impl Started {
    fn take() -> Result<Self, String> {
        let engine = field(&js_sys::global(), "mcsEngine");
        match field(&engine, "worker").dyn_into() {
            Ok(worker) => Ok(Self { worker, events: field(&engine, "events").unchecked_into() }),
            Err(_) => Err(text(&engine, "refused").unwrap_or_default()),
        }
    }
}

fn run(engine: Rc<Engine>) {
    engine.frame();
    if engine.failed.get() {
        return;
    }
    if engine.moves() {
        request_animation_frame(move || run(engine));
        return;
    }
    // Not by an animation frame, which costs even where nothing is painted.
    engine.rests.set(true);
    set_timeout(
        move || {
            engine.rests.set(false);
            run(engine);
        },
        PAUSE,
    );
}

fn start() -> Start {
    let mqtt_url = document().document_element().and_then(|root| root.get_attribute("data-mqtt"));
    #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "below 2^52")]
    let noise = (js_sys::Math::random() * 4_503_599_627_370_496.0) as u64;
    Start {
        origin: window().location().origin().unwrap_or_default(),
        mqtt_url,
        seed: noise ^ clock::now().rotate_left(20),
    }
}

fn member(data: &JsValue, name: &str) -> Option<JsValue> {
    let value = field(data, name);
    value.is_instance_of::<ArrayBuffer>().then_some(value)
}

fn text(of: &JsValue, name: &str) -> Option<String> {
    field(of, name).as_string()
}

fn field(of: &JsValue, name: &str) -> JsValue {
    Reflect::get(of, &JsValue::from_str(name)).unwrap_or(JsValue::UNDEFINED)
}

fn set(object: &Object, name: &str, value: &JsValue) {
    // A plain object takes every member.
    let _ = Reflect::set(object, &JsValue::from_str(name), value);
}
