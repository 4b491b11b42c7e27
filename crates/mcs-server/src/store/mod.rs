//! What outlives the process: one SQLite database in the data folder.

mod absences;
mod admin;
mod arrivals;
mod devices;
mod firmwares;
mod functions;
mod grants;
mod health;
mod insert;
mod own_sessions;
mod points;
mod programs;
mod prototypes;
mod registry;
mod removal;
mod reserve;
mod retained;
mod rollouts;
mod rollups;
mod series;
mod sessions;
mod upkeep;
mod uploads;
mod users;
mod value;
mod writer;

#[cfg(test)]
mod tests;

use std::path::{Path, PathBuf};
use std::time::Duration;

use anyhow::{Context as _, Result};
use mcs_model::Timestamp;
use sqlx::sqlite::{
    SqliteAutoVacuum, SqliteConnectOptions, SqliteConnection, SqliteJournalMode, SqlitePool,
    SqlitePoolOptions, SqliteSynchronous,
};
use sqlx::{ConnectOptions as _, Connection as _, Sqlite, Transaction};

pub(crate) use absences::Move;
pub(crate) use devices::DeviceDetails;
pub(crate) use firmwares::{FirmwareRow, Proof};
pub(crate) use functions::RunRow;
pub(crate) use grants::{Grant, PersonRow, Scope, right_word};
pub(crate) use health::{Health, Unavailable};
pub(crate) use own_sessions::{NewSession, OwnSessionRow};
pub(crate) use points::{Page, Window};
pub(crate) use programs::{ProgramKind, ProgramRow};
pub(crate) use prototypes::{Edit, Edited, MAX_PROTOTYPES, PrototypeRow, Removal};
pub(crate) use registry::DeviceRow;
pub(crate) use rollouts::{NewestRow, RolloutChange, RolloutDeviceRow, RolloutRow};
pub(crate) use series::Extent;
pub use sessions::SessionStore;
pub(crate) use sessions::{Change, MessageRecord, SessionRecord};
pub(crate) use uploads::UploadRow;
pub(crate) use users::{Mistake, SessionRow, UserRow};
pub(crate) use writer::{Pending, Write};

use writer::Writer;

use crate::clock;

/// The database. Clones share it.
#[derive(Clone)]
pub(crate) struct Store {
    pool: SqlitePool,
    /// One connection for what is written in transactions, so that they wait for each other in order.
    write: SqlitePool,
    writer: Writer,
    sessions: SessionStore,
    health: Health,
    file: PathBuf,
    last_written: Timestamp,
}

/// The database in the data folder.
const FILE: &str = "mcs.sqlite3";

/// How long to wait for others who write: admin commands do, from another process.
const PATIENCE: Duration = Duration::from_secs(10);

/// Applied in this order, each once; never edited afterwards.
const MIGRATIONS: &[&str] = &[
    include_str!("../../migrations/0001_registry_and_points.sql"),
    include_str!("../../migrations/0002_retained.sql"),
    include_str!("../../migrations/0003_grants.sql"),
    include_str!("../../migrations/0004_history.sql"),
    include_str!("../../migrations/0005_programs.sql"),
    include_str!("../../migrations/0006_mqtt_sessions.sql"),
    include_str!("../../migrations/0007_prototypes.sql"),
    include_str!("../../migrations/0008_addresses_and_receipts.sql"),
    include_str!("../../migrations/0009_rollouts.sql"),
    include_str!("../../migrations/0010_functions.sql"),
    include_str!("../../migrations/0011_arrivals_and_absences.sql"),
    include_str!("../../migrations/0012_rollups_of_a_minute.sql"),
    include_str!("../../migrations/0013_signatures_and_uploads.sql"),
    include_str!("../../migrations/0014_rollouts_only.sql"),
    include_str!("../../migrations/0015_rollout_pages.sql"),
    include_str!("../../migrations/0016_own_sessions.sql"),
    include_str!("../../migrations/0017_removed_firmwares.sql"),
];

impl Store {
    /// Opens the database in `folder`, creating and migrating it as needed.
    pub(crate) async fn open(folder: &Path) -> Result<Self> {
        Self::prepare(folder)?;
        if let Ok(free) = reserve::free(folder) {
            reserve::release(folder, free);
        }
        let file = folder.join(FILE);
        let last_written = last_written(&file);
        let options = SqliteConnectOptions::new()
            .filename(&file)
            .create_if_missing(true)
            .journal_mode(SqliteJournalMode::Wal)
            // A commit is on the disk when it returns: PUBACK and 200 mean stored.
            .synchronous(SqliteSynchronous::Full)
            .foreign_keys(true)
            // Points of many channels touch the same pages again and again: copy them less often.
            .pragma("wal_autocheckpoint", "4000")
            .pragma("journal_size_limit", "67108864")
            .pragma("temp_store", "MEMORY")
            .busy_timeout(PATIENCE);
        if !file.exists() {
            // Space can be given back in small steps. Asking for it takes the write lock, so that connections which
            // did it later would wait for whoever writes.
            let options = options.clone().auto_vacuum(SqliteAutoVacuum::Incremental);
            let made = options.connect().await;
            made.with_context(|| format!("cannot make {}", file.display()))?.close().await?;
        }
        let open = async |connections, options| {
            SqlitePoolOptions::new()
                .max_connections(connections)
                .after_release(|connection, _| Box::pin(is_idle(connection)))
                .connect_with(options)
                .await
                .with_context(|| format!("cannot open {}", file.display()))
        };
        let pool = open(8, options.clone()).await?;
        migrate(&pool).await.with_context(|| format!("cannot migrate {}", file.display()))?;
        let write = open(1, options.pragma("cache_size", "-16384")).await?;
        let health = Health::default();
        let writer = Writer::spawn(write.clone(), health.clone());
        let sessions = SessionStore::spawn(pool.clone(), write.clone(), health.clone());
        Ok(Self { pool, write, writer, sessions, health, file, last_written })
    }

    /// Whether there is a database in `folder`.
    pub(crate) fn exists(folder: &Path) -> bool {
        folder.join(FILE).is_file()
    }

    /// Writes all that is stored at this moment to a new file, while others go on.
    pub(crate) async fn backup(&self, to: &Path) -> Result<()> {
        anyhow::ensure!(!to.exists(), "{} exists already", to.display());
        let name = to.to_str().context("the file's name is no UTF-8")?;
        self.writer.settle().await;
        let copy = sqlx::query("VACUUM INTO ?").bind(name).execute(&self.pool).await;
        copy.with_context(|| format!("cannot write {}", to.display()))?;
        Ok(())
    }

    /// When the database was written last before it was opened, by the clock of that time.
    pub(crate) fn last_written(&self) -> Timestamp {
        self.last_written
    }

    /// Creates the data folder, for its owner only: device keys are in it.
    pub(crate) fn prepare(folder: &Path) -> Result<()> {
        let mut builder = std::fs::DirBuilder::new();
        #[cfg(unix)]
        std::os::unix::fs::DirBuilderExt::mode(&mut builder, 0o700);
        builder
            .recursive(true)
            .create(folder)
            .with_context(|| format!("cannot create the data folder {}", folder.display()))
    }

    /// Commits what waits, moves the log into the database and closes it.
    pub(crate) async fn close(&self) {
        self.writer.stop().await;
        self.sessions.stop().await;
        if let Err(error) = self.start_log_over().await {
            tracing::warn!(%error, "the log stays beside the database until the next start");
        }
        self.write.close().await;
        self.pool.close().await;
    }

    /// Whether the database takes what is written.
    pub(crate) fn health(&self) -> &Health {
        &self.health
    }

    /// The part that holds MQTT sessions.
    pub(crate) fn sessions(&self) -> &SessionStore {
        &self.sessions
    }

    /// A transaction that holds the write lock from its start, so that it cannot fail half way.
    async fn begin(&self) -> Result<Transaction<'static, Sqlite>> {
        Ok(self.write.begin_with("BEGIN IMMEDIATE").await?)
    }
}

/// When a database or its log was written last; the present if there is none.
fn last_written(file: &Path) -> Timestamp {
    let log = file.with_extension("sqlite3-wal");
    let written = |file: &Path| std::fs::metadata(file).and_then(|it| it.modified()).ok();
    written(file).max(written(&log)).map_or_else(clock::now, clock::timestamp)
}

/// Whether a connection may be used again.
///
/// SQLite ends a transaction by itself when the disk is full; the driver then believes for ever that it goes on,
/// and begins no other.
async fn is_idle(connection: &mut SqliteConnection) -> sqlx::Result<bool> {
    // The rollback of a dropped transaction is done before the answer.
    connection.ping().await?;
    Ok(!connection.is_in_transaction())
}

async fn migrate(pool: &SqlitePool) -> Result<()> {
    // Nothing is written when nothing is to do: the disk may be full.
    if migrations_done(&mut *pool.acquire().await?).await? == MIGRATIONS.len() {
        return Ok(());
    }
    let mut tx = pool.begin_with("BEGIN IMMEDIATE").await?;
    let done = migrations_done(&mut tx).await?;
    for sql in &MIGRATIONS[done..] {
        sqlx::raw_sql(*sql).execute(&mut *tx).await?;
    }
    let version = format!("PRAGMA user_version = {}", MIGRATIONS.len());
    sqlx::raw_sql(sqlx::AssertSqlSafe(version)).execute(&mut *tx).await?;
    tx.commit().await?;
    Ok(())
}

async fn migrations_done(connection: &mut SqliteConnection) -> Result<usize> {
    let done: i64 = sqlx::query_scalar("PRAGMA user_version").fetch_one(connection).await?;
    let done = usize::try_from(done).context("the database is not one of ours")?;
    anyhow::ensure!(
        done <= MIGRATIONS.len(),
        "the database was written by a newer version of mcs-server"
    );
    Ok(done)
}
