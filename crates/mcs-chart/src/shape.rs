//! From the engine's pairs to what is drawn: pure geometry.

use crate::raster::{greater, lesser};

#[cfg(test)]
mod tests;

/// What lies under a line where points are condensed: column, least, greatest.
pub type Band = Vec<(f64, f64, f64)>;

/// A part of a line between two gaps.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Run {
    /// The line: columns and values.
    pub line: Vec<(f64, f64)>,
    /// The band under it, where points are condensed: column, least, greatest.
    pub bands: Vec<Band>,
}

/// A run that is no wider, in columns, is no line: it would be a bare stroke from the one value to the other.
const SPOT: f64 = 2.0;

impl Run {
    /// Whether all of it is at one place, so that its points say more than a line between them.
    pub fn is_spot(&self) -> bool {
        let ends = self.line.first().zip(self.line.last());
        self.bands.is_empty() && ends.is_some_and(|(first, last)| last.0 - first.0 <= SPOT)
    }
}

/// More pairs than this in one column stand for many points.
const CONDENSED: usize = 2;

/// The runs of `points`, which are pairs of column and value with NaN for a gap.
pub fn runs(points: &[f32]) -> Vec<Run> {
    let mut runs = Vec::new();
    let mut run = Run::default();
    let mut column: Vec<(f64, f64)> = Vec::new();
    let mut in_band = false;
    for pair in pairs(points).map(Some).chain([None]) {
        let same = matches!((pair, column.first()), (Some((x, y)), Some(first))
            if !y.is_nan() && x.floor() == first.0.floor());
        if !same {
            in_band = close(&mut run, &mut column, in_band);
        }
        match pair {
            Some((x, y)) if !x.is_nan() && !y.is_nan() => column.push((x, y)),
            _ => {
                in_band = false;
                if !run.line.is_empty() {
                    runs.push(core::mem::take(&mut run));
                }
            }
        }
    }
    runs
}

/// Adds a whole column to the run; whether it was condensed.
fn close(run: &mut Run, column: &mut Vec<(f64, f64)>, in_band: bool) -> bool {
    let (Some(&(x, _)), Some(&last)) = (column.first(), column.last()) else { return in_band };
    let condensed = column.len() > CONDENSED;
    if condensed {
        let (least, greatest) = extremes(column.iter().map(|pair| pair.1));
        match run.bands.last_mut() {
            Some(band) if in_band => band.push((x, least, greatest)),
            _ => run.bands.push(vec![(x, least, greatest)]),
        }
        run.line.push(last);
    } else {
        run.line.append(column);
    }
    column.clear();
    condensed
}

/// Whether a band has an entry for each column from its first to its last.
pub fn is_whole(band: &[(f64, f64, f64)]) -> bool {
    band.windows(2).all(|pair| pair[1].0.floor() - pair[0].0.floor() <= 1.0)
}

/// The least and the greatest of `values`; both infinite when there are none.
fn extremes(values: impl Iterator<Item = f64>) -> (f64, f64) {
    values.fold((f64::INFINITY, f64::NEG_INFINITY), |(least, greatest), value| {
        (lesser(least, value), greater(greatest, value))
    })
}

/// The pairs of column and value, as they came.
pub fn pairs(points: &[f32]) -> impl Iterator<Item = (f64, f64)> {
    points.chunks_exact(2).map(|pair| (f64::from(pair[0]), f64::from(pair[1])))
}
