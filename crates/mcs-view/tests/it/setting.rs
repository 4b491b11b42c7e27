//! Who is signed in where.

use mcs_model::api::{self, ApiError, LoginRequest, Role};
use mcs_sim::OldBroker;
use mcs_view::protocol::{LinkState, LoginError, Request, Setting, View};

use crate::site::{Site, device, session};

fn setting(site: &mut Site) -> Setting {
    site.frame(View::Devices, Vec::new());
    site.screen.setting.clone().unwrap()
}

fn signed_out(error: Option<LoginError>) -> Setting {
    Setting::SignedOut { error, busy: false }
}

fn login() -> Request {
    Request::Login { name: "demo".to_owned(), password: "secret".to_owned() }
}

fn trouble(message: &str) -> ApiError {
    ApiError { code: "trouble".to_owned(), message: message.to_owned() }
}

#[test]
fn whoever_has_a_session_is_signed_in() {
    let mut site = Site::signed_in_as(Role::Viewer);
    let (name, server_version) = ("demo".to_owned(), "0.1.0".to_owned());
    let mqtt_port = Some(1883);
    let expected = Setting::SignedIn { name, role: Role::Viewer, server_version, mqtt_port };
    assert_eq!(setting(&mut site), expected);
    assert_eq!(site.urls, ["ws://console.test:8080/mqtt"]);
}

#[test]
fn without_a_session_the_server_asks_for_a_name() {
    let mut site = Site::new();
    assert_eq!(setting(&mut site), Setting::Probing);
    site.server.answer("GET /api/session", 401, &trouble("who are you?"));
    site.start();
    assert_eq!(setting(&mut site), signed_out(None));
}

#[test]
fn whatever_is_no_server_of_ours_makes_a_static_site() {
    let mut not_found = Site::new();
    not_found.start();
    assert_eq!(setting(&mut not_found), Setting::Static);
    let mut page = Site::new();
    page.server.answers.insert("GET /api/session".to_owned(), (200, b"<html>".to_vec()));
    page.start();
    assert_eq!(setting(&mut page), Setting::Static);
    let mut gone = Site::new();
    gone.server.unreachable = true;
    gone.start();
    assert_eq!(setting(&mut gone), Setting::Static);
}

#[test]
fn a_server_of_ours_in_trouble_is_still_a_server() {
    let mut site = Site::new();
    site.server.answer("GET /api/session", 503, &trouble("the store is busy"));
    site.start();
    let error = LoginError::Other("the store is busy".to_owned());
    assert_eq!(setting(&mut site), signed_out(Some(error)));
}

#[test]
fn a_login_says_what_went_wrong_and_may_be_tried_again() {
    let mut site = Site::new();
    site.server.answer("GET /api/session", 401, &trouble(""));
    site.start();
    for (status, error) in [
        (401, LoginError::Wrong),
        (429, LoginError::TooMany),
        (500, LoginError::Other("oh".to_owned())),
    ] {
        site.server.answer("POST /api/login", status, &trouble("oh"));
        site.request(login());
        assert_eq!(setting(&mut site), signed_out(Some(error)));
    }
    site.server.unreachable = true;
    site.request(login());
    assert_eq!(setting(&mut site), signed_out(Some(LoginError::Unreachable)));
    site.server.unreachable = false;
    site.server.answer("POST /api/login", 200, &session(Role::Admin));
    site.server.answer("GET /api/devices", 200, &vec![device()]);
    site.request(login());
    assert!(matches!(setting(&mut site), Setting::SignedIn { .. }));
}

#[test]
fn a_login_under_way_is_shown_and_not_doubled() {
    let mut site = Site::new();
    site.server.answer("GET /api/session", 401, &trouble(""));
    site.start();
    site.server.hold = true;
    site.request(login());
    site.request(login());
    assert_eq!(setting(&mut site), Setting::SignedOut { error: None, busy: true });
    assert_eq!(site.server.count("POST /api/login"), 1);
    let sent: LoginRequest = api::from_json(&site.server.body).unwrap();
    assert_eq!((sent.name.as_str(), sent.password.as_str()), ("demo", "secret"));
}

#[test]
fn signing_out_forgets_everything_and_tells_the_server() {
    let mut site = Site::signed_in();
    site.request(Request::Logout { everywhere: false });
    assert_eq!(setting(&mut site), signed_out(None));
    assert_eq!(site.screen.devices, Some(Vec::new()));
    assert_eq!(site.screen.link.as_ref().map(|it| &it.state), Some(&LinkState::Idle));
    assert_eq!(site.socket, None);
    assert_eq!(site.server.count("POST /api/logout"), 1);
}

#[test]
fn a_session_that_has_ended_shows_at_the_next_call() {
    let mut site = Site::signed_in();
    site.server.answer("GET /api/prototypes/P1/firmwares", 401, &trouble("who are you?"));
    site.frame(View::Firmware(None), Vec::new());
    assert_eq!(setting(&mut site), signed_out(Some(LoginError::Expired)));
    assert_eq!(site.screen.devices, Some(Vec::new()));
    assert_eq!(site.socket, None);
}

#[test]
fn an_answer_that_comes_after_signing_out_is_nobodys() {
    let mut site = Site::signed_in();
    site.server.hold = true;
    site.announce(mcs_model::api::DeviceChange::Registry);
    site.request(Request::Logout { everywhere: false });
    site.release();
    assert_eq!(setting(&mut site), signed_out(None));
    assert_eq!(site.screen.devices, Some(Vec::new()));
}

#[test]
fn a_console_starts_once() {
    let mut site = Site::signed_in();
    site.start();
    assert_eq!(site.server.count("GET /api/session"), 1);
}

#[test]
fn with_our_server_it_is_mqtt_5_or_nothing() {
    let mut site = Site::new();
    site.broker.script.old = Some(OldBroker::RefusesInV311);
    site.server.answer("GET /api/session", 200, &session(Role::Operator));
    site.server.answer("GET /api/devices", 200, &vec![device()]);
    site.start();
    site.seconds(30);
    site.frame(View::Devices, Vec::new());
    let state = site.screen.link.clone().unwrap().state;
    assert!(!matches!(state, LinkState::Connected { .. }), "{state:?}");
    assert!(site.broker.versions().is_empty());
}
