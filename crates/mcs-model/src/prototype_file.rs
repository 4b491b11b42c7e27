//! The prototype file that MCS exports and imports (CONTRACT §4.6).
//!
//! Genuine exports load: bounds that are strings, units by number or by name, category keys under
//! `options` or `items`. What MCS has and we have not (triggers, chips, hidden channels) is passed
//! over; a channel of a type that we have not is an error that names it.

use core::fmt;

use serde_json::Value;

use crate::{ChannelId, ProductId, Prototype};

mod export;
mod import;

#[cfg(test)]
mod tests;

pub use export::export;

/// The most channels of a prototype.
pub const MAX_CHANNELS: usize = 256;

/// Reads a prototype file; the prototype gets the id `id`.
pub fn import(text: &str, id: ProductId) -> Result<Prototype, ImportError> {
    let file: Value = serde_json::from_str(text).map_err(|it| ImportError::Json(it.to_string()))?;
    import::prototype(&file, id)
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
    /// Its type is not supported here: the number and the name in the file.
    Type(String),
    /// A setting of its type is missing or wrong.
    Setting(&'static str),
}

impl fmt::Display for ImportError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Json(error) => write!(f, "not JSON: {error}"),
            Self::Member(name) => write!(f, "{name} is missing or of the wrong type"),
            Self::TooManyChannels(count) => {
                write!(f, "{count} channels: at most {MAX_CHANNELS} are allowed")
            }
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
            Self::Type(name) => write!(f, "the type {name} is not supported"),
            Self::Setting(name) => write!(f, "the setting {name} is missing or wrong"),
        }
    }
}

impl core::error::Error for ChannelError {}
