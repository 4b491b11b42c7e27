//! What the session tells: the connection came and went, and what came through it.

use mcs_model::api::{self, DeviceChange, DeviceEvent};
use mcs_model::upload::{self, PointError};
use mcs_model::{ChannelId, DeviceId, DeviceKey, RawRef, Timestamp};
use mcs_session::{DisconnectReason, Event, Message, ReasonCode, SubscribeError, Version};
use mcs_time::Time;

use super::meaning::{Meaning, Way};
use crate::charts::Charts;
use crate::console::Console;
use crate::devices::Device;
use crate::doctor::Failure;
use crate::link::Subscription;
use crate::notices::Notices;
use crate::protocol::{ConnectionId, Ended, Level, LinkState, News, Setting};
use crate::rest::Call;

/// Devices have no manners: seconds for milliseconds, many points at once.
const RULES: upload::Rules = upload::Rules { max_points: 1000, seconds: true };

impl Console {
    pub(super) fn session_event(&mut self, on: ConnectionId, event: Event) {
        match event {
            Event::Connecting { attempt } => self.show(on, LinkState::Connecting { attempt }),
            Event::Connected { version } => self.connected(on, version),
            Event::Disconnected { reason, retry_at } => self.disconnected(on, reason, retry_at),
            Event::Message(message) => self.message(on, &message),
            Event::Subscribed { id, granted } if self.messages_subscribed((on, id), granted) => {}
            Event::Subscribed { id, granted } => {
                self.subscribed((on, id), granted.err());
            }
            Event::Published { id, outcome } => self.published(on, id, outcome),
            Event::Traced(packet) => self.messages.traced(&self.clock, on, *packet),
            _ => {}
        }
    }

    fn show(&mut self, on: ConnectionId, state: LinkState) {
        let wall = self.clock.wall();
        if let Some(link) = self.links.get_mut(on) {
            link.show(state, wall);
            self.links.changed = true;
        }
    }

    fn connected(&mut self, on: ConnectionId, version: Version) {
        let mqtt_version = match version {
            Version::V311 => "3.1.1",
            Version::V5 => "5.0",
        };
        self.show(on, LinkState::Connected { mqtt_version: mqtt_version.to_owned() });
        self.devices.changed = true;
        self.recovered(on);
        self.send_waiting_later();
        let Some(link) = self.links.get_mut(on).filter(|_| on == ConnectionId::SERVER) else {
            return;
        };
        link.ticket_backoff.reset();
        let again = core::mem::replace(&mut link.again, true);
        let silent = link.announcements.is_empty();
        if again {
            self.ask_identity();
        }
        if silent {
            // Nothing is granted yet that could be announced.
            self.fetch_devices();
        }
    }

    fn disconnected(&mut self, on: ConnectionId, reason: DisconnectReason, retry_at: Option<Time>) {
        let (clock, is_server) = (self.clock, on == ConnectionId::SERVER);
        let refused = matches!(
            reason,
            DisconnectReason::Refused(code) | DisconnectReason::Dismissed(code)
                if code == ReasonCode::BAD_USER_NAME_OR_PASSWORD
                    || code == ReasonCode::NOT_AUTHORIZED
        );
        let once = !self.reconnects(on);
        let Some(link) = self.links.get_mut(on) else { return };
        let lost = matches!(link.shown().state, LinkState::Connected { .. });
        let ended = ended(reason);
        let failure = Failure { reason, opened: link.opened };
        let state = match retry_at {
            // Another version of MQTT is tried at once, and belongs to this attempt.
            Some(at) if once && at > clock.now() => {
                if let Some(session) = link.session() {
                    session.disconnect(clock.now());
                }
                LinkState::Stopped { reason: ended }
            }
            Some(at) => LinkState::Waiting { reason: ended, retry_at: clock.at(at) },
            None if refused && is_server => {
                // The ticket is over. Whoever is still signed in gets another.
                let at = clock.now() + link.ticket_backoff.next_delay();
                link.ticket_at = Some(at);
                LinkState::Waiting { reason: ended, retry_at: clock.at(at) }
            }
            // This is the end of what was stopped above.
            None if matches!(link.shown().state, LinkState::Stopped { .. }) => return,
            None => LinkState::Stopped { reason: ended },
        };
        // Another version of MQTT is tried at once: that is no failure yet.
        let failed = retry_at != Some(clock.now()) && reason != DisconnectReason::Requested;
        link.heard.clear();
        link.show(state, clock.wall());
        self.links.changed = true;
        if failed {
            self.failed(on, failure);
        }
        if is_server {
            self.presence_known = false;
            if lost && reason != DisconnectReason::Requested {
                // The server ends the connections of who may do other things now.
                self.ask_identity();
            }
        }
        self.devices.changed = true;
        for device in self.devices.iter_mut() {
            device.live &= !device.subscriptions.iter().any(|it| it.0 == on);
        }
        if is_server || self.setting == Setting::Static {
            self.charts.lost(clock.wall());
        }
    }

    fn subscribed(&mut self, id: Subscription, refusal: Option<SubscribeError>) {
        let Some(link) = self.links.get_mut(id.0) else { return };
        if link.announcements.contains(&id.1) {
            if refusal.is_none() {
                link.heard.insert(id.1);
            }
            // What was announced before stands in the list.
            if refusal.is_some() || self.links.is_listening() {
                self.fetch_devices();
            }
            return;
        }
        if self.prototypes.news == Some(id) {
            // What was changed while nobody listened is asked for.
            return self.prototypes_changed();
        }
        if self.rollouts.news == Some(id) {
            return self.rollouts_changed();
        }
        let device = self.devices.iter_mut().find(|it| it.subscriptions.contains(&id));
        let Some(device) = device else { return };
        match refusal {
            None => {
                device.live = true;
                let name = device.name.clone();
                self.notices.retract(
                    |it| matches!(it, News::NoLiveValues { device, .. } if *device == name),
                );
            }
            Some(why) => {
                device.live = false;
                let code = match why {
                    SubscribeError::Refused(code) => Some(code.0),
                    _ => None,
                };
                let news = News::NoLiveValues { device: device.name.clone(), code };
                self.notices.add(Level::Error, news);
            }
        }
    }

    fn message(&mut self, on: ConnectionId, message: &Message) {
        self.meter.count(self.clock.now());
        let topic = self.messages.received(self.clock.now(), self.clock.wall(), on, message);
        let mut meaning = self.messages.take_meaning(topic);
        self.understood(on, &mut meaning, &message.payload);
        self.messages.keep_meaning(topic, meaning);
    }

    fn understood(&mut self, on: ConnectionId, meaning: &mut Meaning, payload: &[u8]) {
        match meaning {
            Meaning::Points(way) => self.points_of_channel(on, way, payload),
            Meaning::Device(device) if self.is_typed(&device.0, &device.1) => {
                self.points(on, &device.0, None, payload);
                self.heard_later(&device.0, None, payload);
            }
            Meaning::Event if on == ConnectionId::SERVER => {
                if let Ok(event) = api::from_json::<DeviceEvent>(payload) {
                    self.device_event(event);
                }
            }
            Meaning::Prototypes if on == ConnectionId::SERVER => self.prototypes_changed(),
            Meaning::Rollouts if on == ConnectionId::SERVER => self.rollouts_changed(),
            _ => {}
        }
    }

    /// Whether the operator typed a device in with this key.
    fn is_typed(&self, id: &DeviceId, key: &DeviceKey) -> bool {
        self.devices.get(id).is_some_and(|it| it.key.as_ref() == Some(key))
    }

    /// Points on the topic of a channel; nearly always one, and then nothing is searched or copied.
    fn points_of_channel(&mut self, on: ConnectionId, way: &mut Way, payload: &[u8]) {
        let id = way.lines.device();
        let Some(device) = self.devices.get_mut_near(id, &mut way.device) else { return };
        // Who looks at all topics of our server gets those of devices, too, and they may be commands.
        if way.key.is_some() && device.key != way.key {
            return;
        }
        let typed = way.key.is_some();
        match upload::stamped(way.lines.channel(), payload, RULES) {
            Some((at, value)) if device.is_on(on) => {
                let wall = self.clock.wall();
                let (heard, value) = (device.heard(wall), RawRef::Csv(value));
                let complaint = receive(device, &mut self.charts, on, way, at, value, wall);
                complain(device, &mut self.notices, complaint);
                self.devices.changed |= heard;
            }
            Some(_) => {}
            None => self.points(on, way.lines.device(), Some(way.lines.channel()), payload),
        }
        if typed {
            self.heard_later(way.lines.device(), Some(way.lines.channel()), payload);
        }
    }

    /// Points on a topic of a device; the broker has granted the subscription.
    fn points(
        &mut self,
        on: ConnectionId,
        id: &DeviceId,
        channel: Option<&ChannelId>,
        payload: &[u8],
    ) {
        let wall = self.clock.wall();
        let Self { devices, charts, notices, .. } = self;
        let Some(device) = devices.get_mut(id).filter(|it| it.is_on(on)) else { return };
        let heard = device.heard(wall);
        for point in upload::from_mqtt(channel, payload, RULES) {
            let complaint = match point {
                Ok(raw) => {
                    let mut way = Way::new(id, &raw.channel);
                    let value = RawRef::from(&raw.value);
                    receive(device, charts, on, &mut way, raw.timestamp, value, wall)
                }
                Err(error) => Some(Complaint::Unreadable(error)),
            };
            complain(device, notices, complaint);
        }
        devices.changed |= heard;
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
            DeviceChange::Function(channel) => {
                return self.function_ran(&event.device, channel);
            }
            DeviceChange::Version(version) => device.firmware_version = Some(version.clone()),
            DeviceChange::Push(push) => device.push = Some(push.clone()),
            _ => {}
        }
        self.devices.changed = true;
        self.send_waiting_later();
    }
}

/// What nobody understands of what a device sends.
enum Complaint {
    UnknownChannel(ChannelId),
    Unreadable(PointError),
}

/// A point finds its card and its lines.
fn receive(
    device: &mut Device,
    charts: &mut Charts,
    on: ConnectionId,
    way: &mut Way,
    at: Option<Timestamp>,
    value: RawRef<'_>,
    wall: Timestamp,
) -> Option<Complaint> {
    let at = at.unwrap_or(wall);
    let channel = way.lines.channel();
    let Some((channel, value)) = device.receive(channel, &mut way.places, at, value, wall) else {
        return Some(Complaint::UnknownChannel(channel.clone()));
    };
    if let Some(value) = value {
        // When points came to our server, it knows best.
        let came = Some(wall).filter(|_| on != ConnectionId::SERVER);
        charts.insert(&mut way.lines, at, came, &channel.kind, &value);
    }
    None
}

/// Tells the operator, once for each device.
fn complain(device: &mut Device, notices: &mut Notices, complaint: Option<Complaint>) {
    let Some(complaint) = complaint.filter(|_| !device.complained) else { return };
    device.complained = true;
    let name = device.name.clone();
    notices.add(
        Level::Warning,
        match complaint {
            Complaint::UnknownChannel(channel) => News::UnknownChannel { device: name, channel },
            Complaint::Unreadable(error) => {
                News::Unreadable { device: name, why: error.to_string() }
            }
        },
    );
}

fn ended(reason: DisconnectReason) -> Ended {
    match reason {
        DisconnectReason::Requested => Ended::Requested,
        DisconnectReason::ConnectTimeout => Ended::NoAnswer,
        DisconnectReason::KeepAlive => Ended::Silent,
        DisconnectReason::Stalled => Ended::Stalled,
        DisconnectReason::Refused(code) => Ended::Refused(code.0),
        DisconnectReason::Dismissed(code) => Ended::Dismissed(code.0),
        DisconnectReason::Protocol(code) => Ended::Protocol(code.0),
        DisconnectReason::InvalidConfig => Ended::Setting,
        _ => Ended::Closed,
    }
}
