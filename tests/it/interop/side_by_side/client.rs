//! A client that does what steps tell it, and nothing by itself.

use std::collections::VecDeque;
use std::net::SocketAddr;
use std::time::Duration;

use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::TcpStream;
use tokio::time::timeout;

use super::packet::{Connect, Property, Publish, Subscribe, Version, framed, string};
use super::stage::Stage;

mod hears;

/// Nothing here takes that long, unless it never comes.
const PATIENCE: Duration = Duration::from_mins(2);

/// One connection.
pub(super) struct Client<'a> {
    stage: &'a Stage,
    name: &'static str,
    stream: TcpStream,
    version: Version,
    last_id: u16,
    early: VecDeque<Packet>,
    aliases: Vec<(u16, String)>,
    /// Whether it acknowledges what it hears.
    pub(super) acknowledges: bool,
}

/// First byte and body.
type Packet = (u8, Vec<u8>);

impl<'a> Client<'a> {
    pub(super) async fn dial(
        stage: &'a Stage,
        to: SocketAddr,
        name: &'static str,
        version: Version,
    ) -> Self {
        let stream = TcpStream::connect(to).await.expect("a connection");
        stream.set_nodelay(true).expect("a socket");
        Self {
            stage,
            name,
            stream,
            version,
            last_id: 0,
            early: VecDeque::new(),
            aliases: Vec::new(),
            acknowledges: true,
        }
    }

    /// CONNECT. Answers the code, whether there is a session, and the properties; nothing if the broker closes.
    pub(super) async fn connects(
        &mut self,
        mut connect: Connect,
    ) -> Option<(u8, bool, Vec<Property>)> {
        if let Some(will) = &mut connect.will {
            will.payload = self.stage.payload(&will.topic, &will.payload);
            will.topic = self.stage.topic(&will.topic);
        }
        connect.id = self.stage.client_id(&connect.id);
        self.sends(&connect.bytes()).await;
        let (first, body) = self.reads().await?;
        assert_eq!(first, 0x20, "CONNACK");
        let properties = match self.version {
            Version::V5 if body.len() > 2 => Property::read_all(&body[2..]).0,
            _ => Vec::new(),
        };
        Some((body[1], body[0] == 1, properties))
    }

    /// SUBSCRIBE that is granted.
    pub(super) async fn subscribes(&mut self, filter: &str, options: u8) {
        let codes = self.subscribe(Subscribe::new(filter, options)).await;
        assert!(codes.is_some_and(|it| it[0] == options & 3), "{filter} at {}", self.stage.broker);
    }

    /// SUBSCRIBE, and the answer is seen.
    pub(super) async fn tries_to_subscribe(&mut self, subscribe: Subscribe) {
        match self.subscribe(subscribe).await {
            Some(codes) => self.sees(&format!("SUBACK {}", hex(&codes))),
            None => self.sees("closed"),
        }
    }

    async fn subscribe(&mut self, mut subscribe: Subscribe) -> Option<Vec<u8>> {
        subscribe.filter = self.stage.topic(&subscribe.filter);
        let id = self.next_id();
        self.sends(&subscribe.bytes(self.version, id)).await;
        let mut body = self.answer(0x90).await?;
        body.drain(..2);
        if self.version == Version::V5 {
            body = Property::read_all(&body).1.to_vec();
        }
        Some(body)
    }

    /// UNSUBSCRIBE, and the answer is seen.
    pub(super) async fn unsubscribes(&mut self, filter: &str) {
        let mut body = self.next_id().to_be_bytes().to_vec();
        if self.version == Version::V5 {
            body.push(0);
        }
        string(&mut body, &self.stage.topic(filter));
        self.sends(&framed(0xa2, &body)).await;
        match self.answer(0xb0).await {
            Some(body) if self.version == Version::V5 => {
                let codes = Property::read_all(&body[2..]).1.to_vec();
                self.sees(&format!("UNSUBACK {}", hex(&codes)));
            }
            Some(_) => self.sees("UNSUBACK"),
            None => self.sees("closed"),
        }
    }

    /// A whole handshake of a message that is taken.
    pub(super) async fn publishes(&mut self, topic: &str, value: &str, qos: u8) {
        self.publishes_all(Publish::new(topic, value, qos)).await;
    }

    pub(super) async fn publishes_all(&mut self, publish: Publish) {
        let (topic, code) = (publish.topic.clone(), self.publish(publish).await);
        assert!(code.is_some_and(|it| it < 0x80), "{topic} at {}: {code:?}", self.stage.broker);
    }

    /// The same, and the answer is seen.
    pub(super) async fn tries_to_publish(&mut self, publish: Publish) {
        let name = ["sent", "PUBACK", "PUBREC"][usize::from(publish.qos)];
        match self.publish(publish).await {
            Some(code) => self.sees(&format!("{name} {code:#04x}")),
            None => self.sees("closed"),
        }
    }

    async fn publish(&mut self, publish: Publish) -> Option<u8> {
        let qos = publish.qos;
        let id = self.begins(publish).await;
        let code = |body: &[u8]| body.get(2).copied().unwrap_or(0);
        match qos {
            0 => {
                // The broker has dealt with it once it answers a ping.
                self.sends(&[0xc0, 0]).await;
                self.answer(0xd0).await.map(|_| 0)
            }
            1 => self.answer(0x40).await.map(|it| code(&it)),
            _ => {
                let pubrec = code(&self.answer(0x50).await?);
                if pubrec < 0x80 {
                    let [high, low] = id.to_be_bytes();
                    self.sends(&[0x62, 2, high, low]).await;
                    self.answer(0x70).await?;
                }
                Some(pubrec)
            }
        }
    }

    /// The same with a topic alias: without a topic, but with a payload for `channel`.
    pub(super) async fn publishes_value_as(&mut self, channel: &str, mut publish: Publish) {
        publish.payload = self.stage.payload(channel, &publish.payload);
        publish.topic.clear();
        self.publishes_all(publish).await;
    }

    /// PUBLISH alone. Answers its id.
    pub(super) async fn begins(&mut self, mut publish: Publish) -> u16 {
        if !publish.topic.is_empty() {
            publish.payload = self.stage.payload(&publish.topic, &publish.payload);
        }
        publish.topic = self.stage.topic(&publish.topic);
        let id = self.next_id();
        self.sends(&publish.bytes(self.version, id)).await;
        id
    }

    pub(super) async fn sends(&mut self, bytes: &[u8]) {
        // The broker may have closed already; what it said is read all the same.
        let _ = self.stream.write_all(bytes).await;
    }

    /// Says goodbye, and waits until the broker has heard it.
    pub(super) async fn leaves(mut self) {
        self.sends(&[0xe0, 0]).await;
        while self.reads().await.is_some() {}
    }

    /// Is gone without a word.
    pub(super) fn vanishes(self) {}

    pub(super) fn sees(&self, what: &str) {
        self.stage.notes(format!("{} {what}", self.name));
    }

    fn next_id(&mut self) -> u16 {
        self.last_id += 1;
        self.last_id
    }

    /// The body of the next packet of a kind; messages on the way are kept. Nothing if the broker closes.
    async fn answer(&mut self, first: u8) -> Option<Vec<u8>> {
        loop {
            let packet = self.reads().await?;
            match packet.0 {
                it if it & 0xf0 == first & 0xf0 => return Some(packet.1),
                it if it & 0xf0 == 0x30 => self.early.push_back(packet),
                // A reason, after which it closes.
                0xe0 => {}
                other => panic!("{}: {first:#x}, not {other:#x} {:x?}", self.name, packet.1),
            }
        }
    }

    async fn reads(&mut self) -> Option<Packet> {
        let read = async {
            let first = self.stream.read_u8().await.ok()?;
            let (mut length, mut shift) = (0, 0);
            loop {
                let byte = self.stream.read_u8().await.ok()?;
                length |= usize::from(byte & 0x7f) << shift;
                shift += 7;
                if byte & 0x80 == 0 {
                    break;
                }
            }
            let mut body = vec![0; length];
            self.stream.read_exact(&mut body).await.ok()?;
            Some((first, body))
        };
        let read = timeout(PATIENCE, read).await;
        read.unwrap_or_else(|_| {
            let last = self.stage.last();
            panic!("{} at {} waits in vain, last {last:?}", self.name, self.stage.broker)
        })
    }
}

fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|it| format!("{it:#04x}")).collect::<Vec<_>>().join(" ")
}
