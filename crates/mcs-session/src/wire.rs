//! MQTT packets of one link. The only module that names `mqtt_protocol_core`.
//!
//! A [`Wire`] lives and dies with its link. Everything that outlives a link
//! (the queue, the subscriptions, packets to repeat) is kept elsewhere, and
//! of the crate below we use neither its store nor its timers: a half-received
//! packet, a send count or a late timer must not reach the next link.

use std::sync::Arc;
use std::time::Duration;

use mqtt_protocol_core::mqtt;

use mqtt::common::Cursor;
use mqtt::connection::{ConnectionOptions, Event};
use mqtt::packet::{Packet, Property, SubEntry, SubOpts, v3_1_1, v5_0};
use mqtt::prelude::{GenericPacketTrait, PropertyValueAccess as _};
use mqtt::result_code::MqttError;
use mqtt::{ArcPayload, role};

use crate::names::Name;
use crate::{
    Beside, Config, Message, Outcome, Payload, Publish, Qos, ReasonCode, SubscribeOptions,
    TopicFilter, Traced, Version, filter,
};

/// Builds a packet in the version of the link. The builders of both versions
/// have the same methods, but no common trait.
macro_rules! in_version {
    ($version:expr, $module:ident => $packet:expr) => {
        match $version {
            Version::V5 => {
                use v5_0 as $module;
                Packet::from($packet)
            }
            Version::V311 => {
                use v3_1_1 as $module;
                Packet::from($packet)
            }
        }
    };
}

mod convert;
mod incoming;
mod outgoing;
mod quick;

/// The largest packet of MQTT: 4 bytes of length, 28 bits of body.
pub(crate) const PACKET_LIMIT: usize = 1 + 4 + 0x0fff_ffff;

/// One link's protocol state.
pub(crate) struct Wire {
    connection: mqtt::Connection<role::Client>,
    version: Version,
    accepted: bool,
    /// The connection has the beginning of a packet, and waits for the rest.
    in_packet: bool,
    /// The largest packet that we take.
    limit: usize,
    /// We asked for a new session.
    clean_start: bool,
    /// The start of the broker's answer to a CONNECT of MQTT 5; `None` once it
    /// is clear in which version it answers.
    head: Option<Vec<u8>>,
    /// What went over the link since it was last taken; nobody wants to know when absent.
    pub(crate) traced: Option<Vec<Traced>>,
}

/// What the broker allows on this link.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(crate) struct Allowance {
    pub(crate) in_flight: u16,
    pub(crate) packet: usize,
    pub(crate) qos: Qos,
    pub(crate) retain: bool,
    /// It has kept the session of an earlier link.
    pub(crate) resumed: bool,
    /// Replaces the client's keep-alive.
    pub(crate) keep_alive: Option<Duration>,
}

/// What the broker said.
#[derive(Debug)]
pub(crate) enum Received {
    Accepted(Allowance),
    Refused(ReasonCode),
    Message(Message),
    /// A message that somebody wants.
    Wanted(Message),
    /// PUBACK, PUBCOMP, or a PUBREC that refuses.
    Acknowledged {
        packet: u16,
        outcome: Outcome,
    },
    Subscribed {
        packet: u16,
        granted: Vec<Result<Qos, ReasonCode>>,
    },
    Pong,
    Dismissed(ReasonCode),
    /// Of no further interest: UNSUBACK, PUBREC, PUBREL.
    Noted,
}

impl Wire {
    /// Starts a link: writes CONNECT to `tx`. `None` if the configuration does
    /// not fit into one.
    pub(crate) fn open(version: Version, config: &Config, tx: &mut Vec<u8>) -> Option<Self> {
        let options = ConnectionOptions::new().maximum_packet_size_recv(config.max_packet);
        let connection = mqtt::Connection::with_options(convert::version(version), options);
        let head = (version == Version::V5).then(Vec::new);
        let traced = config.trace.then(Vec::new);
        let clean_start = config.clean_start;
        let limit = usize::try_from(config.max_packet).unwrap_or(usize::MAX);
        let (accepted, in_packet) = (false, false);
        let mut wire =
            Self { connection, version, accepted, in_packet, limit, clean_start, head, traced };
        let connect = wire.connect_packet(config).ok()?;
        wire.send(connect, tx).ok()?;
        Some(wire)
    }

    pub(crate) const fn version(&self) -> Version {
        self.version
    }

    /// Keeps a packet identifier from being used on this link.
    pub(crate) fn reserve(&mut self, packet_id: u16) {
        // Refused only for one that is in use already.
        let _ = self.connection.register_packet_id(packet_id);
    }

    fn packet_id(&mut self) -> Result<u16, ReasonCode> {
        self.connection.acquire_packet_id().map_err(convert::error)
    }

    /// Writes a packet that needed a packet identifier, if all went well.
    fn send_with_id(
        &mut self,
        packet: Result<Packet, MqttError>,
        packet_id: Option<u16>,
        tx: &mut Vec<u8>,
    ) -> Result<(), ReasonCode> {
        let result = packet.map_err(convert::error).and_then(|packet| self.send(packet, tx));
        if let (Err(_), Some(packet_id)) = (result, packet_id) {
            // It never reached the wire, so it may be used again.
            let _ = self.connection.release_packet_id(packet_id);
        }
        result
    }

    fn trace(&mut self, sent: bool, packet: &Packet) {
        if let Some(traced) = &mut self.traced {
            traced.extend(convert::trace(sent, packet));
        }
    }

    fn send(&mut self, packet: Packet, tx: &mut Vec<u8>) -> Result<(), ReasonCode> {
        self.trace(true, &packet);
        let mut result = Ok(());
        for event in self.connection.send(packet) {
            match event {
                Event::RequestSendPacket { packet, .. } => write(&packet, tx),
                Event::NotifyError(error) => result = Err(convert::error(error)),
                _ => {}
            }
        }
        result
    }
}

/// The size of a PUBLISH, rounded up to MQTT 5.
pub(crate) fn publish_size(message: &Publish) -> usize {
    let packet_id = if message.qos == Qos::AtMostOnce { 0 } else { 2 };
    let beside = message.beside.as_deref().map_or(0, beside_size);
    let body = 2 + message.topic.len() + packet_id + 1 + beside + message.payload.len();
    let length_bytes = match body {
        0..0x80 => 1,
        0x80..0x4000 => 2,
        0x4000..0x20_0000 => 3,
        _ => 4,
    };
    1 + length_bytes + body
}

/// The size of properties, rounded up, and of the three bytes that their length may take more.
fn beside_size(beside: &Beside) -> usize {
    let Beside { expiry: _, content_type, response_topic, correlation, user_properties } = beside;
    let texts = content_type.len() + response_topic.len() + correlation.len();
    3 + 5 + 9 + texts + user_properties.iter().map(|it| 5 + it.0.len() + it.1.len()).sum::<usize>()
}

fn write(packet: &Packet, tx: &mut Vec<u8>) {
    let mut bytes = packet.to_continuous_buffer();
    if tx.is_empty() {
        *tx = bytes;
    } else {
        tx.append(&mut bytes);
    }
}
