//! The state machines are fed, and what they want is done.

use core::time::Duration;

use mcs_digest::Md5Hex;
use mcs_fota::rollout::api::{AuditEntry, AuditEvent, Pace};
use mcs_fota::rollout::{Fact, Input, Member, Output as Wanted};
use mcs_fota::{Notice, Unreachable};
use mcs_model::api::PushState;
use mcs_model::{DeviceId, Timestamp, Topic};
use mcs_session::{Outcome, Publish, Qos};
use mcs_sorted::Map;

use super::{Book, Entry, Holding, Send};
use crate::console::Console;
use crate::io::{Claim, Output};
use crate::kept;
use crate::link::{Link, Sent};

/// A state machine is not woken more often.
const REST: Duration = Duration::from_millis(200);

impl Console {
    /// What the browser kept, or what the tab that runs the rollouts has just kept.
    pub(crate) fn restore_rollouts(&mut self, book: Book) {
        if !self.is_alone() || self.rollouts.local.is_ours() {
            return;
        }
        let local = &mut self.rollouts.local;
        (local.book, local.changed) = (book, true);
        if local.book.rollouts.iter().any(Entry::is_open) {
            self.claim_rollouts();
        }
    }

    /// Wants to be the tab that runs them.
    pub(in crate::rollouts) fn claim_rollouts(&mut self) {
        if self.rollouts.local.claim == Holding::Unasked {
            self.rollouts.local.claim = Holding::Asked;
            self.out.push_back(Output::Claim(kept::ROLLOUTS));
        }
    }

    /// Whether it is.
    pub(crate) fn rollouts_claimed(&mut self, claim: Claim) {
        let local = &mut self.rollouts.local;
        (local.claim, local.changed) = (Holding::Told(claim), true);
        if claim == Claim::Ours {
            for id in local.open() {
                self.feed_rollout(&id, Input::Restarted);
            }
        }
    }

    /// What was given to the browser outlives us now.
    pub(crate) fn rollouts_settled(&mut self) {
        let local = &mut self.rollouts.local;
        local.unsettled = local.unsettled.saturating_sub(1);
        if local.unsettled == 0 {
            self.send_notices();
        }
    }

    /// The browser keeps nothing: what a closed tab would forget is not sent.
    pub(crate) fn rollouts_not_kept(&mut self) {
        let local = &mut self.rollouts.local;
        local.unsettled = 0;
        for send in core::mem::take(&mut local.sends) {
            let why = Unreachable::Broken(String::new());
            self.feed_rollout(&send.rollout, Input::Device(send.device, Fact::NotSent(why)));
        }
    }

    /// Time has passed.
    pub(in crate::rollouts) fn wake_rollouts(&mut self) {
        if self.rollouts.local.wake_at.is_some_and(|at| at <= self.clock.now()) {
            self.rollouts.local.wake_at = None;
            for id in self.rollouts.local.open() {
                self.feed_rollout(&id, Input::Timeout);
            }
        }
    }

    /// Tells every rollout that a device is in.
    pub(crate) fn tell_rollouts(&mut self, device: &DeviceId, fact: &Fact) {
        let is_in = |it: &&Entry| it.rollout.member(device).is_some_and(|it| !it.is_over());
        let local = &self.rollouts.local;
        if !local.is_ours() {
            return;
        }
        let ids: Vec<_> =
            local.book.rollouts.iter().filter(is_in).map(|it| it.id.clone()).collect();
        for id in ids {
            self.feed_rollout(&id, Input::Device(device.clone(), fact.clone()));
        }
    }

    pub(super) fn feed_rollout(&mut self, id: &str, input: Input) {
        let wall = self.clock.wall();
        if let Some(entry) = self.rollouts.local.entry_mut(id) {
            entry.rollout.handle_input(wall, input);
            self.step_rollout(id);
        }
    }

    /// Takes all that a state machine wants; keeps what changed, and sends when that is settled.
    pub(super) fn step_rollout(&mut self, id: &str) {
        let (now, wall) = (self.clock.now(), self.clock.wall());
        let local = &mut self.rollouts.local;
        let Some(entry) = local.book.rollouts.iter_mut().find(|it| it.id == id) else { return };
        let mut changed = false;
        loop {
            match entry.rollout.poll_output() {
                Wanted::Member(device) => {
                    entry.tell_end(wall, &device);
                    entry.pace(wall, &device, &mut local.paces);
                    changed = true;
                }
                Wanted::Head => {
                    entry.tell_course(wall);
                    changed = true;
                }
                Wanted::Send { device, transport, notice, reason } => {
                    let rollout = id.to_owned();
                    local.sends.push(Send { rollout, device, transport, notice, reason });
                }
                Wanted::Finished => {}
                Wanted::Timeout(None) => break,
                Wanted::Timeout(Some(at)) => {
                    let wait = at.as_millis().saturating_sub(wall.as_millis());
                    let at = now + Duration::from_millis(wait).max(REST);
                    local.wake_at = local.wake_at.into_iter().chain([at]).min();
                    break;
                }
            }
        }
        if changed {
            self.keep_rollouts();
        } else if self.rollouts.local.unsettled == 0 {
            self.send_notices();
        }
    }

    pub(super) fn keep_rollouts(&mut self) {
        let local = &mut self.rollouts.local;
        local.prune();
        local.changed = true;
        local.unsettled += 1;
        let book = local.book.clone();
        self.keep(kept::ROLLOUTS, &book);
        if self.kept.has_trouble() {
            self.rollouts_not_kept();
        }
    }

    fn send_notices(&mut self) {
        for send in core::mem::take(&mut self.rollouts.local.sends) {
            if let Err(why) = self.send_notice(&send) {
                self.feed_rollout(&send.rollout, Input::Device(send.device, Fact::NotSent(why)));
            }
        }
    }

    fn send_notice(&mut self, send: &Send) -> Result<(), Unreachable> {
        let (now, wall) = (self.clock.now(), self.clock.wall());
        let broken = |why: &str| Unreachable::Broken(why.to_owned());
        let entry = self.rollouts.local.entry(&send.rollout).ok_or(Unreachable::Away)?;
        let version = entry.rollout.head().release().version.clone();
        let md5 = entry.image.md5.parse::<Md5Hex>().ok();
        let notice = Notice::new(wall, version, md5, &entry.image.url)
            .map_err(|it| broken(&it.to_string()))?;
        let device = self.devices.get(&send.device).ok_or(Unreachable::Away)?;
        let (key, home) = (device.key.clone().ok_or(Unreachable::Away)?, self.home(device));
        if !self.links.get(home).is_some_and(Link::is_connected) {
            return Err(Unreachable::Away);
        }
        let topic = Topic::Firmware(send.device.clone(), key).to_string();
        // Never retained: a device would update at every start.
        let message = Publish::new(topic, notice.to_mqtt()).qos(Qos::AtLeastOnce);
        let session = self.links.session(home).ok_or(Unreachable::Away)?;
        let request =
            session.publish(now, message.clone()).map_err(|it| broken(&it.to_string()))?;
        self.messages.sent(now, wall, home, &message, Some((home, request)));
        self.rollouts.local.under_way.insert((home, request), (send.rollout.clone(), send.clone()));
        Ok(())
    }

    /// The broker's answer to a notice, or that there is none.
    pub(crate) fn notice_completed(&mut self, sent: Sent, outcome: Outcome) {
        let Some((id, send)) = self.rollouts.local.under_way.remove(&sent) else { return };
        let fact = match outcome {
            Outcome::Sent | Outcome::Acknowledged => Fact::Sent,
            Outcome::Unheard => Fact::NotSent(Unreachable::Deaf),
            Outcome::Refused(code) => Fact::NotSent(Unreachable::Broken(format!("{code}"))),
            Outcome::Expired | Outcome::Superseded | Outcome::Cancelled => {
                Fact::NotSent(Unreachable::Away)
            }
            // It may have it.
            _ => Fact::SentPerhaps,
        };
        if matches!(fact, Fact::Sent | Fact::SentPerhaps)
            && let Some(entry) = self.rollouts.local.entry_mut(&id)
        {
            let Send { device, transport, notice, reason, .. } = send.clone();
            let event = AuditEvent::Notice { transport, notice, reason };
            entry.told(self.clock.wall(), Some(device), event);
        }
        self.feed_rollout(&id, Input::Device(send.device, fact));
    }
}

impl Entry {
    pub(super) fn told(&mut self, at: Timestamp, device: Option<DeviceId>, event: AuditEvent) {
        self.audit.push(AuditEntry { at, by: None, device, event });
    }

    fn tell_end(&mut self, now: Timestamp, device: &DeviceId) {
        let Some(member) = self.rollout.member(device) else { return };
        if !member.is_over() {
            self.ended.retain(|it| it != device);
        } else if !self.ended.contains(device) {
            let event = AuditEvent::Ended { state: member.state(), reason: member.reason() };
            self.ended.push(device.clone());
            self.told(now, Some(device.clone()), event);
        }
    }

    /// What it said of its download says how fast that is.
    fn pace(&self, now: Timestamp, device: &DeviceId, paces: &mut Map<(String, DeviceId), Pace>) {
        let place = (self.id.clone(), device.clone());
        let member = self.rollout.member(device);
        if member.is_none_or(|it| it.state() != PushState::Downloading) {
            paces.remove(&place);
        } else if let Some(percent) = member.and_then(Member::percent) {
            let bytes = self.image.size / 100 * u64::from(percent)
                + self.image.size % 100 * u64::from(percent) / 100;
            match paces.get_mut(&place) {
                Some(pace) => pace.seen(now, bytes),
                None => drop(paces.insert(place, Pace::new(now, bytes))),
            }
        }
    }

    fn tell_course(&mut self, now: Timestamp) {
        let course = self.rollout.head().course();
        if *course != self.course {
            self.course = course.clone();
            self.told(now, None, AuditEvent::Course(self.course.clone()));
        }
    }
}
