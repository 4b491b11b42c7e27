//! Values: one typed form, two written forms (CONTRACT §1.3).

use core::fmt;

use serde::{Deserialize, Serialize};

use crate::Bounds;

mod parse;

#[cfg(test)]
mod tests;

/// The most bytes of a string, category or hex value.
pub const MAX_TEXT: usize = 64 * 1024;

/// The most bytes of a picture in base64.
pub const MAX_IMAGE: usize = 1024 * 1024;

/// A value of a data point, valid for its channel.
///
/// `Display` writes the CSV form `V` that every CSV-like transport shares.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
#[non_exhaustive]
pub enum Value {
    /// `0` or `1`.
    Switch(bool),
    /// The key's value, not its name.
    Category(String),
    /// A whole number.
    Integer(i64),
    /// A finite decimal number.
    Float(f64),
    /// Hexadecimal digits as they were sent.
    Hex(String),
    /// Any text.
    String(String),
    /// Degrees, degrees, metres.
    Gps {
        /// -90 to 90.
        latitude: f64,
        /// -180 to 180.
        longitude: f64,
        /// -20000 to 20000.
        altitude: f64,
    },
    /// `0` low, `1` high.
    Gpio(bool),
    /// Both 0 to 1000.
    Pwm {
        /// The duty value.
        value: u16,
        /// The period.
        period: u16,
    },
    /// A whole number.
    Analog(i64),
    /// A button and whether it is held.
    Gamepad {
        /// The button's name as the prototype spells it.
        button: String,
        /// Pressed or released.
        pressed: bool,
    },
    /// Base64 of a picture.
    Image(String),
}

impl fmt::Display for Value {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Switch(on) | Self::Gpio(on) => write!(f, "{}", u8::from(*on)),
            Self::Category(text) | Self::Hex(text) | Self::String(text) | Self::Image(text) => {
                f.write_str(text)
            }
            Self::Integer(number) | Self::Analog(number) => number.fmt(f),
            Self::Float(number) => number.fmt(f),
            Self::Gps { latitude, longitude, altitude } => {
                write!(f, "{latitude},{longitude},{altitude}")
            }
            Self::Pwm { value, period } => write!(f, "{value},{period}"),
            Self::Gamepad { button, pressed } => write!(f, "{button}|{}", u8::from(*pressed)),
        }
    }
}

/// A value as it came, not yet held against its channel.
#[derive(Clone, Debug, PartialEq)]
pub enum RawValue {
    /// `V`: all that stands behind the comma.
    Csv(String),
    /// The `values` object of a JSON point.
    Json(serde_json::Value),
}

/// The same where it stands.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum RawRef<'a> {
    /// See [`RawValue::Csv`].
    Csv(&'a str),
    /// See [`RawValue::Json`].
    Json(&'a serde_json::Value),
}

impl<'a> From<&'a RawValue> for RawRef<'a> {
    fn from(raw: &'a RawValue) -> Self {
        match raw {
            RawValue::Csv(text) => Self::Csv(text),
            RawValue::Json(json) => Self::Json(json),
        }
    }
}

impl Value {
    /// The `values` object of a REST point; everything in it is a string, as the documents show it
    /// (CONTRACT §1.3).
    pub fn to_json(&self) -> serde_json::Value {
        match self {
            Self::Gps { latitude, longitude, altitude } => serde_json::json!({
                "latitude": latitude.to_string(),
                "longitude": longitude.to_string(),
                "altitude": altitude.to_string(),
            }),
            Self::Pwm { value, period } => serde_json::json!({
                "value": value.to_string(),
                "period": period.to_string(),
            }),
            one => serde_json::json!({ "value": one.to_string() }),
        }
    }

    /// What a chart draws: the number, 0 or 1 for two-state values, the duty value of a PWM;
    /// `None` for texts, places and pictures.
    pub fn as_number(&self) -> Option<f64> {
        match self {
            Self::Switch(on) | Self::Gpio(on) => Some(f64::from(u8::from(*on))),
            #[expect(clippy::cast_precision_loss, reason = "a pixel is coarser than 2^-53")]
            Self::Integer(number) | Self::Analog(number) => Some(*number as f64),
            Self::Float(number) => Some(*number),
            Self::Pwm { value, .. } => Some(f64::from(*value)),
            Self::Category(_)
            | Self::Hex(_)
            | Self::String(_)
            | Self::Gps { .. }
            | Self::Gamepad { .. }
            | Self::Image(_) => None,
        }
    }
}

/// Why a value does not fit its channel.
///
/// `Display` completes the sentence that MCS begins with "The uploaded data point for data channel
/// X", such as "exceeds the bound of longitude in GPS: 200 is not within -180 to 180"
/// (CONTRACT §4.3).
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
pub enum ValueError {
    /// It is not of the channel's type.
    Type {
        /// What the type wants, such as `an integer`.
        expected: &'static str,
        /// The start of what came.
        got: String,
    },
    /// A member of a JSON value or a part of a CSV value is missing.
    Missing(&'static str),
    /// It lies outside of the channel's bounds.
    Bounds {
        /// Which part, such as `longitude in GPS`; empty when there is one part only.
        part: &'static str,
        /// What is allowed.
        bounds: Bounds,
        /// What came.
        got: f64,
    },
    /// It is no key of the category; the start of what came.
    Category(String),
    /// It is no button of the gamepad; the start of what came.
    Button(String),
    /// The channel takes no data points: a video is streamed.
    NoPoints,
    /// It is longer than a value may be.
    TooLong {
        /// The most bytes.
        limit: usize,
        /// How many came.
        got: usize,
    },
}

impl fmt::Display for ValueError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Type { expected, got } => write!(f, "is not {expected}: {got:?}"),
            Self::Missing(part) => write!(f, "has no {part}"),
            Self::Bounds { part: "", bounds, got } => {
                write!(f, "exceeds the bound: {got} is not within {bounds}")
            }
            Self::Bounds { part, bounds, got } => {
                write!(f, "exceeds the bound of {part}: {got} is not within {bounds}")
            }
            Self::Category(got) => write!(f, "is no key of the category: {got:?}"),
            Self::Button(got) => write!(f, "names no button of the gamepad: {got:?}"),
            Self::NoPoints => f.write_str("is of a type that has no data points"),
            Self::TooLong { limit, got } => {
                write!(f, "is longer than {limit} bytes: it has {got}")
            }
        }
    }
}

impl core::error::Error for ValueError {}
