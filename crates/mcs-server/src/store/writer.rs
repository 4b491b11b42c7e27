//! One task writes all points: it takes whatever waits and commits it once.
//!
//! For points that nobody waits for it waits itself: a commit costs as much for one point as for some, and wears the
//! disk. Whoever reads points meanwhile [settles](Writer::settle) them first, and so misses none.

mod commit;

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use anyhow::{Result, anyhow};
use mcs_model::{DataPoint, DeviceId, Timestamp};
use sqlx::sqlite::SqlitePool;
use tokio::sync::{Notify, mpsc, oneshot};
use tokio::task::JoinHandle;
use tokio::time::{sleep, timeout};

use super::health::{Health, Trouble, Unavailable};
use commit::Series;

/// Points of one device on their way to the disk.
#[derive(Clone, Debug)]
pub(crate) struct Write {
    pub(crate) device: DeviceId,
    pub(crate) points: Vec<DataPoint>,
    /// When they came.
    pub(crate) came: Timestamp,
    /// They may be stored already: those that their channel holds, with the same time and value, are not stored again
    /// [MQTT-4.4.0-1].
    pub(crate) resent: bool,
}

/// A write that is queued; resolves when it is on the disk.
#[must_use = "a write that nobody waits for may still fail"]
pub(crate) struct Pending(oneshot::Receiver<Result<(), Trouble>>);

impl Pending {
    /// Waits for the commit. [`Unavailable`] if the database takes nothing at present.
    pub(crate) async fn committed(self) -> Result<()> {
        match self.0.await {
            Ok(Ok(())) => Ok(()),
            Ok(Err(trouble)) => Err(anyhow!(Unavailable(trouble))),
            Err(_) => Err(anyhow!("the server stops")),
        }
    }
}

/// The way to the writing task. Clones share it.
#[derive(Clone)]
pub(super) struct Writer {
    queue: mpsc::Sender<Job>,
    /// Ends the wait for more.
    hurry: Arc<Notify>,
    /// Writes that nobody waits for and that are not on the disk yet.
    unsettled: Arc<AtomicUsize>,
    health: Health,
    task: Arc<tokio::sync::Mutex<Option<JoinHandle<()>>>>,
}

enum Job {
    Write(Write, oneshot::Sender<Result<(), Trouble>>),
    /// Nobody waits for it.
    Later(Write),
    /// Somebody waits for all that came before.
    Settle(oneshot::Sender<Result<(), Trouble>>),
    Stop,
}

impl Job {
    fn is_awaited(&self) -> bool {
        !matches!(self, Self::Later(_))
    }
}

/// Requests that may wait before their senders do.
const QUEUE: usize = 4096;
/// Most requests in one commit.
const BATCH: usize = 1024;
/// How long a commit waits for as many requests as the last one had. Clients that wait for their
/// acknowledgement send the next request soon after; a commit without them costs as much.
const GATHER: Duration = Duration::from_millis(2);
/// How long what nobody waits for waits for more. So much of it is lost when the power goes.
const LINGER: Duration = Duration::from_millis(50);
/// How long to wait before every attempt while the database takes nothing: this slows down those who
/// send. Without any write, an attempt is made as often.
const RETRY: Duration = Duration::from_millis(500);

impl Writer {
    pub(super) fn spawn(pool: SqlitePool, health: Health) -> Self {
        let (queue, jobs) = mpsc::channel(QUEUE);
        let unsettled = Arc::new(AtomicUsize::new(0));
        let hurry = Arc::new(Notify::new());
        let task = tokio::spawn(run(pool, health.clone(), jobs, hurry.clone(), unsettled.clone()));
        let task = Arc::new(tokio::sync::Mutex::new(Some(task)));
        Self { queue, hurry, unsettled, health, task }
    }

    /// Queues a write; waits while the queue is full.
    pub(super) async fn write(&self, write: Write) -> Result<Pending> {
        let (done, committed) = oneshot::channel();
        self.send(Job::Write(write, done)).await?;
        Ok(Pending(committed))
    }

    /// The same for a write that nobody waits for.
    pub(super) async fn write_later(&self, write: Write) -> Result<()> {
        let place = self.queue.reserve().await.map_err(|_| anyhow!("the server stops"))?;
        // Not before: whoever waits for a place may be dropped.
        self.unsettled.fetch_add(1, Ordering::Relaxed);
        place.send(Job::Later(write));
        if self.queue.max_capacity() - self.queue.capacity() >= BATCH {
            self.hurry.notify_one();
        }
        Ok(())
    }

    /// Waits until everything queued so far is on the disk, if the database takes it at present.
    pub(super) async fn settle(&self) {
        if self.unsettled.load(Ordering::Relaxed) == 0 || self.health.trouble().is_some() {
            return;
        }
        let (done, settled) = oneshot::channel();
        if self.send(Job::Settle(done)).await.is_ok() {
            // Why something was not stored is told elsewhere.
            let _ = settled.await;
        }
    }

    /// Queues what somebody waits for.
    async fn send(&self, job: Job) -> Result<()> {
        self.queue.send(job).await.map_err(|_| anyhow!("the server stops"))?;
        self.hurry.notify_one();
        Ok(())
    }

    /// Commits everything queued so far and ends the task.
    pub(super) async fn stop(&self) {
        // An error means that the task has ended already.
        let _ = self.send(Job::Stop).await;
        if let Some(task) = self.task.lock().await.take()
            && let Err(error) = task.await
        {
            tracing::error!(%error, "the writing task failed");
        }
    }
}

async fn run(
    pool: SqlitePool,
    health: Health,
    mut jobs: mpsc::Receiver<Job>,
    hurry: Arc<Notify>,
    unsettled: Arc<AtomicUsize>,
) {
    let mut series = Series::default();
    let mut batch = Vec::with_capacity(BATCH);
    let mut before = 0;
    let mut stopping = false;
    while !stopping {
        if health.trouble().is_some() {
            sleep(RETRY).await;
            if timeout(Duration::ZERO, jobs.recv_many(&mut batch, BATCH)).await.is_err() {
                if !health.full() {
                    // Whether it succeeds is told by the log and by the next question.
                    let _ = health.observe(&probe(&pool).await);
                }
                continue;
            }
        } else {
            tokio::select! {
                _ = jobs.recv_many(&mut batch, BATCH) => {}
                // Then whether it is over has to be found out.
                () = health.worsens() => continue,
            }
            before = gather(&mut jobs, &mut batch, &hurry, before).await;
        }
        if batch.is_empty() {
            // Nobody can write any more.
            break;
        }
        let mut writes = Vec::with_capacity(batch.len());
        let mut waiting = Vec::with_capacity(batch.len());
        let mut later = 0;
        for job in batch.drain(..) {
            match job {
                Job::Write(write, done) => {
                    writes.push(write);
                    waiting.push(done);
                }
                Job::Later(write) => {
                    writes.push(write);
                    later += 1;
                }
                Job::Settle(done) => waiting.push(done),
                Job::Stop => stopping = true,
            }
        }
        let outcome = match health.full() {
            false => health.observe(&series.commit(&pool, &writes).await),
            true => Err(Trouble::Full),
        };
        unsettled.fetch_sub(later, Ordering::Relaxed);
        for done in waiting {
            // Whoever gave up waiting does not need the answer.
            let _ = done.send(outcome);
        }
    }
}

/// Takes what comes soon after a first job, as long as waiting is worth it. How many of all are awaited, as was the last
/// time.
async fn gather(
    jobs: &mut mpsc::Receiver<Job>,
    batch: &mut Vec<Job>,
    hurry: &Notify,
    before: usize,
) -> usize {
    let awaited = |batch: &[Job]| batch.iter().filter(|it| it.is_awaited()).count();
    if awaited(batch) == 0 && batch.len() < BATCH {
        // Nothing that comes meanwhile wakes anybody.
        let _ = timeout(LINGER, hurry.notified()).await;
        while batch.len() < BATCH
            && let Ok(job) = jobs.try_recv()
        {
            batch.push(job);
        }
    }
    let mut here = awaited(batch);
    let more = async {
        while (1..before).contains(&here) && batch.len() < BATCH {
            let (old, room) = (batch.len(), BATCH - batch.len());
            if jobs.recv_many(batch, room).await == 0 {
                break;
            }
            here += awaited(&batch[old..]);
        }
    };
    // Too few are no harm.
    let _ = timeout(GATHER, more).await;
    here
}

/// Whether something can be written, and something more than a page.
async fn probe(pool: &SqlitePool) -> sqlx::Result<()> {
    let mut tx = pool.begin_with("BEGIN IMMEDIATE").await?;
    sqlx::query("INSERT INTO points VALUES (-1, 0, 0, 0, zeroblob(65536), NULL)")
        .execute(&mut *tx)
        .await?;
    sqlx::query("DELETE FROM points WHERE series = -1").execute(&mut *tx).await?;
    sqlx::query("UPDATE arrivals SET n = n").execute(&mut *tx).await?;
    tx.commit().await
}

/// SQLite's integers are signed; the ingest refuses what does not fit.
pub(super) fn millis(timestamp: Timestamp) -> i64 {
    i64::try_from(timestamp.as_millis()).unwrap_or(i64::MAX)
}
