//! Commanding a device: `POST …/commands` (CONTRACT §4.5).

use core::fmt;

use serde_json::{Value, json};

use super::success;
use crate::upload::RawPoint;
use crate::{ChannelId, RawValue, Timestamp};

/// What the text body `commandType,content` asks for.
#[derive(Clone, Debug, PartialEq)]
pub enum Command {
    /// Type 0: words between the caller and the device's program.
    Custom(String),
    /// Type 1: a value for a data channel.
    Channel(RawPoint),
}

/// Why a command cannot be read.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum CommandError {
    /// It is not `0,…` or `1,…`.
    Type,
    /// There is nothing behind the type, or it does not fit on one line.
    Content,
    /// The data channel's id is none; the rule that it breaks.
    Channel(&'static str),
}

/// The most bytes of a custom command: what the official C library can hold, with room for id,
/// key and time (CONTRACT §2.5).
const MAX_CUSTOM: usize = 150;

impl Command {
    /// Reads the body. The documents do not say how the content of type 1 looks: it is
    /// `dataChnId,V`, or the columns of an upload, `dataChnId,timestamp,V`, where the time is
    /// empty or has 13 digits.
    pub fn parse(body: &str) -> Result<Self, CommandError> {
        let body = body.trim_matches(['\0', '\r', '\n', ' ']);
        let (kind, content) = body.split_once(',').ok_or(CommandError::Type)?;
        match kind.trim() {
            "0" if content.is_empty() || content.len() > MAX_CUSTOM => Err(CommandError::Content),
            "0" if content.chars().any(char::is_control) => Err(CommandError::Content),
            "0" => Ok(Self::Custom(content.to_owned())),
            "1" => channel(content).map(Self::Channel),
            _ => Err(CommandError::Type),
        }
    }
}

impl fmt::Display for CommandError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Type => f.write_str("the body is neither 0,content nor 1,dataChnId,value"),
            Self::Content => write!(f, "the content is not one line of 1 to {MAX_CUSTOM} bytes"),
            Self::Channel(rule) => write!(f, "dataChnId: {rule}"),
        }
    }
}

impl core::error::Error for CommandError {}

/// The answer; `undelivered` says that the device is not there to take it.
pub fn command_accepted(at: Timestamp, undelivered: bool) -> Value {
    let mut results = json!({ "createdAt": at.as_millis() });
    if undelivered {
        results["undelivered"] = true.into();
    }
    success(json!({ "results": results }))
}

fn channel(content: &str) -> Result<RawPoint, CommandError> {
    let (name, value) = content.split_once(',').ok_or(CommandError::Content)?;
    let channel = name.trim().parse::<ChannelId>();
    let channel = channel.map_err(|error| CommandError::Channel(error.rule.words()))?;
    let stamped = value.split_once(',').and_then(|(time, value)| {
        let time = time.trim();
        let timestamp = if time.is_empty() {
            None
        } else {
            let digits = time.len() == 13 && time.bytes().all(|it| it.is_ascii_digit());
            Some(time.parse::<Timestamp>().ok().filter(|_| digits)?)
        };
        Some((timestamp, value))
    });
    let (timestamp, value) = stamped.unwrap_or((None, value));
    Ok(RawPoint { channel, timestamp, value: RawValue::Csv(value.to_owned()) })
}
