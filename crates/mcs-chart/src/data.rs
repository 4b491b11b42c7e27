//! The lines of one answer of the console.

#[cfg(test)]
mod tests;

use mcs_view::protocol::{ChartFrame, LineFrame, Mark, SeriesFrame, Stroke};

use crate::lanes::Want;
use crate::look::{Look, Style};

/// What is drawn.
#[derive(Clone, Debug, PartialEq)]
pub struct Data<'a> {
    /// Left edge, milliseconds since the epoch.
    pub start: u64,
    /// Right edge.
    pub end: u64,
    /// How many pixel columns the points span.
    pub columns: u16,
    /// Its lines, as in the request.
    pub lines: Vec<Drawn<'a>>,
}

/// What is drawn of a line.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Drawn<'a> {
    /// The line.
    pub now: Points<'a>,
    /// The line of the time to compare with.
    pub before: Option<Points<'a>>,
    /// Texts of marks, oldest first.
    pub marks: &'a [Mark],
}

/// Pairs of column and value.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Points<'a> {
    /// NaN for a gap.
    pub pairs: &'a [f32],
    /// To be added to each value.
    pub base: f64,
    /// Steps, not slopes.
    pub step: bool,
}

impl<'a> Data<'a> {
    /// The lines of a chart, whose points are among `floats`.
    pub fn of(frame: &'a ChartFrame, floats: &'a [f32]) -> Self {
        let line = |it: &'a SeriesFrame| Drawn {
            now: points(&it.line, it.stroke, floats),
            before: it.before.as_ref().map(|line| points(line, it.stroke, floats)),
            marks: &it.marks,
        };
        Self {
            start: frame.start.as_millis(),
            end: frame.end.as_millis(),
            columns: frame.columns,
            lines: frame.series.iter().map(line).collect(),
        }
    }

    /// When a column was, in milliseconds since the epoch.
    pub fn time(&self, column: f64) -> u64 {
        #[expect(clippy::cast_precision_loss, reason = "a year of milliseconds")]
        let span = self.end.saturating_sub(self.start) as f64;
        let part = column / f64::from(self.columns.max(1));
        #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "clamped")]
        let offset = (part.clamp(0.0, 1.0) * span).round() as u64;
        self.start + offset
    }

    /// In which column a time was.
    pub fn column(&self, at: u64) -> f64 {
        #[expect(clippy::cast_precision_loss, reason = "a year of milliseconds")]
        let (offset, span) =
            (at as f64 - self.start as f64, self.end.saturating_sub(self.start).max(1) as f64);
        offset / span * f64::from(self.columns)
    }
}

impl Want {
    /// What each line of a chart wants of its lanes.
    pub fn all(look: &Look, frame: &ChartFrame) -> Vec<Self> {
        let want = |(line, series): (&Style, &SeriesFrame)| {
            let (mut min, mut max) = (series.line.min, series.line.max);
            if let Some(before) = &series.before {
                // `min` and `max` of floats pass over what is no number.
                (min, max) = (min.min(before.min), max.max(before.max));
            }
            Self { scale: line.scale.clone(), min, max }
        };
        look.lines.iter().zip(&frame.series).map(want).collect()
    }
}

fn points<'a>(line: &LineFrame, stroke: Stroke, floats: &'a [f32]) -> Points<'a> {
    let at = |index: u32| usize::try_from(index).unwrap_or(usize::MAX);
    let range = at(line.offset)..at(line.offset).saturating_add(at(line.len));
    Points {
        pairs: floats.get(range).unwrap_or_default(),
        base: line.base,
        step: matches!(stroke, Stroke::Step | Stroke::Lanes),
    }
}
