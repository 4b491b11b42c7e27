//! How long points are kept.

use std::num::{NonZeroU32, NonZeroU64};

use mcs_model::{ChannelId, ProductId, Timestamp};
use serde::Deserialize;

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

const DAY: u64 = 24 * 60 * 60 * 1000;

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
