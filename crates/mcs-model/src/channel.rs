//! Data channels and the prototypes that define them (CONTRACT §1).

use core::fmt;

use serde::{Deserialize, Serialize};

use crate::{ChannelId, ProductId, Value};

mod template;

#[cfg(test)]
mod tests;

pub use template::Template;

/// A kind of device: what its boards report and take.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Prototype {
    /// The identifier, `P…`.
    pub id: ProductId,
    /// The name that its author gave it.
    pub name: String,
    /// The author's version text.
    pub version: String,
    /// Free text.
    pub description: String,
    /// Its channels in display order.
    pub channels: Vec<Channel>,
}

impl Prototype {
    /// The channel with this id.
    pub fn channel(&self, id: &ChannelId) -> Option<&Channel> {
        self.channels.iter().find(|it| it.id == *id)
    }
}

/// One data channel of a prototype.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Channel {
    /// The identifier on the wire; unique in its prototype.
    pub id: ChannelId,
    /// The name on the card.
    pub name: String,
    /// Free text.
    pub description: String,
    /// Who writes it.
    pub direction: Direction,
    /// What it holds.
    pub kind: ChannelKind,
    /// The look of its widget, where there are two; the usual one if absent.
    #[serde(default)]
    pub template: Option<Template>,
}

/// Who writes a channel (CONTRACT §1.1).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(rename_all = "lowercase")]
pub enum Direction {
    /// Cloud to device.
    Controller,
    /// Device to cloud.
    Display,
}

/// What a channel holds, with its settings (CONTRACT §1.2).
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(rename_all = "lowercase")]
#[non_exhaustive]
pub enum ChannelKind {
    /// On or off.
    Switch,
    /// One of a list of keys.
    Category {
        /// In display order; the value travels, the name is shown.
        options: Vec<CategoryOption>,
    },
    /// A whole number.
    Integer {
        /// The unit's symbol; may be empty.
        unit: String,
        /// Outside of them a value is refused.
        bounds: Option<Bounds>,
    },
    /// A decimal number.
    Float {
        /// The unit's symbol; may be empty.
        unit: String,
        /// Outside of them a value is refused.
        bounds: Option<Bounds>,
    },
    /// Hexadecimal digits, either case.
    Hex,
    /// Any text.
    String,
    /// Latitude, longitude and altitude.
    Gps,
    /// Low or high.
    Gpio,
    /// Duty value and period, both 0 to 1000.
    Pwm,
    /// A whole number from a slider.
    Analog {
        /// The ends of the slider.
        bounds: Bounds,
    },
    /// Buttons pressed and released.
    Gamepad {
        /// The names that travel.
        buttons: GamepadButtons,
    },
    /// A picture, base64 on the wire.
    Image,
    /// What a device uploads to be worked out: JavaScript on the server writes other channels
    /// (CONTRACT §1.6).
    Function {
        /// Its body, at most [`MAX_CODE`](crate::function::MAX_CODE) characters.
        code: String,
    },
    /// Moving pictures, which are no data points (CONTRACT §1.5).
    Video,
}

impl ChannelKind {
    /// The name that MCS gives the type, such as `Switch` (CONTRACT §1.2).
    pub fn name(&self) -> &'static str {
        match self {
            Self::Switch => "Switch",
            Self::Category { .. } => "Category",
            Self::Integer { .. } => "Integer",
            Self::Float { .. } => "Float",
            Self::Hex => "Hex",
            Self::String => "String",
            Self::Gps => "GPS",
            Self::Gpio => "GPIO",
            Self::Pwm => "PWM",
            Self::Analog { .. } => "Analog",
            Self::Gamepad { .. } => "GamePad",
            Self::Image => "Image",
            Self::Function { .. } => "Function",
            Self::Video => "Video Stream",
        }
    }

    /// The number that MCS gives the type: `dataChnTypeId` (CONTRACT §1.2).
    pub fn type_id(&self, direction: Direction) -> u8 {
        match self {
            Self::Integer { .. } => 1,
            Self::Float { .. } => 2,
            Self::Switch if direction == Direction::Display => 3,
            Self::Hex => 4,
            Self::String => 5,
            Self::Gps => 6,
            Self::Switch => 7,
            Self::Category { .. } => 10,
            Self::Gpio => 11,
            Self::Pwm => 12,
            Self::Analog { .. } => 13,
            Self::Gamepad { .. } => 14,
            Self::Image => 15,
            Self::Video => 16,
            // The number that MCS gives it is not known: the name tells it.
            Self::Function { .. } => 17,
        }
    }

    /// What a controller's card shows before there is any point: off, the first key, the number
    /// nearest to zero that the bounds allow, nothing.
    ///
    /// It is valid for the channel, except for a category without keys, a picture and a video.
    pub fn initial(&self) -> Value {
        match self {
            Self::Switch => Value::Switch(false),
            Self::Category { options } => {
                Value::Category(options.first().map_or_else(String::new, |it| it.value.clone()))
            }
            Self::Integer { bounds, .. } => Value::Integer(bounds.map_or(0, Bounds::least_integer)),
            Self::Float { bounds, .. } => Value::Float(bounds.map_or(0.0, Bounds::least_number)),
            Self::Hex => Value::Hex("0".to_owned()),
            Self::String | Self::Function { .. } | Self::Video => Value::String(String::new()),
            Self::Gps => Value::Gps { latitude: 0.0, longitude: 0.0, altitude: 0.0 },
            Self::Gpio => Value::Gpio(false),
            Self::Pwm => Value::Pwm { value: 0, period: 0 },
            Self::Analog { bounds } => Value::Analog(bounds.least_integer()),
            Self::Gamepad { buttons } => {
                Value::Gamepad { button: buttons.up.clone(), pressed: false }
            }
            Self::Image => Value::Image(String::new()),
        }
    }
}

/// The least and the greatest value, both allowed; an end that is open is the last float there is.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Bounds {
    /// The least value.
    pub lower: f64,
    /// The greatest value.
    pub upper: f64,
}

impl Bounds {
    /// Whether `value` is within both ends.
    pub fn contains(self, value: f64) -> bool {
        (self.lower..=self.upper).contains(&value)
    }

    /// The least and the greatest value; none where that end is open.
    pub fn ends(self) -> (Option<f64>, Option<f64>) {
        (Some(self.lower).filter(|it| *it > f64::MIN), Some(self.upper).filter(|it| *it < f64::MAX))
    }

    fn least_number(self) -> f64 {
        0.0_f64.min(self.upper).max(self.lower)
    }

    fn least_integer(self) -> i64 {
        let number = self.least_number();
        // Towards the inside of the bounds, which lie on one side of zero.
        let whole = if number > 0.0 { number.ceil() } else { number.floor() };
        #[expect(clippy::cast_possible_truncation, reason = "a cast saturates, and is whole")]
        let integer = whole as i64;
        integer
    }
}

/// `-40 to 125`, `≤ 125` or `≥ -40`.
impl fmt::Display for Bounds {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.ends() {
            (None, Some(upper)) => write!(f, "≤ {upper}"),
            (Some(lower), None) => write!(f, "≥ {lower}"),
            _ => write!(f, "{} to {}", self.lower, self.upper),
        }
    }
}

/// One key of a category.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct CategoryOption {
    /// What people see.
    pub name: String,
    /// What travels.
    pub value: String,
}

/// The names of a gamepad's buttons; A and B may be absent (CONTRACT §1.4).
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct GamepadButtons {
    /// Hot key W.
    pub up: String,
    /// Hot key S.
    pub down: String,
    /// Hot key A.
    pub left: String,
    /// Hot key D.
    pub right: String,
    /// Hot key comma.
    pub a: Option<String>,
    /// Hot key full stop.
    pub b: Option<String>,
}

impl GamepadButtons {
    /// The names that there are, in the order up, down, left, right, A, B.
    pub fn names(&self) -> impl Iterator<Item = &str> {
        let directions = [&self.up, &self.down, &self.left, &self.right];
        directions.into_iter().chain(&self.a).chain(&self.b).map(String::as_str)
    }
}

/// The names that MCS proposes.
impl Default for GamepadButtons {
    fn default() -> Self {
        Self {
            up: "up".to_owned(),
            down: "down".to_owned(),
            left: "left".to_owned(),
            right: "right".to_owned(),
            a: Some("A".to_owned()),
            b: Some("B".to_owned()),
        }
    }
}
