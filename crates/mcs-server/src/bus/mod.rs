//! The MQTT bus: a broker that asks the server's [`Gate`] and that the server publishes to.

use async_trait::async_trait;
use bytes::Bytes;

mod backlog;
mod claim;
mod connect;
mod embedded;
mod flow;
mod front;
mod gate;
mod hooks;
mod inbound;
mod line;
mod pace;
mod patience;
mod pipe;
mod publish;
mod reach;
mod roster;
mod routes;
mod sessions;
mod size;
mod thread;
mod wire;

pub use embedded::{Config, EmbeddedBus, Limits, Tls};
pub use gate::{
    Client, Connect, ConnectionId, Decision, Forward, Gate, Incoming, Principal, Refusal, Verdict,
};
pub use sessions::{Budget, Overflow, SessionCounts};

pub use crate::store::SessionStore;

/// What the server does with the broker, whichever it is.
#[async_trait]
pub trait Bus: Send + Sync + 'static {
    /// Publishes from inside: no gate is asked.
    ///
    /// Done when it is on its way to every subscriber. A `qos` above 2 counts as 2.
    async fn publish(
        &self,
        topic: &str,
        payload: Bytes,
        qos: u8,
        retain: bool,
    ) -> anyhow::Result<()>;

    /// Whether a device's session, connected or kept, has a subscription that matches `topic`:
    /// a message on it will get there. The sessions of users do not count.
    async fn reaches_device(&self, topic: &str) -> bool;

    /// Looks again at what the kept sessions of users may have, of those whose name is `concerned`: they lose what the
    /// gate refuses now and what waits because of it, and end when nothing is left.
    async fn review(&self, concerned: &(dyn for<'a> Fn(&'a str) -> bool + Sync));

    /// How it stands with sessions that outlive their connections.
    fn sessions(&self) -> SessionCounts;

    /// Ends a connection, as after a logout. Nothing happens when it is already gone.
    fn close(&self, connection: ConnectionId);
}
