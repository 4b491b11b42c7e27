//! The connections to brokers: each an MQTT session and its socket.

mod events;
mod meaning;

use mcs_model::{ConsoleTopic, DeviceId, Timestamp, Topic};
use mcs_session::{
    Config, Credentials, Qos, RequestId, Session, State, SubscribeOptions, SubscriptionId,
    TopicFilter,
};
use mcs_sorted::{Map, Set};
use mcs_time::{Backoff, BackoffConfig, Time};

use crate::console::Console;
use crate::io::{Output, SocketId};
use crate::protocol::{self, ConnectionId, LinkState};
use crate::rest::Call;
pub(crate) use meaning::Meaning;

/// A message that is lost is not missed: the last value comes with the list. Our own commands do not come
/// back, or else they would pass for the device's word.
pub(crate) const OPTIONS: SubscribeOptions =
    SubscribeOptions { qos: Qos::AtMostOnce, no_local: true };

/// A picture is up to a mebibyte of base64, and its packet a little more.
const MAX_PACKET: u32 = 2 * 1024 * 1024;

/// All connections.
#[derive(Default)]
pub(crate) struct Links {
    map: Map<ConnectionId, Link>,
    last_socket: u64,
    /// The page has not seen them as they are.
    pub(crate) changed: bool,
}

/// A subscription, and on which connection.
pub(crate) type Subscription = (ConnectionId, SubscriptionId);

/// A published message, and on which connection.
pub(crate) type Sent = (ConnectionId, RequestId);

/// One connection.
pub(crate) struct Link {
    session: Option<Session>,
    url: String,
    /// What the page sees.
    shown: protocol::Link,
    socket: Option<(SocketId, mcs_session::LinkId)>,
    /// The socket has opened.
    opened: bool,
    deadline: Option<Time>,
    /// Subscriptions to what the server says of devices apart from their points: one to all of them, or one a
    /// device for who may not see all.
    announcements: Set<SubscriptionId>,
    /// Those of them that were granted on this connection.
    heard: Set<SubscriptionId>,
    /// This is not the first connection.
    again: bool,
    /// The server refused the ticket: when to ask for another.
    ticket_at: Option<Time>,
    ticket_backoff: Backoff,
}

/// What happens on a socket.
pub(crate) enum SocketInput<'a> {
    Opened,
    Received(&'a [u8]),
    Closed,
}

impl Links {
    pub(crate) fn insert(&mut self, id: ConnectionId, link: Link) {
        self.changed = true;
        self.map.insert(id, link);
    }

    pub(crate) fn remove(&mut self, id: ConnectionId) {
        self.changed = true;
        self.map.remove(&id);
    }

    pub(crate) fn get(&self, id: ConnectionId) -> Option<&Link> {
        self.map.get(&id)
    }

    pub(crate) fn get_mut(&mut self, id: ConnectionId) -> Option<&mut Link> {
        self.map.get_mut(&id)
    }

    pub(crate) fn session(&mut self, id: ConnectionId) -> Option<&mut Session> {
        self.map.get_mut(&id)?.session()
    }

    pub(crate) fn ids(&self) -> Vec<ConnectionId> {
        self.map.keys().copied().collect()
    }

    /// Whether every change of a device of the server is heard of.
    pub(crate) fn is_listening(&self) -> bool {
        self.get(ConnectionId::SERVER).is_some_and(Link::is_listening)
    }

    /// The next instant at which something is due.
    pub(crate) fn deadline(&self) -> Option<Time> {
        self.map.values().filter_map(Link::deadline).min()
    }

    /// How the connections stand as a whole: what is amiss comes first.
    pub(crate) fn summary(&self) -> protocol::Link {
        let worth = |link: &&Link| match link.shown.state {
            LinkState::Waiting { .. } => 0,
            LinkState::Stopped { .. } => 1,
            LinkState::Connecting { .. } => 2,
            LinkState::Connected { .. } => 3,
            LinkState::Idle => 4,
        };
        let first = self.map.values().min_by_key(worth);
        first.map_or_else(|| Link::new(0).shown, |link| link.shown.clone())
    }

    fn of_socket(&self, socket: SocketId) -> Option<ConnectionId> {
        let is = |link: &Link| link.socket.is_some_and(|it| it.0 == socket);
        self.map.iter().find_map(|(id, link)| is(link).then_some(*id))
    }
}

impl Link {
    pub(crate) fn new(seed: u64) -> Self {
        let since = Timestamp::default();
        Self {
            session: None,
            url: String::new(),
            shown: protocol::Link { broker: String::new(), state: LinkState::Idle, since },
            socket: None,
            opened: false,
            deadline: None,
            announcements: Set::new(),
            heard: Set::new(),
            again: false,
            ticket_at: None,
            ticket_backoff: Backoff::new(BackoffConfig::default(), seed),
        }
    }

    /// What the page sees.
    pub(crate) fn shown(&self) -> &protocol::Link {
        &self.shown
    }

    /// Its name for people.
    pub(crate) fn name(&mut self, name: String) {
        self.shown.broker = name;
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
    }
}

/// The settings of every session of the console.
pub(crate) fn config(client_id: String, credentials: Option<Credentials>, seed: u64) -> Config {
    Config { credentials, max_packet: MAX_PACKET, trace: true, ..Config::new(client_id, seed) }
}

impl Console {
    /// Connects to a broker, in place of the connection before.
    pub(crate) fn connect(
        &mut self,
        id: ConnectionId,
        broker: String,
        url: String,
        config: Config,
    ) {
        self.disconnect(id);
        let mut session = Session::new(config);
        session.connect(self.clock.now());
        let Some(link) = self.links.get_mut(id) else { return };
        link.session = Some(session);
        link.url = url;
        link.shown.broker = broker;
        self.listen(id);
    }

    /// Subscribes to what the account may hear on a connection, in place of what it was subscribed
    /// to before.
    pub(crate) fn listen(&mut self, on: ConnectionId) {
        let Some(link) = self.links.get_mut(on) else { return };
        let mut former: Vec<_> =
            core::mem::take(&mut link.announcements).into_iter().map(|it| (on, it)).collect();
        link.heard.clear();
        for device in self.devices.iter_mut() {
            let (here, elsewhere) =
                device.subscriptions.drain(..).partition(|it: &Subscription| it.0 == on);
            device.subscriptions = elsewhere;
            device.live &= !device.subscriptions.is_empty();
            former.extend::<Vec<_>>(here);
        }
        self.unsubscribe(former);
        let now = self.clock.now();
        if on == ConnectionId::SERVER
            && self.sees_all()
            && let Some(link) = self.links.get_mut(on)
            && let Some(session) = link.session.as_mut()
            && let Ok(filter) = TopicFilter::new("console/v1/devices/+")
        {
            link.announcements.insert(session.subscribe(now, filter, OPTIONS));
        }
        for id in self.devices.ids() {
            self.subscribe(&id);
        }
        self.listen_to_messages(on);
    }

    /// Says goodbye to the broker and stays away.
    pub(crate) fn disconnect(&mut self, id: ConnectionId) {
        let now = self.clock.now();
        if let Some(session) = self.links.session(id) {
            session.disconnect(now);
            self.drain_session(id);
        }
        let wall = self.clock.wall();
        let Some(link) = self.links.get_mut(id) else { return };
        link.session = None;
        link.socket = None;
        link.deadline = None;
        link.announcements.clear();
        link.heard.clear();
        link.again = false;
        link.ticket_at = None;
        link.ticket_backoff.reset();
        link.show(LinkState::Idle, wall);
        self.links.changed = true;
        self.messages.unlisten(id);
        self.requests.retain(|it, _| it.0 != id);
        self.prototypes.news.take_if(|it| it.0 == id);
        self.rollouts.news.take_if(|it| it.0 == id);
        for device in self.devices.iter_mut() {
            device.subscriptions.retain(|it| it.0 != id);
        }
    }

    /// Wants the topics of a device; for each device once.
    pub(crate) fn subscribe(&mut self, id: &DeviceId) {
        let (now, sees_all) = (self.clock.now(), self.sees_all());
        let Some(on) = self.devices.get(id).map(|it| self.home(it)) else { return };
        let Some(device) = self.devices.get_mut(id) else { return };
        if device.subscriptions.iter().any(|it| it.0 != on) {
            // It has moved.
            let former = core::mem::take(&mut device.subscriptions);
            device.live = false;
            self.unsubscribe(former);
        }
        let Some(device) = self.devices.get_mut(id) else { return };
        let Some(link) = self.links.get_mut(on) else { return };
        let Some(session) = link.session.as_mut() else { return };
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
                link.announcements.extend(events);
                events
            }
        };
        device.subscriptions = points.into_iter().chain(more).map(|it| (on, it)).collect();
    }

    pub(crate) fn unsubscribe(&mut self, subscriptions: impl IntoIterator<Item = Subscription>) {
        let now = self.clock.now();
        for (on, id) in subscriptions {
            let Some(link) = self.links.get_mut(on) else { continue };
            link.announcements.remove(&id);
            link.heard.remove(&id);
            if let Some(session) = link.session() {
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
        let Some(on) = self.links.of_socket(socket) else { return };
        let Some(link) = self.links.get_mut(on) else { return };
        let (Some(session), Some((_, id))) = (link.session.as_mut(), link.socket) else { return };
        link.opened |= matches!(input, SocketInput::Opened);
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
        for link in self.links.map.values_mut() {
            if link.ticket_at.is_some() {
                link.ticket_at = Some(now);
            }
            if let Some(session) = link.session() {
                session.handle_input(now, mcs_session::Input::Wake);
            }
        }
    }

    /// [`Links::deadline`] has come.
    pub(crate) fn link_timeout(&mut self) {
        let now = self.clock.now();
        for link in self.links.map.values_mut() {
            if link.ticket_at.take_if(|at| *at <= now).is_some() {
                self.out.push_back(self.rest.call(Call::Ticket));
            }
            if let Some(session) = link.session() {
                session.handle_input(now, mcs_session::Input::Timeout);
            }
        }
    }

    /// A fresh ticket for the server's broker.
    pub(crate) fn use_ticket(&mut self, user: &str, ticket: &str) {
        let now = self.clock.now();
        if let Some(session) = self.links.session(ConnectionId::SERVER) {
            session.set_credentials(Some(Credentials::new(user, ticket)));
            session.connect(now);
        }
    }

    /// No ticket could be had: try again later.
    pub(crate) fn want_ticket_later(&mut self) {
        let clock = self.clock;
        let Some(link) = self.links.get_mut(ConnectionId::SERVER) else { return };
        let at = clock.now() + link.ticket_backoff.next_delay();
        link.ticket_at = Some(at);
        if let LinkState::Waiting { retry_at, .. } = &mut link.shown.state {
            *retry_at = clock.at(at);
            self.links.changed = true;
        }
    }

    /// Does what the sessions want done.
    pub(crate) fn drain_sessions(&mut self) {
        for id in self.links.ids() {
            self.drain_session(id);
        }
    }

    fn drain_session(&mut self, on: ConnectionId) {
        loop {
            let Some(link) = self.links.map.get_mut(&on) else { return };
            let Some(session) = link.session.as_mut() else { return };
            match session.poll_output() {
                mcs_session::Output::Open(id) => {
                    self.links.last_socket += 1;
                    let socket = SocketId(self.links.last_socket);
                    link.socket = Some((socket, id));
                    link.opened = false;
                    self.out.push_back(Output::Open { socket, url: link.url.clone() });
                }
                mcs_session::Output::Transmit(_, bytes) => {
                    if let Some((socket, _)) = link.socket {
                        self.out.push_back(Output::Transmit(socket, bytes));
                    }
                }
                mcs_session::Output::Close(_) => {
                    if let Some((socket, _)) = link.socket.take() {
                        self.out.push_back(Output::Close(socket));
                    }
                }
                mcs_session::Output::Event(event) => self.session_event(on, event),
                mcs_session::Output::Timeout(at) => {
                    link.deadline = at;
                    return;
                }
            }
        }
    }
}
