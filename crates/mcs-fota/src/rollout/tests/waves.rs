//! Waves, limits and thresholds.

use super::stage::{Stage, at_once, came, says, targets};
use crate::rollout::*;

fn in_waves() -> Plan {
    Plan { terms: at_once().terms, ..Plan::default() }
}

#[test]
fn a_wave_begins_when_enough_of_the_one_before_is_updated() {
    let mut stage = Stage::new(in_waves(), targets(4)).all_come();
    assert_eq!(stage.log(), "  D1 notice 1 by Mqtt\n  D1 Initiated");
    // One, 50 % and all of four.
    stage.updates(1);
    assert_eq!(
        stage.log(),
        "  D1 Downloading
  D1 Downloaded
  D1 Updated
  wave 2, Running
  D2 Queued
  D2 notice 1 by Mqtt
  D2 Initiated"
    );
    stage.updates(2);
    assert!(stage.log().contains("wave 3, Running"));
    stage.updates(3).updates(4);
    assert!(stage.log().ends_with("wave 3, Finished\n  finished"));
}

#[test]
fn a_canary_that_fails_stops_everything() {
    let mut stage = Stage::new(in_waves(), targets(4)).all_come();
    stage.log();
    stage.device(1, says("failed: no space"));
    assert_eq!(
        stage.log(),
        "\
0: D1 says \"failed: no space\"
  D1 Failed: no space
  wave 1, Paused(Failures { failed: 1, of: 1 })"
    );
    assert_eq!(stage.act(Act::Resume), Ok(()));
    assert!(stage.log().contains("wave 1, Paused(Wave { wave: 0, updated: 0, of: 1 })"));
    // Who resumes now wants the next wave.
    assert_eq!(stage.act(Act::Resume), Ok(()));
    assert!(stage.log().contains("D2 notice 1"));
}

#[test]
fn too_many_failures_stop_it_and_who_has_the_notice_goes_on() {
    let plan = Plan { max_failures: Some(2), parallel: 3, ..at_once() };
    let mut stage = Stage::new(plan, targets(6)).all_come();
    stage.log();
    stage.device(1, says("failed")).device(2, says("failed"));
    assert_eq!(
        stage.log(),
        "\
0: D1 says \"failed\"
  D1 Failed: 
  D4 notice 1 by Mqtt
  D4 Initiated
0: D2 says \"failed\"
  D2 Failed: 
  wave 1, Paused(Failures { failed: 2, of: 6 })"
    );
    stage.updates(3);
    assert!(!stage.log().contains("notice"));
    assert_eq!(stage.act(Act::Resume), Ok(()));
    assert!(stage.log().contains("D5 notice 1 by Mqtt"));
    stage.device(4, says("failed"));
    assert!(!stage.log().contains("Paused"), "those two are forgiven");
}

#[test]
fn no_more_devices_than_the_plan_says_are_updated_at_once() {
    let plan = Plan { parallel: 2, ..at_once() };
    let mut stage = Stage::new(plan, targets(5)).all_come();
    assert_eq!(stage.log().matches("notice").count(), 2);
    stage.updates(2);
    assert_eq!(stage.log().matches("D3 notice").count(), 1);
    stage.updates(1).updates(3).updates(4).updates(5);
    assert!(stage.log().ends_with("finished"));
}

#[test]
fn devices_that_prove_the_version_take_no_place() {
    let plan = Plan { parallel: 1, terms: Plan::default().terms, ..at_once() };
    let mut stage = Stage::new(plan, targets(2)).all_come();
    stage.updates(1);
    assert_eq!(stage.state(1), PushState::Confirming);
    assert_eq!(stage.state(2), PushState::Initiated);
}

#[test]
fn sleeping_devices_hold_no_wave_back_but_a_wave_with_nobody_updated_does() {
    let mut stage = Stage::new(in_waves(), targets(20));
    stage.device(2, came()).device(3, came());
    assert_eq!(stage.rollout.head().begun(), 1, "the canary sleeps");
    stage.device(1, came()).updates(1);
    assert_eq!(stage.rollout.head().begun(), 2);
    stage.updates(2);
    assert_eq!(stage.rollout.head().begun(), 3);
    stage.updates(3);
    assert_eq!(stage.rollout.head().begun(), 4, "D4 to D10 sleep");
    stage.device(10, came()).updates(10);
    assert_eq!(stage.state(10), PushState::Updated, "who comes later is not forgotten");
}

#[test]
fn a_wave_of_devices_that_have_the_version_proves_nothing_and_holds_nothing_back() {
    let mut all = targets(3);
    all[0].reported = Some("2.0".to_owned());
    let stage = Stage::new(in_waves(), all);
    assert_eq!(stage.rollout.head().begun(), 2);
}

#[test]
fn a_wave_below_its_share_stops_and_goes_on_when_the_failed_are_tried_again() {
    let plan = Plan {
        waves: vec![Wave::Devices(2)],
        max_failures: None,
        max_failed_percent: None,
        ..in_waves()
    };
    let mut stage = Stage::new(plan, targets(3)).all_come();
    stage.updates(1).device(2, says("failed"));
    assert!(stage.log().ends_with("wave 1, Paused(Wave { wave: 0, updated: 1, of: 2 })"));
    assert_eq!(stage.act(Act::RetryFailed), Ok(()));
    assert_eq!(stage.act(Act::Resume), Ok(()));
    assert_eq!(stage.rollout.head().begun(), 1);
    assert!(stage.log().contains("D2 notice 2 by Mqtt: an operator began it again"));
    stage.updates(2);
    assert_eq!(stage.rollout.head().begun(), 2);
}
