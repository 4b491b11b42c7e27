//! Rollouts and what is told of them.

use anyhow::Result;
use mcs_fota::rollout::api::AuditEntry;
use mcs_model::{DeviceId, FirmwareId};
use sqlx::SqliteConnection;

use super::Store;
use super::points::timestamp;
use super::writer::millis;

/// A rollout as it is stored.
#[derive(Clone, Debug)]
pub(crate) struct RolloutRow {
    /// Its id.
    pub(crate) id: String,
    /// What is rolled out.
    pub(crate) firmware: FirmwareId,
    /// The SHA-256 of its file, in hex.
    pub(crate) sha256: String,
    /// Who made it.
    pub(crate) by: String,
    /// The head of the state machine as JSON.
    pub(crate) head: String,
    /// Its devices.
    pub(crate) devices: Vec<RolloutDeviceRow>,
}

/// A device of a rollout as it is stored.
#[derive(Clone, Debug)]
pub(crate) struct RolloutDeviceRow {
    /// Which.
    pub(crate) device: DeviceId,
    /// The last part of its download address.
    pub(crate) token: String,
    /// Its part of the state machine as JSON.
    pub(crate) member: String,
}

/// What changed in a rollout by one step.
#[derive(Clone, Debug, Default)]
pub(crate) struct RolloutChange {
    /// The new head.
    pub(crate) head: Option<String>,
    /// The new parts of devices.
    pub(crate) members: Vec<(DeviceId, String)>,
    /// What is to be told of it.
    pub(crate) audit: Vec<AuditEntry>,
}

impl RolloutChange {
    /// Whether there is nothing to store.
    pub(crate) fn is_empty(&self) -> bool {
        self.head.is_none() && self.members.is_empty() && self.audit.is_empty()
    }
}

impl Store {
    /// Keeps a new rollout.
    pub(crate) async fn add_rollout(&self, row: &RolloutRow, audit: &[AuditEntry]) -> Result<()> {
        let mut tx = self.begin().await?;
        sqlx::query(
            "INSERT INTO rollouts (id, firmware, sha256, made_by, head) VALUES (?, ?, ?, ?, ?)",
        )
        .bind(&row.id)
        .bind(row.firmware.as_str())
        .bind(&row.sha256)
        .bind(&row.by)
        .bind(&row.head)
        .execute(&mut *tx)
        .await?;
        for it in &row.devices {
            sqlx::query(
                "INSERT INTO rollout_devices (rollout, device, token, member) VALUES (?, ?, ?, ?)",
            )
            .bind(&row.id)
            .bind(it.device.as_str())
            .bind(&it.token)
            .bind(&it.member)
            .execute(&mut *tx)
            .await?;
        }
        write_audit(&mut tx, &row.id, audit).await?;
        tx.commit().await?;
        Ok(())
    }

    /// Keeps what a step changed, all of it or nothing.
    pub(crate) async fn change_rollout(&self, id: &str, change: &RolloutChange) -> Result<()> {
        let mut tx = self.begin().await?;
        if let Some(head) = &change.head {
            sqlx::query("UPDATE rollouts SET head = ? WHERE id = ?")
                .bind(head)
                .bind(id)
                .execute(&mut *tx)
                .await?;
        }
        for (device, member) in &change.members {
            sqlx::query("UPDATE rollout_devices SET member = ? WHERE rollout = ? AND device = ?")
                .bind(member)
                .bind(id)
                .bind(device.as_str())
                .execute(&mut *tx)
                .await?;
        }
        write_audit(&mut tx, id, &change.audit).await?;
        tx.commit().await?;
        Ok(())
    }

    /// Every rollout that was ever made.
    pub(crate) async fn rollouts(&self) -> Result<Vec<RolloutRow>> {
        let rows: Vec<(String, String, String, String, String)> =
            sqlx::query_as("SELECT id, firmware, sha256, made_by, head FROM rollouts ORDER BY id")
                .fetch_all(&self.pool)
                .await?;
        let mut rollouts = Vec::with_capacity(rows.len());
        for (id, firmware, sha256, by, head) in rows {
            let devices: Vec<(String, String, String)> = sqlx::query_as(
                "SELECT device, token, member FROM rollout_devices WHERE rollout = ? \
                 ORDER BY device",
            )
            .bind(&id)
            .fetch_all(&self.pool)
            .await?;
            let devices = devices.into_iter().map(|(device, token, member)| {
                Ok(RolloutDeviceRow { device: device.parse()?, token, member })
            });
            let devices = devices.collect::<Result<_>>()?;
            let firmware = firmware.parse()?;
            rollouts.push(RolloutRow { id, firmware, sha256, by, head, devices });
        }
        Ok(rollouts)
    }

    /// What is told of a rollout, in the order in which it happened: at most `limit` lines.
    pub(crate) async fn rollout_audit(&self, id: &str, limit: u32) -> Result<Vec<AuditEntry>> {
        let rows: Vec<(i64, Option<String>, Option<String>, String)> = sqlx::query_as(
            "SELECT at, made_by, device, event FROM rollout_audit WHERE rollout = ? \
             ORDER BY id LIMIT ?",
        )
        .bind(id)
        .bind(limit)
        .fetch_all(&self.pool)
        .await?;
        rows.into_iter()
            .map(|(at, by, device, event)| {
                let device = device.map(|it| it.parse()).transpose()?;
                Ok(AuditEntry {
                    at: timestamp(at),
                    by,
                    device,
                    event: serde_json::from_str(&event)?,
                })
            })
            .collect()
    }
}

async fn write_audit(tx: &mut SqliteConnection, id: &str, audit: &[AuditEntry]) -> Result<()> {
    for it in audit {
        sqlx::query(
            "INSERT INTO rollout_audit (rollout, at, made_by, device, event) \
             VALUES (?, ?, ?, ?, ?)",
        )
        .bind(id)
        .bind(millis(it.at))
        .bind(it.by.as_deref())
        .bind(it.device.as_ref().map(DeviceId::as_str))
        .bind(serde_json::to_string(&it.event)?)
        .execute(&mut *tx)
        .await?;
    }
    Ok(())
}
