//! What a server keeps of channels, and answers to questions for it.

use std::collections::BTreeMap;

use mcs_model::api::{
    self, Absence, BucketColumns, History, HistoryPoint, PointColumns, Series, SeriesData, Summary,
};
use mcs_model::{Timestamp, Value};

/// Points by channel and time, and when the device was away.
#[derive(Default)]
pub(crate) struct Historian {
    /// Those by arrival under the channel's id and `@`.
    pub(crate) points: BTreeMap<String, BTreeMap<u64, Value>>,
    pub(crate) absences: Vec<Absence>,
    /// What time it is there.
    pub(crate) now: u64,
}

impl Historian {
    pub(crate) fn keep(&mut self, channel: &str, at: u64, value: Value) {
        self.points.entry(channel.to_owned()).or_default().insert(at, value);
    }

    /// The answer to `GET /api/devices/D1/channels/…`, if that is what `call` is.
    pub(crate) fn answer(&self, call: &str) -> Option<Vec<u8>> {
        let call = call.strip_prefix("GET /api/devices/D1/channels/")?;
        let (channel, rest) = call.split_once('/')?;
        let (what, query) = rest.split_once('?')?;
        let (query, by) = match query.strip_suffix("&time=arrival") {
            Some(query) => (query, "@"),
            None => (query, ""),
        };
        let query: BTreeMap<_, u64> = query
            .split('&')
            .map(|it| it.split_once('=').unwrap())
            .map(|(name, value)| (name, value.parse().unwrap()))
            .collect();
        let points = self.points.get(&format!("{channel}{by}"))?;
        let start = query.get("start").copied().unwrap_or(0);
        let end = query.get("end").copied().unwrap_or(self.now);
        match what {
            "points" => Some(api::to_json(&newest(points, start, end, query["limit"]))),
            "series" => {
                let absences = self.absences.clone();
                Some(api::to_json(&Series {
                    absences,
                    ..series(points, start, end, query["buckets"])
                }))
            }
            _ => None,
        }
    }
}

fn newest(points: &BTreeMap<u64, Value>, start: u64, end: u64, limit: u64) -> History {
    let within = points.range(start..=end).rev().take(limit as usize);
    let mut points: Vec<_> = within
        .map(|(at, value)| HistoryPoint { at: Timestamp::from_millis(*at), value: value.clone() })
        .collect();
    points.reverse();
    History { points, truncated: false }
}

fn series(points: &BTreeMap<u64, Value>, start: u64, end: u64, most: u64) -> Series {
    let text = |value: &Value| value.as_number().is_none().then(|| value.to_string());
    let mut buckets: BTreeMap<u64, Vec<&Value>> = BTreeMap::new();
    let within: Vec<_> = points.range(start..=end).collect();
    if within.len() as u64 <= most {
        let columns = PointColumns {
            at: within.iter().map(|it| Timestamp::from_millis(*it.0)).collect(),
            number: within.iter().map(|it| it.1.as_number()).collect(),
            period: Vec::new(),
            text: within.iter().map(|it| text(it.1)).collect(),
        };
        let (start, end) = (Timestamp::from_millis(start), Timestamp::from_millis(end));
        return Series { start, end, data: SeriesData::Points(columns), absences: Vec::new() };
    }
    let step = (1..).find(|step| end / step - start / step < most).unwrap();
    let (start, end) = (start / step * step, end / step * step + step - 1);
    for (at, value) in points.range(start..=end) {
        buckets.entry(at / step * step).or_default().push(value);
    }
    let number = |pick: fn(&[f64]) -> f64| {
        let of = |it: &Vec<&Value>| {
            let numbers: Vec<_> = it.iter().filter_map(|it| it.as_number()).collect();
            (!numbers.is_empty()).then(|| pick(&numbers))
        };
        buckets.values().map(of).collect::<Vec<_>>()
    };
    let columns = BucketColumns {
        step,
        at: buckets.keys().map(|at| Timestamp::from_millis(*at)).collect(),
        count: buckets.values().map(|it| it.len() as u64).collect(),
        number: Summary {
            min: number(|it| it.iter().copied().fold(f64::INFINITY, f64::min)),
            max: number(|it| it.iter().copied().fold(f64::NEG_INFINITY, f64::max)),
            first: number(|it| it[0]),
            last: number(|it| it[it.len() - 1]),
        },
        period: Summary::default(),
        text: buckets.values().map(|it| text(it[it.len() - 1])).collect(),
    };
    let (start, end) = (Timestamp::from_millis(start), Timestamp::from_millis(end));
    Series { start, end, data: SeriesData::Buckets(columns), absences: Vec::new() }
}
