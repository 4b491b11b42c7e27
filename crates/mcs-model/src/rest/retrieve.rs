//! Retrieving data points (CONTRACT §4.4).

use core::fmt;

use serde_json::{Value, json};

use super::success;
use crate::api::HistoryPoint;
use crate::{ChannelId, DeviceId, Timestamp};

/// The most data points of one answer.
pub const MAX_RETRIEVED: usize = 1000;

/// Which points of a channel are wanted: the newest `limit` of the window after `offset` newer
/// ones were skipped, in the given order.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct RetrieveQuery {
    /// The earliest time, included.
    pub start: Option<Timestamp>,
    /// The latest time, included.
    pub end: Option<Timestamp>,
    /// 1 to [`MAX_RETRIEVED`]; 1 if nothing is said, even with a window.
    pub limit: usize,
    /// How many of the newest to skip.
    pub offset: usize,
    /// In which order they are answered.
    pub order: Order,
}

/// The order of an answer.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Order {
    /// `asc`.
    OldestFirst,
    /// `desc`.
    #[default]
    NewestFirst,
}

/// A parameter that cannot be understood.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct QueryError {
    /// The parameter's name.
    pub parameter: &'static str,
    /// What it should be.
    pub expected: &'static str,
}

impl RetrieveQuery {
    /// Reads the decoded parameters of the query string; unknown and empty ones do not count, the
    /// old names `start_time` and `end_time` do. A limit above the maximum means the maximum.
    pub fn parse<'a>(
        parameters: impl IntoIterator<Item = (&'a str, &'a str)>,
    ) -> Result<Self, QueryError> {
        let mut query = Self::default();
        for (name, text) in parameters {
            let text = text.trim();
            if text.is_empty() {
                continue;
            }
            match name {
                "start" | "start_time" => query.start = Some(instant("start", text)?),
                "end" | "end_time" => query.end = Some(instant("end", text)?),
                "limit" => {
                    let limit = count("limit", text)?;
                    if limit == 0 {
                        return Err(QueryError { parameter: "limit", expected: "at least 1" });
                    }
                    query.limit = limit.min(MAX_RETRIEVED);
                }
                "offset" => query.offset = count("offset", text)?,
                "order" => {
                    query.order = match text.to_ascii_lowercase().as_str() {
                        "asc" => Order::OldestFirst,
                        "desc" => Order::NewestFirst,
                        _ => {
                            return Err(QueryError { parameter: "order", expected: "asc or desc" });
                        }
                    }
                }
                _ => {}
            }
        }
        Ok(query)
    }
}

/// The single newest point.
impl Default for RetrieveQuery {
    fn default() -> Self {
        Self { start: None, end: None, limit: 1, offset: 0, order: Order::NewestFirst }
    }
}

impl fmt::Display for QueryError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "the parameter {} is not {}", self.parameter, self.expected)
    }
}

impl core::error::Error for QueryError {}

/// The JSON answer; `overflow` says that more points matched than [`MAX_RETRIEVED`].
pub fn retrieved_json(
    device: &DeviceId,
    channel: &ChannelId,
    points: &[HistoryPoint],
    overflow: bool,
) -> Value {
    let points: Vec<_> = points
        .iter()
        .map(|it| json!({ "recordedAt": it.at.as_millis(), "values": it.value.to_json() }))
        .collect();
    success(json!({
        "deviceId": device.as_str(),
        "dataChannels": [{
            "dataChnId": channel.as_str(),
            "isOverflow": overflow,
            "dataPoints": points,
        }],
    }))
}

/// The CSV answer: `chn,timestamp,V` a line, none ended, since the Arduino library takes all that
/// stands behind the second comma as the value.
pub fn retrieved_csv(channel: &ChannelId, points: &[HistoryPoint]) -> String {
    let lines = points.iter().map(|it| format!("{channel},{},{}", it.at, it.value));
    lines.collect::<Vec<_>>().join("\n")
}

fn instant(parameter: &'static str, text: &str) -> Result<Timestamp, QueryError> {
    text.parse().map_err(|_| QueryError { parameter, expected: "a time in milliseconds" })
}

fn count(parameter: &'static str, text: &str) -> Result<usize, QueryError> {
    text.parse().map_err(|_| QueryError { parameter, expected: "a whole number" })
}
