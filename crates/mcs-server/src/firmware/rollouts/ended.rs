//! Rollouts that have ended: they are in the store, and read when somebody asks for them.

use std::collections::BTreeMap;

use anyhow::Result;
use mcs_fota::rollout::api::{RolloutDetails, RolloutInfo};
use mcs_fota::rollout::{Head, Member};
use mcs_model::DeviceId;
use mcs_model::api::PushStatus;

use super::{make, read, restore};
use crate::firmware::Firmware;
use crate::store::{NewestRow, Store};

/// How each device ended in its newest rollout, where that has ended.
pub(super) async fn last(store: &Store) -> Result<BTreeMap<DeviceId, PushStatus>> {
    let status = |NewestRow { device, member, head, firmware }: NewestRow| {
        let member: Member = serde_json::from_str(&member).ok()?;
        let head: Head = serde_json::from_str(&head).ok()?;
        let status = PushStatus {
            firmware,
            version: head.release().version.to_string(),
            state: member.state(),
            reason: member.reason(),
            detail: member.reason().to_string(),
            since: member.since()?,
        };
        Some((device, status))
    };
    Ok(store.newest_rollouts().await?.into_iter().filter_map(status).collect())
}

impl Firmware {
    /// Rollouts, newest first, that were made before the one with this id.
    pub(crate) async fn rollouts(
        &self,
        before: Option<&str>,
        limit: u32,
    ) -> Result<Vec<RolloutInfo>> {
        let mut found = Vec::new();
        for (id, summary) in self.store.rollouts_before(before, limit).await? {
            let summary = summary.map(|it| serde_json::from_str(&it)).transpose()?;
            found.extend(self.info(&id).or(summary));
        }
        Ok(found)
    }

    /// The devices of a rollout.
    pub(crate) async fn devices_of_rollout(&self, id: &str) -> Result<Vec<DeviceId>> {
        self.store.devices_of_rollout(id).await
    }

    /// One that has ended, with its devices.
    pub(super) async fn ended(&self, id: &str) -> Result<Option<RolloutDetails>> {
        let Some(row) = self.store.rollout(id).await? else { return Ok(None) };
        let Some(summary) = &row.summary else { return Ok(None) };
        let info = serde_json::from_str(summary)?;
        let devices = make::devices(&restore(&row)?);
        Ok(Some(RolloutDetails { info, devices }))
    }

    /// Makes one that has ended go on. Whether it can: its firmware may be gone.
    pub(super) async fn recall(&self, id: &str) -> Result<bool> {
        if self.rollouts.lock().contains_key(id) {
            return Ok(true);
        }
        let Some(row) = self.store.rollout(id).await? else { return Ok(false) };
        let Some(firmware) = self.store.firmware(&row.firmware).await? else { return Ok(false) };
        self.rollouts.insert(id.to_owned(), read(row, firmware, &self.trust)?);
        Ok(true)
    }
}
