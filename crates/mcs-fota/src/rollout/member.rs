//! One device of a rollout.

use std::collections::BTreeSet;

use mcs_model::Timestamp;
use mcs_model::api::PushState;
use serde::{Deserialize, Serialize};

use super::{Objection, Transport};
use crate::push::{Push, Reason, is_end};

/// Where a device of a rollout is.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Member {
    /// Its place among all: waves are cut from this order.
    pub(super) place: u32,
    /// Which wave it is in, from 0 on.
    pub(super) wave: u32,
    /// The version that it reported last.
    pub(super) reported: Option<String>,
    /// What speaks against the firmware and was not overridden.
    pub(super) objections: BTreeSet<Objection>,
    /// What speaks against it and was overridden.
    #[serde(default)]
    pub(super) overridden: BTreeSet<Objection>,
    pub(super) phase: Phase,
    /// A notice is wanted.
    pub(super) wanted: bool,
    /// A notice was handed out, and what became of it is not known yet.
    pub(super) handed: bool,
    /// The transports by which it hears notices.
    pub(super) here: BTreeSet<Transport>,
    /// The transports on which it comes back because we restarted, not because it did.
    pub(super) excused: BTreeSet<Transport>,
    /// How often a notice was handed out, over all.
    pub(super) notices: u32,
}

/// How far a device is in a rollout.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(super) enum Phase {
    /// Its wave has not begun.
    Waiting,
    /// Its wave came, and this spoke against it.
    Refused(Timestamp),
    /// The rollout was canceled, or another firmware came in between, before its wave began.
    Dropped(Timestamp, Reason),
    /// Its wave has begun.
    Pushed(Box<Push>),
}

/// How a member counts.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Standing {
    /// Its wave has not begun.
    Waiting,
    /// It has to be sent the notice and is not here.
    Asleep,
    /// It is here and may get the notice, or has it.
    Open,
    /// It runs the version, and proved it.
    Updated,
    /// It ended, and the firmware is not to blame: it ran the version already, or was not sent it.
    Apart,
    /// It did not come in time.
    Missed,
    /// It failed.
    Failed,
}

impl Member {
    /// Its state.
    pub fn state(&self) -> PushState {
        match &self.phase {
            Phase::Waiting => PushState::Queued,
            Phase::Refused(_) => PushState::Rejected,
            Phase::Dropped(..) => PushState::Canceled,
            Phase::Pushed(push) => push.state(),
        }
    }

    /// Why it is there.
    pub fn reason(&self) -> Reason {
        match &self.phase {
            Phase::Waiting => Reason::None,
            Phase::Refused(_) => {
                self.objections.first().map_or(Reason::None, |it| Reason::Objected(*it))
            }
            Phase::Dropped(_, reason) => reason.clone(),
            Phase::Pushed(push) => push.reason().clone(),
        }
    }

    /// Since when; `None` while its wave has not begun.
    pub fn since(&self) -> Option<Timestamp> {
        match &self.phase {
            Phase::Waiting => None,
            Phase::Refused(at) | Phase::Dropped(at, _) => Some(*at),
            Phase::Pushed(push) => Some(push.since()),
        }
    }

    /// How much of the file is with the device, while it fetches it and if that is known.
    pub fn percent(&self) -> Option<u8> {
        self.push().and_then(Push::percent)
    }

    /// How often it was sent the notice, over all.
    pub const fn notices(&self) -> u32 {
        self.notices
    }

    /// Which wave it is in, from 0 on.
    pub const fn wave(&self) -> u32 {
        self.wave
    }

    /// Its place among all devices of the rollout.
    pub const fn place(&self) -> u32 {
        self.place
    }

    /// The transports by which it is known to hear notices.
    pub fn hears(&self) -> impl Iterator<Item = Transport> {
        self.here.iter().copied()
    }

    /// What speaks against the firmware and was not overridden.
    pub fn objections(&self) -> impl Iterator<Item = Objection> {
        self.objections.iter().copied()
    }

    /// What speaks against the firmware and was overridden.
    pub fn overridden(&self) -> impl Iterator<Item = Objection> {
        self.overridden.iter().copied()
    }

    /// Whether its wave has begun.
    pub const fn has_begun(&self) -> bool {
        !matches!(self.phase, Phase::Waiting)
    }

    /// Whether it has ended, well or not.
    pub fn is_over(&self) -> bool {
        is_end(self.state())
    }

    /// Whether it takes one of the places of [`Plan::parallel`](super::Plan::parallel): it has the
    /// notice and has not shown the version yet.
    pub(super) fn is_busy(&self) -> bool {
        let idle = matches!(self.state(), PushState::Queued | PushState::Confirming);
        self.handed || !(idle || self.is_over())
    }

    pub(super) fn standing(&self) -> Standing {
        let Some(push) = self.push() else {
            return if self.is_over() { Standing::Apart } else { Standing::Waiting };
        };
        match push.state() {
            PushState::Updated => Standing::Updated,
            PushState::AlreadyInstalled | PushState::Canceled => Standing::Apart,
            PushState::TimedOut if push.attempts() == 0 => Standing::Missed,
            PushState::Failed
            | PushState::TimedOut
            | PushState::RolledBack
            | PushState::Rejected => Standing::Failed,
            PushState::Queued if self.here.is_empty() && !self.handed => Standing::Asleep,
            _ => Standing::Open,
        }
    }

    pub(super) fn push(&self) -> Option<&Push> {
        match &self.phase {
            Phase::Pushed(push) => Some(push),
            _ => None,
        }
    }
}
