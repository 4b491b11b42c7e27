//! The broker inside the server: rmqtt as a library, behind a [front](super::front) of our own.

use std::net::{Ipv4Addr, SocketAddr};
use std::num::{NonZeroU16, NonZeroU32};
use std::path::{Path, PathBuf};
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
use rmqtt::session::SessionState;
use rmqtt::types::{From, Id, Publish};
use rmqtt::utils::timestamp_millis;
use tokio::io::DuplexStream;
use tokio::runtime::{self, Runtime};
use tokio::task::JoinHandle;
use tokio::time::{sleep, timeout};
use tokio_util::sync::CancellationToken;
use tokio_util::task::TaskTracker;

use super::front::Front;
use super::hooks::{Hooks, qos};
use super::patience::Patience;
use super::reach::reaches_device;
use super::roster::Roster;
use super::{Bus, ConnectionId, Gate};
use crate::accept::{Crowd, Room};
use crate::net::listen;
use crate::tls::Certificate;

/// Where the broker listens and keeps its sessions.
#[derive(Clone, Debug)]
pub struct Config {
    /// Plain MQTT: 3.1, 3.1.1 and 5 on one port. Port 0 takes a free one.
    pub mqtt: SocketAddr,
    /// The same over TLS.
    pub mqtts: Option<Tls>,
    /// The folder of sessions that outlive their connection. One process at a time.
    ///
    /// It is written behind, by up to half a second: a process that is killed may lose what was acknowledged in
    /// that time for clients that are gone. What the gate stored before is not lost with it.
    pub sessions: PathBuf,
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
    /// Messages that wait for a client that is gone or slow; then the oldest goes.
    pub queue: usize,
    /// Messages of QoS 1 and 2 on the way to a client.
    pub inflight: NonZeroU16,
    /// Clients that may be connected at once, and sessions that may wait for their clients.
    pub clients: usize,
    /// Clients of one address that may be connected at once: see [`Room::per_address`].
    pub per_address: usize,
    /// Time for a client without a login to name a topic of a device with its key; then it is closed.
    pub stranger: Duration,
    /// Messages a second from one client. Faster ones wait on its connection, after a burst of ten seconds' worth.
    pub rate: Option<NonZeroU32>,
}

impl Limits {
    /// Sessions of all clients, connected or not. Each that waits for its client holds an open file.
    fn sessions(&self) -> usize {
        self.clients.saturating_mul(2)
    }
}

impl Default for Limits {
    fn default() -> Self {
        Self {
            packet: 1 << 20,
            connect: Duration::from_secs(10),
            silence: Duration::from_secs(3600),
            session: Duration::from_secs(24 * 3600),
            queue: 1_000,
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
    listening: JoinHandle<()>,
    _storage: Storage,
}

impl EmbeddedBus {
    /// Starts the broker: clients can connect when this returns.
    pub async fn start(config: Config, gate: Arc<dyn Gate>) -> Result<Self> {
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
        let (broker, storage) = context(&config.sessions, &limits, &roster).await?;
        let hooks = Hooks::new(gate, Arc::clone(&roster), broker.clone(), &limits);
        hooks.register().await;

        let listener = listener(&limits)?;
        let front = Arc::new(Front {
            broker: listener.local_addr().map_err(|error| anyhow!(error))?,
            roster,
            patience: limits.connect,
            crowd: Crowd::new(Room {
                connections: limits.clients,
                per_address: limits.per_address,
            }),
            closing: CancellationToken::new(),
            tasks: TaskTracker::new(),
        });
        // A stored session finds its listener by this number: it must be the same after a restart.
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
        let inside = Id::new(broker.node.id(), LISTENER, None, None, "\u{1f}".into(), None);
        Ok(Self { mqtt, mqtts, inside, broker, hooks, front, listening, _storage: storage })
    }

    /// Where plain MQTT listens.
    pub fn mqtt(&self) -> SocketAddr {
        self.mqtt
    }

    /// Where MQTT over TLS listens.
    pub fn mqtts(&self) -> Option<SocketAddr> {
        self.mqtts
    }

    /// A connection for a client that came in by other means, such as a WebSocket, from `peer`.
    pub fn attach(&self, peer: SocketAddr) -> DuplexStream {
        self.front.attach(peer)
    }

    /// Stops: no new clients, the connected ones are closed, their sessions are stored, their wills are not published.
    ///
    /// The broker's folder stays locked until the process ends.
    pub async fn stop(&self) {
        self.hooks.stop();
        self.front.closing.cancel();
        self.front.tasks.close();
        // Every task ends at the next await; this is for one that is stuck.
        let _ = timeout(Duration::from_secs(5), self.front.tasks.wait()).await;
        sleep(STORING).await;
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
        SessionState::forwards(&self.broker, from, publish, false, None)
            .await
            .map_err(|error| anyhow!(error))
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

/// Where the session storage runs: it keeps a thread busy for ever, and a runtime waits for its threads.
struct Storage(Option<Runtime>);

impl Drop for Storage {
    fn drop(&mut self) {
        if let Some(runtime) = self.0.take() {
            runtime.shutdown_background();
        }
    }
}

/// The broker with its plugins, not yet listening.
async fn context(
    sessions: &Path,
    limits: &Limits,
    roster: &Arc<Roster>,
) -> Result<(ServerContext, Storage)> {
    std::fs::create_dir_all(sessions)
        .with_context(|| format!("cannot create the folder {}", sessions.display()))?;
    let folder = sessions.to_str().context("the data folder's name is not UTF-8")?;
    // A JSON string is a TOML string.
    let folder = serde_json::to_string(folder)?;

    let broker = ServerContext::new()
        .node_id(1)
        // It refuses clients when the machine has other things to do.
        .busy_check_enable(false)
        .mqtt_max_sessions(limits.sessions().try_into().unwrap_or(isize::MAX))
        .plugins_config_map_add(RETAINER, "storage.type = \"ram\"\nretained_message_ttl = \"0s\"\n")
        .plugins_config_map_add(
            SESSIONS,
            format!(
                "[storage]\ntype = \"sled\"\nsled.path = {folder}\nsled.cache_capacity = \"16MB\"\n"
            ),
        )
        .build()
        .await;
    *broker.extends.fitter_mgr_mut().await =
        Box::new(Patience { unlimited: limits.silence, roster: Arc::clone(roster) });

    // Without it `$share/…` is accepted and gets nothing.
    rmqtt_shared_subscription::register(&broker, true, false)
        .await
        .map_err(|error| anyhow!(error))?;
    rmqtt_retainer::register(&broker, true, false).await.map_err(|error| anyhow!(error))?;

    let runtime = runtime::Builder::new_multi_thread()
        .worker_threads(1)
        .thread_name("mqtt-sessions")
        .enable_all()
        .build()?;
    let context = broker.clone();
    let registered = runtime.spawn(async move {
        // The first to ask for a queue sets its workers: with the storage's own eight of them,
        // messages that wait for a client would come out of a restart in any order.
        context.get_exec(OFFLINE_MESSAGES);
        rmqtt_session_storage::register(&context, true, false).await
    });
    let storage = Storage(Some(runtime));
    registered
        .await?
        .map_err(|error| anyhow!(error))
        .with_context(|| format!("cannot open the broker's sessions in {}", sessions.display()))?;
    Ok((broker, storage))
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
        .max_mqueue_len(limits.queue)
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

const SESSIONS: &str = "rmqtt-session-storage";

/// The session storage's queue of messages to store: its name, workers and length.
const OFFLINE_MESSAGES: (&str, usize, usize) = ("SESSION_STORAGE_OFFLINE_EXEC", 1, 100_000);

/// Names the broker's listener in stored sessions.
const LISTENER: u16 = 1;

/// Of one session: a console has one for each device.
const SUBSCRIPTIONS: usize = 10_000;

const TOPIC_LEVELS: usize = 16;

const TOPIC_ALIASES: u16 = 32;

/// The session storage writes behind: every half second.
const STORING: Duration = Duration::from_millis(800);
