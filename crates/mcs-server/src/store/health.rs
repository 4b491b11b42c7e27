//! Whether the database takes what is written, and what to tell when it does not.

use std::fmt;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::sync::{Arc, Mutex, PoisonError};

use tokio::sync::Notify;

/// Why nothing can be written at present.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Trouble {
    /// The disk is full, or nearly so.
    Full,
    /// Another process holds the database.
    Locked,
    /// Something else; the log says what.
    Failing,
}

impl fmt::Display for Trouble {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Full => "the disk is full",
            Self::Locked => "the database is locked",
            Self::Failing => "the database cannot be written",
        })
    }
}

/// The error of whoever wants to write meanwhile: it is temporary.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Unavailable(pub(crate) Trouble);

impl Unavailable {
    /// Seconds after which another attempt makes sense.
    pub(crate) const RETRY_AFTER: u16 = 10;

    /// Whether this is why something failed.
    pub(crate) fn is_cause_of(error: &anyhow::Error) -> bool {
        let temporary = |it: &sqlx::Error| trouble(it) != Trouble::Failing;
        error.is::<Self>() || error.downcast_ref().is_some_and(temporary)
    }
}

impl fmt::Display for Unavailable {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "nothing can be stored at present: {}", self.0)
    }
}

impl std::error::Error for Unavailable {}

/// The database's condition. Clones share it.
#[derive(Clone, Default)]
pub(crate) struct Health(Arc<Inner>);

#[derive(Default)]
struct Inner {
    trouble: Mutex<Option<Trouble>>,
    /// There is less space than we leave free.
    full: AtomicBool,
    worse: Notify,
    failed: AtomicU64,
}

/// Below so many free bytes no more points are taken: people must still be able to sign in and to
/// remove something.
const LEAST_FREE: u64 = 32 << 20;
/// From so many free bytes on, points are taken again.
const ENOUGH_FREE: u64 = 40 << 20;

impl Health {
    /// Why nothing can be written; `None` if all is well.
    pub(crate) fn trouble(&self) -> Option<Trouble> {
        *self.0.trouble.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Waits until there is trouble; for one who waits.
    pub(super) async fn worsens(&self) {
        while self.trouble().is_none() {
            self.0.worse.notified().await;
        }
    }

    /// How many writes have failed.
    pub(crate) fn failed(&self) -> u64 {
        self.0.failed.load(Ordering::Relaxed)
    }

    /// Takes note of how much space is left.
    pub(crate) fn observe_free(&self, bytes: u64) {
        if bytes < LEAST_FREE {
            self.0.full.store(true, Ordering::Relaxed);
            self.change(Some(Trouble::Full), &format!("{bytes} bytes are free"));
        } else if bytes >= ENOUGH_FREE {
            // A write, or a probe, tells whether all is well again.
            self.0.full.store(false, Ordering::Relaxed);
        }
    }

    /// Whether there is less space than we leave free.
    pub(super) fn full(&self) -> bool {
        self.0.full.load(Ordering::Relaxed)
    }

    /// Takes note of how a write went.
    pub(super) fn observe(&self, outcome: &sqlx::Result<()>) -> Result<(), Trouble> {
        match outcome {
            Ok(()) if self.full() => Ok(()),
            Ok(()) => {
                self.change(None, "");
                Ok(())
            }
            Err(error) => {
                let trouble = trouble(error);
                self.0.failed.fetch_add(1, Ordering::Relaxed);
                self.change(Some(trouble), &error.to_string());
                Err(trouble)
            }
        }
    }

    /// One line in the log an episode, however many writes fail.
    fn change(&self, to: Option<Trouble>, why: &str) {
        let mut now = self.0.trouble.lock().unwrap_or_else(PoisonError::into_inner);
        if *now == to {
            return;
        }
        match to {
            Some(trouble) => tracing::error!(why, "no points are stored: {trouble}"),
            None => tracing::info!("points are stored again"),
        }
        *now = to;
        if to.is_some() {
            self.0.worse.notify_one();
        }
    }
}

fn trouble(error: &sqlx::Error) -> Trouble {
    let code = error.as_database_error().and_then(|it| it.code());
    let code = code.and_then(|it| it.parse::<i64>().ok());
    // The lower byte is the kind, the others are its details (sqlite.org/rescode.html).
    match code.map(|it| it & 0xff) {
        Some(SQLITE_FULL) => Trouble::Full,
        Some(SQLITE_BUSY | SQLITE_LOCKED) => Trouble::Locked,
        _ if matches!(error, sqlx::Error::PoolTimedOut) => Trouble::Locked,
        _ => Trouble::Failing,
    }
}

const SQLITE_BUSY: i64 = 5;
const SQLITE_LOCKED: i64 = 6;
const SQLITE_FULL: i64 = 13;
