//! Which charts an operator chose, as it stands in the address and is kept for each device.

#[cfg(test)]
mod tests;

use mcs_model::ChannelId;
use mcs_view::protocol::PointTime;

use super::span::Span;
use crate::route::Query;

/// Most lines of one chart: there are as many colours.
pub(crate) const MOST_LINES: usize = 8;
/// Most charts of one device.
pub(crate) const MOST_CHARTS: usize = 8;
/// Milliseconds of a day.
pub(crate) const DAY: u64 = 86_400_000;

/// The charts of a device and the time that they show.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Choice {
    /// The lines of each chart.
    pub(crate) charts: Vec<Vec<ChannelId>>,
    /// The time.
    pub(crate) span: Span,
    /// What it is compared with: the same time so many milliseconds before.
    pub(crate) compare: Option<u64>,
    /// As a table.
    pub(crate) table: bool,
    /// Where a point is: at which of its times.
    pub(crate) by: PointTime,
}

impl Choice {
    /// What `query` says, as far as the device has such channels; `None` when it names none.
    pub(crate) fn read(query: &Query, known: &[ChannelId]) -> Option<Self> {
        let named = query.value("channels")?;
        let chart = |text: &str| {
            let mut lines: Vec<ChannelId> = Vec::new();
            for id in text.split(',').filter_map(|id| known.iter().find(|it| it.as_str() == id)) {
                if !lines.contains(id) && lines.len() < MOST_LINES {
                    lines.push(id.clone());
                }
            }
            lines
        };
        let charts: Vec<_> =
            named.split('/').map(chart).filter(|it| !it.is_empty()).take(MOST_CHARTS).collect();
        let length = query.value("window").and_then(millis).unwrap_or(15 * 60_000);
        let end = query.value("end").and_then(|text| text.parse().ok());
        let length = length.clamp(1_000, 400 * DAY);
        Some(Self {
            charts,
            span: Span { length, end },
            compare: query.value("compare").and_then(millis).filter(|it| *it > 0),
            table: query.value("table") == Some("1"),
            by: by(query),
        })
    }

    /// `query` with this choice in it.
    pub(crate) fn write(&self, query: &Query) -> Query {
        let chart = |lines: &Vec<ChannelId>| {
            lines.iter().map(ChannelId::as_str).collect::<Vec<_>>().join(",")
        };
        let charts = self.charts.iter().map(chart).collect::<Vec<_>>().join("/");
        let end = self.span.end.map(|end| end.to_string());
        query
            .with("channels", Some(&charts))
            .with("window", Some(&duration(self.span.length)))
            .with("end", end.as_deref())
            .with("compare", self.compare.map(duration).as_deref())
            .with("table", self.table.then_some("1"))
            .with("by", (self.by == PointTime::Arrival).then_some("arrival"))
    }

    /// Adds a line to a chart, or takes it away.
    pub(crate) fn toggle(&mut self, chart: usize, id: &ChannelId) {
        let Some(lines) = self.charts.get_mut(chart) else { return };
        match lines.iter().position(|it| it == id) {
            Some(place) => drop(lines.remove(place)),
            None if lines.len() < MOST_LINES => lines.push(id.clone()),
            None => {}
        }
    }

    /// Each line of a chart in a chart of its own.
    pub(crate) fn split(&mut self, chart: usize) {
        if chart < self.charts.len() {
            let lines = self.charts.remove(chart);
            let apart = lines.into_iter().map(|id| vec![id]);
            self.charts.splice(chart..chart, apart);
            self.charts.truncate(MOST_CHARTS);
        }
    }

    /// All lines in one chart, as many as it takes.
    pub(crate) fn merge(&mut self) {
        let mut all: Vec<ChannelId> = Vec::new();
        for id in self.charts.drain(..).flatten() {
            if !all.contains(&id) && all.len() < MOST_LINES {
                all.push(id);
            }
        }
        self.charts.push(all);
    }
}

/// Where the points of what `query` describes are: at which of their times.
pub(crate) fn by(query: &Query) -> PointTime {
    match query.value("by") {
        Some("arrival") => PointTime::Arrival,
        _ => PointTime::Device,
    }
}

/// Units of time by their letters, the longest first.
pub(crate) const UNITS: [(&str, u64); 5] =
    [("d", DAY), ("h", 3_600_000), ("m", 60_000), ("s", 1_000), ("ms", 1)];

/// `15m`, in the largest unit that is exact.
pub(crate) fn duration(millis: u64) -> String {
    let exact = UNITS.iter().find(|(_, unit)| millis.is_multiple_of(*unit) && millis > 0);
    let (name, unit) = exact.copied().unwrap_or(("ms", 1));
    format!("{}{name}", millis / unit)
}

/// What [`duration`] wrote, or a person.
fn millis(text: &str) -> Option<u64> {
    let digits = text.find(|it: char| !it.is_ascii_digit())?;
    let (number, name) = text.split_at(digits);
    let unit = UNITS.iter().find(|it| it.0 == name)?.1;
    number.parse::<u64>().ok()?.checked_mul(unit)
}
