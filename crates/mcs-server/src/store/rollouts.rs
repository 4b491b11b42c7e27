//! Rollouts and what is told of them.

use anyhow::Result;
use mcs_fota::rollout::api::AuditEntry;
use mcs_model::{DeviceId, FirmwareId, Timestamp};
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
    /// When, in milliseconds.
    pub(crate) made: Timestamp,
    /// What is listed of it, as JSON, if it has ended.
    pub(crate) summary: Option<String>,
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

/// A device's part of a rollout that has ended.
#[derive(Clone, Debug)]
pub(crate) struct NewestRow {
    /// Which device.
    pub(crate) device: DeviceId,
    /// Its part of the state machine as JSON.
    pub(crate) member: String,
    /// The head of it.
    pub(crate) head: String,
    /// What was rolled out.
    pub(crate) firmware: FirmwareId,
}

/// What changed in a rollout by one step.
#[derive(Clone, Debug, Default)]
pub(crate) struct RolloutChange {
    /// The new head.
    pub(crate) head: Option<String>,
    /// With a new head: what is listed of it, if it has ended.
    pub(crate) summary: Option<String>,
    /// Devices whose newest rollout this is from now on.
    pub(crate) newest: Vec<DeviceId>,
    /// The new parts of devices.
    pub(crate) members: Vec<(DeviceId, String)>,
    /// What is to be told of it.
    pub(crate) audit: Vec<AuditEntry>,
}

impl RolloutChange {
    /// Whether there is nothing to store.
    pub(crate) fn is_empty(&self) -> bool {
        self.head.is_none()
            && self.members.is_empty()
            && self.audit.is_empty()
            && self.newest.is_empty()
    }
}

impl Store {
    /// Keeps a new rollout.
    pub(crate) async fn add_rollout(&self, row: &RolloutRow, audit: &[AuditEntry]) -> Result<()> {
        let mut tx = self.begin().await?;
        sqlx::query(
            "INSERT INTO rollouts (id, firmware, sha256, made_by, head, made) \
             VALUES (?, ?, ?, ?, ?, ?)",
        )
        .bind(&row.id)
        .bind(row.firmware.as_str())
        .bind(&row.sha256)
        .bind(&row.by)
        .bind(&row.head)
        .bind(millis(row.made))
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
            make_newest(&mut tx, &row.id, &it.device).await?;
        }
        write_audit(&mut tx, &row.id, audit).await?;
        tx.commit().await?;
        Ok(())
    }

    /// Keeps what a step changed, all of it or nothing.
    pub(crate) async fn change_rollout(&self, id: &str, change: &RolloutChange) -> Result<()> {
        let mut tx = self.begin().await?;
        if let Some(head) = &change.head {
            sqlx::query("UPDATE rollouts SET head = ?, summary = ? WHERE id = ?")
                .bind(head)
                .bind(&change.summary)
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
        for device in &change.newest {
            make_newest(&mut tx, id, device).await?;
        }
        write_audit(&mut tx, id, &change.audit).await?;
        tx.commit().await?;
        Ok(())
    }

    /// The ids of the rollouts that have not ended.
    pub(crate) async fn open_rollouts(&self) -> Result<Vec<String>> {
        let query = "SELECT id FROM rollouts WHERE summary IS NULL ORDER BY id";
        Ok(sqlx::query_scalar(query).fetch_all(&self.pool).await?)
    }

    /// A rollout with its devices.
    pub(crate) async fn rollout(&self, id: &str) -> Result<Option<RolloutRow>> {
        let row: Option<(String, String, String, String, i64, Option<String>)> = sqlx::query_as(
            "SELECT firmware, sha256, made_by, head, made, summary FROM rollouts WHERE id = ?",
        )
        .bind(id)
        .fetch_optional(&self.pool)
        .await?;
        let Some((firmware, sha256, by, head, made, summary)) = row else { return Ok(None) };
        let devices: Vec<(String, String, String)> = sqlx::query_as(
            "SELECT device, token, member FROM rollout_devices WHERE rollout = ? ORDER BY device",
        )
        .bind(id)
        .fetch_all(&self.pool)
        .await?;
        let devices = devices.into_iter().map(|(device, token, member)| {
            Ok(RolloutDeviceRow { device: device.parse()?, token, member })
        });
        let devices = devices.collect::<Result<_>>()?;
        let (id, firmware, made) = (id.to_owned(), firmware.parse()?, timestamp(made));
        Ok(Some(RolloutRow { id, firmware, sha256, by, made, summary, head, devices }))
    }

    /// So many rollouts, newest first, of those that were made before the one with this id: their ids,
    /// and what is listed of them if they have ended.
    pub(crate) async fn rollouts_before(
        &self,
        id: Option<&str>,
        limit: u32,
    ) -> Result<Vec<(String, Option<String>)>> {
        Ok(sqlx::query_as(
            "SELECT id, summary FROM rollouts \
             WHERE ?1 IS NULL OR (made, id) < (SELECT made, id FROM rollouts WHERE id = ?1) \
             ORDER BY made DESC, id DESC LIMIT ?2",
        )
        .bind(id)
        .bind(limit)
        .fetch_all(&self.pool)
        .await?)
    }

    /// The devices of a rollout.
    pub(crate) async fn devices_of_rollout(&self, id: &str) -> Result<Vec<DeviceId>> {
        let query = "SELECT device FROM rollout_devices WHERE rollout = ?";
        let ids: Vec<String> = sqlx::query_scalar(query).bind(id).fetch_all(&self.pool).await?;
        Ok(ids.iter().map(|it| it.parse()).collect::<Result<_, _>>()?)
    }

    /// The device's part of its newest rollout, where that has ended, with the rollout's head and firmware.
    pub(crate) async fn newest_rollouts(&self) -> Result<Vec<NewestRow>> {
        let rows: Vec<(String, String, String, String)> = sqlx::query_as(
            "SELECT n.device, d.member, r.head, r.firmware FROM newest_rollouts n \
             JOIN rollouts r ON r.id = n.rollout AND r.summary IS NOT NULL \
             JOIN rollout_devices d ON d.rollout = n.rollout AND d.device = n.device",
        )
        .fetch_all(&self.pool)
        .await?;
        let row = |(device, member, head, firmware): (String, String, String, String)| {
            Ok(NewestRow { device: device.parse()?, member, head, firmware: firmware.parse()? })
        };
        rows.into_iter().map(row).collect()
    }

    /// What is told of a rollout, in the order in which it happened: behind the first `from` lines
    /// at most `limit`.
    pub(crate) async fn rollout_audit(
        &self,
        id: &str,
        from: u32,
        limit: u32,
    ) -> Result<Vec<AuditEntry>> {
        let rows: Vec<(i64, Option<String>, Option<String>, String)> = sqlx::query_as(
            "SELECT at, made_by, device, event FROM rollout_audit WHERE rollout = ? \
             ORDER BY id LIMIT ? OFFSET ?",
        )
        .bind(id)
        .bind(limit)
        .bind(from)
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

async fn make_newest(tx: &mut SqliteConnection, id: &str, device: &DeviceId) -> Result<()> {
    sqlx::query("REPLACE INTO newest_rollouts (device, rollout) VALUES (?, ?)")
        .bind(device.as_str())
        .bind(id)
        .execute(&mut *tx)
        .await?;
    Ok(())
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
