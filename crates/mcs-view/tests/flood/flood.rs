//! A console on a plain broker that sends points as fast as they are taken, in frames of many.

use mcs_model::{Channel, ChannelKind, Direction};
use mcs_time::Time;
use mcs_view::protocol::{
    ConnectionId, ConnectionsRequest, Frame, FrameRequest, MessagesRequest, NewDevice, Profile,
    Request, Start, View,
};
use mcs_view::{Console, Fetched, Input, Output, SocketId, Timestamp};

/// Bytes of a frame.
const FRAME: usize = 16 << 10;

/// When the console starts, in milliseconds.
const WALL: u64 = 1_700_000_000_000;

/// The console, and what is sent to it.
pub(crate) struct Flood {
    console: Console,
    now: u64,
    socket: Option<SocketId>,
    frame: Option<Box<Frame>>,
    /// Of each topic in turn: all of a PUBLISH but its payload's number and time.
    topics: Vec<(String, String)>,
    sent: usize,
}

impl Flood {
    /// A console that knows the devices, and is subscribed to everything beside.
    pub(crate) fn open(devices: usize, channels: usize) -> Self {
        let console = Console::new();
        let mut flood =
            Self { console, now: 5_000, socket: None, frame: None, topics: Vec::new(), sent: 0 };
        flood.input(Input::Clock(Timestamp::from_millis(WALL)));
        let origin = "http://console.test".to_owned();
        flood.input(Input::Request(Request::Start(Start { origin, mqtt_url: None, seed: 7 })));
        let profile = Profile {
            host: "broker.test".to_owned(),
            port: 9001,
            path: "/".to_owned(),
            ..Profile::default()
        };
        flood.input(Input::Request(Request::Connections(ConnectionsRequest::Put {
            id: None,
            profile: Box::new(profile),
            password: None,
            connect: true,
        })));
        let socket = flood.socket.expect("a socket");
        flood.input(Input::Opened(socket));
        // CONNACK of MQTT 5.
        flood.input(Input::Received(socket, &[0x20, 3, 0, 0, 0]));
        for device in 0..devices {
            flood.add(device, channels);
        }
        flood.input(Input::Request(Request::Messages(MessagesRequest::Subscribe {
            connection: ConnectionId(1),
            filter: "#".to_owned(),
            qos: 0,
            colour: 0,
        })));
        flood
    }

    fn add(&mut self, device: usize, channels: usize) {
        let (id, key) = (format!("D{device:07}"), format!("k{device:015}"));
        let channel = |number: usize| Channel {
            id: format!("value{number}").parse().expect("an id"),
            name: format!("Value {number}"),
            description: String::new(),
            direction: Direction::Display,
            kind: ChannelKind::Float { unit: String::new(), bounds: None },
            template: None,
        };
        self.input(Input::Request(Request::AddDevice(NewDevice {
            id: id.parse().expect("an id"),
            key: key.parse().expect("a key"),
            name: id.clone(),
            channels: (0..channels).map(channel).collect(),
            connection: ConnectionId(1),
        })));
        for number in 0..channels {
            let channel = format!("value{number}");
            self.topics.push((format!("mcs/{id}/{key}/{channel}"), channel));
        }
    }

    /// Sends frames, and lets the page ask for what is new now and then.
    pub(crate) fn pour(&mut self, frames: &[Vec<u8>]) {
        let socket = self.socket.expect("a socket");
        for (number, bytes) in frames.iter().enumerate() {
            self.now += 1;
            self.input(Input::Received(socket, bytes));
            if number % 100 == 0 {
                let frame = FrameRequest { view: View::Devices, fresh: false, charts: Vec::new() };
                self.input(Input::Request(Request::Frame(frame)));
            }
        }
    }

    /// Messages that the console has counted.
    pub(crate) fn seen(&mut self) -> u64 {
        let frame = FrameRequest { view: View::Devices, fresh: true, charts: Vec::new() };
        self.input(Input::Request(Request::Frame(frame)));
        self.frame.as_ref().and_then(|it| it.stats).map_or(0, |it| it.messages)
    }

    /// The next messages, in frames.
    pub(crate) fn frames(&mut self, messages: usize) -> Vec<Vec<u8>> {
        let mut frames = Vec::new();
        let mut frame = Vec::with_capacity(FRAME);
        for _ in 0..messages {
            let (topic, channel) = &self.topics[self.sent % self.topics.len()];
            let at = WALL + self.sent as u64 / 100;
            let payload = format!("{at},{channel},{}", (self.sent % 1000) as f64 / 10.0);
            self.sent += 1;
            let len = 2 + topic.len() + 1 + payload.len();
            assert!(len < 0x80, "the length takes one byte");
            if frame.len() + 2 + len > FRAME {
                frames.push(std::mem::replace(&mut frame, Vec::with_capacity(FRAME)));
            }
            frame.extend([0x30, len as u8, 0, topic.len() as u8]);
            frame.extend(topic.as_bytes());
            frame.push(0);
            frame.extend(payload.as_bytes());
        }
        frames.push(frame);
        frames
    }

    fn input(&mut self, input: Input<'_>) {
        let now = Time::from_millis(self.now);
        self.console.handle_input(now, input);
        loop {
            match self.console.poll_output() {
                Output::Timeout(_) => return,
                Output::Open { socket, .. } => self.socket = Some(socket),
                Output::Fetch { id, .. } => {
                    self.console.handle_input(now, Input::Fetched(id, Fetched::Unreachable));
                }
                Output::Frame(frame, _) => self.frame = Some(frame),
                _ => {}
            }
        }
    }
}
