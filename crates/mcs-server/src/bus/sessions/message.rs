//! Messages as the broker has them, and as the disk does.

use anyhow::{Context as _, Result};
use rmqtt::codec::types::Publish as Packet;
use rmqtt::codec::v5::PublishProperties;
use rmqtt::types::Publish;
use rmqtt::utils::timestamp_millis;

use crate::bus::hooks::qos;
use crate::store::MessageRecord;

/// A message for one session, to be written down.
pub(super) fn record(id: i64, session: i64, publish: &Publish) -> Result<MessageRecord> {
    let properties = match &publish.properties {
        Some(properties) if *properties != Default::default() => {
            let mut properties = properties.clone();
            // It meant something on the connection that the message came from.
            properties.topic_alias = None;
            Some(serde_json::to_string(&properties)?)
        }
        _ => None,
    };
    Ok(MessageRecord {
        id,
        session,
        topic: publish.topic.to_string(),
        payload: publish.payload.clone(),
        qos: publish.qos.value(),
        retain: publish.retain,
        properties,
        created: publish.create_time.unwrap_or_else(timestamp_millis),
        packet: None,
        released: false,
    })
}

/// The message that was written down. One that was on the way has its packet id.
pub(super) fn publish(record: MessageRecord) -> Result<Publish> {
    let properties = match &record.properties {
        Some(properties) => serde_json::from_str(properties)
            .context("the properties of a stored message cannot be read")?,
        None => PublishProperties::default(),
    };
    let packet = Packet {
        dup: false,
        retain: record.retain,
        qos: qos(record.qos),
        topic: record.topic.into(),
        packet_id: record.packet.and_then(std::num::NonZeroU16::new),
        payload: record.payload,
        // Never without: see the hooks.
        properties: Some(properties),
    };
    Ok(tagged(Publish::from(packet).create_time(record.created), record.id))
}

/// The message with its number, which it keeps until it is acknowledged.
///
/// The broker has no field for it. This one names the only recipient of a message before it is routed;
/// afterwards nobody looks at it, and it stays with the message.
pub(super) fn tagged(publish: Publish, id: i64) -> Publish {
    publish.target_clientid(id.to_string().into())
}

/// The number of a message that is kept.
pub(super) fn tag(publish: &Publish) -> Option<i64> {
    publish.target_clientid.as_ref()?.parse().ok()
}
