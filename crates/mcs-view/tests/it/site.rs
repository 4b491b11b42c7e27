//! A console, the server and the broker that it talks to, and the page that it paints.

use std::collections::BTreeMap;
use std::time::Duration;

use mcs_model::api::{self, DeviceChange, DeviceEvent, DeviceInfo, Right, Role};
use mcs_model::{ChannelId, DeviceId, Timestamp};
use mcs_session::{Config, LinkId, Qos, Session};
use mcs_sim::{Broker, BrokerOutput};
use mcs_time::Time;
use mcs_view::protocol::{
    Canvas, CardState, ChartRequest, ConnectionId, ConnectionRow, ConnectionsRequest, Control,
    ControlStage, Frame, FrameRequest, News, PointTime, Profile, Request, Start, View,
};
use mcs_view::{Claim, Console, FetchId, Fetched, Input, Output, Probe, SocketId, Unsealed};
use serde::Serialize;

use crate::historian::Historian;
pub(crate) use crate::sample::{channels, device, here, profile, session};

/// The wall clock when a site opens.
pub(crate) const WALL: u64 = 1_700_000_000_000;

/// The demo device's channels as our server passes them on, up to the channel.
pub(crate) const TOPIC: &str = "console/v1/points/D1/";

/// The same with a plain broker.
pub(crate) const KEY_TOPIC: &str = "mcs/D1/key1/";

/// The first profile.
pub(crate) const FIRST: ConnectionId = ConnectionId(1);

/// The broker of this host is [`Site::second`].
pub(crate) const SECOND_HOST: &str = "second.test";

/// Commands to our server, up to the channel.
pub(crate) const COMMANDS: &str = "console/v1/commands/D1/";

/// A console and its world.
pub(crate) struct Site {
    pub(crate) console: Console,
    pub(crate) now: Time,
    pub(crate) broker: Broker,
    /// The broker at [`SECOND_HOST`].
    pub(crate) second: Broker,
    /// Sockets can be opened.
    pub(crate) network: bool,
    pub(crate) server: Server,
    /// Calls that the server has not answered because it was told to wait.
    pub(crate) held: Vec<(FetchId, String)>,
    /// What the browser keeps.
    pub(crate) kept: BTreeMap<String, Vec<u8>>,
    /// What comes of a claim.
    pub(crate) claim: Claim,
    /// What the connection doctor tried, and what of it works.
    pub(crate) probes: Vec<Probe>,
    pub(crate) answering: Vec<Probe>,
    /// What was to be done with files, in order.
    pub(crate) jobs: Vec<Output>,
    /// The WebSocket that is open to [`Self::broker`], and every URL that was asked for.
    pub(crate) socket: Option<SocketId>,
    second_socket: Option<SocketId>,
    /// By which each broker knows the socket.
    links: BTreeMap<SocketId, LinkId>,
    numbers: Session,
    pub(crate) urls: Vec<String>,
    /// What the page shows.
    pub(crate) screen: Frame,
    pub(crate) cards: BTreeMap<ChannelId, CardState>,
    pub(crate) floats: Vec<f32>,
    pub(crate) timeout: Option<Time>,
}

/// Answers as scripted.
#[derive(Default)]
pub(crate) struct Server {
    /// What it keeps of channels.
    pub(crate) past: Historian,
    /// By method and path; a path without its query will do.
    pub(crate) answers: BTreeMap<String, (u16, Vec<u8>)>,
    pub(crate) unreachable: bool,
    pub(crate) hold: bool,
    /// Method, path and query of every call.
    pub(crate) calls: Vec<String>,
    /// The body of the last call that had one.
    pub(crate) body: Vec<u8>,
}

impl Server {
    pub(crate) fn answer(&mut self, call: &str, status: u16, body: &impl Serialize) {
        self.answers.insert(call.to_owned(), (status, api::to_json(body)));
    }

    fn look_up(&self, call: &str) -> Fetched {
        let path = call.split('?').next().unwrap_or_default();
        let scripted = self.answers.get(call).or_else(|| self.answers.get(path)).cloned();
        match scripted.or_else(|| Some((200, self.past.answer(call)?))) {
            _ if self.unreachable => Fetched::Unreachable,
            Some((status, body)) => Fetched::Answer { status, body },
            None => Fetched::Answer { status: 404, body: b"<html>".to_vec() },
        }
    }

    /// How many calls began like this.
    pub(crate) fn count(&self, call: &str) -> usize {
        self.calls.iter().filter(|it| it.starts_with(call)).count()
    }
}

impl Site {
    /// A console that was not started.
    pub(crate) fn new() -> Self {
        let mut site = Self {
            console: Console::new(),
            now: Time::from_millis(5_000),
            broker: Broker::default(),
            second: Broker::default(),
            network: true,
            server: Server::default(),
            held: Vec::new(),
            kept: BTreeMap::new(),
            claim: Claim::Ours,
            probes: Vec::new(),
            answering: Vec::new(),
            jobs: Vec::new(),
            socket: None,
            second_socket: None,
            links: BTreeMap::new(),
            numbers: Session::new(Config::new("any", 0)),
            urls: Vec::new(),
            screen: Frame::default(),
            cards: BTreeMap::new(),
            floats: Vec::new(),
            timeout: None,
        };
        site.input(Input::Clock(Timestamp::from_millis(WALL)));
        site
    }

    /// Signed in as an operator, with one device that is here and live.
    pub(crate) fn signed_in() -> Self {
        Self::signed_in_as(Role::Operator)
    }

    pub(crate) fn signed_in_as(role: Role) -> Self {
        let mut site = Self::new();
        site.server.answer("GET /api/session", 200, &session(role));
        let right = role.right().unwrap_or(Right::See);
        let device = DeviceInfo { right, may_upload: right == Right::Control, ..device() };
        site.server.answer("GET /api/devices", 200, &vec![device]);
        site.start();
        site
    }

    /// No server, and a broker that is connected.
    pub(crate) fn static_site() -> Self {
        let mut site = Self::new();
        site.start();
        site.connect(profile());
        site
    }

    /// The page is loaded again: the same browser, a new console.
    pub(crate) fn reloaded(self) -> Self {
        let mut site = Self::new();
        site.kept = self.kept.clone();
        site.input(Input::Kept(self.kept.into_iter().collect()));
        site.start();
        site
    }

    pub(crate) fn start(&mut self) {
        let origin = "http://console.test:8080".to_owned();
        self.request(Request::Start(Start { origin, mqtt_url: None, seed: 7 }));
    }

    pub(crate) fn request(&mut self, request: Request) {
        self.input(Input::Request(request));
    }

    /// The operator names a broker and connects; the first is [`FIRST`].
    pub(crate) fn connect(&mut self, profile: Profile) {
        self.connections(ConnectionsRequest::Put {
            id: None,
            profile: Box::new(profile),
            password: None,
            connect: true,
        });
    }

    pub(crate) fn connections(&mut self, request: ConnectionsRequest) {
        self.request(Request::Connections(request));
    }

    /// The row of a profile.
    pub(crate) fn row(&mut self, id: ConnectionId) -> Option<ConnectionRow> {
        self.frame(View::Devices, Vec::new());
        self.screen.connections.iter().flat_map(|it| &it.rows).find(|it| it.id == id).cloned()
    }

    pub(crate) fn input(&mut self, input: Input<'_>) {
        self.console.handle_input(self.now, input);
        self.settle();
    }

    /// Does what the console and the broker want done, until both wait.
    pub(crate) fn settle(&mut self) {
        for _ in 0..10_000 {
            match self.console.poll_output() {
                Output::Timeout(at) => {
                    assert!(at.is_none_or(|at| at > self.now), "a timeout of the past");
                    self.timeout = at;
                    if !self.broker_output() {
                        return;
                    }
                }
                output => self.perform(output),
            }
        }
        panic!("the console chases its own tail");
    }

    fn perform(&mut self, output: Output) {
        let now = self.now;
        match output {
            Output::Open { socket, url } => {
                let second = url.contains(SECOND_HOST);
                self.urls.push(url);
                if self.network {
                    let link = next_link(&mut self.numbers);
                    self.links.insert(socket, link);
                    let (place, broker) = self.end(second);
                    assert!(place.replace(socket).is_none(), "a second socket");
                    broker.opened(link);
                    self.console.handle_input(now, Input::Opened(socket));
                } else {
                    self.console.handle_input(now, Input::Closed(socket));
                }
            }
            Output::Transmit(socket, bytes) => {
                let Some(link) = self.links.get(&socket).copied() else { return };
                for second in [false, true] {
                    if let (Some(it), broker) = self.end(second)
                        && *it == socket
                    {
                        broker.received_bytes(link, &bytes);
                    }
                }
            }
            Output::Close(socket) => {
                let Some(link) = self.links.get(&socket).copied() else { return };
                for second in [false, true] {
                    let (place, broker) = self.end(second);
                    if place.take_if(|it| *it == socket).is_some() {
                        broker.closed(link);
                    }
                }
            }
            Output::Fetch { id, method, path, headers, body } => {
                assert!(headers.contains(&("X-Requested-With", "mcs-console")));
                let call = format!("{} {path}", method.as_str());
                self.server.calls.push(call.clone());
                if !body.is_empty() {
                    self.server.body = body;
                }
                if self.server.hold {
                    self.held.push((id, call));
                } else {
                    let fetched = self.server.look_up(&call);
                    self.console.handle_input(now, Input::Fetched(id, fetched));
                }
            }
            Output::Frame(frame, floats) => self.show(*frame, floats),
            Output::Keep { name, bytes } => {
                match bytes {
                    Some(bytes) => self.kept.insert(name.clone(), bytes),
                    None => self.kept.remove(&name),
                };
                self.console.handle_input(now, Input::Settled(name));
            }
            Output::Claim(name) => self.console.handle_input(now, Input::Claimed(name, self.claim)),
            // A cipher for tests: the passphrase stands before what it seals.
            Output::Seal { id, passphrase, bytes } => {
                let sealed = [passphrase.0.as_bytes(), b"|", &rot(bytes)].concat();
                self.console.handle_input(now, Input::Sealed(id, Some(sealed)));
            }
            Output::Unseal { id, passphrase, bytes } => {
                let open = bytes.strip_prefix(format!("{}|", passphrase.0).as_bytes());
                let unsealed = open.map_or(Unsealed::Wrong, |it| Unsealed::Bytes(rot(it.to_vec())));
                self.console.handle_input(now, Input::Unsealed(id, unsealed));
            }
            Output::Wipe => self.kept.clear(),
            Output::Probe(id, probe) => {
                let yes = self.answering.contains(&probe);
                self.probes.push(probe);
                self.console.handle_input(now, Input::Probed(id, yes));
            }
            job => self.jobs.push(job),
        }
    }

    /// A broker, and the socket that is open to it.
    fn end(&mut self, second: bool) -> (&mut Option<SocketId>, &mut Broker) {
        if second {
            (&mut self.second_socket, &mut self.second)
        } else {
            (&mut self.socket, &mut self.broker)
        }
    }

    fn broker_output(&mut self) -> bool {
        self.output_of(false) || self.output_of(true)
    }

    fn output_of(&mut self, second: bool) -> bool {
        let (place, broker) = self.end(second);
        let Some(output) = broker.poll_output() else { return false };
        let (BrokerOutput::Transmit(link, _) | BrokerOutput::Close(link)) = output;
        let Some(socket) = *place else { return true };
        if self.links.get(&socket) != Some(&link) {
            // It is closed already.
            return true;
        }
        match output {
            BrokerOutput::Transmit(_, bytes) => {
                self.console.handle_input(self.now, Input::Received(socket, &bytes));
            }
            BrokerOutput::Close(_) => {
                *self.end(second).0 = None;
                self.console.handle_input(self.now, Input::Closed(socket));
            }
        }
        true
    }

    /// The server answers what it was told to hold.
    pub(crate) fn release(&mut self) {
        self.server.hold = false;
        for (id, call) in std::mem::take(&mut self.held) {
            let fetched = self.server.look_up(&call);
            self.input(Input::Fetched(id, fetched));
        }
    }

    /// The cable is pulled.
    pub(crate) fn cut(&mut self) {
        self.network = false;
        if let Some(socket) = self.socket.take() {
            self.broker.closed(self.links[&socket]);
            self.input(Input::Closed(socket));
        }
    }

    /// Time passes; every timeout on the way is reported.
    pub(crate) fn pass(&mut self, duration: Duration) {
        let end = self.now + duration;
        while let Some(at) = self.timeout.filter(|at| *at <= end) {
            self.now = at;
            self.input(Input::Timeout);
        }
        self.now = end;
        self.input(Input::Timeout);
    }

    pub(crate) fn seconds(&mut self, seconds: u64) {
        self.pass(Duration::from_secs(seconds));
    }

    /// What the wall clock says.
    pub(crate) fn wall(&self) -> u64 {
        WALL + self.now.as_millis() - 5_000
    }

    /// A device or another console publishes, and the server passes it on.
    pub(crate) fn publish(&mut self, topic: &str, payload: &str) {
        self.broker.publish(topic, payload, Qos::AtMostOnce);
        self.settle();
    }

    /// The demo device reports a value, stamped with the wall clock.
    pub(crate) fn report(&mut self, channel: &str, value: &str) {
        self.say(channel, &format!("{},{channel},{value}", self.wall()));
    }

    /// The device publishes this.
    pub(crate) fn say(&mut self, channel: &str, payload: &str) {
        // The one way or the other: the console is subscribed to one of them.
        self.publish(&format!("{TOPIC}{channel}"), payload);
        self.publish(&format!("{KEY_TOPIC}{channel}"), payload);
    }

    pub(crate) fn announce(&mut self, change: DeviceChange) {
        let event = DeviceEvent { device: id("D1"), change };
        self.broker.publish("console/v1/devices/D1", api::to_json(&event), Qos::AtMostOnce);
        self.settle();
    }

    /// The page asks for a frame and shows it.
    pub(crate) fn frame(&mut self, view: View, charts: Vec<ChartRequest>) {
        self.request(Request::Frame(FrameRequest { view, fresh: false, charts }));
    }

    /// The page of the demo device.
    pub(crate) fn device_page(&mut self) {
        self.frame(View::Device(id("D1")), Vec::new());
    }

    fn show(&mut self, frame: Frame, floats: Vec<f32>) {
        if frame.devices.as_ref().is_some_and(|it| !it.iter().any(|it| it.id == id("D1"))) {
            self.cards.clear();
        }
        for card in &frame.cards {
            self.cards.insert(card.channel.clone(), card.clone());
        }
        let old = std::mem::replace(&mut self.screen, frame.clone());
        self.screen.setting = frame.setting.or(old.setting);
        self.screen.link = frame.link.or(old.link);
        self.screen.connections = frame.connections.or(old.connections);
        self.screen.devices = frame.devices.or(old.devices);
        for row in frame.rows {
            let rows = self.screen.devices.iter_mut().flatten();
            rows.filter(|it| it.id == row.id).for_each(|it| *it = row.clone());
        }
        self.screen.device = frame.device.or(old.device);
        self.screen.accounts = frame.accounts.or(old.accounts);
        self.screen.firmware = frame.firmware.or(old.firmware);
        self.screen.prototypes = frame.prototypes.or(old.prototypes);
        self.screen.rollouts = frame.rollouts.or(old.rollouts);
        self.screen.notices = frame.notices.or(old.notices);
        self.screen.keeping = frame.keeping.or(old.keeping);
        self.screen.stats = frame.stats.or(old.stats);
        self.floats = floats;
    }

    pub(crate) fn send(&mut self, channel: &str, text: &str) {
        let (device, channel, text) = (id("D1"), id(channel), text.to_owned());
        self.request(Request::Send { device, channel, text });
    }

    /// What the card of a channel shows, as text.
    pub(crate) fn value(&mut self, channel: &str) -> Option<String> {
        self.device_page();
        Some(self.cards.get(&id::<ChannelId>(channel))?.value.as_ref()?.value.to_string())
    }

    /// The command on the card of a channel.
    pub(crate) fn control(&mut self, channel: &str) -> Option<Control> {
        self.device_page();
        self.cards.get(&id::<ChannelId>(channel))?.control.clone()
    }

    pub(crate) fn stage(&mut self, channel: &str) -> ControlStage {
        self.control(channel).expect("a command").stage
    }

    pub(crate) fn notices(&mut self) -> Vec<News> {
        self.frame(View::Devices, Vec::new());
        let notices = self.screen.notices.iter().flatten();
        notices.map(|it| it.news.clone()).collect()
    }
}

pub(crate) fn id<T: std::str::FromStr<Err: std::fmt::Debug>>(text: &str) -> T {
    text.parse().unwrap()
}

pub(crate) fn chart(channel: &str, seconds: u64) -> ChartRequest {
    ChartRequest {
        device: id::<DeviceId>("D1"),
        channels: vec![id(channel)],
        time: PointTime::Device,
        window_ms: seconds * 1000,
        end: None,
        columns: 100,
        compare_ms: None,
        rows: 0,
        canvas: Canvas::default(),
    }
}

/// Its own inverse.
fn rot(bytes: Vec<u8>) -> Vec<u8> {
    bytes.into_iter().map(|it| it ^ 0x55).collect()
}

/// Links are numbered by sessions; the broker double only needs them to tell its clients apart.
fn next_link(numbers: &mut Session) -> LinkId {
    numbers.connect(Time::ZERO);
    numbers.handle_input(Time::ZERO, mcs_session::Input::Wake);
    loop {
        match numbers.poll_output() {
            mcs_session::Output::Open(link) => {
                numbers.handle_input(Time::ZERO, mcs_session::Input::Closed(link));
                return link;
            }
            mcs_session::Output::Timeout(_) => unreachable!("a session that connects opens a link"),
            _ => {}
        }
    }
}
