//! How a rollout begins, and begins again.

use core::fmt;
use std::collections::{BTreeMap, BTreeSet, VecDeque};

use mcs_model::{DeviceId, Timestamp};
use serde::{Deserialize, Serialize};

use super::member::Phase;
use super::{Course, Head, Member, Objection, Plan, PlanError, Release, Rollout, Target};

/// How heads and members are written; others are not read.
const FORMAT: u32 = 1;

/// Who sent a firmware although something spoke against it, and why.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Override {
    /// What.
    pub objection: Objection,
    /// Who.
    pub by: String,
    /// Why, in their words.
    pub reason: String,
    /// When.
    pub at: Timestamp,
}

/// Why there is no such rollout.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
#[non_exhaustive]
pub enum RolloutError {
    /// The plan cannot be carried out.
    Plan(PlanError),
    /// There is no device.
    NoDevice,
    /// A device is named twice.
    Twice,
    /// An override without a reason.
    Reason,
    /// It was written by another version of this program.
    Format,
}

impl Rollout {
    /// A rollout that an operator asks for now. Waves are cut from `targets` in their order: the
    /// first one is the first to be sent the notice.
    pub fn new(
        release: Release,
        plan: Plan,
        targets: Vec<Target>,
        overrides: Vec<Override>,
        now: Timestamp,
    ) -> Result<Self, RolloutError> {
        plan.check().map_err(RolloutError::Plan)?;
        if targets.is_empty() {
            return Err(RolloutError::NoDevice);
        }
        if overrides.iter().any(|it| it.reason.trim().is_empty()) {
            return Err(RolloutError::Reason);
        }
        let overridden: BTreeSet<_> = overrides.iter().map(|it| it.objection).collect();
        let ends = plan.ends(targets.len());
        let count = targets.len();
        let mut members = BTreeMap::new();
        for (place, target) in targets.into_iter().enumerate() {
            let found: BTreeSet<_> = release.objections(&target).into_iter().collect();
            let member = Member {
                place: number(place),
                wave: number(ends.partition_point(|end| *end <= place)),
                reported: target.reported,
                objections: found.difference(&overridden).copied().collect(),
                overridden: found.intersection(&overridden).copied().collect(),
                phase: Phase::Waiting,
                wanted: false,
                handed: false,
                here: BTreeSet::new(),
                excused: BTreeSet::new(),
                notices: 0,
            };
            members.insert(target.device, member);
        }
        if members.len() < count {
            return Err(RolloutError::Twice);
        }
        let head = Head {
            format: FORMAT,
            release,
            plan,
            created: now,
            course: Course::Running,
            begun: 0,
            forgiven: 0,
            overrides,
            barred: false,
        };
        let mut rollout = Self { head, members, outputs: VecDeque::new() };
        rollout.settle(now);
        Ok(rollout)
    }

    /// A rollout from what was stored of it; hand in [`Input::Restarted`](super::Input::Restarted)
    /// when it was another process that stored it.
    pub fn restore(
        head: Head,
        members: impl IntoIterator<Item = (DeviceId, Member)>,
    ) -> Result<Self, RolloutError> {
        if head.format != FORMAT {
            return Err(RolloutError::Format);
        }
        let members = members.into_iter().collect();
        Ok(Self { head, members, outputs: VecDeque::new() })
    }
}

impl fmt::Display for RolloutError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Plan(error) => error.fmt(f),
            Self::NoDevice => f.write_str("there is no device"),
            Self::Twice => f.write_str("a device is named twice"),
            Self::Reason => f.write_str("an override needs a reason"),
            Self::Format => f.write_str("it was written by another version of this program"),
        }
    }
}

impl core::error::Error for RolloutError {}

fn number(it: usize) -> u32 {
    u32::try_from(it).unwrap_or(u32::MAX)
}
