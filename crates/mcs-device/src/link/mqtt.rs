//! MQTT over TCP: one socket, one timer, one session.

use std::convert::Infallible;
use std::future::pending;
use std::io;
use std::pin::Pin;
use std::time::Duration;

use anyhow::{Context, Result};
use mcs_model::upload::{self, Rules};
use mcs_model::{DataPoint, DeviceId, DeviceKey, Topic};
use mcs_session::{
    Config, Event, Input, LinkId, Message, Offline, Output, Publish, Qos, Session,
    SubscribeOptions, TopicFilter,
};
use mcs_time::Time;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;
use tokio::sync::mpsc;

use super::Incoming;
use crate::SimulateConfig;
use crate::clock::Clock;

/// Runs the session of a board.
pub(super) async fn run(
    config: &SimulateConfig,
    broker: &str,
    incoming: mpsc::Sender<Incoming>,
    mut reports: mpsc::Receiver<DataPoint>,
) -> Result<Infallible> {
    let clock = Clock::new();
    let mut client = Client::new(config, broker, incoming)?;
    client.session.connect(clock.now());
    loop {
        let timeout = client.drain(clock.now());
        // A broker that turned us away for good may think otherwise later.
        let timeout = timeout.or(client.try_again_at);
        tokio::select! {
            happened = client.socket.next(&mut client.buffer) => client.pass_on(clock.now(), happened),
            point = reports.recv() => match point {
                Some(point) => client.publish(clock.now(), &point),
                None => return pending().await,
            },
            () = clock.sleep_until(timeout) => client.wake(clock.now()),
        }
    }
}

/// A session and its socket.
struct Client {
    session: Session,
    socket: Socket,
    broker: String,
    device: (DeviceId, DeviceKey),
    incoming: mpsc::Sender<Incoming>,
    try_again_at: Option<Time>,
    buffer: Vec<u8>,
}

/// The one socket of a session.
enum Socket {
    None,
    Opening(LinkId, Pin<Box<dyn Future<Output = io::Result<TcpStream>> + Send>>),
    Open { link: LinkId, stream: TcpStream, unsent: Vec<u8> },
}

/// What a socket did.
enum Happened {
    Opened(LinkId),
    Read(LinkId, usize),
    Written,
    Closed(LinkId, io::Error),
}

impl Client {
    fn new(
        config: &SimulateConfig,
        broker: &str,
        incoming: mpsc::Sender<Incoming>,
    ) -> Result<Self> {
        let (id, key) = (config.id.clone(), config.key.clone());
        let mut session = Session::new(Config::new(format!("mcs-device-{id}"), config.seed));
        // Everything of the device, the firmware notice too (CONTRACT §2.2).
        let filter = TopicFilter::new(format!("{}/+", Topic::Device(id.clone(), key.clone())))
            .context("the device's topic")?;
        let options = SubscribeOptions::with_qos(Qos::AtLeastOnce).no_local();
        session.subscribe(Time::ZERO, filter, options);
        Ok(Self {
            session,
            socket: Socket::None,
            broker: broker.to_owned(),
            device: (id, key),
            incoming,
            try_again_at: None,
            buffer: vec![0; READ],
        })
    }

    /// Does what the session wants and gives the instant of its timer.
    fn drain(&mut self, now: Time) -> Option<Time> {
        loop {
            match self.session.poll_output() {
                Output::Open(link) => self.socket = Socket::open(link, &self.broker),
                Output::Transmit(link, bytes) => self.socket.queue(link, &bytes),
                Output::Close(link) => self.socket.close(link),
                Output::Event(event) => self.tell(now, event),
                Output::Timeout(at) => return at,
            }
        }
    }

    fn pass_on(&mut self, now: Time, happened: Happened) {
        match happened {
            Happened::Opened(link) => self.session.handle_input(now, Input::Opened(link)),
            Happened::Read(link, len) => {
                self.session.handle_input(now, Input::Received(link, &self.buffer[..len]));
            }
            Happened::Written => {}
            Happened::Closed(link, error) => {
                tracing::debug!(device = %self.device.0, %error, "the link to the broker ended");
                self.session.handle_input(now, Input::Closed(link));
            }
        }
    }

    fn wake(&mut self, now: Time) {
        self.session.handle_input(now, Input::Timeout);
        if self.try_again_at.is_some_and(|at| at <= now) {
            self.try_again_at = None;
            self.session.connect(now);
        }
    }

    fn publish(&mut self, now: Time, point: &DataPoint) {
        let (id, key) = self.device.clone();
        let topic = Topic::Channel(id, key, point.channel.clone()).to_string();
        let message = Publish::new(topic, point.to_mqtt().into_bytes())
            .qos(Qos::AtLeastOnce)
            .offline(Offline::Keep { ttl: KEPT });
        if let Err(error) = self.session.publish(now, message) {
            tracing::debug!(device = %self.device.0, ?error, "a point is not published");
        }
    }

    fn tell(&mut self, now: Time, event: Event) {
        let device = &self.device.0;
        match event {
            Event::Connected { version } => tracing::info!(%device, %version, "connected by MQTT"),
            Event::Disconnected { reason, retry_at } => {
                tracing::warn!(%device, %reason, "not connected by MQTT");
                if retry_at.is_none() {
                    self.try_again_at = Some(now + GIVEN_UP);
                }
            }
            Event::Subscribed { granted: Ok(_), .. } => self.hand_over(Incoming::Connected),
            Event::Subscribed { granted: Err(error), .. } => {
                tracing::warn!(%device, ?error, "the broker does not let the device subscribe");
            }
            Event::Message(message) => self.obey(&message),
            _ => {}
        }
    }

    fn obey(&self, message: &Message) {
        let device = &self.device.0;
        let channel = match message.topic.parse() {
            Ok(Topic::Channel(_, _, channel)) => channel,
            Ok(Topic::Firmware(..)) => {
                // What is no text is no notice either: the codec will say so.
                let notice = String::from_utf8_lossy(&message.payload).into_owned();
                return self.hand_over(Incoming::Notice(notice));
            }
            Ok(Topic::Device(..)) | Err(_) => return,
        };
        for point in upload::from_mqtt(Some(&channel), &message.payload, Rules::default()) {
            match point {
                Ok(point) => self.hand_over(Incoming::Command(point)),
                Err(error) => tracing::warn!(%device, %channel, %error, "a command is no point"),
            }
        }
    }

    fn hand_over(&self, incoming: Incoming) {
        if self.incoming.try_send(incoming).is_err() {
            tracing::warn!(device = %self.device.0, "too many commands at once: one is dropped");
        }
    }
}

impl Socket {
    fn open(link: LinkId, broker: &str) -> Self {
        let broker = broker.to_owned();
        Self::Opening(
            link,
            Box::pin(async move {
                let stream = TcpStream::connect(broker).await?;
                // Packets are small and wanted at once.
                stream.set_nodelay(true)?;
                Ok(stream)
            }),
        )
    }

    fn queue(&mut self, to: LinkId, bytes: &[u8]) {
        if let Self::Open { link, unsent, .. } = self
            && *link == to
        {
            unsent.extend_from_slice(bytes);
        }
    }

    /// Closes the link; what is unsent goes out if the socket takes it at once.
    fn close(&mut self, which: LinkId) {
        if self.link() != Some(which) {
            return;
        }
        if let Self::Open { stream, unsent, .. } = self {
            // The session has given the link up: there is nobody to tell of a failure.
            let _ = stream.try_write(unsent);
        }
        *self = Self::None;
    }

    /// The next thing that happens; what was read is in `buffer`. Can be dropped and called again.
    async fn next(&mut self, buffer: &mut [u8]) -> Happened {
        let (link, result) = match self {
            Self::None => pending().await,
            Self::Opening(link, connecting) => {
                let link = *link;
                match connecting.await {
                    Ok(stream) => {
                        *self = Self::Open { link, stream, unsent: Vec::new() };
                        return Happened::Opened(link);
                    }
                    Err(error) => (link, Err(error)),
                }
            }
            Self::Open { link, stream, unsent } => {
                let (mut reader, mut writer) = stream.split();
                tokio::select! {
                    read = reader.read(buffer) => (*link, read),
                    written = writer.write(unsent), if !unsent.is_empty() => match written {
                        Ok(len) => {
                            unsent.drain(..len);
                            return Happened::Written;
                        }
                        Err(error) => (*link, Err(error)),
                    },
                }
            }
        };
        match result {
            Ok(len) if len > 0 => Happened::Read(link, len),
            Ok(_) => self.ended(link, io::ErrorKind::UnexpectedEof.into()),
            Err(error) => self.ended(link, error),
        }
    }

    fn ended(&mut self, link: LinkId, error: io::Error) -> Happened {
        *self = Self::None;
        Happened::Closed(link, error)
    }

    fn link(&self) -> Option<LinkId> {
        match self {
            Self::None => None,
            Self::Opening(link, _) | Self::Open { link, .. } => Some(*link),
        }
    }
}

/// How long points wait for a connection.
const KEPT: Duration = Duration::from_secs(120);

/// How long after a refusal for good the board tries again all the same.
const GIVEN_UP: Duration = Duration::from_secs(30);

/// Bytes read at once.
const READ: usize = 16 * 1024;
