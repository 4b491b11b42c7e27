//! MQTT sessions that outlive their connections, and what waits in them.
//!
//! Changes are queued and committed in batches by one task, in the order in which they were queued.

mod changes;

use std::path::Path;
use std::sync::Arc;

use anyhow::{Context as _, Result, anyhow};
use bytes::Bytes;
use sqlx::sqlite::SqlitePool;
use tokio::sync::{Mutex, mpsc, oneshot};
use tokio::task::JoinHandle;

use super::Store;
use super::health::{Health, Trouble, Unavailable};

/// The part of the database that holds MQTT sessions. Clones share it.
#[derive(Clone)]
pub struct SessionStore {
    pool: SqlitePool,
    queue: mpsc::Sender<Job>,
    task: Arc<Mutex<Option<JoinHandle<()>>>>,
}

/// A session as it was found at the start.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct SessionRecord {
    /// Names it in the database.
    pub(crate) id: i64,
    /// Its name at the broker.
    pub(crate) name: String,
    /// When it began, in milliseconds since the epoch, as all times here.
    pub(crate) created: i64,
    /// How long it waits for its client, in milliseconds.
    pub(crate) patience: i64,
    /// When it ends; `None` when its client was connected.
    pub(crate) expires: Option<i64>,
}

/// A message in one session.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct MessageRecord {
    /// Names it; the order of messages.
    pub(crate) id: i64,
    /// The session that it waits in.
    pub(crate) session: i64,
    /// Where it was published to.
    pub(crate) topic: String,
    /// What was published.
    pub(crate) payload: Bytes,
    /// 0, 1 or 2.
    pub(crate) qos: u8,
    /// The retain flag towards the client.
    pub(crate) retain: bool,
    /// Properties of MQTT 5, as JSON.
    pub(crate) properties: Option<String>,
    /// When it was published.
    pub(crate) created: i64,
    /// The packet id, when it was on the way.
    pub(crate) packet: Option<u16>,
    /// QoS 2: the client has it, and waits for PUBREL.
    pub(crate) released: bool,
}

/// What can happen to sessions.
#[derive(Clone, Debug)]
pub(crate) enum Change {
    /// From now on the session is kept.
    Keep(SessionRecord),
    /// Its client is here: it does not expire.
    Return { session: i64, patience: i64 },
    /// Its client is gone: the session waits until `expires`.
    Leave { session: i64, expires: i64 },
    /// It has ended, with all that is in it.
    Forget { session: i64 },
    /// A subscription is new, or its options are.
    Subscribe { session: i64, filter: String, options: String },
    /// A subscription has ended.
    Unsubscribe { session: i64, filter: String },
    /// A message waits for the client.
    Store(MessageRecord),
    /// A message is on the way.
    Send { message: i64, packet: u16, released: bool },
    /// A message has arrived, or its time is over.
    Remove { message: i64 },
    /// A client has sent a message of QoS 2, which is stored, and may send it again.
    Receive { name: String, packet: u16 },
    /// It has no more use for that packet id, or for any.
    Release { name: String, packet: Option<u16> },
}

/// A place in the queue of changes.
pub(crate) struct Permit<'a>(mpsc::Permit<'a, Job>);

/// Changes that are queued; resolves when they are on the disk.
#[must_use = "changes that nobody waits for may still fail"]
pub(crate) struct Written(oneshot::Receiver<Result<(), Trouble>>);

enum Job {
    Write(Vec<Change>, oneshot::Sender<Result<(), Trouble>>),
    Stop,
}

/// Requests that may wait before their senders do.
const QUEUE: usize = 4096;

/// Most requests in one commit.
const BATCH: usize = 1024;

impl SessionStore {
    /// Opens the database in `folder`, creating it as needed.
    pub async fn open(folder: &Path) -> Result<Self> {
        Ok(Store::open(folder).await?.sessions().clone())
    }

    pub(super) fn spawn(pool: SqlitePool, write: SqlitePool, health: Health) -> Self {
        let (queue, jobs) = mpsc::channel(QUEUE);
        let task = tokio::spawn(run(write, health, jobs));
        Self { pool, queue, task: Arc::new(Mutex::new(Some(task))) }
    }

    /// Commits everything queued so far and ends the task.
    pub(super) async fn stop(&self) {
        // An error means that the task has ended already.
        let _ = self.queue.send(Job::Stop).await;
        if let Some(task) = self.task.lock().await.take()
            && let Err(error) = task.await
        {
            tracing::error!(%error, "the task that writes MQTT sessions failed");
        }
    }

    /// Waits for a place in the queue.
    pub(crate) async fn reserve(&self) -> Result<Permit<'_>> {
        self.queue.reserve().await.map(Permit).map_err(|_| anyhow!("the server stops"))
    }

    /// Queues changes that belong together: all of them are kept, or none.
    pub(crate) async fn write(&self, changes: Vec<Change>) -> Result<Written> {
        Ok(self.reserve().await?.write(changes))
    }

    /// All sessions.
    pub(crate) async fn load(&self) -> Result<Vec<SessionRecord>> {
        let rows: Vec<(i64, String, i64, i64, Option<i64>)> = sqlx::query_as(
            "SELECT id, name, created, patience, expires FROM mqtt_sessions ORDER BY id",
        )
        .fetch_all(&self.pool)
        .await?;
        let record = |(id, name, created, patience, expires)| SessionRecord {
            id,
            name,
            created,
            patience,
            expires,
        };
        Ok(rows.into_iter().map(record).collect())
    }

    /// What clients have sent with QoS 2 and not released: the names of their sessions, and packet ids.
    pub(crate) async fn received(&self) -> Result<Vec<(String, u16)>> {
        let rows = sqlx::query_as("SELECT name, packet FROM mqtt_received ORDER BY name, packet");
        Ok(rows.fetch_all(&self.pool).await?)
    }

    /// The last number that names a message.
    pub(crate) async fn last_message(&self) -> Result<i64> {
        let last = sqlx::query_scalar("SELECT coalesce(max(id), 0) FROM mqtt_messages");
        Ok(last.fetch_one(&self.pool).await?)
    }

    /// The messages of a session that have never been on the way: number and size, in order.
    pub(crate) async fn waiting(&self, session: i64) -> Result<Vec<(i64, u32)>> {
        Ok(sqlx::query_as(
            "SELECT id, length(topic) + length(payload) + ifnull(length(properties), 0) \
             FROM mqtt_messages WHERE session = ? AND packet IS NULL ORDER BY id",
        )
        .bind(session)
        .fetch_all(&self.pool)
        .await?)
    }

    /// The subscriptions of a session: filter, and options as they were kept.
    pub(crate) async fn subscriptions(&self, session: i64) -> Result<Vec<(String, String)>> {
        Ok(sqlx::query_as("SELECT filter, options FROM mqtt_subscriptions WHERE session = ?")
            .bind(session)
            .fetch_all(&self.pool)
            .await?)
    }

    /// The messages of a session: number and topic.
    pub(crate) async fn topics(&self, session: i64) -> Result<Vec<(i64, String)>> {
        Ok(sqlx::query_as("SELECT id, topic FROM mqtt_messages WHERE session = ?")
            .bind(session)
            .fetch_all(&self.pool)
            .await?)
    }

    /// The messages of a session that were on the way, in order.
    pub(crate) async fn sent(&self, session: i64) -> Result<Vec<MessageRecord>> {
        self.messages("packet IS NOT NULL", session, i64::MIN, i64::MAX).await
    }

    /// The messages of a session that have never been on the way, from one number to another.
    pub(crate) async fn page(
        &self,
        session: i64,
        first: i64,
        last: i64,
    ) -> Result<Vec<MessageRecord>> {
        self.messages("packet IS NULL", session, first, last).await
    }

    async fn messages(
        &self,
        which: &'static str,
        session: i64,
        first: i64,
        last: i64,
    ) -> Result<Vec<MessageRecord>> {
        type Row = (i64, String, Vec<u8>, u8, bool, Option<String>, i64, Option<u16>, bool);
        let sql = format!(
            "SELECT id, topic, payload, qos, retain, properties, created, packet, released \
             FROM mqtt_messages WHERE session = ? AND id BETWEEN ? AND ? AND {which} ORDER BY id"
        );
        let rows: Vec<Row> = sqlx::query_as(sqlx::AssertSqlSafe(sql))
            .bind(session)
            .bind(first)
            .bind(last)
            .fetch_all(&self.pool)
            .await
            .context("cannot read what waits in an MQTT session")?;
        let record =
            |(id, topic, payload, qos, retain, properties, created, packet, released): Row| {
                MessageRecord {
                    id,
                    session,
                    topic,
                    payload: payload.into(),
                    qos,
                    retain,
                    properties,
                    created,
                    packet,
                    released,
                }
            };
        Ok(rows.into_iter().map(record).collect())
    }
}

impl Permit<'_> {
    /// Takes the place: changes are written in the order in which places are taken.
    pub(crate) fn write(self, changes: Vec<Change>) -> Written {
        let (done, written) = oneshot::channel();
        self.0.send(Job::Write(changes, done));
        Written(written)
    }
}

impl Written {
    /// Waits for the commit.
    pub(crate) async fn committed(self) -> Result<()> {
        match self.0.await {
            Ok(Ok(())) => Ok(()),
            Ok(Err(trouble)) => {
                Err(anyhow!(Unavailable(trouble)).context("an MQTT session could not be kept"))
            }
            Err(_) => Err(anyhow!("the server stops")),
        }
    }
}

impl Change {
    /// Whether it has happened already, whether it can be written down or not.
    fn is_fact(&self) -> bool {
        !self.is_new()
    }

    /// Whether it takes space.
    fn is_new(&self) -> bool {
        matches!(
            self,
            Self::Keep(_) | Self::Subscribe { .. } | Self::Store(_) | Self::Receive { .. }
        )
    }
}

impl MessageRecord {
    /// What it counts in its session's budget.
    pub(crate) fn size(&self) -> u32 {
        let properties = self.properties.as_ref().map_or(0, String::len);
        u32::try_from(self.topic.len() + self.payload.len() + properties).unwrap_or(u32::MAX)
    }
}

async fn run(pool: SqlitePool, health: Health, mut jobs: mpsc::Receiver<Job>) {
    let mut batch = Vec::with_capacity(BATCH);
    let mut owed = Vec::new();
    let mut stopping = false;
    while !stopping && jobs.recv_many(&mut batch, BATCH).await > 0 {
        let mut all = std::mem::take(&mut owed);
        let mut waiting = Vec::new();
        for job in batch.drain(..) {
            match job {
                // The last space is not for messages: people need it.
                Job::Write(changes, done)
                    if health.full() && changes.iter().any(Change::is_new) =>
                {
                    all.extend(changes.into_iter().filter(Change::is_fact));
                    // Whoever gave up waiting does not need the answer.
                    let _ = done.send(Err(Trouble::Full));
                }
                Job::Write(changes, done) => {
                    all.extend(changes);
                    waiting.push(done);
                }
                Job::Stop => stopping = true,
            }
        }
        let outcome = match all.is_empty() {
            false => health.observe(&changes::commit(&pool, &all).await),
            true => Ok(()),
        };
        if outcome.is_err() {
            // What somebody was told to be kept is theirs to repeat. What has happened stays true.
            all.retain(Change::is_fact);
            owed = all;
        }
        for done in waiting {
            let _ = done.send(outcome);
        }
    }
}
