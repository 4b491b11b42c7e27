//! Between the types of `mqtt_protocol_core` and ours.

use super::incoming::Response;
use super::*;

pub(super) const fn version(version: Version) -> mqtt::Version {
    match version {
        Version::V311 => mqtt::Version::V3_1_1,
        Version::V5 => mqtt::Version::V5_0,
    }
}

pub(super) const fn qos_to_wire(qos: Qos) -> mqtt::packet::Qos {
    match qos {
        Qos::AtMostOnce => mqtt::packet::Qos::AtMostOnce,
        Qos::AtLeastOnce => mqtt::packet::Qos::AtLeastOnce,
        Qos::ExactlyOnce => mqtt::packet::Qos::ExactlyOnce,
    }
}

const fn qos_from_wire(qos: mqtt::packet::Qos) -> Qos {
    match qos {
        mqtt::packet::Qos::AtMostOnce => Qos::AtMostOnce,
        mqtt::packet::Qos::AtLeastOnce => Qos::AtLeastOnce,
        mqtt::packet::Qos::ExactlyOnce => Qos::ExactlyOnce,
    }
}

/// The lower half of an error is its reason code, unless it is one of the
/// library's own.
pub(super) const fn error(error: MqttError) -> ReasonCode {
    match error as u16 {
        code @ 0x80..=0xff => ReasonCode(code as u8),
        _ => ReasonCode::PROTOCOL_ERROR,
    }
}

pub(super) fn response(packet: &Packet) -> Option<Response> {
    match packet {
        Packet::V5_0Publish(publish) => receipt(publish.qos(), publish.packet_id()),
        Packet::V3_1_1Publish(publish) => receipt(publish.qos(), publish.packet_id()),
        // A refusal ends the exchange [MQTT-4.3.3-4].
        Packet::V5_0Pubrec(ack) if ack.reason_code().is_some_and(|code| code as u8 >= 0x80) => None,
        Packet::V5_0Pubrec(ack) => Some(Response::Pubrel(ack.packet_id())),
        Packet::V3_1_1Pubrec(ack) => Some(Response::Pubrel(ack.packet_id())),
        Packet::V5_0Pubrel(pubrel) => Some(Response::Pubcomp(pubrel.packet_id())),
        Packet::V3_1_1Pubrel(pubrel) => Some(Response::Pubcomp(pubrel.packet_id())),
        _ => None,
    }
}

fn receipt(qos: mqtt::packet::Qos, packet_id: Option<u16>) -> Option<Response> {
    match qos {
        mqtt::packet::Qos::AtMostOnce => None,
        mqtt::packet::Qos::AtLeastOnce => packet_id.map(Response::Puback),
        mqtt::packet::Qos::ExactlyOnce => packet_id.map(Response::Pubrec),
    }
}

pub(super) fn received(packet: Packet) -> Result<Received, ReasonCode> {
    Ok(match packet {
        Packet::V5_0Connack(connack) => match connack.reason_code() as u8 {
            0 => accepted(connack.props(), connack.session_present())?,
            code => Received::Refused(ReasonCode(code)),
        },
        Packet::V3_1_1Connack(connack) => match connack.return_code() as u8 {
            0 => accepted(&[], connack.session_present())?,
            code => Received::Refused(ReasonCode::from_return_code(code)),
        },
        Packet::V5_0Publish(publish) => Received::Message(Message {
            topic: Arc::from(publish.topic_name()),
            payload: payload(publish.payload()),
            qos: qos_from_wire(publish.qos()),
            retain: publish.retain(),
            duplicate: publish.dup(),
            properties: properties(publish.props()).into(),
        }),
        Packet::V3_1_1Publish(publish) => Received::Message(Message {
            topic: Arc::from(publish.topic_name()),
            payload: payload(publish.payload()),
            qos: qos_from_wire(publish.qos()),
            retain: publish.retain(),
            duplicate: publish.dup(),
            properties: crate::Properties::default(),
        }),
        Packet::V5_0Puback(ack) => {
            acknowledged(ack.packet_id(), ack.reason_code().map(|code| code as u8))
        }
        Packet::V3_1_1Puback(ack) => acknowledged(ack.packet_id(), None),
        // The first half of QoS 2 is only worth a word if it is a refusal.
        Packet::V5_0Pubrec(ack) => match ack.reason_code().map(|code| code as u8) {
            Some(code @ 0x80..) => acknowledged(ack.packet_id(), Some(code)),
            _ => Received::Noted,
        },
        Packet::V5_0Pubcomp(ack) => {
            acknowledged(ack.packet_id(), ack.reason_code().map(|code| code as u8))
        }
        Packet::V3_1_1Pubcomp(ack) => acknowledged(ack.packet_id(), None),
        Packet::V5_0Suback(suback) => Received::Subscribed {
            packet: suback.packet_id(),
            granted: suback.reason_codes().iter().map(|code| granted(*code as u8)).collect(),
        },
        Packet::V3_1_1Suback(suback) => Received::Subscribed {
            packet: suback.packet_id(),
            granted: suback.return_codes().iter().map(|code| granted(*code as u8)).collect(),
        },
        Packet::V5_0Pingresp(_) | Packet::V3_1_1Pingresp(_) => Received::Pong,
        Packet::V5_0Disconnect(disconnect) => {
            Received::Dismissed(ReasonCode(disconnect.reason_code().map_or(0, |code| code as u8)))
        }
        Packet::V3_1_1Pubrec(_)
        | Packet::V5_0Pubrel(_)
        | Packet::V3_1_1Pubrel(_)
        | Packet::V5_0Unsuback(_)
        | Packet::V3_1_1Unsuback(_) => Received::Noted,
        _ => return Err(ReasonCode::PROTOCOL_ERROR),
    })
}

pub(super) fn is_old_session(packet: &Packet) -> bool {
    match packet {
        Packet::V5_0Connack(connack) => connack.session_present(),
        Packet::V3_1_1Connack(connack) => connack.session_present(),
        _ => false,
    }
}

/// What CONNECT says beside.
pub(super) fn of_connect(config: &Config) -> Result<Vec<Property>, MqttError> {
    let mut properties = Vec::new();
    if config.session_expiry > 0 {
        let expiry = mqtt::packet::SessionExpiryInterval::new(config.session_expiry)?;
        properties.push(Property::SessionExpiryInterval(expiry));
    }
    of_user(&config.user_properties, &mut properties)?;
    Ok(properties)
}

/// What PUBLISH says beside.
pub(super) fn of_publish(beside: &Beside) -> Result<Vec<Property>, MqttError> {
    let Beside { expiry, content_type, response_topic, correlation, user_properties } = beside;
    let mut properties = Vec::new();
    if let Some(seconds) = expiry {
        let expiry = mqtt::packet::MessageExpiryInterval::new(*seconds)?;
        properties.push(Property::MessageExpiryInterval(expiry));
    }
    if !content_type.is_empty() {
        let content_type = mqtt::packet::ContentType::new(content_type.as_str())?;
        properties.push(Property::ContentType(content_type));
    }
    if !response_topic.is_empty() {
        let topic = mqtt::packet::ResponseTopic::new(response_topic.as_str())?;
        properties.push(Property::ResponseTopic(topic));
    }
    if !correlation.is_empty() {
        let correlation = mqtt::packet::CorrelationData::new(correlation)?;
        properties.push(Property::CorrelationData(correlation));
    }
    of_user(user_properties, &mut properties)?;
    Ok(properties)
}

fn of_user(pairs: &[(String, String)], properties: &mut Vec<Property>) -> Result<(), MqttError> {
    for (name, value) in pairs {
        let pair = mqtt::packet::UserProperty::new(name.as_str(), value.as_str())?;
        properties.push(Property::UserProperty(pair));
    }
    Ok(())
}

fn accepted(properties: &[Property], resumed: bool) -> Result<Received, ReasonCode> {
    let mut allowance = Allowance {
        in_flight: u16::MAX,
        packet: PACKET_LIMIT,
        qos: Qos::ExactlyOnce,
        retain: true,
        resumed,
        keep_alive: None,
    };
    for property in properties {
        match property {
            Property::ReceiveMaximum(maximum) => allowance.in_flight = maximum.val(),
            Property::MaximumPacketSize(maximum) => {
                allowance.packet = usize::try_from(maximum.val()).unwrap_or(PACKET_LIMIT);
            }
            Property::MaximumQos(maximum) => allowance.qos = granted(maximum.val())?,
            Property::RetainAvailable(available) => allowance.retain = available.val() != 0,
            Property::ServerKeepAlive(seconds) => {
                allowance.keep_alive = Some(Duration::from_secs(seconds.val().into()));
            }
            _ => {}
        }
    }
    Ok(Received::Accepted(allowance))
}

/// Properties as they are shown. A topic alias says nothing any more: the topic is there.
pub(super) fn properties(properties: &[Property]) -> Vec<crate::Property> {
    let shown = properties.iter().filter(|it| !matches!(it, Property::TopicAlias(_)));
    shown.map(property).collect()
}

/// A control packet as it is told of, see [`Traced`].
pub(super) fn trace(sent: bool, packet: &Packet) -> Option<Traced> {
    use crate::PacketKind::*;
    let mut it = Traced {
        sent,
        packet: Connect,
        packet_id: None,
        codes: Vec::new(),
        session_present: false,
        topics: Vec::new(),
        properties: Vec::new(),
    };
    macro_rules! acknowledged {
        ($kind:ident, $ack:expr) => {{
            it.packet = $kind;
            it.packet_id = Some($ack.packet_id());
        }};
        ($kind:ident, $ack:expr, v5) => {{
            acknowledged!($kind, $ack);
            it.codes.push($ack.reason_code().map_or(0, |code| code as u8));
            it.properties = $ack.props().as_ref().map(|it| properties(it)).unwrap_or_default();
        }};
    }
    macro_rules! published {
        ($publish:expr) => {{
            it.packet = Publish;
            it.packet_id = Some($publish.packet_id()?);
            it.topics.push($publish.topic_name().to_owned());
        }};
    }
    macro_rules! named {
        ($kind:ident, $packet:expr, $name:expr) => {{
            it.packet = $kind;
            it.packet_id = Some($packet.packet_id());
            it.topics = $packet.entries().iter().map($name).collect();
        }};
    }
    match packet {
        Packet::V5_0Connect(_) | Packet::V3_1_1Connect(_) => {}
        Packet::V5_0Connack(connack) => {
            it.packet = Connack;
            it.codes.push(connack.reason_code() as u8);
            it.session_present = connack.session_present();
            it.properties = properties(connack.props());
        }
        Packet::V3_1_1Connack(connack) => {
            it.packet = Connack;
            it.codes.push(match connack.return_code() as u8 {
                0 => 0,
                code => ReasonCode::from_return_code(code).0,
            });
            it.session_present = connack.session_present();
        }
        Packet::V5_0Publish(publish) if sent => published!(publish),
        Packet::V3_1_1Publish(publish) if sent => published!(publish),
        Packet::V5_0Puback(ack) if !sent => acknowledged!(Puback, ack, v5),
        Packet::V3_1_1Puback(ack) if !sent => acknowledged!(Puback, ack),
        Packet::V5_0Pubrec(ack) if !sent => acknowledged!(Pubrec, ack, v5),
        Packet::V3_1_1Pubrec(ack) if !sent => acknowledged!(Pubrec, ack),
        Packet::V5_0Pubcomp(ack) if !sent => acknowledged!(Pubcomp, ack, v5),
        Packet::V3_1_1Pubcomp(ack) if !sent => acknowledged!(Pubcomp, ack),
        Packet::V5_0Subscribe(packet) => {
            named!(Subscribe, packet, |it| it.topic_filter().to_owned());
        }
        Packet::V3_1_1Subscribe(packet) => {
            named!(Subscribe, packet, |it| it.topic_filter().to_owned());
        }
        Packet::V5_0Unsubscribe(packet) => {
            named!(Unsubscribe, packet, |it| it.as_str().to_owned());
        }
        Packet::V3_1_1Unsubscribe(packet) => {
            named!(Unsubscribe, packet, |it| it.as_str().to_owned());
        }
        Packet::V5_0Suback(ack) => {
            acknowledged!(Suback, ack);
            it.codes = ack.reason_codes().iter().map(|code| *code as u8).collect();
            it.properties = properties(ack.props());
        }
        Packet::V3_1_1Suback(ack) => {
            acknowledged!(Suback, ack);
            it.codes = ack.return_codes().iter().map(|code| *code as u8).collect();
        }
        Packet::V5_0Unsuback(ack) => {
            acknowledged!(Unsuback, ack);
            it.codes = ack.reason_codes().iter().map(|code| *code as u8).collect();
            it.properties = properties(ack.props());
        }
        Packet::V3_1_1Unsuback(ack) => acknowledged!(Unsuback, ack),
        Packet::V5_0Pingreq(_) | Packet::V3_1_1Pingreq(_) => it.packet = Pingreq,
        Packet::V5_0Pingresp(_) | Packet::V3_1_1Pingresp(_) => it.packet = Pingresp,
        Packet::V5_0Disconnect(disconnect) => {
            it.packet = Disconnect;
            it.codes.push(disconnect.reason_code().map_or(0, |code| code as u8));
            it.properties =
                disconnect.props().as_ref().map(|it| properties(it)).unwrap_or_default();
        }
        Packet::V3_1_1Disconnect(_) => it.packet = Disconnect,
        _ => return None,
    }
    Some(it)
}

fn property(property: &Property) -> crate::Property {
    let (key, value) = if let Some((key, value)) = property.as_key_value() {
        (key.to_owned(), value.to_owned())
    } else if let Some(text) = property.as_str() {
        (String::new(), text.to_owned())
    } else if let Some(bytes) = property.as_bytes() {
        (String::new(), bytes.iter().map(|it| format!("{it:02x}")).collect())
    } else {
        let small = property.as_u8().map(u32::from).or(property.as_u16().map(u32::from));
        (String::new(), small.or(property.as_u32()).unwrap_or_default().to_string())
    };
    crate::Property { id: property.id() as u8, key, value }
}

fn acknowledged(packet: u16, code: Option<u8>) -> Received {
    let outcome = match code.map(ReasonCode) {
        Some(code @ ReasonCode(0x80..)) => Outcome::Refused(code),
        Some(ReasonCode::NO_MATCHING_SUBSCRIBERS) => Outcome::Unheard,
        _ => Outcome::Acknowledged,
    };
    Received::Acknowledged { packet, outcome }
}

const fn granted(code: u8) -> Result<Qos, ReasonCode> {
    match code {
        0 => Ok(Qos::AtMostOnce),
        1 => Ok(Qos::AtLeastOnce),
        2 => Ok(Qos::ExactlyOnce),
        code => Err(ReasonCode(code)),
    }
}

fn payload(payload: &ArcPayload) -> Payload {
    match payload {
        ArcPayload::Large { data, start, length } => {
            Payload::window(Arc::clone(data), *start, *length)
        }
        #[expect(unreachable_patterns, reason = "short payloads are inline with some features")]
        payload => Payload::from(payload.as_slice()),
    }
}
