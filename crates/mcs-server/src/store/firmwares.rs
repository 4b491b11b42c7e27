//! Firmwares and their pushes. The files themselves are in `crate::firmware`.

use anyhow::Result;
use mcs_model::{DeviceId, FirmwareId, ProductId, Timestamp};
use sqlx::sqlite::SqliteRow;
use sqlx::{FromRow as _, Row as _};

use super::Store;
use super::points::timestamp;
use super::writer::millis;

/// A firmware whose file is stored.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct FirmwareRow {
    /// Its id, which also names its file.
    pub(crate) id: FirmwareId,
    /// The prototype that it is for.
    pub(crate) prototype: ProductId,
    /// Its name.
    pub(crate) name: String,
    /// Its version, unique in the prototype.
    pub(crate) version: String,
    /// Release note.
    pub(crate) note: String,
    /// Bytes.
    pub(crate) size: u64,
    /// 32 lower-case hex digits.
    pub md5: String,
    /// 64 lower-case hex digits.
    pub sha256: String,
    /// Last part of the download address that belongs to no push.
    pub(crate) token: String,
    /// When it was uploaded.
    pub(crate) uploaded: Timestamp,
    /// The firmwares that a device must run to get this one; `None` is any.
    pub(crate) compatible: Option<Vec<FirmwareId>>,
}

/// The newest push to a device.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct PushRow {
    /// The device.
    pub(crate) device: DeviceId,
    /// The firmware.
    pub(crate) firmware: FirmwareId,
    /// Last part of the download address.
    pub(crate) token: String,
    /// The state machine as JSON.
    pub(crate) rollout: String,
}

const FIRMWARE: &str = "SELECT id, prototype, name, version, note, size, md5, sha256, token, \
                        uploaded, compatible FROM firmwares ";

impl Store {
    /// Adds a firmware; `false` when its prototype has that version already.
    pub(crate) async fn add_firmware(&self, firmware: &FirmwareRow) -> Result<bool> {
        let added = sqlx::query(
            "INSERT INTO firmwares \
             (id, prototype, name, version, note, size, md5, sha256, token, uploaded, \
             compatible) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?) ON CONFLICT DO NOTHING",
        )
        .bind(firmware.id.as_str())
        .bind(firmware.prototype.as_str())
        .bind(&firmware.name)
        .bind(&firmware.version)
        .bind(&firmware.note)
        .bind(i64::try_from(firmware.size)?)
        .bind(&firmware.md5)
        .bind(&firmware.sha256)
        .bind(&firmware.token)
        .bind(millis(firmware.uploaded))
        .bind(list(firmware.compatible.as_deref()))
        .execute(&self.pool)
        .await?;
        Ok(added.rows_affected() > 0)
    }

    /// Changes what is said about a firmware; its file and version stay.
    pub(crate) async fn describe_firmware(&self, firmware: &FirmwareRow) -> Result<()> {
        sqlx::query("UPDATE firmwares SET name = ?, note = ?, compatible = ? WHERE id = ?")
            .bind(&firmware.name)
            .bind(&firmware.note)
            .bind(list(firmware.compatible.as_deref()))
            .bind(firmware.id.as_str())
            .execute(&self.pool)
            .await?;
        Ok(())
    }

    /// The firmwares of a prototype, newest first.
    pub(crate) async fn firmwares(&self, prototype: &ProductId) -> Result<Vec<FirmwareRow>> {
        self.find("WHERE prototype = ? ORDER BY uploaded DESC, id", prototype.as_str()).await
    }

    /// The firmware with this id.
    pub(crate) async fn firmware(&self, id: &FirmwareId) -> Result<Option<FirmwareRow>> {
        Ok(self.find("WHERE id = ?", id.as_str()).await?.pop())
    }

    /// The firmware with this download token of its own, or of a push.
    pub(crate) async fn firmware_of_token(&self, token: &str) -> Result<Option<FirmwareRow>> {
        let of_its_own = self.find("WHERE token = ?", token).await?.pop();
        if of_its_own.is_some() {
            return Ok(of_its_own);
        }
        let of_a_push = "WHERE id = (SELECT firmware FROM pushes WHERE token = ?)";
        Ok(self.find(of_a_push, token).await?.pop())
    }

    /// Keeps the newest push of a device.
    pub(crate) async fn put_push(&self, push: &PushRow) -> Result<()> {
        sqlx::query(
            "INSERT INTO pushes (device, firmware, token, rollout) VALUES (?, ?, ?, ?) \
             ON CONFLICT (device) DO UPDATE SET \
             firmware = excluded.firmware, token = excluded.token, rollout = excluded.rollout",
        )
        .bind(push.device.as_str())
        .bind(push.firmware.as_str())
        .bind(&push.token)
        .bind(&push.rollout)
        .execute(&self.pool)
        .await?;
        Ok(())
    }

    /// The newest push of every device that had one.
    pub(crate) async fn pushes(&self) -> Result<Vec<PushRow>> {
        let rows: Vec<(String, String, String, String)> =
            sqlx::query_as("SELECT device, firmware, token, rollout FROM pushes ORDER BY device")
                .fetch_all(&self.pool)
                .await?;
        rows.into_iter()
            .map(|(device, firmware, token, rollout)| {
                Ok(PushRow { device: device.parse()?, firmware: firmware.parse()?, token, rollout })
            })
            .collect()
    }

    async fn find(&self, condition: &'static str, value: &str) -> Result<Vec<FirmwareRow>> {
        let sql = sqlx::AssertSqlSafe(format!("{FIRMWARE}{condition}"));
        let rows = sqlx::query(sql).bind(value).fetch_all(&self.pool).await?;
        rows.iter().map(firmware).collect()
    }
}

fn firmware(row: &SqliteRow) -> Result<FirmwareRow> {
    type Texts = (String, String, String, String, String);
    let (id, prototype, name, version, note) = Texts::from_row(row)?;
    Ok(FirmwareRow {
        id: id.parse()?,
        prototype: prototype.parse()?,
        name,
        version,
        note,
        size: u64::try_from(row.try_get::<i64, _>("size")?)?,
        md5: row.try_get("md5")?,
        sha256: row.try_get("sha256")?,
        token: row.try_get("token")?,
        uploaded: timestamp(row.try_get("uploaded")?),
        compatible: row
            .try_get::<Option<String>, _>("compatible")?
            .map(|text| serde_json::from_str(&text))
            .transpose()?,
    })
}

fn list(firmwares: Option<&[FirmwareId]>) -> Option<String> {
    // A list of texts: JSON can write it.
    firmwares.map(|it| serde_json::to_string(it).unwrap_or_default())
}
