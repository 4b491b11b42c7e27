//! What an operator types for a controller: is it a value of the channel, and if not, why.

#[cfg(test)]
mod tests;

use mcs_model::{Channel, ChannelKind, RawValue, Value, ValueError};
use mcs_view::protocol::Wrong;

use crate::format;
use crate::texts::card as t;

/// What is wrong in one field.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Fault {
    /// Nothing is typed there yet; what is missing, as a sentence.
    Empty(&'static str),
    /// What is typed there is no value; why, as a sentence.
    Wrong(String),
}

impl Fault {
    /// For the person who typed it.
    pub(crate) fn words(&self) -> String {
        match self {
            Self::Empty(words) => (*words).to_owned(),
            Self::Wrong(words) => words.clone(),
        }
    }
}

/// The value that `fields` are for `channel`: one of a PWM's two and a place's three numbers, or
/// else the only one.
///
/// # Errors
/// What is wrong in each field; `None` where nothing is.
pub(crate) fn check(channel: &Channel, fields: &[String]) -> Result<Value, Vec<Option<Fault>>> {
    let empty: &[&'static str] = match channel.kind {
        ChannelKind::Pwm => &[t::no_value(), t::no_period()],
        ChannelKind::Gps => &[t::no_latitude(), t::no_longitude(), t::no_altitude()],
        _ => {
            let text = fields.first().map_or("", String::as_str);
            return parse(channel, text).map_err(|fault| vec![Some(fault)]);
        }
    };
    let fault = |(place, empty): (usize, &&'static str)| {
        let text = fields.get(place).map_or("", |text| text.trim());
        if text.is_empty() {
            return Some(Fault::Empty(empty));
        }
        // The others are zero, which is always allowed: what is wrong is wrong here.
        let parts = (0..fields.len()).map(|it| if it == place { text } else { "0" });
        let alone = parts.collect::<Vec<_>>().join(",");
        parse(channel, &alone).err()
    };
    let faults: Vec<_> = empty.iter().enumerate().map(fault).collect();
    if faults.iter().all(Option::is_none) {
        parse(channel, &fields.join(",")).map_err(|fault| vec![Some(fault)])
    } else {
        Err(faults)
    }
}

/// The value that `text` (CSV form) is for `channel`.
///
/// # Errors
/// Why it is none.
pub(crate) fn parse(channel: &Channel, text: &str) -> Result<Value, Fault> {
    let kind = &channel.kind;
    // Only in a text is a space something.
    let text = if matches!(kind, ChannelKind::String) { text } else { text.trim() };
    if text.is_empty() {
        return Err(Fault::Empty(t::type_value()));
    }
    // A point is one line on the wire (CONTRACT §2.3).
    if text.contains(['\n', '\r']) {
        return Err(Fault::Wrong(t::no_line_break().to_owned()));
    }
    let value = kind.parse(&RawValue::Csv(text.to_owned()));
    value.map_err(|error| Fault::Wrong(sentence(&error, kind)))
}

/// What may be typed, in a few words; empty when there is no limit worth telling.
pub(crate) fn hint(kind: &ChannelKind) -> String {
    match kind {
        ChannelKind::Integer { bounds: None, .. } => t::may_whole().to_owned(),
        ChannelKind::Float { bounds: None, .. } => t::may_number().to_owned(),
        ChannelKind::Hex => t::may_hex().to_owned(),
        ChannelKind::Pwm => t::may_pwm().to_owned(),
        other => format::limits(other),
    }
}

fn sentence(error: &ValueError, kind: &ChannelKind) -> String {
    match error {
        ValueError::Bounds { bounds, got, .. } if *got < bounds.lower => {
            t::below(&format::range(*bounds))
        }
        ValueError::Bounds { bounds, .. } => t::above(&format::range(*bounds)),
        ValueError::TooLong { limit, .. } => t::too_long(limit),
        error => words(Wrong::from(error), kind).to_owned(),
    }
}

/// Why something is no value of a channel of this kind.
pub(crate) fn words(wrong: Wrong, kind: &ChannelKind) -> &'static str {
    match (wrong, kind) {
        (
            Wrong::Type,
            ChannelKind::Integer { .. } | ChannelKind::Analog { .. } | ChannelKind::Pwm,
        ) => t::not_whole(),
        (Wrong::Type, ChannelKind::Float { .. } | ChannelKind::Gps) => t::not_number(),
        (Wrong::Type, ChannelKind::Hex) => t::not_hex(),
        (Wrong::Type, _) => t::not_value(),
        (Wrong::TooLow, _) => t::too_low_part(),
        (Wrong::TooHigh, _) => t::too_high_part(),
        (Wrong::Key, _) => t::not_key(),
        (Wrong::Button, _) => t::not_button(),
        (Wrong::TooLong, _) => t::longer(),
    }
}
