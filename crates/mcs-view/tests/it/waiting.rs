//! Commands to a device that is away: refused, or waiting for it, or sent all the same.

use std::time::Duration;

use mcs_model::api::{DeviceChange, Presence};
use mcs_session::ReasonCode;
use mcs_view::protocol::{Away, CardRequest, ControlFailure, ControlStage, Request};

use crate::site::{COMMANDS, KEY_TOPIC, Site, here, id};
use crate::static_site;

const MINUTE: u64 = 60_000;

fn away() -> DeviceChange {
    DeviceChange::Presence(Presence { transports: Vec::new(), last_seen: None })
}

/// Signed in, the device away, and this becomes of commands.
fn site(what: Away) -> Site {
    let mut site = Site::signed_in();
    site.request(Request::Card(CardRequest::WhileAway(what)));
    site.announce(away());
    site
}

fn sent(site: &Site, channel: &str) -> Vec<String> {
    site.broker.received(&format!("{COMMANDS}{channel}"))
}

fn is_waiting(site: &mut Site, channel: &str) -> bool {
    matches!(site.stage(channel), ControlStage::Waiting { .. })
}

#[test]
fn unless_the_operator_chose_otherwise_a_command_is_refused() {
    let mut site = Site::signed_in();
    site.announce(away());
    site.send("lamp", "1");
    assert_eq!(site.stage("lamp"), ControlStage::Failed(ControlFailure::DeviceOffline));
    site.announce(DeviceChange::Presence(here()));
    site.seconds(30);
    assert!(sent(&site, "lamp").is_empty());
}

#[test]
fn it_waits_and_is_sent_once_when_the_device_is_seen() {
    let mut site = site(Away::Wait { millis: MINUTE });
    site.send("lamp", "1");
    let until = site.wall() + MINUTE;
    let ControlStage::Waiting { until: told } = site.stage("lamp") else { panic!("it waits") };
    assert_eq!(told.as_millis(), until);
    assert!(sent(&site, "lamp").is_empty());
    site.announce(DeviceChange::Presence(here()));
    assert_eq!(sent(&site, "lamp").len(), 1);
    site.report("lamp", "1");
    assert_eq!(site.stage("lamp"), ControlStage::Confirmed);
    site.announce(DeviceChange::Presence(here()));
    assert_eq!(sent(&site, "lamp").len(), 1);
}

#[test]
fn of_each_channel_only_the_newest_waits() {
    let mut site = site(Away::Wait { millis: MINUTE });
    for value in ["20", "21", "22"] {
        site.send("target", value);
    }
    site.send("lamp", "1");
    site.announce(DeviceChange::Presence(here()));
    let sent_values = sent(&site, "target");
    assert_eq!(sent_values.len(), 1);
    assert!(sent_values[0].ends_with(",target,22"), "{sent_values:?}");
    assert_eq!(sent(&site, "lamp").len(), 1);
}

#[test]
fn what_waited_too_long_is_given_up_and_never_sent() {
    let mut site = site(Away::Wait { millis: MINUTE });
    site.send("lamp", "1");
    site.pass(Duration::from_millis(MINUTE - 1));
    assert!(is_waiting(&mut site, "lamp"));
    site.pass(Duration::from_millis(1));
    assert_eq!(site.stage("lamp"), ControlStage::Failed(ControlFailure::Expired));
    site.announce(DeviceChange::Presence(here()));
    assert!(sent(&site, "lamp").is_empty());
}

#[test]
fn what_waits_can_be_dropped_one_by_one_or_by_refusing_all() {
    let mut site = site(Away::Wait { millis: MINUTE });
    site.send("lamp", "1");
    site.send("target", "20");
    let (device, channel) = (id("D1"), id("lamp"));
    site.request(Request::Card(CardRequest::Drop { device, channel }));
    assert_eq!(site.control("lamp"), None);
    assert!(is_waiting(&mut site, "target"));
    site.request(Request::Card(CardRequest::WhileAway(Away::Refuse)));
    assert_eq!(site.control("target"), None);
    site.announce(DeviceChange::Presence(here()));
    assert!(site.broker.messages().is_empty());
}

#[test]
fn without_a_broker_it_waits_until_the_device_is_known_to_be_here() {
    let mut site = Site::signed_in();
    site.request(Request::Card(CardRequest::WhileAway(Away::Wait { millis: 10 * MINUTE })));
    site.cut();
    site.send("lamp", "1");
    assert!(is_waiting(&mut site, "lamp"));
    site.network = true;
    site.seconds(60);
    assert_eq!(sent(&site, "lamp").len(), 1);
}

#[test]
fn with_a_plain_broker_it_waits_for_the_connection() {
    let mut site = Site::static_site();
    static_site::add(&mut site);
    site.request(Request::Card(CardRequest::WhileAway(Away::Wait { millis: 10 * MINUTE })));
    site.cut();
    site.send("lamp", "1");
    site.network = true;
    site.seconds(60);
    assert_eq!(site.broker.received(&format!("{KEY_TOPIC}lamp")).len(), 1);
}

#[test]
fn a_pressed_button_is_worth_nothing_later() {
    let mut site = site(Away::Wait { millis: MINUTE });
    site.send("pad", "up|1");
    assert_eq!(site.stage("pad"), ControlStage::Failed(ControlFailure::DeviceOffline));
}

#[test]
fn it_can_be_sent_all_the_same_for_a_board_that_sleeps() {
    let mut site = site(Away::Send);
    let nobody = ReasonCode::NO_MATCHING_SUBSCRIBERS;
    site.broker.script.refuse_topics.insert(format!("{COMMANDS}lamp"), nobody);
    site.send("lamp", "1");
    assert_eq!(site.stage("lamp"), ControlStage::Failed(ControlFailure::NotDelivered));
    site.seconds(20);
    assert_eq!(site.stage("lamp"), ControlStage::Failed(ControlFailure::NotDelivered));
    // The server keeps it.
    assert_eq!(site.value("lamp").as_deref(), Some("1"));
    // It is back, and the next command gets there.
    site.broker.script.refuse_topics.clear();
    site.send("lamp", "1");
    site.report("lamp", "1");
    assert_eq!(site.stage("lamp"), ControlStage::Confirmed);
}
