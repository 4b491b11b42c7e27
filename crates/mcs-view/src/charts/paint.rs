//! From points to lines.

use mcs_model::{Channel, ChannelId, DeviceId, Timestamp};
use mcs_series::{Line, Part, Series, Window, decimate};

use super::{Charts, Key, Overview, Painted, shifted, window};
use crate::coverage::Coverage;
use crate::protocol::{ChartFrame, ChartRequest, LineFrame, Row, SeriesFrame, Stroke};
use crate::rest::Span;

/// Where the points of a stretch of time are.
#[derive(Clone, Copy)]
struct Stretch<'a> {
    span: Span,
    series: &'a Series,
    /// Buckets stand for them.
    overview: Option<&'a Overview>,
}

impl Charts {
    /// The lines of the `index`-th chart, unless it looks as it did; to be called for one after the
    /// other. Their points are appended to `floats`.
    pub(crate) fn paint<'a>(
        &mut self,
        index: usize,
        chart: &ChartRequest,
        now: Timestamp,
        channel: impl Fn(&ChannelId) -> Option<&'a Channel>,
        floats: &mut Vec<f32>,
    ) -> Option<ChartFrame> {
        let window = window(chart, now);
        let keys = chart.channels.iter().map(|it| (chart.device.clone(), it.clone(), chart.time));
        let keys: Vec<Key> = keys.collect();
        let line = |key: &Key| {
            let revision = self.rings.get(key).map_or(0, Series::revision);
            (revision, self.pasts.get(key).is_some_and(|it| it.loading.is_some()))
        };
        let lines: Vec<_> = keys.iter().map(line).collect();
        let quarters = u128::from(window.until) * u128::from(chart.columns) * 4;
        let edge = quarters / u128::from(chart.window_ms.max(1));
        let edge = u64::try_from(edge).unwrap_or(u64::MAX);
        let painted = Painted { request: chart.clone(), edge, revision: self.revision, lines };
        if self.painted.get(index) == Some(&painted) {
            return None;
        }
        let mut series = Vec::new();
        for (key, (_, loading)) in keys.into_iter().zip(&painted.lines) {
            if let Some(stroke) = channel(&key.1).and_then(Stroke::of) {
                series.push(self.line(key, stroke, chart, window, *loading, floats));
            }
        }
        match self.painted.get_mut(index) {
            Some(former) => *former = painted,
            None => self.painted.push(painted),
        }
        Some(ChartFrame {
            index: u32::try_from(index).unwrap_or(u32::MAX),
            start: Timestamp::from_millis(window.from),
            end: Timestamp::from_millis(window.until),
            columns: chart.columns,
            canvas: chart.canvas,
            series,
            readout: None,
        })
    }

    fn line(
        &mut self,
        key: Key,
        stroke: Stroke,
        chart: &ChartRequest,
        window: Span,
        loading: bool,
        floats: &mut Vec<f32>,
    ) -> SeriesFrame {
        let drawn = shape(stroke, chart.columns, window);
        self.rings.settle_for(&key, drawn);
        let none = Series::default();
        let ring = self.rings.get(&key).unwrap_or(&none);
        let stretches = self.stretches(&key, ring, window);
        let line = draw(&stretches, ring, drawn, floats);
        let before = chart.compare_ms.map(|by| {
            let window = shifted(window, by);
            let stretches = self.stretches(&key, ring, window);
            draw(&stretches, ring, shape(stroke, chart.columns, window), floats)
        });
        let marks = match stroke {
            Stroke::Marks => self.texts.within(&key, window),
            _ => Vec::new(),
        };
        let newer = ring.count(window.until.saturating_add(1), u64::MAX) as u64;
        SeriesFrame {
            stroke,
            line,
            before,
            last: rows(&stretches, window, 1).pop(),
            newer: if chart.end.is_some() { newer } else { 0 },
            loading,
            unnamed: match stroke {
                Stroke::Marks => line.points.saturating_sub(marks.len() as u64),
                _ => 0,
            },
            marks,
            rows: rows(&stretches, window, usize::from(chart.rows)),
            channel: key.1,
        }
    }

    /// Where the points of the window are, and of what is before and after it.
    fn stretches<'a>(&'a self, key: &Key, ring: &'a Series, window: Span) -> Vec<Stretch<'a>> {
        let mut overviews: Vec<_> =
            self.overviews.iter().filter(|it| it.0 == *key).map(|it| &it.1).collect();
        mcs_sorted::sort_by(&mut overviews, |a, b| a.step.cmp(&b.step));
        let mut holes = match self.pasts.get(key) {
            Some(past) if !overviews.is_empty() => past.coverage.gaps(window),
            _ => Vec::new(),
        };
        let mut found: Vec<Stretch<'a>> = Vec::new();
        for overview in overviews {
            let mut left = Vec::new();
            for hole in holes {
                let from = hole.from.max(overview.span.from);
                let until = hole.until.min(overview.span.until);
                if from > until {
                    left.push(hole);
                    continue;
                }
                let series = &overview.series;
                let overview = Some(overview);
                found.push(Stretch { span: Span { from, until }, series, overview });
                if hole.from < from {
                    left.push(Span { until: from - 1, ..hole });
                }
                if until < hole.until {
                    left.push(Span { from: until + 1, ..hole });
                }
            }
            holes = left;
        }
        mcs_sorted::sort_by(&mut found, |a, b| a.span.from.cmp(&b.span.from));
        // Everything else is in the ring.
        let mut stretches = Vec::new();
        let mut from = 0;
        let point_by_point =
            |from, until| Stretch { span: Span { from, until }, series: ring, overview: None };
        for it in found {
            if from < it.span.from {
                stretches.push(point_by_point(from, it.span.from - 1));
            }
            from = it.span.until.saturating_add(1);
            stretches.push(it);
        }
        stretches.push(point_by_point(from, u64::MAX));
        self.leave_out_absences(&key.0, stretches)
    }

    /// Nobody knows what a device was while it was away, unless it says so later.
    fn leave_out_absences<'a>(
        &self,
        device: &DeviceId,
        mut stretches: Vec<Stretch<'a>>,
    ) -> Vec<Stretch<'a>> {
        for away in self.absences.get(device).map_or(&[][..], Coverage::parts) {
            let mut rest = Vec::new();
            for it in stretches {
                let newest = it.series.newest_before(away.until).map_or(0, |it| it.0);
                let from = away.from.max(newest).saturating_add(1);
                let until = away.until.saturating_sub(u64::from(away.until < u64::MAX));
                // Nobody knows where in a bucket its points are.
                let step = it.overview.map_or(0, |it| it.step);
                let is_short = until.saturating_sub(from) < step;
                if is_short || from > it.span.until || until < it.span.from {
                    rest.push(it);
                    continue;
                }
                if it.span.from < from {
                    rest.push(Stretch { span: Span { until: from - 1, ..it.span }, ..it });
                }
                if until < it.span.until {
                    rest.push(Stretch { span: Span { from: until + 1, ..it.span }, ..it });
                }
            }
            stretches = rest;
        }
        stretches
    }
}

/// How a line is drawn.
fn shape(stroke: Stroke, columns: u16, window: Span) -> Window {
    let line = match stroke {
        Stroke::Step | Stroke::Lanes => Line::Step,
        Stroke::Slope | Stroke::Marks => Line::Slope,
    };
    Window { start: window.from, end: window.until, columns, line }
}

fn draw(
    stretches: &[Stretch<'_>],
    ring: &Series,
    window: Window,
    floats: &mut Vec<f32>,
) -> LineFrame {
    let offset = floats.len();
    let parts: Vec<_> = stretches
        .iter()
        .map(|it| Part { series: it.series, from: it.span.from, until: it.span.until })
        .collect();
    let summary = decimate(&parts, window, floats);
    let shown = |it: &&Stretch<'_>| it.span.from <= window.end && it.span.until >= window.start;
    let mut points = 0;
    let mut bucket_ms = 0;
    for it in stretches.iter().filter(shown) {
        let from = it.span.from.max(window.start);
        let until = it.span.until.min(window.end);
        match it.overview {
            Some(overview) => {
                let rows = overview.within(Span { from, until });
                points += rows.iter().map(|it| it.points).sum::<u64>();
                bucket_ms = bucket_ms.max(overview.step);
            }
            None => points += ring.count(from, until) as u64,
        }
    }
    LineFrame {
        offset: u32::try_from(offset).unwrap_or(u32::MAX),
        len: u32::try_from(floats.len() - offset).unwrap_or(0),
        base: summary.base,
        min: summary.min,
        max: summary.max,
        points,
        bucket_ms,
    }
}

/// The newest points or buckets of the window, newest first.
fn rows(stretches: &[Stretch<'_>], window: Span, most: usize) -> Vec<Row> {
    let mut rows = Vec::new();
    for it in stretches.iter().rev() {
        let span =
            Span { from: it.span.from.max(window.from), until: it.span.until.min(window.until) };
        let left = most - rows.len();
        if span.from > span.until || left == 0 {
            continue;
        }
        match it.overview {
            Some(overview) => rows.extend(overview.within(span).iter().rev().take(left)),
            None => {
                let points = it.series.between(span.from, span.until).rev().take(left);
                rows.extend(points.map(|(at, value)| {
                    let at = Timestamp::from_millis(at);
                    Row { at, value, min: value, max: value, points: 1 }
                }));
            }
        }
    }
    rows
}
