//! Where a rollout as a whole is.

use mcs_model::Timestamp;
use serde::{Deserialize, Serialize};

use super::{Override, Plan, Release};

/// What a rollout is beside its devices.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Head {
    /// How this is written.
    pub(super) format: u32,
    /// What is rolled out.
    pub(super) release: Release,
    /// How.
    pub(super) plan: Plan,
    /// When it was made.
    pub(super) created: Timestamp,
    pub(super) course: Course,
    /// How many waves have begun.
    pub(super) begun: u32,
    /// Failures that an operator has seen and passed over by resuming.
    pub(super) forgiven: u32,
    /// What was overridden.
    pub(super) overrides: Vec<Override>,
    /// Whether nobody vouches for the image where that is asked for without exception.
    #[serde(default)]
    pub(super) barred: bool,
}

/// Whether a rollout goes on.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
#[non_exhaustive]
pub enum Course {
    /// It goes on.
    Running,
    /// No notice is sent until an operator resumes it; devices that have one go on.
    Paused(Pause),
    /// No notice is sent any more; devices that have one end by themselves.
    Canceling,
    /// Every device has ended, and an operator had canceled it.
    Canceled,
    /// Every device has ended.
    Finished,
}

/// Why a rollout does not go on.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
#[non_exhaustive]
pub enum Pause {
    /// An operator wanted it.
    Operator,
    /// Too many devices failed.
    Failures {
        /// So many, of those of the waves that have begun.
        failed: u32,
        /// So many are in the waves that have begun.
        of: u32,
    },
    /// A wave has ended, and too few of its devices are updated.
    Wave {
        /// Which one, from 0 on.
        wave: u32,
        /// So many are updated.
        updated: u32,
        /// Of so many.
        of: u32,
    },
}

impl Head {
    /// What is rolled out.
    pub const fn release(&self) -> &Release {
        &self.release
    }

    /// How.
    pub const fn plan(&self) -> &Plan {
        &self.plan
    }

    /// When it was made.
    pub const fn created(&self) -> Timestamp {
        self.created
    }

    /// Whether it goes on.
    pub const fn course(&self) -> &Course {
        &self.course
    }

    /// How many waves have begun.
    pub const fn begun(&self) -> u32 {
        self.begun
    }

    /// Who sent it although something spoke against it, and why.
    pub fn overrides(&self) -> &[Override] {
        &self.overrides
    }

    /// Whether it has ended.
    pub const fn is_over(&self) -> bool {
        matches!(self.course, Course::Canceled | Course::Finished)
    }
}
