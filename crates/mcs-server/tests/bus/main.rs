//! The embedded broker and the WebSocket tunnel, over real loopback sockets.

mod access;
mod claim;
mod clients;
mod delivery;
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
use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

use mcs_server::bus::{Config, EmbeddedBus, Limits, SessionStore};
use tokio::time::timeout;

use gate::{Events, TestGate};

/// A broker with a gate to look into.
struct Bench {
    bus: Arc<EmbeddedBus>,
    gate: Arc<TestGate>,
    events: Events,
    folder: PathBuf,
}

impl Bench {
    async fn start() -> Self {
        Self::with(|_| {}).await
    }

    async fn with(adjust: impl FnOnce(&mut Config)) -> Self {
        let (gate, events) = TestGate::new();
        let folder = fresh_folder();
        let mut config = Config {
            mqtt: free_port(),
            mqtts: None,
            sessions: SessionStore::open(&folder).await.expect("a database"),
            limits: Limits::default(),
        };
        adjust(&mut config);
        let bus = EmbeddedBus::start(config, Arc::clone(&gate) as _).await.expect("a broker");
        Self { bus: Arc::new(bus), gate, events, folder }
    }

    fn address(&self) -> SocketAddr {
        self.bus.mqtt()
    }
}

impl Drop for Bench {
    fn drop(&mut self) {
        // What is left over is in the system's temporary folder.
        let _ = std::fs::remove_dir_all(&self.folder);
    }
}

fn free_port() -> SocketAddr {
    (Ipv4Addr::LOCALHOST, 0).into()
}

fn fresh_folder() -> PathBuf {
    use std::sync::atomic::{AtomicU32, Ordering};
    static LAST: AtomicU32 = AtomicU32::new(0);
    let number = LAST.fetch_add(1, Ordering::Relaxed);
    let folder = std::env::temp_dir().join(format!("mcs-bus-{}-{number}", std::process::id()));
    std::fs::create_dir_all(&folder).expect("a folder");
    folder
}

/// Waits for what must happen.
async fn soon<T>(what: &str, future: impl Future<Output = T>) -> T {
    match timeout(Duration::from_secs(20), future).await {
        Ok(done) => done,
        Err(_) => panic!("{what} did not happen"),
    }
}
