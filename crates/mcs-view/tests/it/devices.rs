//! The device list and the cards.

use mcs_model::api::{DeviceChange, LastPoint, Presence, PushState, PushStatus, Reason, Role};
use mcs_model::{Timestamp, Value};
use mcs_view::protocol::{
    Alert, ControlFailure, ControlStage, DeviceRow, Failure, News, Online, Request, Sought, View,
};
use mcs_view::{Fetched, Input};

use crate::site::{Site, TOPIC, WALL, device, id, session};

fn row(site: &mut Site) -> DeviceRow {
    site.frame(View::Devices, Vec::new());
    site.screen.devices.clone().unwrap().remove(0)
}

#[test]
fn the_list_is_asked_for_after_the_announcements_are_heard() {
    let mut site = Site::signed_in();
    let filters: Vec<_> = site.broker.subscriptions().iter().map(|it| it.to_string()).collect();
    assert_eq!(filters, ["console/v1/devices/+", "console/v1/points/D1/+"]);
    // Once at the sign-in, since there may be no broker, and once when it is there.
    assert_eq!(site.server.count("GET /api/devices"), 2);
    let row = row(&mut site);
    assert_eq!((row.name.as_str(), row.online, row.channels), ("Greenhouse", Online::Yes, 7));
    assert!(site.broker.violations().is_empty());
}

#[test]
fn without_a_broker_nobody_knows_who_is_here() {
    let mut site = Site::new();
    site.network = false;
    site.server.answer("GET /api/session", 200, &session(Role::Admin));
    site.server.answer("GET /api/devices", 200, &vec![device()]);
    site.start();
    assert_eq!(row(&mut site).online, Online::Unknown);
    assert_eq!(row(&mut site).transports, []);
}

#[test]
fn announcements_change_the_row() {
    let mut site = Site::signed_in();
    let last_seen = Some(Timestamp::from_millis(WALL + 9));
    site.announce(DeviceChange::Presence(Presence { transports: Vec::new(), last_seen }));
    assert_eq!((row(&mut site).online, row(&mut site).last_seen), (Online::No, last_seen));
    site.announce(DeviceChange::Version("2.0".to_owned()));
    assert_eq!(row(&mut site).firmware_version.as_deref(), Some("2.0"));
    let push = PushStatus {
        firmware: id("F1"),
        version: "2.0".to_owned(),
        state: PushState::Updated,
        reason: Reason::None,
        detail: String::new(),
        since: Timestamp::from_millis(WALL),
    };
    site.announce(DeviceChange::Push(push.clone()));
    assert_eq!(row(&mut site).push, Some(push));
}

#[test]
fn a_value_that_does_not_fit_is_an_alert_until_one_fits() {
    let mut site = Site::signed_in();
    site.report("temp", "warm");
    assert_eq!(row(&mut site).alert, Some(Alert::Misfit));
    site.report("temp", "20.5");
    assert_eq!(row(&mut site).alert, None);
}

#[test]
fn an_announcement_is_newer_than_a_list_that_is_on_its_way() {
    let mut site = Site::signed_in();
    site.server.hold = true;
    site.announce(DeviceChange::Registry);
    let gone = Presence { transports: Vec::new(), last_seen: None };
    site.announce(DeviceChange::Presence(gone));
    site.release();
    assert_eq!(row(&mut site).online, Online::No);
}

#[test]
fn a_changed_registry_is_fetched_and_what_is_gone_is_unsubscribed() {
    let mut site = Site::signed_in();
    let mut other = device();
    other.id = id("D2");
    site.server.answer("GET /api/devices", 200, &vec![other]);
    site.announce(DeviceChange::Registry);
    assert_eq!(row(&mut site).id, id("D2"));
    let filters: Vec<_> = site.broker.subscriptions().iter().map(|it| it.to_string()).collect();
    assert_eq!(filters, ["console/v1/devices/+", "console/v1/points/D2/+"]);
}

#[test]
fn a_registry_that_changes_while_it_is_fetched_is_fetched_again() {
    let mut site = Site::signed_in();
    site.server.hold = true;
    site.announce(DeviceChange::Registry);
    site.announce(DeviceChange::Registry);
    let before = site.server.count("GET /api/devices");
    site.release();
    assert_eq!(site.server.count("GET /api/devices"), before + 1);
}

#[test]
fn a_list_that_fails_is_tried_again() {
    let mut site = Site::signed_in();
    site.server.unreachable = true;
    site.announce(DeviceChange::Registry);
    let calls = site.server.count("GET /api/devices");
    site.seconds(4);
    assert_eq!(site.server.count("GET /api/devices"), calls + 1);
    let trouble = News::NotFetched(Sought::Devices, Failure::Unreachable);
    assert_eq!(site.notices(), [trouble]);
    site.server.unreachable = false;
    site.seconds(4);
    assert!(site.notices().is_empty(), "it is true no more");
}

#[test]
fn cards_show_what_the_server_has_kept_and_then_what_comes() {
    let mut site = Site::signed_in();
    let mut info = device();
    let timestamp = Timestamp::from_millis(WALL - 1000);
    let value = Value::Float(20.5);
    info.last_points = vec![LastPoint { channel: id("temp"), timestamp, value }];
    site.server.answer("GET /api/devices", 200, &vec![info]);
    site.announce(DeviceChange::Registry);
    assert_eq!(site.value("temp").as_deref(), Some("20.5"));
    site.report("temp", "21.25");
    assert_eq!(site.value("temp").as_deref(), Some("21.25"));
    // The list knows nothing newer.
    site.announce(DeviceChange::Registry);
    assert_eq!(site.value("temp").as_deref(), Some("21.25"));
}

#[test]
fn a_late_point_does_not_hide_a_newer_one_unless_that_is_of_the_future() {
    let mut site = Site::signed_in();
    site.report("temp", "21");
    site.publish(&format!("{TOPIC}temp"), &format!("{},temp,3", WALL - 60_000));
    assert_eq!(site.value("temp").as_deref(), Some("21"));
    site.publish(&format!("{TOPIC}temp"), &format!("{},temp,99", WALL + 3_600_000));
    assert_eq!(site.value("temp").as_deref(), Some("99"));
    site.report("temp", "22");
    assert_eq!(site.value("temp").as_deref(), Some("22"));
}

#[test]
fn what_does_not_fit_is_shown_with_the_reason() {
    let mut site = Site::signed_in();
    site.report("temp", "hot");
    assert_eq!(site.value("temp").as_deref(), Some("hot"));
    let misfit = site.cards[&id("temp")].value.clone().unwrap().misfit;
    assert!(misfit.is_some());
}

#[test]
fn a_channel_that_nobody_knows_is_mentioned_once() {
    let mut site = Site::signed_in();
    site.report("mystery", "1");
    site.report("mystery", "2");
    let device = "Greenhouse".to_owned();
    assert_eq!(site.notices(), [News::UnknownChannel { device, channel: id("mystery") }]);
}

#[test]
fn whoever_does_not_know_the_key_says_nothing() {
    let mut site = Site::static_site();
    site.request(Request::AddDevice(mcs_view::protocol::NewDevice {
        id: id("D1"),
        key: id("key1"),
        name: String::new(),
        channels: crate::site::channels(),
        connection: crate::site::FIRST,
    }));
    site.publish("mcs/D1/other/temp", "1,temp,5");
    assert_eq!(site.value("temp"), None);
}

#[test]
fn a_list_that_says_a_device_has_gone_ends_its_commands() {
    let mut site = Site::signed_in();
    site.send("lamp", "1");
    let mut info = device();
    info.presence.transports.clear();
    site.server.answer("GET /api/devices", 200, &vec![info]);
    site.announce(DeviceChange::Registry);
    let gone = ControlStage::Failed(ControlFailure::DeviceOffline);
    assert_eq!(site.stage("lamp"), gone);
}

#[test]
fn a_list_from_before_the_announcements_says_nothing_of_presence_and_is_asked_for_again() {
    let mut site = Site::new();
    site.server.answer("GET /api/session", 401, &());
    site.server.answer("GET /api/devices", 200, &vec![device()]);
    site.start();
    site.server.hold = true;
    site.request(Request::Login { name: String::new(), password: String::new() });
    let (login, _) = site.held.pop().unwrap();
    let body = mcs_model::api::to_json(&session(Role::Admin));
    site.input(Input::Fetched(login, Fetched::Answer { status: 200, body }));
    let (early, _) = site.held.pop().unwrap();
    let body = mcs_model::api::to_json(&vec![device()]);
    site.input(Input::Fetched(early, Fetched::Answer { status: 200, body }));
    assert_eq!(row(&mut site).online, Online::Unknown);
    site.release();
    assert_eq!(row(&mut site).online, Online::Yes);
    assert_eq!(site.server.count("GET /api/devices"), 2);
}
