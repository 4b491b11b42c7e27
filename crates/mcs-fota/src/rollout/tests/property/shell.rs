//! A shell around a rollout, and what the rules are, told once more and in another way.

use std::collections::{BTreeMap, BTreeSet};
use std::time::Duration;

use proptest::prelude::*;

use super::super::stage::{at, id, release, targets};
use super::DEVICES;
use crate::rollout::*;
use crate::{Reason, Terms};

/// A shell that stores what it is told to, before it goes on, and may end anywhere.
pub(super) struct Shell {
    pub(super) rollout: Rollout,
    head: Head,
    members: BTreeMap<DeviceId, Member>,
    pub(super) minute: i64,
    /// How many notices the devices were sent.
    sent: BTreeMap<DeviceId, u32>,
    /// Those whose notice is not answered for.
    in_flight: BTreeSet<DeviceId>,
    ends: BTreeMap<DeviceId, PushState>,
    /// What each reported last.
    says: BTreeMap<DeviceId, String>,
    /// Waves that had begun, and failures that were passed over.
    begun: u32,
    forgiven: usize,
    crashed: bool,
}

impl Shell {
    pub(super) fn new(plan: Plan) -> Self {
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
            says: BTreeMap::new(),
            begun: 1,
            forgiven: 0,
            crashed: false,
        }
    }

    pub(super) fn now(&self) -> Timestamp {
        at(u64::try_from(self.minute).unwrap())
    }

    /// Carries out what comes, up to `most` outputs.
    pub(super) fn drain(&mut self, most: usize) -> Result<(), TestCaseError> {
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
        let head = self.rollout.head();
        let plan = head.plan();
        prop_assert!(*head.course() == Course::Running, "a notice while it stands still");
        let overridden = head.overrides().iter().any(|it| it.objection == Objection::Unverified);
        let trusted = head.release().verified || (overridden && !head.barred);
        prop_assert!(trusted, "a notice of an image for which nobody vouches");
        let member = self.rollout.member(device).unwrap();
        prop_assert!(member.wave() < head.begun(), "a notice before its wave");
        prop_assert!(member.handed && member.state() == PushState::Queued);
        let most = plan.terms.attempts.max(plan.terms.unanswered);
        prop_assert!(member.push().unwrap().attempts() < most, "notices without an end");
        // Stored before it is sent.
        prop_assert!(self.members[device].handed);
        prop_assert!(self.in_flight.insert(device.clone()), "two in flight");
        let busy = self.rollout.members().filter(|(id, it)| self.is_at_it(id, it)).count();
        prop_assert!(busy <= plan.parallel as usize, "{busy} at once");
        let failed = self.failed().saturating_sub(self.forgiven);
        if let Some(most) = plan.max_failures {
            prop_assert!(failed < most as usize, "a notice after {failed} failures");
        }
        if let Some(share) = plan.max_failed_percent {
            let all = self.rollout.members().filter(|(_, it)| it.has_begun()).count();
            let too_many = failed > 0 && failed * 100 >= usize::from(share) * all;
            prop_assert!(!too_many, "a notice after {failed} of {all} failed");
        }
        let count = self.sent.entry(device.clone()).or_default();
        *count += 1;
        prop_assert!(*count <= notice, "a notice that was not counted");
        // A crash may have lost one that was counted before.
        prop_assert!(self.crashed || *count == notice, "one was counted that was not sent");
        prop_assert!(*count == 1 || *reason != Reason::None, "again without a reason");
        Ok(())
    }

    /// Whether it has the notice, or may have it, and has not shown the version.
    fn is_at_it(&self, device: &DeviceId, member: &Member) -> bool {
        self.in_flight.contains(device)
            || matches!(
                member.state(),
                PushState::Initiated
                    | PushState::Deferred
                    | PushState::Downloading
                    | PushState::Downloaded
                    | PushState::Verified
                    | PushState::Updating
                    | PushState::Rebooting
            )
    }

    fn failed(&self) -> usize {
        let failed = |it: &Member| match it.state() {
            PushState::Failed | PushState::RolledBack => true,
            // Refused by itself, or given up after a notice.
            PushState::Rejected => it.push().is_some(),
            PushState::TimedOut => it.push().is_some_and(|it| it.attempts() > 0),
            _ => false,
        };
        self.rollout.members().filter(|(_, it)| failed(it)).count()
    }

    /// Something happens to a device.
    pub(super) fn device(&mut self, device: u32, fact: Fact) -> Result<(), TestCaseError> {
        let (now, id) = (self.now(), id(device));
        let answers = matches!(
            fact,
            Fact::Sent | Fact::SentPerhaps | Fact::NotSent(_) | Fact::DownloadStarted
        );
        if answers
            && self.in_flight.remove(&id)
            && let Fact::NotSent(_) = fact
            && let Some(count) = self.sent.get_mut(&id)
        {
            *count -= 1;
        }
        let before = self.rollout.member(&id).unwrap().state();
        let reported = match &fact {
            Fact::VersionReported(version) => Some(version.clone()),
            _ => None,
        };
        self.says.extend(reported.clone().map(|it| (id.clone(), it)));
        self.rollout.handle_input(now, Input::Device(id.clone(), fact));
        if before == PushState::Confirming && reported.as_deref() == Some("1.0") {
            let after = self.rollout.member(&id).unwrap().state();
            prop_assert_eq!(after, PushState::RolledBack, "old, new, old");
        }
        Ok(())
    }

    /// An operator does something.
    pub(super) fn act(&mut self, act: Act) {
        let now = self.now();
        // Who resumes has seen the failures, and that a wave was below its share.
        let seen = self.failed();
        let (resumes, retries) = (act == Act::Resume, act == Act::RetryFailed);
        let begins_again = retries || matches!(act, Act::Override(_));
        let stuck = matches!(self.rollout.head().course(), Course::Paused(Pause::Wave { .. }));
        if self.rollout.act(now, act).is_err() {
            return;
        }
        if resumes {
            self.forgiven = seen;
            self.begun += u32::from(stuck);
        }
        if retries {
            self.forgiven = self.forgiven.min(self.failed());
        }
        if begins_again {
            let state = |it: &DeviceId| self.rollout.member(it).map(Member::state);
            self.ends.retain(|it, end| state(it) == Some(*end));
        }
    }

    /// The process ends after so many outputs, and another one goes on with what was stored.
    pub(super) fn crash(&mut self, after: usize) -> Result<(), TestCaseError> {
        self.drain(after)?;
        self.rollout = Rollout::restore(self.head.clone(), self.members.clone()).unwrap();
        self.in_flight.clear();
        self.crashed = true;
        // What was not stored did not happen.
        let over = self.rollout.members().filter(|(_, it)| it.is_over());
        self.ends = over.map(|(id, it)| (id.clone(), it.state())).collect();
        self.begun = self.head.begun();
        self.forgiven = self.head.forgiven as usize;
        let reported = |(id, it): (&DeviceId, &Member)| Some((id.clone(), it.reported.clone()?));
        self.says = self.rollout.members().filter_map(reported).collect();
        let now = self.now();
        self.rollout.handle_input(now, Input::Restarted);
        Ok(())
    }

    /// Nobody answers any more, and time passes.
    pub(super) fn wait(&mut self) -> Result<(), TestCaseError> {
        self.act(Act::Resume);
        self.drain(usize::MAX)?;
        for device in 1..=DEVICES {
            self.device(device, Fact::Sent)?;
            self.drain(usize::MAX)?;
        }
        self.minute += 20_000;
        let now = self.now();
        self.rollout.handle_input(now, Input::Timeout);
        self.drain(usize::MAX)
    }

    pub(super) fn check(&mut self) -> Result<(), TestCaseError> {
        for (device, member) in self.rollout.members() {
            if member.is_over() {
                let end = *self.ends.entry(device.clone()).or_insert_with(|| member.state());
                prop_assert_eq!(end, member.state(), "an end that was none");
            } else {
                prop_assert!(!self.ends.contains_key(device), "under way again by itself");
            }
        }
        self.no_wave_begins_too_early()?;
        self.what_is_stored_does_the_same()
    }

    /// Whoever ended as updated had said so last.
    pub(super) fn check_reports(&self) -> Result<(), TestCaseError> {
        for (device, member) in self.rollout.members() {
            let is_new = matches!(member.state(), PushState::Updated | PushState::AlreadyInstalled);
            if is_new && !self.ends.contains_key(device) {
                prop_assert_eq!(self.says.get(device).map(String::as_str), Some("2.0"));
            }
        }
        Ok(())
    }

    fn no_wave_begins_too_early(&mut self) -> Result<(), TestCaseError> {
        let begun = self.rollout.head().begun();
        for wave in self.begun..begun {
            let before: Vec<_> = self
                .rollout
                .members()
                .filter(|(_, it)| it.wave() + 1 == wave)
                .map(|(_, it)| it)
                .collect();
            let updated = before.iter().filter(|it| it.state() == PushState::Updated).count();
            // Neither those that sleep nor those that ended without a fault of the image.
            let counts = |it: &&&Member| match it.state() {
                PushState::AlreadyInstalled | PushState::Canceled => false,
                PushState::Rejected => it.push().is_some(),
                PushState::Queued => it.handed || it.hears().next().is_some(),
                _ => true,
            };
            let measured = before.iter().filter(counts).count();
            let nobody = measured == 0 && before.iter().all(|it| it.is_over());
            let share = usize::from(self.rollout.head().plan().success);
            let enough = updated > 0 && updated * 100 >= share * measured;
            prop_assert!(nobody || enough, "wave {wave} after {updated} of {measured}");
        }
        self.begun = begun;
        Ok(())
    }

    /// No state lasts longer than its time, wherever the clock was set.
    pub(super) fn no_state_lasts(&self) -> Result<(), TestCaseError> {
        let terms = self.rollout.head().plan().terms;
        for (_, member) in self.rollout.members().filter(|(_, it)| !it.handed) {
            let Some(push) = member.push().filter(|it| !it.is_over()) else { continue };
            let latest = self.now().as_millis() + time_of(push.state(), &terms).as_millis() as u64;
            let deadline = push.deadline().map(Timestamp::as_millis);
            prop_assert!(deadline.is_some_and(|it| it <= latest), "{:?} lasts", push.state());
        }
        Ok(())
    }

    /// Stored and restored it is the same, and does the same.
    fn what_is_stored_does_the_same(&self) -> Result<(), TestCaseError> {
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

fn time_of(state: PushState, terms: &Terms) -> Duration {
    match state {
        PushState::Queued | PushState::Deferred => terms.queued,
        PushState::Initiated => terms.initiated,
        PushState::Downloading => terms.downloading,
        PushState::Updating => terms.updating,
        PushState::Confirming => terms.confirming,
        _ => terms.downloaded,
    }
}
