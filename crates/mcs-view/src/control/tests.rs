use mcs_session::{Config, Publish, ReasonCode, Session};

use super::*;

const NOW: Time = Time::from_millis(1000);
const SENT: Timestamp = Timestamp::from_millis(1000);

fn requests<const N: usize>() -> [RequestId; N] {
    let mut session = Session::new(Config::new("test", 1));
    core::array::from_fn(|_| session.publish(NOW, Publish::new("t", "1")).unwrap())
}

fn sent(value: i64) -> (Life, RequestId) {
    let [request] = requests();
    (Life::sent(Value::Integer(value), request, SENT, false, None), request)
}

fn delivered(value: i64) -> Life {
    let (mut life, request) = sent(value);
    assert!(life.published(NOW, request, Outcome::Acknowledged));
    life
}

fn stage(life: &Life) -> &ControlStage {
    &life.control().stage
}

#[test]
fn a_command_is_sent_delivered_and_confirmed_by_an_equal_value() {
    let (mut life, request) = sent(7);
    assert_eq!(stage(&life), &ControlStage::Sent);
    life.published(NOW, request, Outcome::Acknowledged);
    assert_eq!(stage(&life), &ControlStage::Delivered);
    life.reported(&Value::Integer(7));
    assert_eq!(stage(&life), &ControlStage::Confirmed);
    assert_eq!(life.deadline(), None);
}

#[test]
fn the_echo_may_overtake_the_acknowledgement() {
    let (mut life, request) = sent(7);
    life.reported(&Value::Integer(7));
    assert!(!life.published(NOW, request, Outcome::Acknowledged));
    assert_eq!(stage(&life), &ControlStage::Confirmed);
}

#[test]
fn another_value_fails_a_delivered_command_but_not_one_under_way() {
    let (mut life, request) = sent(7);
    assert!(!life.reported(&Value::Integer(3)));
    assert_eq!(stage(&life), &ControlStage::Sent);
    life.published(NOW, request, Outcome::Acknowledged);
    life.reported(&Value::Integer(3));
    assert_eq!(stage(&life), &ControlStage::Failed(ControlFailure::OtherValue));
    assert!(!life.reported(&Value::Integer(7)));
}

#[test]
fn silence_for_ten_seconds_is_mentioned_and_a_late_report_still_confirms() {
    let mut life = delivered(7);
    assert_eq!(life.deadline(), Some(NOW + Duration::from_secs(10)));
    life.time_out();
    assert_eq!(stage(&life), &ControlStage::Unconfirmed);
    assert_eq!(life.deadline(), None);
    life.reported(&Value::Integer(7));
    assert_eq!(stage(&life), &ControlStage::Confirmed);
}

#[test]
fn every_answer_of_the_broker_has_its_words() {
    let refused = ReasonCode::NOT_AUTHORIZED;
    for (outcome, failure) in [
        (Outcome::Refused(refused), ControlFailure::Refused(0x87)),
        (Outcome::Unacknowledged, ControlFailure::TimedOut),
        (Outcome::LinkDown, ControlFailure::NotConnected),
    ] {
        let (mut life, request) = sent(7);
        life.published(NOW, request, outcome);
        assert_eq!(stage(&life), &ControlStage::Failed(failure));
    }
}

#[test]
fn the_report_of_an_overtaken_command_says_nothing_of_the_newest() {
    let [first, second, third] = requests();
    let life = Life::sent(Value::Integer(1), first, SENT, false, None);
    let life = Life::sent(Value::Integer(2), second, SENT, false, Some(life));
    let mut life = Life::sent(Value::Integer(3), third, SENT, false, Some(life));
    assert!(!life.published(NOW, first, Outcome::LinkDown));
    life.published(NOW, third, Outcome::Acknowledged);
    life.reported(&Value::Integer(1));
    life.reported(&Value::Integer(2));
    assert_eq!(stage(&life), &ControlStage::Delivered);
    life.reported(&Value::Integer(3));
    assert_eq!(stage(&life), &ControlStage::Confirmed);
}

#[test]
fn a_device_that_goes_takes_the_hope_along() {
    let mut life = delivered(7);
    assert!(life.went_offline());
    assert_eq!(stage(&life), &ControlStage::Failed(ControlFailure::DeviceOffline));
    assert!(!life.went_offline());
}

#[test]
fn two_decimals_of_a_board_confirm_and_a_neighbour_does_not() {
    let same = |a, b| same(&Value::Float(a), &Value::Float(b));
    assert!(same(21.456, 21.46));
    assert!(same(0.1, f64::from(0.1_f32)));
    assert!(!same(21.456, 21.45));
    assert!(!same(0.001, 0.0015));
    assert!(super::same(&Value::Hex("aB1".to_owned()), &Value::Hex("Ab1".to_owned())));
}
