//! How large a message is as a packet.

use rmqtt::session::Session;
use rmqtt::types::Publish;

use super::hooks::seat;

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

/// Fixed header, lengths and packet id of a PUBLISH.
const PUBLISH_FRAME: usize = 5 + 2 + 2 + 4;

/// Its properties without what they say: alias, expiry, format, and the lengths of the others.
const PROPERTIES: usize = 3 + 5 + 2 + 3 * 3;
