//! The messages page: everything that came and went, as it was.

mod publish;
mod topics;
mod trace;

use mcs_model::Timestamp;
use serde::{Deserialize, Serialize};

use super::ConnectionId;

pub use publish::{Draft, DraftProperties, PublishTrouble, PublishView, RepeatRow, SavedCommand};
pub use topics::{
    Clearing, Load, Loudness, RateRow, RatesView, RetainedRow, RetainedSet, RetainedView,
    SubscribeTrouble, SubscriptionRow, SubscriptionState, TopicRef, TreeLook, TreeRow, TreeView,
};
pub use trace::{ExportPiece, FileFormat, Packet, TraceRow, TraceView};

/// The messages page's requests.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub enum MessagesRequest {
    /// What the page shows from now on.
    Look(Look),
    /// Forget every message; counts and subscriptions stay.
    Clear,
    /// Subscribe to a topic filter, now and after each connect.
    Subscribe {
        /// On which connection.
        connection: ConnectionId,
        /// The topic filter.
        filter: String,
        /// 0, 1 or 2.
        qos: u8,
        /// One of eight colours, from 0.
        colour: u8,
    },
    /// Remove a subscription.
    Unsubscribe(u32),
    /// Switch a subscription on or off.
    Enable(u32, bool),
    /// Give a subscription another colour.
    Paint(u32, u8),
    /// Send a message.
    Publish(Draft),
    /// Send a message now and again and again.
    Repeat {
        /// The message.
        draft: Draft,
        /// Milliseconds between two; 100 at least.
        every_ms: u32,
        /// How often in all; without end when absent.
        times: Option<u32>,
    },
    /// Repeat no more.
    StopRepeating(u32),
    /// Save a command under a name; a new one when none has its id.
    SaveCommand(SavedCommand),
    /// Forget a saved command.
    ForgetCommand(u32),
    /// Forget what was published.
    ForgetHistory,
    /// Ask brokers for what they keep, where something is subscribed to.
    LookForRetained,
    /// Have brokers forget what they keep.
    ClearRetained(RetainedSet),
    /// Write the messages that match to a file: the first piece comes as [`MessagesView::export`].
    Export {
        /// How.
        format: FileFormat,
        /// Which.
        filter: Filter,
    },
    /// The page has written the last piece.
    ExportNext,
    /// The page wants no more pieces.
    ExportStop,
    /// The whole payload of a row; it comes as [`MessagesView::payload`].
    Payload(u64),
}

/// What the messages page shows.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Look {
    /// Which messages.
    pub filter: Filter,
    /// Which of their rows.
    pub rows: Rows,
    /// Rows after this one are counted and not shown: the log is paused.
    pub until: Option<u64>,
    /// The row that is open.
    pub detail: Option<Detail>,
    /// The part of the topic tree that is on the screen.
    pub tree: Option<TreeLook>,
    /// The loudest topics are on the screen.
    pub rates: Option<Loudness>,
    /// What brokers keep is on the screen.
    pub retained: bool,
    /// Control packets are on the screen.
    pub trace: bool,
}

/// Which messages are in the log.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Filter {
    /// Which way they went.
    pub direction: Option<Direction>,
    /// Over which connection.
    pub connection: Option<ConnectionId>,
    /// Only this topic and those below it.
    pub below: Option<String>,
    /// As typed; see [`QueryError`] for what may be wrong with it.
    pub query: String,
}

/// Which rows of the log are on the screen.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum Rows {
    /// The last ones.
    Newest {
        /// How many.
        count: u32,
    },
    /// These.
    From {
        /// [`LogView::origin`] plus the place of the first one among those that match.
        place: i64,
        /// How many.
        count: u32,
    },
}

/// The row that is open.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Detail {
    /// Which.
    pub row: u64,
    /// How its payload is shown.
    pub format: Format,
    /// All of it, however long.
    pub whole: bool,
}

/// How a payload is shown, or typed in.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub enum Format {
    /// As UTF-8.
    #[default]
    Text,
    /// As JSON, indented; numbers stand as they were received.
    Json,
    /// Offset, bytes, characters.
    Hex,
    /// Base64.
    Base64,
}

/// Which way a message went.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum Direction {
    /// From the broker.
    Received,
    /// To it.
    Sent,
}

/// The messages page: what changed of it.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct MessagesView {
    /// The rows on the screen, and how many there are.
    pub log: Option<LogView>,
    /// The open row; the inner `None`: it is stored no more.
    pub detail: Option<Option<DetailView>>,
    /// The topic tree.
    pub tree: Option<TreeView>,
    /// The loudest topics.
    pub rates: Option<RatesView>,
    /// What brokers keep.
    pub retained: Option<RetainedView>,
    /// What the operator subscribed to, and why the last attempt failed.
    pub subscriptions: Option<(Vec<SubscriptionRow>, Option<SubscribeTrouble>)>,
    /// What is there to publish with.
    pub publish: Option<PublishView>,
    /// Control packets.
    pub trace: Option<TraceView>,
    /// A piece of the file that is being written.
    pub export: Option<ExportPiece>,
    /// The answer to [`MessagesRequest::Payload`].
    pub payload: Option<PayloadFile>,
}

/// The log.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct LogView {
    /// Shifts so that `origin` plus a row's place stays the same: falls while older matches are
    /// found, grows when old ones are evicted.
    pub origin: i64,
    /// How many rows match, up to [`Look::until`].
    pub total: u64,
    /// How many match after it.
    pub newer: u64,
    /// Place of `rows[0]` among the matches, from 0.
    pub first: u64,
    /// The rows that were asked for.
    pub rows: Vec<LogRow>,
    /// The newest row there is, whether it matches or not.
    pub newest: Option<u64>,
    /// Stored messages that were not held against the filter yet.
    pub unsearched: u64,
    /// Payloads of which only the beginning was held against the filter: 256 KiB.
    pub cut: u64,
    /// Why the query is not in force; the one before is.
    pub error: Option<QueryError>,
    /// Counters.
    pub store: StoreView,
}

/// How much is stored, and what is not any more.
#[derive(Clone, Copy, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct StoreView {
    /// Messages stored.
    pub stored: u64,
    /// Messages seen since the start.
    pub seen: u64,
    /// Oldest messages that were evicted to stay within the budget.
    pub evicted: u64,
    /// Bytes that all of them take, topics included.
    pub memory: u64,
    /// Bytes that they may take.
    pub budget: u64,
    /// Topics known.
    pub topics: u64,
    /// Topics forgotten because there were too many.
    pub forgotten: u64,
    /// Messages received a second, over the last few seconds.
    pub rate: f32,
}

/// A message in the log.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct LogRow {
    /// Its number: grows with time, is never used twice.
    pub row: u64,
    /// Over which connection.
    pub connection: ConnectionId,
    /// When it came or went, by our clock.
    pub at: Timestamp,
    /// Which way.
    pub direction: Direction,
    /// Its topic.
    pub topic: String,
    /// The colour of the first subscription that means it.
    pub colour: Option<u8>,
    /// Whose topic that is, when it is a device's.
    pub place: Option<Place>,
    /// 0, 1 or 2.
    pub qos: u8,
    /// The broker kept it, or shall keep it.
    pub retained: bool,
    /// It may have come before.
    pub duplicate: bool,
    /// Bytes of its payload.
    pub size: u64,
    /// The beginning of its payload on one line.
    pub preview: Preview,
    /// What became of it, when we sent it.
    pub fate: Option<Fate>,
}

/// A device's topic in words.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Place {
    /// The device's name.
    pub device: String,
    /// The channel's name.
    pub channel: Option<String>,
}

/// The beginning of a payload.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum Preview {
    /// There is none.
    Empty,
    /// Text; control characters stand as pictures.
    Text {
        /// Its beginning.
        text: String,
        /// More follows.
        cut: bool,
    },
    /// No UTF-8: its first bytes in hex.
    Bytes {
        /// Its beginning.
        hex: String,
        /// More follows.
        cut: bool,
    },
}

/// What became of a message that we sent.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum Fate {
    /// Not answered yet.
    Waiting,
    /// QoS 0: handed to the connection.
    Sent,
    /// The broker has it.
    Acknowledged {
        /// How long that took.
        millis: u32,
    },
    /// The broker has it, and nobody who subscribes to it.
    Unheard {
        /// How long that took.
        millis: u32,
    },
    /// The broker does not take it.
    Refused {
        /// A reason code of MQTT 5 §2.4.
        code: u8,
    },
    /// The broker did not answer in time.
    TimedOut,
    /// There was no connection, or it ended first.
    NotConnected,
}

/// The open row.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct DetailView {
    /// The row itself.
    pub row: LogRow,
    /// Its payload as asked for.
    pub body: Body,
    /// What its publisher said beside it (MQTT 5).
    pub properties: Vec<Property>,
    /// Against the message before on the same topic.
    pub difference: Difference,
}

/// A payload as it was asked for.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Body {
    /// In which form it is shown.
    pub format: Format,
    /// The text.
    pub text: String,
    /// How many bytes of the payload the text shows.
    pub shown: u64,
    /// Why it is not in the form asked for.
    pub misfit: Option<Misfit>,
}

/// Why a payload is not shown in the form asked for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum Misfit {
    /// It is no UTF-8: shown as bytes.
    NoText,
    /// It is no JSON: shown as text.
    NoJson,
    /// Only its beginning is shown, which is no JSON by itself: shown as text.
    CutJson,
}

/// A property of a packet, MQTT 5 §2.2.2.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Property {
    /// Its identifier in the standard.
    pub id: u8,
    /// The name of a user property, else empty.
    pub key: String,
    /// Its value: numbers in decimal, binary data in hex.
    pub value: String,
}

/// A message against the one before on its topic.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum Difference {
    /// There was none before.
    First,
    /// The one before is stored no more.
    Evicted,
    /// Byte for byte the same.
    Same {
        /// The row before.
        before: u64,
    },
    /// One of both is no text, or is too long to compare.
    Incomparable {
        /// The row before.
        before: u64,
    },
    /// Line by line; JSON is indented first.
    Lines {
        /// The row before.
        before: u64,
        /// In order; long runs of equal lines are left out and counted.
        lines: Vec<DiffLine>,
    },
}

/// A line of a [`Difference`].
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum DiffLine {
    /// In both.
    Same(String),
    /// Only in the message before.
    Removed(String),
    /// Only in this one.
    Added(String),
    /// So many lines in both.
    Skipped(u32),
}

/// A payload for a file.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct PayloadFile {
    /// Its row.
    pub row: u64,
    /// The bytes; `None` when they are stored no more.
    pub bytes: Option<Vec<u8>>,
}

/// Why a query means nothing.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum QueryError {
    /// A quote or a slash is not closed.
    Unclosed,
    /// This is no topic filter of MQTT.
    TopicFilter(String),
    /// This is no regular expression; with what the expressions' own parser says.
    Regex(String, String),
    /// This is no number, or no comparison with one.
    Number(String),
    /// After a name and a colon nothing follows.
    Missing(String),
}

impl Default for Rows {
    fn default() -> Self {
        Self::Newest { count: 0 }
    }
}
