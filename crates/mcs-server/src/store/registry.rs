//! Prototypes and devices.

use std::net::IpAddr;

use anyhow::{Context as _, Result, bail};
use mcs_model::{DeviceId, DeviceKey, ProductId, Prototype, Timestamp};
use sqlx::sqlite::SqliteRow;
use sqlx::{Row as _, Sqlite, Transaction};

use super::Store;
use super::points::timestamp;
use super::writer::millis;
use crate::clock;

/// A device as it is registered.
#[derive(Clone, Debug)]
pub(crate) struct DeviceRow {
    /// Its id.
    pub(crate) id: DeviceId,
    /// Its key.
    pub(crate) key: DeviceKey,
    /// Its name.
    pub(crate) name: String,
    /// The prototype it was made from.
    pub(crate) prototype: ProductId,
}

/// What a device told about itself, and people about it.
#[derive(Clone, Debug, Default)]
pub(crate) struct DeviceFacts {
    /// The firmware version that it reported last.
    pub(crate) firmware_version: Option<String>,
    /// When anything came from it last, as of when it went away.
    pub(crate) last_seen: Option<Timestamp>,
    /// Free text.
    pub(crate) description: String,
    /// Words to find it by.
    pub(crate) tags: Vec<String>,
}

impl Store {
    /// Moves on with every change of prototypes, devices and users, whichever process makes it.
    pub(crate) async fn revision(&self) -> Result<i64> {
        Ok(sqlx::query_scalar("SELECT n FROM revision").fetch_one(&self.pool).await?)
    }

    /// All prototypes and devices, and the revision that they are of.
    pub(crate) async fn registry(&self) -> Result<(i64, Vec<Prototype>, Vec<DeviceRow>)> {
        let mut tx = self.pool.begin().await?;
        let revision = sqlx::query_scalar("SELECT n FROM revision").fetch_one(&mut *tx).await?;
        let documents: Vec<(String,)> =
            sqlx::query_as("SELECT document FROM prototypes ORDER BY id")
                .fetch_all(&mut *tx)
                .await?;
        let rows: Vec<(String, String, String, String)> =
            sqlx::query_as("SELECT id, key, name, prototype FROM devices ORDER BY id")
                .fetch_all(&mut *tx)
                .await?;
        let prototypes = documents
            .iter()
            .map(|(text,)| serde_json::from_str(text).context("a stored prototype cannot be read"))
            .collect::<Result<_>>()?;
        let devices = rows
            .into_iter()
            .map(|(id, key, name, prototype)| {
                Ok(DeviceRow {
                    id: id.parse()?,
                    key: key.parse()?,
                    name,
                    prototype: prototype.parse()?,
                })
            })
            .collect::<Result<_>>()?;
        Ok((revision, prototypes, devices))
    }

    /// Adds a prototype, or replaces the one with its id.
    pub(crate) async fn put_prototype(&self, prototype: &Prototype) -> Result<()> {
        let mut tx = self.begin().await?;
        sqlx::query(
            "INSERT INTO prototypes (id, document, created) VALUES (?, ?, ?) \
             ON CONFLICT DO UPDATE SET document = excluded.document",
        )
        .bind(prototype.id.as_str())
        .bind(serde_json::to_string(prototype)?)
        .bind(millis(clock::now()))
        .execute(&mut *tx)
        .await?;
        move_on(&mut tx).await?;
        tx.commit().await?;
        Ok(())
    }

    /// Adds a device. Its id must be new and its prototype known.
    pub(crate) async fn add_device(&self, device: &DeviceRow) -> Result<()> {
        self.add_devices(std::slice::from_ref(device)).await
    }

    /// Adds devices: all or none.
    pub(crate) async fn add_devices(&self, devices: &[DeviceRow]) -> Result<()> {
        let mut tx = self.begin().await?;
        for device in devices {
            add_device(&mut tx, device).await?;
        }
        move_on(&mut tx).await?;
        tx.commit().await?;
        Ok(())
    }

    /// What every device told about itself, by id.
    pub(crate) async fn device_facts(&self) -> Result<Vec<(DeviceId, DeviceFacts)>> {
        let rows = sqlx::query(
            "SELECT id, firmware_version, last_seen, description, tags FROM devices ORDER BY id",
        )
        .fetch_all(&self.pool)
        .await?;
        let facts = |row: &SqliteRow| {
            let tags = serde_json::from_str(row.try_get("tags")?);
            let facts = DeviceFacts {
                firmware_version: row.try_get("firmware_version")?,
                last_seen: row.try_get::<Option<i64>, _>("last_seen")?.map(timestamp),
                description: row.try_get("description")?,
                tags: tags.context("stored tags cannot be read")?,
            };
            Ok((row.try_get::<&str, _>("id")?.parse()?, facts))
        };
        rows.iter().map(facts).collect()
    }

    /// The firmware version that a device reported last.
    pub(crate) async fn firmware_version(&self, device: &DeviceId) -> Result<Option<String>> {
        let row: Option<(Option<String>,)> =
            sqlx::query_as("SELECT firmware_version FROM devices WHERE id = ?")
                .bind(device.as_str())
                .fetch_optional(&self.pool)
                .await?;
        Ok(row.and_then(|(version,)| version))
    }

    /// Keeps the firmware version that a device reported.
    pub(crate) async fn set_firmware_version(
        &self,
        device: &DeviceId,
        version: &str,
    ) -> Result<()> {
        sqlx::query("UPDATE devices SET firmware_version = ? WHERE id = ?")
            .bind(version)
            .bind(device.as_str())
            .execute(&self.pool)
            .await?;
        Ok(())
    }

    /// Keeps when devices were heard last, and where, as far as that is known.
    pub(crate) async fn set_last_seen(
        &self,
        heard: &[(DeviceId, Timestamp, Option<IpAddr>)],
    ) -> Result<()> {
        if heard.is_empty() {
            return Ok(());
        }
        let mut tx = self.begin().await?;
        for (device, at, from) in heard {
            sqlx::query(
                "UPDATE devices SET last_seen = ?, last_ip = coalesce(?, last_ip) WHERE id = ?",
            )
            .bind(millis(*at))
            .bind(from.map(|it| it.to_string()))
            .bind(device.as_str())
            .execute(&mut *tx)
            .await?;
        }
        tx.commit().await?;
        Ok(())
    }
}

pub(super) async fn add_device(
    tx: &mut Transaction<'static, Sqlite>,
    device: &DeviceRow,
) -> Result<()> {
    let known: Option<(i64,)> = sqlx::query_as("SELECT 1 FROM prototypes WHERE id = ?")
        .bind(device.prototype.as_str())
        .fetch_optional(&mut **tx)
        .await?;
    if known.is_none() {
        bail!("there is no prototype {}", device.prototype);
    }
    let added = sqlx::query(
        "INSERT INTO devices (id, key, name, prototype, created) VALUES (?, ?, ?, ?, ?) \
         ON CONFLICT DO NOTHING",
    )
    .bind(device.id.as_str())
    .bind(device.key.as_str())
    .bind(&device.name)
    .bind(device.prototype.as_str())
    .bind(millis(clock::now()))
    .execute(&mut **tx)
    .await?;
    if added.rows_affected() == 0 {
        bail!("there is a device {} already", device.id);
    }
    Ok(())
}

pub(super) async fn move_on(tx: &mut Transaction<'static, Sqlite>) -> Result<()> {
    sqlx::query("UPDATE revision SET n = n + 1").execute(&mut **tx).await?;
    Ok(())
}
