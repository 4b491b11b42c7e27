//! What clients have sent with QoS 2 and not released, from one connection to the next [MQTT-4.3.3-10].

use std::collections::BTreeMap;
use std::sync::{Arc, MutexGuard, PoisonError};

use rmqtt::types::ClientId;
use tokio::time::Instant;

use super::Sessions;
use crate::bus::connect::{is_private, is_scoped};
use crate::bus::roster::Received;

/// By the names of their sessions.
pub(super) type Senders = BTreeMap<ClientId, Sender>;

/// One client.
#[derive(Default)]
pub(super) struct Sender {
    received: Arc<Received>,
    /// Since when no connection has it, as far as was looked.
    away: Option<Instant>,
}

impl Sessions {
    /// What the client of a session has sent and not released: nothing if it begins anew, or nobody can come back to
    /// the session.
    pub(in crate::bus) fn received(&self, name: &ClientId, clean: bool) -> Arc<Received> {
        if is_private(name) || !is_scoped(name) {
            return Arc::default();
        }
        let mut senders = self.senders();
        if clean {
            senders.remove(name);
        }
        if senders.len() >= self.0.most && !senders.contains_key(name) {
            return Arc::default();
        }
        Arc::clone(&senders.entry(name.clone()).or_default().received)
    }

    /// Forgets who has nothing left to release, or has been away too long.
    pub(super) fn forget_received(&self) {
        let patience = self.0.patience;
        self.senders().retain(|_, sender| {
            // Here and nowhere else: no connection has it.
            if Arc::strong_count(&sender.received) > 1 {
                sender.away = None;
                return true;
            }
            let away = *sender.away.get_or_insert_with(Instant::now);
            !sender.received.ids().is_empty() && away.elapsed() < patience
        });
    }

    fn senders(&self) -> MutexGuard<'_, Senders> {
        // Every change is one map operation: a panic elsewhere leaves nothing half done.
        self.0.received.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
