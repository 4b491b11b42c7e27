//! How quickly a file is hashed or sent.

use mcs_time::Time;

use super::Firmwares;
use crate::protocol::{JobStage, Pace};

/// Measured from the beginning of a job.
#[derive(Clone, Copy, Debug)]
pub(super) struct Pacing {
    since: Time,
    now: Time,
    /// Bytes that were done when it began.
    from: u64,
}

/// Nothing is said of a job that has just begun, in milliseconds.
const SETTLED: u64 = 500;

impl Firmwares {
    pub(super) fn begin_pace(&mut self, now: Time, from: u64) {
        self.pace = Some(Pacing { since: now, now, from });
    }

    pub(super) fn keep_pace(&mut self, at: Time) {
        if let Some(pace) = &mut self.pace {
            pace.now = at;
        }
    }
}

impl Pacing {
    /// In the middle of hashing or uploading.
    pub(super) fn shown(self, stage: &JobStage) -> Option<Pace> {
        let (JobStage::Hashing { done, total } | JobStage::Uploading { done, total, .. }) = stage
        else {
            return None;
        };
        let millis = u64::try_from(self.now.since(self.since).as_millis()).unwrap_or(u64::MAX);
        let rate = done.saturating_sub(self.from).saturating_mul(1000).checked_div(millis)?;
        let left = total.saturating_sub(*done).checked_div(rate)?;
        (millis >= SETTLED).then_some(Pace { rate, left })
    }
}
