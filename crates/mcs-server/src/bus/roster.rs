//! Who is connected: what the [front](super::front) knows of a connection and the hooks need.

use std::collections::{BTreeMap, VecDeque};
use std::fmt;
use std::net::SocketAddr;
use std::num::NonZeroU32;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, OnceLock, PoisonError};
use std::time::Duration;

use anyhow::Result;
use rmqtt::types::Id;
use tokio::time::timeout;
use tokio_util::sync::CancellationToken;

use super::backlog::Backlog;
use super::pace::Pace;
use super::wire::Reason;
use super::{Client, ConnectionId};
use crate::store::{Change, SessionStore};

/// The connections that the front holds open, by the address from which it dialled the broker.
#[derive(Debug, Default)]
pub(super) struct Roster {
    last: AtomicU64,
    seats: Mutex<BTreeMap<SocketAddr, Arc<Seat>>>,
}

/// One connection through the front.
#[derive(Debug)]
pub(super) struct Seat {
    /// Names it.
    pub(super) connection: ConnectionId,
    /// Where the client is.
    pub(super) peer: SocketAddr,
    /// The client id as sent.
    pub(super) client_id: String,
    /// Ends it.
    pub(super) close: CancellationToken,
    /// As whom the gate let it in, once it has.
    pub(super) admitted: OnceLock<Admitted>,
    /// What the broker holds for the client.
    pub(super) backlog: Arc<Backlog>,
    proved: AtomicBool,
    over: AtomicBool,
    reason: OnceLock<Reason>,
    unsubscribed: Mutex<VecDeque<bool>>,
    told: CancellationToken,
}

impl Seat {
    /// A connection that nothing is known about yet.
    pub(super) fn new(
        connection: ConnectionId,
        peer: SocketAddr,
        client_id: &str,
        close: CancellationToken,
    ) -> Self {
        Self {
            connection,
            peer,
            client_id: client_id.to_owned(),
            close,
            admitted: OnceLock::new(),
            backlog: Arc::default(),
            proved: AtomicBool::new(false),
            over: AtomicBool::new(false),
            reason: OnceLock::new(),
            unsubscribed: Mutex::default(),
            told: CancellationToken::new(),
        }
    }

    /// The broker has closed the connection, and why.
    pub(super) fn closed(&self, reason: Reason) {
        let _ = self.reason.set(reason);
        self.told.cancel();
    }

    /// Why the broker has closed the connection, which it tells a moment later.
    pub(super) async fn reason(&self) -> Option<Reason> {
        let _ = timeout(MOMENT, self.told.cancelled()).await;
        self.reason.get().copied()
    }

    /// The broker was asked to end a subscription, and whether there was one.
    pub(super) fn unsubscribed(&self, existed: bool) {
        self.ended().push_back(existed);
    }

    /// Whether there was no subscription where the client ended one; asked of each in turn.
    pub(super) fn misses(&self) -> bool {
        self.ended().pop_front() == Some(false)
    }

    fn ended(&self) -> MutexGuard<'_, VecDeque<bool>> {
        // Every change is one operation: a panic elsewhere leaves nothing half done.
        self.unsubscribed.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// The client has a login, or named a topic that only who knows a device's key may name.
    pub(super) fn prove(&self) {
        self.proved.store(true, Ordering::Relaxed);
    }

    /// Whether it has.
    pub(super) fn proved(&self) -> bool {
        self.proved.load(Ordering::Relaxed)
    }

    /// The connection is over.
    pub(super) fn leave(&self) {
        self.over.store(true, Ordering::Relaxed);
    }

    /// Whether it is.
    pub(super) fn is_over(&self) -> bool {
        self.over.load(Ordering::Relaxed)
    }

    /// The connection is over, and its client has proved nothing.
    pub(super) fn was_a_strangers(&self) -> bool {
        self.is_over() && !self.proved()
    }

    /// The client is here, and has proved nothing yet.
    pub(super) fn is_a_strangers(&self) -> bool {
        !self.is_over() && !self.proved()
    }
}

/// A client that the gate let in.
#[derive(Debug)]
pub(super) struct Admitted {
    /// The client.
    pub(super) client: Arc<Client>,
    /// Its session, as the broker knows it.
    pub(super) session: Id,
    /// The filters of the session that it resumes.
    pub(super) resumed: Vec<String>,
    /// The largest packet that it takes, if it said so; MQTT 5 only.
    pub(super) takes: Option<NonZeroU32>,
    /// Whether it wants to be told why; MQTT 5 only.
    pub(super) explain: bool,
    /// How fast it may send, if that is limited.
    pub(super) pace: Option<Mutex<Pace>>,
    /// What it has sent with QoS 2, and not released.
    pub(super) received: Arc<Received>,
}

/// Packet ids of messages of QoS 2 that a client may send again [MQTT-4.3.3-10], over its next connections too.
#[derive(Debug, Default)]
pub(super) struct Received {
    ids: Mutex<BTreeMap<u16, Receipt>>,
    /// Where they outlive the server, if the client can come back to its session.
    record: Option<Record>,
}

/// The packet ids of one client on the disk.
pub(super) struct Record {
    pub(super) store: SessionStore,
    /// The name of its session.
    pub(super) name: String,
}

/// One of these messages.
#[derive(Clone, Copy, Debug)]
pub(super) struct Receipt {
    /// On which it came.
    pub(super) connection: ConnectionId,
    /// It is stored, and its PUBREC on the way.
    pub(super) stored: bool,
}

impl Received {
    /// Ids that were found on the disk, or none yet.
    pub(super) fn recorded(record: Record, ids: impl IntoIterator<Item = u16>) -> Self {
        // From before the first connection.
        let receipt = Receipt { connection: ConnectionId(0), stored: true };
        let ids = ids.into_iter().map(|id| (id, receipt)).collect();
        Self { ids: Mutex::new(ids), record: Some(record) }
    }

    pub(super) fn ids(&self) -> MutexGuard<'_, BTreeMap<u16, Receipt>> {
        // Every change is one operation: a panic elsewhere leaves nothing half done.
        self.ids.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Writes down that the message with this id is stored. An error is the disk's.
    pub(super) async fn keep(&self, packet: u16) -> Result<()> {
        let Some(Record { store, name }) = &self.record else { return Ok(()) };
        let change = Change::Receive { name: name.clone(), packet };
        store.write(vec![change]).await?.committed().await
    }

    /// The client has no more use for this id [MQTT-4.3.3-12]. Done when that is written down: under the same id a new
    /// message may come.
    pub(super) async fn release(&self, packet: u16) {
        if self.ids().remove(&packet).is_some() {
            self.erase(packet).await;
        }
    }

    /// Takes an id from the disk.
    pub(super) async fn erase(&self, packet: u16) {
        let Some(Record { store, name }) = &self.record else { return };
        let change = Change::Release { name: name.clone(), packet: Some(packet) };
        if let Ok(written) = store.write(vec![change]).await {
            // What could not be written is written later.
            let _ = written.committed().await;
        }
    }
}

impl fmt::Debug for Record {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("Record").field(&self.name).finish()
    }
}

/// A seat for as long as the front holds the connection.
#[derive(Debug)]
pub(super) struct Seated<'a> {
    roster: &'a Roster,
    address: SocketAddr,
    seat: Arc<Seat>,
}

impl Roster {
    /// A number for the next connection.
    pub(super) fn number(&self) -> ConnectionId {
        ConnectionId(self.last.fetch_add(1, Ordering::Relaxed) + 1)
    }

    /// Makes a connection known before its first byte reaches the broker.
    pub(super) fn seat(&self, address: SocketAddr, seat: Seat) -> Seated<'_> {
        let seat = Arc::new(seat);
        self.seats().insert(address, Arc::clone(&seat));
        Seated { roster: self, address, seat }
    }

    /// The connection that the broker sees from this address.
    pub(super) fn at(&self, address: SocketAddr) -> Option<Arc<Seat>> {
        self.seats().get(&address).cloned()
    }

    /// Ends one connection.
    pub(super) fn close(&self, connection: ConnectionId) {
        if let Some(seat) = self.seats().values().find(|seat| seat.connection == connection) {
            seat.close.cancel();
        }
    }

    fn seats(&self) -> MutexGuard<'_, BTreeMap<SocketAddr, Arc<Seat>>> {
        // Every change is one map operation: a panic elsewhere leaves nothing half done.
        self.seats.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Seated<'_> {
    /// What is known of the connection.
    pub(super) fn seat(&self) -> &Arc<Seat> {
        &self.seat
    }

    /// Ends the connection when cancelled.
    pub(super) fn closed(&self) -> &CancellationToken {
        &self.seat.close
    }
}

impl Drop for Seated<'_> {
    fn drop(&mut self) {
        self.roster.seats().remove(&self.address);
    }
}

/// From the end of a connection to the broker until it tells why.
const MOMENT: Duration = Duration::from_secs(1);
