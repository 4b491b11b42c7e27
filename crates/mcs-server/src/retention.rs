//! How long points are kept.

use std::num::{NonZeroU32, NonZeroU64};

use mcs_model::{ChannelId, ProductId, Timestamp};
use mcs_time::Time;
use serde::Deserialize;

#[cfg(test)]
mod tests;

/// What is kept of some channels. A rule without a prototype or channel holds for all of them; of several
/// rules for a channel only the first counts.
///
/// A point goes when either limit says so, within minutes. The newest point of a channel always stays.
#[derive(Clone, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct KeepRule {
    /// Devices of this prototype only.
    pub prototype: Option<ProductId>,
    /// This channel only.
    pub channel: Option<ChannelId>,
    /// Points that are so many days old go.
    pub days: Option<NonZeroU32>,
    /// So many points of each channel stay.
    pub points: Option<NonZeroU64>,
}

/// The time by which points are old.
///
/// It is that of the machine, but goes forward at most [`HASTE`] times as fast as time passes: a clock that
/// jumps ahead by years shall not cost the history of years before anybody can set it right.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Age {
    shown: Timestamp,
    at: Time,
}

/// After a month without the server, points are as old as they should be within a day or so.
const HASTE: u64 = 24;

const DAY: u64 = 24 * 60 * 60 * 1000;

impl Age {
    /// Starts with a time that was true once, such as that of the last write.
    pub(crate) fn starting(known: Timestamp, at: Time) -> Self {
        Self { shown: known, at }
    }

    /// The time to go by when the machine says `wall`, and how far behind that it is, in milliseconds.
    pub(crate) fn advance(&mut self, wall: Timestamp, at: Time) -> (Timestamp, u64) {
        let passed = u64::try_from(at.since(self.at).as_millis()).unwrap_or(u64::MAX);
        let most = self.shown.as_millis().saturating_add(passed.saturating_mul(HASTE));
        self.at = at;
        self.shown = wall.min(Timestamp::from_millis(most));
        (self.shown, wall.as_millis() - self.shown.as_millis())
    }
}

impl KeepRule {
    /// The first of `rules` that holds for a channel. `prototype` is `None` if its device is gone.
    pub(crate) fn find<'a>(
        rules: &'a [Self],
        prototype: Option<&str>,
        channel: &str,
    ) -> Option<&'a Self> {
        rules.iter().find(|rule| {
            rule.prototype.as_ref().is_none_or(|it| Some(it.as_str()) == prototype)
                && rule.channel.as_ref().is_none_or(|it| it.as_str() == channel)
        })
    }

    /// Points from before this time go.
    pub(crate) fn since(&self, now: Timestamp) -> Option<Timestamp> {
        let days = u64::from(self.days?.get());
        Some(Timestamp::from_millis(now.as_millis().saturating_sub(days * DAY)))
    }
}
