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
use mqtt::prelude::GenericPacketTrait;
use mqtt::result_code::MqttError;
use mqtt::{ArcPayload, role};

use crate::{
    Config, Message, Payload, Publish, Qos, ReasonCode, SubscribeOptions, TopicFilter, Version,
    filter,
};

mod convert;

/// The largest packet of MQTT: 4 bytes of length, 28 bits of body.
pub(crate) const PACKET_LIMIT: usize = 1 + 4 + 0x0fff_ffff;

/// One link's protocol state.
pub(crate) struct Wire {
    connection: mqtt::Connection<role::Client>,
    version: Version,
    accepted: bool,
    /// The start of the broker's answer to a CONNECT of MQTT 5; `None` once it
    /// is clear in which version it answers.
    head: Option<Vec<u8>>,
}

/// What the broker allows on this link.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(crate) struct Allowance {
    pub(crate) in_flight: u16,
    pub(crate) packet: usize,
    pub(crate) qos: Qos,
    pub(crate) retain: bool,
    /// Replaces the client's keep-alive.
    pub(crate) keep_alive: Option<Duration>,
}

/// What the broker said.
#[derive(Debug)]
pub(crate) enum Received {
    Accepted(Allowance),
    Refused(ReasonCode),
    Message(Message),
    /// PUBACK, PUBCOMP, or a PUBREC that refuses.
    Acknowledged {
        packet: u16,
        result: Result<(), ReasonCode>,
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

impl Received {
    /// Whether nothing that follows on this link counts.
    const fn is_last(&self) -> bool {
        matches!(self, Self::Refused(_) | Self::Dismissed(_))
    }
}

/// What a packet obliges us to send back.
#[derive(Clone, Copy, Debug)]
enum Response {
    Puback(u16),
    Pubrec(u16),
    Pubrel(u16),
    Pubcomp(u16),
}

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

impl Wire {
    /// Starts a link: writes CONNECT to `tx`. `None` if the configuration does
    /// not fit into one.
    pub(crate) fn open(version: Version, config: &Config, tx: &mut Vec<u8>) -> Option<Self> {
        let options = ConnectionOptions::new().maximum_packet_size_recv(config.max_packet);
        let connection = mqtt::Connection::with_options(convert::version(version), options);
        let head = (version == Version::V5).then(Vec::new);
        let mut wire = Self { connection, version, accepted: false, head };
        let connect = wire.connect_packet(config).ok()?;
        wire.send(connect, tx).ok()?;
        Some(wire)
    }

    pub(crate) const fn version(&self) -> Version {
        self.version
    }

    /// Takes bytes of any chunking, appends what they say to `said` and the
    /// due responses to `tx`. After an error, or a refusal or dismissal, the
    /// link is of no more use.
    pub(crate) fn receive(
        &mut self,
        bytes: &[u8],
        said: &mut Vec<Received>,
        tx: &mut Vec<u8>,
    ) -> Result<(), ReasonCode> {
        let Some(mut head) = self.head.take() else { return self.parse(bytes, said, tx) };
        head.extend_from_slice(bytes);
        match *head {
            // A CONNACK of two bytes can only be of MQTT 3.1.1: in MQTT 5 it
            // has three at least. That is how old brokers answer.
            [0x20, 2, _, code, ..] => {
                said.push(Received::Refused(match code {
                    0 => ReasonCode::UNSUPPORTED_PROTOCOL_VERSION,
                    code => ReasonCode::from_return_code(code),
                }));
                Ok(())
            }
            [] | [0x20] | [0x20, 2] | [0x20, 2, _] => {
                self.head = Some(head);
                Ok(())
            }
            _ => self.parse(&head, said, tx),
        }
    }

    /// Writes a PUBLISH to `tx`; its packet identifier if it has one.
    pub(crate) fn publish(
        &mut self,
        message: &Publish,
        tx: &mut Vec<u8>,
    ) -> Result<Option<u16>, ReasonCode> {
        let packet_id = match message.qos {
            Qos::AtMostOnce => None,
            Qos::AtLeastOnce | Qos::ExactlyOnce => Some(self.packet_id()?),
        };
        let (packet, start, len) = message.payload.parts();
        let payload = ArcPayload::new(packet, start, len);
        let packet = in_version!(self.version, mqtt => {
            mqtt::Publish::builder()
                .topic_name(&*message.topic)
                .map_err(convert::error)?
                .qos(convert::qos_to_wire(message.qos))
                .retain(message.retain)
                .packet_id(packet_id)
                .payload(payload)
                .build()
                .map_err(convert::error)?
        });
        self.send_with_id(packet, packet_id, tx)?;
        Ok(packet_id)
    }

    /// Writes a SUBSCRIBE to `tx` and returns its packet identifier.
    pub(crate) fn subscribe(
        &mut self,
        filters: &[(TopicFilter, SubscribeOptions)],
        tx: &mut Vec<u8>,
    ) -> Result<u16, ReasonCode> {
        let packet_id = self.packet_id()?;
        let entries = filters.iter().map(|(filter, options)| {
            // No local and a shared filter contradict each other [MQTT-3.8.3-4].
            let no_local = options.no_local && self.version == Version::V5 && !filter.is_shared();
            let qos = convert::qos_to_wire(options.qos);
            SubEntry::new(filter.as_str(), SubOpts::new().set_qos(qos).set_nl(no_local))
        });
        let entries = entries.collect::<Result<Vec<_>, _>>().map_err(convert::error)?;
        let packet = in_version!(self.version, mqtt => {
            mqtt::Subscribe::builder()
                .packet_id(packet_id)
                .entries(entries)
                .build()
                .map_err(convert::error)?
        });
        self.send_with_id(packet, Some(packet_id), tx)?;
        Ok(packet_id)
    }

    /// Writes an UNSUBSCRIBE to `tx`.
    pub(crate) fn unsubscribe(
        &mut self,
        filters: &[TopicFilter],
        tx: &mut Vec<u8>,
    ) -> Result<(), ReasonCode> {
        let packet_id = self.packet_id()?;
        let packet = in_version!(self.version, mqtt => {
            mqtt::Unsubscribe::builder()
                .packet_id(packet_id)
                .entries(filters.iter().map(TopicFilter::as_str))
                .map_err(convert::error)?
                .build()
                .map_err(convert::error)?
        });
        self.send_with_id(packet, Some(packet_id), tx)
    }

    /// Writes a PINGREQ to `tx`.
    pub(crate) fn ping(&mut self, tx: &mut Vec<u8>) -> Result<(), ReasonCode> {
        let packet = in_version!(self.version, mqtt => {
            mqtt::Pingreq::builder().build().map_err(convert::error)?
        });
        self.send(packet, tx)
    }

    /// Writes a DISCONNECT to `tx`.
    pub(crate) fn disconnect(&mut self, tx: &mut Vec<u8>) -> Result<(), ReasonCode> {
        let packet = in_version!(self.version, mqtt => {
            mqtt::Disconnect::builder().build().map_err(convert::error)?
        });
        self.send(packet, tx)
    }

    fn connect_packet(&self, config: &Config) -> Result<Packet, MqttError> {
        // The builder checks lengths, but neither NULs [MQTT-1.5.4-2] nor topics.
        let user = config.credentials.as_ref().map_or("", |credentials| &credentials.user);
        if config.client_id.contains('\0') || user.contains('\0') {
            return Err(MqttError::MalformedPacket);
        }
        if config.will.as_ref().is_some_and(|will| !filter::is_topic_name(&will.topic)) {
            return Err(MqttError::TopicNameInvalid);
        }
        // Rounded up: the broker must not expect more than we send.
        let keep_alive = config.keep_alive.as_nanos().div_ceil(1_000_000_000);
        let keep_alive = u16::try_from(keep_alive).unwrap_or(u16::MAX);
        Ok(in_version!(self.version, mqtt => {
            let mut connect = mqtt::Connect::builder()
                .client_id(config.client_id.as_str())?
                .clean_start(true)
                .keep_alive(keep_alive);
            if let Some(credentials) = &config.credentials {
                connect = connect.user_name(credentials.user.as_str())?;
                if let Some(password) = &credentials.password {
                    connect = connect.password(password)?;
                }
            }
            if let Some(will) = &config.will {
                let qos = convert::qos_to_wire(will.qos);
                connect = connect.will_message(&*will.topic, will.payload.to_vec(), qos, will.retain)?;
            }
            connect.build()?
        }))
    }

    fn packet_id(&mut self) -> Result<u16, ReasonCode> {
        self.connection.acquire_packet_id().map_err(convert::error)
    }

    fn send_with_id(
        &mut self,
        packet: Packet,
        packet_id: Option<u16>,
        tx: &mut Vec<u8>,
    ) -> Result<(), ReasonCode> {
        let result = self.send(packet, tx);
        if let (Err(_), Some(packet_id)) = (result, packet_id) {
            // It never reached the wire, so it may be used again.
            let _ = self.connection.release_packet_id(packet_id);
        }
        result
    }

    fn send(&mut self, packet: Packet, tx: &mut Vec<u8>) -> Result<(), ReasonCode> {
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

    fn parse(
        &mut self,
        bytes: &[u8],
        said: &mut Vec<Received>,
        tx: &mut Vec<u8>,
    ) -> Result<(), ReasonCode> {
        let mut cursor = Cursor::new(bytes);
        // The connection takes one packet per call.
        while !cursor.remaining_slice().is_empty() {
            let mut error = None;
            for event in self.connection.recv(&mut cursor) {
                match event {
                    Event::NotifyPacketReceived(packet) => {
                        let response = convert::response(&packet);
                        let received = self.interpret(packet)?;
                        if let Some(response) = response {
                            self.respond(response, tx)?;
                        }
                        let last = received.is_last();
                        said.push(received);
                        if last {
                            return Ok(());
                        }
                    }
                    Event::RequestSendPacket { packet, .. } => write(&packet, tx),
                    Event::NotifyError(code) => error = Some(convert::error(code)),
                    // A close is only asked for together with an error.
                    Event::RequestClose => error = error.or(Some(ReasonCode::PROTOCOL_ERROR)),
                    // Packet identifiers are followed by their acknowledgements,
                    // timers are ours.
                    Event::NotifyPacketIdReleased(_)
                    | Event::RequestTimerReset { .. }
                    | Event::RequestTimerCancel(_) => {}
                }
            }
            if let Some(code) = error {
                return Err(code);
            }
        }
        Ok(())
    }

    /// The connection could do this by itself, but it panics on a packet
    /// identifier of 0 [MQTT-2.2.1-3], which the peer may choose.
    fn respond(&mut self, response: Response, tx: &mut Vec<u8>) -> Result<(), ReasonCode> {
        macro_rules! packet {
            ($kind:ident, $packet_id:expr) => {
                in_version!(self.version, mqtt => {
                    mqtt::$kind::builder().packet_id($packet_id).build().map_err(convert::error)?
                })
            };
        }
        let packet = match response {
            Response::Puback(packet_id) => packet!(Puback, packet_id),
            Response::Pubrec(packet_id) => packet!(Pubrec, packet_id),
            Response::Pubrel(packet_id) => packet!(Pubrel, packet_id),
            Response::Pubcomp(packet_id) => packet!(Pubcomp, packet_id),
        };
        self.send(packet, tx)
    }

    fn interpret(&mut self, packet: Packet) -> Result<Received, ReasonCode> {
        let connack = matches!(packet, Packet::V5_0Connack(_) | Packet::V3_1_1Connack(_));
        // CONNACK comes first, and only once [MQTT-3.2.0-1, MQTT-3.2.0-2].
        if connack == self.accepted {
            return Err(ReasonCode::PROTOCOL_ERROR);
        }
        let received = convert::received(packet)?;
        self.accepted |= matches!(received, Received::Accepted(_));
        Ok(received)
    }
}

/// The size of a PUBLISH, rounded up to MQTT 5.
pub(crate) fn publish_size(message: &Publish) -> usize {
    let packet_id = if message.qos == Qos::AtMostOnce { 0 } else { 2 };
    let body = 2 + message.topic.len() + packet_id + 1 + message.payload.len();
    let length_bytes = match body {
        0..0x80 => 1,
        0x80..0x4000 => 2,
        0x4000..0x20_0000 => 3,
        _ => 4,
    };
    1 + length_bytes + body
}

fn write(packet: &Packet, tx: &mut Vec<u8>) {
    let mut bytes = packet.to_continuous_buffer();
    if tx.is_empty() {
        *tx = bytes;
    } else {
        tx.append(&mut bytes);
    }
}
