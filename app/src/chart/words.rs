//! What stands around a chart.

use super::choice::{DAY, UNITS};
use super::line::Line;
use super::plot::{Figures, Info, LineInfo};
use crate::texts::{Text, chart as t};
use mcs_chart::Scale;
use mcs_view::protocol::PointTime;

#[cfg(test)]
mod tests;

/// A length of time that a chart can span.
pub(super) struct Preset {
    /// In test ids.
    pub(super) id: &'static str,
    /// What its button does.
    pub(super) show: Text,
    /// The length.
    pub(super) millis: u64,
}

/// The lengths that can be chosen.
pub(super) const PRESETS: [Preset; 8] = [
    Preset { id: "1m", show: t::show_minute, millis: 60_000 },
    Preset { id: "5m", show: t::show_5_minutes, millis: 300_000 },
    Preset { id: "15m", show: t::show_15_minutes, millis: 900_000 },
    Preset { id: "1h", show: t::show_hour, millis: 3_600_000 },
    Preset { id: "6h", show: t::show_6_hours, millis: 21_600_000 },
    Preset { id: "24h", show: t::show_24_hours, millis: DAY },
    Preset { id: "7d", show: t::show_7_days, millis: 7 * DAY },
    Preset { id: "30d", show: t::show_30_days, millis: 30 * DAY },
];

/// A length of time such as `15 m`, in the largest unit that is exact; the letters are those of
/// the SI and its like in any language.
pub(super) fn preset_name(millis: u64) -> String {
    let exact = UNITS.iter().find(|(_, unit)| millis.is_multiple_of(*unit));
    let (name, unit) = exact.copied().unwrap_or(("ms", 1));
    format!("{}\u{a0}{name}", millis / unit)
}

/// Whether a chart moves, and what it misses.
pub(super) fn live_label(paused: bool, newer: u64) -> String {
    match (paused, newer) {
        (false, _) => t::live().to_owned(),
        (true, 0) => t::paused().to_owned(),
        (true, newer) => t::paused_new(newer),
    }
}

/// Why there is no line, if so.
pub(super) fn empty(info: &Info) -> Option<&'static str> {
    let drawn = info.lines.iter().any(|it| it.line.min.is_some());
    match info {
        Info { known: false, .. } => Some(t::loading()),
        _ if drawn || info.points > 0 => None,
        Info { loading: true, .. } => Some(t::loading_history()),
        Info { .. } => Some(t::empty()),
    }
}

/// What a line says, for those who do not see it.
pub(super) fn line(line: &Line, info: &LineInfo) -> String {
    let name = &line.channel.name;
    let points = t::points(info.line.points);
    let Some((min, max)) = info.line.min.zip(info.line.max) else {
        return t::says_none(name);
    };
    let (min, max) = (line.words(min), line.words(max));
    let last = info.last.map(|it| line.words(it.value));
    match (&line.scale, last) {
        (Scale::Marks, _) => t::says_points(name, &points),
        (_, None) => t::says_constant(name, &max),
        // Of states nobody asks for the highest.
        (Scale::Names(_), Some(last)) => t::says_last(name, &last, &points),
        (Scale::Unit(_), Some(last)) => t::says_range(name, &last, &min, &max, &points),
    }
}

/// What a line says of the time that it is compared with, if it is.
pub(super) fn before(line: &Line, info: &LineInfo) -> Option<String> {
    let name = &line.channel.name;
    let Figures { min, max, points } = info.before?;
    Some(match min.zip(max) {
        None => t::says_none_before(name),
        // Of states nobody asks for the highest, and marks have none.
        Some(_) if !matches!(line.scale, Scale::Unit(_)) => return None,
        Some((min, max)) => {
            t::says_before(name, &line.words(min), &line.words(max), &t::points(points))
        }
    })
}

/// A time, and which of a point's times it is.
pub(super) fn at(by: PointTime, time: &str) -> String {
    match by {
        PointTime::Device => t::at_device_time(&time),
        PointTime::Arrival => t::at_arrival_time(&time),
    }
}

/// What all of a chart says beside its lines.
pub(super) fn remarks(info: &Info, by: PointTime) -> Vec<String> {
    let mut remarks = Vec::new();
    if by == PointTime::Arrival {
        remarks.push(t::by_arrival().to_owned());
    }
    if info.bucket_ms > 0 {
        remarks.push(t::condensed(&preset_name(info.bucket_ms)));
    }
    let unnamed: u64 = info.lines.iter().map(|it| it.unnamed).sum();
    if unnamed > 0 {
        remarks.push(t::unnamed(unnamed));
    }
    if info.loading {
        remarks.push(t::more_loading().to_owned());
    }
    remarks
}
