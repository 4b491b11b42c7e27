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
    /// More CONNECT properties, as bytes; MQTT 5 only.
    pub(crate) properties: &'a [u8],
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
            properties: &[],
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
            body.extend([5 + self.properties.len() as u8, 0x11]);
            body.extend(self.session_expiry.to_be_bytes());
            body.extend(self.properties);
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
    /// As bytes; MQTT 5 only.
    pub(crate) properties: Vec<u8>,
}

impl Message {
    pub(crate) fn new(topic: &str, payload: &str, qos: u8) -> Self {
        Self {
            topic: topic.to_owned(),
            payload: payload.as_bytes().to_vec(),
            qos,
            retain: false,
            properties: Vec::new(),
        }
    }

    /// MQTT 5 only.
    pub(crate) fn with(self, properties: &[u8]) -> Self {
        Self { properties: properties.to_vec(), ..self }
    }

    /// As a PUBLISH.
    pub(crate) fn packet(&self, version: Version, id: u16, resent: bool) -> Vec<u8> {
        let mut body = Vec::new();
        string(&mut body, &self.topic);
        if self.qos > 0 {
            body.extend(id.to_be_bytes());
        }
        if version == Version::V5 {
            body.push(self.properties.len() as u8);
            body.extend(&self.properties);
        }
        body.extend_from_slice(&self.payload);
        let flags = u8::from(resent) << 3 | self.qos << 1 | u8::from(self.retain);
        framed(0x30 | flags, &body)
    }

    pub(crate) fn retained(self) -> Self {
        Self { retain: true, ..self }
    }
}

/// The answer to a PUBLISH: PUBACK or PUBREC.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Ack {
    pub(crate) code: u8,
    /// MQTT 5 only.
    pub(crate) reason: Option<String>,
}

/// One connection.
pub(crate) struct Raw<S = TcpStream> {
    stream: S,
    v5: bool,
    packet_id: u16,
    /// Acknowledges no message.
    pub(crate) mute: bool,
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

    /// The code of the CONNACK; none when the broker closes instead.
    pub(crate) async fn knock(address: SocketAddr, hello: &Hello<'_>) -> Option<u8> {
        let mut stream = TcpStream::connect(address).await.expect("a listener");
        stream.write_all(&hello.packet()).await.expect("to send");
        let mut connack = [0; 4];
        soon("CONNACK or the end", stream.read_exact(&mut connack)).await.ok()?;
        Some(connack[3])
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
        let mut raw = Self { stream, v5, packet_id: 0, mute: false, messages: VecDeque::new() };
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
        self.subscribe_or_close(filter, qos).await.expect("an open connection")
    }

    /// The reason code of one filter; none when the broker closes instead. MQTT 5 options may stand in `options`.
    pub(crate) async fn subscribe_or_close(&mut self, filter: &str, options: u8) -> Option<u8> {
        let mut body = self.next_id();
        if self.v5 {
            body.push(0);
        }
        string(&mut body, filter);
        body.push(options);
        self.send(&framed(0x82, &body)).await;
        Some(*self.answer(0x90).await?.last().expect("a code"))
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
        self.packet_id += 1;
        self.put_as(self.packet_id, false, message).await;
    }

    /// The same with a packet id, maybe as a message that was sent before.
    pub(crate) async fn put_as(&mut self, id: u16, resent: bool, message: &Message) {
        let version = if self.v5 { Version::V5 } else { Version::V311 };
        self.send(&message.packet(version, id, resent)).await;
    }

    /// Publishes with QoS 1 or 2 and answers the whole PUBACK or PUBREC; none when the broker closes instead.
    pub(crate) async fn publish_or_close(&mut self, message: &Message) -> Option<Ack> {
        self.put(message).await;
        if message.qos == 0 {
            return self.answer_to_ping().await.then(Ack::default);
        }
        let body = self.answer(if message.qos == 1 { 0x40 } else { 0x50 }).await?;
        let ack = ack(&body);
        if message.qos == 2 && ack.code < 0x80 {
            self.send(&[0x62, 2, body[0], body[1]]).await;
            self.answer(0x70).await?;
        }
        Some(ack)
    }

    /// Publishes with QoS 1 before MQTT 5. Answers its packet id, unless the connection is broken.
    pub(crate) async fn try_put(&mut self, message: &Message) -> Option<u16> {
        let mut body = Vec::new();
        string(&mut body, &message.topic);
        body.extend(self.next_id());
        body.extend_from_slice(&message.payload);
        self.stream.write_all(&framed(0x32, &body)).await.ok()?;
        Some(self.packet_id)
    }

    /// The packet id of the next PUBACK, if that comes before the connection breaks.
    pub(crate) async fn try_acknowledged(&mut self) -> Option<u16> {
        match self.read().await {
            Some((0x40, body)) => Some(u16::from_be_bytes([body[0], body[1]])),
            _ => None,
        }
    }

    /// The packet ids of the next PUBACKs.
    pub(crate) async fn acknowledged(&mut self, count: usize) -> Vec<u16> {
        let mut ids = Vec::new();
        for _ in 0..count {
            let body = self.expect(0x40).await;
            ids.push(u16::from_be_bytes([body[0], body[1]]));
        }
        ids
    }

    pub(crate) async fn puback(&mut self) -> u8 {
        let ack = ack(&self.expect(0x40).await);
        assert_eq!(ack.reason, None, "a PUBACK without a reason string");
        ack.code
    }

    /// Waits for the answer to a ping: the broker has handled everything that was sent before.
    pub(crate) async fn ping(&mut self) {
        assert!(self.answer_to_ping().await, "closed instead of an answer to a ping");
    }

    /// The same, passing over acknowledgements, as if they had been lost.
    pub(crate) async fn ping_over_acknowledgements(&mut self) {
        self.send(&[0xc0, 0]).await;
        while soon("an answer", self.read()).await.expect("an open connection").0 != 0xd0 {}
    }

    async fn answer_to_ping(&mut self) -> bool {
        self.send(&[0xc0, 0]).await;
        self.answer(0xd0).await.is_some()
    }

    pub(crate) async fn message(&mut self) -> Message {
        loop {
            if let Some(message) = self.messages.pop_front() {
                return message;
            }
            let (kind, body) = soon("a message", self.read()).await.expect("an open connection");
            assert!(self.take(kind, &body).await, "a message, not {kind:#x} {body:?}");
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

    pub(crate) fn next_id(&mut self) -> Vec<u8> {
        self.packet_id += 1;
        self.packet_id.to_be_bytes().to_vec()
    }

    async fn expect(&mut self, kind: u8) -> Vec<u8> {
        let body = self.answer(kind).await;
        body.unwrap_or_else(|| panic!("closed instead of {kind:#x}"))
    }

    /// Reads up to a packet of this kind; messages on the way are kept. None when the broker closes instead.
    pub(crate) async fn answer(&mut self, kind: u8) -> Option<Vec<u8>> {
        loop {
            let (got, body) = soon("an answer", self.read()).await?;
            if got == kind {
                return Some(body);
            }
            if got == 0xe0 {
                return None;
            }
            assert!(self.take(got, &body).await, "{kind:#x}, not {got:#x} {body:?}");
        }
    }

    /// Keeps a PUBLISH and acknowledges it; answers a PUBREL. Nothing else.
    async fn take(&mut self, kind: u8, body: &[u8]) -> bool {
        if kind == 0x62 {
            self.send(&[0x70, 2, body[0], body[1]]).await;
            return true;
        }
        if kind & 0xf0 != 0x30 {
            return false;
        }
        let qos = kind >> 1 & 3;
        let (len, rest) = body.split_at(2);
        let (topic, mut rest) = rest.split_at(usize::from(u16::from_be_bytes([len[0], len[1]])));
        if qos > 0 {
            let (id, after) = rest.split_at(2);
            if !self.mute {
                let kind = if qos == 1 { 0x40 } else { 0x50 };
                self.send(&[kind, 2, id[0], id[1]]).await;
            }
            rest = after;
        }
        let mut properties = &rest[..0];
        if self.v5 {
            (properties, rest) = rest[1..].split_at(usize::from(rest[0]));
        }
        let topic = String::from_utf8(topic.to_vec()).expect("a topic");
        self.messages.push_back(Message {
            topic,
            payload: rest.to_vec(),
            qos,
            retain: kind & 1 == 1,
            properties: properties.to_vec(),
        });
        true
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
}

/// Reads a PUBACK or PUBREC.
fn ack(body: &[u8]) -> Ack {
    let code = body.get(2).copied().unwrap_or_default();
    let properties = body.get(4..).unwrap_or_default();
    assert!(properties.is_empty() || properties[0] == 0x1f, "properties {properties:x?}");
    let reason = properties.get(3..).map(|text| String::from_utf8(text.to_vec()).expect("UTF-8"));
    Ack { code, reason }
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

pub(crate) fn string(out: &mut Vec<u8>, text: &str) {
    out.extend((text.len() as u16).to_be_bytes());
    out.extend_from_slice(text.as_bytes());
}
