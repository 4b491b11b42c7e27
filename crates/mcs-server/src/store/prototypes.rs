//! Prototypes as people edit them.

use std::collections::BTreeSet;

use anyhow::{Context as _, Result};
use mcs_model::api::{HiddenHistory, PrototypeDraft};
use mcs_model::prototype_file::Carried;
use mcs_model::{Channel, ChannelId, ProductId, Prototype, Timestamp};
use sqlx::sqlite::SqliteRow;
use sqlx::{FromRow, Row as _, SqliteConnection};

use super::Store;
use super::points::timestamp;
use super::registry::move_on;
use super::writer::millis;
use crate::clock;

/// The most prototypes of a server.
pub(crate) const MAX_PROTOTYPES: i64 = 1000;

/// A prototype, and who edited it.
#[derive(Clone, Debug)]
pub(crate) struct PrototypeRow {
    /// What it says.
    pub(crate) prototype: Prototype,
    /// Counts its edits.
    pub(crate) revision: u64,
    /// When it was edited last.
    pub(crate) edited: Option<Timestamp>,
    /// By whom; empty if never.
    pub(crate) edited_by: String,
    /// What its file says beyond it.
    pub(crate) carried: Carried,
}

/// What somebody wants to change.
#[derive(Clone, Debug)]
pub(crate) struct Edit {
    /// Of which prototype.
    pub(crate) id: ProductId,
    /// The revision that the edit began from.
    pub(crate) revision: u64,
    /// What it shall say.
    pub(crate) draft: PrototypeDraft,
    /// The channels whose history may be hidden.
    pub(crate) hide: BTreeSet<ChannelId>,
    /// Who edits.
    pub(crate) user: String,
}

/// What became of an edit.
#[derive(Clone, Debug)]
pub(crate) enum Edited {
    /// It is done.
    Saved,
    /// There is no such prototype.
    Unknown,
    /// Somebody else was faster.
    Outdated,
    /// It would hide history that it does not name.
    Hides(Vec<HiddenHistory>),
}

/// What became of a removal.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Removal {
    /// It is done.
    Removed,
    /// There is no such prototype.
    Unknown,
    /// It has so many devices.
    InUse(i64),
}

impl FromRow<'_, SqliteRow> for PrototypeRow {
    fn from_row(row: &SqliteRow) -> sqlx::Result<Self> {
        let json = |error: serde_json::Error| sqlx::Error::Decode(error.into());
        Ok(Self {
            prototype: serde_json::from_str(row.try_get("document")?).map_err(json)?,
            revision: u64::try_from(row.try_get::<i64, _>("revision")?).unwrap_or_default(),
            edited: row.try_get::<Option<i64>, _>("edited")?.map(timestamp),
            edited_by: row.try_get("edited_by")?,
            carried: serde_json::from_str(row.try_get("carried")?).map_err(json)?,
        })
    }
}

impl Store {
    /// The prototype with this id.
    pub(crate) async fn prototype(&self, id: &ProductId) -> Result<Option<PrototypeRow>> {
        let row = sqlx::query_as(
            "SELECT document, revision, edited, edited_by, carried FROM prototypes WHERE id = ?",
        );
        row.bind(id.as_str()).fetch_optional(&self.pool).await.context("a prototype cannot be read")
    }

    /// When each prototype was edited last, if ever.
    pub(crate) async fn prototypes_edited(&self) -> Result<Vec<(ProductId, Timestamp)>> {
        let rows: Vec<(String, i64)> =
            sqlx::query_as("SELECT id, edited FROM prototypes WHERE edited IS NOT NULL")
                .fetch_all(&self.pool)
                .await?;
        rows.into_iter().map(|(id, at)| Ok((id.parse()?, timestamp(at)))).collect()
    }

    /// Adds a prototype; `false` when there are [`MAX_PROTOTYPES`] already.
    pub(crate) async fn add_prototype(
        &self,
        prototype: &Prototype,
        carried: &Carried,
        user: &str,
    ) -> Result<bool> {
        let mut tx = self.begin().await?;
        let count: i64 =
            sqlx::query_scalar("SELECT COUNT(*) FROM prototypes").fetch_one(&mut *tx).await?;
        if count >= MAX_PROTOTYPES {
            return Ok(false);
        }
        let now = millis(clock::now());
        sqlx::query(
            "INSERT INTO prototypes (id, document, created, edited, edited_by, carried) \
             VALUES (?, ?, ?, ?, ?, ?)",
        )
        .bind(prototype.id.as_str())
        .bind(serde_json::to_string(prototype)?)
        .bind(now)
        .bind(now)
        .bind(user)
        .bind(serde_json::to_string(carried)?)
        .execute(&mut *tx)
        .await?;
        move_on(&mut tx).await?;
        tx.commit().await?;
        Ok(true)
    }

    /// Edits a prototype; the history of channels that go or get another type is hidden with it.
    pub(crate) async fn edit_prototype(&self, edit: &Edit) -> Result<Edited> {
        let mut tx = self.begin().await?;
        let row: Option<(String, i64)> =
            sqlx::query_as("SELECT document, revision FROM prototypes WHERE id = ?")
                .bind(edit.id.as_str())
                .fetch_optional(&mut *tx)
                .await?;
        let Some((document, revision)) = row else { return Ok(Edited::Unknown) };
        if u64::try_from(revision) != Ok(edit.revision) {
            return Ok(Edited::Outdated);
        }
        let former: Prototype =
            serde_json::from_str(&document).context("a stored prototype cannot be read")?;
        let prototype = edit.draft.clone().with_id(edit.id.clone());
        let mut hides = Vec::new();
        for channel in former.channels.iter().filter(|it| !stays(it, &prototype)) {
            let devices = with_history(&mut tx, &edit.id, &channel.id).await?;
            if devices > 0 && !edit.hide.contains(&channel.id) {
                hides.push(HiddenHistory { channel: channel.id.clone(), devices });
            }
        }
        if !hides.is_empty() {
            return Ok(Edited::Hides(hides));
        }
        for channel in former.channels.iter().filter(|it| !stays(it, &prototype)) {
            hide(&mut tx, &edit.id, &channel.id, channel.kind.name()).await?;
        }
        for channel in prototype.channels.iter().filter(|it| !stays(it, &former)) {
            // A point may have been on its way when the channel went.
            hide(&mut tx, &edit.id, &channel.id, "").await?;
            show(&mut tx, &edit.id, channel).await?;
        }
        sqlx::query(
            "UPDATE prototypes SET document = ?, revision = revision + 1, edited = ?, edited_by = ? \
             WHERE id = ?",
        )
        .bind(serde_json::to_string(&prototype)?)
        .bind(millis(clock::now()))
        .bind(&edit.user)
        .bind(edit.id.as_str())
        .execute(&mut *tx)
        .await?;
        move_on(&mut tx).await?;
        tx.commit().await?;
        Ok(Edited::Saved)
    }

    /// Removes a prototype with its firmwares, unless it has devices. The files go when a server starts.
    pub(crate) async fn delete_prototype(&self, id: &ProductId) -> Result<Removal> {
        let mut tx = self.begin().await?;
        let devices: i64 = sqlx::query_scalar("SELECT COUNT(*) FROM devices WHERE prototype = ?")
            .bind(id.as_str())
            .fetch_one(&mut *tx)
            .await?;
        if devices > 0 {
            return Ok(Removal::InUse(devices));
        }
        sqlx::query("DELETE FROM firmwares WHERE prototype = ?")
            .bind(id.as_str())
            .execute(&mut *tx)
            .await?;
        let removed = sqlx::query("DELETE FROM prototypes WHERE id = ?")
            .bind(id.as_str())
            .execute(&mut *tx)
            .await?;
        if removed.rows_affected() == 0 {
            return Ok(Removal::Unknown);
        }
        move_on(&mut tx).await?;
        tx.commit().await?;
        Ok(Removal::Removed)
    }
}

/// Whether `prototype` has the channel too, with the same type.
fn stays(channel: &Channel, prototype: &Prototype) -> bool {
    let same = |it: &Channel| it.kind.name() == channel.kind.name();
    prototype.channel(&channel.id).is_some_and(same)
}

/// How many devices of the prototype have points of the channel.
async fn with_history(
    tx: &mut SqliteConnection,
    prototype: &ProductId,
    channel: &ChannelId,
) -> Result<u32> {
    let devices: i64 = sqlx::query_scalar(
        "SELECT COUNT(*) FROM devices d JOIN series s ON s.device = d.id AND s.channel = ? \
         WHERE d.prototype = ? AND EXISTS (SELECT 1 FROM points WHERE series = s.id)",
    )
    .bind(channel.as_str())
    .bind(prototype.as_str())
    .fetch_one(tx)
    .await?;
    Ok(u32::try_from(devices).unwrap_or(u32::MAX))
}

/// Hides the history of a channel whose type has this name.
async fn hide(
    tx: &mut SqliteConnection,
    prototype: &ProductId,
    channel: &ChannelId,
    kind: &str,
) -> sqlx::Result<()> {
    sqlx::query(
        "INSERT INTO hidden_series SELECT s.id, s.device, s.channel, ?3 \
         FROM devices d JOIN series s ON s.device = d.id AND s.channel = ?2 WHERE d.prototype = ?1",
    )
    .bind(prototype.as_str())
    .bind(channel.as_str())
    .bind(kind)
    .execute(&mut *tx)
    .await?;
    sqlx::query(
        "DELETE FROM series WHERE channel = ?2 \
         AND device IN (SELECT id FROM devices WHERE prototype = ?1)",
    )
    .bind(prototype.as_str())
    .bind(channel.as_str())
    .execute(&mut *tx)
    .await?;
    Ok(())
}

/// Shows the history again that a channel of the same id and type had.
async fn show(
    tx: &mut SqliteConnection,
    prototype: &ProductId,
    channel: &Channel,
) -> sqlx::Result<()> {
    sqlx::query(
        "INSERT INTO series (id, device, channel) SELECT MAX(h.id), h.device, h.channel \
         FROM devices d JOIN hidden_series h ON h.device = d.id AND h.channel = ?2 AND h.kind = ?3 \
         WHERE d.prototype = ?1 GROUP BY h.device",
    )
    .bind(prototype.as_str())
    .bind(channel.id.as_str())
    .bind(channel.kind.name())
    .execute(&mut *tx)
    .await?;
    sqlx::query("DELETE FROM hidden_series WHERE id IN (SELECT id FROM series)")
        .execute(&mut *tx)
        .await?;
    Ok(())
}
