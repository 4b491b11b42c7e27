//! The connection to the broker: one MQTT session and its socket.

mod events;

use std::collections::BTreeSet;

use mcs_model::{ConsoleTopic, DeviceId, Timestamp, Topic};
use mcs_session::{
    Config, Credentials, Qos, Session, State, SubscribeOptions, SubscriptionId, TopicFilter,
};
use mcs_time::{Backoff, BackoffConfig, Time};

use crate::console::Console;
use crate::io::{Output, SocketId};
use crate::protocol::{self, LinkState};
use crate::rest::Call;

/// A message that is lost is not missed: the last value comes with the list. Our own commands do not come
/// back, or else they would pass for the device's word.
const OPTIONS: SubscribeOptions = SubscribeOptions { qos: Qos::AtMostOnce, no_local: true };

/// A picture is up to a mebibyte of base64, and its packet a little more.
const MAX_PACKET: u32 = 2 * 1024 * 1024;

/// The connection.
pub(crate) struct Link {
    session: Option<Session>,
    url: String,
    /// What the page sees.
    shown: protocol::Link,
    socket: Option<(SocketId, mcs_session::LinkId)>,
    last_socket: u64,
    deadline: Option<Time>,
    /// Subscriptions to what the server says of devices apart from their points: one to all of them, or one a
    /// device for who may not see all.
    announcements: BTreeSet<SubscriptionId>,
    /// Those of them that were granted on this connection.
    heard: BTreeSet<SubscriptionId>,
    /// This is not the first connection.
    again: bool,
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
            announcements: BTreeSet::new(),
            heard: BTreeSet::new(),
            again: false,
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

    /// Whether every change of a device is heard of.
    pub(crate) fn is_listening(&self) -> bool {
        self.is_connected() && self.heard.len() == self.announcements.len()
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
        self.link.session = Some(session);
        self.link.url = url;
        self.link.shown.broker = broker;
        self.listen();
    }

    /// Subscribes to what the account may hear, in place of what it was subscribed to before.
    pub(crate) fn listen(&mut self) {
        let mut former = core::mem::take(&mut self.link.announcements);
        self.link.heard.clear();
        for device in self.devices.iter_mut() {
            device.live = false;
            former.extend(device.subscriptions.drain(..));
        }
        self.unsubscribe(former);
        if self.sees_all()
            && let Some(session) = self.link.session.as_mut()
            && let Ok(filter) = TopicFilter::new("console/v1/devices/+")
        {
            let announcements = session.subscribe(self.clock.now(), filter, OPTIONS);
            self.link.announcements.insert(announcements);
        }
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
        self.link.announcements.clear();
        self.link.heard.clear();
        self.link.again = false;
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
        let (now, sees_all) = (self.clock.now(), self.sees_all());
        let Some(device) = self.devices.get_mut(id) else { return };
        let Some(session) = self.link.session.as_mut() else { return };
        if !device.subscriptions.is_empty() {
            return;
        }
        let mut subscribe = |filter: String| {
            let filter = TopicFilter::new(filter).ok()?;
            Some(session.subscribe(now, filter, OPTIONS))
        };
        let points = match &device.key {
            Some(key) => subscribe(format!("mcs/{id}/{key}/+")),
            None => subscribe(format!("console/v1/points/{id}/+")),
        };
        let more = match &device.key {
            // Several points at once: a plain broker passes them on, where our server splits them.
            Some(key) => subscribe(Topic::Device(id.clone(), key.clone()).to_string()),
            None if sees_all => None,
            None => {
                let events = subscribe(ConsoleTopic::Device(id.clone()).to_string());
                self.link.announcements.extend(events);
                events
            }
        };
        device.subscriptions = points.into_iter().chain(more).collect();
    }

    pub(crate) fn unsubscribe(&mut self, subscriptions: impl IntoIterator<Item = SubscriptionId>) {
        let now = self.clock.now();
        for id in subscriptions {
            self.link.announcements.remove(&id);
            self.link.heard.remove(&id);
            if let Some(session) = self.link.session() {
                session.unsubscribe(now, id);
            }
        }
    }

    /// Whether the account sees every device, those to come included.
    fn sees_all(&self) -> bool {
        self.signed_in.as_ref().is_some_and(|it| it.role.right().is_some())
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
}
