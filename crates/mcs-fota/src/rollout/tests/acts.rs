//! What operators do, and restarts.

use super::stage::{Stage, at, at_once, came, release, reported, says, targets};
use crate::rollout::*;

fn override_of(objection: Objection, reason: &str) -> Override {
    Override { objection, by: "ada".to_owned(), reason: reason.to_owned(), at: at(0) }
}

#[test]
fn a_pause_holds_notices_back_and_nothing_else() {
    let plan = Plan { parallel: 1, ..at_once() };
    let mut stage = Stage::new(plan, targets(2)).all_come();
    assert_eq!(stage.act(Act::Pause), Ok(()));
    assert_eq!(stage.act(Act::Pause), Err(ActError::Course));
    stage.log();
    stage.updates(1);
    assert!(!stage.log().contains("notice"));
    assert_eq!(stage.act(Act::Resume), Ok(()));
    assert!(stage.log().contains("D2 notice 1"));
}

#[test]
fn a_canceled_rollout_waits_for_those_that_have_the_notice() {
    let plan = Plan { waves: vec![Wave::Devices(2)], ..at_once() };
    let mut stage = Stage::new(plan, targets(3));
    stage.device(1, came());
    stage.log();
    assert_eq!(stage.act(Act::Cancel), Ok(()));
    assert_eq!(
        stage.log(),
        "\
0: cancel
  wave 1, Canceling
  D2 Canceled: an operator ended it
  D3 Canceled: an operator ended it"
    );
    // What would be sent again is not.
    stage.device(1, came()).device(1, reported("1.0"));
    assert!(
        stage.log().ends_with("D1 Canceled: an operator ended it\n  wave 1, Canceled\n  finished")
    );
    assert_eq!(stage.act(Act::RetryFailed), Err(ActError::Course));
}

#[test]
fn a_device_that_goes_to_another_push_is_dropped() {
    let plan = Plan { waves: vec![Wave::Devices(1)], ..at_once() };
    let mut stage = Stage::new(plan, targets(2)).all_come();
    stage.device(1, Fact::Dropped(crate::Reason::Superseded));
    stage.device(2, Fact::Dropped(crate::Reason::Removed));
    assert_eq!((stage.state(1), stage.state(2)), (PushState::Canceled, PushState::Canceled));
    assert!(stage.log().ends_with("finished"));
}

#[test]
fn what_failed_can_be_tried_again_also_after_the_end() {
    let mut stage = Stage::new(at_once(), targets(2)).all_come();
    assert_eq!(stage.act(Act::RetryFailed), Err(ActError::Nothing));
    stage.updates(1).device(2, says("failed"));
    assert_eq!(*stage.rollout.head().course(), Course::Finished);
    stage.log();
    assert_eq!(stage.act(Act::RetryFailed), Ok(()));
    stage.updates(2);
    assert_eq!(
        stage.log(),
        "\
0: retryfailed
  D2 Queued: an operator began it again
  wave 1, Running
  D2 notice 2 by Mqtt: an operator began it again
  D2 Initiated
  D2 Downloading
  D2 Downloaded
  D2 Updated
  wave 1, Finished
  finished"
    );
}

#[test]
fn what_speaks_against_it_keeps_it_from_the_device_until_somebody_says_why_not() {
    let mut all = targets(2);
    all[0].reported = Some("3.0".to_owned());
    let mut stage = Stage::new(at_once(), all).all_come();
    assert_eq!(stage.state(1), PushState::Rejected);
    stage.updates(2);
    assert!(stage.log().ends_with("finished"));
    let unsaid = Act::Override(override_of(Objection::Downgrade, " "));
    assert_eq!(stage.act(unsaid), Err(ActError::Reason));
    let other = Act::Override(override_of(Objection::Model, "it fits"));
    assert_eq!(stage.act(other), Ok(()));
    assert_eq!(stage.state(1), PushState::Rejected);
    let said = Act::Override(override_of(Objection::Downgrade, "3.0 burns batteries"));
    assert_eq!(stage.act(said), Ok(()));
    let log = stage.log();
    assert!(
        log.contains("D1 notice 1 by Mqtt: an operator overrode what spoke against it"),
        "{log}"
    );
    assert_eq!(stage.rollout.head().overrides().len(), 2);
    assert_eq!(stage.rollout.head().overrides()[1].reason, "3.0 burns batteries");
}

#[test]
fn an_override_may_be_given_from_the_start_but_not_without_a_reason() {
    let unverified = Release { verified: false, ..release() };
    let make = |reason: &str| {
        let given = vec![override_of(Objection::Unverified, reason)];
        Rollout::new(unverified.clone(), at_once(), targets(1), given, at(0))
    };
    assert_eq!(make("").unwrap_err(), RolloutError::Reason);
    let rollout = make("a test bench").unwrap();
    assert_eq!(rollout.members().next().unwrap().1.state(), PushState::Queued);
}

#[test]
fn there_is_no_rollout_to_nobody_or_to_one_device_twice() {
    let make = |targets| Rollout::new(release(), at_once(), targets, vec![], at(0)).map(|_| ());
    assert_eq!(make(vec![]), Err(RolloutError::NoDevice));
    assert_eq!(make([targets(1), targets(1)].concat()), Err(RolloutError::Twice));
}

#[test]
fn after_a_restart_nobody_gets_the_notice_again_for_coming_back_to_us() {
    let mut stage = Stage::new(at_once(), targets(2)).all_come();
    stage.device(1, Fact::DownloadStarted).restart();
    stage.log();
    stage.device(1, came()).device(1, reported("1.0"));
    stage.device(2, came()).device(2, reported("1.0"));
    assert!(!stage.log().contains("notice"));
    // But a restart of its own is one.
    stage.device(1, came()).device(1, reported("1.0"));
    assert!(stage.log().contains("D1 notice 2 by Mqtt: it came back with version 1.0"));
    stage.device(2, reported("2.0"));
    assert_eq!(stage.state(2), PushState::Updated);
}

#[test]
fn a_notice_that_was_being_handed_over_at_a_restart_is_not_sent_again_at_once() {
    let mut rollout = Rollout::new(release(), at_once(), targets(1), vec![], at(0)).unwrap();
    let device: DeviceId = "D1".parse().unwrap();
    rollout.handle_input(at(0), Input::Device(device.clone(), came()));
    let mut stage = Stage::new(at_once(), targets(1));
    stage.rollout = rollout;
    stage.restart().device(1, came()).pass(15);
    assert_eq!(
        stage.log(),
        "\
0: restart
  D1 Initiated: it is not known whether the device got the notice
0: D1 comes by Mqtt
15:
  D1 Queued: the device did not answer the notice
  D1 notice 2 by Mqtt: the device did not answer the notice
  D1 Initiated"
    );
}

#[test]
fn what_another_version_of_this_program_stored_is_not_guessed_at() {
    let rollout = Rollout::new(release(), at_once(), targets(1), vec![], at(0)).unwrap();
    let mut head = serde_json::to_value(rollout.head()).unwrap();
    head["format"] = 2.into();
    let head = serde_json::from_value(head).unwrap();
    assert_eq!(Rollout::restore(head, []).unwrap_err(), RolloutError::Format);
}

#[test]
fn who_waits_is_refused_an_image_for_which_nobody_vouches_any_more() {
    let plan = Plan { waves: vec![Wave::Devices(2)], ..at_once() };
    let mut stage = Stage::new(plan, targets(4));
    stage.device(1, came()).device(3, came());
    stage.take(Input::Trusted(Trust::Doubted));
    // The one that has the notice goes on; it is not sent it again.
    assert_eq!((stage.state(1), stage.state(2)), (PushState::Initiated, PushState::Rejected));
    stage.updates(1);
    assert_eq!((stage.state(1), stage.state(3)), (PushState::Updated, PushState::Rejected));
    stage.log();
    assert_eq!(stage.act(Act::Override(override_of(Objection::Unverified, "it is ours"))), Ok(()));
    assert!(stage.log().contains("D3 notice 1"));
    stage.device(3, came()).device(3, reported("1.0"));
    assert!(stage.log().contains("D3 notice 2"), "overridden is overridden");
    // Where a signature is asked for without exception, no override counts.
    stage.take(Input::Trusted(Trust::Barred));
    stage.device(2, came()).device(3, came()).device(3, reported("1.0"));
    assert!(!stage.log().contains("notice"));
    assert_eq!((stage.state(2), stage.state(3)), (PushState::Rejected, PushState::Rejected));
    let anew = Act::Override(override_of(Objection::Unverified, "it is ours"));
    assert_eq!(stage.act(anew), Err(ActError::Barred));
}

#[test]
fn a_key_that_is_back_before_the_turn_of_a_device_held_nothing_up() {
    let plan = Plan { waves: vec![Wave::Devices(1)], ..at_once() };
    let mut stage = Stage::new(plan, targets(2)).all_come();
    stage.take(Input::Trusted(Trust::Barred)).restart();
    stage.take(Input::Trusted(Trust::Vouched)).device(2, came());
    stage.updates(1);
    assert!(stage.log().contains("D2 notice 1"));
}

#[test]
fn what_failed_before_the_image_came_into_doubt_is_not_tried_again_with_it() {
    let mut stage = Stage::new(at_once(), targets(1)).all_come();
    stage.device(1, says("failed"));
    stage.take(Input::Trusted(Trust::Doubted));
    stage.log();
    assert_eq!(stage.act(Act::RetryFailed), Ok(()));
    assert!(!stage.log().contains("notice"));
    assert_eq!(stage.state(1), PushState::Rejected);
}
