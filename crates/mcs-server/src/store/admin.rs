//! What administrators do to prototypes and devices.

use anyhow::{Result, bail};
use mcs_model::api::DeviceEdit;
use mcs_model::{DeviceId, DeviceKey, ProductId};
use sqlx::{Sqlite, Transaction};

use super::registry::move_on;
use super::{Removal, Store};

impl Store {
    /// Gives a device another name.
    pub(crate) async fn rename_device(&self, device: &DeviceId, name: &str) -> Result<()> {
        let mut tx = self.begin().await?;
        let renamed = sqlx::query("UPDATE devices SET name = ? WHERE id = ?")
            .bind(name)
            .bind(device.as_str())
            .execute(&mut *tx)
            .await?;
        known(renamed.rows_affected(), device)?;
        move_on(&mut tx).await?;
        tx.commit().await?;
        Ok(())
    }

    /// Changes what is written about a device; `false` if there is none.
    pub(crate) async fn edit_device(&self, device: &DeviceId, edit: &DeviceEdit) -> Result<bool> {
        let mut tx = self.begin().await?;
        let edited =
            sqlx::query("UPDATE devices SET name = ?, description = ?, tags = ? WHERE id = ?")
                .bind(&edit.name)
                .bind(&edit.description)
                .bind(serde_json::to_string(&edit.tags)?)
                .bind(device.as_str())
                .execute(&mut *tx)
                .await?;
        move_on(&mut tx).await?;
        tx.commit().await?;
        Ok(edited.rows_affected() > 0)
    }

    /// Gives a device another key. What the broker retains under the former one goes.
    pub(crate) async fn set_key(&self, device: &DeviceId, key: &DeviceKey) -> Result<()> {
        let mut tx = self.begin().await?;
        let changed = sqlx::query("UPDATE devices SET key = ? WHERE id = ?")
            .bind(key.as_str())
            .bind(device.as_str())
            .execute(&mut *tx)
            .await?;
        known(changed.rows_affected(), device)?;
        forget_retained(&mut tx, device).await?;
        move_on(&mut tx).await?;
        tx.commit().await?;
        Ok(())
    }

    /// Removes a device with everything that is kept of it.
    pub(crate) async fn remove_device(&self, device: &DeviceId) -> Result<()> {
        let removed = self.delete_device(device, true).await?;
        known(u64::from(removed), device)?;
        while self.delete_removed().await? {}
        Ok(())
    }

    /// Removes a prototype with its firmwares; it must have no devices. The files go when a server starts.
    pub(crate) async fn remove_prototype(&self, prototype: &ProductId) -> Result<()> {
        match self.delete_prototype(prototype).await? {
            Removal::Removed => Ok(()),
            Removal::Unknown => bail!("there is no prototype {prototype}"),
            Removal::InUse(devices) => {
                bail!("the prototype {prototype} has {devices} devices: remove them first")
            }
        }
    }
}

/// That a statement found the device.
fn known(rows: u64, device: &DeviceId) -> Result<()> {
    if rows == 0 {
        bail!("there is no device {device}");
    }
    Ok(())
}

/// Retained messages outlive the process, and their topics hold the key.
pub(super) async fn forget_retained(
    tx: &mut Transaction<'static, Sqlite>,
    device: &DeviceId,
) -> Result<()> {
    sqlx::query("DELETE FROM retained WHERE substr(topic, 1, length(?1)) = ?1")
        .bind(format!("mcs/{device}/"))
        .execute(&mut **tx)
        .await?;
    Ok(())
}
