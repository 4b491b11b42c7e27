//! Charts: the points of all channels, the history that is fetched for what is on the screen, and
//! the lines that the page paints.
//!
//! A channel's points are in a ring, live ones and fetched ones alike. Of a time that has too many
//! of them the server sends buckets instead, and these stay beside the ring as overviews. What is
//! painted of a time comes from the ring where every point is known, else from the finest overview.

mod export;
mod fetch;
mod overview;
mod paint;
mod past;
mod texts;
mod values;

use std::collections::VecDeque;

use mcs_model::api::{Absence, PointTime};
use mcs_model::{ChannelId, ChannelKind, DeviceId, Timestamp, Value};
use mcs_series::Rings;
use mcs_sorted::Map;

use crate::coverage::Coverage;
use crate::protocol::ChartRequest;
use crate::rest::Span;
use overview::Overview;
pub(crate) use past::Ask;
use past::Past;
use texts::Texts;

/// Whose points, and by which of their times.
pub(crate) type Key = (DeviceId, ChannelId, PointTime);

/// Bytes for all points.
const BUDGET: usize = 64 * 1024 * 1024;

/// A connection may be dead for so long, in milliseconds, before it is noticed: two keep-alives.
const UNNOTICED: u64 = 60_000;

/// Most overviews; one has 2000 buckets at most, about 200 kB.
const MOST_OVERVIEWS: usize = 64;

/// Most times that a device is remembered to have been away: as many as the server tells at once, and more.
const MOST_ABSENCES: usize = 600;

/// All points, and what is known of their past.
#[derive(Debug)]
pub(crate) struct Charts {
    rings: Rings<Key>,
    texts: Texts,
    pasts: Map<Key, Past>,
    /// The last one was asked for last.
    overviews: VecDeque<(Key, Overview)>,
    /// When devices were away, as far as the server told or it was noticed; `u64::MAX` as an end: still.
    absences: Map<DeviceId, Coverage>,
    /// How far the server's clock is ahead of ours, in milliseconds.
    ahead: u64,
    /// Grows when history or an absence came.
    revision: u64,
    /// What the page has of each chart.
    painted: Vec<Painted>,
    /// Points on their way into a file.
    export: Option<export::Export>,
}

/// The points of a channel by each of their times, and where they were found last.
#[derive(Debug)]
pub(crate) struct Lines([(Key, usize); 2]);

/// Enough of a painted chart to tell whether it would look different now.
#[derive(Debug, PartialEq)]
struct Painted {
    request: ChartRequest,
    /// The right edge in quarters of a pixel.
    edge: u64,
    revision: u64,
    /// Revision, and whether history is on its way.
    lines: Vec<(u64, bool)>,
}

impl Charts {
    pub(crate) fn new() -> Self {
        Self {
            rings: Rings::new(BUDGET),
            texts: Texts::default(),
            pasts: Map::new(),
            overviews: VecDeque::new(),
            absences: Map::new(),
            ahead: 0,
            revision: 0,
            painted: Vec::new(),
            export: None,
        }
    }

    /// A value that came live and fits its channel. `came` says when, where no server does.
    pub(crate) fn insert(
        &mut self,
        lines: &mut Lines,
        at: Timestamp,
        came: Option<Timestamp>,
        kind: &ChannelKind,
        value: &Value,
    ) {
        let Some(number) = values::of(kind, value) else { return };
        for ((key, place), at) in lines.0.iter_mut().zip([Some(at), came]) {
            let Some(at) = at else { continue };
            self.rings.insert_near(key, place, at.as_millis(), number);
            if values::has_texts(kind) {
                self.texts.insert(key, at.as_millis(), &value.to_string());
            }
        }
    }

    pub(crate) fn rings(&self) -> &Rings<Key> {
        &self.rings
    }

    /// Forgets all but these.
    pub(crate) fn retain(&mut self, keep: impl Fn(&Key) -> bool) {
        self.rings.retain(&keep);
        self.texts.retain(&keep);
        self.pasts.retain(|key, _| keep(key));
        self.overviews.retain(|(key, _)| keep(key));
        self.revision += 1;
    }

    /// The connection was lost: since some time ago, points are missing.
    pub(crate) fn lost(&mut self, now: Timestamp) {
        let certain = now.as_millis().saturating_sub(UNNOTICED);
        for (key, past) in &mut self.pasts {
            let last = self.rings.get(key).and_then(mcs_series::Series::last);
            past.lost(last.map_or(certain, |last| last.min(certain)));
        }
    }

    /// The device is away since `since`, or here again at `now`.
    pub(crate) fn present(&mut self, device: &DeviceId, since: Option<Timestamp>, now: Timestamp) {
        let absences = self.absences.entry(device.clone()).or_default();
        match (absences.end() == Some(u64::MAX), since) {
            (false, Some(since)) => {
                absences.add(Span { from: since.as_millis(), until: u64::MAX });
                absences.keep(MOST_ABSENCES);
            }
            (true, None) => absences.cut(now.as_millis()),
            _ => return,
        }
        self.revision += 1;
    }

    /// The server says when the device was away. Whether it still is, its events say sooner.
    fn was_away(&mut self, device: &DeviceId, told: &[Absence], asked: u64) {
        let absences = self.absences.entry(device.clone()).or_default();
        let is_away = absences.end() == Some(u64::MAX);
        for it in told {
            let until = match it.until {
                Some(until) => until.as_millis(),
                None if is_away => u64::MAX,
                None => asked,
            };
            let from = it.since.as_millis();
            absences.add(Span { from, until: until.max(from) });
        }
        absences.keep(MOST_ABSENCES);
    }

    /// The present, by the clock that a chart goes by; `device` is what the device's says.
    pub(crate) fn now(&self, time: PointTime, wall: Timestamp, device: Timestamp) -> Timestamp {
        match time {
            PointTime::Device => device,
            PointTime::Arrival => Timestamp::from_millis(wall.as_millis() + self.ahead),
        }
    }

    /// The page has this many charts now; `0`: it forgot what was painted.
    pub(crate) fn show(&mut self, charts: usize) {
        if charts < self.painted.len() {
            self.painted.truncate(charts);
            // Those that are left find their columns again.
            self.rings.rest();
        }
    }
}

impl Lines {
    pub(crate) fn new(device: &DeviceId, channel: &ChannelId) -> Self {
        let times = [PointTime::Device, PointTime::Arrival];
        Self(times.map(|time| ((device.clone(), channel.clone(), time), 0)))
    }

    pub(crate) fn device(&self) -> &DeviceId {
        &self.0[0].0.0
    }

    pub(crate) fn channel(&self) -> &ChannelId {
        &self.0[0].0.1
    }
}

/// The time that a chart spans.
pub(crate) fn window(chart: &ChartRequest, now: Timestamp) -> Span {
    let until = chart.end.unwrap_or(now).as_millis();
    Span { from: until.saturating_sub(chart.window_ms), until }
}

/// The same time, so many milliseconds before.
pub(crate) fn shifted(span: Span, by: u64) -> Span {
    Span { from: span.from.saturating_sub(by), until: span.until.saturating_sub(by) }
}
