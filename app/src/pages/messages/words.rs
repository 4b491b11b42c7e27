//! What the engine says of messages, in words.

use mcs_view::protocol::{Fate, Format, LogRow, Misfit, Place, Preview, QueryError};

use crate::clock;
use crate::format;
use crate::reasons;
use crate::texts::messages as t;

/// The forms of a payload: each, its name, and its word for tests.
pub(super) fn formats() -> [(Format, &'static str, &'static str); 4] {
    [
        (Format::Text, t::as_text(), "text"),
        (Format::Json, "JSON", "json"),
        (Format::Hex, "Hex", "hex"),
        (Format::Base64, "Base64", "base64"),
    ]
}

/// `09:05:01.250`
pub(super) fn time(at: u64) -> String {
    format!("{}.{:03}", clock::local(at).time(), at % 1000)
}

/// The topic, or the device and channel that it is of.
pub(super) fn topic(row: &LogRow) -> String {
    row.place.as_ref().map_or_else(|| row.topic.clone(), place)
}

/// The channel comes first: where there is not room for both, the device's name is cut.
pub(super) fn place(place: &Place) -> String {
    match &place.channel {
        Some(channel) => format!("{channel} · {}", place.device),
        None => place.device.clone(),
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
        Fate::Waiting => ("pending", t::fate_waiting().to_owned()),
        Fate::Sent => ("none", t::fate_sent().to_owned()),
        Fate::Acknowledged { millis } => ("ok", t::fate_acknowledged(millis)),
        Fate::Unheard { millis } => ("warning", t::fate_unheard(millis)),
        Fate::Refused { code } => ("danger", t::fate_refused(&reasons::code(*code))),
        Fate::TimedOut => ("danger", t::fate_timed_out().to_owned()),
        Fate::NotConnected => ("danger", t::fate_not_connected().to_owned()),
    }
}

/// Why a query means nothing.
pub(super) fn query_error(error: &QueryError) -> String {
    match error {
        QueryError::Unclosed => t::error_unclosed().to_owned(),
        QueryError::TopicFilter(text) => t::error_topic_filter(text),
        QueryError::Regex(text, why) => t::error_regex(text, why),
        QueryError::Number(text) => t::error_number(text),
        QueryError::Missing(name) => t::error_missing(name),
    }
}

/// Why a payload is not shown in the form asked for.
pub(super) fn misfit(misfit: Misfit) -> &'static str {
    match misfit {
        Misfit::NoText => t::misfit_text(),
        Misfit::NoJson => t::misfit_json(),
        Misfit::CutJson => t::misfit_cut(),
    }
}

/// How much of a payload is shown.
pub(super) fn shown(shown: u64, size: u64) -> String {
    t::showing(&format::bytes(shown), &format::bytes(size))
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
        _ => t::property_unknown(),
    }
}
