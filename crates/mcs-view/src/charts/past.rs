//! What is known of a channel's past, and what to ask for.

use core::time::Duration;

use mcs_model::api::{History, PointTime, Series, SeriesData};
use mcs_model::{ChannelKind, Timestamp};
use mcs_time::Time;

use super::{Charts, Key, MOST_OVERVIEWS, Overview, UNNOTICED, values};
use crate::coverage::Coverage;
use crate::protocol::Stroke;
use crate::rest::Span;

/// Pause after a failed fetch.
const RETRY: Duration = Duration::from_secs(5);

/// By arrival, the newest points are asked for at most so often.
const POLL: Duration = Duration::from_secs(1);
/// A point that came may be so many milliseconds on its way to the disk.
const UNSTORED: u64 = 10_000;

/// What is known of a channel's past.
#[derive(Debug, Default)]
pub(super) struct Past {
    /// Where every point is known.
    pub(super) coverage: Coverage,
    pub(super) loading: Option<Loading>,
    retry_at: Option<Time>,
    /// By arrival: what the live points of the channel were when the newest ones were asked for.
    heard: Option<u64>,
}

/// A fetch under way.
#[derive(Clone, Copy, Debug)]
pub(super) struct Loading {
    asked: Timestamp,
    /// The channel has been live ever since.
    live: bool,
}

/// What to ask the server for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Ask {
    /// The points of a span, or buckets of them.
    Span(Span),
    /// The newest point before a time: on a line of steps it holds.
    Before(u64),
}

impl Past {
    pub(super) fn lost(&mut self, certain: u64) {
        self.coverage.cut(certain);
        self.heard = None;
        if let Some(loading) = &mut self.loading {
            loading.live = false;
        }
    }
}

impl Charts {
    /// What to fetch for a line with this window, if anything; counts as on its way then. `length`
    /// is the window's, `live` says that the channel's points arrive as they come.
    pub(crate) fn fetch(
        &mut self,
        key: &Key,
        (window, length): (Span, u64),
        stroke: Stroke,
        live: bool,
        (now, wall): (Time, Timestamp),
    ) -> Option<Ask> {
        let past = self.pasts.entry(key.clone()).or_default();
        if past.loading.is_some() || past.retry_at.is_some_and(|at| at > now) {
            return None;
        }
        let floor = self.rings.get(key).map_or(0, mcs_series::Series::floor);
        past.coverage.start_at(floor);
        let mut known = past.coverage.clone();
        for (_, overview) in self.overviews.iter().filter(|it| it.0 == *key) {
            if overview.suits(length) {
                known.add(overview.span);
            }
        }
        let mut wanted = window;
        let by_arrival = key.2 == PointTime::Arrival;
        // Only the server knows when points came: it is asked again once there are new ones.
        let source = (key.0.clone(), key.1.clone(), PointTime::Device);
        let heard = self.rings.get(&source).map_or(0, mcs_series::Series::revision);
        let is_quiet = by_arrival && past.heard == Some(heard);
        if (!live || is_quiet)
            && let Some(end) = known.end()
        {
            // What came since waits until nothing can come between it and what follows.
            wanted.until = wanted.until.min(end);
        }
        let ask = match known.missing(wanted) {
            Some(missing) => Ask::Span(missing),
            None if matches!(stroke, Stroke::Step | Stroke::Lanes) => {
                let ring = self.rings.get(key);
                let newest = ring.and_then(|it| it.newest_before(window.from)).map(|it| it.0);
                let before = match known.around(window.from.saturating_sub(1)) {
                    Some(part) if part.from == 0 || newest >= Some(part.from) => return None,
                    Some(part) => part.from,
                    None => window.from,
                };
                let seen = |(of, it): &(Key, Overview)| {
                    let first = it.series.first().is_some_and(|it| it < window.from);
                    of == key && first && it.span.until >= window.from
                };
                if self.overviews.iter().any(seen) {
                    return None;
                }
                Ask::Before(before)
            }
            None => return None,
        };
        if by_arrival && matches!(ask, Ask::Span(Span { until: u64::MAX, .. })) {
            past.heard = Some(heard);
            past.retry_at = Some(now + POLL);
        }
        past.loading = Some(Loading { asked: wall, live: live && !by_arrival });
        Some(ask)
    }

    /// The answer for `span`.
    pub(crate) fn fetched(&mut self, key: &Key, span: Span, kind: &ChannelKind, answer: &Series) {
        let Some(past) = self.pasts.get_mut(key) else { return };
        let Some(loading) = past.loading.take() else { return };
        self.revision += 1;
        let by_arrival = key.2 == PointTime::Arrival;
        let open = span.until == u64::MAX;
        let (asked, unsure) = match by_arrival && open {
            // The server ends it with its own present.
            true => (answer.end.as_millis(), UNSTORED),
            false => (loading.asked.as_millis(), UNNOTICED),
        };
        if by_arrival && open {
            self.ahead = asked.saturating_sub(loading.asked.as_millis());
        } else {
            past.retry_at = None;
        }
        let certain = asked.saturating_sub(unsure).max(span.from);
        let until = if open && !loading.live { certain } else { span.until };
        let floor = self.rings.get(key).map_or(0, mcs_series::Series::floor);
        match &answer.data {
            SeriesData::Points(columns) => {
                let span = Span { until, ..span };
                if span.from < floor {
                    let overview = Overview::of_points(columns, key.2, kind, span);
                    self.keep(key, overview);
                } else {
                    past.coverage.add(span);
                }
                let times = values::times(columns, key.2);
                self.rings.merge(key, values::points(columns, &times, kind));
                if values::has_texts(kind) {
                    for (at, text) in times.iter().zip(&columns.text) {
                        self.texts.insert(key, *at, text.as_deref().unwrap_or_default());
                    }
                }
            }
            SeriesData::Buckets(columns) => {
                let newest = columns.at.last().map_or(0, |it| it.as_millis());
                let mut covered = Span {
                    from: answer.start.as_millis().min(span.from),
                    until: answer.end.as_millis(),
                };
                if open && newest > span.from {
                    // The newest bucket is not complete: its time is asked for again, point by
                    // point, so that what comes live follows without a seam.
                    covered.until = newest - 1;
                } else if open {
                    covered.until = if loading.live { asked.max(span.from) } else { certain };
                    if loading.live {
                        past.coverage.add(Span { from: covered.until + 1, until });
                    }
                }
                let length = span.until.min(asked).saturating_sub(span.from);
                let overview = Overview::of_buckets(columns, kind, covered, length, asked);
                if values::has_texts(kind) {
                    for (at, text) in columns.at.iter().zip(&columns.text) {
                        let text = text.as_deref().unwrap_or_default();
                        self.texts.insert(key, at.as_millis(), text);
                    }
                }
                self.keep(key, overview);
            }
        }
        self.was_away(&key.0, &answer.absences, asked);
    }

    /// The answer to what was the newest point before `before`.
    pub(crate) fn preceded(
        &mut self,
        key: &Key,
        before: u64,
        kind: &ChannelKind,
        answer: &History,
    ) {
        let Some(past) = self.pasts.get_mut(key) else { return };
        past.loading = None;
        past.retry_at = None;
        self.revision += 1;
        let point = answer.points.last();
        let from = point.map_or(0, |it| it.at.as_millis());
        past.coverage.add(Span { from, until: before.saturating_sub(1).max(from) });
        let number = point.and_then(|it| Some((from, values::of(kind, &it.value)?)));
        self.rings.merge(key, number);
    }

    /// The fetch failed: tried again later, or never when it is refused.
    pub(crate) fn failed(&mut self, key: &Key, ask: Ask, now: Time, refused: bool) {
        let Some(past) = self.pasts.get_mut(key) else { return };
        past.loading = None;
        self.revision += 1;
        match ask {
            _ if !refused => past.retry_at = Some(now + RETRY),
            Ask::Span(span) => past.coverage.add(span),
            Ask::Before(until) => {
                past.coverage.add(Span { from: 0, until: until.saturating_sub(1) });
            }
        }
    }

    fn keep(&mut self, key: &Key, overview: Overview) {
        self.overviews.retain(|(of, it)| of != key || it.span != overview.span);
        if self.overviews.len() == MOST_OVERVIEWS {
            self.overviews.pop_front();
        }
        self.overviews.push_back((key.clone(), overview));
    }
}
