//! From a window of time to pixel columns.
//!
//! Columns are counted from the epoch, not from the left edge of the window: while a chart slides,
//! a point stays in its column with the same neighbours, so that the line does not flicker. What
//! is drawn of a column is its first, least, greatest and last point: with a pixel of width this
//! paints the same pixels as all points would.

use crate::columns::Column;
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

impl Window {
    /// How long it is.
    pub(crate) fn span(&self) -> u64 {
        self.end.saturating_sub(self.start)
    }

    /// Where the column of `at` ends and the next one starts.
    pub(crate) fn column_end(&self, at: u64) -> u64 {
        let (columns, span) = (u64::from(self.columns), self.span());
        // The next product is greater by a span at most. Division by 128 bits takes many times as long.
        match at.checked_mul(columns).filter(|it| it.checked_add(span).is_some()) {
            Some(product) => ((product / span + 1) * span).div_ceil(columns),
            None => {
                let (columns, span) = (u128::from(columns), u128::from(span));
                let column = u128::from(at) * columns / span;
                u64::try_from(((column + 1) * span).div_ceil(columns)).unwrap_or(u64::MAX)
            }
        }
    }
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

/// A stretch of time and where its points are.
#[derive(Clone, Copy, Debug)]
pub struct Part<'a> {
    /// Where its points are. It may hold more than those.
    pub series: &'a Series,
    /// The first millisecond.
    pub from: u64,
    /// The last one.
    pub until: u64,
}

/// What a window holds.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Summary {
    /// The least value, of steps also the one that holds at the left edge; NaN when there is none.
    pub min: f64,
    /// The greatest value; NaN when there is none.
    pub max: f64,
    /// What was subtracted from the values drawn: 0 unless they are too large for a single float.
    pub base: f64,
    /// How many points.
    pub points: u64,
    /// How many points are later than its right edge.
    pub newer: u64,
    /// How many entries were looked at to find out.
    pub visited: u64,
}

impl Default for Summary {
    fn default() -> Self {
        let none = f64::NAN;
        Self { min: none, max: none, base: 0.0, points: 0, newer: 0, visited: 0 }
    }
}

/// From here on a float of 32 bits holds no halves: what is drawn counts from a base then.
const COARSE: f64 = 4_194_304.0;

/// Appends the pairs of one line that several series hold, each for its stretch of time; see
/// [`Series::decimate`]. The parts are in time order and apart from each other. Where one ends and
/// the next does not follow at once, there is a gap: a step holds no longer than its part. Series
/// that changed should have been [settled](Series::settle_for).
#[inline(never)] // Where it is called from, small code is made and not quick code.
pub fn decimate(parts: &[Part<'_>], window: Window, out: &mut Vec<f32>) -> Summary {
    let span = window.span();
    let mut summary = Summary::default();
    if span == 0 || window.columns == 0 {
        return summary;
    }
    let stretches: Vec<_> = parts.iter().map(|part| Stretch::of(part, &window)).collect();
    for it in &stretches {
        it.sum(&mut summary);
    }
    let mut lead = lead(&stretches);
    if let Some(held) = lead.filter(|_| window.line == Line::Step) {
        summary.min = summary.min.min(held.value);
        summary.max = summary.max.max(held.value);
    }
    if summary.min.abs().max(summary.max.abs()) > COARSE {
        summary.base = summary.min;
    }
    let mut pen = Pen { window, span, base: summary.base, longest: 0, before: None, out };
    let mut former: Option<&Stretch<'_>> = None;
    for it in stretches.iter().filter(|it| it.from <= it.until) {
        let longest = match window.line {
            Line::Slope => it.series.longest_interval(it.lo, it.hi, &mut summary.visited),
            Line::Step => u64::MAX,
        };
        // Where a dense part meets a sparse one, the sparse one says what an outage is.
        pen.longest = pen.longest.max(longest);
        if let Some(former) = former.filter(|former| !former.meets(it)) {
            pen.part(former.until);
            lead = None;
        }
        if it.lo < it.hi || window.line == Line::Step {
            lead.take().into_iter().for_each(|lead| pen.lead_in(lead, it.series.time(it.lo)));
        }
        let (mut from, base) = (it.lo, it.series.base());
        let mut ready = it.series.columns.from(&window, base + from as u64).peekable();
        while let Some(first) = it.series.entry(from).filter(|_| from < it.hi) {
            let is_next = |ready: &&Column| {
                ready.from == base + from as u64 && ready.to <= base + it.hi as u64
            };
            let column = match ready.next_if(is_next) {
                Some(ready) => *ready,
                None => {
                    let end = window.column_end(first.at);
                    it.series.column(from, end, it.hi, &mut summary.visited)
                }
            };
            pen.column(&column);
            from = (column.to - base) as usize;
            pen.longest = longest;
        }
        former = Some(it);
    }
    if let Some(last) = former {
        pen.lead_out(last.until, next(&stretches));
    }
    summary
}

/// The point before the window, if a line leads from it to the window's left edge.
fn lead(stretches: &[Stretch<'_>]) -> Option<Entry> {
    let mut lead = None;
    let mut former: Option<&Stretch<'_>> = None;
    for it in stretches {
        lead = match it.lead {
            None if former.is_some_and(|former| former.meets(it)) => lead,
            found => found,
        };
        former = Some(it);
        if it.from <= it.until {
            break;
        }
    }
    lead
}

/// The point after the window, if a line leads to it from the window's right edge.
fn next(stretches: &[Stretch<'_>]) -> Option<Entry> {
    let last = stretches.iter().rposition(|it| it.from <= it.until)?;
    let mut former = stretches.get(last)?;
    for it in stretches.iter().skip(last + 1) {
        if former.next.is_some() || !former.meets(it) {
            break;
        }
        former = it;
    }
    former.next
}

/// What a window shows of a part; nothing when it begins after its end.
struct Stretch<'a> {
    series: &'a Series,
    part: Part<'a>,
    from: u64,
    until: u64,
    /// The positions of its points.
    lo: usize,
    hi: usize,
    /// Its point before the window.
    lead: Option<Entry>,
    /// Its point after the window.
    next: Option<Entry>,
}

impl<'a> Stretch<'a> {
    fn of(part: &Part<'a>, window: &Window) -> Self {
        let (series, part) = (part.series, *part);
        let (from, until) = (part.from.max(window.start), part.until.min(window.end));
        let hi = series.before(until.saturating_add(1));
        let lo = series.before(from).min(hi);
        let lead = lo.checked_sub(1).and_then(|index| series.entry(index));
        let lead = lead.filter(|it| it.at >= part.from && part.from < window.start);
        let next = series.entry(hi.max(series.before(part.from)));
        let next = next.filter(|it| it.at <= part.until && it.at > window.end);
        Self { series, part, from, until, lo, hi, lead, next }
    }

    /// Whether `next` follows at once.
    fn meets(&self, next: &Self) -> bool {
        self.part.until.saturating_add(1) >= next.part.from
    }

    fn sum(&self, summary: &mut Summary) {
        let points = (self.hi - self.lo) as u64;
        summary.points += points;
        let Some((min, max, visited)) = self.series.extremes(self.lo, self.hi) else { return };
        let value = |index| self.series.entry(index).map_or(f64::NAN, |it| it.value);
        // `min` and `max` of floats pass over what is no number.
        summary.min = summary.min.min(value(min));
        summary.max = summary.max.max(value(max));
        summary.visited += visited;
    }
}

impl Series {
    /// Appends pairs `x, y` to `out`, in time order, at most four for each pixel column that the
    /// window touches. `x` counts columns from the left edge and has a fraction. A pair of NaN
    /// is a gap. One point before and one after the window are added where a line leads to
    /// them; their `x` is below 0 or above the columns, for the canvas to clip.
    pub fn decimate(&mut self, window: Window, out: &mut Vec<f32>) -> Summary {
        self.settle_for(window);
        let newer = (self.len() - self.before(window.end.saturating_add(1))) as u64;
        let summary = decimate(&[Part { series: self, from: 0, until: u64::MAX }], window, out);
        Summary { newer, ..summary }
    }

    /// The first position after `from` whose time is `end` or later, `hi` at most. Steps double,
    /// then halve: few points in a column cost few looks.
    pub(crate) fn gallop(&self, from: usize, hi: usize, end: u64, visited: &mut u64) -> usize {
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
    base: f64,
    longest: u64,
    before: Option<Entry>,
    out: &'a mut Vec<f32>,
}

impl Pen<'_> {
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

    /// Its points. The next column's gap is measured from the newest of them, which comes last.
    fn column(&mut self, column: &Column) {
        for (n, entry) in column.drawn().iter().enumerate() {
            self.point(*entry, n == 0);
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

    /// A part ends at `until`, and what follows is not joined to it.
    fn part(&mut self, until: u64) {
        let Some(before) = self.before.take() else { return };
        if self.window.line == Line::Step {
            self.put(Entry { at: until, ..before });
        }
        self.out.extend([f32::NAN, f32::NAN]);
    }

    /// The end of the line at `until`; `next` is the point after it.
    fn lead_out(&mut self, until: u64, next: Option<Entry>) {
        let Some(before) = self.before else { return };
        match self.window.line {
            Line::Step => self.put(Entry { at: until.max(before.at), ..before }),
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
        let y = (entry.value - self.base).clamp(-limit, limit);
        self.out.extend([x as f32, y as f32]);
    }
}
