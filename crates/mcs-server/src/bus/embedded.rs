//! The broker inside the server: rmqtt as a library, behind a [front](super::front) of our own.

use std::net::{Ipv4Addr, SocketAddr};
use std::num::{NonZeroU16, NonZeroU32};
use std::sync::Arc;
use std::time::Duration;

use anyhow::{Context as _, Result, anyhow};
use async_trait::async_trait;
use bytes::Bytes;
use rmqtt::codec::types::Publish as Packet;
use rmqtt::codec::v5::PublishProperties;
use rmqtt::context::ServerContext;
use rmqtt::net::{Builder, Listener};
use rmqtt::server::MqttServer;
use rmqtt::types::{From, Id, Publish};
use rmqtt::utils::timestamp_millis;
use tokio::io::{AsyncRead, AsyncWrite};
use tokio::task::JoinHandle;
use tokio::time::timeout;
use tokio_util::sync::CancellationToken;
use tokio_util::task::TaskTracker;

use super::flow::Load;
use super::front::Front;
use super::hooks::{Hooks, qos};
use super::patience::Patience;
use super::publish::Publisher;
use super::reach::reaches_device;
use super::roster::Roster;
use super::routes::Routes;
use super::sessions::{self, Budget, SessionCounts, Sessions, WINDOW};
use super::thread::Thread;
use super::{Bus, ConnectionId, Gate};
use crate::accept::{Crowd, Room};
use crate::net::listen;
use crate::store::SessionStore;
use crate::tls::Certificate;

/// Where the broker listens and keeps its sessions.
#[derive(Clone)]
pub struct Config {
    /// Plain MQTT: 3.1, 3.1.1 and 5 on one port. Port 0 takes a free one.
    pub mqtt: SocketAddr,
    /// The same over TLS.
    pub mqtts: Option<Tls>,
    /// Where sessions that outlive their connections are kept.
    pub sessions: SessionStore,
    /// Limits for clients.
    pub limits: Limits,
}

/// A TLS listener.
#[derive(Clone, Debug)]
pub struct Tls {
    /// Where it listens. Port 0 takes a free one.
    pub address: SocketAddr,
    /// The server's certificate.
    pub certificate: Arc<Certificate>,
}

/// What the broker grants a client.
#[derive(Clone, Debug)]
pub struct Limits {
    /// Bytes in one packet after its fixed header. A longer one closes the connection before it is read.
    pub packet: u32,
    /// Time for TLS handshake and CONNECT together.
    pub connect: Duration,
    /// Silence of a client that connects with keep alive 0. At most 18 hours.
    pub silence: Duration,
    /// How long a session waits for its client, with what waits in it. The session of a client without a
    /// login waits only once the client has subscribed to something that the gate allows.
    pub session: Duration,
    /// Messages that wait for a client that is gone or slow.
    pub queue: Budget,
    /// Messages of QoS 1 and 2 on the way to a client, and messages on the way from it: the next ones wait until
    /// these are stored.
    pub inflight: NonZeroU16,
    /// Clients that may be connected at once, and sessions that are kept for their clients.
    pub clients: usize,
    /// Clients of one address that may be connected at once: see [`Room::per_address`].
    pub per_address: usize,
    /// Time for a client without a login to name a topic of a device with its key; then it is closed.
    pub stranger: Duration,
    /// Messages a second from one client. Faster ones wait on its connection, after a burst of ten seconds' worth.
    pub rate: Option<NonZeroU32>,
}

impl Default for Limits {
    fn default() -> Self {
        Self {
            packet: 1 << 20,
            connect: Duration::from_secs(10),
            silence: Duration::from_secs(3600),
            session: Duration::from_secs(24 * 3600),
            queue: Budget::DEFAULT,
            inflight: NonZeroU16::new(100).unwrap_or(NonZeroU16::MIN),
            clients: 20_000,
            per_address: 1_000,
            // As long as the Command Server waits for a heartbeat (CONTRACT §3.3).
            stranger: Duration::from_secs(120),
            rate: None,
        }
    }
}

/// A running broker.
pub struct EmbeddedBus {
    mqtt: SocketAddr,
    mqtts: Option<SocketAddr>,
    inside: Id,
    broker: ServerContext,
    hooks: Hooks,
    front: Arc<Front>,
    sessions: Sessions,
    listening: JoinHandle<()>,
    /// It ends with this.
    _thread: Thread,
}

impl EmbeddedBus {
    /// Starts the broker on a thread of its own: clients can connect when this returns.
    pub async fn start(config: Config, gate: Arc<dyn Gate>) -> Result<Self> {
        let thread = Thread::start().await.context("cannot start the broker's thread")?;
        let handle = thread.handle().clone();
        handle.spawn(Self::open(config, gate, thread)).await.context("the broker failed")?
    }

    /// The same, on the thread.
    async fn open(config: Config, gate: Arc<dyn Gate>, thread: Thread) -> Result<Self> {
        // Everything that can be wrong with the configuration comes first.
        let plain = listen(config.mqtt)?;
        let mqtt = plain.local_addr()?;
        let secure = match &config.mqtts {
            Some(mqtts) => Some((listen(mqtts.address)?, mqtts.certificate.acceptor()?)),
            None => None,
        };
        let mqtts = secure.as_ref().map(|(listener, _)| listener.local_addr()).transpose()?;

        let limits = config.limits;
        let roster = Arc::new(Roster::default());
        let broker = context(&limits, &roster).await?;
        let inside = Id::new(broker.node.id(), LISTENER, None, None, "\u{1f}".into(), None);
        let sessions = Sessions::restore(&broker, config.sessions, &limits, inside.clone())
            .await
            .context("cannot restore the broker's sessions")?;
        let publisher = Publisher { gate, broker: broker.clone() };
        let hooks = Hooks::new(publisher.clone(), Arc::clone(&roster), sessions.clone(), &limits);
        hooks.register().await;

        let listener = listener(&limits)?;
        let front = Arc::new(Front {
            broker: listener.local_addr().map_err(|error| anyhow!(error))?,
            publisher,
            roster,
            sessions: sessions.clone(),
            patience: limits.connect,
            silence: limits.silence,
            packet: limits.packet as usize,
            most: Load { messages: limits.inflight.get().into(), bytes: limits.packet as usize },
            crowd: Crowd::new(Room {
                connections: limits.clients,
                per_address: limits.per_address,
            }),
            closing: CancellationToken::new(),
            thread: thread.handle().clone(),
            tasks: TaskTracker::new(),
        });
        let server = MqttServer::new(broker.clone()).listener_by_id(listener, LISTENER).build();
        let listening = tokio::spawn(async move {
            if let Err(error) = server.run().await {
                tracing::error!(%error, "the broker stopped");
            }
        });

        front.listen(plain, None);
        if let Some((listener, acceptor)) = secure {
            front.listen(listener, Some(acceptor));
        }
        Ok(Self { mqtt, mqtts, inside, broker, hooks, front, sessions, listening, _thread: thread })
    }

    /// Where plain MQTT listens.
    pub fn mqtt(&self) -> SocketAddr {
        self.mqtt
    }

    /// Where MQTT over TLS listens.
    pub fn mqtts(&self) -> Option<SocketAddr> {
        self.mqtts
    }

    /// Serves a client that came in by other means, such as a WebSocket, from `peer`. When it has to stay outside, its
    /// stream is dropped.
    pub fn attach<S>(&self, peer: SocketAddr, stream: S)
    where
        S: AsyncRead + AsyncWrite + Send + Unpin + 'static,
    {
        self.front.attach(peer, stream);
    }

    /// Stops: no new clients, the connected ones are closed, their sessions are stored, their wills are not published.
    pub async fn stop(&self) {
        self.hooks.stop();
        self.front.closing.cancel();
        self.front.tasks.close();
        // Every task ends at the next await; this is for one that is stuck.
        let _ = timeout(Duration::from_secs(5), self.front.tasks.wait()).await;
        self.sessions.stop().await;
        self.listening.abort();
    }
}

#[async_trait]
impl Bus for EmbeddedBus {
    async fn publish(&self, topic: &str, payload: Bytes, level: u8, retain: bool) -> Result<()> {
        let packet = Packet {
            dup: false,
            retain,
            qos: qos(level),
            topic: topic.into(),
            packet_id: None,
            payload,
            // Without, the broker would leave out what MQTT 5 subscribers are told: see the hooks.
            properties: Some(PublishProperties::default()),
        };
        let publish = Publish::from(packet).create_time(timestamp_millis());
        let from = From::from_admin(self.inside.clone());
        sessions::forward(&self.broker, from, publish, None).await
    }

    fn sessions(&self) -> SessionCounts {
        self.sessions.counts()
    }

    async fn review(&self, concerned: &(dyn for<'a> Fn(&'a str) -> bool + Sync)) {
        self.hooks.review(concerned).await;
    }

    async fn reaches_device(&self, topic: &str) -> bool {
        reaches_device(&self.broker, topic).await
    }

    fn close(&self, connection: ConnectionId) {
        self.front.roster.close(connection);
    }
}

impl Drop for EmbeddedBus {
    fn drop(&mut self) {
        self.hooks.stop();
        self.front.closing.cancel();
        self.listening.abort();
    }
}

/// The broker with its plugins, not yet listening.
async fn context(limits: &Limits, roster: &Arc<Roster>) -> Result<ServerContext> {
    let broker = ServerContext::new()
        .node_id(1)
        // It refuses clients when the machine has other things to do.
        .busy_check_enable(false)
        .plugins_config_map_add(RETAINER, "storage.type = \"ram\"\nretained_message_ttl = \"0s\"\n")
        .build()
        .await;
    *broker.extends.fitter_mgr_mut().await =
        Box::new(Patience { unlimited: limits.silence, roster: Arc::clone(roster) });
    Routes::hang_into(&broker).await;

    // Without it `$share/…` is accepted and gets nothing.
    rmqtt_shared_subscription::register(&broker, true, false)
        .await
        .map_err(|error| anyhow!(error))?;
    rmqtt_retainer::register(&broker, true, false).await.map_err(|error| anyhow!(error))?;

    Ok(broker)
}

/// The broker's own listener, for the front alone.
fn listener(limits: &Limits) -> Result<Listener> {
    Builder::new()
        .name("mqtt")
        .laddr((Ipv4Addr::LOCALHOST, 0).into())
        .nodelay(true)
        // Every CONNECT is the gate's to decide.
        .allow_anonymous(false)
        .max_connections(limits.clients)
        .max_packet_size(limits.packet)
        .handshake_timeout(limits.connect)
        .session_expiry_interval(limits.session)
        .max_session_expiry_interval(limits.session)
        // A message waits as long as its session does, and a retained one until it is replaced; with a limit of
        // its own the broker would stop sending it, and tell MQTT 5 subscribers an expiry that its sender did not.
        .message_expiry_interval(Duration::ZERO)
        // Of a kept session the broker has no more than the window.
        .max_mqueue_len(limits.queue.messages.max(WINDOW))
        // Only a new connection resends [MQTT-4.4.0-1].
        .message_retry_interval(Duration::ZERO)
        .max_inflight(limits.inflight)
        // So that the hooks see `$exclusive/…` and `$limit/…`, and refuse them with a word.
        .limit_subscription(true)
        .max_subscriptions(SUBSCRIPTIONS)
        .max_topic_levels(TOPIC_LEVELS)
        .max_topic_aliases(TOPIC_ALIASES)
        .bind()
        .and_then(Listener::tcp)
        .map_err(|error| anyhow!(error))
        .context("cannot start the broker")
}

const RETAINER: &str = "rmqtt-retainer";

/// Names the broker's listener.
const LISTENER: u16 = 1;

/// Of one session: a console has one for each device.
const SUBSCRIPTIONS: usize = 10_000;

const TOPIC_LEVELS: usize = 16;

pub(super) const TOPIC_ALIASES: u16 = 32;
