//! Topics: the tree, the loudest, what the broker keeps of them, and what is subscribed to.

use mcs_model::Timestamp;
use serde::{Deserialize, Serialize};

use super::Place;
use crate::protocol::ConnectionId;

/// A topic, or a level that has topics below it.
#[derive(Clone, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct TopicRef {
    /// On which connection.
    pub connection: ConnectionId,
    /// All its levels.
    pub path: String,
}

/// Which part of the tree is on the screen.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct TreeLook {
    /// The levels that are open.
    pub open: Vec<TopicRef>,
    /// The first row.
    pub first: u64,
    /// How many.
    pub count: u32,
}

/// The topic tree.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct TreeView {
    /// How many rows there are.
    pub total: u64,
    /// Which row `rows[0]` is.
    pub first: u64,
    /// Those that were asked for.
    pub rows: Vec<TreeRow>,
}

/// A level of the tree, with everything below it.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct TreeRow {
    /// Which.
    pub topic: TopicRef,
    /// How many levels are above it.
    pub depth: u32,
    /// Levels are below it.
    pub branches: bool,
    /// They are shown.
    pub open: bool,
    /// How many topics it is or has.
    pub topics: u64,
    /// What they carry.
    pub load: Load,
}

/// What one topic or several carry.
#[derive(Clone, Copy, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Load {
    /// Messages received since they are known.
    pub messages: u64,
    /// Payload bytes of these.
    pub bytes: u64,
    /// Messages a second, over the last few seconds.
    pub message_rate: f32,
    /// Payload bytes a second, over the last few seconds.
    pub byte_rate: f32,
}

/// By what the loudest topics are sorted.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub enum Loudness {
    /// Messages a second.
    #[default]
    MessageRate,
    /// Payload bytes a second.
    ByteRate,
    /// Messages in all.
    Messages,
    /// Payload bytes in all.
    Bytes,
}

/// The loudest topics.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct RatesView {
    /// The loudest first.
    pub rows: Vec<RateRow>,
    /// How many topics there are.
    pub topics: u64,
    /// What all of them carry.
    pub load: Load,
}

/// One of the loudest topics.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct RateRow {
    /// Which.
    pub topic: TopicRef,
    /// Whose, when it is a device's.
    pub place: Option<Place>,
    /// What it carries.
    pub load: Load,
}

/// What brokers keep for future subscribers, as far as it came.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct RetainedView {
    /// In the order of the tree.
    pub rows: Vec<RetainedRow>,
    /// How many there are.
    pub total: u64,
    /// The clearing that is under way, or the last one.
    pub clearing: Option<Clearing>,
}

/// A retained message.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct RetainedRow {
    /// Of which topic.
    pub topic: TopicRef,
    /// When it came.
    pub at: Timestamp,
    /// Bytes of its payload.
    pub size: u64,
    /// Its row in the log.
    pub row: u64,
}

/// Retained messages are cleared one by one.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Clearing {
    /// How many.
    pub total: u64,
    /// The broker has taken so many.
    pub done: u64,
    /// So many could not be cleared.
    pub failed: u64,
    /// Why the last of these could not, when the broker refused: a reason code of MQTT 5 §2.4.
    pub refused: Option<u8>,
}

/// Which retained messages.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum RetainedSet {
    /// That of one topic.
    One(TopicRef),
    /// Those of a topic and all below it that the page has seen.
    Below(TopicRef),
}

/// What the operator subscribed to, beside what the console needs itself.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct SubscriptionRow {
    /// For requests.
    pub id: u32,
    /// On which connection.
    pub connection: ConnectionId,
    /// The topic filter.
    pub filter: String,
    /// The QoS asked for.
    pub qos: u8,
    /// One of eight colours, from 0.
    pub colour: u8,
    /// How it stands.
    pub state: SubscriptionState,
    /// Messages received that it matches.
    pub messages: u64,
    /// Payload bytes of these.
    pub bytes: u64,
}

/// How a subscription stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum SubscriptionState {
    /// Switched off.
    Off,
    /// There is no connection.
    NotConnected,
    /// The broker has not answered.
    Asked,
    /// The broker delivers with this QoS.
    Granted(u8),
    /// The broker refuses: a reason code of MQTT 5 §2.4.
    Refused(u8),
    /// The broker did not answer in time.
    TimedOut,
}

/// Why nothing was subscribed to.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum SubscribeTrouble {
    /// This is no topic filter.
    Filter,
    /// There is such a subscription already.
    Twice,
    /// There are as many as there can be: 32.
    TooMany,
    /// Shared subscriptions would take messages from others.
    Shared,
}
