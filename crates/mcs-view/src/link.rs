//! The connection to the broker: one MQTT session, its socket, and what comes through it.

use mcs_model::api::{self, DeviceChange, DeviceEvent};
use mcs_model::{ChannelId, DeviceId, DeviceKey, Timestamp, Topic, upload};
use mcs_session::{
    Config, Credentials, DisconnectReason, Event, Message, Qos, ReasonCode, Session, State,
    SubscribeOptions, SubscriptionId, TopicFilter, Version,
};
use mcs_time::{Backoff, BackoffConfig, Time};

use crate::console::Console;
use crate::io::{Output, SocketId};
use crate::protocol::{self, Level, LinkState};
use crate::rest::Call;

/// What the server says of devices, apart from their points.
const ANNOUNCEMENTS: &str = "console/v1/devices/";

/// A picture is up to a mebibyte of base64, and its packet a little more.
const MAX_PACKET: u32 = 2 * 1024 * 1024;

/// Devices have no manners: seconds for milliseconds, many points at once.
const RULES: upload::Rules = upload::Rules { max_points: 1000, seconds: true };

/// The connection.
pub(crate) struct Link {
    session: Option<Session>,
    url: String,
    /// What the page sees.
    shown: protocol::Link,
    socket: Option<(SocketId, mcs_session::LinkId)>,
    last_socket: u64,
    deadline: Option<Time>,
    announcements: Option<SubscriptionId>,
    /// The server refused the ticket: when to ask for another.
    ticket_at: Option<Time>,
    ticket_backoff: Backoff,
    /// The page has not seen it as it is.
    pub(crate) changed: bool,
}

/// What happens on a socket.
pub(crate) enum SocketInput<'a> {
    Opened,
    Received(&'a [u8]),
    Closed,
}

impl Link {
    pub(crate) fn new(seed: u64) -> Self {
        let since = Timestamp::default();
        Self {
            session: None,
            url: String::new(),
            shown: protocol::Link { broker: String::new(), state: LinkState::Idle, since },
            socket: None,
            last_socket: 0,
            deadline: None,
            announcements: None,
            ticket_at: None,
            ticket_backoff: Backoff::new(BackoffConfig::default(), seed),
            changed: true,
        }
    }

    /// What the page sees.
    pub(crate) fn shown(&self) -> &protocol::Link {
        &self.shown
    }

    pub(crate) fn session(&mut self) -> Option<&mut Session> {
        self.session.as_mut()
    }

    pub(crate) fn is_connected(&self) -> bool {
        self.session.as_ref().is_some_and(|it| it.state() == State::Connected)
    }

    /// The next instant at which something is due.
    pub(crate) fn deadline(&self) -> Option<Time> {
        self.deadline.into_iter().chain(self.ticket_at).min()
    }

    fn show(&mut self, state: LinkState, since: Timestamp) {
        self.shown.state = state;
        self.shown.since = since;
        self.changed = true;
    }
}

/// The settings of every session of the console.
pub(crate) fn config(client_id: String, credentials: Option<Credentials>, seed: u64) -> Config {
    Config { credentials, max_packet: MAX_PACKET, ..Config::new(client_id, seed) }
}

impl Console {
    /// Connects to a broker, in place of the one before.
    pub(crate) fn connect(&mut self, broker: String, url: String, config: Config) {
        self.disconnect();
        let mut session = Session::new(config);
        session.connect(self.clock.now());
        if self.signed_in.is_some()
            && let Ok(filter) = TopicFilter::new(format!("{ANNOUNCEMENTS}+"))
        {
            let options = SubscribeOptions::with_qos(Qos::AtMostOnce);
            self.link.announcements = Some(session.subscribe(self.clock.now(), filter, options));
        }
        self.link.session = Some(session);
        self.link.url = url;
        self.link.shown.broker = broker;
        for id in self.devices.ids() {
            self.subscribe(&id);
        }
    }

    /// Says goodbye to the broker and stays away.
    pub(crate) fn disconnect(&mut self) {
        if let Some(session) = self.link.session() {
            session.disconnect(self.clock.now());
            self.drain_session();
        }
        self.link.session = None;
        self.link.socket = None;
        self.link.deadline = None;
        self.link.announcements = None;
        self.link.ticket_at = None;
        self.link.ticket_backoff.reset();
        self.requests.clear();
        for device in self.devices.iter_mut() {
            device.subscriptions.clear();
        }
        self.link.show(LinkState::Idle, self.clock.wall());
    }

    /// Wants the topics of a device; for each device once.
    pub(crate) fn subscribe(&mut self, id: &DeviceId) {
        let now = self.clock.now();
        let with_server = self.signed_in.is_some();
        let Some(device) = self.devices.get_mut(id) else { return };
        let Some(session) = self.link.session.as_mut() else { return };
        if !device.subscriptions.is_empty() {
            return;
        }
        let channels = format!("mcs/{id}/{}/+", device.key);
        let together = Topic::Device(id.clone(), device.key.clone()).to_string();
        // The server splits what comes on the device's topic; a plain broker passes it on.
        let filters = [Some(channels), Some(together).filter(|_| !with_server)];
        let options = SubscribeOptions { qos: Qos::AtMostOnce, no_local: true };
        for filter in filters.into_iter().flatten().filter_map(|it| TopicFilter::new(it).ok()) {
            device.subscriptions.push(session.subscribe(now, filter, options));
        }
    }

    pub(crate) fn unsubscribe(&mut self, subscriptions: Vec<SubscriptionId>) {
        let now = self.clock.now();
        if let Some(session) = self.link.session() {
            subscriptions.into_iter().for_each(|it| session.unsubscribe(now, it));
        }
    }

    pub(crate) fn socket_input(&mut self, socket: SocketId, input: SocketInput<'_>) {
        let now = self.clock.now();
        let Some((_, id)) = self.link.socket.filter(|it| it.0 == socket) else { return };
        let Some(session) = self.link.session() else { return };
        session.handle_input(
            now,
            match input {
                SocketInput::Opened => mcs_session::Input::Opened(id),
                SocketInput::Received(bytes) => mcs_session::Input::Received(id, bytes),
                SocketInput::Closed => mcs_session::Input::Closed(id),
            },
        );
    }

    /// The network may be back: try at once.
    pub(crate) fn wake(&mut self) {
        let now = self.clock.now();
        if self.link.ticket_at.is_some() {
            self.link.ticket_at = Some(now);
        }
        if let Some(session) = self.link.session() {
            session.handle_input(now, mcs_session::Input::Wake);
        }
    }

    /// [`Link::deadline`] has come.
    pub(crate) fn link_timeout(&mut self) {
        let now = self.clock.now();
        if self.link.ticket_at.take_if(|at| *at <= now).is_some() {
            self.out.push_back(self.rest.call(Call::Ticket));
        }
        if let Some(session) = self.link.session() {
            session.handle_input(now, mcs_session::Input::Timeout);
        }
    }

    /// A fresh ticket for the broker.
    pub(crate) fn use_ticket(&mut self, user: &str, ticket: &str) {
        let now = self.clock.now();
        if let Some(session) = self.link.session() {
            session.set_credentials(Some(Credentials::new(user, ticket)));
            session.connect(now);
        }
    }

    /// No ticket could be had: try again later.
    pub(crate) fn want_ticket_later(&mut self) {
        let at = self.clock.now() + self.link.ticket_backoff.next_delay();
        self.link.ticket_at = Some(at);
        if let LinkState::Waiting { retry_at, .. } = &mut self.link.shown.state {
            *retry_at = self.clock.at(at);
            self.link.changed = true;
        }
    }

    /// Does what the session wants done.
    pub(crate) fn drain_session(&mut self) {
        loop {
            let Some(session) = self.link.session.as_mut() else { return };
            match session.poll_output() {
                mcs_session::Output::Open(id) => {
                    self.link.last_socket += 1;
                    let socket = SocketId(self.link.last_socket);
                    self.link.socket = Some((socket, id));
                    self.out.push_back(Output::Open { socket, url: self.link.url.clone() });
                }
                mcs_session::Output::Transmit(_, bytes) => {
                    if let Some((socket, _)) = self.link.socket {
                        self.out.push_back(Output::Transmit(socket, bytes));
                    }
                }
                mcs_session::Output::Close(_) => {
                    if let Some((socket, _)) = self.link.socket.take() {
                        self.out.push_back(Output::Close(socket));
                    }
                }
                mcs_session::Output::Event(event) => self.session_event(event),
                mcs_session::Output::Timeout(at) => {
                    self.link.deadline = at;
                    return;
                }
            }
        }
    }

    fn session_event(&mut self, event: Event) {
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
    }

    fn disconnected(&mut self, reason: DisconnectReason, retry_at: Option<Time>) {
        let refused = matches!(
            reason,
            DisconnectReason::Refused(code) | DisconnectReason::Dismissed(code)
                if code == ReasonCode::BAD_USER_NAME_OR_PASSWORD
                    || code == ReasonCode::NOT_AUTHORIZED
        );
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
        self.devices.changed = true;
        for device in self.devices.iter_mut() {
            device.live = false;
        }
        self.charts.lost(wall);
    }

    fn subscribed(&mut self, id: SubscriptionId, refusal: Option<String>) {
        if self.link.announcements == Some(id) {
            match refusal {
                None => self.fetch_devices(),
                Some(why) => self.notices.add(
                    Level::Error,
                    format!("The broker does not say which devices are here: {why}."),
                ),
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
        if message.topic.starts_with(ANNOUNCEMENTS) {
            if let Ok(event) = api::from_json::<DeviceEvent>(&message.payload) {
                self.device_event(event);
            }
            return;
        }
        match message.topic.parse() {
            Ok(Topic::Channel(id, key, channel)) => {
                self.points(&id, &key, Some(&channel), &message.payload);
            }
            Ok(Topic::Device(id, key)) => self.points(&id, &key, None, &message.payload),
            // The firmware notice is meant for the device.
            Ok(Topic::Firmware(..)) | Err(_) => {}
        }
    }

    fn points(
        &mut self,
        id: &DeviceId,
        key: &DeviceKey,
        channel: Option<&ChannelId>,
        payload: &[u8],
    ) {
        let wall = self.clock.wall();
        let Some(device) = self.devices.get_mut(id).filter(|it| it.key == *key) else { return };
        let row_changed = device.heard(wall);
        for point in upload::from_mqtt(channel, payload, RULES) {
            let complaint = match point {
                Ok(raw) => {
                    let at = raw.timestamp.unwrap_or(wall);
                    match device.receive(&raw.channel, at, &raw.value, wall) {
                        Some(None) => None,
                        Some(Some(number)) => {
                            self.charts.insert(&(id.clone(), raw.channel), at, number);
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
            DeviceChange::Presence(presence) => device.appear(presence.clone()),
            DeviceChange::Version(version) => device.firmware_version = Some(version.clone()),
            DeviceChange::Push(push) => device.push = Some(push.clone()),
            _ => {}
        }
        self.devices.changed = true;
    }
}
