//! Whatever devices, clocks and processes do, the rules hold.

use std::collections::{BTreeMap, BTreeSet};

use proptest::prelude::*;

use super::stage::{at, at_once, id, release, targets};
use crate::rollout::*;
use crate::{Reason, Unreachable};

const DEVICES: u32 = 6;

#[derive(Clone, Debug)]
enum Event {
    Fact(u32, Fact),
    Act(Act),
    /// The process ends after so many of the next outputs were carried out.
    Crash(usize),
    /// The clock jumps by so many minutes.
    Jump(i64),
    Pass(i64),
}

/// A shell that stores what it is told to, before it goes on, and may end anywhere.
struct Shell {
    rollout: Rollout,
    head: Head,
    members: BTreeMap<DeviceId, Member>,
    minute: i64,
    /// How many notices the devices were sent.
    sent: BTreeMap<DeviceId, u32>,
    /// Those whose notice is not answered for.
    in_flight: BTreeSet<DeviceId>,
    ends: BTreeMap<DeviceId, PushState>,
}

impl Shell {
    fn new(plan: Plan) -> Self {
        let rollout = Rollout::new(release(), plan, targets(DEVICES), vec![], at(0)).unwrap();
        let head = rollout.head().clone();
        let members = rollout.members().map(|(id, it)| (id.clone(), it.clone())).collect();
        Self {
            rollout,
            head,
            members,
            minute: 100_000,
            sent: BTreeMap::new(),
            in_flight: BTreeSet::new(),
            ends: BTreeMap::new(),
        }
    }

    fn now(&self) -> Timestamp {
        at(u64::try_from(self.minute).unwrap())
    }

    /// Carries out what comes, up to `most` outputs.
    fn drain(&mut self, most: usize) -> Result<(), TestCaseError> {
        for _ in 0..most {
            match self.rollout.poll_output() {
                Output::Member(device) => {
                    let member = self.rollout.member(&device).unwrap().clone();
                    self.members.insert(device, member);
                }
                Output::Head => self.head = self.rollout.head().clone(),
                Output::Send { device, notice, reason, .. } => {
                    self.send(&device, notice, &reason)?;
                }
                Output::Finished => prop_assert!(self.rollout.head().is_over()),
                Output::Timeout(_) => return Ok(()),
            }
        }
        Ok(())
    }

    fn send(
        &mut self,
        device: &DeviceId,
        notice: u32,
        reason: &Reason,
    ) -> Result<(), TestCaseError> {
        let plan = self.rollout.head().plan();
        prop_assert!(
            *self.rollout.head().course() == Course::Running,
            "a notice while it stands still"
        );
        let member = self.rollout.member(device).unwrap();
        prop_assert!(member.wave() < self.rollout.head().begun(), "a notice before its wave");
        prop_assert!(member.handed && member.state() == PushState::Queued);
        // Stored before it is sent.
        prop_assert!(self.members[device].handed);
        let busy = self.rollout.members().filter(|(_, it)| it.is_busy()).count();
        prop_assert!(busy <= plan.parallel as usize, "{busy} at once");
        let count = self.sent.entry(device.clone()).or_default();
        *count += 1;
        prop_assert!(*count <= notice, "a notice that was not counted");
        prop_assert!(*count == 1 || *reason != Reason::None, "again without a reason");
        prop_assert!(self.in_flight.insert(device.clone()), "two in flight");
        Ok(())
    }

    fn crash(&mut self) {
        self.rollout = Rollout::restore(self.head.clone(), self.members.clone()).unwrap();
        self.in_flight.clear();
        let now = self.now();
        self.rollout.handle_input(now, Input::Restarted);
    }

    fn check(&mut self, retried: bool) -> Result<(), TestCaseError> {
        if retried {
            self.ends.clear();
        }
        for (device, member) in self.rollout.members() {
            if member.is_over() {
                let end = *self.ends.entry(device.clone()).or_insert(member.state());
                prop_assert_eq!(end, member.state(), "an end that was none");
            }
        }
        // Stored and restored it is the same, and does the same.
        let stored = serde_json::to_string(&self.rollout).unwrap();
        let mut other: Rollout = serde_json::from_str(&stored).unwrap();
        prop_assert_eq!(&other, &self.rollout);
        let mut this = self.rollout.clone();
        for minutes in [0, 15, 100_000] {
            let later = Timestamp::from_millis(self.now().as_millis() + minutes * 60_000);
            let (mut ours, mut theirs) = (Vec::new(), Vec::new());
            for (rollout, outputs) in [(&mut this, &mut ours), (&mut other, &mut theirs)] {
                rollout.handle_input(later, Input::Timeout);
                loop {
                    let output = rollout.poll_output();
                    let done = matches!(output, Output::Timeout(_));
                    outputs.push(output);
                    if done {
                        break;
                    }
                }
            }
            prop_assert_eq!(ours, theirs);
        }
        Ok(())
    }
}

fn fact() -> impl Strategy<Value = Fact> {
    let transport = prop_oneof![Just(Transport::Mqtt), Just(Transport::Command)];
    prop_oneof![
        6 => transport.clone().prop_map(Fact::Came),
        1 => transport.prop_map(Fact::Left),
        6 => Just(Fact::Sent),
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
    prop_oneof![
        20 => (1..=DEVICES, fact()).prop_map(|(device, fact)| Event::Fact(device, fact)),
        1 => Just(Event::Act(Act::Pause)),
        3 => Just(Event::Act(Act::Resume)),
        1 => Just(Event::Act(Act::RetryFailed)),
        2 => (0_usize..6).prop_map(Event::Crash),
        1 => (-50_000_i64..50_000).prop_map(Event::Jump),
        4 => (0_i64..20).prop_map(Event::Pass),
    ]
}

fn plan() -> impl Strategy<Value = Plan> {
    (1_u32..4, 1_u8..=100, proptest::option::of(1_u32..4), any::<bool>(), any::<bool>()).prop_map(
        |(parallel, success, max_failures, waves, confirms)| Plan {
            waves: if waves { Plan::default().waves } else { Vec::new() },
            parallel,
            success,
            max_failures,
            max_failed_percent: None,
            terms: if confirms { Plan::default().terms } else { at_once().terms },
        },
    )
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(200))]
    #[test]
    fn whatever_happens_every_rule_holds_and_everybody_ends_once(
        plan in plan(),
        events in proptest::collection::vec(event(), 0..80),
    ) {
        let mut shell = Shell::new(plan);
        shell.drain(usize::MAX)?;
        for event in events {
            let now = shell.now();
            let mut retried = false;
            match event {
                Event::Fact(device, fact) => {
                    let answers = matches!(
                        fact,
                        Fact::Sent | Fact::NotSent(_) | Fact::DownloadStarted
                    );
                    if answers
                        && shell.in_flight.remove(&id(device))
                        && let Fact::NotSent(_) = fact
                        && let Some(count) = shell.sent.get_mut(&id(device))
                    {
                        *count -= 1;
                    }
                    shell.rollout.handle_input(now, Input::Device(id(device), fact));
                }
                Event::Act(act) => {
                    retried = act == Act::RetryFailed;
                    let _ = shell.rollout.act(now, act);
                }
                Event::Crash(after) => {
                    shell.drain(after)?;
                    shell.crash();
                    // What was not stored did not happen.
                    shell.ends.clear();
                }
                Event::Jump(minutes) => shell.minute = (shell.minute + minutes).max(0),
                Event::Pass(minutes) => {
                    shell.minute += minutes;
                    let now = shell.now();
                    shell.rollout.handle_input(now, Input::Timeout);
                }
            }
            shell.drain(usize::MAX)?;
            shell.check(retried)?;
        }
        // Left alone, and resumed as often as it stops, it comes to its end.
        for _ in 0..200 {
            let now = shell.now();
            let _ = shell.rollout.act(now, Act::Resume);
            shell.drain(usize::MAX)?;
            for device in 1..=DEVICES {
                shell.in_flight.remove(&id(device));
                shell.rollout.handle_input(now, Input::Device(id(device), Fact::Sent));
                shell.drain(usize::MAX)?;
            }
            shell.minute += 20_000;
            let now = shell.now();
            shell.rollout.handle_input(now, Input::Timeout);
            shell.drain(usize::MAX)?;
        }
        prop_assert!(shell.rollout.members().all(|(_, it)| it.is_over()));
        prop_assert!(shell.rollout.head().is_over());
    }
}
