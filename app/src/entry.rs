//! What an operator types for a controller: is it a value of the channel, and if not, why.

#[cfg(test)]
mod tests;

use mcs_model::{Channel, ChannelKind, RawValue, Value, ValueError};

use crate::format;

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
        ChannelKind::Pwm => &["The value is empty", "The period is empty"],
        ChannelKind::Gps => {
            &["The latitude is empty", "The longitude is empty", "The altitude is empty"]
        }
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
        return Err(Fault::Empty("Type a value"));
    }
    // A point is one line on the wire (CONTRACT §2.3).
    if text.contains(['\n', '\r']) {
        return Err(Fault::Wrong("A line break cannot be sent".to_owned()));
    }
    let value = kind.parse(&RawValue::Csv(text.to_owned()));
    value.map_err(|error| Fault::Wrong(sentence(&error, kind)))
}

/// What may be typed, in a few words; empty when there is no limit worth telling.
pub(crate) fn hint(kind: &ChannelKind) -> String {
    match kind {
        ChannelKind::Integer { bounds: None, .. } => "A whole number".to_owned(),
        ChannelKind::Float { bounds: None, .. } => "A number".to_owned(),
        ChannelKind::Hex => "Digits 0–9 and A–F".to_owned(),
        ChannelKind::Pwm => "Whole numbers, 0 to 1000 each".to_owned(),
        other => format::limits(other),
    }
}

fn sentence(error: &ValueError, kind: &ChannelKind) -> String {
    match error {
        ValueError::Type { .. } | ValueError::Missing(_) => match kind {
            ChannelKind::Integer { .. } | ChannelKind::Analog { .. } | ChannelKind::Pwm => {
                "This is not a whole number".to_owned()
            }
            ChannelKind::Float { .. } | ChannelKind::Gps => "This is not a number".to_owned(),
            ChannelKind::Hex => "This is not hexadecimal: only 0–9 and A–F are".to_owned(),
            _ => "This is no value of the channel".to_owned(),
        },
        ValueError::Bounds { bounds, got, .. } if *got < bounds.lower => {
            format!("Too low: allowed is {}", format::range(*bounds))
        }
        ValueError::Bounds { bounds, .. } => {
            format!("Too high: allowed is {}", format::range(*bounds))
        }
        ValueError::TooLong { limit, .. } => format!("Longer than {limit} bytes"),
        ValueError::Category(_) => "This is no key of the category".to_owned(),
        ValueError::Button(_) => "The gamepad has no such button".to_owned(),
        _ => "This is no value of the channel".to_owned(),
    }
}
