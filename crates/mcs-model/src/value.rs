//! Values: one typed form, two written forms (CONTRACT §1.3).

use core::fmt;

use serde::{Deserialize, Serialize};

use crate::Bounds;

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

/// Why a value does not fit its channel; the text is what a device's author reads.
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
        /// Which part, such as `longitude`; empty when there is one part only.
        part: &'static str,
        /// What is allowed.
        bounds: Bounds,
        /// What came.
        got: f64,
    },
    /// It is no key of the category.
    Category(String),
    /// It is no button of the gamepad.
    Button(String),
}
