//! Points into the database: all of a batch in one transaction.

use std::collections::BTreeMap;
use std::sync::LazyLock;

use mcs_model::{ChannelId, DeviceId};
use sqlx::SqliteConnection;
use sqlx::sqlite::SqlitePool;

use super::{Write, millis};
use crate::store::insert::Insert;
use crate::store::rollups::Additions;
use crate::store::value::{Stored, numbers};

/// Numbers of the series seen so far.
#[derive(Default)]
pub(super) struct Series {
    numbers: BTreeMap<DeviceId, BTreeMap<ChannelId, i64>>,
    /// The registry's state when they were read: a device may have been removed since.
    revision: i64,
}

/// A row of `points`.
struct Row {
    series: i64,
    at: i64,
    arrived: i64,
    value: Stored,
    /// When it came, if that is another time.
    came: Option<i64>,
}

impl Series {
    /// Writes all or nothing.
    pub(super) async fn commit(&mut self, pool: &SqlitePool, writes: &[Write]) -> sqlx::Result<()> {
        if writes.is_empty() {
            return Ok(());
        }
        let outcome = self.try_commit(pool, writes).await;
        if outcome.is_err() {
            // Numbers that were new in the failed transaction do not exist.
            self.numbers.clear();
        }
        outcome
    }

    async fn try_commit(&mut self, pool: &SqlitePool, writes: &[Write]) -> sqlx::Result<()> {
        let mut tx = pool.begin_with("BEGIN IMMEDIATE").await?;
        let count = writes.iter().map(|it| it.points.len()).sum();
        let mut arrived = self.arrive(&mut tx, count).await?;
        let mut rows = Vec::with_capacity(count);
        let mut additions = Additions::default();
        for Write { device, points, came, resent } in writes {
            for point in points {
                let series = self.number(&mut tx, device, &point.channel).await?;
                let (at, value) = (millis(point.timestamp), Stored::encode(&point.value));
                let came = Some(millis(*came)).filter(|it| *it != at);
                let row = Row { series, at, arrived, value, came };
                arrived += 1;
                // Its first copy may be in this very batch.
                if *resent {
                    insert(&mut tx, std::mem::take(&mut rows)).await?;
                    if is_stored(&mut tx, &row).await? {
                        continue;
                    }
                }
                additions.add(series, at, numbers(&point.value));
                rows.push(row);
            }
        }
        insert(&mut tx, rows).await?;
        additions.store(&mut tx).await?;
        tx.commit().await
    }

    /// Counts the next `count` points, and answers the number of the first of them.
    async fn arrive(&mut self, tx: &mut SqliteConnection, count: usize) -> sqlx::Result<i64> {
        let count = i64::try_from(count).unwrap_or(i64::MAX);
        let (last, revision): (i64, i64) =
            sqlx::query_as("UPDATE arrivals SET n = n + ? RETURNING n, (SELECT n FROM revision)")
                .bind(count)
                .fetch_one(tx)
                .await?;
        if revision != self.revision {
            self.numbers.clear();
            self.revision = revision;
        }
        Ok(last - count + 1)
    }

    async fn number(
        &mut self,
        tx: &mut SqliteConnection,
        device: &DeviceId,
        channel: &ChannelId,
    ) -> sqlx::Result<i64> {
        if let Some(number) = self.numbers.get(device).and_then(|it| it.get(channel)) {
            return Ok(*number);
        }
        let number = sqlx::query_scalar(
            "INSERT INTO series (device, channel) VALUES (?, ?) \
             ON CONFLICT DO UPDATE SET device = excluded.device RETURNING id",
        )
        .bind(device.as_str())
        .bind(channel.as_str())
        .fetch_one(tx)
        .await?;
        self.numbers.entry(device.clone()).or_default().insert(channel.clone(), number);
        Ok(number)
    }
}

async fn insert(tx: &mut SqliteConnection, rows: Vec<Row>) -> sqlx::Result<()> {
    static INSERT: LazyLock<Insert> =
        LazyLock::new(|| Insert::new("points (series, at, arrived, came, kind, value)", 6, ""));
    let inserted = INSERT.run(tx, rows, |query, row| {
        row.value.bind(query.bind(row.series).bind(row.at).bind(row.arrived).bind(row.came))
    });
    inserted.await
}

/// Whether there is such a point at that time.
async fn is_stored(tx: &mut SqliteConnection, row: &Row) -> sqlx::Result<bool> {
    let query = sqlx::query(
        "SELECT 1 FROM points WHERE series = ? AND at = ? AND kind = ? AND value = ? LIMIT 1",
    );
    let query = row.value.clone().bind(query.bind(row.series).bind(row.at));
    Ok(query.fetch_optional(tx).await?.is_some())
}
