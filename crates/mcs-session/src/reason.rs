//! The broker's reason codes.

use std::fmt;

#[cfg(test)]
mod tests;

/// Why a broker refused something, or why a connection had to end: a reason
/// code of MQTT 5 §2.4. Codes of MQTT 3.1.1 are translated.
#[derive(Clone, Copy, Eq, Hash, Ord, PartialEq, PartialOrd)]
pub struct ReasonCode(pub u8);

impl ReasonCode {
    /// No reason given.
    pub const UNSPECIFIED: Self = Self(0x80);
    /// Bytes that are no packet.
    pub const MALFORMED_PACKET: Self = Self(0x81);
    /// A packet that has no place here.
    pub const PROTOCOL_ERROR: Self = Self(0x82);
    /// The broker does not speak this version of MQTT.
    pub const UNSUPPORTED_PROTOCOL_VERSION: Self = Self(0x84);
    /// The broker does not like the client identifier.
    pub const CLIENT_IDENTIFIER_NOT_VALID: Self = Self(0x85);
    /// Wrong user name or password.
    pub const BAD_USER_NAME_OR_PASSWORD: Self = Self(0x86);
    /// Known, but not allowed.
    pub const NOT_AUTHORIZED: Self = Self(0x87);
    /// The broker does not serve at the moment.
    pub const SERVER_UNAVAILABLE: Self = Self(0x88);
    /// The broker is busy.
    pub const SERVER_BUSY: Self = Self(0x89);
    /// The broker stops.
    pub const SERVER_SHUTTING_DOWN: Self = Self(0x8b);
    /// Another client connected with the same client identifier.
    pub const SESSION_TAKEN_OVER: Self = Self(0x8e);
    /// Nobody subscribes to the topic.
    pub const NO_MATCHING_SUBSCRIBERS: Self = Self(0x10);
    /// The topic is well-formed but not accepted.
    pub const TOPIC_NAME_INVALID: Self = Self(0x90);
    /// Larger than the receiver takes.
    pub const PACKET_TOO_LARGE: Self = Self(0x95);
    /// The broker takes no retained messages.
    pub const RETAIN_NOT_SUPPORTED: Self = Self(0x9a);
    /// The broker does not take this QoS.
    pub const QOS_NOT_SUPPORTED: Self = Self(0x9b);

    /// Whether the same attempt may succeed later: the broker has a problem
    /// rather than the client. A session tries again only after these.
    pub const fn is_transient(self) -> bool {
        !matches!(
            self.0,
            // The client said something that it would say again, …
            0x81 | 0x82 | 0x84 | 0x85 | 0x90 | 0x95 | 0x99 | 0x9a | 0x9b
            // … it is not wanted, …
            | 0x86 | 0x87 | 0x8a | 0x8c
            // … another one took its place, or it should go elsewhere.
            | 0x8e | 0x9c | 0x9d
        )
    }

    /// From the return code of a 3.1.1 CONNACK [MQTT-3.1.1 table 3.1].
    pub(crate) const fn from_return_code(code: u8) -> Self {
        match code {
            1 => Self::UNSUPPORTED_PROTOCOL_VERSION,
            2 => Self::CLIENT_IDENTIFIER_NOT_VALID,
            3 => Self::SERVER_UNAVAILABLE,
            4 => Self::BAD_USER_NAME_OR_PASSWORD,
            5 => Self::NOT_AUTHORIZED,
            _ => Self::UNSPECIFIED,
        }
    }

    /// The name in MQTT 5 §2.4, in lower case.
    const fn name(self) -> Option<&'static str> {
        Some(match self.0 {
            0x00 => "success",
            0x04 => "disconnect with will message",
            0x10 => "no matching subscribers",
            0x80 => "unspecified error",
            0x81 => "malformed packet",
            0x82 => "protocol error",
            0x83 => "implementation specific error",
            0x84 => "unsupported protocol version",
            0x85 => "client identifier not valid",
            0x86 => "bad user name or password",
            0x87 => "not authorized",
            0x88 => "server unavailable",
            0x89 => "server busy",
            0x8a => "banned",
            0x8b => "server shutting down",
            0x8c => "bad authentication method",
            0x8d => "keep alive timeout",
            0x8e => "session taken over",
            0x8f => "topic filter invalid",
            0x90 => "topic name invalid",
            0x91 => "packet identifier in use",
            0x92 => "packet identifier not found",
            0x93 => "receive maximum exceeded",
            0x94 => "topic alias invalid",
            0x95 => "packet too large",
            0x96 => "message rate too high",
            0x97 => "quota exceeded",
            0x98 => "administrative action",
            0x99 => "payload format invalid",
            0x9a => "retain not supported",
            0x9b => "QoS not supported",
            0x9c => "use another server",
            0x9d => "server moved",
            0x9e => "shared subscriptions not supported",
            0x9f => "connection rate exceeded",
            0xa0 => "maximum connect time",
            0xa1 => "subscription identifiers not supported",
            0xa2 => "wildcard subscriptions not supported",
            _ => return None,
        })
    }
}

impl fmt::Display for ReasonCode {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.name() {
            Some(name) => f.write_str(name),
            None => write!(f, "reason code 0x{:02x}", self.0),
        }
    }
}

impl fmt::Debug for ReasonCode {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}
