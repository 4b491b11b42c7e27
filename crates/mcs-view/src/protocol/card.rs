//! Cards of channels: what they show, and what becomes of a command.

use mcs_model::function::Run;
use mcs_model::{ChannelId, DeviceId, Timestamp, Value, ValueError};
use serde::{Deserialize, Serialize};

/// Requests about the cards of a device.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum CardRequest {
    /// A card shows what was before: fetch it where a server keeps it. It comes as
    /// [`Frame::trails`](super::Frame::trails).
    Recall {
        /// Whose channel.
        device: DeviceId,
        /// A channel of places or pictures; nothing is recalled of others.
        channel: ChannelId,
    },
    /// A card shows what a function has done: fetch it, now and whenever it has run. It comes as
    /// [`Frame::runs`](super::Frame::runs).
    Runs {
        /// Whose channel.
        device: DeviceId,
        /// A function.
        channel: ChannelId,
    },
    /// Forget a command that waits.
    Drop {
        /// Whose channel.
        device: DeviceId,
        /// Which channel.
        channel: ChannelId,
    },
    /// From now on this becomes of commands while a device is away. What waits already, waits on,
    /// unless commands are refused now: then it is dropped.
    WhileAway(Away),
}

/// What becomes of a command while the device is away, or the broker out of reach.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub enum Away {
    /// It is refused.
    #[default]
    Refuse,
    /// It waits in the engine and is sent when the device is seen; of each channel the newest does.
    /// A press of a gamepad's button is refused all the same: it is worth nothing later.
    Wait {
        /// For so many milliseconds.
        millis: u64,
    },
    /// It is sent: the server keeps it as the channel's last value, and the broker for a board with a
    /// lasting session. Without a connection it is refused.
    Send,
}

/// The newest runs of a function.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct RunsView {
    /// The function.
    pub channel: ChannelId,
    /// What is known of them.
    pub state: RunsState,
}

/// What is known of a function's runs.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub enum RunsState {
    /// They are on their way.
    #[default]
    Awaited,
    /// The newest ones, newest first.
    Here(Vec<Run>),
    /// The server does not tell.
    Unknown,
    /// There is no server, and functions run on a server only.
    Nowhere,
}

/// What a card shows beside its channel.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct CardState {
    /// Whose card.
    pub channel: ChannelId,
    /// The channel's last value; `None` until there is one. Of a controller it may be a command that
    /// our server keeps and the device has not confirmed.
    pub value: Option<Shown>,
    /// The decimals to show: as many as came.
    pub digits: u8,
    /// The last command, on a controller.
    pub control: Option<Control>,
}

impl CardState {
    /// The card of a channel of which nothing is known.
    pub fn empty(channel: ChannelId) -> Self {
        Self { channel, value: None, digits: 0, control: None }
    }
}

/// A value that came.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Shown {
    /// The value; the text that came, as [`Value::String`], when it cannot be read.
    pub value: Value,
    /// Its time.
    pub at: Timestamp,
    /// Why it does not fit its channel, if so.
    pub misfit: Option<Unfit>,
}

/// Why a value does not fit its channel.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum Unfit {
    /// It is a number below the channel's bounds.
    TooLow,
    /// It is a number above the channel's bounds.
    TooHigh,
    /// It is no value of the channel, and shown as its text.
    Unreadable(Wrong),
}

/// Why something is no value of its channel.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum Wrong {
    /// It is of another type, or a part of it is missing.
    Type,
    /// It, or a part of it, is below what is allowed.
    TooLow,
    /// It, or a part of it, is above what is allowed.
    TooHigh,
    /// The category has no such key.
    Key,
    /// The gamepad has no such button.
    Button,
    /// It is longer than a value may be.
    TooLong,
}

impl From<&ValueError> for Wrong {
    fn from(error: &ValueError) -> Self {
        match error {
            ValueError::Bounds { bounds, got, .. } if *got < bounds.lower => Self::TooLow,
            ValueError::Bounds { .. } => Self::TooHigh,
            ValueError::Category(_) => Self::Key,
            ValueError::Button(_) => Self::Button,
            ValueError::TooLong { .. } => Self::TooLong,
            _ => Self::Type,
        }
    }
}

/// Places or pictures of one channel, oldest first.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Trail {
    /// Whose.
    pub channel: ChannelId,
    /// They take the place of what the page has, instead of following it.
    pub fresh: bool,
    /// The newest ones.
    pub points: Vec<Shown>,
    /// How many the page keeps of all: the newest.
    pub len: u32,
}

/// The life of a command.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Control {
    /// What was asked for; `None` when the text was no value.
    pub desired: Option<Value>,
    /// How far it is.
    pub stage: ControlStage,
    /// When it was sent.
    pub sent: Timestamp,
}

/// How far a command is.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum ControlStage {
    /// The device is away: it waits to be sent.
    Waiting {
        /// And will be given up then.
        until: Timestamp,
    },
    /// Handed to the connection.
    Sent,
    /// The broker has it (PUBACK); with a server: stored and passed on.
    Delivered,
    /// The broker had it, and the device has said nothing for 10 seconds.
    Unconfirmed,
    /// An equal value came back.
    Confirmed,
    /// No command of ours: the value came from the device or from another operator.
    Elsewhere,
    /// It went wrong; the card shows the channel's last value.
    Failed(ControlFailure),
}

impl ControlStage {
    /// Whether what was asked for may still become true.
    pub fn is_open(&self) -> bool {
        matches!(self, Self::Waiting { .. } | Self::Sent | Self::Delivered | Self::Unconfirmed)
    }
}

/// Why a command went wrong.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum ControlFailure {
    /// The text is no value of the channel.
    Invalid(Wrong),
    /// The operator may not control the device.
    Forbidden,
    /// Only the device writes this channel.
    NotController,
    /// There is no connection to the broker.
    NotConnected,
    /// The server says that the device is not here.
    DeviceOffline,
    /// It waited, and the device was not seen in time.
    Expired,
    /// The broker has it and nobody to pass it on to: the device is away.
    NotDelivered,
    /// The broker refused it, for the reason of this code [MQTT-3.4.2.1].
    Refused(u8),
    /// The connection takes no more: too much waits to be sent.
    NotTaken,
    /// The broker did not answer in time.
    TimedOut,
    /// Another value came: the device reports it, or another operator sent it.
    OtherValue,
}
