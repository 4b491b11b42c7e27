//! Packets of a broker, in either version.

use mcs_session::{Message, Qos, ReasonCode, Version};
use mqtt_protocol_core::mqtt;

use mqtt::packet::{
    MaximumPacketSize, MaximumQos, Packet, Property, ReceiveMaximum, RetainAvailable,
    ServerKeepAlive, v3_1_1, v5_0,
};
use mqtt::result_code::{
    ConnectReasonCode, ConnectReturnCode, DisconnectReasonCode, PubackReasonCode, PubrecReasonCode,
    SubackReasonCode, SubackReturnCode,
};

use super::Script;

/// The script is the test's own, so a packet that cannot be built is a slip in
/// the test.
const SCRIPTED: &str = "the script asks for a packet that MQTT allows";

pub(super) fn connack(version: Version, script: &Script) -> Packet {
    let refused = script.refuse_connect;
    match version {
        Version::V5 => {
            let code = refused.map_or(0, |code| code.0);
            v5_0::Connack::builder()
                .session_present(false)
                .reason_code(ConnectReasonCode::try_from(code).expect(SCRIPTED))
                .props(if refused.is_some() { Vec::new() } else { properties(script) })
                .build()
                .expect(SCRIPTED)
                .into()
        }
        Version::V311 => {
            let code = match refused {
                None => ConnectReturnCode::Accepted,
                Some(ReasonCode::BAD_USER_NAME_OR_PASSWORD) => {
                    ConnectReturnCode::BadUserNameOrPassword
                }
                Some(ReasonCode::CLIENT_IDENTIFIER_NOT_VALID) => {
                    ConnectReturnCode::IdentifierRejected
                }
                Some(ReasonCode::SERVER_UNAVAILABLE | ReasonCode::SERVER_BUSY) => {
                    ConnectReturnCode::ServerUnavailable
                }
                Some(_) => ConnectReturnCode::NotAuthorized,
            };
            v3_1_1::Connack::builder()
                .session_present(false)
                .return_code(code)
                .build()
                .expect(SCRIPTED)
                .into()
        }
    }
}

pub(super) fn unsupported_version() -> Packet {
    v5_0::Connack::builder()
        .session_present(false)
        .reason_code(ConnectReasonCode::UnsupportedProtocolVersion)
        .build()
        .expect(SCRIPTED)
        .into()
}

pub(super) fn suback(version: Version, packet: u16, granted: &[Result<Qos, ReasonCode>]) -> Packet {
    let codes = granted.iter().map(|granted| match granted {
        Ok(qos) => *qos as u8,
        Err(code) => code.0,
    });
    match version {
        Version::V5 => v5_0::Suback::builder()
            .packet_id(packet)
            .reason_codes(
                codes.map(|code| SubackReasonCode::try_from(code).expect(SCRIPTED)).collect(),
            )
            .build()
            .expect(SCRIPTED)
            .into(),
        Version::V311 => v3_1_1::Suback::builder()
            .packet_id(packet)
            .return_codes(
                codes
                    .map(|code| SubackReturnCode::try_from(code.min(0x80)).expect(SCRIPTED))
                    .collect(),
            )
            .build()
            .expect(SCRIPTED)
            .into(),
    }
}

pub(super) fn unsuback(version: Version, packet: u16, filters: usize) -> Packet {
    match version {
        Version::V5 => {
            let code = mqtt::result_code::UnsubackReasonCode::Success;
            v5_0::Unsuback::builder()
                .packet_id(packet)
                .reason_codes(vec![code; filters])
                .build()
                .expect(SCRIPTED)
                .into()
        }
        Version::V311 => {
            v3_1_1::Unsuback::builder().packet_id(packet).build().expect(SCRIPTED).into()
        }
    }
}

/// PUBACK or PUBREC, whichever answers `qos`.
pub(super) fn ack(version: Version, qos: Qos, packet: u16, refused: Option<ReasonCode>) -> Packet {
    match (version, qos, refused) {
        (Version::V5, Qos::ExactlyOnce, Some(code)) => v5_0::Pubrec::builder()
            .packet_id(packet)
            .reason_code(PubrecReasonCode::try_from(code.0).expect(SCRIPTED))
            .build()
            .expect(SCRIPTED)
            .into(),
        (Version::V5, _, Some(code)) => v5_0::Puback::builder()
            .packet_id(packet)
            .reason_code(PubackReasonCode::try_from(code.0).expect(SCRIPTED))
            .build()
            .expect(SCRIPTED)
            .into(),
        (Version::V5, Qos::ExactlyOnce, None) => {
            v5_0::Pubrec::builder().packet_id(packet).build().expect(SCRIPTED).into()
        }
        (Version::V5, _, None) => {
            v5_0::Puback::builder().packet_id(packet).build().expect(SCRIPTED).into()
        }
        (Version::V311, Qos::ExactlyOnce, _) => {
            v3_1_1::Pubrec::builder().packet_id(packet).build().expect(SCRIPTED).into()
        }
        (Version::V311, ..) => {
            v3_1_1::Puback::builder().packet_id(packet).build().expect(SCRIPTED).into()
        }
    }
}

pub(super) fn pubrel(version: Version, packet: u16) -> Packet {
    match version {
        Version::V5 => v5_0::Pubrel::builder().packet_id(packet).build().expect(SCRIPTED).into(),
        Version::V311 => {
            v3_1_1::Pubrel::builder().packet_id(packet).build().expect(SCRIPTED).into()
        }
    }
}

pub(super) fn pubcomp(version: Version, packet: u16) -> Packet {
    match version {
        Version::V5 => v5_0::Pubcomp::builder().packet_id(packet).build().expect(SCRIPTED).into(),
        Version::V311 => {
            v3_1_1::Pubcomp::builder().packet_id(packet).build().expect(SCRIPTED).into()
        }
    }
}

pub(super) fn publish(
    version: Version,
    message: &Message,
    qos: Qos,
    packet: Option<u16>,
) -> Packet {
    let wire_qos = mqtt::packet::Qos::try_from(qos as u8).expect(SCRIPTED);
    match version {
        Version::V5 => v5_0::Publish::builder()
            .topic_name(&*message.topic)
            .expect(SCRIPTED)
            .qos(wire_qos)
            .packet_id(packet)
            .payload(&*message.payload)
            .build()
            .expect(SCRIPTED)
            .into(),
        Version::V311 => v3_1_1::Publish::builder()
            .topic_name(&*message.topic)
            .expect(SCRIPTED)
            .qos(wire_qos)
            .packet_id(packet)
            .payload(&*message.payload)
            .build()
            .expect(SCRIPTED)
            .into(),
    }
}

pub(super) fn pingresp(version: Version) -> Packet {
    match version {
        Version::V5 => v5_0::Pingresp::builder().build().expect(SCRIPTED).into(),
        Version::V311 => v3_1_1::Pingresp::builder().build().expect(SCRIPTED).into(),
    }
}

pub(super) fn disconnect(code: ReasonCode) -> Packet {
    v5_0::Disconnect::builder()
        .reason_code(DisconnectReasonCode::try_from(code.0).expect(SCRIPTED))
        .build()
        .expect(SCRIPTED)
        .into()
}

fn properties(script: &Script) -> Vec<Property> {
    let mut properties: Vec<Property> = Vec::new();
    if let Some(maximum) = script.receive_maximum {
        properties.push(ReceiveMaximum::new(maximum).expect(SCRIPTED).into());
    }
    if let Some(maximum) = script.maximum_packet_size {
        properties.push(MaximumPacketSize::new(maximum).expect(SCRIPTED).into());
    }
    if let Some(maximum) = script.maximum_qos {
        properties.push(MaximumQos::new(maximum).expect(SCRIPTED).into());
    }
    if script.no_retain {
        properties.push(RetainAvailable::new(0).expect(SCRIPTED).into());
    }
    if let Some(keep_alive) = script.keep_alive {
        let seconds = u16::try_from(keep_alive.as_secs()).expect(SCRIPTED);
        properties.push(ServerKeepAlive::new(seconds).expect(SCRIPTED).into());
    }
    properties
}
