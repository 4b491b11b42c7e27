//! The history of functions: their newest runs.

use std::collections::BTreeSet;

use anyhow::Result;
use mcs_model::function::Run;
use mcs_model::{ChannelId, DeviceId, Timestamp};

use super::Store;
use super::writer::millis;

/// Runs that are kept of one channel of a device.
const KEPT: i64 = 100;

/// A run, and whose it was.
pub(crate) struct RunRow {
    /// The device.
    pub(crate) device: DeviceId,
    /// The function.
    pub(crate) channel: ChannelId,
    /// What happened.
    pub(crate) run: Run,
}

impl Store {
    /// Adds runs, oldest first, and forgets those that are too many.
    pub(crate) async fn add_runs(&self, rows: Vec<RunRow>) -> Result<()> {
        let mut tx = self.begin().await?;
        let mut functions = BTreeSet::new();
        for RunRow { device, channel, run } in rows {
            sqlx::query("INSERT INTO runs (device, channel, at, document) VALUES (?, ?, ?, ?)")
                .bind(device.as_str())
                .bind(channel.as_str())
                .bind(millis(run.at))
                .bind(serde_json::to_string(&run)?)
                .execute(&mut *tx)
                .await?;
            functions.insert((device, channel));
        }
        for (device, channel) in functions {
            sqlx::query(
                "DELETE FROM runs WHERE device = ?1 AND channel = ?2 AND id <= (SELECT id FROM runs \
                 WHERE device = ?1 AND channel = ?2 ORDER BY id DESC LIMIT 1 OFFSET ?3)",
            )
            .bind(device.as_str())
            .bind(channel.as_str())
            .bind(KEPT)
            .execute(&mut *tx)
            .await?;
        }
        tx.commit().await?;
        Ok(())
    }

    /// The newest runs of a function, newest first.
    pub(crate) async fn runs(
        &self,
        device: &DeviceId,
        channel: &ChannelId,
        limit: u32,
    ) -> Result<Vec<Run>> {
        let documents: Vec<String> = sqlx::query_scalar(
            "SELECT document FROM runs WHERE device = ? AND channel = ? ORDER BY id DESC LIMIT ?",
        )
        .bind(device.as_str())
        .bind(channel.as_str())
        .bind(limit)
        .fetch_all(&self.pool)
        .await?;
        let run = |it: &String| {
            let run = serde_json::from_str(it);
            run.inspect_err(|error| tracing::warn!(%error, "a stored run cannot be read")).ok()
        };
        Ok(documents.iter().filter_map(run).collect())
    }

    /// Deletes the runs on points before `since` of one channel of a device.
    pub(super) async fn delete_runs(
        &self,
        device: &str,
        channel: &str,
        since: Timestamp,
    ) -> Result<()> {
        sqlx::query("DELETE FROM runs WHERE device = ? AND channel = ? AND at < ?")
            .bind(device)
            .bind(channel)
            .bind(millis(since))
            .execute(&self.write)
            .await?;
        Ok(())
    }
}
