//! Charts: the points of all channels, the history that is fetched for what is on the screen, and
//! the lines that the page paints.

use core::time::Duration;
use std::collections::BTreeMap;

use mcs_model::api::History;
use mcs_model::{ChannelId, ChannelKind, DeviceId, Timestamp};
use mcs_series::{Line, Rings, Window};
use mcs_time::Time;

use crate::coverage::Coverage;
use crate::protocol::{ChartFrame, ChartRequest, SeriesFrame};
use crate::rest::Span;

/// Whose points.
pub(crate) type Key = (DeviceId, ChannelId);

/// Bytes for all points.
const BUDGET: usize = 64 * 1024 * 1024;

/// A connection may be dead for so long, in milliseconds, before it is noticed: two keep-alives.
const UNNOTICED: u64 = 60_000;

/// Answers fetched in a row for one channel before the rest is given up.
const MOST_PAGES: u32 = 50;

/// Pause after a failed fetch.
const RETRY: Duration = Duration::from_secs(5);

/// All points, and what is known of their past.
#[derive(Debug)]
pub(crate) struct Charts {
    rings: Rings<Key>,
    pasts: BTreeMap<Key, Past>,
    /// What the page has of each chart.
    painted: Vec<Painted>,
}

/// What is known of a channel's past.
#[derive(Debug, Default)]
struct Past {
    coverage: Coverage,
    loading: Option<Loading>,
    retry_at: Option<Time>,
    pages: u32,
}

/// A fetch under way.
#[derive(Clone, Copy, Debug)]
struct Loading {
    asked: Timestamp,
    /// The channel has been live ever since.
    live: bool,
}

/// Enough of a painted chart to tell whether it would look different now.
#[derive(Debug, PartialEq)]
struct Painted {
    request: ChartRequest,
    /// The right edge in quarters of a pixel.
    edge: u64,
    /// Revision, and whether history is on its way.
    lines: Vec<(u64, bool)>,
}

impl Charts {
    pub(crate) fn new() -> Self {
        Self { rings: Rings::new(BUDGET), pasts: BTreeMap::new(), painted: Vec::new() }
    }

    /// A point that came live.
    pub(crate) fn insert(&mut self, key: &Key, at: Timestamp, value: f64) {
        self.rings.insert(key, at.as_millis(), value);
    }

    pub(crate) fn rings(&self) -> &Rings<Key> {
        &self.rings
    }

    /// Forgets all but these.
    pub(crate) fn retain(&mut self, keep: impl Fn(&Key) -> bool) {
        self.rings.retain(&keep);
        self.pasts.retain(|key, _| keep(key));
    }

    /// The connection was lost: since some time ago, points are missing.
    pub(crate) fn lost(&mut self, now: Timestamp) {
        let certain = now.as_millis().saturating_sub(UNNOTICED);
        for (key, past) in &mut self.pasts {
            let last = self.rings.get(key).and_then(mcs_series::Series::last);
            past.coverage.cut(last.map_or(certain, |last| last.min(certain)));
            if let Some(loading) = &mut past.loading {
                loading.live = false;
            }
        }
    }

    /// What to fetch for a chart with this window, if anything; counts as on its way then. `live`
    /// says that the channel's points arrive as they come.
    pub(crate) fn fetch(
        &mut self,
        key: &Key,
        window: Span,
        live: bool,
        now: Time,
        wall: Timestamp,
    ) -> Option<Span> {
        let past = self.pasts.entry(key.clone()).or_default();
        if past.loading.is_some() || past.retry_at.is_some_and(|at| at > now) {
            return None;
        }
        let mut wanted = window;
        if !live && let Some(end) = past.coverage.end() {
            // What came since waits until nothing can come between it and what follows.
            wanted.until = wanted.until.min(end);
        }
        let Some(missing) = past.coverage.missing(wanted) else {
            past.pages = 0;
            return None;
        };
        past.loading = Some(Loading { asked: wall, live });
        Some(missing)
    }

    /// The answer for `span`. False: there is more of the past than is worth fetching.
    pub(crate) fn fetched(&mut self, key: &Key, mut span: Span, history: &History) -> bool {
        let Some(past) = self.pasts.get_mut(key) else { return true };
        let Some(loading) = past.loading.take() else { return true };
        past.retry_at = None;
        past.pages += 1;
        if span.until == u64::MAX && !loading.live {
            span.until = loading.asked.as_millis().saturating_sub(UNNOTICED).max(span.from);
        }
        let oldest = history.points.first().map(|it| it.at.as_millis());
        let given_up = history.truncated && past.pages >= MOST_PAGES;
        if let Some(oldest) = oldest.filter(|it| history.truncated && !given_up && *it < span.until)
        {
            span.from = span.from.max(oldest);
        }
        past.coverage.add(span);
        let points = history.points.iter();
        let numbers = points.filter_map(|it| Some((it.at.as_millis(), it.value.as_number()?)));
        self.rings.merge(key, numbers);
        !given_up
    }

    /// The fetch for `span` failed: tried again later, or never when it is refused.
    pub(crate) fn failed(&mut self, key: &Key, span: Span, now: Time, refused: bool) {
        let Some(past) = self.pasts.get_mut(key) else { return };
        past.loading = None;
        if refused {
            past.coverage.add(span);
        } else {
            past.retry_at = Some(now + RETRY);
        }
    }

    /// The page has this many charts now; `0`: it forgot what was painted.
    pub(crate) fn show(&mut self, charts: usize) {
        self.painted.truncate(charts);
    }

    /// The lines of the `index`-th chart, unless it looks as it did; to be called for one after the
    /// other. Their points are appended to `floats`. `kind` gives the kinds of its channels.
    pub(crate) fn paint<'a>(
        &mut self,
        index: usize,
        chart: &ChartRequest,
        now: Timestamp,
        kind: impl Fn(&ChannelId) -> Option<&'a ChannelKind>,
        floats: &mut Vec<f32>,
    ) -> Option<ChartFrame> {
        let window = window(chart, now);
        let keys = chart.channels.iter().map(|it| (chart.device.clone(), it.clone()));
        let keys: Vec<Key> = keys.collect();
        let line = |key: &Key| {
            let revision = self.rings.get(key).map_or(0, mcs_series::Series::revision);
            (revision, self.pasts.get(key).is_some_and(|it| it.loading.is_some()))
        };
        let lines: Vec<_> = keys.iter().map(line).collect();
        let quarters = u128::from(window.until) * u128::from(chart.columns) * 4;
        let edge = quarters / u128::from(chart.window_ms.max(1));
        let edge = u64::try_from(edge).unwrap_or(u64::MAX);
        let painted = Painted { request: chart.clone(), edge, lines };
        if self.painted.get(index) == Some(&painted) {
            return None;
        }
        let mut series = Vec::new();
        for (key, (_, loading)) in keys.into_iter().zip(&painted.lines) {
            let step = matches!(kind(&key.1), Some(ChannelKind::Switch | ChannelKind::Gpio));
            let line = if step { Line::Step } else { Line::Slope };
            let (start, end, columns) = (window.from, window.until, chart.columns);
            let offset = floats.len();
            let summary = self.rings.decimate(&key, Window { start, end, columns, line }, floats);
            series.push(SeriesFrame {
                channel: key.1,
                offset: u32::try_from(offset).unwrap_or(u32::MAX),
                len: u32::try_from(floats.len() - offset).unwrap_or(0),
                step,
                min: summary.min,
                max: summary.max,
                points: summary.points,
                newer: if chart.end.is_some() { summary.newer } else { 0 },
                loading: *loading,
            });
        }
        match self.painted.get_mut(index) {
            Some(former) => *former = painted,
            None => self.painted.push(painted),
        }
        Some(ChartFrame {
            index: u32::try_from(index).unwrap_or(u32::MAX),
            start: Timestamp::from_millis(window.from),
            end: Timestamp::from_millis(window.until),
            series,
        })
    }
}

/// The time that a chart spans.
pub(crate) fn window(chart: &ChartRequest, now: Timestamp) -> Span {
    let until = chart.end.unwrap_or(now).as_millis();
    Span { from: until.saturating_sub(chart.window_ms), until }
}

/// Whether values of this kind can be charted.
pub(crate) fn has_numbers(kind: &ChannelKind) -> bool {
    kind.initial().as_number().is_some()
}
