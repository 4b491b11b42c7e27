//! Messages to send.

use mcs_model::DeviceId;
use serde::{Deserialize, Serialize};

use super::Format;
use crate::protocol::ConnectionId;

/// A message as it is typed in.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct Draft {
    /// Over which connection.
    pub connection: ConnectionId,
    /// Where to.
    pub topic: String,
    /// The payload, in this form.
    pub payload: String,
    /// How the payload is written.
    pub format: Format,
    /// 0, 1 or 2.
    pub qos: u8,
    /// The broker keeps it for future subscribers.
    pub retain: bool,
    /// What is said beside it; not sent with MQTT 3.1.1.
    pub properties: DraftProperties,
}

/// The properties of a message as they are typed in, MQTT 5 §3.3.2.3; what is empty is not sent.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct DraftProperties {
    /// What the payload is, such as a MIME type.
    pub content_type: String,
    /// Where an answer is awaited.
    pub response_topic: String,
    /// What the answer has to repeat, in hex.
    pub correlation: String,
    /// Seconds after which it is delivered no more.
    pub expiry: String,
    /// One `name: value` a line.
    pub user: String,
}

/// A draft with a name.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct SavedCommand {
    /// For requests.
    pub id: u32,
    /// As the operator calls it.
    pub name: String,
    /// The device that it is for.
    pub device: Option<DeviceId>,
    /// The message.
    pub draft: Draft,
}

/// A message that is sent again and again.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct RepeatRow {
    /// For requests.
    pub id: u32,
    /// The message.
    pub draft: Draft,
    /// Milliseconds between two.
    pub every_ms: u32,
    /// How many are still to be sent; without end when absent.
    pub left: Option<u32>,
    /// How many were handed to the connection.
    pub sent: u32,
    /// How many could not be.
    pub failed: u32,
}

/// What is there to publish with.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct PublishView {
    /// What was published, the newest first.
    pub history: Vec<Draft>,
    /// Saved commands, by name.
    pub saved: Vec<SavedCommand>,
    /// What is being repeated.
    pub repeats: Vec<RepeatRow>,
    /// How the last attempt went: its row in the log, or why there is none.
    pub last: Option<Result<u64, PublishTrouble>>,
}

/// Why a draft was not sent.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum PublishTrouble {
    /// The topic is empty, too long, or has a wildcard.
    Topic,
    /// The payload is no hex: two digits a byte, spaces between them as one likes.
    Hex,
    /// The payload is no Base64.
    Base64,
    /// The payload is no JSON.
    Json,
    /// The expiry is no number of seconds.
    Expiry,
    /// The response topic is none to publish to.
    ResponseTopic,
    /// The correlation data are no hex.
    Correlation,
    /// The content type is too long, or has signs that MQTT forbids.
    ContentType,
    /// This line of the user properties is no `name: value`; counted from 1.
    UserProperty(u32),
    /// There is no connection.
    NotConnected,
    /// The packet is larger than the broker takes, in bytes.
    TooLarge {
        /// Of the packet.
        size: u64,
        /// Of the broker.
        limit: u64,
    },
    /// Too many messages wait for the broker.
    QueueFull,
    /// As many messages as can be are being repeated: 8.
    TooManyRepeats,
}
