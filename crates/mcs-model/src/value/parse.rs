//! From what came to what it means, by the type of the channel (CONTRACT §1.2, §1.3, §9.3).

use std::borrow::Cow;

use super::{MAX_IMAGE, MAX_TEXT, RawRef, Value, ValueError};
use crate::{Bounds, CategoryOption, ChannelKind, GamepadButtons};

const LATITUDE: Bounds = Bounds { lower: -90.0, upper: 90.0 };
const LONGITUDE: Bounds = Bounds { lower: -180.0, upper: 180.0 };
// The REST page's range; the pages of the other transports begin at 0 (CONTRACT §9.1 row 1).
const ALTITUDE: Bounds = Bounds { lower: -20_000.0, upper: 20_000.0 };
const PWM: Bounds = Bounds { lower: 0.0, upper: 1000.0 };

impl ChannelKind {
    /// Holds what came against the channel.
    ///
    /// Spaces around a value or its parts do not count, except in strings. In JSON a number may be
    /// a string or a number, and a two-state value also `true` or `false`.
    pub fn parse<'a>(&self, raw: impl Into<RawRef<'a>>) -> Result<Value, ValueError> {
        let raw = raw.into();
        match self {
            Self::Switch => flag(raw).map(Value::Switch),
            Self::Gpio => flag(raw).map(Value::Gpio),
            Self::Category { options } => category(&raw.whole()?, options),
            Self::Integer { bounds, .. } => {
                within(integer(&raw.whole()?)?, *bounds).map(Value::Integer)
            }
            Self::Analog { bounds } => {
                within(integer(&raw.whole()?)?, Some(*bounds)).map(Value::Analog)
            }
            Self::Float { bounds, .. } => {
                let number = number(&raw.whole()?)?;
                bounds.map_or(Ok(()), |it| hold("", it, number))?;
                Ok(Value::Float(number))
            }
            Self::Hex => hex(&raw.whole()?),
            Self::String | Self::Function { .. } => {
                let text = raw.whole()?;
                limit(&text, MAX_TEXT)?;
                Ok(Value::String(text.into_owned()))
            }
            Self::Gps => gps(raw),
            Self::Pwm => pwm(raw),
            Self::Gamepad { buttons } => gamepad(&raw.whole()?, buttons),
            Self::Image => image(&raw.whole()?),
            Self::Video => Err(ValueError::NoPoints),
        }
    }
}

impl<'a> RawRef<'a> {
    /// The text of a value that has one part.
    fn whole(self) -> Result<Cow<'a, str>, ValueError> {
        match self {
            Self::Csv(text) => Ok(Cow::Borrowed(text)),
            Self::Json(serde_json::Value::Object(members)) => {
                scalar(members.get("value").ok_or(ValueError::Missing("value"))?)
            }
            Self::Json(bare) => scalar(bare),
        }
    }

    /// The texts of a value that has several parts, which JSON names and CSV puts in this order.
    fn parts<const N: usize>(
        self,
        names: [&'static str; N],
        expected: &'static str,
    ) -> Result<[Cow<'a, str>; N], ValueError> {
        let mut parts = [const { Cow::Borrowed("") }; N];
        match self {
            Self::Csv(text) => {
                let mut fields = text.split(',');
                for (part, name) in parts.iter_mut().zip(names) {
                    *part = Cow::Borrowed(fields.next().ok_or(ValueError::Missing(name))?);
                }
                if fields.next().is_some() {
                    return Err(ValueError::Type { expected, got: excerpt(text) });
                }
            }
            Self::Json(serde_json::Value::Object(members)) => {
                for (part, name) in parts.iter_mut().zip(names) {
                    *part = scalar(members.get(name).ok_or(ValueError::Missing(name))?)?;
                }
            }
            Self::Json(other) => {
                return Err(ValueError::Type { expected, got: excerpt(&other.to_string()) });
            }
        }
        Ok(parts)
    }
}

fn scalar(json: &serde_json::Value) -> Result<Cow<'_, str>, ValueError> {
    match json {
        serde_json::Value::String(text) => Ok(Cow::Borrowed(text)),
        serde_json::Value::Number(_) | serde_json::Value::Bool(_) => {
            Ok(Cow::Owned(json.to_string()))
        }
        other => Err(ValueError::Type {
            expected: "a string or a number",
            got: excerpt(&other.to_string()),
        }),
    }
}

fn flag(raw: RawRef<'_>) -> Result<bool, ValueError> {
    let text = raw.whole()?;
    match text.trim() {
        "0" => Ok(false),
        "1" => Ok(true),
        "false" if matches!(raw, RawRef::Json(_)) => Ok(false),
        "true" if matches!(raw, RawRef::Json(_)) => Ok(true),
        other => Err(ValueError::Type { expected: "0 or 1", got: excerpt(other) }),
    }
}

fn category(text: &str, options: &[CategoryOption]) -> Result<Value, ValueError> {
    limit(text, MAX_TEXT)?;
    let wanted = text.trim();
    let key = options.iter().find(|it| it.value.trim() == wanted);
    let key = key.ok_or_else(|| ValueError::Category(excerpt(wanted)))?;
    Ok(Value::Category(key.value.clone()))
}

fn integer(text: &str) -> Result<i64, ValueError> {
    let text = text.trim();
    // A whole number may carry a fraction of zeros: many boards print every number as a float.
    let digits = match text.split_once('.') {
        Some((whole, zeros)) if zeros.bytes().all(|it| it == b'0') => whole,
        _ => text,
    };
    digits.parse().map_err(|_| ValueError::Type { expected: "an integer", got: excerpt(text) })
}

fn number(text: &str) -> Result<f64, ValueError> {
    let text = text.trim();
    match text.parse::<f64>() {
        Ok(number) if number.is_finite() => Ok(number),
        _ => Err(ValueError::Type { expected: "a number", got: excerpt(text) }),
    }
}

fn within(integer: i64, bounds: Option<Bounds>) -> Result<i64, ValueError> {
    #[expect(clippy::cast_precision_loss, reason = "bounds are floats themselves")]
    let number = integer as f64;
    bounds.map_or(Ok(()), |it| hold("", it, number))?;
    Ok(integer)
}

fn hold(part: &'static str, bounds: Bounds, number: f64) -> Result<(), ValueError> {
    if bounds.contains(number) {
        Ok(())
    } else {
        Err(ValueError::Bounds { part, bounds, got: number })
    }
}

fn hex(text: &str) -> Result<Value, ValueError> {
    limit(text, MAX_TEXT)?;
    let digits = text.trim();
    if !digits.is_empty() && digits.bytes().all(|it| it.is_ascii_hexdigit()) {
        Ok(Value::Hex(digits.to_owned()))
    } else {
        Err(ValueError::Type { expected: "hexadecimal digits", got: excerpt(digits) })
    }
}

fn gps(raw: RawRef<'_>) -> Result<Value, ValueError> {
    let names = ["latitude", "longitude", "altitude"];
    let [latitude, longitude, altitude] = raw.parts(names, "latitude,longitude,altitude")?;
    let (latitude, longitude, altitude) =
        (number(&latitude)?, number(&longitude)?, number(&altitude)?);
    hold("latitude in GPS", LATITUDE, latitude)?;
    hold("longitude in GPS", LONGITUDE, longitude)?;
    hold("altitude in GPS", ALTITUDE, altitude)?;
    Ok(Value::Gps { latitude, longitude, altitude })
}

fn pwm(raw: RawRef<'_>) -> Result<Value, ValueError> {
    let [value, period] = raw.parts(["value", "period"], "value,period")?;
    let part = |text: &str, name: &'static str| {
        let integer = within(integer(text)?, None)?;
        u16::try_from(integer).ok().filter(|it| PWM.contains(f64::from(*it))).ok_or({
            #[expect(clippy::cast_precision_loss, reason = "for people")]
            let got = integer as f64;
            ValueError::Bounds { part: name, bounds: PWM, got }
        })
    };
    Ok(Value::Pwm { value: part(&value, "value in PWM")?, period: part(&period, "period in PWM")? })
}

fn gamepad(text: &str, buttons: &GamepadButtons) -> Result<Value, ValueError> {
    let expected = "a button, | and 1 or 0";
    let bad = || ValueError::Type { expected, got: excerpt(text) };
    let (name, state) = text.rsplit_once('|').ok_or_else(bad)?;
    let pressed = match state.trim() {
        // The words are the Arduino library's, when a sketch sets a gamepad itself.
        "0" | "released" => false,
        "1" | "pressed" => true,
        _ => return Err(bad()),
    };
    let button = buttons.names().find(|it| it.trim() == name.trim());
    let button = button.ok_or_else(|| ValueError::Button(excerpt(name.trim())))?.to_owned();
    Ok(Value::Gamepad { button, pressed })
}

/// A PNG or a JPEG: what MCS takes (CONTRACT §1.2).
fn image(text: &str) -> Result<Value, ValueError> {
    limit(text, MAX_IMAGE)?;
    // Encoders break lines at 64 or 76 characters.
    let base64: String = text.chars().filter(|it| !it.is_ascii_whitespace()).collect();
    let digits = base64.trim_end_matches('=');
    let padded = base64.len().is_multiple_of(4) && base64.len() - digits.len() <= 2;
    let known = digits.starts_with("iVBORw0KGgo") || digits.starts_with("/9j/");
    let plain = digits.bytes().all(|it| it.is_ascii_alphanumeric() || it == b'+' || it == b'/');
    if padded && known && plain {
        Ok(Value::Image(base64))
    } else {
        Err(ValueError::Type {
            expected: "the base64 of a PNG or JPEG picture",
            got: excerpt(&base64),
        })
    }
}

fn limit(text: &str, limit: usize) -> Result<(), ValueError> {
    if text.len() <= limit { Ok(()) } else { Err(ValueError::TooLong { limit, got: text.len() }) }
}

/// The start of a text, for a message.
fn excerpt(text: &str) -> String {
    text.chars().take(40).collect()
}
