//! The properties of MQTT 5 packets [MQTT-2.2.2].

use super::packet::{string, take, text_of, u16, varint};

/// A property of MQTT 5.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Property {
    PayloadFormat(u8),
    MessageExpiry(u32),
    ContentType(String),
    ResponseTopic(String),
    CorrelationData(Vec<u8>),
    SubscriptionId(u32),
    SessionExpiry(u32),
    AssignedClientId(String),
    ServerKeepAlive(u16),
    WillDelay(u32),
    ReasonString(String),
    ReceiveMaximum(u16),
    TopicAliasMaximum(u16),
    TopicAlias(u16),
    MaximumQos(u8),
    RetainAvailable(u8),
    User(String, String),
    MaximumPacketSize(u32),
    /// 0x28, 0x29 and 0x2a: what the server can do.
    Available(u8, u8),
}

impl Property {
    pub(super) fn write(&self, out: &mut Vec<u8>) {
        let mut integer = |id: u8, bytes: &[u8]| {
            out.push(id);
            out.extend_from_slice(bytes);
        };
        match self {
            Self::PayloadFormat(it) => integer(0x01, &[*it]),
            Self::MessageExpiry(it) => integer(0x02, &it.to_be_bytes()),
            Self::SubscriptionId(it) => {
                out.push(0x0b);
                varint(out, *it as usize);
            }
            Self::SessionExpiry(it) => integer(0x11, &it.to_be_bytes()),
            Self::ServerKeepAlive(it) => integer(0x13, &it.to_be_bytes()),
            Self::WillDelay(it) => integer(0x18, &it.to_be_bytes()),
            Self::ReceiveMaximum(it) => integer(0x21, &it.to_be_bytes()),
            Self::TopicAliasMaximum(it) => integer(0x22, &it.to_be_bytes()),
            Self::TopicAlias(it) => integer(0x23, &it.to_be_bytes()),
            Self::MaximumQos(it) => integer(0x24, &[*it]),
            Self::RetainAvailable(it) => integer(0x25, &[*it]),
            Self::MaximumPacketSize(it) => integer(0x27, &it.to_be_bytes()),
            Self::Available(id, it) => integer(*id, &[*it]),
            Self::ContentType(it) => text(out, 0x03, it.as_bytes()),
            Self::ResponseTopic(it) => text(out, 0x08, it.as_bytes()),
            Self::CorrelationData(it) => text(out, 0x09, it),
            Self::AssignedClientId(it) => text(out, 0x12, it.as_bytes()),
            Self::ReasonString(it) => text(out, 0x1f, it.as_bytes()),
            Self::User(name, value) => {
                text(out, 0x26, name.as_bytes());
                string(out, value);
            }
        }
    }

    /// Reads all properties at the start of `bytes`, length first, and answers what stands behind.
    pub(super) fn read_all(bytes: &[u8]) -> (Vec<Self>, &[u8]) {
        let (length, rest) = read_varint(bytes);
        let (mut own, rest) = rest.split_at(length);
        let mut all = Vec::new();
        while !own.is_empty() {
            all.push(Self::read(&mut own));
        }
        (all, rest)
    }

    fn read(bytes: &mut &[u8]) -> Self {
        let id = bytes[0];
        *bytes = &bytes[1..];
        match id {
            0x01 => Self::PayloadFormat(take(bytes, 1)[0]),
            0x02 => Self::MessageExpiry(u32(bytes)),
            0x03 => Self::ContentType(text_of(bytes)),
            0x08 => Self::ResponseTopic(text_of(bytes)),
            0x09 => Self::CorrelationData(text_of(bytes).into_bytes()),
            0x0b => {
                let (id, rest) = read_varint(bytes);
                *bytes = rest;
                Self::SubscriptionId(id as u32)
            }
            0x11 => Self::SessionExpiry(u32(bytes)),
            0x12 => Self::AssignedClientId(text_of(bytes)),
            0x13 => Self::ServerKeepAlive(u16(bytes)),
            0x1f => Self::ReasonString(text_of(bytes)),
            0x21 => Self::ReceiveMaximum(u16(bytes)),
            0x22 => Self::TopicAliasMaximum(u16(bytes)),
            0x23 => Self::TopicAlias(u16(bytes)),
            0x24 => Self::MaximumQos(take(bytes, 1)[0]),
            0x25 => Self::RetainAvailable(take(bytes, 1)[0]),
            0x26 => Self::User(text_of(bytes), text_of(bytes)),
            0x27 => Self::MaximumPacketSize(u32(bytes)),
            0x28..=0x2a => Self::Available(id, take(bytes, 1)[0]),
            other => panic!("property {other:#x}"),
        }
    }
}

fn u32(bytes: &mut &[u8]) -> u32 {
    u32::from_be_bytes(take(bytes, 4).try_into().expect("four bytes"))
}

fn text(out: &mut Vec<u8>, id: u8, bytes: &[u8]) {
    out.push(id);
    out.extend((bytes.len() as u16).to_be_bytes());
    out.extend_from_slice(bytes);
}

fn read_varint(bytes: &[u8]) -> (usize, &[u8]) {
    let end = bytes.iter().position(|it| it & 0x80 == 0).expect("an end") + 1;
    let digits = bytes[..end].iter().rev();
    let number = digits.fold(0, |sum, byte| sum << 7 | usize::from(byte & 0x7f));
    (number, &bytes[end..])
}
