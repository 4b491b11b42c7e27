//! Whether anybody is at the other end of a device's topic.

use rmqtt::context::ServerContext;

use super::connect::is_users;

/// Whether a device's session, connected or kept, has a subscription that matches `topic`.
///
/// A shared subscription counts for each of its members.
#[expect(clippy::disallowed_methods, reason = "whether there is any depends on no order")]
pub(super) async fn reaches_device(broker: &ServerContext, topic: &str) -> bool {
    let router = broker.extends.router().await;
    // The topics come from `mcs_model::Topic`, which the broker reads.
    let Ok(filters) = router.get(topic).await else { return false };
    filters.iter().any(|filter| {
        let sessions = router.relations().get(&filter.topic);
        sessions.is_some_and(|sessions| sessions.keys().any(|name| !is_users(name)))
    })
}
