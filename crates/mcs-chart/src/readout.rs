//! What a cursor points at.

#[cfg(test)]
mod tests;

use crate::data::{Data, Points};
use crate::shape::pairs;

/// What of a line is under a cursor.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Pointed {
    /// The point: its column and value.
    pub now: Option<(f64, f64)>,
    /// The value of the time to compare with.
    pub before: Option<f64>,
    /// The text of a mark.
    pub text: Option<String>,
}

/// How many columns a cursor may be away from a line that has ended.
const REACH: f64 = 12.0;
/// How many columns it may be away from a mark.
const NEAR: f64 = 24.0;

/// What of the `line`-th line a cursor at `column` points at.
pub fn pointed(data: &Data<'_>, line: usize, column: f64) -> Pointed {
    let Some(drawn) = data.lines.get(line) else { return Pointed::default() };
    let away = |at: u64| (data.column(at) - column).abs();
    let nearest_mark = drawn
        .marks
        .iter()
        .map(|it| (away(it.at.as_millis()), it))
        .min_by(|a, b| a.0.total_cmp(&b.0));
    Pointed {
        now: nearest(&drawn.now, column),
        before: drawn.before.and_then(|it| nearest(&it, column)).map(|it| it.1),
        text: nearest_mark.filter(|it| it.0 <= NEAR).map(|it| it.1.text.clone()),
    }
}

/// The pair that a cursor at `column` means: the nearest one, or on steps the last one before it.
/// In a gap there is none.
fn nearest(points: &Points<'_>, column: f64) -> Option<(f64, f64)> {
    let mut before = None;
    let mut after = None;
    for (x, y) in pairs(points.pairs) {
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
