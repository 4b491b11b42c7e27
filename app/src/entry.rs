//! What an operator types for a controller: is it a value of the channel, and if not, why.

#[cfg(test)]
mod tests;

use mcs_model::{Channel, ChannelKind, RawValue, Value, ValueError};

use crate::format;

/// The value that `text` (CSV form) is for `channel`.
///
/// # Errors
/// Why it is none, as a sentence for the person who typed it.
pub(crate) fn parse(channel: &Channel, text: &str) -> Result<Value, String> {
    let kind = &channel.kind;
    // Only in a text is a space something.
    let text = if matches!(kind, ChannelKind::String) { text } else { text.trim() };
    if text.is_empty() {
        return Err("Type a value".to_owned());
    }
    if let Some(sentence) = unfit_for_a_line(text) {
        return Err(sentence);
    }
    kind.parse(&RawValue::Csv(text.to_owned())).map_err(|error| sentence(&error))
}

/// What may be typed, in a few words; empty when there is no limit worth telling.
pub(crate) fn hint(kind: &ChannelKind) -> String {
    match kind {
        ChannelKind::Integer { bounds: None, .. } => "A whole number".to_owned(),
        ChannelKind::Float { bounds: None, .. } => "A number".to_owned(),
        ChannelKind::Hex => "Digits 0–9 and A–F".to_owned(),
        ChannelKind::Pwm => "0 to 1000 each".to_owned(),
        other => format::limits(other),
    }
}

fn sentence(error: &ValueError) -> String {
    match error {
        ValueError::Type { expected, .. } => format!("This is not {expected}"),
        ValueError::Missing(part) => format!("The {part} is missing"),
        ValueError::Bounds { part: "", bounds, got } if *got < bounds.lower => {
            format!("Too low: allowed is {}", format::range(*bounds))
        }
        ValueError::Bounds { part: "", bounds, .. } => {
            format!("Too high: allowed is {}", format::range(*bounds))
        }
        ValueError::Bounds { part, bounds, .. } => {
            format!("The {part} is outside of {}", format::range(*bounds))
        }
        ValueError::TooLong { limit, .. } => format!("Longer than {limit} bytes"),
        other => format!("The value {other}"),
    }
}

/// A point is one line on the wire (CONTRACT §2.3).
fn unfit_for_a_line(text: &str) -> Option<String> {
    text.contains(['\n', '\r']).then(|| "A line break cannot be sent".to_owned())
}
