//! The embedded broker alone: its gate lets everybody do everything, and nothing is stored.
//!
//! `broker DIR` keeps sessions in DIR, prints where MQTT listens, and runs until it is stopped.

use std::future::pending;
use std::net::{Ipv4Addr, SocketAddr};
use std::path::PathBuf;
use std::sync::Arc;

use anyhow::{Context as _, Result};
use async_trait::async_trait;
use mcs_server::bus::{
    Budget, Client, Config, Connect, Decision, EmbeddedBus, Gate, Incoming, Limits, Principal,
    Refusal, SessionStore, Verdict,
};

struct Open;

#[async_trait]
impl Gate for Open {
    async fn authenticate(&self, _connect: &Connect<'_>) -> Result<Principal, Refusal> {
        Ok(Principal::Device)
    }

    async fn may_subscribe(&self, _client: &Client, _filter: &str) -> bool {
        true
    }

    async fn may_keep(&self, _: &Principal, _: &str) -> bool {
        true
    }

    async fn may_publish(&self, _client: &Client, _topic: &str) -> bool {
        true
    }

    async fn publish(&self, _client: &Arc<Client>, _message: Incoming<'_>) -> Decision {
        Verdict::Deliver.into()
    }
}

#[tokio::main]
async fn main() -> Result<()> {
    let folder = std::env::args_os().nth(1).map(PathBuf::from).context("name a folder")?;
    let config = Config {
        mqtt: SocketAddr::from((Ipv4Addr::LOCALHOST, 0)),
        mqtts: None,
        sessions: SessionStore::open(&folder).await?,
        // Nobody is held up by a store: what one subscriber reads may be far behind.
        limits: Limits {
            queue: Budget { messages: 10_000_000, bytes: 4 << 30, ..Budget::DEFAULT },
            ..Limits::default()
        },
    };
    let bus = EmbeddedBus::start(config, Arc::new(Open)).await?;
    println!("{}", bus.mqtt());
    pending().await
}
