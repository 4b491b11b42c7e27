//! How a rollout goes about it.

use core::fmt;

use serde::{Deserialize, Serialize};

use crate::Terms;

#[cfg(test)]
mod tests;

/// What an operator decides before a rollout begins.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub struct Plan {
    /// How many devices have the firmware before the next wave begins, wave by wave; behind the
    /// last one come all others.
    pub waves: Vec<Wave>,
    /// Devices that are being updated at once, at most.
    pub parallel: u32,
    /// Percent of a wave that have to be updated before the next one begins. Devices that sleep do
    /// not count until they come.
    pub success: u8,
    /// So many failures stop the rollout; `None` is never.
    pub max_failures: Option<u32>,
    /// Failures of so many percent of the devices of the waves that have begun stop the rollout;
    /// `None` is never.
    pub max_failed_percent: Option<u8>,
    /// What it allows each device.
    pub terms: Terms,
}

/// The end of a wave, counted from the first device.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub enum Wave {
    /// So many devices.
    Devices(u32),
    /// So many percent of all devices, rounded up.
    Percent(u8),
}

/// What is wrong with a plan.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
#[non_exhaustive]
pub enum PlanError {
    /// A percentage is above 100, or a share that has to be reached is 0.
    Percent,
    /// No device may be updated.
    Parallel,
    /// The notice may be sent to nobody.
    Attempts,
    /// A time is zero, or longer than a year.
    Time,
    /// There are more than 20 waves.
    Waves,
}

/// One device, 10 %, 50 %, all; 95 % to go on; two failures or 5 % to stop; ten minutes to prove
/// that the version stays, and a second notice to a device that does not answer.
impl Default for Plan {
    fn default() -> Self {
        Self {
            waves: vec![Wave::Devices(1), Wave::Percent(10), Wave::Percent(50), Wave::Percent(100)],
            parallel: 20,
            success: 95,
            max_failures: Some(2),
            max_failed_percent: Some(5),
            terms: Terms {
                confirming: core::time::Duration::from_mins(10),
                unanswered: 2,
                ..Terms::default()
            },
        }
    }
}

impl Plan {
    /// Everybody at once, and nothing stops it: what a push to chosen devices means.
    pub fn at_once() -> Self {
        Self {
            waves: Vec::new(),
            parallel: u32::MAX,
            success: 100,
            max_failures: None,
            max_failed_percent: None,
            terms: Terms::default(),
        }
    }

    /// Whether it can be carried out.
    pub fn check(&self) -> Result<(), PlanError> {
        let percent = |it: u8| (1..=100).contains(&it);
        let shares = self.waves.iter().filter_map(|wave| match wave {
            Wave::Percent(it) => Some(*it),
            Wave::Devices(_) => None,
        });
        let mut percents = shares.chain([self.success]).chain(self.max_failed_percent);
        let Terms { queued, initiated, downloading, downloaded, updating, .. } = self.terms;
        let year = core::time::Duration::from_hours(366 * 24);
        let times = [queued, initiated, downloading, downloaded, updating];
        if !percents.all(percent) {
            Err(PlanError::Percent)
        } else if self.parallel == 0 {
            Err(PlanError::Parallel)
        } else if self.terms.attempts == 0 || self.terms.unanswered == 0 {
            Err(PlanError::Attempts)
        } else if times.iter().any(|it| it.is_zero() || *it > year) || self.terms.confirming > year
        {
            Err(PlanError::Time)
        } else if self.waves.len() > 20 {
            Err(PlanError::Waves)
        } else {
            Ok(())
        }
    }

    /// Where each wave ends among `devices` devices: rising, the last one at `devices`. Waves that
    /// add no device are left out.
    pub fn ends(&self, devices: usize) -> Vec<usize> {
        let end = |wave: &Wave| match *wave {
            Wave::Devices(count) => usize::try_from(count).unwrap_or(usize::MAX),
            Wave::Percent(share) => devices.saturating_mul(usize::from(share)).div_ceil(100),
        };
        let mut ends = Vec::new();
        for end in self.waves.iter().map(end).chain([devices]) {
            let end = end.min(devices);
            if end > ends.last().copied().unwrap_or(0) {
                ends.push(end);
            }
        }
        ends
    }
}

impl fmt::Display for PlanError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Percent => "a percentage is from 1 to 100",
            Self::Parallel => "at least one device has to be updated at a time",
            Self::Attempts => "the notice has to be sent at least once",
            Self::Time => "a time is longer than nothing and at most a year",
            Self::Waves => "there are at most 20 waves",
        })
    }
}

impl core::error::Error for PlanError {}
