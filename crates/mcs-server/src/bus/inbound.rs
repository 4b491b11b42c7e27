//! What a client publishes, as it stands in its packets.

use std::num::NonZeroU16;

use bytes::BytesMut;
use rmqtt::codec::error::DecodeError;
use rmqtt::codec::types::Publish as Packet;
use rmqtt::codec::{v3, v5};
use rmqtt::types::{Publish, TopicName};
use rmqtt::utils::timestamp_millis;
use tokio_util::codec::Decoder as _;

use super::embedded::TOPIC_ALIASES;
use super::wire::{self, Head, Reason};

/// Reads packets of one client.
pub(super) struct Decoder {
    codec: Codec,
    limit: usize,
    aliases: Vec<TopicName>,
    /// Bytes that the last packet was short of.
    missing: usize,
}

enum Codec {
    V3(v3::Codec),
    V5(v5::Codec),
}

/// A PUBREL: the client has no more use for this packet id.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Release(pub(super) u16);

impl Decoder {
    /// For a client that speaks MQTT 5 or not, and packets of so many bytes after the fixed header.
    pub(super) fn new(v5: bool, limit: usize) -> Self {
        let codec =
            if v5 { Codec::V5(v5::Codec::default()) } else { Codec::V3(v3::Codec::default()) };
        Self { codec, limit, aliases: Vec::new(), missing: 0 }
    }

    /// The first packet, when all of it is there.
    pub(super) fn head(&mut self, buffer: &[u8]) -> Result<Option<Head>, Reason> {
        let head = wire::head(buffer, self.limit)?;
        self.missing = head.map_or(0, |head| head.len.saturating_sub(buffer.len()));
        Ok(head.filter(|head| head.len <= buffer.len()))
    }

    /// Makes room for what comes next: little for a client that has sent little, `read` bytes the last time.
    pub(super) fn reserve(&self, buffer: &mut BytesMut, read: usize) {
        if self.missing > 0 {
            // Who announces much has to send it.
            buffer.reserve(self.missing.clamp(SMALL, STEP));
        } else if buffer.capacity() - buffer.len() < SMALL {
            buffer.reserve(if read < SMALL / 2 { SMALL } else { LARGE });
        }
    }

    /// Takes a PUBLISH that is all there from the buffer. Its alias is resolved.
    pub(super) fn publish(&mut self, buffer: &mut BytesMut) -> Result<Publish, Reason> {
        let decoded = match &mut self.codec {
            Codec::V3(codec) => match codec.decode(buffer) {
                Ok(Some((v3::Packet::Publish(publish), _))) => Ok(publish),
                Ok(_) => Err(Reason::PROTOCOL),
                Err(error) => Err(reason(&error)),
            },
            Codec::V5(codec) => match codec.decode(buffer) {
                Ok(Some((v5::Packet::Publish(publish), _))) => Ok(publish),
                Ok(_) => Err(Reason::PROTOCOL),
                Err(error) => Err(reason(&error)),
            },
        };
        let mut packet = decoded?;
        if let Codec::V5(_) = self.codec {
            self.resolve(&mut packet)?;
        }
        Ok(Publish::from(packet).create_time(timestamp_millis()))
    }

    /// Takes a packet that is for the broker from the buffer. One that is none ends the connection here, where an
    /// MQTT 5 client can be told.
    pub(super) fn other(&mut self, head: Head, buffer: &mut BytesMut) -> Result<BytesMut, Reason> {
        let packet = buffer.split_to(head.len);
        if let Codec::V5(codec) = &mut self.codec
            && matches!(head.kind(), wire::SUBSCRIBE | wire::UNSUBSCRIBE)
        {
            codec.decode(&mut packet.clone()).map_err(|error| reason(&error))?;
        }
        Ok(packet)
    }

    /// Takes a PUBREL from the buffer.
    pub(super) fn release(&self, head: Head, buffer: &mut BytesMut) -> Result<Release, Reason> {
        let packet = buffer.split_to(head.len);
        match (&self.codec, &packet[head.fixed..]) {
            (Codec::V3(_), &[high, low]) | (Codec::V5(_), &[high, low, ..])
                if (high, low) != (0, 0) =>
            {
                Ok(Release(u16::from_be_bytes([high, low])))
            }
            _ => Err(Reason::MALFORMED),
        }
    }

    /// Puts the topic in the place of its alias, or remembers it by its alias [MQTT-3.3.2-8].
    fn resolve(&mut self, packet: &mut Packet) -> Result<(), Reason> {
        let Some(properties) = &mut packet.properties else { return Ok(()) };
        // Only a server may send them [MQTT-3.3.4-6].
        if !properties.subscription_ids.is_empty() {
            return Err(Reason::PROTOCOL);
        }
        let alias = properties.topic_alias.take().map(NonZeroU16::get);
        let Some(alias) = alias else {
            return if packet.topic.is_empty() { Err(Reason::PROTOCOL) } else { Ok(()) };
        };
        if alias > TOPIC_ALIASES {
            return Err(Reason::TOPIC_ALIAS);
        }
        let at = usize::from(alias);
        if packet.topic.is_empty() {
            let known = self.aliases.get(at).filter(|topic| !topic.is_empty());
            packet.topic = known.ok_or(Reason::PROTOCOL)?.clone();
        } else {
            if self.aliases.len() <= at {
                self.aliases.resize(at + 1, TopicName::new());
            }
            // A copy: the packet's topic would hold the packet.
            self.aliases[at] = TopicName::from(packet.topic.to_string());
        }
        Ok(())
    }
}

fn reason(error: &DecodeError) -> Reason {
    match error {
        DecodeError::MaxSizeExceeded { .. } => Reason::TOO_LARGE,
        _ => Reason::MALFORMED,
    }
}

/// What a client that sends a packet now and then is read with.
const SMALL: usize = 512;

/// And one that sends more.
const LARGE: usize = 8 << 10;

/// What a long packet is read with.
const STEP: usize = 64 << 10;
