//! What is written about a device beside what the registry holds: how it came, and how it goes.

use anyhow::{Result, ensure};
use mcs_model::rest::Registration;
use mcs_model::{DeviceId, DeviceKey, Timestamp};
use sqlx::{FromRow, Row as _};

use super::points::timestamp;
use super::registry::move_on;
use super::writer::millis;
use super::{DeviceRow, Store, Unavailable};
use crate::clock;

/// What is written about a device.
#[derive(Clone, Debug, Default)]
pub(crate) struct DeviceDetails {
    /// Free text.
    pub(crate) description: String,
    /// Where its picture is.
    pub(crate) image: String,
    /// A test device.
    pub(crate) test: bool,
    /// When its activation code was used.
    pub(crate) activated: Option<Timestamp>,
    /// The firmware version that it reported last.
    pub(crate) firmware_version: Option<String>,
    /// Where it was heard last, as far as that was kept; may be empty.
    pub(crate) last_ip: String,
    /// Words to find it by.
    pub(crate) tags: Vec<String>,
}

impl FromRow<'_, sqlx::sqlite::SqliteRow> for DeviceDetails {
    fn from_row(row: &sqlx::sqlite::SqliteRow) -> sqlx::Result<Self> {
        Ok(Self {
            description: row.try_get("description")?,
            image: row.try_get("image")?,
            test: row.try_get("test")?,
            activated: row.try_get::<Option<i64>, _>("activated")?.map(timestamp),
            firmware_version: row.try_get("firmware_version")?,
            last_ip: row.try_get::<Option<String>, _>("last_ip")?.unwrap_or_default(),
            tags: serde_json::from_str(row.try_get("tags")?).unwrap_or_default(),
        })
    }
}

impl Store {
    /// Adds a device with what was said about it.
    pub(crate) async fn register(&self, device: &DeviceRow, about: &Registration) -> Result<()> {
        let mut tx = self.begin().await?;
        super::registry::add_device(&mut tx, device).await?;
        sqlx::query(
            "UPDATE devices SET description = ?, serial = ?, image = ?, test = ? WHERE id = ?",
        )
        .bind(&about.description)
        .bind(&about.serial)
        .bind(&about.image)
        .bind(about.test)
        .bind(device.id.as_str())
        .execute(&mut *tx)
        .await?;
        move_on(&mut tx).await?;
        tx.commit().await?;
        Ok(())
    }

    /// What is written about a device.
    pub(crate) async fn device_details(&self, id: &DeviceId) -> Result<Option<DeviceDetails>> {
        let row = sqlx::query_as(
            "SELECT description, image, test, activated, firmware_version, last_ip, tags \
             FROM devices WHERE id = ?",
        )
        .bind(id.as_str())
        .fetch_optional(&self.pool)
        .await?;
        Ok(row)
    }

    /// Keeps the hash of a device's activation code, in place of an older one.
    pub(crate) async fn put_activation(&self, id: &DeviceId, code: &[u8]) -> Result<()> {
        let put = sqlx::query(
            "INSERT INTO activations (code, device) SELECT ?, id FROM devices WHERE id = ? \
             ON CONFLICT (device) DO UPDATE SET code = excluded.code",
        )
        .bind(code)
        .bind(id.as_str())
        .execute(&self.pool)
        .await?;
        ensure!(put.rows_affected() > 0, "there is no device {id}");
        Ok(())
    }

    /// Uses the activation code with this hash up; the device that it was for.
    pub(crate) async fn activate(&self, code: &[u8]) -> Result<Option<(DeviceId, DeviceKey)>> {
        // Who guesses waits for nobody who writes, and keeps nobody waiting.
        let known: Option<(i64,)> = sqlx::query_as("SELECT 1 FROM activations WHERE code = ?")
            .bind(code)
            .fetch_optional(&self.pool)
            .await?;
        if known.is_none() {
            return Ok(None);
        }
        if let Some(trouble) = self.health.trouble() {
            return Err(Unavailable(trouble).into());
        }
        let mut tx = self.begin().await?;
        let device: Option<(String,)> =
            sqlx::query_as("DELETE FROM activations WHERE code = ? RETURNING device")
                .bind(code)
                .fetch_optional(&mut *tx)
                .await?;
        let Some((device,)) = device else { return Ok(None) };
        let (id, key): (String, String) =
            sqlx::query_as("UPDATE devices SET activated = ? WHERE id = ? RETURNING id, key")
                .bind(millis(clock::now()))
                .bind(device)
                .fetch_one(&mut *tx)
                .await?;
        tx.commit().await?;
        Ok(Some((id.parse()?, key.parse()?)))
    }
}
