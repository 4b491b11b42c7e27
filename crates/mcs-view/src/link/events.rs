//! What the session tells: the connection came and went, and what came through it.

use mcs_model::api::{self, DeviceChange, DeviceEvent};
use mcs_model::{ChannelId, ConsoleTopic, DeviceId, Topic, upload};
use mcs_session::{DisconnectReason, Event, Message, ReasonCode, SubscriptionId, Version};
use mcs_time::Time;

use crate::console::Console;
use crate::protocol::{Level, LinkState};
use crate::rest::Call;

/// Devices have no manners: seconds for milliseconds, many points at once.
const RULES: upload::Rules = upload::Rules { max_points: 1000, seconds: true };

impl Console {
    pub(super) fn session_event(&mut self, event: Event) {
        match event {
            Event::Connecting { attempt } => {
                self.link.show(LinkState::Connecting { attempt }, self.clock.wall());
            }
            Event::Connected { version } => self.connected(version),
            Event::Disconnected { reason, retry_at } => self.disconnected(reason, retry_at),
            Event::Message(message) => self.message(&message),
            Event::Subscribed { id, granted } => {
                self.subscribed(id, granted.err().map(|it| it.to_string()));
            }
            Event::Published { id, outcome } => self.published(id, outcome),
            _ => {}
        }
    }

    fn connected(&mut self, version: Version) {
        let mqtt_version = match version {
            Version::V311 => "3.1.1",
            Version::V5 => "5.0",
        };
        let state = LinkState::Connected { mqtt_version: mqtt_version.to_owned() };
        self.link.show(state, self.clock.wall());
        self.link.ticket_backoff.reset();
        self.devices.changed = true;
        if core::mem::replace(&mut self.link.again, true) {
            self.ask_identity();
        }
        if self.link.announcements.is_empty() {
            // Nothing is granted yet that could be announced.
            self.fetch_devices();
        }
    }

    fn disconnected(&mut self, reason: DisconnectReason, retry_at: Option<Time>) {
        let refused = matches!(
            reason,
            DisconnectReason::Refused(code) | DisconnectReason::Dismissed(code)
                if code == ReasonCode::BAD_USER_NAME_OR_PASSWORD
                    || code == ReasonCode::NOT_AUTHORIZED
        );
        let lost = matches!(self.link.shown().state, LinkState::Connected { .. });
        if lost && reason != DisconnectReason::Requested {
            // The server ends the connections of who may do other things now.
            self.ask_identity();
        }
        let reason = reason.to_string();
        let state = match retry_at {
            Some(at) => LinkState::Waiting { reason, retry_at: self.clock.at(at) },
            None if refused && self.signed_in.is_some() => {
                // The ticket is over. Whoever is still signed in gets another.
                let at = self.clock.now() + self.link.ticket_backoff.next_delay();
                self.link.ticket_at = Some(at);
                LinkState::Waiting { reason, retry_at: self.clock.at(at) }
            }
            None => LinkState::Stopped { reason },
        };
        let wall = self.clock.wall();
        self.link.show(state, wall);
        self.presence_known = false;
        self.link.heard.clear();
        self.devices.changed = true;
        for device in self.devices.iter_mut() {
            device.live = false;
        }
        self.charts.lost(wall);
    }

    fn subscribed(&mut self, id: SubscriptionId, refusal: Option<String>) {
        if self.link.announcements.contains(&id) {
            if refusal.is_none() {
                self.link.heard.insert(id);
            }
            // What was announced before stands in the list.
            if refusal.is_some() || self.link.is_listening() {
                self.fetch_devices();
            }
            return;
        }
        let device = self.devices.iter_mut().find(|it| it.subscriptions.contains(&id));
        let Some(device) = device else { return };
        match refusal {
            None => device.live = true,
            Some(why) => {
                device.live = false;
                let text = format!("No live values from {}: {why}.", device.name);
                self.notices.add(Level::Error, text);
            }
        }
    }

    fn message(&mut self, message: &Message) {
        self.meter.count(self.clock.now());
        match message.topic.parse() {
            Ok(ConsoleTopic::Points(id, channel)) => {
                return self.points(&id, Some(&channel), &message.payload);
            }
            Ok(ConsoleTopic::Device(_)) => {
                if let Ok(event) = api::from_json::<DeviceEvent>(&message.payload) {
                    self.device_event(event);
                }
                return;
            }
            Ok(ConsoleTopic::Commands(..) | ConsoleTopic::Prototypes) | Err(_) => {}
        }
        match message.topic.parse() {
            Ok(Topic::Channel(id, _, channel)) => {
                self.points(&id, Some(&channel), &message.payload);
            }
            Ok(Topic::Device(id, _)) => self.points(&id, None, &message.payload),
            // The firmware notice is meant for the device.
            Ok(Topic::Firmware(..)) | Err(_) => {}
        }
    }

    /// Points on a topic of a device; the broker has granted the subscription.
    fn points(&mut self, id: &DeviceId, channel: Option<&ChannelId>, payload: &[u8]) {
        let wall = self.clock.wall();
        let Some(device) = self.devices.get_mut(id) else { return };
        let row_changed = device.heard(wall);
        for point in upload::from_mqtt(channel, payload, RULES) {
            let complaint = match point {
                Ok(raw) => {
                    let at = raw.timestamp.unwrap_or(wall);
                    match device.receive(&raw.channel, at, &raw.value, wall) {
                        Some(None) => None,
                        Some(Some(value)) => {
                            let kind = device.channel(&raw.channel).map(|it| &it.kind);
                            let key = (id.clone(), raw.channel.clone());
                            kind.into_iter()
                                .for_each(|it| self.charts.insert(&key, at, it, &value));
                            None
                        }
                        None => Some(format!("it has no channel {}", raw.channel)),
                    }
                }
                Err(error) => Some(error.to_string()),
            };
            if let Some(why) = complaint.filter(|_| !device.complained) {
                device.complained = true;
                let text = format!("{} sends what cannot be read: {why}.", device.name);
                self.notices.add(Level::Warning, text);
            }
        }
        self.devices.changed |= row_changed;
    }

    /// The server says that something about a device is different now.
    fn device_event(&mut self, event: DeviceEvent) {
        let listing = self.rest.awaits(|it| matches!(it, Call::Devices { .. }));
        if event.change == DeviceChange::Registry {
            // A list that is on its way may be older than this.
            self.list_again |= listing;
            self.fetch_devices();
            return;
        }
        self.apply_event(&event);
        if listing {
            self.early_events.push(event);
        }
    }

    pub(crate) fn apply_event(&mut self, event: &DeviceEvent) {
        let Some(device) = self.devices.get_mut(&event.device) else { return };
        match &event.change {
            DeviceChange::Presence(presence) => {
                let away = presence.transports.is_empty();
                let wall = self.clock.wall();
                let since = away.then(|| presence.last_seen.unwrap_or(wall));
                self.charts.present(&event.device, since, wall);
                device.appear(presence.clone());
            }
            DeviceChange::Version(version) => device.firmware_version = Some(version.clone()),
            DeviceChange::Push(push) => device.push = Some(push.clone()),
            _ => {}
        }
        self.devices.changed = true;
    }
}
