//! What the engine says of messages, in words.

use mcs_view::protocol::{Fate, LogRow, Misfit, Preview, QueryError};

use crate::clock;
use crate::format;

/// `09:05:01.250`
pub(super) fn time(at: u64) -> String {
    format!("{}.{:03}", clock::local(at).time(), at % 1000)
}

/// The topic, or the device and channel that it is of.
pub(super) fn topic(row: &LogRow) -> String {
    match &row.place {
        Some(place) => match &place.channel {
            Some(channel) => format!("{} · {channel}", place.device),
            None => place.device.clone(),
        },
        None => row.topic.clone(),
    }
}

/// The beginning of a payload.
pub(super) fn preview(preview: &Preview) -> String {
    match preview {
        Preview::Empty => String::new(),
        Preview::Text { text, cut: false } => text.clone(),
        Preview::Text { text, cut: true } => format!("{text}…"),
        Preview::Bytes { hex, cut: false } => hex.clone(),
        Preview::Bytes { hex, cut: true } => format!("{hex} …"),
    }
}

/// What became of a message that we sent, and how it looks.
pub(super) fn fate(fate: &Fate) -> (&'static str, String) {
    match fate {
        Fate::Waiting => ("pending", "Waiting".to_owned()),
        Fate::Sent => ("none", "Sent".to_owned()),
        Fate::Acknowledged { millis } => ("ok", format!("Acknowledged in {millis} ms")),
        Fate::Unheard { millis } => {
            ("warning", format!("Acknowledged in {millis} ms; nobody subscribes"))
        }
        Fate::Refused { code } => ("danger", format!("Refused: {}", mcs_view::reason(*code))),
        Fate::TimedOut => ("danger", "Not acknowledged in time".to_owned()),
        Fate::NotConnected => ("danger", "Not sent: no connection".to_owned()),
    }
}

/// Why a query means nothing.
pub(super) fn query_error(error: &QueryError) -> String {
    match error {
        QueryError::Unclosed => "A quote is not closed.".to_owned(),
        QueryError::TopicFilter(text) => format!(
            "“{text}” is no topic filter: + stands for one whole level, # for all that follow and only at the end."
        ),
        QueryError::Regex(text, why) => format!("“{text}” is no regular expression: {why}."),
        QueryError::Number(text) => format!("“{text}” is no number that fits here."),
        QueryError::Missing(name) => format!("Nothing follows {name}: as yet."),
    }
}

/// Why a payload is not shown in the form asked for.
pub(super) fn misfit(misfit: Misfit) -> &'static str {
    match misfit {
        Misfit::NoText => "The payload is no UTF-8 text: shown as bytes.",
        Misfit::NoJson => "The payload is no JSON: shown as text.",
        Misfit::CutJson => {
            "The beginning alone is no JSON: shown as text. Load all of it to see it as JSON."
        }
    }
}

/// How much of a payload is shown.
pub(super) fn shown(shown: u64, size: u64) -> String {
    format!("Showing {} of {}.", format::bytes(shown), format::bytes(size))
}

/// The standard's name of a property, MQTT 5 §2.2.2.2.
pub(super) fn property(id: u8) -> &'static str {
    match id {
        0x01 => "Payload Format Indicator",
        0x02 => "Message Expiry Interval",
        0x03 => "Content Type",
        0x08 => "Response Topic",
        0x09 => "Correlation Data",
        0x0b => "Subscription Identifier",
        0x11 => "Session Expiry Interval",
        0x12 => "Assigned Client Identifier",
        0x13 => "Server Keep Alive",
        0x15 => "Authentication Method",
        0x16 => "Authentication Data",
        0x1a => "Response Information",
        0x1c => "Server Reference",
        0x1f => "Reason String",
        0x21 => "Receive Maximum",
        0x22 => "Topic Alias Maximum",
        0x24 => "Maximum QoS",
        0x25 => "Retain Available",
        0x26 => "User Property",
        0x27 => "Maximum Packet Size",
        0x28 => "Wildcard Subscription Available",
        0x29 => "Subscription Identifier Available",
        0x2a => "Shared Subscription Available",
        _ => "Unknown property",
    }
}
