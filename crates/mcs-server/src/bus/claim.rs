//! How a client without a login comes to a session that outlives its connection: it proves the key of a device first.
//!
//! A CONNECT proves nothing, unless it has a will on a topic with a key. So the client comes in with a session of its
//! own, and no session present. The [front](super::front) looks at what it sends until a SUBSCRIBE or a PUBLISH names a
//! topic of a device as the gate allows. Then the front leaves the broker and comes in again as the client of that
//! device's session, hands over that packet as the first, and from there on the broker does what MQTT says: it
//! closes who has the session now, sends what was on the way, then what waits.
//!
//! Until then the session's messages go where they went, and nobody who guesses a client id learns or disturbs anything.

use std::io;

use tokio::io::{AsyncRead, AsyncReadExt, AsyncWrite, AsyncWriteExt};
use tokio::net::TcpStream;

use super::connect::{Reader, device, packet_len};
use super::roster::Seat;
use super::wire::Boundaries;
use super::{Client, Gate};

/// How it goes on with a client that had proved nothing.
pub(super) enum Outcome {
    /// It knows the key of this device.
    Proved {
        /// The device.
        device: String,
        /// What the client sent and nobody has handled, from the packet with the proof on.
        rest: Vec<u8>,
    },
    /// It leaves, or the broker closes: nothing is to be proved any more. The rest as above.
    Ends { rest: Vec<u8> },
}

/// What the next packet of a client is.
#[derive(Debug, PartialEq, Eq)]
enum Packet {
    /// More bytes have to come first.
    Short,
    /// A packet of so many bytes, and the topics that it names.
    Names { len: usize, topics: Vec<Named> },
    /// A DISCONNECT, or no packet.
    Last,
}

/// A topic that a client names.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Named {
    /// It publishes there.
    Topic(String),
    /// It wants what the filter matches.
    Filter(String),
}

/// Carries bytes both ways until the client proves a key.
pub(super) async fn prove(
    stream: &mut (impl AsyncRead + AsyncWrite + Unpin),
    broker: &mut TcpStream,
    v5: bool,
    gate: &dyn Gate,
    seat: &Seat,
    client: &Client,
) -> io::Result<Outcome> {
    let mut rest = Vec::new();
    let mut boundaries = Boundaries::default();
    // Of a packet that is longer than what was looked at.
    let mut passing = 0;
    let (mut inbound, mut outbound) = (vec![0; CHUNK], vec![0; CHUNK]);
    loop {
        loop {
            let passed = passing.min(rest.len());
            broker.write_all(&rest[..passed]).await?;
            rest.drain(..passed);
            passing -= passed;
            if passing > 0 {
                break;
            }
            match look(&rest, v5) {
                Packet::Short => break,
                Packet::Last => return Ok(Outcome::Ends { rest }),
                Packet::Names { len, topics } => {
                    if let Some(device) = proof(gate, client, &topics).await {
                        return Ok(Outcome::Proved { device, rest });
                    }
                    passing = len;
                }
            }
        }
        tokio::select! {
            read = stream.read(&mut inbound) => match read? {
                0 => return Ok(Outcome::Ends { rest }),
                len => rest.extend_from_slice(&inbound[..len]),
            },
            read = broker.read(&mut outbound) => match read? {
                0 => return Ok(Outcome::Ends { rest }),
                len => {
                    boundaries.pass(&mut outbound[..len], || seat.misses());
                    stream.write_all(&outbound[..len]).await?;
                }
            },
        }
    }
}

/// The device whose key is in one of these topics.
pub(super) async fn proof(gate: &dyn Gate, client: &Client, topics: &[Named]) -> Option<String> {
    for named in topics {
        let (Named::Topic(topic) | Named::Filter(topic)) = named;
        // What a client may name that is no device's proves nothing.
        let Some(device) = device(topic) else { continue };
        let allowed = match named {
            Named::Topic(topic) => gate.may_publish(client, topic).await,
            Named::Filter(filter) => gate.may_subscribe(client, filter).await,
        };
        if allowed {
            return Some(device.to_owned());
        }
    }
    None
}

/// Looks at the first packet in `bytes`.
fn look(bytes: &[u8], v5: bool) -> Packet {
    let len = match packet_len(bytes) {
        Ok(None) => return Packet::Short,
        Ok(Some(len)) => len,
        Err(_) => return Packet::Last,
    };
    let kind = bytes.first().map_or(0, |byte| byte >> 4);
    let looked_at = len.min(LOOK);
    let topics = match kind {
        DISCONNECT => return Packet::Last,
        PUBLISH | SUBSCRIBE => {
            let Some(packet) = bytes.get(..looked_at) else { return Packet::Short };
            if kind == PUBLISH { topic(packet) } else { filters(packet, v5) }
        }
        _ => Vec::new(),
    };
    Packet::Names { len, topics }
}

/// The topic of a PUBLISH.
fn topic(packet: &[u8]) -> Vec<Named> {
    let mut rest = Reader(packet);
    let topic = rest.u8().and_then(|_| rest.varint()).and_then(|_| rest.text());
    topic.into_iter().map(|topic| Named::Topic(topic.to_owned())).collect()
}

/// The filters of a SUBSCRIBE, those of shared subscriptions without the group; as far as they can be read.
fn filters(packet: &[u8], v5: bool) -> Vec<Named> {
    let mut rest = Reader(packet);
    let mut filters = Vec::new();
    let mut read = || {
        rest.u8()?;
        rest.varint()?;
        // Packet id.
        rest.take(2)?;
        if v5 {
            let properties = rest.varint()?;
            rest.take(properties)?;
        }
        while !rest.0.is_empty() {
            let filter = rest.text()?;
            rest.u8()?;
            let shared = filter.strip_prefix("$share/").and_then(|it| it.split_once('/'));
            filters.push(Named::Filter(shared.map_or(filter, |(_, filter)| filter).to_owned()));
        }
        Ok::<_, super::connect::ConnectError>(())
    };
    // What is malformed is for the broker to refuse.
    let _ = read();
    filters
}

const PUBLISH: u8 = 3;

const SUBSCRIBE: u8 = 8;

const DISCONNECT: u8 = 14;

/// Bytes of a packet that may hold a proof: any topic, and more filters than a device has.
const LOOK: usize = 64 << 10;

const CHUNK: usize = 4 << 10;

#[cfg(test)]
mod tests {
    use super::*;

    fn publish(topic: &str, payload: usize) -> Vec<u8> {
        let body = 2 + topic.len() + payload;
        let mut packet = vec![0x30, (body & 0x7f) as u8 | 0x80, (body >> 7) as u8];
        packet.extend((topic.len() as u16).to_be_bytes());
        packet.extend(topic.as_bytes());
        packet.resize(packet.len() + payload, b'x');
        packet
    }

    #[test]
    fn a_packet_tells_its_topics_once_it_is_there() {
        let publish = publish("mcs/a/b/c", 300);
        let expected = Packet::Names {
            len: publish.len(),
            topics: vec![Named::Topic("mcs/a/b/c".to_owned())],
        };
        let subscribe = b"\x82\x15\0\x01\0\x03a/b\x01\0\x0b$share/g/c\x01";
        let filters = ["a/b", "c"].map(|it| Named::Filter(it.to_owned())).to_vec();
        // The length of the second string takes its options in: what can be read counts.
        let readable = look(subscribe, false);
        assert_eq!(readable, Packet::Names { len: subscribe.len(), topics: filters[..1].to_vec() });
        let subscribe = b"\x82\x15\0\x01\0\x03a/b\x01\0\x0a$share/g/c\x01";
        let filters = Packet::Names { len: subscribe.len(), topics: filters };
        for (packet, expected) in [(&publish[..], expected), (subscribe, filters)] {
            for len in 0..packet.len() {
                assert_eq!(look(&packet[..len], false), Packet::Short, "{len}");
            }
            assert_eq!(look(packet, false), expected);
            assert_eq!(look(&[packet, &[0xe0, 0]].concat(), false), expected);
        }
    }

    #[test]
    fn an_mqtt_5_subscribe_has_properties() {
        let subscribe = b"\x82\x0b\0\x01\x02\x0b\x07\0\x03a/b\x01";
        let topics = vec![Named::Filter("a/b".to_owned())];
        assert_eq!(look(subscribe, true), Packet::Names { len: subscribe.len(), topics });
    }

    #[test]
    fn a_disconnect_or_no_packet_is_the_last() {
        for last in [&[0xe0, 0][..], &[0xe0, 2, 4, 0], &[0x30, 0xff, 0xff, 0xff, 0xff, 1]] {
            assert_eq!(look(last, true), Packet::Last);
        }
        assert_eq!(look(&[0xc0, 0], true), Packet::Names { len: 2, topics: Vec::new() });
    }
}
