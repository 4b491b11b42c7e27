//! A client made of bytes: it does what it is told, and nothing by itself.

use std::collections::VecDeque;
use std::net::SocketAddr;

use tokio::io::{AsyncRead, AsyncReadExt, AsyncWrite, AsyncWriteExt};
use tokio::net::TcpStream;

use crate::soon;

/// An MQTT version, by its protocol level.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Version {
    V31 = 3,
    V311 = 4,
    V5 = 5,
}

pub(crate) const VERSIONS: [Version; 3] = [Version::V31, Version::V311, Version::V5];

/// A CONNECT.
#[derive(Clone)]
pub(crate) struct Hello<'a> {
    pub(crate) version: Version,
    pub(crate) id: &'a str,
    pub(crate) clean: bool,
    pub(crate) keep_alive: u16,
    /// Seconds; MQTT 5 only.
    pub(crate) session_expiry: u32,
    pub(crate) login: Option<(&'a str, &'a str)>,
    /// Topic, payload and retain flag.
    pub(crate) will: Option<(&'a str, &'a str, bool)>,
}

impl<'a> Hello<'a> {
    pub(crate) fn new(version: Version, id: &'a str) -> Self {
        Self {
            version,
            id,
            clean: true,
            keep_alive: 60,
            session_expiry: 0,
            login: None,
            will: None,
        }
    }

    pub(crate) fn login(self, user: &'a str, password: &'a str) -> Self {
        Self { login: Some((user, password)), ..self }
    }

    pub(crate) fn will(self, topic: &'a str, payload: &'a str) -> Self {
        Self { will: Some((topic, payload, false)), ..self }
    }

    /// A session that lasts an hour.
    pub(crate) fn lasting(self) -> Self {
        Self { clean: false, session_expiry: 3600, ..self }
    }

    pub(crate) fn packet(&self) -> Vec<u8> {
        let v5 = self.version == Version::V5;
        let mut body = Vec::new();
        string(&mut body, if self.version == Version::V31 { "MQIsdp" } else { "MQTT" });
        body.push(self.version as u8);
        let will = self.will.map_or(0, |(_, _, retain)| 0x04 | u8::from(retain) << 5);
        body.push(u8::from(self.clean) << 1 | will | if self.login.is_some() { 0xc0 } else { 0 });
        body.extend(self.keep_alive.to_be_bytes());
        if v5 {
            body.extend([5, 0x11]);
            body.extend(self.session_expiry.to_be_bytes());
        }
        string(&mut body, self.id);
        if let Some((topic, payload, _)) = self.will {
            if v5 {
                body.push(0);
            }
            string(&mut body, topic);
            string(&mut body, payload);
        }
        if let Some((user, password)) = self.login {
            string(&mut body, user);
            string(&mut body, password);
        }
        framed(0x10, &body)
    }
}

/// What the broker said to a CONNECT.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Welcome {
    pub(crate) code: u8,
    pub(crate) session_present: bool,
    /// MQTT 5 only.
    pub(crate) properties: Vec<u8>,
}

/// A message that came in.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Message {
    pub(crate) topic: String,
    pub(crate) payload: Vec<u8>,
    pub(crate) qos: u8,
    pub(crate) retain: bool,
}

impl Message {
    pub(crate) fn new(topic: &str, payload: &str, qos: u8) -> Self {
        Self { topic: topic.to_owned(), payload: payload.as_bytes().to_vec(), qos, retain: false }
    }

    pub(crate) fn retained(self) -> Self {
        Self { retain: true, ..self }
    }
}

/// One connection.
pub(crate) struct Raw<S = TcpStream> {
    stream: S,
    v5: bool,
    packet_id: u16,
    /// Messages that came while waiting for something else.
    messages: VecDeque<Message>,
}

impl Raw {
    /// Connects and expects to be let in.
    pub(crate) async fn connect(address: SocketAddr, hello: &Hello<'_>) -> Self {
        let (raw, welcome) = Self::try_connect(address, hello).await;
        assert_eq!(welcome.code, 0, "{:?} {} is let in", hello.version, hello.id);
        raw
    }

    pub(crate) async fn try_connect(address: SocketAddr, hello: &Hello<'_>) -> (Self, Welcome) {
        let stream = TcpStream::connect(address).await.expect("a listener");
        stream.set_nodelay(true).expect("a socket");
        Self::over(stream, hello).await
    }
}

impl<S: AsyncRead + AsyncWrite + Unpin> Raw<S> {
    pub(crate) async fn over(stream: S, hello: &Hello<'_>) -> (Self, Welcome) {
        let v5 = hello.version == Version::V5;
        let mut raw = Self { stream, v5, packet_id: 0, messages: VecDeque::new() };
        raw.send(&hello.packet()).await;
        let connack = raw.expect(0x20).await;
        let welcome = Welcome {
            session_present: connack[0] == 1,
            code: connack[1],
            properties: connack.get(3..).unwrap_or_default().to_vec(),
        };
        (raw, welcome)
    }

    /// The reason code of one filter.
    pub(crate) async fn try_subscribe(&mut self, filter: &str, qos: u8) -> u8 {
        let mut body = self.next_id();
        if self.v5 {
            body.push(0);
        }
        string(&mut body, filter);
        body.push(qos);
        self.send(&framed(0x82, &body)).await;
        *self.expect(0x90).await.last().expect("a code")
    }

    pub(crate) async fn subscribe(&mut self, filter: &str, qos: u8) {
        assert_eq!(self.try_subscribe(filter, qos).await, qos, "subscribe to {filter}");
    }

    /// MQTT 5 with *no local*.
    pub(crate) async fn subscribe_no_local(&mut self, filter: &str) {
        let mut body = self.next_id();
        body.push(0);
        string(&mut body, filter);
        body.push(1 | 0x04);
        self.send(&framed(0x82, &body)).await;
        assert_eq!(self.expect(0x90).await.last(), Some(&1));
    }

    pub(crate) async fn unsubscribe(&mut self, filter: &str) {
        let mut body = self.next_id();
        if self.v5 {
            body.push(0);
        }
        string(&mut body, filter);
        self.send(&framed(0xa2, &body)).await;
        self.expect(0xb0).await;
    }

    /// Publishes and answers the reason code of the PUBACK or PUBREC, 0 where there is none.
    pub(crate) async fn publish(&mut self, message: &Message) -> u8 {
        self.put(message).await;
        match message.qos {
            0 => 0,
            1 => self.puback().await,
            _ => {
                let pubrec = self.expect(0x50).await;
                let code = pubrec.get(2).copied().unwrap_or_default();
                if code < 0x80 {
                    self.send(&[0x62, 2, pubrec[0], pubrec[1]]).await;
                    self.expect(0x70).await;
                }
                code
            }
        }
    }

    /// Publishes without waiting for the PUBACK.
    pub(crate) async fn put(&mut self, message: &Message) {
        let mut body = Vec::new();
        string(&mut body, &message.topic);
        if message.qos > 0 {
            body.extend(self.next_id());
        }
        if self.v5 {
            body.push(0);
        }
        body.extend_from_slice(&message.payload);
        self.send(&framed(0x30 | message.qos << 1 | u8::from(message.retain), &body)).await;
    }

    pub(crate) async fn puback(&mut self) -> u8 {
        let puback = self.expect(0x40).await;
        assert!(puback.len() <= 3 || puback[3] == 0, "a PUBACK without properties");
        puback.get(2).copied().unwrap_or_default()
    }

    /// Whether the broker answers a ping: it has handled everything that was sent before.
    pub(crate) async fn ping(&mut self) {
        self.send(&[0xc0, 0]).await;
        self.expect(0xd0).await;
    }

    pub(crate) async fn message(&mut self) -> Message {
        loop {
            if let Some(message) = self.messages.pop_front() {
                return message;
            }
            let (kind, body) = soon("a message", self.read()).await.expect("an open connection");
            assert_eq!(kind & 0xf0, 0x30, "a message, not {kind:#x} {body:?}");
            self.take(kind, &body).await;
        }
    }

    pub(crate) async fn disconnect(mut self) {
        self.send(&[0xe0, 0]).await;
        self.closed().await;
    }

    /// Waits until the broker closes. Answers what it said last, if anything.
    pub(crate) async fn closed(&mut self) -> Option<(u8, Vec<u8>)> {
        let mut last = None;
        while let Some(packet) = soon("the end of the connection", self.read()).await {
            last = Some(packet);
        }
        last
    }

    pub(crate) async fn send(&mut self, bytes: &[u8]) {
        self.stream.write_all(bytes).await.expect("an open connection");
        self.stream.flush().await.expect("an open connection");
    }

    /// Reads up to a packet of this kind; messages on the way are kept.
    async fn expect(&mut self, kind: u8) -> Vec<u8> {
        loop {
            let packet = soon("an answer", self.read()).await;
            let (got, body) = packet.unwrap_or_else(|| panic!("closed instead of {kind:#x}"));
            if got == kind {
                return body;
            }
            assert_eq!(got & 0xf0, 0x30, "{kind:#x}, not {got:#x} {body:?}");
            self.take(got, &body).await;
        }
    }

    /// Keeps a PUBLISH and acknowledges it.
    async fn take(&mut self, kind: u8, body: &[u8]) {
        let qos = kind >> 1 & 3;
        let (len, rest) = body.split_at(2);
        let (topic, mut rest) = rest.split_at(usize::from(u16::from_be_bytes([len[0], len[1]])));
        if qos > 0 {
            let (id, after) = rest.split_at(2);
            self.send(&[0x40, 2, id[0], id[1]]).await;
            rest = after;
        }
        if self.v5 {
            rest = &rest[1 + usize::from(rest[0])..];
        }
        let topic = String::from_utf8(topic.to_vec()).expect("a topic");
        self.messages.push_back(Message {
            topic,
            payload: rest.to_vec(),
            qos,
            retain: kind & 1 == 1,
        });
    }

    /// The next packet; nothing at the end of the stream.
    async fn read(&mut self) -> Option<(u8, Vec<u8>)> {
        let kind = self.stream.read_u8().await.ok()?;
        let (mut len, mut shift) = (0, 0);
        loop {
            let byte = self.stream.read_u8().await.ok()?;
            len |= usize::from(byte & 0x7f) << shift;
            shift += 7;
            if byte & 0x80 == 0 {
                break;
            }
        }
        let mut body = vec![0; len];
        self.stream.read_exact(&mut body).await.ok()?;
        Some((kind, body))
    }

    fn next_id(&mut self) -> Vec<u8> {
        self.packet_id += 1;
        self.packet_id.to_be_bytes().to_vec()
    }
}

pub(crate) fn framed(kind: u8, body: &[u8]) -> Vec<u8> {
    let mut packet = vec![kind];
    let mut len = body.len();
    while len > 0x7f {
        packet.push((len & 0x7f) as u8 | 0x80);
        len >>= 7;
    }
    packet.push(len as u8);
    packet.extend_from_slice(body);
    packet
}

fn string(out: &mut Vec<u8>, text: &str) {
    out.extend((text.len() as u16).to_be_bytes());
    out.extend_from_slice(text.as_bytes());
}
