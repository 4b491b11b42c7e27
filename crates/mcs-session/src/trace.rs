//! Control packets as they went over the link, for who looks for a mistake.

use crate::{Property, ReasonCode};

/// A control packet. What carries messages is left out, but for our own with QoS 1 and 2, and so
/// are our acknowledgements.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Traced {
    /// We sent it.
    pub sent: bool,
    /// Which packet.
    pub packet: PacketKind,
    /// Its packet identifier, if it has one.
    pub packet_id: Option<u16>,
    /// Its reason codes, one for each topic filter of a SUBACK or UNSUBACK; empty where a packet of
    /// MQTT 3.1.1 has none. Those of 3.1.1 are translated.
    pub codes: Vec<u8>,
    /// CONNACK: the broker has kept our session.
    pub session_present: bool,
    /// Topic filters, or the topic of a PUBLISH.
    pub topics: Vec<String>,
    /// Its properties; MQTT 5 only.
    pub properties: Vec<Property>,
}

impl Traced {
    /// A CONNACK that refuses.
    pub(crate) fn refusal(code: ReasonCode) -> Self {
        Self {
            sent: false,
            packet: PacketKind::Connack,
            packet_id: None,
            codes: vec![code.0],
            session_present: false,
            topics: Vec::new(),
            properties: Vec::new(),
        }
    }
}

/// The name of a control packet.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
#[expect(missing_docs, reason = "the names are those of the standard")]
pub enum PacketKind {
    Connect,
    Connack,
    Publish,
    Puback,
    Pubrec,
    Pubcomp,
    Subscribe,
    Suback,
    Unsubscribe,
    Unsuback,
    Pingreq,
    Pingresp,
    Disconnect,
}
