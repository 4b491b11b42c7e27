//! Lines that have points in every column.

use crate::area::{Area, LEFT, TOP};
use crate::data::Points;
use crate::lanes::{Axis, Lane};
use crate::raster::{Clip, Colour, Raster};
use crate::shape::Run;

/// Opacity of what lies between least and greatest.
pub const BAND: f64 = 0.15;

/// Where a line is drawn.
#[derive(Clone, Copy, Debug)]
pub struct Place<'a> {
    /// The inside of the chart.
    pub area: Area,
    /// Its part of it.
    pub lane: &'a Lane,
    /// Its scale.
    pub axis: &'a Axis,
    /// Pixels of the screen in a CSS pixel.
    pub ratio: f64,
}

impl Raster {
    /// A line and what lies under it. The picture begins at the left edge of the chart's inside.
    #[inline(never)] // Where it is called from, small code is made and not quick code.
    pub fn dense(
        &mut self,
        Place { area, lane, axis, ratio }: &Place<'_>,
        colour: Colour,
        (points, runs): (&Points<'_>, &[Run]),
    ) {
        let clip = Clip {
            top: (TOP + lane.top - 6.0) * ratio,
            bottom: (TOP + lane.top + lane.height + 6.0) * ratio,
        };
        let x = |column: f64| (area.x(column) - LEFT) * ratio;
        let y = |value: f64| (TOP + lane.y(axis, value + points.base)) * ratio;
        for (column, least, greatest) in runs.iter().flat_map(|run| run.bands.iter().flatten()) {
            self.column(clip, colour, BAND, (x(*column), y(*greatest), y(*least)));
        }
        for run in runs.iter().filter(|run| points.step || !run.is_spot()) {
            let mut before = None;
            let corners = run.line.iter().flat_map(|&(column, value)| {
                let (x, y) = (x(column), y(value));
                let corner = before.replace(y).filter(|_| points.step).map(|before| (x, before));
                corner.into_iter().chain([(x, y)])
            });
            self.line(clip, colour, *ratio, corners);
        }
    }
}
