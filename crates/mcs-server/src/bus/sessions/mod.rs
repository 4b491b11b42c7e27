//! Sessions that outlive their connections, and the server: MQTT's persistent sessions on our own disk.
//!
//! The broker (read in rmqtt 0.24) routes every message through its [`Shared`](rmqtt::shared::Shared), and hands
//! a session from one connection to the next through its [`Entry`](rmqtt::shared::Entry). Ours stand before its own:
//!
//! - A message for a kept session is on the disk, in one commit with others, before its sender gets a PUBACK,
//!   whether the client is there or not. It leaves the disk when the client has acknowledged it.
//! - A client that is there gets messages through a [window](queue): what is beyond is on the disk only.
//! - A client that leaves lets go of everything that the broker holds for it, its socket too ([`leave`]). Its
//!   subscriptions stay in the router.
//! - A client that comes back gets what was on the way first, with the packet ids that it knows
//!   [MQTT-4.4.0-1], then what waits, in order.
//! - A client without a login comes back when it has proved the key of the session's device ([`claim`](super::claim)).
//!   Its CONNACK said that there is no session, so it may take a message of QoS 2 that was on the way for a new one.
//!   Such a session keeps nothing of another device: who comes back need not know that one's key.
//!
//! - A message of QoS 2 that a client sends again after a new connection is not taken again ([`received`]).
//!
//! What this promises when the process is killed at any moment: nothing that was acknowledged to its sender is lost.
//! QoS 1 may come twice, as it may; of QoS 2 a message whose PUBREC was not sent yet may be taken twice.

mod book;
mod hooks;
mod leave;
mod message;
mod queue;
mod received;
mod restore;
mod resume;
mod shared;

use std::cell::Cell;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use anyhow::{Result, anyhow, ensure};
use rmqtt::context::ServerContext;
use rmqtt::session::{Session, SessionState};
use rmqtt::shared::{DefaultShared, Shared as _};
use rmqtt::types::{ClientId, From, Id, Publish};
use tokio::time::{sleep, timeout};
use tokio_util::sync::CancellationToken;
use tokio_util::task::TaskTracker;
use tracing::{error, warn};

use super::connect::{client_id, device, may_keep, session_device, user};
use crate::store::{Change, SessionStore};

use book::{Book, Kept, Load};
pub(super) use queue::WINDOW;
pub use queue::{Budget, Overflow};

/// The kept sessions. Clones share them.
#[derive(Clone)]
pub(super) struct Sessions(Arc<Inner>);

struct Inner {
    broker: ServerContext,
    /// The broker's own.
    plain: DefaultShared,
    store: SessionStore,
    budget: Budget,
    /// Sessions that may be kept.
    most: usize,
    /// Where stored messages come from: their senders are long gone.
    inside: Id,
    book: Mutex<Book>,
    /// What clients have sent with QoS 2 and not released.
    received: Mutex<received::Senders>,
    /// How long a session waits for its client at most.
    patience: Duration,
    dropped: AtomicU64,
    tasks: TaskTracker,
    closing: CancellationToken,
}

/// How it stands with kept sessions.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct SessionCounts {
    /// Sessions that outlive their connections.
    pub kept: usize,
    /// Messages that wait for their clients or are on the way to them.
    pub waiting: usize,
    /// Messages that were dropped since the start, because a queue was full or their time was over.
    pub dropped: u64,
}

tokio::task_local! {
    /// Whether the message that the task forwards is kept for everyone who should get it.
    static KEPT: Cell<bool>;
}

/// Publishes to every subscriber: done when the message is on the disk for those that it is kept for.
pub(super) async fn forward(
    broker: &ServerContext,
    from: From,
    publish: Publish,
    expiry: Option<Duration>,
) -> Result<()> {
    // The broker itself only counts what could not be forwarded.
    let forwarded = KEPT.scope(Cell::new(true), async {
        let outcome = SessionState::forwards(broker, from, publish, false, expiry).await;
        outcome.map(|()| KEPT.with(Cell::get))
    });
    ensure!(forwarded.await.map_err(|error| anyhow!(error))?, "a message could not be kept");
    Ok(())
}

impl Sessions {
    /// How it stands.
    pub(super) fn counts(&self) -> SessionCounts {
        let book = self.book();
        SessionCounts {
            kept: book.kept.len(),
            waiting: book.kept.values().map(|kept| kept.queue.len()).sum(),
            dropped: self.0.dropped.load(Ordering::Relaxed),
        }
    }

    /// Whether a session with this name would be one too many.
    pub(super) fn refuses(&self, name: &str) -> bool {
        let book = self.book();
        book.kept.len() >= self.0.most && !book.kept.contains_key(name)
    }

    /// Whether any session of a client without a login and with this client id would be.
    pub(super) fn refuses_client(&self, id: &str) -> bool {
        let book = self.book();
        let is_its = |name: &ClientId| session_device(name).is_some() && client_id(name) == id;
        book.kept.len() >= self.0.most && !book.kept.keys().any(is_its)
    }

    /// The kept sessions of these users.
    pub(super) fn of_users(&self, concerned: &(dyn Fn(&str) -> bool + Sync)) -> Vec<ClientId> {
        let book = self.book();
        let theirs = book.kept.keys().filter(|name| user(name).is_some_and(concerned));
        theirs.cloned().collect()
    }

    /// Whether a session may be kept that begins with this filter: of a user, or of the device in the filter,
    /// there are only so many.
    pub(super) async fn has_place(&self, session: &Session, filter: &str) -> bool {
        if leave::patience(session).await == 0 {
            return true;
        }
        let (book, name) = (self.book(), &session.id.client_id);
        if book.kept.contains_key(name) || !may_keep(name, filter) {
            return true;
        }
        match user(name) {
            Some(of) => {
                let theirs = book.kept.keys().filter(|name| user(name) == Some(of));
                theirs.count() < SESSIONS_OF_A_USER
            }
            None => {
                let device = device(filter);
                let its = book.kept.keys().filter(|name| session_device(name) == device);
                its.count() < SESSIONS_OF_A_DEVICE
            }
        }
    }

    /// Waits until every client that is gone has left everything on the disk.
    pub(super) async fn stop(&self) {
        self.0.closing.cancel();
        let left = async {
            while self.book().kept.values().any(|kept| kept.link.is_some()) {
                sleep(LEAVING).await;
            }
            self.0.tasks.close();
            self.0.tasks.wait().await;
        };
        if timeout(STOPPING, left).await.is_err() {
            warn!("some MQTT sessions did not end in time: their clients may get messages twice");
        }
    }

    /// Keeps a message for these sessions. Its sender waits, unless it was sent with QoS 0.
    async fn keep(
        &self,
        from: &From,
        messages: Vec<(ClientId, Publish)>,
        wait: bool,
    ) -> Result<()> {
        let permit = self.0.store.reserve().await?;
        let (waiting, written) = {
            let mut book = self.book();
            let mut changes = Vec::with_capacity(messages.len());
            let mut waiting = Vec::with_capacity(messages.len());
            for (name, publish) in messages {
                let message = book.message();
                let Some(kept) = book.kept.get_mut(&name) else { continue };
                let record = message::record(message, kept.id, &publish)?;
                let near = kept.link.is_some().then(|| (from.clone(), publish));
                let pushed = kept.queue.push(message, record.size(), near, self.0.budget);
                let dropped = pushed.dropped.len() + usize::from(!pushed.taken);
                changes.extend(pushed.taken.then_some(Change::Store(record)));
                let gone = pushed.dropped.into_iter();
                changes.extend(gone.map(|message| Change::Remove { message }));
                self.count_dropped(dropped, &name, kept);
                if pushed.taken {
                    waiting.push((name, message));
                }
            }
            if changes.is_empty() {
                return Ok(());
            }
            // With the lock: the disk has them in the order of the queues.
            (waiting, permit.write(changes))
        };
        let sessions = self.clone();
        let finish = async move {
            let outcome = written.committed().await;
            for (name, message) in waiting {
                sessions.settle(&name, |kept| match &outcome {
                    Ok(()) => kept.queue.stored(message),
                    Err(_) => kept.queue.lost(message),
                });
            }
            outcome
        };
        if wait {
            return finish.await;
        }
        self.0.tasks.spawn(finish);
        Ok(())
    }

    /// Changes a session and hands its client what comes next.
    fn settle(&self, name: &ClientId, change: impl FnOnce(&mut Kept)) {
        let mut book = self.book();
        let Some(kept) = book.kept.get_mut(name) else { return };
        change(kept);
        if let Some(load) = kept.pump() {
            drop(book);
            self.load(name.clone(), load);
        }
    }

    /// Reads messages from the disk for a client that has room for them.
    fn load(&self, name: ClientId, load: Load) {
        let sessions = self.clone();
        self.0.tasks.spawn(async move {
            let page = sessions.0.store.page(load.session, load.first, load.last).await;
            if let Err(error) = &page {
                error!(%error, "what waits for an MQTT client cannot be read");
                sleep(RETRY).await;
            }
            sessions.settle(&name, |kept| {
                let Some(link) = kept.link.as_mut().filter(|_| kept.id == load.session) else {
                    return;
                };
                link.loading = false;
                let Ok(page) = page else { return };
                // Whatever is not there any more will not come.
                let mut missing = kept.queue.range(load.first, load.last);
                for record in page {
                    let id = record.id;
                    if let Ok(publish) = message::publish(record) {
                        missing.retain(|missing| *missing != id);
                        kept.queue.loaded(id, (sessions.sender(), publish));
                    }
                }
                missing.into_iter().for_each(|id| kept.queue.lost(id));
            });
        });
    }

    /// Counts messages that a session's client will never get; says so once, until the client is back.
    fn count_dropped(&self, count: usize, name: &ClientId, kept: &mut Kept) {
        if count == 0 {
            return;
        }
        self.0.dropped.fetch_add(count as u64, Ordering::Relaxed);
        if !std::mem::replace(&mut kept.overflowed, true) {
            let client = client_id(name);
            warn!(?client, "an MQTT session's queue is full: messages are dropped");
        }
    }

    /// Whom a message from the disk comes from.
    fn sender(&self) -> From {
        From::from_admin(self.0.inside.clone())
    }

    /// Ends sessions whose time is over.
    async fn sweep(&self) {
        let sweeping = async {
            loop {
                sleep(SWEEP).await;
                if self.forget_received().await.is_err() {
                    // The store is closed: the server stops.
                    return;
                }
                let now = rmqtt::utils::timestamp_millis();
                let over: Vec<_> = {
                    let book = self.book();
                    let over = book.kept.iter().filter(|(_, kept)| {
                        kept.link.is_none() && kept.expires.is_some_and(|at| at <= now)
                    });
                    over.map(|(_, kept)| kept.owner.clone()).collect()
                };
                for owner in over {
                    // Locked: its client comes back at this moment, and may have it.
                    if let Ok(_entry) = self.0.plain.entry(owner.clone()).try_lock().await
                        && let Err(error) = self.forget(&owner.client_id).await
                    {
                        error!(%error, "an MQTT session does not end");
                    }
                }
            }
        };
        self.0.closing.run_until_cancelled(sweeping).await;
    }

    /// Whether a kept session's client has this connection.
    fn is_linked(&self, id: &Id) -> bool {
        self.book().linked(id).is_some()
    }

    fn book(&self) -> MutexGuard<'_, Book> {
        // A panic elsewhere leaves nothing half done that matters more than going on.
        self.0.book.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// More than a device has clients, and few enough that nobody who knows one key takes all places.
const SESSIONS_OF_A_DEVICE: usize = 16;

/// Programs that people let wait for messages at the same time.
const SESSIONS_OF_A_USER: usize = 100;

/// How often to look whether all clients have left.
const LEAVING: Duration = Duration::from_millis(10);

/// How long clients may take to leave when the server stops.
const STOPPING: Duration = Duration::from_secs(5);

/// Before messages that could not be read are read again.
const RETRY: Duration = Duration::from_secs(1);

/// How often to look for sessions whose time is over.
const SWEEP: Duration = Duration::from_secs(1);
