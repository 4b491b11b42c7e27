//! A firmware on its way to many devices, in waves.

pub mod api;
mod begin;
mod counts;
mod head;
mod member;
mod objection;
mod plan;
mod settle;
mod trust;

use std::collections::{BTreeMap, VecDeque};

use mcs_model::api::PushState;
use mcs_model::{DeviceId, Timestamp};
use serde::{Deserialize, Serialize};

pub use begin::{Override, RolloutError};
pub use counts::Counts;
pub use head::{Course, Head, Pause};
pub use member::Member;
pub use objection::{Objection, Release, Target};
pub use plan::{Plan, PlanError, Wave};
pub use trust::Trust;

use member::Phase;

use crate::push::{Input as PushInput, Output as PushOutput, Reason, Unreachable};

#[cfg(test)]
mod tests;

/// One firmware on its way to many devices.
///
/// It outlives the process: times are wall-clock times, and serde stores and restores it exactly.
/// A device and the rest change apart, so that a shell may store them apart:
/// [`Rollout::member`], [`Rollout::head`] and [`Rollout::restore`]. Drive it with
/// [`Rollout::handle_input`] and [`Rollout::act`], and drain [`Rollout::poll_output`] after each
/// call until [`Output::Timeout`].
///
/// Rules, beside those of [`Push`](crate::Push) for each device:
/// 1. The devices of a wave are sent the notice when so much of the wave before is
///    updated as [`Plan::success`] asks for. Devices that sleep do not count until they come, but
///    with none updated nothing goes on.
/// 2. Too many failures stop it; so does a wave that ends below its share. Devices that have the
///    notice go on then.
/// 3. No more than [`Plan::parallel`] devices are updated at once. A device that sleeps, or proves
///    that it keeps the version, takes none of these places.
/// 4. A device is sent one notice, on one transport, also if it is here on both; again only for a
///    [reason](Output::Send).
/// 5. What speaks against the firmware for a device keeps it from being sent the notice until
///    somebody overrides it by name and says why.
/// 6. When nobody vouches for the image any more, devices that wait are refused it, and those that
///    have the notice are not sent it again.
/// 7. Every device ends, in exactly one state; then the rollout has ended.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Rollout {
    head: Head,
    members: BTreeMap<DeviceId, Member>,
    #[serde(skip)]
    outputs: VecDeque<Output>,
}

/// A way to a device.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub enum Transport {
    /// It is subscribed to its notices.
    Mqtt,
    /// It has a Command Server connection.
    Command,
}

/// What happened.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Input {
    /// To a device. What is said of others is passed over.
    Device(DeviceId, Fact),
    /// The process was started anew with what was stored: nobody is here, and who comes now does
    /// not come because of the firmware.
    Restarted,
    /// So much is the image trusted from now on: keys come and go.
    Trusted(Trust),
    /// The time that [`Output::Timeout`] gave has come; too early does no harm.
    Timeout,
}

/// What happened to a device.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Fact {
    /// It hears notices on this transport from now on.
    Came(Transport),
    /// It does not any more.
    Left(Transport),
    /// The notice of [`Output::Send`] was handed to the transport.
    Sent,
    /// Nobody knows whether it was.
    SentPerhaps,
    /// It could not be.
    NotSent(Unreachable),
    /// It began to fetch the file.
    DownloadStarted,
    /// So many percent of the file were sent to it.
    DownloadProgress(u8),
    /// The last byte of the file was sent to it.
    DownloadFinished,
    /// It reported the version that it runs.
    VersionReported(String),
    /// It uploaded this text to its channel `status`.
    StatusText(String),
    /// It is none of ours any more, and why: another push took its place, or it was removed.
    Dropped(Reason),
}

/// What an operator wants.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Act {
    /// Send no notice for now.
    Pause,
    /// Go on, whatever made it pause.
    Resume,
    /// Send no notice any more.
    Cancel,
    /// Begin anew with every device that failed, was turned down by itself or did not come.
    RetryFailed,
    /// Send it although this speaks against it; to those, too, that were refused already.
    Override(Override),
}

/// Why an act was not carried out.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
#[non_exhaustive]
pub enum ActError {
    /// The rollout is where the act has no meaning.
    Course,
    /// No device failed.
    Nothing,
    /// An override without a reason.
    Reason,
    /// An override where a signature is asked for without exception.
    Barred,
}

/// What a rollout wants.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Output {
    /// The device is at another point; store and show it, before anything behind it is done.
    Member(DeviceId),
    /// The rollout is; store and show it, before anything behind it is done.
    Head,
    /// Send the notice, and answer [`Fact::Sent`], [`Fact::NotSent`] or, if it cannot be known,
    /// [`Fact::SentPerhaps`].
    Send {
        /// To whom.
        device: DeviceId,
        /// How.
        transport: Transport,
        /// The how manieth notice to this device it is, from 1 on.
        notice: u32,
        /// Why it is sent; from the second one on there is a reason.
        reason: Reason,
    },
    /// Every device has ended.
    Finished,
    /// Nothing more for now; call with [`Input::Timeout`] at this time, if there is one.
    Timeout(Option<Timestamp>),
}

impl Rollout {
    /// Takes what happened. What has no meaning in the present state is passed over.
    pub fn handle_input(&mut self, now: Timestamp, input: Input) {
        match input {
            Input::Device(device, fact) => self.hear(now, &device, fact),
            Input::Restarted => self.restart(now),
            Input::Trusted(trust) => self.trust(trust),
            Input::Timeout => {
                // Whom a notice is being handed to, is not given up before the answer.
                let due = |it: &Member| !it.is_over() && !it.handed;
                for device in self.devices(due) {
                    self.drive(now, &device, PushInput::Timeout);
                }
            }
        }
        self.settle(now);
    }

    /// What to do next; drain it after each call until [`Output::Timeout`].
    pub fn poll_output(&mut self) -> Output {
        self.outputs.pop_front().unwrap_or_else(|| {
            let pushes = self.members.values().filter_map(Member::push);
            Output::Timeout(pushes.filter_map(crate::Push::deadline).min())
        })
    }

    /// Everything but the devices.
    pub const fn head(&self) -> &Head {
        &self.head
    }

    /// One device of it.
    pub fn member(&self, device: &DeviceId) -> Option<&Member> {
        self.members.get(device)
    }

    /// All devices, by id.
    pub fn members(&self) -> impl Iterator<Item = (&DeviceId, &Member)> {
        self.members.iter()
    }

    fn hear(&mut self, now: Timestamp, device: &DeviceId, fact: Fact) {
        let Some(member) = self.members.get_mut(device) else { return };
        if let Fact::VersionReported(version) = &fact {
            member.reported = Some(version.trim().chars().take(64).collect());
        }
        match fact {
            Fact::Came(transport) => {
                let again = member.here.is_empty() || member.here.contains(&transport);
                let excused = member.excused.remove(&transport);
                member.here.insert(transport);
                if member.state() == PushState::Queued || (again && !excused) {
                    self.drive(now, device, PushInput::Reconnected);
                }
                self.outputs.push_back(Output::Member(device.clone()));
            }
            Fact::Left(transport) => {
                if member.here.remove(&transport) {
                    self.outputs.push_back(Output::Member(device.clone()));
                }
            }
            Fact::Sent if member.handed => self.sent(now, device),
            Fact::NotSent(why) if member.handed => {
                member.handed = false;
                member.wanted = false;
                member.here.clear();
                member.notices = member.notices.saturating_sub(1);
                self.drive(now, device, PushInput::NotSent(why));
            }
            Fact::SentPerhaps if member.handed => {
                member.handed = false;
                self.drive(now, device, PushInput::SentPerhaps);
            }
            Fact::Sent | Fact::SentPerhaps | Fact::NotSent(_) => {}
            Fact::DownloadStarted => {
                // It has the notice, then, whatever the transport says later.
                self.sent(now, device);
                self.drive(now, device, PushInput::DownloadStarted);
            }
            Fact::DownloadProgress(it) => {
                self.drive(now, device, PushInput::DownloadProgress(it));
            }
            Fact::DownloadFinished => self.drive(now, device, PushInput::DownloadFinished),
            Fact::VersionReported(it) => self.drive(now, device, PushInput::VersionReported(it)),
            Fact::StatusText(it) => self.drive(now, device, PushInput::StatusText(it)),
            Fact::Dropped(reason) => self.drop(now, device, reason),
        }
    }

    /// The notice that was handed out is with the transport.
    fn sent(&mut self, now: Timestamp, device: &DeviceId) {
        if let Some(member) = self.members.get_mut(device)
            && std::mem::take(&mut member.handed)
        {
            self.drive(now, device, PushInput::Sent);
        }
    }

    fn drop(&mut self, now: Timestamp, device: &DeviceId, reason: Reason) {
        let Some(member) = self.members.get_mut(device) else { return };
        if member.phase == Phase::Waiting {
            member.phase = Phase::Dropped(now, reason);
            self.outputs.push_back(Output::Member(device.clone()));
        } else {
            self.drive(now, device, PushInput::Canceled(reason));
        }
    }

    /// Hands `input` to the push of a device, if its wave has begun.
    fn drive(&mut self, now: Timestamp, device: &DeviceId, input: PushInput) {
        let Some(member) = self.members.get_mut(device) else { return };
        let Phase::Pushed(push) = &mut member.phase else { return };
        push.handle_input(now, input);
        self.drain(device);
    }

    /// Takes what the push of a device wants.
    fn drain(&mut self, device: &DeviceId) {
        let Some(member) = self.members.get_mut(device) else { return };
        let Phase::Pushed(push) = &mut member.phase else { return };
        let mut changed = false;
        loop {
            match push.poll_output() {
                PushOutput::Send => {
                    changed |= !member.wanted;
                    member.wanted = true;
                }
                PushOutput::Changed => changed = true,
                PushOutput::Timeout(_) => break,
            }
        }
        if push.state() != PushState::Queued {
            member.wanted = false;
        }
        if changed {
            self.outputs.push_back(Output::Member(device.clone()));
        }
    }

    fn restart(&mut self, now: Timestamp) {
        for device in self.devices(|_| true) {
            let Some(member) = self.members.get_mut(&device) else { continue };
            member.here.clear();
            member.excused = [Transport::Mqtt, Transport::Command].into();
            let handed = std::mem::take(&mut member.handed);
            if handed {
                self.drive(now, &device, PushInput::SentPerhaps);
            }
            self.drive(now, &device, PushInput::Timeout);
            self.outputs.push_back(Output::Member(device));
        }
    }

    fn devices(&self, which: impl Fn(&Member) -> bool) -> Vec<DeviceId> {
        self.members.iter().filter(|(_, it)| which(it)).map(|(id, _)| id.clone()).collect()
    }
}

impl std::fmt::Display for ActError {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(match self {
            Self::Course => "the rollout is not where that can be done",
            Self::Nothing => "no device failed",
            Self::Reason => "an override needs a reason",
            Self::Barred => "no trusted key vouches for the image, and that cannot be overridden",
        })
    }
}

impl std::error::Error for ActError {}
