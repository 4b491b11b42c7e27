//! What a chart looks like, without a canvas: where lines, lanes and labels stand, and pixels.
//!
//! The page says how a chart looks ([`Look`]) and how large it is; the engine paints on the page's
//! canvas what [`mcs_view`] found of the points ([`Data`]). Both measure by [`Area`].
//!
//! Lengths are CSS pixels, but those of a [`Raster`], which are pixels of the screen.

mod area;
mod data;
mod dense;
mod lanes;
mod look;
mod raster;
mod readout;
mod shape;
mod ticks;

pub use area::{Area, BOTTOM, LEFT, TOP};
pub use data::{Data, Drawn, Points};
pub use dense::{BAND, Place};
pub use lanes::{Axis, Lane, Want, height, lanes};
pub use look::{Ink, Look, Scale, Style};
pub use raster::{Colour, Raster};
pub use readout::{Pointed, pointed};
pub use shape::{Band, Run, is_whole, pairs, runs};
pub use ticks::{TimeTick, ValueTick, time_ticks};
