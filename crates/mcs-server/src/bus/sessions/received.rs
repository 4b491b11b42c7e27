//! What clients have sent with QoS 2 and not released, from one connection to the next [MQTT-4.3.3-10].

use std::collections::BTreeMap;
use std::sync::{Arc, MutexGuard, PoisonError};

use anyhow::Result;
use rmqtt::types::ClientId;
use tokio::time::Instant;

use super::Sessions;
use crate::bus::connect::{is_private, is_scoped};
use crate::bus::roster::{Received, Record};
use crate::store::{Change, SessionStore};

/// By the names of their sessions.
pub(super) type Senders = BTreeMap<ClientId, Sender>;

/// One client.
pub(super) struct Sender {
    received: Arc<Received>,
    /// Since when no connection has it, as far as was looked.
    away: Option<Instant>,
}

/// Those of the last run of the server, from the disk.
pub(super) async fn load(store: &SessionStore) -> Result<Senders> {
    let mut packets: BTreeMap<String, Vec<u16>> = BTreeMap::new();
    for (name, packet) in store.received().await? {
        packets.entry(name).or_default().push(packet);
    }
    let sender = |(name, packets): (String, Vec<u16>)| {
        let name = ClientId::from(name);
        let sender = Sender::with(store.clone(), &name, packets);
        (name, sender)
    };
    Ok(packets.into_iter().map(sender).collect())
}

impl Sender {
    fn with(store: SessionStore, name: &ClientId, packets: impl IntoIterator<Item = u16>) -> Self {
        let record = Record { store, name: name.to_string() };
        Self { received: Arc::new(Received::recorded(record, packets)), away: None }
    }

    /// What to write down when nothing of it is known any more.
    fn gone(&self, name: &ClientId) -> Option<Change> {
        let any = !self.received.ids().is_empty();
        any.then(|| Change::Release { name: name.to_string(), packet: None })
    }
}

impl Sessions {
    /// What the client of a session has sent and not released: nothing if it begins anew, or nobody can come back to
    /// the session.
    pub(in crate::bus) async fn received(
        &self,
        name: &ClientId,
        clean: bool,
    ) -> Result<Arc<Received>> {
        if is_private(name) || !is_scoped(name) {
            return Ok(Arc::default());
        }
        let permit = self.0.store.reserve().await?;
        let mut senders = self.senders();
        if clean && let Some(before) = senders.remove(name) {
            // With the lock: what it sends from now on is written later. Nobody waits for it.
            drop(permit.write(before.gone(name).into_iter().collect()));
        }
        if senders.len() >= self.0.most && !senders.contains_key(name) {
            return Ok(Arc::default());
        }
        let begun = || Sender::with(self.0.store.clone(), name, []);
        Ok(Arc::clone(&senders.entry(name.clone()).or_insert_with(begun).received))
    }

    /// Forgets who has nothing left to release, or has been away too long.
    pub(super) async fn forget_received(&self) -> Result<()> {
        let patience = self.0.patience;
        let permit = self.0.store.reserve().await?;
        let mut gone = Vec::new();
        let mut senders = self.senders();
        senders.retain(|name, sender| {
            // Here and nowhere else: no connection has it.
            if Arc::strong_count(&sender.received) > 1 {
                sender.away = None;
                return true;
            }
            let away = *sender.away.get_or_insert_with(Instant::now);
            let stays = !sender.received.ids().is_empty() && away.elapsed() < patience;
            if !stays {
                gone.extend(sender.gone(name));
            }
            stays
        });
        if !gone.is_empty() {
            drop(permit.write(gone));
        }
        Ok(())
    }

    fn senders(&self) -> MutexGuard<'_, Senders> {
        // Every change is one map operation: a panic elsewhere leaves nothing half done.
        self.0.received.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
