//! What stands around a chart.

use super::choice::{DAY, duration};
use super::lanes::Scale;
use super::line::Line;
use super::plot::{Info, LineInfo};
use crate::format;

#[cfg(test)]
mod tests;

/// A length of time that a chart can span.
pub(super) struct Preset {
    /// In test ids.
    pub(super) id: &'static str,
    /// On the button.
    pub(super) short: &'static str,
    /// In a sentence.
    pub(super) long: &'static str,
    /// The length.
    pub(super) millis: u64,
}

/// The lengths that can be chosen.
pub(super) const PRESETS: [Preset; 8] = [
    Preset { id: "1m", short: "1 m", long: "minute", millis: 60_000 },
    Preset { id: "5m", short: "5 m", long: "5 minutes", millis: 300_000 },
    Preset { id: "15m", short: "15 m", long: "15 minutes", millis: 900_000 },
    Preset { id: "1h", short: "1 h", long: "hour", millis: 3_600_000 },
    Preset { id: "6h", short: "6 h", long: "6 hours", millis: 21_600_000 },
    Preset { id: "24h", short: "24 h", long: "24 hours", millis: DAY },
    Preset { id: "7d", short: "7 d", long: "7 days", millis: 7 * DAY },
    Preset { id: "30d", short: "30 d", long: "30 days", millis: 30 * DAY },
];

/// Whether a chart moves, and what it misses.
pub(super) fn live_label(paused: bool, newer: u64) -> String {
    match (paused, newer) {
        (false, _) => "Live".to_owned(),
        (true, 0) => "Paused".to_owned(),
        (true, newer) => format!("Paused, {} new", format::count(newer)),
    }
}

/// Why there is no line, if so.
pub(super) fn empty(info: &Info) -> Option<&'static str> {
    let drawn = info.lines.iter().any(|it| it.line.min.is_some());
    match info {
        Info { known: false, .. } => Some("Loading"),
        _ if drawn || info.points > 0 => None,
        Info { loading: true, .. } => Some("Loading history"),
        Info { .. } => Some("No points in this time"),
    }
}

/// What a line says, for those who do not see it.
pub(super) fn line(line: &Line, info: &LineInfo) -> String {
    let name = &line.channel.name;
    let points = info.line.points;
    let points = match points {
        1 => "1 point".to_owned(),
        points => format!("{} points", format::count(points)),
    };
    let Some((min, max)) = info.line.min.zip(info.line.max) else {
        return format!("{name}: no points");
    };
    let (min, max) = (line.words(min), line.words(max));
    let last = info.last.map(|it| line.words(it.value));
    match (&line.scale, last) {
        (Scale::Marks, _) => format!("{name}: {points}"),
        (_, None) => format!("{name}: {max} all the time"),
        // Of states nobody asks for the highest.
        (Scale::Names(_), Some(last)) => format!("{name}: last {last}, {points}"),
        (Scale::Unit(_), Some(last)) => {
            format!("{name}: last {last}, lowest {min}, highest {max}, {points}")
        }
    }
}

/// What all of a chart says beside its lines.
pub(super) fn remarks(info: &Info) -> Vec<String> {
    let mut remarks = Vec::new();
    if info.bucket_ms > 0 {
        let each = duration(info.bucket_ms);
        remarks.push(format!("Condensed: lowest and highest of each {each}."));
    }
    let unnamed: u64 = info.lines.iter().map(|it| it.unnamed).sum();
    if unnamed > 0 {
        remarks
            .push(format!("{} marks are too close to show their texts.", format::count(unnamed)));
    }
    if info.loading {
        remarks.push("More history is loading.".to_owned());
    }
    remarks
}
