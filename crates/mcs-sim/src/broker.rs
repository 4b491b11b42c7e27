//! A broker that does as it is told.

use std::collections::{BTreeMap, VecDeque};
use std::time::Duration;

use mcs_session::{LinkId, Message, Payload, Properties, Qos, ReasonCode, TopicFilter, Version};

use peer::Peer;

mod packets;
mod peer;

/// An MQTT broker without I/O: clean sessions, QoS 0 to 2, no retained
/// messages. It notes every slip of its clients.
#[derive(Default)]
pub struct Broker {
    /// How to behave; may change at any time.
    pub script: Script,
    peers: BTreeMap<LinkId, Peer>,
    outputs: VecDeque<BrokerOutput>,
    trace: Vec<String>,
    received: Vec<Message>,
    violations: Vec<String>,
}

/// What the broker wants done.
#[derive(Clone, Debug, PartialEq)]
pub enum BrokerOutput {
    /// Send these bytes to the client.
    Transmit(LinkId, Vec<u8>),
    /// Close the link, after sending.
    Close(LinkId),
}

/// How a [`Broker`] behaves. The default is a broker without any whim.
#[derive(Clone, Debug, Default)]
pub struct Script {
    /// Receive Maximum of its CONNACK.
    pub receive_maximum: Option<u16>,
    /// Maximum Packet Size of its CONNACK.
    pub maximum_packet_size: Option<u32>,
    /// Maximum QoS of its CONNACK: 0 or 1.
    pub maximum_qos: Option<u8>,
    /// Retain Available of its CONNACK is 0.
    pub no_retain: bool,
    /// Server Keep Alive of its CONNACK.
    pub keep_alive: Option<Duration>,
    /// Refuses every CONNECT.
    pub refuse_connect: Option<ReasonCode>,
    /// Knows MQTT 3.1.1 only.
    pub old: Option<OldBroker>,
    /// Reads, but says nothing.
    pub mute: bool,
    /// Does not answer PINGREQ.
    pub no_pong: bool,
    /// Does not answer SUBSCRIBE.
    pub no_suback: bool,
    /// Keeps PUBACK and PUBREC back until [`Broker::release_acks`].
    pub hold_acks: bool,
    /// Refuses subscriptions to these filters.
    pub refuse_filters: BTreeMap<String, ReasonCode>,
    /// Refuses messages to these topics, or has nobody to pass them on to, where the version can say so.
    pub refuse_topics: BTreeMap<String, ReasonCode>,
}

/// How a broker that knows 3.1.1 only meets an MQTT 5 client.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum OldBroker {
    /// CONNACK of 3.1.1 with return code 1.
    RefusesInV311,
    /// CONNACK of MQTT 5 with reason code 0x84.
    RefusesInV5,
    /// Drops the link without a word.
    HangsUp,
}

impl Broker {
    /// A client's link is open.
    pub fn opened(&mut self, link: LinkId) {
        self.peers.insert(link, Peer::new());
    }

    /// A client's link is gone.
    pub fn closed(&mut self, link: LinkId) {
        self.peers.remove(&link);
    }

    /// Bytes from a client; whole packets or not.
    pub fn received_bytes(&mut self, link: LinkId, bytes: &[u8]) {
        let Some(mut peer) = self.peers.remove(&link) else { return };
        for packet in peer.parse(bytes, &mut self.violations) {
            if peer.closing {
                break;
            }
            peer.handle(packet, self);
        }
        self.collect(link, &mut peer);
        if !peer.closing {
            self.peers.insert(link, peer);
        }
    }

    /// Publishes to every client with a matching subscription.
    pub fn publish(&mut self, topic: &str, payload: impl Into<Payload>, qos: Qos) {
        let message = Message {
            topic: topic.into(),
            payload: payload.into(),
            qos,
            retain: false,
            duplicate: false,
            properties: Properties::default(),
        };
        self.fan_out(&message);
    }

    /// Sends DISCONNECT, where the version can, and closes every link.
    pub fn dismiss(&mut self, code: ReasonCode) {
        for (link, mut peer) in std::mem::take(&mut self.peers) {
            peer.dismiss(code, &mut self.trace);
            self.collect(link, &mut peer);
        }
    }

    /// Sends the acknowledgements that were held back.
    pub fn release_acks(&mut self) {
        self.script.hold_acks = false;
        for (link, mut peer) in std::mem::take(&mut self.peers) {
            peer.release_acks(&mut self.trace);
            self.collect(link, &mut peer);
            self.peers.insert(link, peer);
        }
    }

    /// What to do next; call until `None`.
    pub fn poll_output(&mut self) -> Option<BrokerOutput> {
        self.outputs.pop_front()
    }

    /// Payloads that arrived on `topic`, as text, in order.
    pub fn received(&self, topic: &str) -> Vec<String> {
        let on_topic = self.received.iter().filter(|message| &*message.topic == topic);
        on_topic.map(|message| String::from_utf8_lossy(&message.payload).into_owned()).collect()
    }

    /// What clients published since the last call.
    pub fn take_received(&mut self) -> Vec<Message> {
        std::mem::take(&mut self.received)
    }

    /// Every message that arrived, in order.
    pub fn messages(&self) -> &[Message] {
        &self.received
    }

    /// Filters that clients are subscribed to now.
    pub fn subscriptions(&self) -> Vec<&TopicFilter> {
        self.peers.values().flat_map(Peer::subscriptions).collect()
    }

    /// The versions that connected clients speak.
    pub fn versions(&self) -> Vec<Version> {
        self.peers.values().filter_map(Peer::version).collect()
    }

    /// What clients did wrong.
    pub fn violations(&self) -> &[String] {
        &self.violations
    }

    /// Packets since the last call, one line each.
    pub fn take_trace(&mut self) -> Vec<String> {
        std::mem::take(&mut self.trace)
    }

    /// A message from one client: to the others now, to itself by `peer`.
    fn accept(&mut self, message: Message) {
        self.fan_out(&message);
        self.received.push(message);
    }

    fn fan_out(&mut self, message: &Message) {
        for (link, mut peer) in std::mem::take(&mut self.peers) {
            peer.deliver(message, &mut self.trace);
            self.collect(link, &mut peer);
            self.peers.insert(link, peer);
        }
    }

    fn collect(&mut self, link: LinkId, peer: &mut Peer) {
        let bytes = std::mem::take(&mut peer.tx);
        if !bytes.is_empty() && !self.script.mute {
            self.outputs.push_back(BrokerOutput::Transmit(link, bytes));
        }
        if peer.closing {
            self.outputs.push_back(BrokerOutput::Close(link));
        }
    }
}
