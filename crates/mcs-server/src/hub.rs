//! Who is here: Command Server connections and MQTT clients by device, and what goes to them.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use mcs_model::api::{DeviceChange, Presence, Transport};
use mcs_model::{DataPoint, DeviceId, Timestamp};
use tokio::sync::mpsc;

use crate::bus::ConnectionId;
use crate::clock;
use crate::events::Events;
use crate::registry::Device;

/// Commands that may wait for one slow Command Server connection.
pub(crate) const COMMAND_QUEUE: usize = 256;

/// Names a Command Server connection for the life of the process.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct LinkId(u64);

/// Everybody who is here.
pub(crate) struct Hub {
    events: Arc<Events>,
    state: Mutex<State>,
}

#[derive(Default)]
struct State {
    last_link: u64,
    devices: BTreeMap<DeviceId, Links>,
    clients: BTreeMap<ConnectionId, BTreeSet<DeviceId>>,
}

#[derive(Default)]
struct Links {
    command: Option<(LinkId, mpsc::Sender<String>)>,
    /// The subscriptions by which each client gets firmware notices.
    mqtt: BTreeMap<ConnectionId, BTreeSet<String>>,
    last_seen: Option<Timestamp>,
}

impl Links {
    fn presence(&self) -> Presence {
        let mut transports = Vec::new();
        if !self.mqtt.is_empty() {
            transports.push(Transport::Mqtt);
        }
        if self.command.is_some() {
            transports.push(Transport::Command);
        }
        Presence { transports, last_seen: self.last_seen }
    }
}

impl Hub {
    /// Nobody is here.
    pub(crate) fn new(events: Arc<Events>) -> Self {
        Self { events, state: Mutex::default() }
    }

    /// A Command Server connection proved its device. It takes the place of an older one, whose
    /// `orders` end: most often the device has restarted and the older one is dead.
    pub(crate) fn open_command(&self, device: &DeviceId, orders: mpsc::Sender<String>) -> LinkId {
        let mut state = self.lock();
        state.last_link += 1;
        let link = LinkId(state.last_link);
        self.change(&mut state, device, |links| links.command = Some((link, orders)));
        link
    }

    /// A Command Server connection is gone.
    pub(crate) fn close_command(&self, device: &DeviceId, link: LinkId) {
        self.change(&mut self.lock(), device, |links| {
            links.command.take_if(|(newest, _)| *newest == link)
        });
    }

    /// An MQTT client named the device's topics with its key; `notices` is the filter when it
    /// subscribed to firmware notices. Whether it gets them from now on and did not before.
    pub(crate) fn open_mqtt(
        &self,
        device: &DeviceId,
        client: ConnectionId,
        notices: Option<&str>,
    ) -> bool {
        let mut state = self.lock();
        state.clients.entry(client).or_default().insert(device.clone());
        self.change(&mut state, device, |links| {
            let filters = links.mqtt.entry(client).or_default();
            notices.is_some_and(|filter| filters.insert(filter.to_owned()) && filters.len() == 1)
        })
    }

    /// An MQTT client gave up a subscription; it is still here.
    pub(crate) fn mute_mqtt(&self, device: &DeviceId, client: ConnectionId, filter: &str) {
        let mut state = self.lock();
        let links = state.devices.get_mut(device);
        if let Some(filters) = links.and_then(|links| links.mqtt.get_mut(&client)) {
            filters.remove(filter);
        }
    }

    /// An MQTT client is gone. Answers the devices that went with it.
    pub(crate) fn close_mqtt(&self, client: ConnectionId) -> Vec<DeviceId> {
        let mut state = self.lock();
        let devices = state.clients.remove(&client).unwrap_or_default();
        for device in &devices {
            self.change(&mut state, device, |links| links.mqtt.remove(&client));
        }
        devices.into_iter().collect()
    }

    /// The device's key is of no use any more: its Command Server connection ends. Answers the MQTT clients
    /// that have to go as well.
    pub(crate) fn lock_out(&self, device: &DeviceId) -> Vec<ConnectionId> {
        let mut state = self.lock();
        if !state.devices.contains_key(device) {
            return Vec::new();
        }
        self.change(&mut state, device, |links| {
            links.command = None;
            links.mqtt.keys().copied().collect()
        })
    }

    /// Something came from the device.
    pub(crate) fn heard(&self, device: &DeviceId) {
        self.lock().devices.entry(device.clone()).or_default().last_seen = Some(clock::now());
    }

    /// Whether the device is here.
    pub(crate) fn presence(&self, device: &DeviceId) -> Presence {
        self.lock().devices.get(device).map(Links::presence).unwrap_or_default()
    }

    /// Devices that are here now, and when each device was heard last.
    pub(crate) fn all(&self) -> Vec<(DeviceId, Presence)> {
        let state = self.lock();
        state.devices.iter().map(|(id, links)| (id.clone(), links.presence())).collect()
    }

    /// Sends a value to the Command Server connection of the device. Whether there is one that takes it.
    pub(crate) fn command(&self, device: &Device, point: &DataPoint) -> bool {
        let taken = self.order(&device.id, point.to_command(&device.id, &device.key));
        if taken == Some(false) {
            tracing::warn!(device = %device.id, channel = %point.channel,
                "a command was dropped: the Command Server connection does not take it");
        }
        taken == Some(true)
    }

    /// Whether an MQTT client of the device has asked for firmware notices.
    pub(crate) fn hears_mqtt(&self, device: &DeviceId) -> bool {
        let state = self.lock();
        state
            .devices
            .get(device)
            .is_some_and(|it| it.mqtt.values().any(|filters| !filters.is_empty()))
    }

    /// Sends a firmware notice to the Command Server connection. Whether there is one.
    pub(crate) fn notice(&self, device: &DeviceId, notice: String) -> bool {
        self.order(device, notice) == Some(true)
    }

    /// Whether the Command Server connection took `line`; `None` without a connection.
    fn order(&self, device: &DeviceId, line: String) -> Option<bool> {
        let state = self.lock();
        let (_, orders) = state.devices.get(device)?.command.as_ref()?;
        Some(orders.try_send(line).is_ok())
    }

    fn change<T>(
        &self,
        state: &mut State,
        device: &DeviceId,
        change: impl FnOnce(&mut Links) -> T,
    ) -> T {
        let links = state.devices.entry(device.clone()).or_default();
        let before = links.presence().transports;
        let outcome = change(links);
        if links.presence().transports != before {
            links.last_seen = Some(clock::now());
            let presence = links.presence();
            tracing::info!(%device, transports = ?presence.transports, "presence");
            self.events.tell(device, DeviceChange::Presence(presence));
        }
        outcome
    }

    fn lock(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
