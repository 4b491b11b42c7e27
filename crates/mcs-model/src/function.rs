//! Function channels (CONTRACT §1.6): what their code is given, and what it means that it returns something.
//!
//! Running it is for a server: here is everything about it that needs no engine.

use serde::{Deserialize, Serialize};

use crate::{
    Bounds, Channel, ChannelId, ChannelKind, DataPoint, Prototype, RawValue, Timestamp, ValueError,
};

#[cfg(test)]
mod tests;

/// The most characters of a function's code.
pub const MAX_CODE: usize = 4999;
/// How long a function may work on one point, in milliseconds.
pub const MAX_MILLIS: u32 = 20;
/// The most channels that one run may write.
pub const MAX_POINTS: usize = 64;
/// The most lines that are kept of what one run logs.
pub const MAX_LINES: usize = 50;
/// The most characters that are kept of a line, and of a value in a history.
pub const MAX_LINE: usize = 400;

/// A function's run on one point: what its history says.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Run {
    /// The time stamp of the point.
    pub at: Timestamp,
    /// The start of its value.
    pub value: String,
    /// What was written to other channels.
    pub points: Vec<Written>,
    /// What the code logged, line by line.
    pub console: Vec<String>,
    /// Lines that it logged beyond [`MAX_LINES`].
    pub unlogged: u32,
    /// What went wrong; nothing if the run was OK.
    pub troubles: Vec<Trouble>,
    /// How long it worked, in microseconds.
    pub micros: u32,
}

impl Run {
    /// Whether the status of the data point is OK; else it is FAILED.
    pub fn is_ok(&self) -> bool {
        self.troubles.is_empty()
    }
}

/// A point that a function wrote.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Written {
    /// The channel.
    pub channel: ChannelId,
    /// The start of its value, in CSV form.
    pub value: String,
}

/// Why the status of a run is FAILED: a line of the system log.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(rename_all = "camelCase")]
#[non_exhaustive]
pub enum Trouble {
    /// It worked longer than [`MAX_MILLIS`].
    TimeLimit,
    /// It wanted more memory than there is for it.
    Memory,
    /// The code cannot be read, or threw something.
    Exception {
        /// Such as `TypeError: x is not a function`.
        message: String,
        /// The line of the code, from 1, if known.
        line: Option<u32>,
    },
    /// It returned something else than an object of channels.
    Returned(Other),
    /// It returned more channels than [`MAX_POINTS`], or more text than is taken.
    TooMuch,
    /// It named a channel that the device has not.
    Unknown(String),
    /// It named itself.
    Itself,
    /// It named another function.
    Function(ChannelId),
    /// A value does not fit its channel.
    Refused {
        /// The channel.
        channel: ChannelId,
        /// The start of what it returned for it.
        value: String,
        /// What does not fit.
        why: Refusal,
    },
    /// It did not run: too many points of the device waited already.
    Busy,
    /// It did not run: its code is set aside for a while, because it could not be stopped in time before.
    SetAside,
    /// What it returned could not be stored.
    NotStored,
    /// It did not run: there is no process for it, or the process died of it.
    Broken,
}

/// What a channel takes, and did not get.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(rename_all = "camelCase")]
#[non_exhaustive]
pub enum Refusal {
    /// 0 or 1.
    State,
    /// A whole number.
    Whole,
    /// A number.
    Number,
    /// Hexadecimal digits.
    Hex,
    /// A text or a number.
    Text,
    /// Several numbers with commas between them.
    Numbers,
    /// The base64 of a picture.
    Picture,
    /// One of the keys of its category.
    Key,
    /// A button of its gamepad, and whether it is pressed.
    Button,
    /// A number within these.
    Bounds(Bounds),
    /// So many bytes at most.
    Bytes(u32),
    /// Nothing: a video is streamed.
    NoPoints,
}

impl Refusal {
    fn of(error: &ValueError, kind: &ChannelKind) -> Self {
        match error {
            ValueError::Bounds { bounds, .. } => return Self::Bounds(*bounds),
            ValueError::TooLong { limit, .. } => {
                return Self::Bytes(u32::try_from(*limit).unwrap_or(u32::MAX));
            }
            _ => {}
        }
        match kind {
            ChannelKind::Switch | ChannelKind::Gpio => Self::State,
            ChannelKind::Integer { .. } | ChannelKind::Analog { .. } => Self::Whole,
            ChannelKind::Float { .. } => Self::Number,
            ChannelKind::Hex => Self::Hex,
            ChannelKind::Gps | ChannelKind::Pwm => Self::Numbers,
            ChannelKind::Image => Self::Picture,
            ChannelKind::Category { .. } => Self::Key,
            ChannelKind::Gamepad { .. } => Self::Button,
            ChannelKind::Video => Self::NoPoints,
            ChannelKind::String | ChannelKind::Function { .. } => Self::Text,
        }
    }
}

/// What a function returned instead of an object of channels.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(rename_all = "camelCase")]
pub enum Other {
    /// `true` or `false`.
    Flag,
    /// A number.
    Number,
    /// A text.
    Text,
    /// A list.
    List,
    /// A function.
    Function,
    /// A promise: nobody waits for it.
    Promise,
    /// A text in it is no valid Unicode.
    Broken,
}

/// What the code is given as `context.value`, as JSON: a number where the text is one as JSON writes it
/// (`42`, `-1.5`, `2e3`), else the text.
pub fn context_value(text: &str) -> serde_json::Value {
    let trimmed = text.trim();
    match serde_json::from_str(trimmed) {
        Ok(serde_json::Value::Number(number)) => serde_json::Value::Number(number),
        _ => serde_json::Value::String(text.to_owned()),
    }
}

/// The points that a function has returned for a point of this time, and what is wrong with the rest.
///
/// A text is read as in CSV, so `"24.8,121,30"` is a place; an object has the members of REST JSON.
pub fn points(
    returned: serde_json::Value,
    prototype: &Prototype,
    function: &ChannelId,
    at: Timestamp,
) -> (Vec<DataPoint>, Vec<Trouble>) {
    let members = match returned {
        serde_json::Value::Null => return (Vec::new(), Vec::new()),
        serde_json::Value::Object(members) => members,
        serde_json::Value::Bool(_) => return no_points(Other::Flag),
        serde_json::Value::Number(_) => return no_points(Other::Number),
        serde_json::Value::String(_) => return no_points(Other::Text),
        serde_json::Value::Array(_) => return no_points(Other::List),
    };
    if members.len() > MAX_POINTS {
        return (Vec::new(), vec![Trouble::TooMuch]);
    }
    let mut points = Vec::with_capacity(members.len());
    let mut troubles = Vec::new();
    for (name, value) in members {
        match point(&name, value, prototype, function, at) {
            Ok(point) => points.push(point),
            Err(trouble) => troubles.push(trouble),
        }
    }
    (points, troubles)
}

fn point(
    name: &str,
    value: serde_json::Value,
    prototype: &Prototype,
    function: &ChannelId,
    at: Timestamp,
) -> Result<DataPoint, Trouble> {
    let channel = prototype.channels.iter().find(|it| it.id.as_str() == name);
    let Channel { id, kind, .. } = channel.ok_or_else(|| Trouble::Unknown(excerpt(name)))?;
    match kind {
        _ if id == function => return Err(Trouble::Itself),
        ChannelKind::Function { .. } => return Err(Trouble::Function(id.clone())),
        _ => {}
    }
    let raw = match value {
        serde_json::Value::String(text) => RawValue::Csv(text),
        other => RawValue::Json(other),
    };
    let refused = |error: ValueError| {
        let value = match &raw {
            RawValue::Csv(text) => excerpt(text),
            RawValue::Json(json) => excerpt(&json.to_string()),
        };
        Trouble::Refused { channel: id.clone(), value, why: Refusal::of(&error, kind) }
    };
    let value = kind.parse(&raw).map_err(refused)?;
    Ok(DataPoint { channel: id.clone(), timestamp: at, value })
}

fn no_points(returned: Other) -> (Vec<DataPoint>, Vec<Trouble>) {
    (Vec::new(), vec![Trouble::Returned(returned)])
}

/// The start of a text, at most [`MAX_LINE`] characters of it.
pub fn excerpt(text: &str) -> String {
    match text.char_indices().nth(MAX_LINE) {
        Some((end, _)) => format!("{}…", &text[..end]),
        None => text.to_owned(),
    }
}
