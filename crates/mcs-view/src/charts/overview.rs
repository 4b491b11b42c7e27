//! A part of a channel's past of which there are too many points to hold: buckets of them.

use mcs_model::api::{BucketColumns, PointColumns, PointTime};
use mcs_model::{ChannelKind, Timestamp};
use mcs_series::Series;

use super::values;
use crate::protocol::Row;
use crate::rest::Span;

/// What the server said of a span of time.
#[derive(Debug)]
pub(crate) struct Overview {
    /// The time of which it tells everything.
    pub(crate) span: Span,
    /// How long the time was that was asked for: what it was good enough for.
    pub(crate) asked: u64,
    /// Milliseconds of each bucket; 0 when these are the points themselves.
    pub(crate) step: u64,
    /// First, least, greatest and last value of each bucket, in its own time: decimated like points,
    /// they paint what all of its points would.
    pub(crate) series: Series,
    /// The buckets, oldest first.
    pub(crate) rows: Vec<Row>,
}

impl Overview {
    /// Buckets that cover `span`, which was asked for as `asked` milliseconds. Nothing in it is
    /// later than `now`.
    pub(crate) fn of_buckets(
        columns: &BucketColumns,
        kind: &ChannelKind,
        span: Span,
        asked: u64,
        now: u64,
    ) -> Self {
        let step = columns.step.max(1);
        let mut points = Vec::new();
        let mut rows = Vec::new();
        for (index, &at) in columns.at.iter().enumerate() {
            let number = |column: &Vec<Option<f64>>| column.get(index).copied().flatten();
            let text = columns.text.get(index).and_then(Option::as_deref);
            let Some(last) = values::stored(kind, number(&columns.number.last), text) else {
                continue;
            };
            let first = number(&columns.number.first).unwrap_or(last);
            let min = number(&columns.number.min).unwrap_or(last);
            let max = number(&columns.number.max).unwrap_or(last);
            let count = columns.count.get(index).copied().unwrap_or(1);
            let start = at.as_millis();
            if count == 1 {
                points.push((start, last));
            } else {
                // Not later than now: what comes live has its place behind it.
                let end = start.saturating_add(step - 1).min(now.max(start));
                let within = |part: u64| start + (end - start) * part / 3;
                points.extend([(start, first), (within(1), min), (within(2), max), (end, last)]);
            }
            rows.push(Row { at, value: last, min, max, points: count });
        }
        let mut series = Series::default();
        series.merge(points);
        series.settle();
        Self { span, asked, step, series, rows }
    }

    /// Points of a time that is so long ago that there is no room for them among the others.
    pub(crate) fn of_points(
        columns: &PointColumns,
        time: PointTime,
        kind: &ChannelKind,
        span: Span,
    ) -> Self {
        let times = values::times(columns, time);
        let points: Vec<_> = values::points(columns, &times, kind).collect();
        let row = |&(at, value): &(u64, f64)| {
            let at = Timestamp::from_millis(at);
            Row { at, value, min: value, max: value, points: 1 }
        };
        let rows = points.iter().map(row).collect();
        let mut series = Series::default();
        series.merge(points);
        series.settle();
        Self { span, asked: 0, step: 0, series, rows }
    }

    /// Whether it shows a window of this length as well as a fresh answer would.
    pub(crate) fn suits(&self, window: u64) -> bool {
        self.asked <= window.saturating_mul(2)
    }

    /// The buckets that begin within `span`.
    pub(crate) fn within(&self, span: Span) -> &[Row] {
        let before = |end: u64| self.rows.partition_point(|it| it.at.as_millis() < end);
        let (from, to) = (before(span.from), before(span.until.saturating_add(1)));
        self.rows.get(from..to).unwrap_or_default()
    }
}
