//! Messages, both ways.

use std::fmt;
use std::sync::Arc;
use std::time::Duration;

use crate::{Payload, Properties};

/// How hard the two ends try to deliver a message.
#[derive(Clone, Copy, Debug, Default, Eq, Hash, Ord, PartialEq, PartialOrd)]
pub enum Qos {
    /// QoS 0: sent once, never acknowledged.
    #[default]
    AtMostOnce,
    /// QoS 1: acknowledged; may arrive more than once.
    AtLeastOnce,
    /// QoS 2: acknowledged in two steps; arrives once per link.
    ExactlyOnce,
}

/// A message to send.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Publish {
    /// Where to; no wildcards.
    pub topic: Arc<str>,
    /// The body.
    pub payload: Payload,
    /// How hard to try.
    pub qos: Qos,
    /// Whether the broker keeps it for future subscribers.
    pub retain: bool,
    /// What is said beside it, to brokers of MQTT 5.
    pub beside: Option<Box<Beside>>,
    /// What happens to it while there is no link.
    pub offline: Offline,
}

/// What a publisher says beside a message, MQTT 5 §3.3.2.3; nothing of it is sent with 3.1.1.
#[derive(Clone, Debug, Default, Eq, PartialEq)]
pub struct Beside {
    /// Seconds after which the broker delivers it no more.
    pub expiry: Option<u32>,
    /// What the body is, such as a MIME type; not sent when empty.
    pub content_type: String,
    /// Where an answer is awaited, without wildcards; not sent when empty.
    pub response_topic: String,
    /// What the answer has to repeat; not sent when empty.
    pub correlation: Vec<u8>,
    /// Names and values.
    pub user_properties: Vec<(String, String)>,
}

/// What happens to a message that cannot be sent, or whose acknowledgement
/// did not come before the link ended.
#[derive(Clone, Copy, Debug, Default, Eq, PartialEq)]
pub enum Offline {
    /// It completes with [`Outcome::LinkDown`](crate::Outcome::LinkDown).
    #[default]
    Drop,
    /// It is sent on the next link, unless that takes longer than `ttl` since
    /// it was published.
    Keep {
        /// How long it is worth sending.
        ttl: Duration,
    },
    /// As `Keep`, and a newer message of this kind on the same topic replaces
    /// it while it waits: for a slider, say, where only the last word counts.
    KeepLatestPerTopic {
        /// How long it is worth sending.
        ttl: Duration,
    },
}

/// A message from the broker.
#[derive(Clone, Eq, PartialEq)]
pub struct Message {
    /// Where it was published to.
    pub topic: Arc<str>,
    /// The body.
    pub payload: Payload,
    /// The QoS with which the broker delivered it.
    pub qos: Qos,
    /// It is the topic's retained message rather than fresh news.
    pub retain: bool,
    /// The broker sends it again: an earlier copy may have arrived.
    pub duplicate: bool,
    /// What the publisher said beside it; MQTT 5 only.
    pub properties: Properties,
}

/// A message that the broker publishes when this client vanishes.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Will {
    /// Where to; no wildcards.
    pub topic: Arc<str>,
    /// The body, 64 KiB at most.
    pub payload: Payload,
    /// How hard to try.
    pub qos: Qos,
    /// Whether the broker keeps it for future subscribers.
    pub retain: bool,
}

impl Publish {
    /// A QoS 0 message that is dropped while there is no link.
    pub fn new(topic: impl Into<Arc<str>>, payload: impl Into<Payload>) -> Self {
        Self {
            topic: topic.into(),
            payload: payload.into(),
            qos: Qos::AtMostOnce,
            retain: false,
            beside: None,
            offline: Offline::Drop,
        }
    }

    /// With another QoS.
    #[must_use]
    pub const fn qos(mut self, qos: Qos) -> Self {
        self.qos = qos;
        self
    }

    /// Kept by the broker for future subscribers.
    #[must_use]
    pub const fn retained(mut self) -> Self {
        self.retain = true;
        self
    }

    /// With another rule for the time without a link.
    #[must_use]
    pub const fn offline(mut self, offline: Offline) -> Self {
        self.offline = offline;
        self
    }
}

/// `t/1 ← "on" (QoS 1, retained)`: one line for transcripts and logs.
impl fmt::Debug for Message {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { topic, payload, qos, retain, duplicate, properties: _ } = self;
        let retain = if *retain { ", retained" } else { "" };
        let duplicate = if *duplicate { ", duplicate" } else { "" };
        write!(f, "{topic} ← {payload:?} (QoS {}{retain}{duplicate})", *qos as u8)
    }
}
