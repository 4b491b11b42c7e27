//! Times, numbers and sizes in words. Pure: the clock and the time zone come as arguments.

#[cfg(test)]
mod tests;

use crate::texts::format as t;
use mcs_model::{Bounds, ChannelKind, Value};

/// A time on the operator's wall.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct LocalTime {
    /// Such as 2026.
    pub(crate) year: u32,
    /// From 1.
    pub(crate) month: u32,
    /// From 1.
    pub(crate) day: u32,
    /// 0 to 23.
    pub(crate) hour: u32,
    /// 0 to 59.
    pub(crate) minute: u32,
    /// 0 to 59.
    pub(crate) second: u32,
}

impl LocalTime {
    /// `2026-11-22 09:05:01`
    pub(crate) fn date_and_time(self) -> String {
        let Self { year, month, day, .. } = self;
        format!("{year:04}-{month:02}-{day:02} {}", self.time())
    }

    /// `09:05:01`
    pub(crate) fn time(self) -> String {
        let Self { hour, minute, second, .. } = self;
        format!("{hour:02}:{minute:02}:{second:02}")
    }
}

/// How long ago `at` was, in the largest unit that says enough; both in milliseconds.
pub(crate) fn relative(now: u64, at: u64) -> String {
    // A device's clock may be a little ahead of ours; more than that is worth saying.
    if at > now.saturating_add(5_000) {
        return t::ahead(&span(at - now));
    }
    let age = now.saturating_sub(at);
    if age < 2_000 { t::now().to_owned() } else { t::ago(&span(age)) }
}

/// A length of time in its largest unit.
pub(crate) fn span(millis: u64) -> String {
    let seconds = millis / 1000;
    match seconds {
        0..60 => t::seconds(&seconds),
        60..3_600 => t::minutes(&(seconds / 60)),
        3_600..86_400 => t::hours(&(seconds / 3_600)),
        _ => t::days(&(seconds / 86_400)),
    }
}

/// A number for people: at most four decimals and no trailing zeros; an exponent where digits would
/// not end.
pub(crate) fn number(value: f64) -> String {
    if !value.is_finite() {
        return "–".to_owned();
    }
    let size = value.abs();
    if size != 0.0 && !(1e-4..1e15).contains(&size) {
        return format!("{value:.3e}");
    }
    let text = format!("{value:.4}");
    let text = text.trim_end_matches('0').trim_end_matches('.');
    if text == "-0" { "0".to_owned() } else { minus(text) }
}

/// `text` with a true minus sign, which is as wide as a digit.
fn minus(text: &str) -> String {
    text.strip_prefix('-').map_or_else(|| text.to_owned(), |rest| format!("−{rest}"))
}

/// A whole number in groups of three, parted by thin spaces.
pub(crate) fn count(value: u64) -> String {
    let digits = value.to_string();
    let mut text = String::with_capacity(digits.len() * 2);
    for (index, digit) in digits.chars().enumerate() {
        if index > 0 && (digits.len() - index).is_multiple_of(3) {
            text.push('\u{202f}');
        }
        text.push(digit);
    }
    text
}

/// A number of bytes, such as `1.4 MiB`.
pub(crate) fn bytes(value: u64) -> String {
    const UNITS: [&str; 4] = ["KiB", "MiB", "GiB", "TiB"];
    if value < 1024 {
        return format!("{value} B");
    }
    #[expect(clippy::cast_precision_loss, reason = "two digits are shown")]
    let mut size = value as f64 / 1024.0;
    let mut unit = 0;
    while size >= 1024.0 && unit + 1 < UNITS.len() {
        size /= 1024.0;
        unit += 1;
    }
    let digits = usize::from(size < 10.0);
    format!("{size:.digits$} {}", UNITS[unit])
}

/// So many a second.
pub(crate) fn rate(value: f32) -> String {
    let digits = usize::from(value < 100.0);
    format!("{value:.digits$}")
}

/// A measured number with as many decimals as its channel's others have, so that it does not jump.
pub(crate) fn measured(value: f64, digits: u8) -> String {
    let text = number(value);
    let (decimals, digits) = (decimals(&text), usize::from(digits));
    if decimals >= digits || text.contains('e') || !value.is_finite() {
        return text;
    }
    let point = if decimals == 0 { "." } else { "" };
    format!("{text}{point}{}", "0".repeat(digits - decimals))
}

/// How many digits stand behind the point.
fn decimals(text: &str) -> usize {
    text.split_once('.').map_or(0, |(_, decimals)| decimals.len())
}

/// A number as it is typed or travels, for people.
pub(crate) fn typed(text: &str) -> String {
    minus(text)
}

/// A value as its card shows it, without the unit; `digits` are those of the channel.
pub(crate) fn value(value: &Value, kind: &ChannelKind, digits: u8) -> String {
    match value {
        Value::Switch(on) => if *on { t::on() } else { t::off() }.to_owned(),
        Value::Gpio(high) => if *high { t::high() } else { t::low() }.to_owned(),
        Value::Category(key) => match kind {
            ChannelKind::Category { options } => options
                .iter()
                .find(|option| option.value == *key)
                .map_or_else(|| key.clone(), |option| option.name.clone()),
            _ => key.clone(),
        },
        Value::Integer(whole) | Value::Analog(whole) => minus(&whole.to_string()),
        Value::Float(value) => measured(*value, digits),
        Value::Gps { latitude, longitude, .. } => place(*latitude, *longitude, digits.into()),
        Value::Pwm { value, period } => format!("{value} / {period}"),
        Value::Gamepad { button, pressed } => {
            t::button(button, &if *pressed { t::pressed() } else { t::released() })
        }
        Value::Image(_) => t::picture().to_owned(),
        other => other.to_string(),
    }
}

/// A place on the earth, with at least so many decimals of a degree.
pub(crate) fn place(latitude: f64, longitude: f64, digits: usize) -> String {
    let degrees = |angle: f64, [positive, negative]: [&str; 2]| {
        let side = if angle < 0.0 { negative } else { positive };
        let digits = digits.max(decimals(&number(angle)));
        format!("{:.digits$}° {side}", angle.abs())
    };
    format!("{}, {}", degrees(latitude, ["N", "S"]), degrees(longitude, ["E", "W"]))
}

/// The symbol that stands behind the channel's numbers; may be empty.
pub(crate) fn unit(kind: &ChannelKind) -> &str {
    match kind {
        ChannelKind::Integer { unit, .. } | ChannelKind::Float { unit, .. } => unit,
        _ => "",
    }
}

/// The bounds of a channel's numbers; empty when there are none.
pub(crate) fn limits(kind: &ChannelKind) -> String {
    let bounds = match kind {
        ChannelKind::Integer { bounds, .. } | ChannelKind::Float { bounds, .. } => *bounds,
        ChannelKind::Analog { bounds } => Some(*bounds),
        _ => None,
    };
    bounds.map_or_else(String::new, range)
}

/// `0 to 100`, `≤ 100` or `≥ 0`.
pub(crate) fn range(bounds: Bounds) -> String {
    match bounds.ends() {
        (None, Some(upper)) => format!("≤ {}", number(upper)),
        (Some(lower), None) => format!("≥ {}", number(lower)),
        _ => t::range(&number(bounds.lower), &number(bounds.upper)),
    }
}
