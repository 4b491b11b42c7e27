//! Bounded time series and their decimation to pixel columns.
//!
//! [`Rings`] keeps one [`Series`] of points (milliseconds, number) for each key within one budget
//! of bytes; when it is spent, the oldest points of all go first. [`Series::decimate`] reduces a
//! window to at most four points a pixel column, at a cost that depends on the columns and not on
//! how much history there is: a pyramid holds the extremes of every 16, 256, 4096 … points.
//!
//! ```
//! use mcs_series::{Line, Rings, Window};
//!
//! let mut rings = Rings::new(1024 * 1024);
//! for second in 0..100 {
//!     rings.insert(&"temperature", second * 1000, f64::from(second as u32));
//! }
//! let window = Window { start: 0, end: 100_000, columns: 10, line: Line::Slope };
//! let mut floats = Vec::new();
//! let summary = rings.decimate(&"temperature", window, &mut floats);
//! assert_eq!((summary.points, summary.min, summary.max), (100, 0.0, 99.0));
//! assert!(floats.len() <= 2 * 4 * 11);
//! ```

mod columns;
mod decimate;
mod pyramid;
mod rings;
mod series;

pub use decimate::{Line, Part, Summary, Window, decimate};
pub use rings::Rings;
pub use series::{POINT_BYTES, SERIES_BYTES, Series};
