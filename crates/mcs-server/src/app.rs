//! Everything that a request may need, shared by all listeners.

use std::net::IpAddr;
use std::sync::{Arc, OnceLock};

use anyhow::Result;
use mcs_model::DeviceId;
use mcs_model::api::DeviceChange;
use tokio_util::task::TaskTracker;

use crate::Addrs;
use crate::bus::{Bus, ConnectionId};
use crate::config::Config;
use crate::console::Console;
use crate::events::Events;
use crate::firmware::Firmware;
use crate::flood::Flood;
use crate::functions::Functions;
use crate::hub::Hub;
use crate::metrics::Metrics;
use crate::net;
use crate::operators::Operators;
use crate::programs;
use crate::registry::Registry;
use crate::repeats::Repeats;
use crate::store::{SessionRow, Store};

/// The application.
pub(crate) struct App {
    /// Its settings.
    pub(crate) config: Config,
    /// What outlives the process.
    pub(crate) store: Store,
    /// Prototypes and devices.
    pub(crate) registry: Registry,
    /// The people who may sign in.
    pub(crate) operators: Operators,
    /// Who is here.
    pub(crate) hub: Hub,
    /// What consoles hear.
    pub(crate) events: Arc<Events>,
    /// Firmware files and their pushes.
    pub(crate) firmware: Firmware,
    /// What runs the code of function channels.
    pub(crate) functions: Functions,
    /// The console's files.
    pub(crate) console: Console,
    /// How often devices and programs may call.
    pub(crate) flood: Flood,
    /// Who was refused by REST, for the log.
    pub(crate) refusals: Repeats<IpAddr>,
    /// Whose points were refused, for the log.
    pub(crate) refused_points: Repeats<DeviceId>,
    /// Counters.
    pub(crate) metrics: Metrics,
    /// Connections, and what has to be done even if its connection breaks: a server that stops
    /// waits for them.
    pub(crate) tasks: TaskTracker,
    running: OnceLock<Running>,
}

/// What exists once the listeners are bound.
struct Running {
    bus: Arc<dyn Bus>,
    addrs: Addrs,
}

impl App {
    /// Opens the data folder. Nothing listens yet.
    pub(crate) async fn open(config: Config) -> Result<Self> {
        let store = Store::open(&config.data).await?;
        let events = Arc::new(Events::default());
        Ok(Self {
            registry: Registry::load(store.clone()).await?,
            operators: Operators::new(store.clone())?,
            hub: Hub::new(events.clone()),
            firmware: Firmware::open(&config, store.clone()).await?,
            functions: Functions::start(&config.program)?,
            console: Console::new(config.console.clone()),
            flood: Flood::new(config.max_device_requests),
            refusals: Repeats::new(),
            refused_points: Repeats::new(),
            metrics: Metrics::default(),
            tasks: TaskTracker::new(),
            running: OnceLock::new(),
            events,
            store,
            config,
        })
    }

    /// Everything listens: from here on [`App::bus`] and [`App::addrs`] answer.
    pub(crate) fn run(&self, bus: Arc<dyn Bus>, addrs: Addrs) {
        // Called once, by `start`.
        let _ = self.running.set(Running { bus, addrs });
    }

    /// The broker.
    pub(crate) fn bus(&self) -> &dyn Bus {
        &*self.running().bus
    }

    /// Where we listen.
    pub(crate) fn addrs(&self) -> &Addrs {
        &self.running().addrs
    }

    /// What firmware addresses begin with; no slash at the end.
    pub(crate) fn public_url(&self) -> String {
        let of_the_listener = || format!("http://{}", net::dialable(self.addrs().http, None));
        self.config.public_url.clone().unwrap_or_else(of_the_listener)
    }

    /// Keeps when devices were heard last, all that were since it was kept before.
    pub(crate) async fn keep_heard(&self) {
        let heard = self.hub.take_heard();
        if let Err(error) = self.store.set_last_seen(&heard).await {
            tracing::error!(%error, "when devices were last seen was not kept");
        }
    }

    /// Keeps which devices came and went since it was kept before.
    pub(crate) async fn keep_moves(&self) {
        if let Err(error) = self.store.keep_moves(&self.hub.take_moves()).await {
            tracing::error!(%error, "when devices came and went was not kept");
        }
    }

    /// For whom the holder of a bearer token acts: the token of a session, or an API token.
    pub(crate) async fn user_of_token(&self, token: &str) -> Result<Option<SessionRow>> {
        match self.operators.session(token).await? {
            Some(session) => Ok(Some(session)),
            None => programs::of_token(&self.store, token).await,
        }
    }

    /// Ends a session, and its MQTT connections with it.
    pub(crate) async fn sign_out(&self, token: &str) -> Result<()> {
        self.close(self.operators.sign_out(token).await?);
        Ok(())
    }

    /// Ends all sessions of a user, and their MQTT connections with them.
    pub(crate) async fn sign_out_everywhere(&self, user: &str) -> Result<()> {
        self.close(self.operators.sign_out_everywhere(user).await?);
        Ok(())
    }

    /// Ends the session of a user that has this id, and its MQTT connections with it; whether there was one.
    pub(crate) async fn end_session(&self, user: &str, id: &str) -> Result<bool> {
        let ended = self.operators.end_session(user, id).await?;
        let was_there = ended.is_some();
        self.close(ended.unwrap_or_default());
        Ok(was_there)
    }

    /// Keeps when sessions were used last.
    pub(crate) async fn keep_sessions_seen(&self) {
        if let Err(error) = self.operators.keep_seen().await {
            tracing::error!(%error, "when sessions were last used was not kept");
        }
    }

    /// Ends the MQTT connections of sessions that have expired.
    pub(crate) async fn end_expired(&self) {
        match self.operators.expired().await {
            Ok(connections) => self.close(connections),
            Err(error) => tracing::error!(%error, "the sessions cannot be read"),
        }
    }

    /// Takes over what administrators changed: tells the consoles, and ends the connections of who may do
    /// other things now, or holds a key of former times.
    pub(crate) async fn refresh_registry(&self) {
        if let Err(error) = self.registry.refresh().await {
            tracing::error!(%error, "the registry cannot be read");
        }
        let changes = self.registry.changes();
        for user in &changes.people {
            self.close(self.operators.connections_of(user));
        }
        if !changes.people.is_empty() {
            self.bus().review(&|user| changes.people.contains(user)).await;
        }
        for device in changes.locked {
            tracing::info!(%device, "its key is of no use any more");
            self.close(self.hub.lock_out(&device));
        }
        if changes.prototypes {
            self.events.tell_of_prototypes();
        }
        let snapshot = self.registry.snapshot();
        for device in changes.devices {
            if !snapshot.devices.contains_key(&device) {
                self.firmware.forget(self, &device).await;
            }
            self.events.tell(&device, DeviceChange::Registry);
        }
    }

    fn close(&self, connections: Vec<ConnectionId>) {
        for connection in connections {
            self.bus().close(connection);
        }
    }

    fn running(&self) -> &Running {
        // `start` runs the broker before it lets anybody in, and nobody else makes an `App`.
        self.running.get().expect("the application runs")
    }
}
