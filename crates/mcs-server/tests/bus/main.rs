//! The embedded broker and the WebSocket tunnel, over real loopback sockets.

mod access;
mod claim;
mod clients;
mod delivery;
mod flow;
#[path = "../common/folder.rs"]
mod folder;
mod front;
mod gate;
mod pace;
mod publish;
mod restart;
mod sessions;
mod tunnel;
mod version5;
#[allow(dead_code, reason = "shared with the tests of the server, and each uses a part")]
mod wire;

use std::net::{Ipv4Addr, SocketAddr};
use std::sync::Arc;
use std::time::Duration;

use mcs_server::bus::{Config, EmbeddedBus, Limits, SessionStore};
use tokio::time::timeout;

use folder::Folder;
use gate::{Events, TestGate};

/// A broker with a gate to look into.
struct Bench {
    bus: Arc<EmbeddedBus>,
    gate: Arc<TestGate>,
    events: Events,
    // Goes with the bench.
    _folder: Folder,
}

impl Bench {
    async fn start() -> Self {
        Self::with(|_| {}).await
    }

    async fn with(adjust: impl FnOnce(&mut Config)) -> Self {
        let (gate, events) = TestGate::new();
        let folder = Folder::new();
        let mut config = Config {
            mqtt: free_port(),
            mqtts: None,
            sessions: SessionStore::open(&folder).await.expect("a database"),
            limits: Limits::default(),
        };
        adjust(&mut config);
        let bus = EmbeddedBus::start(config, Arc::clone(&gate) as _).await.expect("a broker");
        Self { bus: Arc::new(bus), gate, events, _folder: folder }
    }

    fn address(&self) -> SocketAddr {
        self.bus.mqtt()
    }
}

fn free_port() -> SocketAddr {
    (Ipv4Addr::LOCALHOST, 0).into()
}

/// Waits for what must happen.
async fn soon<T>(what: &str, future: impl Future<Output = T>) -> T {
    match timeout(Duration::from_mins(2), future).await {
        Ok(done) => done,
        Err(_) => panic!("{what} did not happen"),
    }
}
