//! Data points as devices really send them: tolerant in, so that one good line is never lost to a
//! bad one (CONTRACT §2.4, §4.3, §9.3 rules 1 to 4).
//!
//! Nothing here knows the device's channels: a [`RawPoint`] still has to be held against its
//! channel with [`crate::ChannelKind::parse`].

use core::fmt;

use crate::{ChannelId, RawValue, Timestamp};

mod json;
mod line;

#[cfg(test)]
mod tests;

/// A data point as it came.
#[derive(Clone, Debug, PartialEq)]
pub struct RawPoint {
    /// Its channel: named by the point, or by the topic.
    pub channel: ChannelId,
    /// When it was measured; `None` asks for the time of receipt.
    pub timestamp: Option<Timestamp>,
    /// What was measured.
    pub value: RawValue,
}

/// What the caller allows in one upload.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Rules {
    /// The most data points in one request or message; the rest is refused with one error.
    pub max_points: usize,
    /// Take a timestamp of 9 to 11 digits as seconds instead of refusing it.
    pub seconds: bool,
}

/// The documented limit of REST: 5 data points a request, milliseconds only (CONTRACT §4.3).
impl Default for Rules {
    fn default() -> Self {
        Self { max_points: 5, seconds: false }
    }
}

/// Why one data point of an upload is refused.
///
/// `Display` is a sentence for the device's author: `line 2, timestamp: it is not whole
/// milliseconds: "noon"`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PointError {
    /// The line, from 1; in JSON the position of the data point.
    pub line: usize,
    /// Which part of it.
    pub field: Field,
    /// The rule that it breaks.
    pub rule: String,
}

/// A part of an upload.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Field {
    /// The line or the message as a whole.
    Whole,
    /// `dataChnId`.
    Channel,
    /// `timestamp`.
    Timestamp,
    /// `V` or `values`.
    Value,
}

/// Reads an MQTT publish to `mcs/:id/:key/:chn` (`channel` is the topic's) or to `mcs/:id/:key`.
///
/// On a channel's topic: `timestamp,chn,V`, `,chn,V`, `,,V`, the REST JSON, or else the whole
/// payload is `V`. On the device's topic: one `timestamp,chn,V` a line, or the REST JSON.
/// NULs and line ends behind the payload do not count. Never empty.
pub fn from_mqtt(
    channel: Option<&ChannelId>,
    payload: &[u8],
    rules: Rules,
) -> Vec<Result<RawPoint, PointError>> {
    let text = match text(payload) {
        Ok(text) => text,
        Err(error) => return vec![Err(error)],
    };
    if let Some(points) = json::points_of_publish(channel, text, rules) {
        return points;
    }
    match channel {
        Some(channel) => vec![line::on_channel(channel, text, rules)],
        None => lines(text, rules, |number, text| line::on_device(number, text, rules)),
    }
}

/// Reads what nearly every publish to a channel's topic is, one `timestamp,chn,V` or `,chn,V`, where it stands: the time
/// and `V`. `None` leaves it to [`from_mqtt`], which reads this as well.
pub fn stamped<'a>(
    channel: &ChannelId,
    payload: &'a [u8],
    rules: Rules,
) -> Option<(Option<Timestamp>, &'a str)> {
    // JSON begins with no digit.
    line::stamped_on_channel(channel, text(payload).ok()?, rules)
}

/// Reads the body of `POST …/datapoints.csv`: one `chn,timestamp,V` a line. Never empty.
pub fn from_csv(body: &[u8], rules: Rules) -> Vec<Result<RawPoint, PointError>> {
    match text(body) {
        Ok(text) => lines(text, rules, |number, text| line::in_rest(number, text, rules)),
        Err(error) => vec![Err(error)],
    }
}

/// Reads the body of `POST …/datapoints`: `{"datapoints":[…]}`. Never empty.
pub fn from_json(body: &[u8], rules: Rules) -> Vec<Result<RawPoint, PointError>> {
    match text(body) {
        Ok(text) => json::points(None, text, rules),
        Err(error) => vec![Err(error)],
    }
}

/// Reads a command of the Command Server: what stands behind `deviceId,deviceKey,`, which is
/// `timestamp,chn,V` to the end of the text.
pub fn from_command(text: &str, rules: Rules) -> Result<RawPoint, PointError> {
    line::on_device(1, text, rules)
}

impl PointError {
    fn new(line: usize, field: Field, rule: impl Into<String>) -> Self {
        Self { line, field, rule: rule.into() }
    }

    fn too_many(line: usize, max: usize) -> Self {
        Self::new(line, Field::Whole, format!("there are more than {max} data points"))
    }

    fn nothing() -> Self {
        Self::new(1, Field::Whole, "there is no data point")
    }
}

impl fmt::Display for PointError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let field = match self.field {
            Field::Whole => "",
            Field::Channel => ", dataChnId",
            Field::Timestamp => ", timestamp",
            Field::Value => ", value",
        };
        write!(f, "line {}{field}: {}", self.line, self.rule)
    }
}

impl core::error::Error for PointError {}

/// The text of a body or payload, without the NULs and line ends behind it: the official C
/// library sends one NUL, the Arduino library line ends.
fn text(bytes: &[u8]) -> Result<&str, PointError> {
    let text = str::from_utf8(bytes).map_err(|error| {
        let rule = format!("it is not UTF-8 at byte {}", error.valid_up_to() + 1);
        PointError::new(1, Field::Whole, rule)
    })?;
    let text = text.trim_end_matches(['\0', '\r', '\n']);
    if text.trim().is_empty() { Err(PointError::nothing()) } else { Ok(text) }
}

/// Reads line by line; blank lines do not count, but are numbered.
fn lines(
    text: &str,
    rules: Rules,
    read: impl Fn(usize, &str) -> Result<RawPoint, PointError>,
) -> Vec<Result<RawPoint, PointError>> {
    let mut points = Vec::new();
    for (index, line) in text.split('\n').enumerate() {
        let line = line.trim_end_matches(['\0', '\r']);
        if line.trim().is_empty() {
            continue;
        }
        if points.len() == rules.max_points {
            points.push(Err(PointError::too_many(index + 1, rules.max_points)));
            break;
        }
        points.push(read(index + 1, line));
    }
    if points.is_empty() {
        // NULs and blanks in turn.
        points.push(Err(PointError::nothing()));
    }
    points
}
