//! What goes into a session and what comes out.

use std::fmt;

use mcs_time::Time;

use crate::{Message, Qos, ReasonCode, Traced, Version};

#[cfg(test)]
mod tests;

/// One transport connection. Ids grow; an input for any but the newest link
/// is ignored, so a late callback cannot disturb the next link.
#[derive(Clone, Copy, Debug, Eq, Hash, Ord, PartialEq, PartialOrd)]
pub struct LinkId(pub(crate) u64);

/// One accepted [`Publish`](crate::Publish). Ids grow in publishing order.
#[derive(Clone, Copy, Debug, Eq, Hash, Ord, PartialEq, PartialOrd)]
pub struct RequestId(pub(crate) u64);

/// One interest in a topic filter. Several may share a filter.
#[derive(Clone, Copy, Debug, Eq, Hash, Ord, PartialEq, PartialOrd)]
pub struct SubscriptionId(pub(crate) u64);

/// What the driver reports.
#[derive(Clone, Copy, Debug)]
pub enum Input<'a> {
    /// The link that [`Output::Open`] asked for can carry bytes.
    Opened(LinkId),
    /// Bytes arrived; any chunking will do.
    Received(LinkId, &'a [u8]),
    /// The link could not be opened, or it has ended, however it did.
    Closed(LinkId),
    /// The instant of [`Output::Timeout`] has come. Early calls do no harm.
    Timeout,
    /// The network may be back, or the machine woke up: try at once if a
    /// retry is pending, or else check that the link still answers.
    Wake,
}

/// What the driver has to do.
#[derive(Clone, Debug, PartialEq)]
#[must_use]
pub enum Output {
    /// Open a link and report [`Input::Opened`] or [`Input::Closed`].
    Open(LinkId),
    /// Send these bytes. An MQTT WebSocket sends them as one binary frame.
    Transmit(LinkId, Vec<u8>),
    /// Close the link after sending what was transmitted before. Nothing more
    /// needs to be reported about it.
    Close(LinkId),
    /// Tell the application.
    Event(Event),
    /// Nothing more to do until an input, or this instant. Ends the drain.
    Timeout(Option<Time>),
}

/// What happened.
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
pub enum Event {
    /// A link is being opened: the `attempt`-th since the last stable one.
    Connecting {
        /// Counts from 1.
        attempt: u32,
    },
    /// The broker accepted the connection. Subscriptions are on their way.
    Connected {
        /// The version of MQTT in use.
        version: Version,
    },
    /// The link is gone, or could not be opened.
    Disconnected {
        /// Why.
        reason: DisconnectReason,
        /// When the next attempt starts; `None`: not before
        /// [`connect`](crate::Session::connect).
        retry_at: Option<Time>,
    },
    /// A message on a topic with a live subscription.
    Message(Message),
    /// The broker answered a subscription, or did not in time. Comes again
    /// after every connect.
    Subscribed {
        /// Which one.
        id: SubscriptionId,
        /// The QoS that the broker grants, which may be less than asked for.
        granted: Result<Qos, SubscribeError>,
    },
    /// A published message is complete. Exactly once per [`RequestId`].
    Published {
        /// Which one.
        id: RequestId,
        /// How it ended.
        outcome: Outcome,
    },
    /// A control packet went over the link; only with
    /// [`Config::trace`](crate::Config::trace).
    Traced(Box<Traced>),
}

/// How a published message ended.
///
/// Only `Acknowledged`, `Unheard` and `Refused` are the broker's word. With any other
/// outcome it may have arrived nevertheless, if it was sent at all.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
#[non_exhaustive]
pub enum Outcome {
    /// QoS 0: handed to the link.
    Sent,
    /// The broker has it.
    Acknowledged,
    /// The broker has it, and says that nobody is there to get it. QoS 1 and MQTT 5 only, and not every
    /// broker says so.
    Unheard,
    /// The broker does not take it.
    Refused(ReasonCode),
    /// Not acknowledged within the request timeout.
    Unacknowledged,
    /// Not sent before its time to live was over.
    Expired,
    /// A newer message on the topic took its place.
    Superseded,
    /// There was no link, or it ended first, and the message is not kept.
    LinkDown,
    /// [`cancel`](crate::Session::cancel) was called.
    Cancelled,
}

/// Why a connection ended, or never came to be.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
#[non_exhaustive]
pub enum DisconnectReason {
    /// [`disconnect`](crate::Session::disconnect) was called.
    Requested,
    /// The link ended, or could not be opened.
    LinkClosed,
    /// No CONNACK within the connect timeout.
    ConnectTimeout,
    /// No answer to a ping.
    KeepAlive,
    /// The broker answers, but acknowledges nothing any more: every message
    /// in flight has timed out, and there is no room for another one.
    Stalled,
    /// The broker refused the connection.
    Refused(ReasonCode),
    /// The broker ended the connection.
    Dismissed(ReasonCode),
    /// The broker broke the protocol, and so we ended the connection.
    Protocol(ReasonCode),
    /// A setting does not fit into a CONNECT packet: a string above 64 KiB or
    /// with a NUL, a will topic with wildcards.
    InvalidConfig,
}

/// Why a subscription is not in force.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
#[non_exhaustive]
pub enum SubscribeError {
    /// The broker refused the filter.
    Refused(ReasonCode),
    /// No answer within the request timeout. A late one is still reported.
    TimedOut,
}

/// Why a message was not accepted for sending.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
#[non_exhaustive]
pub enum PublishError {
    /// Too many messages, or bytes, are not complete yet.
    QueueFull,
    /// The packet would be larger than the broker takes.
    TooLarge {
        /// Of the packet, in bytes.
        size: usize,
        /// Of the broker, or else of MQTT.
        limit: usize,
    },
    /// The topic is empty, too long, or has a wildcard or a NUL.
    InvalidTopic,
}

/// What a session is doing.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum State {
    /// Nothing, until [`connect`](crate::Session::connect).
    Idle,
    /// Asked for a link.
    Opening,
    /// Sent CONNECT.
    Handshaking,
    /// In use.
    Connected,
    /// Between two attempts.
    Waiting,
}

impl DisconnectReason {
    /// Whether the same attempt may succeed later.
    pub(crate) const fn is_transient(self) -> bool {
        match self {
            Self::Requested | Self::InvalidConfig => false,
            Self::Refused(code) | Self::Dismissed(code) => code.is_transient(),
            Self::LinkClosed
            | Self::ConnectTimeout
            | Self::KeepAlive
            | Self::Stalled
            | Self::Protocol(_) => true,
        }
    }
}

impl fmt::Display for LinkId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}", self.0)
    }
}

impl fmt::Display for RequestId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}", self.0)
    }
}

impl fmt::Display for SubscriptionId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}", self.0)
    }
}

impl fmt::Display for Outcome {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Sent => f.write_str("sent"),
            Self::Acknowledged => f.write_str("acknowledged"),
            Self::Unheard => f.write_str("acknowledged, but nobody subscribes"),
            Self::Refused(code) => write!(f, "refused: {code}"),
            Self::Unacknowledged => f.write_str("not acknowledged in time"),
            Self::Expired => f.write_str("not sent in time"),
            Self::Superseded => f.write_str("superseded by a newer message"),
            Self::LinkDown => f.write_str("no connection"),
            Self::Cancelled => f.write_str("cancelled"),
        }
    }
}

impl fmt::Display for DisconnectReason {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Requested => f.write_str("as requested"),
            Self::LinkClosed => f.write_str("the link was closed"),
            Self::ConnectTimeout => f.write_str("the broker did not answer in time"),
            Self::KeepAlive => f.write_str("the broker stopped answering"),
            Self::Stalled => f.write_str("the broker stopped acknowledging"),
            Self::Refused(code) => write!(f, "the broker refused the connection: {code}"),
            Self::Dismissed(code) => write!(f, "the broker ended the connection: {code}"),
            Self::Protocol(code) => write!(f, "the broker broke the protocol: {code}"),
            Self::InvalidConfig => f.write_str("a connection setting does not fit into MQTT"),
        }
    }
}

impl fmt::Display for SubscribeError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Refused(code) => write!(f, "refused: {code}"),
            Self::TimedOut => f.write_str("not answered in time"),
        }
    }
}

impl std::error::Error for SubscribeError {}

impl fmt::Display for PublishError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::QueueFull => f.write_str("too many messages are waiting"),
            Self::TooLarge { size, limit } => {
                write!(f, "a packet of {size} bytes is above the limit of {limit}")
            }
            Self::InvalidTopic => f.write_str("not a topic name"),
        }
    }
}

impl std::error::Error for PublishError {}
