//! What console and server say to each other about rollouts: the bodies of `/api/rollouts`.

mod download;
mod refusal;

#[cfg(test)]
mod tests;

use mcs_model::api::PushState;
use mcs_model::{DeviceId, FirmwareId, ProductId, Timestamp};
use serde::{Deserialize, Serialize};

use super::{Counts, Course, Member, Objection, Override, Plan, Rollout, Transport};
use crate::{Reason, Version};

pub use download::{Download, Pace};
pub use refusal::{Refusal, RolloutRefusal};

/// `POST /api/rollouts`, and `POST /api/rollouts/preview`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct RolloutRequest {
    /// What.
    pub firmware: FirmwareId,
    /// To whom.
    pub devices: Vec<DeviceId>,
    /// Leave out devices that run the version already.
    #[serde(default)]
    pub outdated_only: bool,
    /// How; what is left out is as usual.
    #[serde(default)]
    pub plan: Plan,
    /// What it is sent in spite of.
    #[serde(default)]
    pub overrides: Vec<OverrideRequest>,
}

/// What a firmware is sent in spite of.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct OverrideRequest {
    /// What.
    pub objection: Objection,
    /// Why, in the operator's words.
    pub reason: String,
}

/// `POST /api/rollouts/:id/act`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ActRequest {
    /// What is to be done.
    pub act: Deed,
}

/// What an operator does to a rollout.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
#[non_exhaustive]
pub enum Deed {
    /// Send no notice for now.
    Pause,
    /// Go on.
    Resume,
    /// Send no notice any more.
    Cancel,
    /// Begin anew with every device that failed or did not come.
    RetryFailed,
    /// Send it although this speaks against it.
    Override(OverrideRequest),
}

/// A rollout.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct RolloutInfo {
    /// Its id; empty in a preview.
    pub id: String,
    /// Who made it.
    pub by: String,
    /// When.
    pub created: Timestamp,
    /// What is rolled out.
    pub firmware: FirmwareId,
    /// Its prototype.
    pub prototype: ProductId,
    /// Its name.
    pub name: String,
    /// Its version.
    pub version: Version,
    /// The SHA-256 of its file.
    pub sha256: String,
    /// How.
    pub plan: Plan,
    /// Whether it goes on.
    pub course: Course,
    /// How many waves have begun.
    pub begun: u32,
    /// How the devices of each wave stand.
    pub waves: Vec<Counts>,
    /// How all devices stand.
    pub counts: Counts,
    /// What was overridden, by whom and why.
    pub overrides: Vec<Override>,
}

/// What the state machine does not need.
#[derive(Clone, Copy, Debug)]
pub struct About<'a> {
    /// The rollout's id; empty in a preview.
    pub id: &'a str,
    /// Who made it.
    pub by: &'a str,
    /// The firmware's prototype.
    pub prototype: &'a ProductId,
    /// The firmware's name.
    pub name: &'a str,
    /// The SHA-256 of its file.
    pub sha256: &'a str,
}

/// `GET /api/rollouts/:id`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct RolloutDetails {
    /// The whole.
    #[serde(flatten)]
    pub info: RolloutInfo,
    /// Its devices, in the order in which they are sent the notice.
    pub devices: Vec<RolloutDevice>,
}

/// A device of a rollout.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct RolloutDevice {
    /// Which.
    pub device: DeviceId,
    /// Its wave, from 0 on.
    pub wave: u32,
    /// Where it is.
    pub state: PushState,
    /// Why.
    pub reason: Reason,
    /// The same in an English sentence; empty where the state says it all.
    pub detail: String,
    /// Since when; `None` while its wave has not begun.
    pub since: Option<Timestamp>,
    /// How much of the file is with it, while it fetches it and if that is known.
    pub percent: Option<u8>,
    /// How often it was sent the notice.
    pub notices: u32,
    /// What speaks against the firmware and was not overridden.
    pub objections: Vec<Objection>,
    /// What speaks against it and was.
    pub overridden: Vec<Objection>,
    /// What it waits for, if its turn has come and it has no notice.
    pub waits: Option<Wait>,
    /// How the file comes, while it fetches it and as far as that is known.
    pub download: Option<Download>,
}

/// What a device waits for that should be sent the notice.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
#[non_exhaustive]
pub enum Wait {
    /// It is not here.
    Away,
    /// It is here, but does not listen for firmware notices.
    Deaf,
    /// Somebody has to resume the rollout.
    Paused,
    /// As many as may be are being updated.
    Turn,
}

/// A line of `GET /api/rollouts/:id/audit`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct AuditEntry {
    /// When.
    pub at: Timestamp,
    /// Who; `None` is the server or a device.
    pub by: Option<String>,
    /// Which device; `None` is all of them.
    pub device: Option<DeviceId>,
    /// What.
    pub event: AuditEvent,
}

/// What happened in a rollout.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
#[non_exhaustive]
pub enum AuditEvent {
    /// It was made.
    Made {
        /// The SHA-256 of the file.
        sha256: String,
        /// For so many devices.
        devices: u32,
        /// In spite of this.
        overrides: Vec<OverrideRequest>,
    },
    /// Somebody did this.
    Act(Deed),
    /// It took this course.
    Course(Course),
    /// A device was sent a notice.
    Notice {
        /// How.
        transport: Transport,
        /// The how manieth it is.
        notice: u32,
        /// Why.
        reason: Reason,
    },
    /// A device ended.
    Ended {
        /// How.
        state: PushState,
        /// Why.
        reason: Reason,
    },
}

impl RolloutInfo {
    /// Of a rollout of which its shell knows the rest.
    pub fn new(rollout: &Rollout, about: &About<'_>) -> Self {
        let head = rollout.head();
        let waves = rollout.members().map(|(_, it)| it.wave() + 1).max().unwrap_or(0);
        Self {
            id: about.id.to_owned(),
            by: about.by.to_owned(),
            created: head.created(),
            firmware: head.release().firmware.clone(),
            prototype: about.prototype.clone(),
            name: about.name.to_owned(),
            version: head.release().version.clone(),
            sha256: about.sha256.to_owned(),
            plan: head.plan().clone(),
            course: head.course().clone(),
            begun: head.begun(),
            waves: (0..waves).map(|wave| rollout.counts_of_wave(wave)).collect(),
            counts: rollout.counts(),
            overrides: head.overrides().to_vec(),
        }
    }
}

impl RolloutDevice {
    /// Of a member of `rollout`. Only its shell knows of a download, and whether one that does not
    /// hear is here all the same.
    pub fn new(rollout: &Rollout, device: &DeviceId, member: &Member) -> Self {
        Self {
            device: device.clone(),
            wave: member.wave(),
            state: member.state(),
            reason: member.reason(),
            detail: member.reason().to_string(),
            since: member.since(),
            percent: member.percent(),
            notices: member.notices(),
            objections: member.objections().collect(),
            overridden: member.overridden().collect(),
            waits: Wait::of(rollout, member),
            download: None,
        }
    }
}

impl Wait {
    fn of(rollout: &Rollout, member: &Member) -> Option<Self> {
        if member.state() != PushState::Queued || !member.has_begun() {
            return None;
        }
        match (member.hears().next(), rollout.head().course()) {
            (None, _) => Some(Self::Away),
            (_, Course::Paused(_)) => Some(Self::Paused),
            _ => Some(Self::Turn),
        }
    }
}
