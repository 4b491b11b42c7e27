//! Who is here: Command Server connections and MQTT clients by device, and what goes to them.
//!
//! Everything is memory, under one lock that is held for a few lookups and never across I/O.

use std::collections::{BTreeMap, BTreeSet};
use std::net::IpAddr;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use mcs_model::api::{DeviceChange, Presence, Transport};
use mcs_model::{DataPoint, DeviceId, Timestamp};

use crate::bus::ConnectionId;
use crate::clock::{self, Stopwatch};
use crate::command::OrdersTo;
use crate::events::Events;
use crate::ingest::Author;
use crate::registry::Device;
use crate::store::Move;

mod given;

#[cfg(test)]
mod tests;

use given::Given;

/// Most comings and goings that wait to be kept; then the next one is not kept.
const MOST_MOVES: usize = 100_000;

/// Names a Command Server connection for the life of the process.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct LinkId(u64);

/// Everybody who is here.
pub(crate) struct Hub {
    events: Arc<Events>,
    clock: Stopwatch,
    state: Mutex<State>,
}

#[derive(Default)]
struct State {
    last_link: u64,
    devices: BTreeMap<DeviceId, Links>,
    clients: BTreeMap<ConnectionId, BTreeSet<DeviceId>>,
    /// The devices that were heard since [`Hub::take_heard`].
    heard: Vec<DeviceId>,
    /// Who came and went since [`Hub::take_moves`].
    moves: Vec<Move>,
}

#[derive(Default)]
struct Links {
    command: Option<CommandLink>,
    /// The subscriptions by which each client gets firmware notices.
    mqtt: BTreeMap<ConnectionId, BTreeSet<String>>,
    last_seen: Option<Timestamp>,
    /// Where it was then.
    last_ip: Option<IpAddr>,
    /// Whether it stands in [`State::heard`].
    is_heard: bool,
}

struct CommandLink {
    id: LinkId,
    orders: OrdersTo,
    given: Given,
}

impl State {
    /// Something came from the device; or from where it was before.
    fn hear(&mut self, device: &DeviceId, from: Option<IpAddr>) -> &mut Links {
        let links = self.devices.entry(device.clone()).or_default();
        links.last_seen = Some(clock::now());
        links.last_ip = from.or(links.last_ip);
        if !std::mem::replace(&mut links.is_heard, true) {
            self.heard.push(device.clone());
        }
        links
    }
}

impl Links {
    /// By MQTT, by the Command Server.
    fn here(&self) -> [bool; 2] {
        [!self.mqtt.is_empty(), self.command.is_some()]
    }

    fn presence(&self) -> Presence {
        let all = [Transport::Mqtt, Transport::Command];
        let transports = all.into_iter().zip(self.here());
        let transports = transports.filter(|(_, here)| *here).map(|(transport, _)| transport);
        Presence { transports: transports.collect(), last_seen: self.last_seen }
    }
}

impl Hub {
    /// Nobody is here.
    pub(crate) fn new(events: Arc<Events>) -> Self {
        Self { events, clock: Stopwatch::start(), state: Mutex::default() }
    }

    /// A Command Server connection proved its device. It takes the place of an older one, whose
    /// orders end: most often the device has restarted and the older one is dead.
    pub(crate) fn open_command(&self, device: &DeviceId, from: IpAddr, orders: OrdersTo) -> LinkId {
        let link = {
            let mut state = self.lock();
            state.last_link += 1;
            LinkId(state.last_link)
        };
        self.heard(device, from);
        let command = CommandLink { id: link, orders, given: Given::default() };
        self.change(device, |links| links.command = Some(command));
        link
    }

    /// A Command Server connection is gone. Its last heartbeat was the last that was heard.
    pub(crate) fn close_command(&self, device: &DeviceId, link: LinkId) {
        self.change(device, |links| links.command.take_if(|newest| newest.id == link));
    }

    /// An MQTT client named the device's topics with its key; `notices` is the filter when it
    /// subscribed to firmware notices. Whether it gets them from now on and did not before.
    pub(crate) fn open_mqtt(
        &self,
        device: &DeviceId,
        client: ConnectionId,
        from: IpAddr,
        notices: Option<&str>,
    ) -> bool {
        {
            let mut state = self.lock();
            let is_known = state.hear(device, Some(from)).mqtt.contains_key(&client);
            if is_known && notices.is_none() {
                return false;
            }
            state.clients.entry(client).or_default().insert(device.clone());
        }
        self.change(device, |links| {
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

    /// An MQTT client is gone, and its devices with it: until now its pings were heard, if not by us.
    pub(crate) fn close_mqtt(&self, client: ConnectionId) {
        let devices = self.lock().clients.remove(&client).unwrap_or_default();
        for device in &devices {
            self.lock().hear(device, None);
            self.change(device, |links| links.mqtt.remove(&client));
        }
    }

    /// The device's key is of no use any more: its Command Server connection ends. Answers the MQTT clients
    /// that have to go as well.
    pub(crate) fn lock_out(&self, device: &DeviceId) -> Vec<ConnectionId> {
        self.change(device, |links| {
            links.command = None;
            links.mqtt.keys().copied().collect()
        })
    }

    /// Something came from the device.
    pub(crate) fn heard(&self, device: &DeviceId, from: IpAddr) {
        self.lock().hear(device, Some(from));
    }

    /// The devices that were heard since this was asked last, and when and where they were.
    pub(crate) fn take_heard(&self) -> Vec<(DeviceId, Timestamp, Option<IpAddr>)> {
        let mut state = self.lock();
        let heard = std::mem::take(&mut state.heard);
        let mut when = |device: DeviceId| {
            let links = state.devices.get_mut(&device)?;
            links.is_heard = false;
            Some((device, links.last_seen?, links.last_ip))
        };
        heard.into_iter().filter_map(&mut when).collect()
    }

    /// Who came and went since this was asked last.
    pub(crate) fn take_moves(&self) -> Vec<Move> {
        std::mem::take(&mut self.lock().moves)
    }

    /// Whether the device is here.
    pub(crate) fn presence(&self, device: &DeviceId) -> Presence {
        self.lock().devices.get(device).map(Links::presence).unwrap_or_default()
    }

    /// Where the device was heard last, if it was since the server's start.
    pub(crate) fn last_ip(&self, device: &DeviceId) -> Option<IpAddr> {
        self.lock().devices.get(device)?.last_ip
    }

    /// Devices that are here now, and when each device was heard last.
    pub(crate) fn all(&self) -> Vec<(DeviceId, Presence)> {
        let state = self.lock();
        state.devices.iter().map(|(id, links)| (id.clone(), links.presence())).collect()
    }

    /// Sends a value to the Command Server connection of the device. Whether there is one that takes it: none
    /// takes what a board uploads that answers its own answers.
    pub(crate) fn command(&self, device: &Device, point: &DataPoint, author: Author) -> bool {
        let now = self.clock.time();
        let taken = self.order(&device.id, |link| {
            if author == Author::Device && link.given.loops(now, point) {
                return false;
            }
            let taken = link.orders.give(point.to_command(&device.id, &device.key));
            if taken {
                link.given.note(now, point);
            }
            taken
        });
        if taken == Some(false) {
            tracing::warn!(device = %device.id, channel = %point.channel,
                "a command was dropped: the Command Server connection does not take it, or the device answers its own answers");
        }
        taken == Some(true)
    }

    /// Whether an MQTT client of the device has asked for firmware notices.
    pub(crate) fn hears_mqtt(&self, device: &DeviceId) -> bool {
        let state = self.lock();
        let links = state.devices.get(device);
        links.is_some_and(|it| it.mqtt.values().any(|filters| !filters.is_empty()))
    }

    /// Sends a firmware notice to the Command Server connection. Whether there is one.
    pub(crate) fn notice(&self, device: &DeviceId, notice: String) -> bool {
        self.order(device, |link| link.orders.give(notice)) == Some(true)
    }

    /// Whether the Command Server connection took what it was given; `None` without a connection.
    fn order(
        &self,
        device: &DeviceId,
        give: impl FnOnce(&mut CommandLink) -> bool,
    ) -> Option<bool> {
        let mut state = self.lock();
        Some(give(state.devices.get_mut(device)?.command.as_mut()?))
    }

    /// Changes how the device is here. Consoles hear of it in the order in which it happens.
    fn change<T>(&self, device: &DeviceId, change: impl FnOnce(&mut Links) -> T) -> T {
        let (outcome, presence) = {
            let mut state = self.lock();
            let links = state.devices.entry(device.clone()).or_default();
            let before = links.here();
            let outcome = change(links);
            if links.here() == before {
                return outcome;
            }
            let presence = links.presence();
            let is_here = !presence.transports.is_empty();
            if is_here != before.contains(&true) && state.moves.len() < MOST_MOVES {
                let now = clock::now();
                let at = if is_here { now } else { presence.last_seen.unwrap_or(now) };
                state.moves.push(Move { device: device.clone(), at, here: is_here });
            }
            self.events.tell(device, DeviceChange::Presence(presence.clone()));
            (outcome, presence)
        };
        tracing::info!(%device, transports = ?presence.transports, "presence");
        outcome
    }

    fn lock(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
