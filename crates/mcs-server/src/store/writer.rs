//! One task writes all points: it takes whatever waits and commits it once.

use std::collections::BTreeMap;
use std::ops::RangeInclusive;
use std::sync::Arc;

use anyhow::{Result, anyhow};
use mcs_model::{ChannelId, DataPoint, DeviceId};
use sqlx::sqlite::SqlitePool;
use sqlx::{QueryBuilder, Sqlite, Transaction};
use tokio::sync::{mpsc, oneshot};
use tokio::task::JoinHandle;

/// A point on its way to the disk.
#[derive(Clone, Debug)]
pub(crate) struct StoredPoint {
    /// The device that it belongs to.
    pub(crate) device: DeviceId,
    /// The point.
    pub(crate) point: DataPoint,
}

/// A write that is queued; resolves when it is on the disk.
#[must_use = "a write that nobody waits for may still fail"]
pub(crate) struct Pending(oneshot::Receiver<Result<(), Arc<sqlx::Error>>>);

impl Pending {
    /// Waits for the commit.
    pub(crate) async fn committed(self) -> Result<()> {
        match self.0.await {
            Ok(Ok(())) => Ok(()),
            Ok(Err(error)) => Err(anyhow!(error).context("the points could not be stored")),
            Err(_) => Err(anyhow!("the server stops")),
        }
    }
}

/// The way to the writing task. Clones share it.
#[derive(Clone)]
pub(super) struct Writer {
    queue: mpsc::Sender<Job>,
    task: Arc<tokio::sync::Mutex<Option<JoinHandle<()>>>>,
}

enum Job {
    Write(Vec<StoredPoint>, oneshot::Sender<Result<(), Arc<sqlx::Error>>>),
    Stop,
}

/// Requests that may wait before their senders do.
const QUEUE: usize = 4096;
/// Most requests in one commit.
const BATCH: usize = 1024;
/// Rows in one statement; four parameters each, of SQLite's 32766.
const ROWS: usize = 512;

impl Writer {
    pub(super) fn spawn(pool: SqlitePool) -> Self {
        let (queue, jobs) = mpsc::channel(QUEUE);
        let task = tokio::spawn(run(pool, jobs));
        Self { queue, task: Arc::new(tokio::sync::Mutex::new(Some(task))) }
    }

    /// Queues `points`; waits while the queue is full.
    pub(super) async fn write(&self, points: Vec<StoredPoint>) -> Result<Pending> {
        let (done, committed) = oneshot::channel();
        let sent = self.queue.send(Job::Write(points, done)).await;
        sent.map_err(|_| anyhow!("the server stops"))?;
        Ok(Pending(committed))
    }

    /// Commits everything queued so far and ends the task.
    pub(super) async fn stop(&self) {
        // An error means that the task has ended already.
        let _ = self.queue.send(Job::Stop).await;
        if let Some(task) = self.task.lock().await.take()
            && let Err(error) = task.await
        {
            tracing::error!(%error, "the writing task failed");
        }
    }
}

async fn run(pool: SqlitePool, mut jobs: mpsc::Receiver<Job>) {
    let mut series = Series::default();
    let mut batch = Vec::with_capacity(BATCH);
    let mut stopping = false;
    while !stopping && jobs.recv_many(&mut batch, BATCH).await > 0 {
        let mut points = Vec::new();
        let mut waiting = Vec::new();
        for job in batch.drain(..) {
            match job {
                Job::Write(more, done) => {
                    points.extend(more);
                    waiting.push(done);
                }
                Job::Stop => stopping = true,
            }
        }
        let outcome = series.commit(&pool, &points).await.map_err(Arc::new);
        if let Err(error) = &outcome {
            tracing::error!(%error, points = points.len(), "points could not be stored");
        }
        for done in waiting {
            // Whoever gave up waiting does not need the answer.
            let _ = done.send(outcome.clone());
        }
    }
}

/// Numbers of the series seen so far.
#[derive(Default)]
struct Series {
    numbers: BTreeMap<(DeviceId, ChannelId), i64>,
}

impl Series {
    async fn commit(&mut self, pool: &SqlitePool, points: &[StoredPoint]) -> sqlx::Result<()> {
        if points.is_empty() {
            return Ok(());
        }
        let outcome = self.try_commit(pool, points).await;
        if outcome.is_err() {
            // Numbers that were new in the failed transaction do not exist.
            self.numbers.clear();
        }
        outcome
    }

    async fn try_commit(&mut self, pool: &SqlitePool, points: &[StoredPoint]) -> sqlx::Result<()> {
        let mut tx = pool.begin_with("BEGIN IMMEDIATE").await?;
        let mut arrivals = arrivals(&mut tx, points.len()).await?;
        for points in points.chunks(ROWS) {
            let mut rows = Vec::with_capacity(points.len());
            for (stored, arrived) in points.iter().zip(&mut arrivals) {
                rows.push((self.number(&mut tx, stored).await?, arrived, stored));
            }
            let mut insert =
                QueryBuilder::<Sqlite>::new("INSERT INTO points (series, at, arrived, value) ");
            insert.push_values(rows, |mut row, (series, arrived, stored)| {
                row.push_bind(series)
                    .push_bind(millis(stored.point.timestamp))
                    .push_bind(arrived)
                    .push_bind(super::points::encode(&stored.point.value));
            });
            insert.build().persistent(false).execute(&mut *tx).await?;
        }
        tx.commit().await
    }

    async fn number(
        &mut self,
        tx: &mut Transaction<'static, Sqlite>,
        stored: &StoredPoint,
    ) -> sqlx::Result<i64> {
        let key = (stored.device.clone(), stored.point.channel.clone());
        if let Some(number) = self.numbers.get(&key) {
            return Ok(*number);
        }
        let number = sqlx::query_scalar(
            "INSERT INTO series (device, channel) VALUES (?, ?) \
             ON CONFLICT DO UPDATE SET device = excluded.device RETURNING id",
        )
        .bind(key.0.as_str())
        .bind(key.1.as_str())
        .fetch_one(&mut **tx)
        .await?;
        self.numbers.insert(key, number);
        Ok(number)
    }
}

/// The numbers of the next `count` points to arrive.
async fn arrivals(
    tx: &mut Transaction<'static, Sqlite>,
    count: usize,
) -> sqlx::Result<RangeInclusive<i64>> {
    let count = i64::try_from(count).unwrap_or(i64::MAX);
    let last: i64 = sqlx::query_scalar("UPDATE arrivals SET n = n + ? RETURNING n")
        .bind(count)
        .fetch_one(&mut **tx)
        .await?;
    Ok(last - count + 1..=last)
}

/// SQLite's integers are signed; the ingest refuses what does not fit.
pub(super) fn millis(timestamp: mcs_model::Timestamp) -> i64 {
    i64::try_from(timestamp.as_millis()).unwrap_or(i64::MAX)
}
