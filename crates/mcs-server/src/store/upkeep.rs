//! What is done in the background: points that are kept no longer, space, the log's length.
//!
//! Every step is a short transaction, so that nobody waits for the whole.

use std::time::Duration;

use anyhow::{Context as _, Result};
use mcs_model::Timestamp;
use sqlx::{AssertSqlSafe, SqliteConnection};
use tokio::time::sleep;

use super::removal::delete_oldest;
use super::rollups::SLOT;
use super::writer::millis;
use super::{PATIENCE, Store, reserve};
use crate::retention::KeepRule;

/// Between two steps: at least as long as a step should take.
const PAUSE: Duration = Duration::from_millis(10);
/// Pages that are given back to the disk in one step.
const PAGES_AT_ONCE: u32 = 256;
/// The log's length from which on its start over is forced, in bytes.
const LONG_LOG: u64 = 64 << 20;
/// How long readers and writers may hold up that start, in milliseconds; it holds up writers meanwhile.
const LOG_PATIENCE: u128 = 50;

/// Time and number of a point: its place in its series.
type Place = (i64, i64);

impl Store {
    /// Deletes all that is kept no longer, step by step.
    pub(crate) async fn keep(&self, now: Timestamp, rules: &[KeepRule]) -> Result<()> {
        while self.delete_removed().await? {
            sleep(PAUSE).await;
        }
        if !rules.is_empty() {
            let channels: Vec<(i64, String, String, Option<String>)> = sqlx::query_as(
                "SELECT s.id, s.device, s.channel, d.prototype \
                 FROM (SELECT id, device, channel FROM series UNION ALL \
                 SELECT id, device, channel FROM hidden_series) s \
                 LEFT JOIN devices d ON d.id = s.device",
            )
            .fetch_all(&self.pool)
            .await?;
            for (series, device, channel, prototype) in channels {
                if let Some(rule) = KeepRule::find(rules, prototype.as_deref(), &channel) {
                    self.keep_series(series, now, rule).await?;
                    if let Some(since) = rule.since(now) {
                        self.delete_runs(&device, &channel, since).await?;
                    }
                }
            }
            self.forget_absences().await?;
        }
        self.give_back().await
    }

    async fn keep_series(&self, series: i64, now: Timestamp, rule: &KeepRule) -> Result<()> {
        let mut connection = self.pool.acquire().await?;
        let newest: Option<Place> =
            sqlx::query_as(NEWEST).bind(series).fetch_optional(&mut *connection).await?;
        let Some(newest) = newest else { return Ok(()) };
        let mut outdated: Option<Place> = None;
        if let Some(since) = rule.since(now) {
            outdated = sqlx::query_as(LAST_BEFORE)
                .bind(series)
                .bind(millis(since).min(newest.0))
                .fetch_optional(&mut *connection)
                .await?;
        }
        if let Some(points) = rule.points {
            let points = i64::try_from(points.get()).unwrap_or(i64::MAX);
            outdated = outdated.max(surplus(&mut connection, series, points).await?);
        }
        drop(connection);
        let Some(outdated) = outdated else { return Ok(()) };
        loop {
            let mut tx = self.begin().await?;
            let done = delete_oldest(&mut tx, series, outdated).await?;
            tx.commit().await?;
            sleep(PAUSE).await;
            if done {
                return Ok(());
            }
        }
    }

    /// Gives space back to the disk if much is free inside of the database.
    async fn give_back(&self) -> Result<()> {
        let mut wanted = false;
        loop {
            let mut connection = self.write.acquire().await?;
            let pages = |name| sqlx::query_scalar::<_, u32>(name);
            let free = pages("PRAGMA freelist_count").fetch_one(&mut *connection).await?;
            let all = pages("PRAGMA page_count").fetch_one(&mut *connection).await?;
            // What is free is soon used again; only where a lot was deleted is it worth the work.
            wanted = free > all / if wanted { 16 } else { 8 } && free > PAGES_AT_ONCE;
            if !wanted {
                return Ok(());
            }
            let vacuum = format!("PRAGMA incremental_vacuum({PAGES_AT_ONCE})");
            sqlx::raw_sql(AssertSqlSafe(vacuum)).execute(&mut *connection).await?;
            let left = pages("PRAGMA freelist_count").fetch_one(&mut *connection).await?;
            if left >= free {
                // The database was made without this possibility.
                return Ok(());
            }
            drop(connection);
            sleep(PAUSE).await;
        }
    }

    /// Looks at the disk, and at the log's length: readers who follow one another without a gap would
    /// let it grow for ever.
    pub(crate) async fn look_around(&self) -> Result<()> {
        let folder = self.file.parent().unwrap_or(&self.file);
        let free = reserve::free(folder).context("the disk's space is not known")?;
        self.health.observe_free(free);
        reserve::release(folder, free);
        reserve::take(folder, free);
        let log = self.file.with_extension("sqlite3-wal");
        if tokio::fs::metadata(&log).await.is_ok_and(|it| it.len() > LONG_LOG) {
            self.start_log_over().await?;
        }
        Ok(())
    }

    /// Moves the log into the database and begins it anew, unless somebody still reads from it.
    pub(super) async fn start_log_over(&self) -> Result<()> {
        let mut connection = self.write.acquire().await?;
        let patience = async |connection: &mut SqliteConnection, millis: u128| {
            let patience = format!("PRAGMA busy_timeout = {millis}");
            sqlx::raw_sql(AssertSqlSafe(patience)).execute(connection).await
        };
        patience(&mut connection, LOG_PATIENCE).await?;
        let outcome =
            sqlx::raw_sql("PRAGMA wal_checkpoint(TRUNCATE)").execute(&mut *connection).await;
        patience(&mut connection, PATIENCE.as_millis()).await?;
        outcome?;
        Ok(())
    }
}

/// The newest point of a series.
pub(super) const NEWEST: &str = "SELECT at, arrived FROM points WHERE series = ? \
     ORDER BY at DESC, arrived DESC LIMIT 1";
/// The last point of a series before a time.
pub(super) const LAST_BEFORE: &str = "SELECT at, arrived FROM points WHERE series = ? AND at < ? \
     ORDER BY at DESC, arrived DESC LIMIT 1";
/// How many points each slot holds, from the newest on.
pub(super) const SLOTS: &str =
    "SELECT slot, count FROM rollups WHERE series = ? ORDER BY slot DESC";
/// One of the points before a time, counted backwards.
pub(super) const NTH_BEFORE: &str = "SELECT at, arrived FROM points WHERE series = ? AND at < ? \
     ORDER BY at DESC, arrived DESC LIMIT 1 OFFSET ?";

/// The newest point of a series beyond the `kept` newest.
async fn surplus(
    connection: &mut SqliteConnection,
    series: i64,
    mut kept: i64,
) -> Result<Option<Place>> {
    let slots: Vec<(i64, i64)> =
        sqlx::query_as(SLOTS).bind(series).fetch_all(&mut *connection).await?;
    for (slot, count) in slots {
        if count <= kept {
            kept -= count;
            continue;
        }
        let nth = sqlx::query_as(NTH_BEFORE).bind(series).bind((slot + 1) * SLOT).bind(kept);
        return Ok(nth.fetch_optional(connection).await?);
    }
    Ok(None)
}
