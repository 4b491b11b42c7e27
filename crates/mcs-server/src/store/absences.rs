//! When devices were away: what ends a chart's steps.

use anyhow::Result;
use mcs_model::api::Absence;
use mcs_model::{DeviceId, Timestamp};
use sqlx::SqliteConnection;

use super::Store;
use super::points::timestamp;
use super::writer::millis;

/// Most absences that are kept of a device; then the oldest goes.
const MOST: i64 = 1000;
/// Most absences in one answer.
const MOST_TOLD: i64 = 500;

/// A device came or went.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Move {
    /// Which.
    pub(crate) device: DeviceId,
    /// When it was here first, or last.
    pub(crate) at: Timestamp,
    /// It came.
    pub(crate) here: bool,
}

impl Store {
    /// Keeps when devices came and went, in that order.
    pub(crate) async fn keep_moves(&self, moves: &[Move]) -> Result<()> {
        if moves.is_empty() {
            return Ok(());
        }
        let mut tx = self.begin().await?;
        for Move { device, at, here } in moves {
            let statement = if *here {
                "UPDATE absences SET until = max(since, ?2) WHERE device = ?1 AND until IS NULL"
            } else {
                "INSERT INTO absences SELECT id, ?2, NULL FROM devices WHERE id = ?1 AND NOT EXISTS \
                 (SELECT 1 FROM absences WHERE device = ?1 AND until IS NULL) \
                 ON CONFLICT DO UPDATE SET until = NULL"
            };
            sqlx::query(statement)
                .bind(device.as_str())
                .bind(millis(*at))
                .execute(&mut *tx)
                .await?;
            if !here {
                sqlx::query(
                    "DELETE FROM absences WHERE device = ?1 AND since <= (SELECT since FROM absences \
                     WHERE device = ?1 ORDER BY since DESC LIMIT 1 OFFSET ?2)",
                )
                .bind(device.as_str())
                .bind(MOST)
                .execute(&mut *tx)
                .await?;
            }
        }
        tx.commit().await?;
        Ok(())
    }

    /// The server starts: nobody is here, and who was when it ended was heard last when it is written.
    pub(crate) async fn begin_absences(&self) -> Result<()> {
        sqlx::query(
            "INSERT INTO absences SELECT id, last_seen, NULL FROM devices d WHERE last_seen IS NOT NULL \
             AND NOT EXISTS (SELECT 1 FROM absences WHERE device = d.id AND until IS NULL) \
             ON CONFLICT DO UPDATE SET until = NULL",
        )
        .execute(&self.write)
        .await?;
        Ok(())
    }

    /// Forgets the absences from before the first point that is kept of a device.
    pub(super) async fn forget_absences(&self) -> Result<()> {
        let devices: Vec<(String, Option<i64>)> = sqlx::query_as(
            "SELECT a.device, (SELECT MIN((SELECT MIN(at) FROM points WHERE series = s.id)) \
             FROM series s WHERE s.device = a.device) \
             FROM (SELECT DISTINCT device FROM absences WHERE until IS NOT NULL) a",
        )
        .fetch_all(&self.pool)
        .await?;
        for (device, first) in devices {
            let Some(first) = first else { continue };
            sqlx::query("DELETE FROM absences WHERE device = ? AND until < ?")
                .bind(device)
                .bind(first)
                .execute(&self.write)
                .await?;
        }
        Ok(())
    }
}

/// The newest absences of a device that reach into a time, oldest first.
pub(super) async fn within(
    tx: &mut SqliteConnection,
    device: &DeviceId,
    start: i64,
    end: i64,
) -> Result<Vec<Absence>> {
    let rows: Vec<(i64, Option<i64>)> = sqlx::query_as(
        "SELECT since, until FROM absences WHERE device = ? AND since <= ? \
         AND (until IS NULL OR until >= ?) ORDER BY since DESC LIMIT ?",
    )
    .bind(device.as_str())
    .bind(end)
    .bind(start)
    .bind(MOST_TOLD)
    .fetch_all(tx)
    .await?;
    let absence = |(since, until): &(i64, Option<i64>)| Absence {
        since: timestamp(*since),
        until: until.map(timestamp),
    };
    Ok(rows.iter().rev().map(absence).collect())
}
