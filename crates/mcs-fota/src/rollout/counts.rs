//! How the devices of a rollout stand.

use serde::{Deserialize, Serialize};

use super::member::Standing;
use super::{Member, Rollout};

/// How many devices stand where; together they are all.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Counts {
    /// Their wave has not begun.
    pub waiting: u32,
    /// Their wave has begun, but they are not here.
    pub asleep: u32,
    /// They are here and may get the notice, or have it.
    pub open: u32,
    /// They run the version.
    pub updated: u32,
    /// They ended, and the firmware is not to blame: they ran the version already, were refused or
    /// canceled.
    pub apart: u32,
    /// They did not come in time.
    pub missed: u32,
    /// They failed, timed out, rolled back or turned it down.
    pub failed: u32,
}

impl Counts {
    /// Of these devices.
    pub(super) fn of<'a>(members: impl IntoIterator<Item = &'a Member>) -> Self {
        let mut counts = Self::default();
        for member in members {
            let count = match member.standing() {
                Standing::Waiting => &mut counts.waiting,
                Standing::Asleep => &mut counts.asleep,
                Standing::Open => &mut counts.open,
                Standing::Updated => &mut counts.updated,
                Standing::Apart => &mut counts.apart,
                Standing::Missed => &mut counts.missed,
                Standing::Failed => &mut counts.failed,
            };
            *count += 1;
        }
        counts
    }

    /// Those on which the success of a wave is measured.
    pub(super) const fn measured(&self) -> u32 {
        self.updated + self.failed + self.missed + self.open
    }

    /// Whether nobody of them has anything before them.
    pub(super) const fn is_over(&self) -> bool {
        self.waiting + self.asleep + self.open == 0
    }
}

impl Rollout {
    /// How all devices stand.
    pub fn counts(&self) -> Counts {
        Counts::of(self.members.values())
    }

    /// How the devices of a wave stand.
    pub fn counts_of_wave(&self, wave: u32) -> Counts {
        Counts::of(self.members.values().filter(|it| it.wave == wave))
    }
}
