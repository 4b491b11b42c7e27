//! How a chart looks, whatever its points are.

use mcs_model::Bounds;
use serde::{Deserialize, Serialize};

use crate::raster::Colour;

/// All that the page decides; sent again when any of it changes.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Look {
    /// How wide and high the canvas is.
    pub size: (f64, f64),
    /// Pixels of the screen in a CSS pixel.
    pub ratio: f64,
    /// Times are those of UTC, not of the operator's zone.
    pub is_utc: bool,
    /// What is not a line.
    pub ink: Ink,
    /// Its lines, as in the request.
    pub lines: Vec<Style>,
}

/// Colours and the font, in the words of CSS.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[expect(missing_docs, reason = "each is what it paints")]
pub struct Ink {
    pub grid: String,
    pub label: String,
    pub text: String,
    pub danger: String,
    pub accent: String,
    pub font: String,
}

/// How a line looks.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Style {
    /// How its values are measured.
    pub scale: Scale,
    /// What is outside of them is shaded.
    pub bounds: Option<Bounds>,
    /// In the words of CSS.
    pub colour: String,
    /// The same as a pixel.
    pub pixel: Colour,
    /// Another line of the chart has this colour already.
    pub dashed: bool,
}

/// How values are measured.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum Scale {
    /// By a number with this unit, which may be empty.
    Unit(String),
    /// By one of these names; a value is a name's place.
    Names(Vec<String>),
    /// Not at all.
    Marks,
}
