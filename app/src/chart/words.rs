//! What stands around a chart.

use super::plot::Info;
use crate::format;

/// A length of time that a chart can span.
pub(super) struct Span {
    /// For test ids.
    pub(super) id: &'static str,
    /// On the button.
    pub(super) short: &'static str,
    /// In a sentence.
    pub(super) long: &'static str,
    /// The length.
    pub(super) millis: u64,
}

/// The windows that can be chosen.
pub(super) const WINDOWS: [Span; 5] = [
    Span { id: "1m", short: "1 m", long: "minute", millis: 60_000 },
    Span { id: "5m", short: "5 m", long: "5 minutes", millis: 300_000 },
    Span { id: "15m", short: "15 m", long: "15 minutes", millis: 900_000 },
    Span { id: "1h", short: "1 h", long: "hour", millis: 3_600_000 },
    Span { id: "24h", short: "24 h", long: "24 hours", millis: 86_400_000 },
];

/// Whether the chart moves, and what it misses.
pub(super) fn live_label(paused: bool, newer: u64) -> String {
    match (paused, newer) {
        (false, _) => "Live".to_owned(),
        (true, 0) => "Paused".to_owned(),
        (true, newer) => format!("Paused, {} new", format::count(newer)),
    }
}

/// Why there is no line, if so.
pub(super) fn empty(info: &Info) -> Option<&'static str> {
    match info {
        Info { loading: true, points: 0, .. } => Some("Loading history"),
        Info { known: true, points: 0, .. } => Some("No points in this window"),
        _ => None,
    }
}

/// What the line says, for those who do not see it.
pub(super) fn summary(
    info: &Info,
    window: u64,
    words: &impl Fn(f64) -> String,
    unit: &str,
) -> String {
    let window = WINDOWS.iter().find(|it| it.millis == window).map_or("window", |it| it.long);
    match (info.points, info.min, info.max) {
        (0, ..) | (_, None, _) | (_, _, None) => format!("Last {window}: no points"),
        (points, Some(min), Some(max)) => format!(
            "Last {window}: {} {}, lowest {}{unit}, highest {}{unit}{}",
            format::count(points),
            if points == 1 { "point" } else { "points" },
            words(min),
            words(max),
            if info.loading { ", more history is loading" } else { "" },
        ),
    }
}
