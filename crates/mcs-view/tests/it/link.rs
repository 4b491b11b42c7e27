//! The connection to the broker, lost and found.

use mcs_model::Timestamp;
use mcs_model::api::{ApiError, Role};
use mcs_session::ReasonCode;
use mcs_sim::OldBroker;
use mcs_view::Input;
use mcs_view::protocol::{
    ConnectionsRequest, ControlStage, Ended, LinkState, LoginError, Online, Request, Setting, View,
};

use crate::site::{FIRST, Site, WALL, session};

fn state(site: &mut Site) -> LinkState {
    site.frame(View::Devices, Vec::new());
    site.screen.link.clone().unwrap().state
}

fn is_connected(site: &mut Site) -> bool {
    matches!(state(site), LinkState::Connected { .. })
}

#[test]
fn the_banner_names_the_broker_and_the_version() {
    let mut site = Site::signed_in();
    let mqtt_version = "5.0".to_owned();
    assert_eq!(state(&mut site), LinkState::Connected { mqtt_version });
    assert_eq!(site.screen.link.clone().unwrap().broker, "console.test:8080");
}

#[test]
fn a_lost_connection_says_why_and_when_it_is_tried_again() {
    let mut site = Site::signed_in();
    site.seconds(20);
    site.cut();
    let LinkState::Waiting { reason, retry_at } = state(&mut site) else { panic!("it waits") };
    assert_eq!(reason, Ended::Closed);
    let due = site.timeout.unwrap().since(site.now).as_millis() as u64;
    assert_eq!(retry_at.as_millis(), site.wall() + due);
    assert_eq!(site.screen.devices.clone().unwrap()[0].online, Online::Unknown);
}

#[test]
fn it_comes_back_by_itself_and_asks_for_the_list_again() {
    let mut site = Site::signed_in();
    site.cut();
    site.seconds(100);
    let attempts = site.urls.len();
    assert!((4..12).contains(&attempts), "{attempts} attempts in 100 s");
    let lists = site.server.count("GET /api/devices");
    site.network = true;
    site.seconds(31);
    assert!(is_connected(&mut site));
    assert_eq!(site.server.count("GET /api/devices"), lists + 1);
    assert_eq!(site.screen.devices.clone().unwrap()[0].online, Online::Yes);
    site.report("temp", "19");
    assert_eq!(site.value("temp").as_deref(), Some("19"));
}

#[test]
fn a_page_that_wakes_does_not_wait() {
    let mut site = Site::signed_in();
    site.cut();
    site.seconds(60);
    site.network = true;
    site.request(Request::Wake);
    assert!(is_connected(&mut site));
}

#[test]
fn a_ticket_that_is_over_is_replaced() {
    let mut site = Site::signed_in();
    site.broker.script.refuse_connect = Some(ReasonCode::NOT_AUTHORIZED);
    site.cut();
    site.network = true;
    site.seconds(2);
    assert!(matches!(state(&mut site), LinkState::Waiting { .. }));
    let asked = site.server.count("GET /api/session");
    site.broker.script.refuse_connect = None;
    site.seconds(40);
    assert!(is_connected(&mut site));
    assert!(site.server.count("GET /api/session") > asked);
}

#[test]
fn whoever_is_refused_by_the_server_as_well_is_signed_out() {
    let mut site = Site::signed_in();
    let error = ApiError { code: "signed-out".to_owned(), message: String::new() };
    site.server.answer("GET /api/session", 401, &error);
    site.broker.dismiss(ReasonCode::NOT_AUTHORIZED);
    site.settle();
    site.seconds(40);
    site.frame(View::Devices, Vec::new());
    let expired = Setting::SignedOut { error: Some(LoginError::Expired), busy: false };
    assert_eq!(site.screen.setting, Some(expired));
}

#[test]
fn a_server_that_is_down_while_a_ticket_is_wanted_is_asked_again() {
    let mut site = Site::signed_in();
    site.server.unreachable = true;
    site.broker.dismiss(ReasonCode::NOT_AUTHORIZED);
    site.settle();
    site.seconds(120);
    let LinkState::Waiting { retry_at, .. } = state(&mut site) else { panic!("it waits") };
    assert!(retry_at.as_millis() > site.wall());
    site.server.unreachable = false;
    site.server.answer("GET /api/session", 200, &session(Role::Operator));
    site.seconds(31);
    assert!(is_connected(&mut site));
}

#[test]
fn a_broker_of_the_old_version_sends_our_command_back_and_that_confirms_nothing() {
    let mut site = Site::static_site();
    site.connections(ConnectionsRequest::Disconnect(FIRST));
    site.broker.script.old = Some(OldBroker::RefusesInV311);
    site.connections(ConnectionsRequest::Connect(FIRST));
    site.seconds(5);
    let mqtt_version = "3.1.1".to_owned();
    assert_eq!(state(&mut site), LinkState::Connected { mqtt_version });
    crate::static_site::add(&mut site);
    site.send("lamp", "1");
    assert_eq!(site.stage("lamp"), ControlStage::Delivered);
    assert_eq!(site.value("lamp"), None);
    site.seconds(1);
    site.report("lamp", "1");
    assert_eq!(site.stage("lamp"), ControlStage::Confirmed);
}

#[test]
fn a_clock_that_is_set_moves_what_people_see_and_no_deadline() {
    let mut site = Site::signed_in();
    site.cut();
    let due = site.timeout;
    site.input(Input::Clock(Timestamp::from_millis(WALL - 86_400_000)));
    assert_eq!(site.timeout, due);
    site.input(Input::Clock(Timestamp::from_millis(WALL + 86_400_000)));
    assert_eq!(site.timeout, due);
    site.network = true;
    site.seconds(31);
    assert!(is_connected(&mut site));
    let since = site.screen.link.clone().unwrap().since.as_millis();
    assert!(since >= WALL + 86_400_000);
}
