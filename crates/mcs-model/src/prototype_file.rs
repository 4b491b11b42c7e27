//! The prototype file that MCS exports and imports (CONTRACT §4.6).
//!
//! Genuine exports load: bounds that are strings, units by number or by name, category keys under
//! `options` or `items`. What MCS has and we have not (triggers, the chip, numbers of units, how a
//! card looks) is [carried](Carried) from the file to the next export; a channel of a type that we
//! have not is left out and named.

use core::fmt;

use serde_json::Value;

use crate::api::SkippedChannel;
use crate::check::{self, Fault};
use crate::{ChannelId, ProductId, Prototype};

mod carried;
mod export;
mod import;

#[cfg(test)]
mod tests;

pub use carried::Carried;
pub use export::export;

/// The most channels of a prototype.
pub const MAX_CHANNELS: usize = 256;

/// What a prototype file holds.
#[derive(Clone, Debug, PartialEq)]
pub struct Imported {
    /// What is used here.
    pub prototype: Prototype,
    /// What is not, for the next export.
    pub carried: Carried,
    /// The channels that were left out.
    pub skipped: Vec<SkippedChannel>,
}

/// Reads a prototype file; the prototype gets the id `id`.
pub fn import(text: &str, id: ProductId) -> Result<Imported, ImportError> {
    // Some editors put a byte order mark in front.
    let text = text.trim_start_matches('\u{feff}');
    let file: Value = serde_json::from_str(text).map_err(|it| ImportError::Json(it.to_string()))?;
    let (prototype, skipped) = import::prototype(&file, id)?;
    match check::faults(&prototype).into_iter().next() {
        None => Ok(Imported { carried: Carried::of(&file, &prototype), prototype, skipped }),
        Some(fault) => Err(match fault.channel.and_then(|at| prototype.channels.get(at)) {
            Some(channel) => ImportError::Channel {
                channel: channel.id.to_string(),
                reason: ChannelError::Fault(Fault { channel: None, ..fault }),
            },
            None => ImportError::Fault(fault),
        }),
    }
}

/// Why a prototype file is refused.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum ImportError {
    /// It is not JSON; where and why.
    Json(String),
    /// A member is missing or of the wrong type.
    Member(&'static str),
    /// There are more channels than [`MAX_CHANNELS`].
    TooManyChannels(usize),
    /// What it says of the prototype itself cannot be kept.
    Fault(Fault),
    /// A channel cannot be taken.
    Channel {
        /// Its id as it stands in the file, or its place there.
        channel: String,
        /// Why not.
        reason: ChannelError,
    },
}

/// Why a channel of a prototype file cannot be taken.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum ChannelError {
    /// Its id is none; the rule that it breaks.
    Id(&'static str),
    /// Another channel has the same id.
    Twice(ChannelId),
    /// A setting of its type is missing or wrong.
    Setting(&'static str),
    /// What it says cannot be kept.
    Fault(Fault),
}

impl fmt::Display for ImportError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Json(error) => write!(f, "not JSON: {error}"),
            Self::Member(name) => write!(f, "{name} is missing or of the wrong type"),
            Self::TooManyChannels(count) => {
                write!(f, "{count} channels: at most {MAX_CHANNELS} are allowed")
            }
            Self::Fault(fault) => write!(f, "{fault}"),
            Self::Channel { channel, reason } => write!(f, "channel {channel}: {reason}"),
        }
    }
}

impl core::error::Error for ImportError {}

impl fmt::Display for ChannelError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Id(rule) => write!(f, "the id is not allowed: {rule}"),
            Self::Twice(id) => write!(f, "the id {id} is there twice"),
            Self::Setting(name) => write!(f, "the setting {name} is missing or wrong"),
            Self::Fault(fault) => write!(f, "{fault}"),
        }
    }
}

impl core::error::Error for ChannelError {}
