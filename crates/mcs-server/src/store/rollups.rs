//! Sums over a minute of each series, kept in step with the points.

use std::collections::BTreeMap;
use std::sync::LazyLock;

use sqlx::{AssertSqlSafe, SqliteConnection};

use super::insert::Insert;
use super::value::{NUMBER, Numbers, PERIOD};

/// Milliseconds of a slot.
pub(super) const SLOT: i64 = 60_000;

/// What a commit adds to the rollups.
#[derive(Default)]
pub(super) struct Additions {
    slots: BTreeMap<(i64, i64), Rollup>,
}

#[derive(Clone, Copy, Debug, Default, PartialEq)]
struct Rollup {
    count: i64,
    number: Range,
    period: Range,
}

/// Least and greatest.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
struct Range(Option<(f64, f64)>);

impl Range {
    fn add(&mut self, number: Option<f64>) {
        if let Some(number) = number {
            let (low, high) = self.0.unwrap_or((number, number));
            self.0 = Some((low.min(number), high.max(number)));
        }
    }

    fn low(self) -> Option<f64> {
        self.0.map(|(low, _)| low)
    }

    fn high(self) -> Option<f64> {
        self.0.map(|(_, high)| high)
    }
}

impl Additions {
    /// A point that is stored in the same transaction.
    pub(super) fn add(&mut self, series: i64, at: i64, (number, period): Numbers) {
        let rollup = self.slots.entry((series, at / SLOT)).or_default();
        rollup.count += 1;
        rollup.number.add(number);
        rollup.period.add(period);
    }

    /// Adds all to what is there.
    pub(super) async fn store(self, tx: &mut SqliteConnection) -> sqlx::Result<()> {
        static INSERT: LazyLock<Insert> = LazyLock::new(|| {
            let add = "ON CONFLICT DO UPDATE SET count = count + excluded.count, \
                 low = coalesce(min(low, excluded.low), low, excluded.low), \
                 high = coalesce(max(high, excluded.high), high, excluded.high), \
                 low2 = coalesce(min(low2, excluded.low2), low2, excluded.low2), \
                 high2 = coalesce(max(high2, excluded.high2), high2, excluded.high2)";
            Insert::new("rollups (series, slot, count, low, high, low2, high2)", 7, add)
        });
        let slots = self.slots.into_iter().collect();
        let stored = INSERT.run(tx, slots, |query, ((series, slot), it): ((i64, i64), Rollup)| {
            let query = query.bind(series).bind(slot).bind(it.count);
            let query = query.bind(it.number.low()).bind(it.number.high());
            query.bind(it.period.low()).bind(it.period.high())
        });
        stored.await
    }
}

/// Makes the rollups true again after all points of `series` up to `at` were deleted, or some of that
/// millisecond.
pub(super) async fn cut(tx: &mut SqliteConnection, series: i64, at: i64) -> sqlx::Result<()> {
    sqlx::query(DELETE).bind(series).bind(at / SLOT).execute(&mut *tx).await?;
    let slot = at / SLOT * SLOT;
    sqlx::query(AssertSqlSafe(again()))
        .bind(series)
        .bind(slot)
        .bind(slot.saturating_add(SLOT))
        .execute(&mut *tx)
        .await?;
    Ok(())
}

/// The rollups of a series up to one of them.
pub(super) const DELETE: &str = "DELETE FROM rollups WHERE series = ? AND slot <= ?";

/// Sums up the points of one slot again.
pub(super) fn again() -> String {
    // Without GROUP BY there would be a row where there are no points.
    format!(
        "INSERT INTO rollups SELECT series, at / {SLOT}, COUNT(*), \
         MIN({NUMBER}), MAX({NUMBER}), MIN({PERIOD}), MAX({PERIOD}) \
         FROM points WHERE series = ? AND at >= ? AND at < ? GROUP BY series"
    )
}
