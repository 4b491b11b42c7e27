//! From a window of time to pixel columns.
//!
//! Columns are counted from the epoch, not from the left edge of the window: while a chart slides,
//! a point stays in its column with the same neighbours, so that the line does not flicker. What
//! is drawn of a column is its first, least, greatest and last point: with a pixel of width this
//! paints the same pixels as all points would.

use crate::series::{Entry, Series};

#[cfg(test)]
mod tests;

/// What part of time is painted, on how many columns.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Window {
    /// The left edge, milliseconds since the epoch.
    pub start: u64,
    /// The right edge.
    pub end: u64,
    /// Pixel columns between both.
    pub columns: u16,
    /// How points are joined.
    pub line: Line,
}

/// How points are joined.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Line {
    /// By a straight line; over an outage by none. An outage is longer than 10 seconds and longer
    /// than five times the median interval of the points shown.
    Slope,
    /// By holding a value until the next one: a switch, which reports changes only. The value
    /// before the window holds from its left edge, the last one to its right edge.
    Step,
}

/// What a window holds.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Summary {
    /// The least value; NaN when there is none.
    pub min: f64,
    /// The greatest value; NaN when there is none.
    pub max: f64,
    /// How many points.
    pub points: u64,
    /// How many points are later than its right edge.
    pub newer: u64,
    /// How many entries were looked at to find out.
    pub visited: u64,
}

impl Default for Summary {
    fn default() -> Self {
        Self { min: f64::NAN, max: f64::NAN, points: 0, newer: 0, visited: 0 }
    }
}

impl Series {
    /// Appends pairs `x, y` to `out`, in time order, at most four for each pixel column that the
    /// window touches. `x` counts columns from the left edge and has a fraction. A pair of NaN
    /// is a gap. One point before and one after the window are added where a line leads to
    /// them; their `x` is below 0 or above the columns, for the canvas to clip.
    pub fn decimate(&mut self, window: Window, out: &mut Vec<f32>) -> Summary {
        let span = window.end.saturating_sub(window.start);
        if span == 0 || window.columns == 0 {
            return Summary::default();
        }
        self.settle();
        let (lo, hi) = (self.before(window.start), self.before(window.end.saturating_add(1)));
        let (points, newer) = ((hi - lo) as u64, (self.len() - hi) as u64);
        let mut summary = Summary { points, newer, ..Summary::default() };
        if let Some((min, max, visited)) = self.extremes(lo, hi) {
            let value = |index| self.entry(index).map_or(f64::NAN, |it| it.value);
            summary = Summary { min: value(min), max: value(max), visited, ..summary };
        }
        let longest = match window.line {
            Line::Slope => self.longest_interval(lo, hi, &mut summary.visited),
            Line::Step => u64::MAX,
        };
        let mut pen = Pen { window, span, longest, before: None, out };
        if let Some(entry) = lo.checked_sub(1).and_then(|index| self.entry(index)) {
            pen.lead_in(entry, self.time(lo));
        }
        let mut from = lo;
        while let Some(first) = self.entry(from).filter(|_| from < hi) {
            let to = self.gallop(from, hi, pen.column_end(first.at), &mut summary.visited);
            self.column(from, to, &mut pen, &mut summary.visited);
            from = to;
        }
        pen.lead_out(self.entry(hi));
        summary
    }

    /// Draws the points `from .. to`, which share a column.
    fn column(&self, from: usize, to: usize, pen: &mut Pen<'_>, visited: &mut u64) {
        let mut drawn = [from, from, to - 1, to - 1];
        if let Some((min, max, cost)) = self.extremes(from, to) {
            drawn[1] = min.min(max);
            drawn[2] = min.max(max);
            *visited += cost;
        }
        for (n, index) in drawn.into_iter().enumerate() {
            if n == 0 || drawn.get(n - 1) != Some(&index) {
                self.entry(index).into_iter().for_each(|entry| pen.point(entry, n == 0));
            }
        }
        // The next column's gap is measured from the newest point here, which was drawn last.
    }

    /// The first position after `from` whose time is `end` or later, `hi` at most. Steps double,
    /// then halve: few points in a column cost few looks.
    fn gallop(&self, from: usize, hi: usize, end: u64, visited: &mut u64) -> usize {
        let earlier = |index: usize| self.time(index).is_some_and(|at| at < end);
        let (mut known, mut step) = (from, 1);
        while known + step < hi && earlier(known + step) {
            *visited += 1;
            known += step;
            step *= 2;
        }
        let mut bound = (known + step).min(hi);
        while known + 1 < bound {
            *visited += 1;
            let middle = known + (bound - known) / 2;
            if earlier(middle) {
                known = middle;
            } else {
                bound = middle;
            }
        }
        bound
    }

    /// The longest interval that is no outage, from at most 64 intervals spread over the points
    /// `lo .. hi`, or over the newest ones when these are few. Which ones are looked at depends
    /// on absolute positions, so a sliding window keeps its verdict.
    fn longest_interval(&self, lo: usize, hi: usize, visited: &mut u64) -> u64 {
        let (lo, hi) =
            if hi - lo > 8 { (lo, hi) } else { (self.len().saturating_sub(64), self.len()) };
        let stride = ((hi - lo) / 32).max(1).next_power_of_two();
        let absolute = self.base() + lo as u64;
        let start = lo + (absolute.next_multiple_of(stride as u64) - absolute) as usize;
        let mut intervals: Vec<u64> = (start..hi)
            .step_by(stride)
            .filter_map(|index| Some(self.time(index + 1)? - self.time(index)?))
            .collect();
        *visited += intervals.len() as u64;
        let middle = intervals.len() / 2;
        let median = match intervals.is_empty() {
            true => 0,
            false => *intervals.select_nth_unstable(middle).1,
        };
        median.saturating_mul(5).max(10_000)
    }
}

/// Draws points from left to right.
struct Pen<'a> {
    window: Window,
    span: u64,
    longest: u64,
    before: Option<Entry>,
    out: &'a mut Vec<f32>,
}

impl Pen<'_> {
    /// Where the column of `at` ends and the next one starts.
    fn column_end(&self, at: u64) -> u64 {
        let (columns, span) = (u128::from(self.window.columns), u128::from(self.span));
        let column = u128::from(at) * columns / span;
        u64::try_from(((column + 1) * span).div_ceil(columns)).unwrap_or(u64::MAX)
    }

    /// The point before the window; `next` is the time of the one after it.
    fn lead_in(&mut self, entry: Entry, next: Option<u64>) {
        match self.window.line {
            Line::Step => self.point(Entry { at: self.window.start, ..entry }, true),
            Line::Slope if next.is_some_and(|next| next - entry.at <= self.longest) => {
                self.point(entry, true);
            }
            Line::Slope => {}
        }
    }

    /// A point; `first` when it is the first one of its column.
    fn point(&mut self, entry: Entry, first: bool) {
        if let Some(before) = self.before {
            if self.window.line == Line::Step && before.value == entry.value {
                return;
            }
            if first && entry.at.saturating_sub(before.at) > self.longest {
                self.out.extend([f32::NAN, f32::NAN]);
            }
        }
        self.before = Some(entry);
        self.put(entry);
    }

    /// The end of the line; `next` is the point after the window.
    fn lead_out(&mut self, next: Option<Entry>) {
        let Some(before) = self.before else { return };
        match self.window.line {
            Line::Step => self.put(Entry { at: self.window.end, ..before }),
            Line::Slope => {
                let joined = next.filter(|next| next.at - before.at <= self.longest);
                joined.into_iter().for_each(|next| self.put(next));
            }
        }
    }

    fn put(&mut self, entry: Entry) {
        let offset = entry.at as f64 - self.window.start as f64;
        let x = offset * f64::from(self.window.columns) / self.span as f64;
        let limit = f64::from(f32::MAX);
        self.out.extend([x as f32, entry.value.clamp(-limit, limit) as f32]);
    }
}
