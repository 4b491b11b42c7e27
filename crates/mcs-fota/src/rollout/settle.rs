//! What follows from where the devices are: waves begin, notices go out, the rollout stops or ends.

use mcs_model::api::PushState;
use mcs_model::{DeviceId, Timestamp};

use super::member::{Phase, Standing};
use super::{
    Act, ActError, Counts, Course, Objection, Output, Override, Pause, Rollout, Transport,
};
use crate::push::{Push, Reason};

impl Rollout {
    /// Does what an operator wants.
    pub fn act(&mut self, now: Timestamp, act: Act) -> Result<(), ActError> {
        match (act, &self.head.course) {
            (Act::Pause, Course::Running) => self.set_course(Course::Paused(Pause::Operator)),
            (Act::Resume, Course::Paused(pause)) => {
                // Who resumes has seen what is wrong.
                let wave_is_over = matches!(pause, Pause::Wave { .. });
                self.head.forgiven = self.counts().failed;
                self.set_course(Course::Running);
                if wave_is_over {
                    self.begin_wave(now);
                }
            }
            (Act::Cancel, Course::Running | Course::Paused(_)) => {
                self.set_course(Course::Canceling);
            }
            (Act::RetryFailed, Course::Running | Course::Paused(_) | Course::Finished) => {
                self.retry(now)?;
            }
            (Act::Override(it), Course::Running | Course::Paused(_) | Course::Finished) => {
                self.override_objection(now, it)?;
            }
            _ => return Err(ActError::Course),
        }
        self.settle(now);
        Ok(())
    }

    /// Carries out what follows, until nothing does.
    pub(super) fn settle(&mut self, now: Timestamp) {
        self.begin_those_of_begun_waves(now);
        self.refuse_those_in_doubt(now);
        while self.head.course == Course::Running {
            if let Some(pause) = self.reason_to_stop() {
                self.set_course(Course::Paused(pause));
            } else if self.may_begin_wave() {
                self.begin_wave(now);
            } else {
                break;
            }
        }
        match self.head.course {
            Course::Running => self.hand_out(),
            Course::Canceling => self.drop_those_without_notice(now),
            _ => {}
        }
        if !self.head.is_over() && self.counts().is_over() {
            let canceled = self.head.course == Course::Canceling;
            self.set_course(if canceled { Course::Canceled } else { Course::Finished });
            self.outputs.push_back(Output::Finished);
        }
    }

    fn retry(&mut self, now: Timestamp) -> Result<(), ActError> {
        let failed =
            |it: &super::Member| matches!(it.standing(), Standing::Failed | Standing::Missed);
        let devices: Vec<_> =
            self.members.iter().filter(|(_, it)| failed(it)).map(|(id, _)| id.clone()).collect();
        if devices.is_empty() {
            return Err(ActError::Nothing);
        }
        for device in devices {
            self.begin_member(now, &device, Reason::Retried);
        }
        self.head.forgiven = self.head.forgiven.min(self.counts().failed);
        match self.head.course {
            Course::Finished => self.set_course(Course::Running),
            // The wave is not over any more.
            Course::Paused(Pause::Wave { .. }) => self.set_course(Course::Paused(Pause::Operator)),
            _ => {}
        }
        Ok(())
    }

    fn override_objection(&mut self, now: Timestamp, it: Override) -> Result<(), ActError> {
        if it.reason.trim().is_empty() {
            return Err(ActError::Reason);
        }
        let objection = it.objection;
        if objection == Objection::Unverified && self.head.barred {
            return Err(ActError::Barred);
        }
        self.head.overrides.push(it);
        self.outputs.push_back(Output::Head);
        for device in self.devices(|it| it.objections.contains(&objection)) {
            let Some(member) = self.members.get_mut(&device) else { continue };
            member.objections.remove(&objection);
            member.overridden.insert(objection);
            self.outputs.push_back(Output::Member(device.clone()));
            if matches!(member.phase, Phase::Refused(_)) && member.objections.is_empty() {
                self.begin_member(now, &device, Reason::Overridden);
            }
        }
        if self.head.course == Course::Finished && !self.counts().is_over() {
            self.set_course(Course::Running);
        }
        Ok(())
    }

    fn reason_to_stop(&self) -> Option<Pause> {
        let begun = Counts::of(self.members.values().filter(|it| it.has_begun()));
        let all = begun.measured() + begun.asleep + begun.apart;
        let failed = begun.failed.saturating_sub(self.head.forgiven);
        let plan = &self.head.plan;
        let too_many = plan.max_failures.is_some_and(|it| failed >= it.max(1));
        let too_large_a_share = plan.max_failed_percent.is_some_and(|share| {
            failed > 0 && u64::from(failed) * 100 >= u64::from(share) * u64::from(all)
        });
        if too_many || too_large_a_share {
            // With nothing left to stop it goes on to its end.
            let open = self.counts();
            let unsent = open.waiting + open.asleep > 0
                || self.members.values().any(|it| it.state() == PushState::Queued);
            return unsent.then_some(Pause::Failures { failed: begun.failed, of: all });
        }
        let wave = self.head.begun.checked_sub(1)?;
        let counts = self.counts_of_wave(wave);
        let is_last = self.members.values().all(|it| it.wave < self.head.begun);
        let stuck = counts.is_over() && counts.measured() > 0 && !self.suffices(&counts);
        (stuck && !is_last).then_some(Pause::Wave {
            wave,
            updated: counts.updated,
            of: counts.measured(),
        })
    }

    fn may_begin_wave(&self) -> bool {
        if self.members.values().all(|it| it.wave < self.head.begun) {
            return false;
        }
        let Some(wave) = self.head.begun.checked_sub(1) else { return true };
        let counts = self.counts_of_wave(wave);
        // Nothing spoke for the firmware, but nothing against it either.
        let nobody = counts.is_over() && counts.measured() == 0;
        nobody || (counts.updated > 0 && self.suffices(&counts))
    }

    fn suffices(&self, counts: &Counts) -> bool {
        let share = u64::from(self.head.plan.success);
        u64::from(counts.updated) * 100 >= share * u64::from(counts.measured())
    }

    fn begin_wave(&mut self, now: Timestamp) {
        self.head.begun += 1;
        self.outputs.push_back(Output::Head);
        self.begin_those_of_begun_waves(now);
    }

    /// There may be some from before, when a process ended in between.
    fn begin_those_of_begun_waves(&mut self, now: Timestamp) {
        let begun = self.head.begun;
        for device in self.devices(|it| it.phase == Phase::Waiting && it.wave < begun) {
            self.begin_member(now, &device, Reason::None);
        }
    }

    fn begin_member(&mut self, now: Timestamp, device: &DeviceId, reason: Reason) {
        let doubts = self.doubts();
        let Some(member) = self.members.get_mut(device) else { return };
        if doubts {
            // One that had ended was not told when the image came into doubt.
            member.doubt();
        }
        if member.objections.is_empty() {
            let release = &self.head.release;
            let (firmware, version) = (release.firmware.clone(), release.version.clone());
            let reported = member.reported.as_deref();
            let push = Push::new(firmware, version, reported, self.head.plan.terms, now);
            member.phase = Phase::Pushed(Box::new(push.because(reason)));
        } else {
            member.phase = Phase::Refused(now);
        }
        self.outputs.push_back(Output::Member(device.clone()));
        self.drain(device);
    }

    /// Hands notices to the devices that are here, in the order of their places.
    fn hand_out(&mut self) {
        let busy = self.members.values().filter(|it| it.is_busy()).count();
        let parallel = usize::try_from(self.head.plan.parallel).unwrap_or(usize::MAX);
        let free = parallel.saturating_sub(busy);
        let ready = |it: &super::Member| it.wanted && !it.handed && !it.here.is_empty();
        let mut ready: Vec<_> = self
            .members
            .iter()
            .filter(|(_, it)| ready(it))
            .map(|(id, it)| (it.place, id.clone()))
            .collect();
        ready.sort();
        for (_, device) in ready.into_iter().take(free) {
            let Some(member) = self.members.get_mut(&device) else { continue };
            let mqtt = member.here.contains(&Transport::Mqtt);
            let transport = if mqtt { Transport::Mqtt } else { Transport::Command };
            (member.wanted, member.handed) = (false, true);
            member.notices += 1;
            let (notice, reason) = (member.notices, member.reason());
            self.outputs.push_back(Output::Member(device.clone()));
            self.outputs.push_back(Output::Send { device, transport, notice, reason });
        }
    }

    fn drop_those_without_notice(&mut self, now: Timestamp) {
        for device in self.devices(|it| it.state() == PushState::Queued && !it.handed) {
            self.drop(now, &device, Reason::Stopped);
        }
    }

    fn set_course(&mut self, course: Course) {
        self.head.course = course;
        self.outputs.push_back(Output::Head);
    }
}
