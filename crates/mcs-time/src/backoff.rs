//! Delays between attempts.

use core::time::Duration;

use crate::SplitMix64;

#[cfg(test)]
mod tests;

/// Exponential back-off with seeded jitter.
///
/// The base doubles from [`BackoffConfig::initial`] up to
/// [`BackoffConfig::max`]; a random part of it is taken off, so that many
/// clients which lost the same server do not come back at the same moment.
#[derive(Clone, Debug)]
pub struct Backoff {
    config: BackoffConfig,
    random: SplitMix64,
    attempts: u32,
}

/// How a [`Backoff`] grows.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub struct BackoffConfig {
    /// Base of the first delay.
    pub initial: Duration,
    /// No delay is longer.
    pub max: Duration,
    /// Up to this many percent of the base are taken off at random; 0 gives
    /// exact powers, more than 100 counts as 100.
    pub jitter_percent: u8,
}

impl Backoff {
    /// Starts at the first delay. The jitter depends on `seed` only.
    pub const fn new(config: BackoffConfig, seed: u64) -> Self {
        Self { config, random: SplitMix64::new(seed), attempts: 0 }
    }

    /// The delay before the next attempt.
    pub fn next_delay(&mut self) -> Duration {
        let factor = 1u32.checked_shl(self.attempts).unwrap_or(u32::MAX);
        self.attempts = self.attempts.saturating_add(1);
        let base = self.config.initial.saturating_mul(factor).min(self.config.max);
        let millis = u64::try_from(base.as_millis()).unwrap_or(u64::MAX);
        let percent = u128::from(self.config.jitter_percent.min(100));
        let spread = u64::try_from(u128::from(millis) * percent / 100).unwrap_or(millis);
        Duration::from_millis(millis - self.random.up_to(spread))
    }

    /// Back to the first delay: the last attempt held. The jitter goes on.
    pub const fn reset(&mut self) {
        self.attempts = 0;
    }

    /// Delays given since the start or the last reset.
    pub const fn attempts(&self) -> u32 {
        self.attempts
    }
}

/// 1 s, 2 s, 4 s … 30 s, each shortened by up to a quarter.
impl Default for BackoffConfig {
    fn default() -> Self {
        Self { initial: Duration::from_secs(1), max: Duration::from_secs(30), jitter_percent: 25 }
    }
}
