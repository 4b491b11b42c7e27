//! Commands, from the click to the device's word.

use std::time::Duration;

use mcs_model::Value;
use mcs_model::api::{DeviceChange, Presence, Role};
use mcs_session::ReasonCode;
use mcs_view::protocol::{ControlFailure, ControlStage, Wrong};

use crate::site::{COMMANDS, Site, TOPIC};
use crate::static_site;

#[test]
fn a_command_travels_as_timestamp_channel_value_and_the_echo_confirms_it() {
    let mut site = Site::signed_in();
    site.send("target", "22.5");
    let expected = format!("{},target,22.5", site.wall());
    assert_eq!(site.broker.received(&format!("{COMMANDS}target")), [expected]);
    assert_eq!(site.stage("target"), ControlStage::Delivered);
    // The server keeps it: a page that is loaded now shows it too.
    assert_eq!(site.value("target").as_deref(), Some("22.5"));
    site.report("target", "22.50");
    assert_eq!(site.stage("target"), ControlStage::Confirmed);
    assert_eq!(site.value("target").as_deref(), Some("22.5"));
}

#[test]
fn it_is_sent_until_the_broker_has_it() {
    let mut site = Site::signed_in();
    site.broker.script.hold_acks = true;
    site.send("lamp", "1");
    assert_eq!(site.stage("lamp"), ControlStage::Sent);
    assert_eq!(site.control("lamp").unwrap().desired, Some(Value::Switch(true)));
    site.broker.release_acks();
    site.settle();
    assert_eq!(site.stage("lamp"), ControlStage::Delivered);
}

#[test]
fn a_device_that_says_nothing_for_ten_seconds_is_no_failure() {
    let mut site = Site::signed_in();
    site.send("lamp", "1");
    site.pass(Duration::from_millis(9_999));
    assert_eq!(site.stage("lamp"), ControlStage::Delivered);
    site.pass(Duration::from_millis(1));
    assert_eq!(site.stage("lamp"), ControlStage::Unconfirmed);
    site.report("lamp", "1");
    assert_eq!(site.stage("lamp"), ControlStage::Confirmed);
}

#[test]
fn another_value_is_a_failure_and_the_truth_is_shown() {
    let mut site = Site::signed_in();
    site.report("lamp", "0");
    site.send("lamp", "1");
    site.report("lamp", "0");
    assert_eq!(site.stage("lamp"), ControlStage::Failed(ControlFailure::OtherValue));
    assert_eq!(site.value("lamp").as_deref(), Some("0"));
}

#[test]
fn what_is_no_value_never_leaves() {
    let mut site = Site::signed_in();
    site.send("target", "500");
    let above = ControlFailure::Invalid(Wrong::TooHigh);
    assert_eq!(site.stage("target"), ControlStage::Failed(above));
    assert_eq!(site.control("target").unwrap().desired, None);
    assert!(site.broker.messages().is_empty());
}

#[test]
fn each_reason_why_it_cannot_be_sent_has_its_name() {
    let failed = |site: &mut Site, channel: &str| match site.stage(channel) {
        ControlStage::Failed(failure) => failure,
        stage => panic!("{stage:?}"),
    };
    let mut site = Site::signed_in();
    site.cut();
    site.send("lamp", "1");
    assert_eq!(failed(&mut site, "lamp"), ControlFailure::NotConnected);
    let mut site = Site::signed_in_as(Role::Viewer);
    site.send("lamp", "1");
    assert_eq!(failed(&mut site, "lamp"), ControlFailure::Forbidden);
    let mut site = Site::signed_in();
    site.send("temp", "1");
    assert_eq!(failed(&mut site, "temp"), ControlFailure::NotController);
    assert!(site.broker.messages().is_empty());
    let refused = ReasonCode::NOT_AUTHORIZED;
    site.broker.script.refuse_topics.insert(format!("{COMMANDS}lamp"), refused);
    site.send("lamp", "1");
    assert_eq!(failed(&mut site, "lamp"), ControlFailure::Refused(refused.0));
}

#[test]
fn a_broker_that_does_not_answer_is_a_failure_after_ten_seconds() {
    let mut site = Site::signed_in();
    site.broker.script.hold_acks = true;
    site.send("lamp", "1");
    site.seconds(11);
    assert_eq!(site.stage("lamp"), ControlStage::Failed(ControlFailure::TimedOut));
}

#[test]
fn a_connection_lost_on_the_way_is_a_failure_and_nothing_is_sent_later() {
    let mut site = Site::signed_in();
    site.broker.script.hold_acks = true;
    site.send("lamp", "1");
    site.cut();
    assert_eq!(site.stage("lamp"), ControlStage::Failed(ControlFailure::NotConnected));
    site.network = true;
    site.seconds(60);
    assert_eq!(site.broker.received(&format!("{COMMANDS}lamp")).len(), 1);
}

#[test]
fn a_device_that_goes_before_it_answers_is_a_failure() {
    let mut site = Site::signed_in();
    site.send("lamp", "1");
    assert_eq!(site.stage("lamp"), ControlStage::Delivered);
    site.announce(DeviceChange::Presence(Presence { transports: Vec::new(), last_seen: None }));
    assert_eq!(site.stage("lamp"), ControlStage::Failed(ControlFailure::DeviceOffline));
}

#[test]
fn a_slider_sends_many_values_and_only_the_last_one_counts() {
    let mut site = Site::signed_in();
    for value in ["20", "21", "22"] {
        site.send("target", value);
    }
    for value in ["20", "21"] {
        site.report("target", value);
        assert_eq!(site.stage("target"), ControlStage::Delivered);
    }
    site.report("target", "22");
    assert_eq!(site.stage("target"), ControlStage::Confirmed);
}

#[test]
fn what_an_overtaken_command_asked_for_is_forgotten_once_it_was_reported() {
    let mut site = Site::signed_in();
    for value in ["20", "21", "22"] {
        site.send("target", value);
    }
    site.report("target", "21");
    site.report("target", "20");
    assert_eq!(site.stage("target"), ControlStage::Failed(ControlFailure::OtherValue));
}

#[test]
fn each_silence_is_mentioned_in_its_time() {
    let mut site = Site::signed_in();
    site.send("lamp", "1");
    site.seconds(4);
    site.send("target", "1");
    site.seconds(7);
    assert_eq!(site.stage("lamp"), ControlStage::Unconfirmed);
    assert_eq!(site.stage("target"), ControlStage::Delivered);
    site.seconds(4);
    assert_eq!(site.stage("target"), ControlStage::Unconfirmed);
}

#[test]
fn a_plain_broker_keeps_nothing_so_the_devices_word_is_the_only_one() {
    let mut site = Site::static_site();
    static_site::add(&mut site);
    site.report("lamp", "0");
    site.send("lamp", "1");
    assert_eq!(site.stage("lamp"), ControlStage::Delivered);
    assert_eq!(site.value("lamp").as_deref(), Some("0"));
}

#[test]
fn a_refused_command_leaves_the_value_as_it_was() {
    let mut site = Site::signed_in();
    site.report("lamp", "0");
    let refused = ReasonCode::NOT_AUTHORIZED;
    site.broker.script.refuse_topics.insert(format!("{COMMANDS}lamp"), refused);
    site.send("lamp", "1");
    assert_eq!(site.value("lamp").as_deref(), Some("0"));
}

#[test]
fn no_board_reports_a_pressed_button_so_none_is_awaited() {
    let mut site = Site::signed_in();
    site.send("pad", "up|1");
    site.seconds(30);
    assert_eq!(site.stage("pad"), ControlStage::Delivered);
    assert_eq!(site.value("pad").as_deref(), Some("up|1"));
}

#[test]
fn what_another_operator_does_is_seen_and_said_to_come_from_elsewhere() {
    let mut site = Site::signed_in();
    site.send("lamp", "0");
    site.report("lamp", "0");
    assert_eq!(site.stage("lamp"), ControlStage::Confirmed);
    site.report("lamp", "1");
    assert_eq!(site.stage("lamp"), ControlStage::Elsewhere);
    assert_eq!(site.value("lamp").as_deref(), Some("1"));
    // The own next command takes its place.
    site.send("lamp", "0");
    assert_eq!(site.stage("lamp"), ControlStage::Delivered);
}

#[test]
fn a_value_of_the_past_changes_nothing() {
    let mut site = Site::signed_in();
    site.report("lamp", "0");
    let before = site.wall() - 60_000;
    site.publish(&format!("{TOPIC}lamp"), &format!("{before},lamp,1"));
    assert_eq!(site.value("lamp").as_deref(), Some("0"));
    assert_eq!(site.control("lamp"), None);
}

#[test]
fn another_operators_press_of_a_button_is_no_failure_of_ours() {
    let mut site = Site::signed_in();
    site.send("pad", "up|1");
    site.send("pad", "up|0");
    site.report("pad", "down|1");
    assert_eq!(site.stage("pad"), ControlStage::Elsewhere);
}

#[test]
fn after_a_long_silence_another_value_is_no_answer_any_more() {
    let mut site = Site::signed_in();
    site.send("lamp", "1");
    site.seconds(11);
    assert_eq!(site.stage("lamp"), ControlStage::Unconfirmed);
    site.report("lamp", "0");
    assert_eq!(site.stage("lamp"), ControlStage::Elsewhere);
}
