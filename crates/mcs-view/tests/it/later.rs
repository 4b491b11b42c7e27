//! A console whose first page is here, and whose rest comes afterwards.

use mcs_model::api::Role;
use mcs_view::protocol::{
    DecodeError, FirstFrame, FirstRequest, Frame, MessagesRequest, Request, Setting, View, decode,
    encode,
};
use mcs_view::{Console, Input, LATER, Timestamp};

use crate::sample::{device, session};
use crate::site::{Site, WALL, id};

/// A site whose console lacks the rest, and is not started.
fn site() -> Site {
    let mut site = Site::new();
    site.console = Console::first();
    site.input(Input::Clock(Timestamp::from_millis(WALL)));
    site
}

fn signed_in() -> Site {
    let mut site = site();
    site.server.answer("GET /api/session", 200, &session(Role::Operator));
    site.server.answer("GET /api/devices", 200, &vec![device()]);
    site.start();
    site
}

#[test]
fn the_first_page_alone_signs_in_and_shows_the_devices() {
    let mut site = signed_in();
    site.frame(View::Devices, Vec::new());
    assert!(matches!(site.screen.setting, Some(Setting::SignedIn { .. })));
    assert_eq!(site.screen.devices.iter().flatten().count(), 1);
    assert_eq!(site.screen.connections, None);
}

#[test]
fn a_page_that_was_opened_before_the_rest_is_shown_whole_afterwards() {
    let mut site = signed_in();
    let page = View::Device(id("D1"));
    site.frame(page.clone(), Vec::new());
    assert_eq!(site.screen.device, None);
    site.input(Input::Later(&LATER));
    site.frame(page, Vec::new());
    assert!(site.screen.device.is_some());
    assert!(site.screen.connections.is_some());
}

#[test]
fn what_was_kept_waits_for_the_rest() {
    let kept = vec![("devices".to_owned(), br#"{"version":99,"content":[]}"#.to_vec())];
    let mut site = site();
    site.input(Input::Kept(kept));
    site.start();
    let unreadable = |site: &mut Site| {
        site.frame(View::Devices, Vec::new());
        site.screen.keeping.iter().flat_map(|it| it.unreadable.clone()).collect::<Vec<_>>()
    };
    assert!(unreadable(&mut site).is_empty());
    site.input(Input::Later(&LATER));
    assert_eq!(unreadable(&mut site), ["devices"]);
}

#[test]
fn a_request_of_the_first_page_is_read_from_the_same_bytes() {
    let requests = [
        Request::Login { name: "demo".into(), password: "secret".into() },
        Request::Logout { everywhere: true },
        Request::Wake,
        Request::Dismiss(7),
    ];
    for request in requests {
        let first = decode::<FirstRequest>(&encode(&request)).map(Request::from);
        assert!(first == Ok(request));
    }
}

#[test]
fn a_frame_of_the_first_page_is_written_with_the_same_bytes() {
    let mut site = signed_in();
    site.frame(View::Devices, Vec::new());
    assert!(site.screen.setting.is_some());
    let mut frame = Frame {
        setting: site.screen.setting.clone(),
        stats: site.screen.stats,
        notices: Some(Vec::new()),
        ..Frame::default()
    };
    let first = FirstFrame::from(frame.clone());
    let bytes = LATER.write(&frame);
    assert_eq!(first.encode(), bytes);
    assert_eq!(FirstFrame::decode(&bytes), Ok((first.clone(), false)));
    frame.export = Some(String::new());
    assert_eq!(FirstFrame::decode(&LATER.write(&frame)), Ok((first, true)));
}

#[test]
fn what_is_no_frame_is_not_taken_for_one_of_the_first_page() {
    let bytes = FirstFrame::default().encode();
    assert_eq!(FirstFrame::decode(&bytes[..3]), Err(DecodeError::Malformed));
    assert_eq!(FirstFrame::decode(&[]), Err(DecodeError::Malformed));
    assert_eq!(FirstFrame::decode(&[0]), Err(DecodeError::Version(0)));
}

#[test]
fn every_other_request_is_left_for_the_rest() {
    let request = Request::Messages(MessagesRequest::Clear);
    let bytes = encode(&request);
    assert!(matches!(decode::<FirstRequest>(&bytes), Err(DecodeError::Malformed)));
    assert!(LATER.read(&bytes) == Ok(request));
}
