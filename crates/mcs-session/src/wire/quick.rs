//! The packets that a flood is made of, read where they stand: a PUBLISH of QoS 0 that says nothing beside.

use std::ops::Range;

use crate::Version;

/// A PUBLISH of QoS 0 without properties.
pub(super) struct Quick {
    /// Bytes of the packet.
    pub(super) len: usize,
    /// Where its topic is.
    pub(super) topic: Range<usize>,
    /// Where its payload is, up to its end.
    pub(super) payload: usize,
    pub(super) retain: bool,
}

impl Quick {
    /// The packet at the beginning of `bytes`, if it is one and all of it is there. Whatever is odd about it is left to
    /// who knows all packets.
    pub(super) fn of(bytes: &[u8], version: Version) -> Option<Self> {
        // Neither a duplicate, nor of another QoS [MQTT-3.3.1-2].
        let retain = match bytes.first()? {
            0x30 => false,
            0x31 => true,
            _ => return None,
        };
        let (head, body) = length(bytes)?;
        let len = head + body;
        let packet = bytes.get(..len)?;
        let (size, rest) = packet.get(head..)?.split_first_chunk()?;
        let topic = usize::from(u16::from_be_bytes(*size));
        let mut payload = head + 2 + topic;
        match version {
            Version::V5 if rest.get(topic) != Some(&0) => return None,
            Version::V5 => payload += 1,
            Version::V311 => {}
        }
        (payload <= len).then_some(Self { len, topic: head + 2..head + 2 + topic, payload, retain })
    }
}

/// The bytes of the fixed header, and of what follows it.
fn length(bytes: &[u8]) -> Option<(usize, usize)> {
    let mut body = 0;
    for place in 0..4 {
        let byte = usize::from(*bytes.get(1 + place)?);
        body |= (byte & 0x7f) << (7 * place);
        if byte < 0x80 {
            return Some((2 + place, body));
        }
    }
    None
}
