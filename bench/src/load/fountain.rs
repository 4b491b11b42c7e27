//! The other end of an MQTT client in a browser: takes any connection over WebSocket, grants what is asked, and sends
//! messages that are made beforehand, as fast as the client takes them or at a pace.

use std::net::SocketAddr;
use std::time::Duration;

use anyhow::{Context as _, Result, bail, ensure};
use futures_util::{SinkExt as _, StreamExt as _};
use tokio::net::{TcpListener, TcpStream};
use tokio::time::{MissedTickBehavior, interval, timeout};
use tokio_tungstenite::WebSocketStream;
use tokio_tungstenite::tungstenite::handshake::server::{ErrorResponse, Request, Response};
use tokio_tungstenite::tungstenite::http::HeaderValue;
use tokio_tungstenite::tungstenite::{Bytes, Message};

use crate::clock;

/// Where clients are awaited.
pub(crate) struct Fountain {
    listener: TcpListener,
    /// What clients connect to.
    pub(crate) address: SocketAddr,
}

/// A client that is connected.
pub(crate) struct Drinker {
    socket: WebSocketStream<TcpStream>,
    /// MQTT 5 has properties in each packet.
    is_v5: bool,
    input: Vec<u8>,
    /// Packet id of the next message that is acknowledged.
    id: u16,
}

/// A message to send.
pub(crate) type Publish = (String, String);

impl Fountain {
    /// Listens on a free port.
    pub(crate) async fn open() -> Result<Self> {
        let listener = TcpListener::bind(("127.0.0.1", 0)).await?;
        let address = listener.local_addr()?;
        Ok(Self { listener, address })
    }

    /// The next client that connects and is let in.
    pub(crate) async fn client(&self) -> Result<Drinker> {
        timeout(PATIENCE, self.enter()).await.context("no client comes")?
    }

    async fn enter(&self) -> Result<Drinker> {
        let (stream, _) = self.listener.accept().await?;
        stream.set_nodelay(true)?;
        let socket = tokio_tungstenite::accept_hdr_async(stream, mqtt).await?;
        let mut drinker = Drinker { socket, is_v5: false, input: Vec::new(), id: 0 };
        let (first, connect) = drinker.packet().await?;
        ensure!(first == 0x10 && connect.len() > 6, "no CONNECT, but {first:#x}");
        drinker.is_v5 = connect[6] == 5;
        let connack: &[u8] = if drinker.is_v5 { &[0x20, 3, 0, 0, 0] } else { &[0x20, 2, 0, 0] };
        drinker.send(connack).await?;
        Ok(drinker)
    }
}

impl Drinker {
    /// Answers what the client asks until it has been silent for a while: it has subscribed to all that it wants.
    pub(crate) async fn settle(&mut self, silence: Duration) -> Result<()> {
        while let Ok(packet) = timeout(silence, self.packet()).await {
            let (first, body) = packet?;
            self.answer(first, &body).await?;
        }
        Ok(())
    }

    /// Frames that hold these messages, `at_most` bytes in each, or one message.
    pub(crate) fn frames(&self, messages: &[Publish], at_most: Option<usize>) -> Vec<Bytes> {
        let mut frames = Vec::new();
        let mut frame = Vec::new();
        for (topic, payload) in messages {
            let start = frame.len();
            publish(&mut frame, self.is_v5, topic, payload, None);
            match at_most {
                None => frames.push(std::mem::take(&mut frame).into()),
                Some(most) if frame.len() > most && start > 0 => {
                    let rest = frame.split_off(start);
                    frames.push(std::mem::replace(&mut frame, rest).into());
                }
                Some(_) => {}
            }
        }
        if !frame.is_empty() {
            frames.push(frame.into());
        }
        frames
    }

    /// Sends frames as fast as they are taken, then one message more of QoS 1, and waits for its PUBACK: everything
    /// before it was taken then. How long it took.
    pub(crate) async fn pour(&mut self, frames: &[Bytes], last: &Publish) -> Result<Duration> {
        let start = clock::now();
        for frame in frames {
            self.socket.feed(Message::Binary(frame.clone())).await?;
        }
        self.acknowledged(last).await?;
        Ok(start.elapsed())
    }

    /// The same at a pace: one of `portions` each `pause`.
    pub(crate) async fn drip(
        &mut self,
        portions: &[Vec<Bytes>],
        pause: Duration,
        last: &Publish,
    ) -> Result<Duration> {
        let mut pace = interval(pause);
        pace.set_missed_tick_behavior(MissedTickBehavior::Burst);
        let start = clock::now();
        for portion in portions {
            pace.tick().await;
            for frame in portion {
                self.socket.feed(Message::Binary(frame.clone())).await?;
            }
            self.socket.flush().await?;
        }
        self.acknowledged(last).await?;
        Ok(start.elapsed())
    }

    async fn acknowledged(&mut self, (topic, payload): &Publish) -> Result<()> {
        self.id = self.id % 1000 + 1;
        let mut packet = Vec::new();
        publish(&mut packet, self.is_v5, topic, payload, Some(self.id));
        self.send(&packet).await?;
        let id = self.id.to_be_bytes();
        loop {
            let (first, body) = timeout(PATIENCE, self.packet()).await.context("no PUBACK")??;
            if first == 0x40 && body.starts_with(&id) {
                return Ok(());
            }
            self.answer(first, &body).await?;
        }
    }

    /// Answers the next thing that the client asks. Nothing is lost when the future is dropped before it came.
    pub(crate) async fn attend(&mut self) -> Result<()> {
        let (first, body) = self.packet().await?;
        self.answer(first, &body).await
    }

    async fn answer(&mut self, first: u8, body: &[u8]) -> Result<()> {
        match first & 0xf0 {
            0x80 => {
                let filters = if self.is_v5 {
                    let properties = usize::from(*body.get(2).context("a cut SUBSCRIBE")?);
                    body.get(3 + properties..)
                } else {
                    body.get(2..)
                };
                let mut rest = filters.context("a cut SUBSCRIBE")?;
                let mut granted = Vec::new();
                while let [high, low, tail @ ..] = rest {
                    let len = usize::from(u16::from_be_bytes([*high, *low]));
                    granted.push(tail.get(len).context("a cut SUBSCRIBE")? & 3);
                    rest = &tail[len + 1..];
                }
                self.reply(0x90, body, &granted).await
            }
            0xa0 => {
                // How many filters there are does not matter: each client drops one at a time.
                let codes: &[u8] = if self.is_v5 { &[0] } else { &[] };
                self.reply(0xb0, body, codes).await
            }
            0xc0 => self.send(&[0xd0, 0]).await,
            0xe0 => bail!("the client has gone"),
            _ => Ok(()),
        }
    }

    /// SUBACK or UNSUBACK to the packet whose body this is.
    async fn reply(&mut self, first: u8, body: &[u8], codes: &[u8]) -> Result<()> {
        let mut reply = body.get(..2).context("no packet id")?.to_vec();
        if self.is_v5 {
            reply.push(0);
        }
        reply.extend_from_slice(codes);
        let mut packet = vec![first];
        length(&mut packet, reply.len());
        packet.extend(reply);
        self.send(&packet).await
    }

    /// Sends a frame.
    pub(crate) async fn send(&mut self, packet: &[u8]) -> Result<()> {
        Ok(self.socket.send(Message::Binary(packet.to_vec().into())).await?)
    }

    /// The next packet: its first byte and its body. Nothing is lost when the future is dropped.
    async fn packet(&mut self) -> Result<(u8, Vec<u8>)> {
        loop {
            if let Some((head, len)) = super::mqtt::packet_len(&self.input)? {
                let rest = self.input.split_off(head + len);
                let packet = std::mem::replace(&mut self.input, rest);
                return Ok((packet[0], packet[head..].to_vec()));
            }
            match self.socket.next().await.context("the client closed the connection")?? {
                Message::Binary(bytes) => self.input.extend_from_slice(&bytes),
                Message::Close(_) => bail!("the client closed the connection"),
                _ => {}
            }
        }
    }
}

fn publish(out: &mut Vec<u8>, is_v5: bool, topic: &str, payload: &str, id: Option<u16>) {
    let properties: &[u8] = if is_v5 { &[0] } else { &[] };
    let number = id.map(u16::to_be_bytes);
    let number = number.as_ref().map_or(&[][..], |it| it);
    out.push(if id.is_some() { 0x32 } else { 0x30 });
    length(out, 2 + topic.len() + number.len() + properties.len() + payload.len());
    out.extend_from_slice(&u16::try_from(topic.len()).unwrap_or(u16::MAX).to_be_bytes());
    for part in [topic.as_bytes(), number, properties, payload.as_bytes()] {
        out.extend_from_slice(part);
    }
}

fn length(out: &mut Vec<u8>, mut len: usize) {
    while len > 0x7f {
        out.push((len & 0x7f) as u8 | 0x80);
        len >>= 7;
    }
    out.push(len as u8);
}

/// Chooses MQTT, which every client offers.
#[expect(clippy::result_large_err, reason = "the handshake's own type")]
fn mqtt(request: &Request, mut response: Response) -> Result<Response, ErrorResponse> {
    let offered = request.headers().get("Sec-WebSocket-Protocol");
    let chosen = offered.and_then(|it| it.to_str().ok()?.split(',').next()?.trim().parse().ok());
    let chosen = chosen.unwrap_or_else(|| HeaderValue::from_static("mqtt"));
    response.headers_mut().insert("Sec-WebSocket-Protocol", chosen);
    Ok(response)
}

/// What takes longer does not come.
const PATIENCE: Duration = Duration::from_secs(60);
