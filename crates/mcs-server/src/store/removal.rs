//! Removing a device, and its points bit by bit.

use anyhow::Result;
use mcs_model::DeviceId;
use sqlx::SqliteConnection;

use super::admin::forget_retained;
use super::registry::move_on;
use super::{Store, rollups};

/// Points that are deleted in one transaction: writers wait for its end.
const DELETED_AT_ONCE: i64 = 1000;

/// The last of the oldest points of a series that go together.
pub(super) const OLDEST: &str = "SELECT at, arrived FROM points \
     WHERE series = ? AND (at, arrived) <= (?, ?) ORDER BY at, arrived LIMIT 1 OFFSET ?";

/// The points of a series up to one of them.
pub(super) const DELETE: &str = "DELETE FROM points WHERE series = ? AND (at, arrived) <= (?, ?)";

impl Store {
    /// Removes a device with its retained messages; with `remove_data` its points are gone
    /// for every reader as well, and leave the disk later. `false` if there is no such device.
    pub(crate) async fn delete_device(&self, id: &DeviceId, remove_data: bool) -> Result<bool> {
        self.writer.settle().await;
        let mut tx = self.begin().await?;
        let deleted = sqlx::query("DELETE FROM devices WHERE id = ?")
            .bind(id.as_str())
            .execute(&mut *tx)
            .await?;
        if deleted.rows_affected() == 0 {
            return Ok(false);
        }
        forget_retained(&mut tx, id).await?;
        if remove_data {
            sqlx::query("INSERT INTO removed_series SELECT id FROM series WHERE device = ?")
                .bind(id.as_str())
                .execute(&mut *tx)
                .await?;
            sqlx::query("INSERT INTO removed_series SELECT id FROM hidden_series WHERE device = ?")
                .bind(id.as_str())
                .execute(&mut *tx)
                .await?;
            for statement in [
                "DELETE FROM series WHERE device = ?",
                "DELETE FROM hidden_series WHERE device = ?",
                "DELETE FROM runs WHERE device = ?",
            ] {
                sqlx::query(statement).bind(id.as_str()).execute(&mut *tx).await?;
            }
        }
        move_on(&mut tx).await?;
        tx.commit().await?;
        Ok(true)
    }

    /// Deletes some points of removed devices. `false` once none are left.
    pub(super) async fn delete_removed(&self) -> Result<bool> {
        let mut tx = self.begin().await?;
        let series: Option<i64> = sqlx::query_scalar("SELECT id FROM removed_series LIMIT 1")
            .fetch_optional(&mut *tx)
            .await?;
        let Some(series) = series else { return Ok(false) };
        let emptied = delete_oldest(&mut tx, series, (i64::MAX, i64::MAX)).await?;
        if emptied {
            sqlx::query("DELETE FROM removed_series WHERE id = ?")
                .bind(series)
                .execute(&mut *tx)
                .await?;
        }
        tx.commit().await?;
        Ok(true)
    }
}

/// Deletes the oldest points of a series, up to the one with this time and number, but only so many of
/// them. Answers whether that was all.
pub(super) async fn delete_oldest(
    tx: &mut SqliteConnection,
    series: i64,
    up_to: (i64, i64),
) -> sqlx::Result<bool> {
    let last: Option<(i64, i64)> = sqlx::query_as(OLDEST)
        .bind(series)
        .bind(up_to.0)
        .bind(up_to.1)
        .bind(DELETED_AT_ONCE - 1)
        .fetch_optional(&mut *tx)
        .await?;
    let (at, arrived) = last.unwrap_or(up_to);
    sqlx::query(DELETE).bind(series).bind(at).bind(arrived).execute(&mut *tx).await?;
    rollups::cut(tx, series, at).await?;
    Ok(last.is_none())
}
