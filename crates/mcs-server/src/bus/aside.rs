//! What the broker handles in place of a client's message, once the gate has decided: something to acknowledge, on a
//! topic that nobody can publish or subscribe to.

use bytes::Bytes;
use rmqtt::codec::types::MQTT_LEVEL_5;
use rmqtt::codec::v5::PublishAckReason;
use rmqtt::session::Session;
use rmqtt::types::{Publish, PublishResult, QoS};

use super::hooks::seat;

/// The message is done with.
pub(super) const SWALLOWED: &str = "$mcs/swallowed";

/// So it is, but whom it is for is not there.
pub(super) const UNHEARD: &str = "$mcs/unheard";

/// The client may not publish it.
pub(super) const REFUSED: &str = "$mcs/refused";

/// It could not be kept.
pub(super) const FAILED: &str = "$mcs/failed";

/// It is not valid; why is the payload.
const INVALID: &str = "$mcs/invalid";

/// Fixed header, lengths and packet id of a PUBLISH.
const PUBLISH_FRAME: usize = 5 + 2 + 2 + 4;

/// Its properties without what they say: alias, expiry, format, and the lengths of the others.
const PROPERTIES: usize = 3 + 5 + 2 + 3 * 3;

/// Something to acknowledge in place of the message, that reaches nobody.
pub(super) fn aside(publish: &Publish, topic: &'static str) -> Publish {
    let mut publish = replaced(publish, topic.to_owned(), Bytes::new());
    publish.retain = false;
    publish
}

/// The same for a message that is not valid, and why.
pub(super) fn invalid(publish: &Publish, why: String) -> Publish {
    let mut publish = aside(publish, INVALID);
    publish.payload = why.into();
    publish
}

/// How to acknowledge what was set aside.
pub(super) async fn result(session: &Session, publish: &Publish) -> PublishResult {
    match &*publish.topic {
        // No reason string for who may not publish here: it would be a hint.
        REFUSED => PublishResult::reason_code(PublishAckReason::NotAuthorized, None, false),
        INVALID => {
            // Unless that makes the PUBACK too large for the client [MQTT-3.4.2-2].
            let why = (!too_large(session, publish).await)
                .then(|| String::from_utf8_lossy(&publish.payload).into_owned().into());
            PublishResult::reason_code(PublishAckReason::PayloadFormatInvalid, why, false)
        }
        // For QoS 2 the broker takes every reason but 0 for the end of the handshake.
        UNHEARD if publish.qos != QoS::ExactlyOnce => {
            PublishResult::reason_code(PublishAckReason::NoMatchingSubscribers, None, false)
        }
        FAILED => {
            let reason = PublishAckReason::ImplementationSpecificError;
            PublishResult::reason_code(reason, None, closes(session, publish).await)
        }
        _ => PublishResult::success(),
    }
}

/// The message with a place for what MQTT 5 subscribers are told: from an MQTT 3 client it comes without, and the
/// broker would leave out subscription identifiers, and a topic where it had meant to name its alias.
fn whole(mut publish: Publish) -> Publish {
    publish.properties.get_or_insert_default();
    publish
}

/// The message with another topic and payload.
pub(super) fn replaced(publish: &Publish, topic: String, payload: Bytes) -> Publish {
    let mut publish = whole(publish.clone());
    publish.topic = topic.into();
    publish.payload = payload;
    publish
}

/// Whether the client takes no packet as large as this message.
pub(super) async fn too_large(session: &Session, publish: &Publish) -> bool {
    let Some(seat) = seat(session).await else { return false };
    let takes = seat.admitted.get().and_then(|admitted| admitted.takes);
    takes.is_some_and(|takes| size(publish) > takes.get() as usize)
}

/// Bytes of a PUBLISH at most: numbers of variable length count in full.
fn size(publish: &Publish) -> usize {
    let properties = publish.properties.as_ref().map_or(0, |it| {
        let texts =
            [&it.content_type, &it.response_topic].map(|it| it.as_ref().map_or(0, |it| it.len()));
        let correlation = it.correlation_data.as_ref().map_or(0, |it| it.len());
        let user: usize =
            it.user_properties.iter().map(|(key, value)| 5 + key.len() + value.len()).sum();
        PROPERTIES + texts[0] + texts[1] + correlation + user + 5 * it.subscription_ids.len()
    });
    PUBLISH_FRAME + publish.topic.len() + publish.payload.len() + properties
}

/// Whether the connection has to close so that the client sends the message again: it waits for an acknowledgement,
/// and its protocol has no negative one.
async fn closes(session: &Session, publish: &Publish) -> bool {
    let v5 = session.connect_info().await.is_ok_and(|it| it.proto_ver() == MQTT_LEVEL_5);
    publish.qos != QoS::AtMostOnce && !v5
}
