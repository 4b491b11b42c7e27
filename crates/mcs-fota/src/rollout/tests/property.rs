//! Whatever devices, clocks, operators, keys and processes do, the rules hold.

mod shell;

use proptest::prelude::*;

use self::shell::Shell;
use super::stage::{at, at_once};
use crate::rollout::*;
use crate::{Reason, Terms, Unreachable};

const DEVICES: u32 = 6;

#[derive(Clone, Debug)]
enum Event {
    Fact(u32, Fact),
    Act(Act),
    Trust(Trust),
    /// The process ends after so many of the next outputs were carried out.
    Crash(usize),
    /// The clock jumps by so many minutes.
    Jump(i64),
    Pass(i64),
}

fn fact() -> impl Strategy<Value = Fact> {
    let transport = prop_oneof![Just(Transport::Mqtt), Just(Transport::Command)];
    prop_oneof![
        12 => transport.clone().prop_map(Fact::Came),
        1 => transport.prop_map(Fact::Left),
        6 => Just(Fact::Sent),
        1 => Just(Fact::SentPerhaps),
        1 => Just(Fact::NotSent(Unreachable::Away)),
        3 => Just(Fact::DownloadStarted),
        1 => (0_u8..=100).prop_map(Fact::DownloadProgress),
        2 => Just(Fact::DownloadFinished),
        4 => Just(Fact::VersionReported("2.0".to_owned())),
        4 => Just(Fact::VersionReported("1.0".to_owned())),
        2 => "(fotaing|deferred|downloading 5|downloaded|verified|updating|rebooting|failed|rejected|rolled_back|hello)"
            .prop_map(Fact::StatusText),
        1 => Just(Fact::Dropped(Reason::Superseded)),
    ]
}

fn event() -> impl Strategy<Value = Event> {
    let overrides = Act::Override(Override {
        objection: Objection::Unverified,
        by: "ada".to_owned(),
        reason: "a test".to_owned(),
        at: at(0),
    });
    let trust =
        prop_oneof![4 => Just(Trust::Vouched), 1 => Just(Trust::Doubted), 1 => Just(Trust::Barred)];
    prop_oneof![
        100 => (1..=DEVICES, fact()).prop_map(|(device, fact)| Event::Fact(device, fact)),
        5 => Just(Event::Act(Act::Pause)),
        15 => Just(Event::Act(Act::Resume)),
        5 => Just(Event::Act(Act::RetryFailed)),
        1 => Just(Event::Act(Act::Cancel)),
        2 => Just(Event::Act(overrides)),
        3 => trust.prop_map(Event::Trust),
        10 => (0_usize..6).prop_map(Event::Crash),
        5 => (-50_000_i64..50_000).prop_map(Event::Jump),
        20 => (0_i64..20).prop_map(Event::Pass),
    ]
}

fn plan() -> impl Strategy<Value = Plan> {
    let limits = (proptest::option::of(1_u32..4), proptest::option::of(1_u8..=40));
    let most = prop_oneof![Just((1_u8, 1_u8)), (1_u8..=3, 1_u8..=2)];
    (1_u32..4, 1_u8..=100, limits, most, any::<bool>(), any::<bool>()).prop_map(
        |(parallel, success, limits, (attempts, unanswered), waves, confirms)| {
            let terms = if confirms { Plan::default().terms } else { at_once().terms };
            let (max_failures, max_failed_percent) = limits;
            Plan {
                waves: if waves { Plan::default().waves } else { Vec::new() },
                parallel,
                success,
                max_failures,
                max_failed_percent,
                terms: Terms { attempts, unanswered, ..terms },
            }
        },
    )
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(1500))]
    #[test]
    fn whatever_happens_every_rule_holds_and_everybody_ends_once(
        plan in plan(),
        events in proptest::collection::vec(event(), 0..80),
    ) {
        let mut shell = Shell::new(plan);
        shell.drain(usize::MAX)?;
        for event in events {
            match event {
                Event::Fact(device, fact) => shell.device(device, fact)?,
                Event::Act(act) => shell.act(act),
                Event::Trust(trust) => {
                    let now = shell.now();
                    shell.rollout.handle_input(now, Input::Trusted(trust));
                }
                Event::Crash(after) => shell.crash(after)?,
                Event::Jump(minutes) => shell.minute = (shell.minute + minutes).max(0),
                Event::Pass(minutes) => {
                    shell.minute += minutes;
                    let now = shell.now();
                    shell.rollout.handle_input(now, Input::Timeout);
                    shell.no_state_lasts()?;
                }
            }
            shell.check_reports()?;
            shell.drain(usize::MAX)?;
            shell.check()?;
        }
        // Left alone, and resumed as often as it stops, it comes to its end.
        for _ in 0..200 {
            shell.wait()?;
        }
        prop_assert!(shell.rollout.members().all(|(_, it)| it.is_over()));
        prop_assert!(shell.rollout.head().is_over());
    }
}
