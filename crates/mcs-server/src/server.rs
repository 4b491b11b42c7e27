//! Starting and stopping.

use std::fs::File;
use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;

use anyhow::{Context as _, Result};
use serde::Serialize;
use tokio::net::TcpListener;
use tokio::task::JoinSet;
use tokio::time::{sleep, timeout};
use tokio_util::sync::CancellationToken;

use crate::app::App;
use crate::bus::{self, Bus as _, EmbeddedBus, tls};
use crate::config::Config;
use crate::edge::{Broker, Edge};
use crate::gate::Gate;
use crate::store::Store;
use crate::{command, demo, http};

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

/// How long connections may take to finish what they do when the server stops.
const GRACE: Duration = Duration::from_secs(5);
/// How often to look for changes by admin commands, and for pushes whose time is over.
const REFRESH: Duration = Duration::from_secs(1);
/// Every how many rounds to look for sessions that have expired.
const EXPIRY: u64 = 30;

/// Starts a server; when it returns, all listeners answer.
pub async fn start(config: Config) -> Result<Server> {
    let lock = lock(&config)?;
    let app = Arc::new(App::open(config.clone()).await?);
    if config.demo {
        demo::seed(&app).await?;
    }
    if !app.store.has_users().await? {
        tracing::warn!(
            "nobody can sign in yet: mcs-server user add NAME --role admin --password-stdin"
        );
    }
    let http = bind(config.http).await?;
    let ws = bind(config.ws).await?;
    let command_listener = bind(config.command).await?;
    let (tls, wss) = match (&config.tls, config.wss) {
        (Some(files), Some(address)) => {
            (Some(tls::acceptor(&files.cert, &files.key)?), Some(bind(address).await?))
        }
        _ => (None, None),
    };
    let bus = Arc::new(EmbeddedBus::start(broker(&config), Arc::new(Gate::new(&app))).await?);
    let addrs = Addrs {
        http: http.local_addr()?,
        mqtt: bus.mqtt(),
        mqtts: bus.mqtts(),
        ws: ws.local_addr()?,
        wss: wss.as_ref().map(TcpListener::local_addr).transpose()?,
        command: command_listener.local_addr()?,
    };
    app.run(bus.clone(), addrs);
    for message in app.store.retained().await? {
        bus.publish(&message.topic, message.payload.into(), message.qos, true).await?;
    }

    let mut server = Server {
        addrs,
        app: app.clone(),
        bus: bus.clone(),
        stop: CancellationToken::new(),
        services: JoinSet::new(),
        lock,
    };
    let edge = Edge::new(Broker::Embedded(bus));
    let tunnel = http::tunnel(edge.clone(), &["/mqtt", "/"]);
    server.serve(http, None, http::router(app.clone(), edge));
    server.serve(ws, None, tunnel.clone());
    if let Some(wss) = wss {
        server.serve(wss, tls, tunnel);
    }
    let events = app.clone();
    server.services.spawn(async move { events.events.run(events.bus()).await });
    server.services.spawn(command::serve(
        command_listener,
        app.clone(),
        server.stop.clone(),
        app.tasks.clone(),
    ));
    server.services.spawn(async move {
        for round in 0_u64.. {
            sleep(REFRESH).await;
            app.refresh_registry().await;
            app.firmware.tick(&app).await;
            if round.is_multiple_of(EXPIRY) {
                app.end_expired().await;
            }
        }
    });
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
        self.app.tasks.close();
        if timeout(GRACE, self.app.tasks.wait()).await.is_err() {
            tracing::warn!("some connections did not end in time");
        }
        self.bus.stop().await;
        self.app.store.close().await;
        // The broker holds its part of the data folder until the process ends, and so must we.
        std::mem::forget(self.lock);
    }

    fn serve(
        &mut self,
        listener: TcpListener,
        tls: Option<tokio_rustls::TlsAcceptor>,
        router: axum::Router,
    ) {
        let limits = http::Limits { connections: self.app.config.max_connections };
        let (stop, tasks) = (self.stop.clone(), self.app.tasks.clone());
        self.services.spawn(http::serve(listener, tls, router, limits, stop, tasks));
    }
}

fn broker(config: &Config) -> bus::Config {
    let mqtts = match (&config.tls, config.mqtts) {
        (Some(files), Some(address)) => {
            Some(bus::Tls { address, cert: files.cert.clone(), key: files.key.clone() })
        }
        _ => None,
    };
    bus::Config {
        mqtt: config.mqtt,
        mqtts,
        sessions: config.data.join("mqtt"),
        limits: bus::Limits { clients: config.max_connections, ..bus::Limits::default() },
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

async fn bind(address: SocketAddr) -> Result<TcpListener> {
    TcpListener::bind(address).await.with_context(|| format!("cannot listen on {address}"))
}
