//! Firmware files that are on their way.

use anyhow::Result;
use mcs_model::{FirmwareId, ProductId, Timestamp};
use sqlx::Row as _;
use sqlx::sqlite::SqliteRow;

use super::Store;
use super::points::timestamp;
use super::writer::millis;

/// A file that is on its way, or has arrived not long ago.
#[derive(Clone, Debug)]
pub(crate) struct UploadRow {
    /// Its id, which also names its file.
    pub(crate) id: String,
    /// Who sends it.
    pub(crate) user: String,
    /// The prototype that it is for.
    pub(crate) prototype: ProductId,
    /// What the sender says about it, as JSON.
    pub(crate) declared: String,
    /// Bytes that it will have.
    pub(crate) size: u64,
    /// When something of it came last.
    pub(crate) touched: Timestamp,
    /// What became of it, once it has arrived.
    pub(crate) firmware: Option<FirmwareId>,
}

impl Store {
    /// Keeps an upload that begins.
    pub(crate) async fn add_upload(&self, upload: &UploadRow) -> Result<()> {
        sqlx::query(
            "INSERT INTO uploads (id, by_user, prototype, declared, size, touched) \
             VALUES (?, ?, ?, ?, ?, ?)",
        )
        .bind(&upload.id)
        .bind(&upload.user)
        .bind(upload.prototype.as_str())
        .bind(&upload.declared)
        .bind(i64::try_from(upload.size)?)
        .bind(millis(upload.touched))
        .execute(&self.pool)
        .await?;
        Ok(())
    }

    /// Something of it came, or it has become a firmware.
    pub(crate) async fn touch_upload(
        &self,
        id: &str,
        at: Timestamp,
        firmware: Option<&FirmwareId>,
    ) -> Result<()> {
        sqlx::query(
            "UPDATE uploads SET touched = ?, firmware = coalesce(?, firmware) WHERE id = ?",
        )
        .bind(millis(at))
        .bind(firmware.map(FirmwareId::as_str))
        .bind(id)
        .execute(&self.pool)
        .await?;
        Ok(())
    }

    /// Forgets an upload.
    pub(crate) async fn remove_upload(&self, id: &str) -> Result<()> {
        sqlx::query("DELETE FROM uploads WHERE id = ?").bind(id).execute(&self.pool).await?;
        Ok(())
    }

    /// All uploads.
    pub(crate) async fn uploads(&self) -> Result<Vec<UploadRow>> {
        let rows =
            sqlx::query("SELECT * FROM uploads ORDER BY touched, id").fetch_all(&self.pool).await?;
        rows.iter().map(upload).collect()
    }
}

fn upload(row: &SqliteRow) -> Result<UploadRow> {
    let firmware: Option<String> = row.try_get("firmware")?;
    Ok(UploadRow {
        id: row.try_get("id")?,
        user: row.try_get("by_user")?,
        prototype: row.try_get::<String, _>("prototype")?.parse()?,
        declared: row.try_get("declared")?,
        size: u64::try_from(row.try_get::<i64, _>("size")?)?,
        touched: timestamp(row.try_get("touched")?),
        firmware: firmware.map(|it| it.parse()).transpose()?,
    })
}
