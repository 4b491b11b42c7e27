//! From the engine's pairs to what is drawn: pure geometry.

#[cfg(test)]
mod tests;

use super::plot::{Data, Points};

/// A part of a line between two gaps.
#[derive(Clone, Debug, Default, PartialEq)]
pub(crate) struct Run {
    /// The line: columns and values.
    pub(crate) line: Vec<(f64, f64)>,
    /// The band under it, where points are condensed: column, least, greatest.
    pub(crate) bands: Vec<Vec<(f64, f64, f64)>>,
}

/// A run that is no wider, in columns, is no line: it would be a bare stroke from the one value to the other.
const SPOT: f64 = 2.0;

impl Run {
    /// Whether all of it is at one place, so that its points say more than a line between them.
    pub(crate) fn is_spot(&self) -> bool {
        let ends = self.line.first().zip(self.line.last());
        self.bands.is_empty() && ends.is_some_and(|(first, last)| last.0 - first.0 <= SPOT)
    }
}

/// More pairs than this in one column stand for many points.
const CONDENSED: usize = 2;

/// The runs of `points`, which are pairs of column and value with NaN for a gap.
pub(crate) fn runs(points: &[f32]) -> Vec<Run> {
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
pub(crate) fn is_whole(band: &[(f64, f64, f64)]) -> bool {
    band.windows(2).all(|pair| pair[1].0.floor() - pair[0].0.floor() <= 1.0)
}

/// The least and the greatest of `values`; both infinite when there are none.
fn extremes(values: impl Iterator<Item = f64>) -> (f64, f64) {
    values.fold((f64::INFINITY, f64::NEG_INFINITY), |(least, greatest), value| {
        (least.min(value), greatest.max(value))
    })
}

/// The pair that a cursor at `column` means: the nearest one, or on steps the last one before it.
/// In a gap there is none.
pub(crate) fn nearest(points: &Points, column: f64) -> Option<(f64, f64)> {
    let mut before = None;
    let mut after = None;
    for (x, y) in pairs(&points.pairs) {
        if y.is_nan() {
            // A gap between both: the line is not here.
            if after.is_some() {
                break;
            }
            before = None;
        } else if x <= column {
            before = Some((x, y));
        } else {
            after = Some((x, y));
            break;
        }
    }
    let found = match (before, after) {
        (Some(before), _) if points.step => Some(before),
        (Some(before), Some(after)) => {
            Some(if column - before.0 <= after.0 - column { before } else { after })
        }
        // Before the first point and behind the last one there is a line only nearby.
        (found, other) => found
            .or(other.filter(|_| !points.step))
            .filter(|(x, _)| points.step || (x - column).abs() <= REACH),
    };
    found.map(|(x, y)| (x, y + points.base))
}

/// How many columns a cursor may be away from a line that has ended.
const REACH: f64 = 12.0;

/// When a column was, in milliseconds since the epoch.
pub(crate) fn time(data: &Data, column: f64) -> u64 {
    #[expect(clippy::cast_precision_loss, reason = "a year of milliseconds")]
    let span = data.end.saturating_sub(data.start) as f64;
    let part = column / f64::from(data.columns.max(1));
    #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "clamped")]
    let offset = (part.clamp(0.0, 1.0) * span).round() as u64;
    data.start + offset
}

/// In which column a time was.
pub(crate) fn column(data: &Data, at: u64) -> f64 {
    #[expect(clippy::cast_precision_loss, reason = "a year of milliseconds")]
    let (offset, span) =
        (at as f64 - data.start as f64, data.end.saturating_sub(data.start).max(1) as f64);
    offset / span * f64::from(data.columns)
}

pub(crate) fn pairs(points: &[f32]) -> impl Iterator<Item = (f64, f64)> {
    points.chunks_exact(2).map(|pair| (f64::from(pair[0]), f64::from(pair[1])))
}
