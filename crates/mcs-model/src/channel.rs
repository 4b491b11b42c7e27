//! Data channels and the prototypes that define them (CONTRACT §1).

use serde::{Deserialize, Serialize};

use crate::{ChannelId, ProductId};

/// A kind of device: what its boards report and take.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
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
}

/// Who writes a channel (CONTRACT §1.1).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Direction {
    /// Cloud to device.
    Controller,
    /// Device to cloud.
    Display,
}

/// What a channel holds, with its settings (CONTRACT §1.2).
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
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
}

/// The least and the greatest value, both allowed.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
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
}

/// One key of a category.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct CategoryOption {
    /// What people see.
    pub name: String,
    /// What travels.
    pub value: String,
}

/// The names of a gamepad's buttons; A and B may be absent (CONTRACT §1.4).
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
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
