//! Control packets, and messages on their way to a file.

use mcs_model::Timestamp;
use serde::{Deserialize, Serialize};

use super::Property;
use crate::protocol::ConnectionId;

/// The last control packets, the oldest first.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct TraceView {
    /// All that are kept.
    pub rows: Vec<TraceRow>,
    /// Older ones that are not.
    pub evicted: u64,
}

/// A control packet.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct TraceRow {
    /// Grows with time.
    pub id: u64,
    /// When it went over the link.
    pub at: Timestamp,
    /// Over which connection.
    pub connection: ConnectionId,
    /// We sent it.
    pub sent: bool,
    /// Its name.
    pub packet: Packet,
    /// Its packet identifier, if it has one.
    pub packet_id: Option<u16>,
    /// Its reason codes (MQTT 5 §2.4), one for each topic filter of a SUBACK or UNSUBACK.
    pub codes: Vec<u8>,
    /// CONNACK: the broker has kept our session.
    pub session_present: bool,
    /// Topic filters, or the topic of a PUBLISH.
    pub topics: Vec<String>,
    /// Its properties (MQTT 5).
    pub properties: Vec<Property>,
    /// An answer: how long it took.
    pub millis: Option<u32>,
}

/// The name of a control packet.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[expect(missing_docs, reason = "the names are those of the standard")]
pub enum Packet {
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

/// How messages are written to a file.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum FileFormat {
    /// A line for each, its fields parted by commas.
    Csv,
    /// A JSON object on a line for each.
    JsonLines,
}

/// A piece of the file.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct ExportPiece {
    /// What comes next in it.
    pub bytes: Vec<u8>,
    /// How many messages are in it so far.
    pub written: u64,
    /// How many were evicted before they were looked at.
    pub evicted: u64,
    /// How many are still to be looked at; 0 for the last piece.
    pub left: u64,
}
