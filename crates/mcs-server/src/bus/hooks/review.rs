//! What a session keeps for a user who is away, after the user's rights have changed.

use anyhow::Result;
use rmqtt::types::ClientId;
use tracing::{error, info};

use super::{Hooks, Inner};
use crate::bus::Principal;
use crate::bus::connect::{client_id, user};

impl Hooks {
    /// Takes from the kept sessions of these users what they may no longer have.
    pub(in crate::bus) async fn review(&self, concerned: &(dyn Fn(&str) -> bool + Sync)) {
        for name in self.0.sessions.of_users(concerned) {
            if let Err(error) = self.0.review(&name).await {
                error!(%error, "an MQTT session cannot be looked through");
            }
        }
    }
}

impl Inner {
    async fn review(&self, name: &ClientId) -> Result<()> {
        let Some(user) = user(name) else { return Ok(()) };
        let principal = Principal::User { name: user.to_owned() };
        let (mut kept, mut lost) = (Vec::new(), Vec::new());
        for filter in self.sessions.filters(name).await? {
            let may_keep = self.gate.may_keep(&principal, &filter).await;
            if may_keep { &mut kept } else { &mut lost }.push(filter);
        }
        if lost.is_empty() {
            return Ok(());
        }
        let client = client_id(name);
        if kept.is_empty() {
            info!(user, ?client, "an MQTT session ends: its user may have nothing of it any more");
            self.sessions.forget(name).await?;
            return Ok(());
        }
        for filter in lost {
            self.sessions.unsubscribe(name, &filter).await?;
        }
        self.sessions.withdraw(name, &kept).await
    }
}
