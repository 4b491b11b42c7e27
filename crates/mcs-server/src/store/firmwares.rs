//! Firmwares. The files themselves are in `crate::firmware`.

use anyhow::Result;
use mcs_model::{FirmwareId, ProductId, Timestamp};
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
    /// Who vouches for it.
    pub(crate) proof: Option<Proof>,
}

/// What was proven of a firmware when it came.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Proof {
    /// The manifest as it came.
    pub(crate) manifest: String,
    /// Its signature as it came.
    pub(crate) signature: String,
    /// The id of the key.
    pub(crate) key: String,
    /// What the manifest says; not above `i64::MAX`.
    pub(crate) seq: u64,
}

const FIRMWARE: &str = "SELECT id, prototype, name, version, note, size, md5, sha256, token, \
                        uploaded, compatible, manifest, signature, signed_by, seq FROM firmwares ";

impl Store {
    /// Adds a firmware; `false` when its prototype has that version already, or one with its `seq`.
    pub(crate) async fn add_firmware(&self, firmware: &FirmwareRow) -> Result<bool> {
        let proof = firmware.proof.as_ref();
        let added = sqlx::query(
            "INSERT INTO firmwares \
             (id, prototype, name, version, note, size, md5, sha256, token, uploaded, \
             compatible, manifest, signature, signed_by, seq) \
             VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?) ON CONFLICT DO NOTHING",
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
        .bind(proof.map(|it| &it.manifest))
        .bind(proof.map(|it| &it.signature))
        .bind(proof.map(|it| &it.key))
        .bind(proof.map(|it| i64::try_from(it.seq)).transpose()?)
        .execute(&self.pool)
        .await?;
        Ok(added.rows_affected() > 0)
    }

    /// The highest `seq` that a signed firmware of the prototype has or had.
    pub(crate) async fn newest_seq(&self, prototype: &ProductId) -> Result<Option<u64>> {
        let newest: Option<i64> = sqlx::query_scalar(
            "SELECT max(seq) FROM (SELECT seq FROM firmwares WHERE prototype = ?1 \
             UNION ALL SELECT seq FROM removed_seqs WHERE prototype = ?1)",
        )
        .bind(prototype.as_str())
        .fetch_one(&self.pool)
        .await?;
        Ok(newest.map(u64::try_from).transpose()?)
    }

    /// Removes a firmware; its `seq` stays taken. The file is another matter.
    pub(crate) async fn remove_firmware(&self, firmware: &FirmwareRow) -> Result<()> {
        let mut tx = self.begin().await?;
        sqlx::query(
            "INSERT INTO removed_seqs SELECT prototype, seq FROM firmwares \
             WHERE id = ? AND seq IS NOT NULL \
             ON CONFLICT (prototype) DO UPDATE SET seq = max(seq, excluded.seq)",
        )
        .bind(firmware.id.as_str())
        .execute(&mut *tx)
        .await?;
        sqlx::query("DELETE FROM firmwares WHERE id = ?")
            .bind(firmware.id.as_str())
            .execute(&mut *tx)
            .await?;
        tx.commit().await?;
        Ok(())
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

    /// The firmware with this download token.
    pub(crate) async fn firmware_of_token(&self, token: &str) -> Result<Option<FirmwareRow>> {
        Ok(self.find("WHERE token = ?", token).await?.pop())
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
        proof: proof(row)?,
    })
}

fn proof(row: &SqliteRow) -> Result<Option<Proof>> {
    let Some(manifest) = row.try_get::<Option<String>, _>("manifest")? else { return Ok(None) };
    Ok(Some(Proof {
        manifest,
        signature: row.try_get("signature")?,
        key: row.try_get("signed_by")?,
        seq: u64::try_from(row.try_get::<i64, _>("seq")?)?,
    }))
}

fn list(firmwares: Option<&[FirmwareId]>) -> Option<String> {
    // A list of texts: JSON can write it.
    firmwares.map(|it| serde_json::to_string(it).unwrap_or_default())
}
