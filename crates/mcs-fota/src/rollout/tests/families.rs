//! What each family of devices does with a notice, and where it ends (CONTRACT §5.4).

use super::stage::{Stage, at_once, came, reported, says, targets};
use crate::Unreachable;
use crate::rollout::*;

fn stage() -> Stage {
    Stage::new(at_once(), targets(1))
}

#[test]
fn a_plain_old_board_only_reports_its_version() {
    let mut stage = stage();
    stage.device(1, came()).device(1, reported("1.0"));
    stage.pass(5).device(1, came()).device(1, reported("2.0"));
    assert_eq!(
        stage.log(),
        "\
0: D1 comes by Mqtt
  D1 notice 1 by Mqtt
  D1 Initiated
0: D1 reports 1.0
5:
5: D1 comes by Mqtt
5: D1 reports 2.0
  D1 Updated
  wave 1, Finished
  finished"
    );
}

#[test]
fn the_c_library_says_fotaing_and_never_its_version() {
    let mut stage = stage();
    stage.device(1, Fact::Came(Transport::Command)).device(1, says("fotaing"));
    stage.device(1, Fact::DownloadStarted).device(1, Fact::DownloadProgress(40));
    stage.device(1, Fact::DownloadFinished).pass(5);
    stage.device(1, Fact::Came(Transport::Command)).pass(5);
    assert_eq!(
        stage.log(),
        "\
0: D1 comes by Command
  D1 notice 1 by Command
  D1 Initiated
0: D1 says \"fotaing\"
  D1 Downloading
0: D1 asks for the file
0: D1 has 40%
  D1 Downloading 40%
0: D1 has the file
  D1 Downloaded
5:
  D1 Queued: the device did not report the version
  D1 notice 2 by Command: the device did not report the version
  D1 Initiated
5: D1 comes by Command
10:"
    );
    stage.pass(15);
    assert_eq!(stage.state(1), PushState::TimedOut);
}

#[test]
fn a_device_that_tells_every_step_passes_every_state() {
    let mut stage = stage();
    stage.device(1, came());
    let words =
        ["deferred: busy", "DOWNLOADING 10%", "downloaded", "verified", "updating", "rebooting"];
    for text in words {
        stage.device(1, says(text));
    }
    stage.device(1, says("downloaded")).device(1, reported("2.0"));
    let states: Vec<_> =
        stage.log().lines().filter(|it| it.starts_with("  D1")).map(str::to_owned).collect();
    assert_eq!(
        states,
        [
            "  D1 notice 1 by Mqtt",
            "  D1 Initiated",
            "  D1 Deferred: deferred: busy",
            "  D1 Downloading 10%",
            "  D1 Downloaded",
            "  D1 Verified",
            "  D1 Updating",
            "  D1 Rebooting",
            "  D1 Updated",
        ]
    );
}

#[test]
fn a_device_that_fails_the_check_says_so() {
    let mut stage = stage();
    stage.device(1, came()).device(1, says("firmware refused: the MD5 differs"));
    assert_eq!(stage.state(1), PushState::Failed);
    assert!(stage.log().contains("D1 Failed: firmware refused: the MD5 differs"));
}

#[test]
fn old_new_old_is_rolled_back() {
    let plan = Plan { terms: Plan::default().terms, ..at_once() };
    let mut stage = Stage::new(plan, targets(1)).all_come();
    stage.log();
    stage.device(1, came()).device(1, reported("2.0")).pass(9);
    stage.device(1, came()).device(1, reported("1.0"));
    assert_eq!(
        stage.log(),
        "\
0: D1 comes by Mqtt
0: D1 reports 2.0
  D1 Confirming
9:
9: D1 comes by Mqtt
9: D1 reports 1.0
  D1 RolledBack: it went back to version 1.0
  wave 1, Finished
  finished"
    );
}

#[test]
fn a_version_that_stays_for_its_time_is_updated() {
    let plan = Plan { terms: Plan::default().terms, ..at_once() };
    let mut stage = Stage::new(plan, targets(1)).all_come();
    stage.device(1, reported("2.0")).pass(9);
    stage.device(1, reported("2.0"));
    assert_eq!(stage.state(1), PushState::Confirming);
    stage.pass(1);
    assert_eq!(stage.state(1), PushState::Updated);
}

#[test]
fn a_device_that_comes_back_with_the_old_version_is_tried_three_times() {
    let mut stage = stage();
    stage.device(1, came());
    for _ in 0..3 {
        stage.device(1, came()).device(1, reported("1.0"));
    }
    assert_eq!(
        stage.log(),
        "\
0: D1 comes by Mqtt
  D1 notice 1 by Mqtt
  D1 Initiated
0: D1 comes by Mqtt
0: D1 reports 1.0
  D1 Queued: it came back with version 1.0
  D1 notice 2 by Mqtt: it came back with version 1.0
  D1 Initiated
0: D1 comes by Mqtt
0: D1 reports 1.0
  D1 Queued: it came back with version 1.0
  D1 notice 3 by Mqtt: it came back with version 1.0
  D1 Initiated
0: D1 comes by Mqtt
0: D1 reports 1.0
  D1 Failed: it still has version 1.0 after 3 attempts
  wave 1, Finished
  finished"
    );
}

#[test]
fn a_device_on_both_transports_gets_one_notice_and_has_not_restarted_by_coming_on_the_other() {
    let mut stage = stage();
    stage.device(1, came()).device(1, Fact::Came(Transport::Command)).device(1, reported("1.0"));
    assert_eq!(
        stage.log(),
        "\
0: D1 comes by Mqtt
  D1 notice 1 by Mqtt
  D1 Initiated
0: D1 comes by Command
0: D1 reports 1.0"
    );
    // It leaves both and comes back: that is a restart.
    stage.device(1, Fact::Left(Transport::Mqtt)).device(1, Fact::Left(Transport::Command));
    stage.device(1, Fact::Came(Transport::Command)).device(1, reported("1.0"));
    assert!(stage.log().contains("D1 notice 2 by Command: it came back with version 1.0"));
}

#[test]
fn a_device_that_sleeps_stays_queued_until_it_comes_or_its_time_is_over() {
    let mut stage = Stage::new(at_once(), targets(2));
    stage.pass(6 * 24 * 60).device(1, came());
    assert_eq!((stage.state(1), stage.state(2)), (PushState::Initiated, PushState::Queued));
    stage.updates(1).pass(24 * 60);
    assert_eq!((stage.state(1), stage.state(2)), (PushState::Updated, PushState::TimedOut));
    assert!(
        stage
            .log()
            .ends_with("D2 TimedOut: the device did not come\n  wave 1, Finished\n  finished")
    );
}

#[test]
fn a_notice_that_could_not_be_handed_over_waits_for_the_device_and_does_not_count() {
    let mut rollout =
        Rollout::new(super::stage::release(), at_once(), targets(1), vec![], super::stage::at(0))
            .unwrap();
    let sends = |rollout: &mut Rollout, fact| {
        rollout.handle_input(super::stage::at(1), Input::Device(super::stage::id(1), fact));
        let mut sends = Vec::new();
        loop {
            match rollout.poll_output() {
                Output::Send { notice, .. } => sends.push(notice),
                Output::Timeout(_) => return sends,
                _ => {}
            }
        }
    };
    assert_eq!(sends(&mut rollout, came()), [1]);
    assert_eq!(sends(&mut rollout, came()), [0; 0]);
    assert_eq!(sends(&mut rollout, Fact::NotSent(Unreachable::Away)), [0; 0]);
    assert_eq!(sends(&mut rollout, came()), [1]);
    // The download is seen before the transport has answered.
    assert_eq!(sends(&mut rollout, Fact::DownloadStarted), [0; 0]);
    assert_eq!(sends(&mut rollout, Fact::NotSent(Unreachable::Away)), [0; 0]);
    assert_eq!(rollout.member(&super::stage::id(1)).unwrap().state(), PushState::Downloading);
}

#[test]
fn a_device_that_runs_the_version_already_gets_no_notice() {
    let mut targets = targets(2);
    targets[0].reported = Some("2.0".to_owned());
    let mut stage = Stage::new(at_once(), targets).all_come();
    assert_eq!(stage.state(1), PushState::AlreadyInstalled);
    stage.updates(2);
    assert!(!stage.log().contains("D1 notice"));
    assert_eq!(stage.rollout.counts(), Counts { updated: 1, apart: 1, ..Counts::default() });
}
