//! A channel's history as a chart wants it: a bounded number of buckets, whatever lies below them.

use anyhow::Result;
use futures_util::TryStreamExt as _;
use mcs_model::api::{BucketColumns, PointColumns, PointTime, Series, SeriesData, Summary};
use mcs_model::{ChannelId, DeviceId, Timestamp, Value};
use sqlx::sqlite::SqliteRow;
use sqlx::{AssertSqlSafe, Row as _, SqliteConnection};

use super::rollups::SLOT;
use super::value::{self, NUMBER, PERIOD};
use super::writer::millis;
use super::{Store, absences, arrivals, points::timestamp};

/// What part of a history, and how finely.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Extent {
    /// By which of the points' times.
    pub(crate) time: PointTime,
    /// The earliest, included; the oldest point if absent.
    pub(crate) start: Option<Timestamp>,
    /// The latest, included.
    pub(crate) end: Timestamp,
    /// How many buckets, or points, at most. At least 1.
    pub(crate) buckets: u32,
}

/// Most bytes of a text in a series.
const MAX_TEXT: i64 = 1000;
/// More points than this are never read for one answer: the buckets become as large as rollups.
const MAX_READ: i64 = 300_000;

/// Lengths of buckets that people can read off an axis, in milliseconds. From a slot on, all are
/// multiples of it.
const STEPS: [i64; 26] = {
    const S: i64 = 1000;
    const M: i64 = 60 * S;
    const H: i64 = 60 * M;
    const D: i64 = 24 * H;
    [
        1,
        2,
        5,
        10,
        20,
        50,
        100,
        200,
        500,
        S,
        2 * S,
        5 * S,
        10 * S,
        20 * S,
        30 * S,
        M,
        2 * M,
        5 * M,
        10 * M,
        30 * M,
        H,
        2 * H,
        6 * H,
        12 * H,
        D,
        7 * D,
    ]
};

/// The points of a window. Of what is too long there is neither kind nor value.
pub(super) const POINTS: &str = "SELECT at, \
     iif(octet_length(value) > ?4, NULL, kind) AS kind, \
     iif(octet_length(value) > ?4, NULL, value) AS value \
     FROM points WHERE series = ?1 AND at BETWEEN ?2 AND ?3 ORDER BY at, arrived LIMIT ?5";

/// The buckets of ?2 ms that the JSON array ?4 numbers, with the first and the last point of each; those
/// without a point are left out. Aggregates come from the points or from the rollups ([`of_points`],
/// [`of_rollups`]).
fn buckets(aggregates: &str, source: &str) -> String {
    let end = |order| {
        format!(
            "(SELECT at, arrived FROM points WHERE series = ?1 AND at >= b.n * ?2 \
             AND at < b.n * ?2 + ?2 ORDER BY at {order}, arrived {order} LIMIT 1)"
        )
    };
    let (first, last) = (end("ASC"), end("DESC"));
    // A range is searched for each bucket: grouping the whole window by time would sort all that it holds.
    // The few buckets are sorted before they are handed over: a row that comes alone costs more than that.
    format!(
        "WITH b (n, count, low, high, low2, high2) AS MATERIALIZED (\
         SELECT n, {aggregates} FROM (SELECT rowid AS place, value AS n FROM json_each(?4)) \
         JOIN {source} GROUP BY place) \
         SELECT b.*, \
         iif(octet_length(f.value) > ?3, NULL, f.kind) AS first_kind, \
         iif(octet_length(f.value) > ?3, NULL, f.value) AS first_value, \
         iif(octet_length(l.value) > ?3, NULL, l.kind) AS last_kind, \
         iif(octet_length(l.value) > ?3, NULL, l.value) AS last_value \
         FROM b JOIN points f ON f.series = ?1 AND (f.at, f.arrived) = {first} \
         JOIN points l ON l.series = ?1 AND (l.at, l.arrived) = {last} ORDER BY n"
    )
}

pub(super) fn of_points() -> String {
    buckets(
        &format!("COUNT(*), MIN({NUMBER}), MAX({NUMBER}), MIN({PERIOD}), MAX({PERIOD})"),
        "points ON series = ?1 AND at >= n * ?2 AND at < n * ?2 + ?2",
    )
}

pub(super) fn of_rollups() -> String {
    buckets(
        "SUM(count), MIN(low), MAX(high), MIN(low2), MAX(high2)",
        &format!(
            "rollups ON series = ?1 AND slot BETWEEN n * ?2 / {SLOT} AND (n * ?2 + (?2 - 1)) / {SLOT}"
        ),
    )
}

impl Store {
    /// A channel's history in at most so many parts: the points themselves if they are few, else buckets.
    pub(crate) async fn series(
        &self,
        device: &DeviceId,
        channel: &ChannelId,
        extent: Extent,
    ) -> Result<Series> {
        self.writer.settle().await;
        // One state of the database for all questions.
        let mut tx = self.pool.begin().await?;
        let series: Option<i64> =
            sqlx::query_scalar("SELECT id FROM series WHERE device = ? AND channel = ?")
                .bind(device.as_str())
                .bind(channel.as_str())
                .fetch_optional(&mut *tx)
                .await?;
        let end = millis(extent.end);
        let start = match (extent.start, series) {
            (Some(start), _) => millis(start),
            (None, Some(series)) => oldest(&mut tx, series, extent.time).await?.unwrap_or(end),
            (None, None) => end,
        };
        let start = start.min(end);
        let mut window = Window { series: series.unwrap_or(-1), time: extent.time, start, end };
        let most = i64::from(extent.buckets.max(1));
        let data = match window.points(&mut tx, most).await? {
            Some(points) => SeriesData::Points(points),
            None => SeriesData::Buckets(window.buckets(&mut tx, most).await?),
        };
        Ok(Series {
            start: timestamp(window.start),
            end: timestamp(window.end),
            data,
            absences: absences::within(&mut tx, device, window.start, window.end).await?,
        })
    }
}

/// A part of one series; both ends are included.
struct Window {
    series: i64,
    time: PointTime,
    start: i64,
    end: i64,
}

impl Window {
    /// All points, if they are not more than `most`.
    async fn points(&self, tx: &mut SqliteConnection, most: i64) -> Result<Option<PointColumns>> {
        let (many, statement) = match self.time {
            PointTime::Device => {
                // The slots between those that the ends cut lie in the window as a whole.
                let inner = (self.start / SLOT + 1, self.end / SLOT - 1);
                (self.count(tx, inner.0, inner.1).await? > most, POINTS)
            }
            PointTime::Arrival => {
                let window = (self.series, self.start, self.end);
                (arrivals::are_more(tx, window, most).await?, arrivals::POINTS)
            }
        };
        if many {
            return Ok(None);
        }
        let mut rows = sqlx::query(statement)
            .bind(self.series)
            .bind(self.start)
            .bind(self.end)
            .bind(MAX_TEXT)
            .bind(most + 1)
            .fetch(tx);
        let mut columns = PointColumns::default();
        while let Some(row) = rows.try_next().await? {
            if i64::try_from(columns.at.len())? == most {
                return Ok(None);
            }
            let entry = Entry::read(&row, "kind", "value")?;
            columns.at.push(timestamp(row.try_get("at")?));
            columns.number.push(entry.number);
            columns.period.push(entry.period);
            columns.text.push(entry.text);
        }
        drop_empty(&mut columns.number);
        drop_empty(&mut columns.period);
        drop_empty(&mut columns.text);
        Ok(Some(columns))
    }

    /// What the points come to. The window is of whole buckets afterwards.
    async fn buckets(&mut self, tx: &mut SqliteConnection, most: i64) -> Result<BucketColumns> {
        let mut step = step(self.start, self.end, most);
        let by_arrival = self.time == PointTime::Arrival;
        if !by_arrival
            && step < SLOT
            && self.count(tx, self.start / SLOT, self.end / SLOT).await? > MAX_READ
        {
            step = SLOT;
        }
        // Whole buckets: they stay what they are while the window moves.
        let (first, last) = (self.start / step, self.end / step);
        self.start = first * step;
        self.end = (last * step).saturating_add(step - 1);
        let statement = match step < SLOT {
            _ if by_arrival => arrivals::buckets(),
            true => of_points(),
            false => of_rollups(),
        };
        let numbers = match by_arrival {
            true => String::new(),
            false => serde_json::to_string(&(first..=last).collect::<Vec<_>>())?,
        };
        let mut columns = BucketColumns { step: step.unsigned_abs(), ..BucketColumns::default() };
        let mut rows = sqlx::query(AssertSqlSafe(statement))
            .bind(self.series)
            .bind(step)
            .bind(MAX_TEXT)
            .bind(numbers)
            .bind(self.start)
            .bind(self.end)
            .fetch(tx);
        while let Some(row) = rows.try_next().await? {
            let first = Entry::read(&row, "first_kind", "first_value")?;
            let last = Entry::read(&row, "last_kind", "last_value")?;
            columns.at.push(timestamp(row.try_get::<i64, _>("n")? * step));
            columns.count.push(row.try_get::<i64, _>("count")?.unsigned_abs());
            let number = (row.try_get("low")?, row.try_get("high")?);
            push(&mut columns.number, number, first.number, last.number);
            let period = (row.try_get("low2")?, row.try_get("high2")?);
            push(&mut columns.period, period, first.period, last.period);
            columns.text.push(last.text);
        }
        for summary in [&mut columns.number, &mut columns.period] {
            if summary.min.iter().all(Option::is_none) {
                *summary = Summary::default();
            }
        }
        drop_empty(&mut columns.text);
        Ok(columns)
    }

    /// How many points the slots from `first` to `last` hold.
    async fn count(&self, tx: &mut SqliteConnection, first: i64, last: i64) -> Result<i64> {
        let count = sqlx::query_scalar(COUNT).bind(self.series).bind(first).bind(last);
        Ok(count.fetch_one(tx).await?)
    }
}

/// How many points some slots of a series hold.
pub(super) const COUNT: &str =
    "SELECT coalesce(SUM(count), 0) FROM rollups WHERE series = ? AND slot BETWEEN ? AND ?";

async fn oldest(tx: &mut SqliteConnection, series: i64, time: PointTime) -> Result<Option<i64>> {
    let oldest = sqlx::query_scalar(match time {
        PointTime::Device => "SELECT MIN(at) FROM points WHERE series = ?",
        PointTime::Arrival => arrivals::OLDEST,
    });
    Ok(oldest.bind(series).fetch_one(tx).await?)
}

/// The shortest bucket of which `most` reach from `start` to `end`.
fn step(start: i64, end: i64, most: i64) -> i64 {
    let enough = |step: &i64| end / step - start / step < most;
    let week = STEPS[STEPS.len() - 1];
    let weeks = std::iter::successors(Some(week), |weeks| weeks.checked_mul(2));
    STEPS.into_iter().chain(weeks).find(enough).unwrap_or(i64::MAX)
}

/// A value's parts, in the columns where they go.
struct Entry {
    number: Option<f64>,
    period: Option<f64>,
    text: Option<String>,
}

impl Entry {
    fn read(row: &SqliteRow, kind: &str, value: &str) -> Result<Self> {
        if row.try_get::<Option<i64>, _>(kind)?.is_none() {
            // It is too long.
            return Ok(Self { number: None, period: None, text: None });
        }
        let (value, _) = value::decode(row, kind, value)?;
        let (number, period) = value::numbers(&value);
        let text = number.is_none().then(|| value.to_string());
        let text = text.filter(|_| !matches!(value, Value::Image(_)));
        Ok(Self { number, period, text })
    }
}

fn push(
    to: &mut Summary,
    (min, max): (Option<f64>, Option<f64>),
    first: Option<f64>,
    last: Option<f64>,
) {
    to.min.push(min);
    to.max.push(max);
    to.first.push(first);
    to.last.push(last);
}

fn drop_empty<T>(column: &mut Vec<Option<T>>) {
    if column.iter().all(Option::is_none) {
        column.clear();
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn there_is_a_step_for_every_window_and_slots_are_never_cut() {
        assert_eq!(step(0, 999, 1000), 1);
        assert_eq!(step(0, 1000, 1000), 2);
        assert_eq!(step(1, 30 * 86_400_000, 800), 3_600_000);
        assert_eq!(step(0, i64::MAX, 1), i64::MAX);
        for (at, step) in STEPS.into_iter().enumerate() {
            assert!(step < SLOT || step % SLOT == 0, "{step}");
            assert!(at == 0 || STEPS[at - 1] < step, "{step}");
        }
    }
}
