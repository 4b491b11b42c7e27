//! Starting and stopping.

use std::fs::File;
use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;

use anyhow::{Context as _, Result, ensure};
use serde::Serialize;
use tokio::net::TcpListener;
use tokio::task::JoinSet;
use tokio::time::{sleep, timeout};
use tokio_rustls::TlsAcceptor;
use tokio_util::sync::CancellationToken;

use crate::app::App;
use crate::bus::{self, Bus as _, EmbeddedBus};
use crate::config::Config;
use crate::edge::{Broker, Edge};
use crate::gate::Gate;
use crate::net::{self, listen};
use crate::store::Store;
use crate::tls::Certificate;
use crate::{command, demo, functions, http, upkeep};

/// Where a server listens.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
pub struct Addrs {
    /// Console, REST and `/mqtt`.
    pub http: SocketAddr,
    /// MQTT.
    pub mqtt: SocketAddr,
    /// MQTT over TLS.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub mqtts: Option<SocketAddr>,
    /// MQTT over WebSocket.
    pub ws: SocketAddr,
    /// MQTT over WebSocket over TLS.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub wss: Option<SocketAddr>,
    /// Command Server.
    pub command: SocketAddr,
    /// Console, REST and `/mqtt` over TLS.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub https: Option<SocketAddr>,
    /// Command Server over TLS.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub command_tls: Option<SocketAddr>,
}

impl Addrs {
    /// What the program prints once everything listens: one line of JSON.
    pub fn ready_line(&self) -> Result<String> {
        #[derive(Serialize)]
        struct Ready<'a> {
            ready: bool,
            #[serde(flatten)]
            addrs: &'a Addrs,
        }
        Ok(serde_json::to_string(&Ready { ready: true, addrs: self })?)
    }
}

/// A running server. Dropping it does not stop it: see [`Server::shutdown`].
pub struct Server {
    addrs: Addrs,
    app: Arc<App>,
    bus: Arc<EmbeddedBus>,
    stop: CancellationToken,
    services: JoinSet<()>,
    lock: File,
}

/// What listens, but for the broker.
struct Listeners {
    http: TcpListener,
    https: Option<Secure>,
    ws: TcpListener,
    wss: Option<Secure>,
    command: TcpListener,
    command_tls: Option<Secure>,
}

type Secure = (TcpListener, TlsAcceptor);

/// How long connections may take to finish what they do when the server stops.
const GRACE: Duration = Duration::from_secs(5);
/// How often to look for changes by admin commands, and for pushes whose time is over.
const REFRESH: Duration = Duration::from_secs(1);
/// How often to look whether the certificate was renewed.
const RENEWAL: Duration = Duration::from_secs(10);
/// Every how many rounds to look for sessions that have expired, and to keep when devices were last seen.
const SLOW: u64 = 30;

/// Starts a server; when it returns, all listeners answer.
pub async fn start(config: Config) -> Result<Server> {
    if let Some(console) = &config.console {
        let page = console.join("index.html");
        ensure!(page.is_file(), "the console's page is missing: {}", page.display());
    }
    let lock = lock(&config)?;
    let former = config.data.join("mqtt");
    if former.is_dir() {
        tracing::info!(folder = %former.display(),
            "a folder of a former version, with MQTT sessions that are not taken over; it can be removed");
    }
    let app = Arc::new(App::open(config.clone()).await?);
    if let Err(error) = app.store.begin_absences().await {
        tracing::error!(%error, "which devices are away was not kept");
    }
    if config.demo {
        demo::seed(&app).await?;
    }
    if !app.store.has_users().await? {
        tracing::warn!(
            "nobody can sign in yet: mcs-server user add NAME --role admin --password-stdin"
        );
    }
    let certificate = match &config.tls {
        Some(files) => Some(Certificate::load(&files.cert, &files.key)?),
        None => None,
    };
    let listeners = Listeners::bind(&config, certificate.as_ref())?;
    let broker = broker(&config, certificate.as_ref(), &app.store);
    let bus = Arc::new(EmbeddedBus::start(broker, Arc::new(Gate::new(&app))).await?);
    let addrs = listeners.addrs(&bus)?;
    if config.command_public.unwrap_or_else(|| net::dialable(addrs.command, None)).is_ipv6() {
        tracing::warn!(
            "devices are told an IPv6 address of the Command Server, which old ones cannot dial: see --command-public"
        );
    }
    app.run(bus.clone(), addrs);
    // Administrators may have changed rights while nothing ran.
    bus.review(&|_| true).await;
    for message in app.store.retained().await? {
        bus.publish(&message.topic, message.payload.into(), message.qos, true).await?;
    }

    let mut server = Server {
        addrs,
        app,
        bus: bus.clone(),
        stop: CancellationToken::new(),
        services: JoinSet::new(),
        lock,
    };
    server.serve_all(listeners, Edge::new(Broker::Embedded(bus)));
    server.keep_up();
    if let Some(certificate) = certificate {
        server.services.spawn(renew(certificate));
    }
    if config.demo {
        demo::run(&addrs, &mut server.services)?;
    }
    Ok(server)
}

impl Server {
    /// Where it listens; port 0 in the settings became a real one.
    pub fn addrs(&self) -> &Addrs {
        &self.addrs
    }

    /// Stops without losing anything that was accepted.
    pub async fn shutdown(mut self) {
        self.stop.cancel();
        self.services.shutdown().await;
        self.app.functions.close();
        self.app.tasks.close();
        if timeout(GRACE, self.app.tasks.wait()).await.is_err() {
            tracing::warn!("some connections did not end in time");
        }
        self.bus.stop().await;
        self.app.keep_heard().await;
        self.app.keep_moves().await;
        self.app.keep_sessions_seen().await;
        self.app.store.close().await;
        drop(self.lock);
    }

    fn serve_all(&mut self, listeners: Listeners, edge: Edge) {
        let tunnel = http::tunnel(edge.clone(), &["/mqtt", "/"]);
        let router = http::router(self.app.clone(), edge);
        self.serve(listeners.http, None, router.clone());
        self.serve(listeners.ws, None, tunnel.clone());
        self.obey(listeners.command, None);
        if let Some((listener, tls)) = listeners.https {
            self.serve(listener, Some(tls), router);
        }
        if let Some((listener, tls)) = listeners.wss {
            self.serve(listener, Some(tls), tunnel);
        }
        if let Some((listener, tls)) = listeners.command_tls {
            self.obey(listener, Some(tls));
        }
    }

    /// Starts what is done without being asked.
    fn keep_up(&mut self) {
        let app = self.app.clone();
        self.services.spawn(async move { upkeep::run(&app).await });
        let app = self.app.clone();
        // It ends by itself, once what waits is done.
        self.app.tasks.spawn(async move { functions::record(&app).await });
        let app = self.app.clone();
        self.services.spawn(async move { app.events.run(app.bus()).await });
        let app = self.app.clone();
        self.services.spawn(async move {
            for round in 0_u64.. {
                sleep(REFRESH).await;
                app.refresh_registry().await;
                app.keep_moves().await;
                app.firmware.tick(&app).await;
                if round.is_multiple_of(SLOW) {
                    app.end_expired().await;
                    app.firmware.uploads().sweep().await;
                    app.keep_heard().await;
                    app.keep_sessions_seen().await;
                }
            }
        });
    }

    fn serve(&mut self, listener: TcpListener, tls: Option<TlsAcceptor>, router: axum::Router) {
        let (stop, tasks) = (self.stop.clone(), self.app.tasks.clone());
        self.services.spawn(http::serve(listener, tls, router, self.app.config.room, stop, tasks));
    }

    /// The Command Server.
    fn obey(&mut self, listener: TcpListener, tls: Option<TlsAcceptor>) {
        self.services.spawn(command::serve(listener, tls, self.app.clone(), self.stop.clone()));
    }
}

impl Listeners {
    fn bind(config: &Config, certificate: Option<&Arc<Certificate>>) -> Result<Self> {
        let secure = |address: Option<SocketAddr>| match (certificate, address) {
            (Some(certificate), Some(address)) => {
                anyhow::Ok(Some((listen(address)?, certificate.acceptor()?)))
            }
            _ => Ok(None),
        };
        Ok(Self {
            http: listen(config.http)?,
            https: secure(config.https)?,
            ws: listen(config.ws)?,
            wss: secure(config.wss)?,
            command: listen(config.command)?,
            command_tls: secure(config.command_tls)?,
        })
    }

    /// Where these and the broker listen.
    fn addrs(&self, bus: &EmbeddedBus) -> Result<Addrs> {
        let bound = |secure: &Option<Secure>| {
            secure.as_ref().map(|(listener, _)| listener.local_addr()).transpose()
        };
        Ok(Addrs {
            http: self.http.local_addr()?,
            mqtt: bus.mqtt(),
            mqtts: bus.mqtts(),
            ws: self.ws.local_addr()?,
            wss: bound(&self.wss)?,
            command: self.command.local_addr()?,
            https: bound(&self.https)?,
            command_tls: bound(&self.command_tls)?,
        })
    }
}

fn broker(config: &Config, certificate: Option<&Arc<Certificate>>, store: &Store) -> bus::Config {
    let mqtts = match (certificate, config.mqtts) {
        (Some(certificate), Some(address)) => {
            Some(bus::Tls { address, certificate: Arc::clone(certificate) })
        }
        _ => None,
    };
    bus::Config {
        mqtt: config.mqtt,
        mqtts,
        sessions: store.sessions().clone(),
        limits: bus::Limits {
            clients: config.room.connections,
            per_address: config.room.per_address,
            rate: config.mqtt_rate,
            queue: config.mqtt_queue,
            ..bus::Limits::default()
        },
    }
}

/// One server a data folder.
fn lock(config: &Config) -> Result<File> {
    let folder = &config.data;
    Store::prepare(folder)?;
    let path = folder.join("server.lock");
    let file = File::create(&path).with_context(|| format!("cannot open {}", path.display()))?;
    file.try_lock().with_context(|| {
        format!("another mcs-server runs on the data folder {}", folder.display())
    })?;
    Ok(file)
}

/// Takes over a renewed certificate. Looking at what stands in the files holds whoever renews it and however:
/// written over, renamed, or behind a link.
async fn renew(certificate: Arc<Certificate>) {
    loop {
        sleep(RENEWAL).await;
        let looked = Arc::clone(&certificate);
        match tokio::task::spawn_blocking(move || looked.refresh()).await {
            Ok(Ok(true)) => tracing::info!("the TLS certificate was renewed"),
            Ok(Err(error)) => tracing::error!("the TLS certificate stays as it was: {error:#}"),
            // Unchanged, or the server stops.
            Ok(Ok(false)) | Err(_) => {}
        }
    }
}
