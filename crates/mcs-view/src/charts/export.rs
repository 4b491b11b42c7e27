//! Points as CSV, in pieces: the server is asked for as many as it gives at once, and for no more
//! while the page has not taken what is there.

use std::fmt::Write as _;

use mcs_model::api::{self, PointColumns, PointTime, Series, SeriesData};
use mcs_model::{Channel, ChannelId, ChannelKind, DeviceId};

use crate::console::Console;
use crate::io::Fetched;
use crate::protocol::{ChartsRequest, ExportEnd, PointsPiece};
use crate::rest::{Call, Span};

#[cfg(test)]
mod tests;

/// Most points of an export.
const MOST_POINTS: u64 = 1_000_000;
/// The server gives so many points at once.
const AT_ONCE: u64 = 2_000;
const HEAD: &str = "device_time_utc,device_time_ms,device,channel,name,unit,value\r\n";
const HEAD_BY_ARRIVAL: &str = "arrival_utc,arrival_ms,device,channel,name,unit,value\r\n";

/// An export under way.
#[derive(Debug)]
pub(crate) struct Export {
    device: DeviceId,
    time: PointTime,
    /// What is to be asked for, last first.
    left: Vec<(ChannelId, Span)>,
    asked: bool,
    text: String,
    points: u64,
    end: Option<ExportEnd>,
}

impl Console {
    pub(crate) fn charts_request(&mut self, request: ChartsRequest) {
        match request {
            ChartsRequest::CancelExport => self.charts.export = None,
            ChartsRequest::Export { device, channels, time, from, until } => {
                self.rest.forget(|call| matches!(call, Call::Export { .. }));
                let span = Span { from: from.as_millis(), until: until.as_millis() };
                let left = channels.into_iter().rev().map(|id| (id, span)).collect();
                let head = match time {
                    PointTime::Device => HEAD,
                    PointTime::Arrival => HEAD_BY_ARRIVAL,
                };
                let text = head.to_owned();
                let export =
                    Export { device, time, left, asked: false, text, points: 0, end: None };
                self.charts.export = Some(export);
            }
        }
    }

    /// What of an export the page does not have yet; asks for the next part of it.
    pub(crate) fn export_piece(&mut self) -> Option<PointsPiece> {
        // Taken out while the other points are read.
        let mut export = self.charts.export.take()?;
        if export.end.is_none() && !export.asked {
            match export.left.pop() {
                None => export.end = Some(ExportEnd::Whole),
                Some((channel, span)) if self.signed_in.is_some() => {
                    export.asked = true;
                    let device = export.device.clone();
                    let call = Call::Export { device, channel, time: export.time, span };
                    self.out.push_back(self.rest.call(call));
                }
                Some((channel, span)) => {
                    // Without a server there is what came since the page was opened.
                    let device = self.devices.get(&export.device);
                    let key = (export.device.clone(), channel, export.time);
                    if let Some(channel) = device.and_then(|it| it.channel(&key.1)) {
                        for (at, value) in self.charts.held(&key, channel, span) {
                            export.line(channel, at, &value);
                        }
                    }
                }
            }
        }
        let text = core::mem::take(&mut export.text);
        let piece = PointsPiece { text, points: export.points, end: export.end };
        if export.end.is_none() {
            self.charts.export = Some(export);
        }
        (!piece.text.is_empty() || piece.end.is_some()).then_some(piece)
    }

    /// Points of an export, or how many there are of each part of the time.
    pub(crate) fn export_fetched(&mut self, channel: &ChannelId, span: Span, fetched: Fetched) {
        let device = self.charts.export.as_ref().and_then(|it| self.devices.get(&it.device));
        let definition = device.and_then(|it| it.channel(channel)).cloned();
        let Some(export) = self.charts.export.as_mut() else { return };
        export.asked = false;
        let series = match fetched {
            Fetched::Answer { status: 200, body } => api::from_json::<Series>(&body).ok(),
            Fetched::Answer { .. } | Fetched::Unreachable => None,
        };
        let (Some(series), Some(channel)) = (series, definition) else {
            export.end = Some(ExportEnd::Failed);
            return;
        };
        match series.data {
            SeriesData::Points(columns) => export.lines(&channel, &columns),
            SeriesData::Buckets(columns) => {
                let buckets = columns.at.iter().zip(&columns.count);
                let buckets = buckets.map(|(at, count)| (at.as_millis(), *count));
                let parts = parts(span, columns.step, buckets);
                export.left.extend(parts.into_iter().rev().map(|it| (channel.id.clone(), it)));
            }
        }
        if export.points >= MOST_POINTS && !export.left.is_empty() {
            export.end = Some(ExportEnd::TooLong);
        }
    }
}

impl Export {
    fn lines(&mut self, channel: &Channel, columns: &PointColumns) {
        for (index, at) in columns.at.iter().enumerate() {
            let number = columns.number.get(index).copied().flatten();
            let period = columns.period.get(index).copied().flatten();
            let text = columns.text.get(index).and_then(Option::as_deref);
            let value = match (number, period, text) {
                (Some(number), Some(period), _) => format!("\"{number},{period}\""),
                (Some(number), None, _) => number.to_string(),
                (None, _, text) => field(text.unwrap_or_default()),
            };
            self.line(channel, at.as_millis(), &value);
        }
    }

    fn line(&mut self, channel: &Channel, at: u64, value: &str) {
        let unit = match &channel.kind {
            ChannelKind::Integer { unit, .. } | ChannelKind::Float { unit, .. } => unit,
            _ => "",
        };
        let (device, id) = (&self.device, &channel.id);
        let (name, unit) = (field(&channel.name), field(unit));
        let id = field(id.as_str());
        // Writing to a string does not fail.
        let _ = write!(self.text, "{},{at},{device},{id},{name},{unit},{value}\r\n", utc(at));
        self.points += 1;
    }
}

impl super::Charts {
    /// What is kept of a channel, each value as it stands in a file.
    fn held(&self, key: &super::Key, channel: &Channel, span: Span) -> Vec<(u64, String)> {
        let texts = self.texts.all(key, span);
        let word = |(at, value): (u64, f64)| {
            let text = match &channel.kind {
                ChannelKind::Category { options } => {
                    let place = super::values::place(value);
                    options.get(place).map_or_else(String::new, |it| field(&it.value))
                }
                kind if super::values::has_texts(kind) => {
                    texts.get(&at).map_or_else(String::new, |it| field(it))
                }
                _ => value.to_string(),
            };
            (at, text)
        };
        let ring = self.rings.get(key);
        ring.map(|it| it.between(span.from, span.until).map(word).collect()).unwrap_or_default()
    }
}

/// Parts of `span` that have few enough points to be had at once, in time order.
fn parts(span: Span, step: u64, buckets: impl Iterator<Item = (u64, u64)>) -> Vec<Span> {
    let mut parts: Vec<(Span, u64)> = Vec::new();
    for (at, count) in buckets {
        let from = at.max(span.from);
        let until = at.saturating_add(step.max(1) - 1).min(span.until);
        match parts.last_mut() {
            Some((part, points)) if *points + count <= AT_ONCE => {
                part.until = until;
                *points += count;
            }
            _ => parts.push((Span { from, until }, count)),
        }
    }
    let mut parts: Vec<_> =
        parts.into_iter().map(|it| it.0).filter(|it| it.from <= it.until).collect();
    // As much as before would be asked for without end.
    if parts == [span] {
        let middle = span.from + (span.until - span.from) / 2;
        parts = match middle < span.until {
            true => vec![Span { until: middle, ..span }, Span { from: middle + 1, ..span }],
            false => Vec::new(),
        };
    }
    parts
}

/// A text as it stands in CSV. What a spreadsheet would take for a formula is kept from being one.
fn field(text: &str) -> String {
    let formula = text.starts_with(['=', '+', '-', '@', '\t', '\r']);
    let guard = if formula { "'" } else { "" };
    if formula || text.contains([',', '"', '\r', '\n']) {
        format!("\"{guard}{}\"", text.replace('"', "\"\""))
    } else {
        text.to_owned()
    }
}

/// `2026-11-22T18:05:09.042Z`
fn utc(at: u64) -> String {
    let (days, of_day) = (at / 86_400_000 + 719_468, at % 86_400_000);
    // Years begin in March here, so that the day that comes and goes is the last one.
    let (era, of_era) = (days / 146_097, days % 146_097);
    let year = (of_era - of_era / 1_460 + of_era / 36_524 - of_era / 146_096) / 365;
    let of_year = of_era - (365 * year + year / 4 - year / 100);
    let month = (5 * of_year + 2) / 153;
    let day = of_year - (153 * month + 2) / 5 + 1;
    let month = if month < 10 { month + 3 } else { month - 9 };
    let year = era * 400 + year + u64::from(month <= 2);
    let (hour, minute) = (of_day / 3_600_000, of_day / 60_000 % 60);
    let (second, milli) = (of_day / 1_000 % 60, of_day % 1_000);
    format!("{year:04}-{month:02}-{day:02}T{hour:02}:{minute:02}:{second:02}.{milli:03}Z")
}
