//! The inside of a chart, and the room around it.

use crate::look::Scale;

/// Room for the values' labels.
pub const LEFT: f64 = 52.0;
/// Room above, for the name of a scale.
pub const TOP: f64 = 22.0;
/// Room below, for the times.
pub const BOTTOM: f64 = 24.0;
/// Room right of the newest point.
const RIGHT: f64 = 12.0;

/// Where points are drawn.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Area {
    /// How wide.
    pub width: f64,
    /// How high.
    pub height: f64,
    /// How many columns of points lie side by side in it.
    pub columns: f64,
}

impl Area {
    /// The inside of a chart of this size.
    pub fn of<'a>(
        (width, height): (f64, f64),
        columns: u16,
        scales: impl Iterator<Item = &'a Scale>,
    ) -> Self {
        Self {
            width: (width - LEFT - right(scales)).max(1.0),
            height: (height - TOP - BOTTOM).max(1.0),
            columns: f64::from(columns.max(1)),
        }
    }

    /// Where a column is.
    pub fn x(&self, column: f64) -> f64 {
        LEFT + column / self.columns * self.width
    }

    /// Where the inside ends.
    pub fn bottom(&self) -> f64 {
        TOP + self.height
    }

    /// Which part of the time is at `x`: 0 is the left edge, 1 the right one.
    pub fn place(&self, x: f64) -> f64 {
        ((x - LEFT) / self.width).clamp(0.0, 1.0)
    }
}

/// A second scale is on the right, if there is one.
fn right<'a>(scales: impl Iterator<Item = &'a Scale>) -> f64 {
    let units = scales.filter_map(|it| match it {
        Scale::Unit(unit) => Some(unit),
        _ => None,
    });
    let mut units: Vec<_> = units.collect();
    mcs_sorted::sort_by(&mut units, Ord::cmp);
    units.dedup();
    if units.len() == 2 { LEFT } else { RIGHT }
}
