//! Points by when they came.
//!
//! A point whose own time is that of its arrival, or that was stored before arrivals were kept, is found by
//! its own time; every other one by the index of arrivals.

use anyhow::Result;
use sqlx::SqliteConnection;

use super::value::{NUMBER, PERIOD};

/// The newest points of a channel that came within a window.
pub(super) const PAGE: &str = "SELECT at, kind, value FROM (\
     SELECT * FROM (SELECT at, arrived, kind, value FROM points \
     WHERE series = (SELECT id FROM series WHERE device = ?1 AND channel = ?2) \
     AND at BETWEEN ?3 AND ?4 AND came IS NULL ORDER BY at DESC, arrived DESC LIMIT ?5 + ?6) \
     UNION ALL \
     SELECT * FROM (SELECT came, arrived, kind, value FROM points \
     WHERE series = (SELECT id FROM series WHERE device = ?1 AND channel = ?2) \
     AND came BETWEEN ?3 AND ?4 ORDER BY came DESC, arrived DESC LIMIT ?5 + ?6)) \
     ORDER BY at DESC, arrived DESC LIMIT ?5 OFFSET ?6";

/// The points of a window, as `series::POINTS` gives them by their own time.
pub(super) const POINTS: &str = "SELECT at, \
     iif(octet_length(value) > ?4, NULL, kind) AS kind, \
     iif(octet_length(value) > ?4, NULL, value) AS value FROM (\
     SELECT at, arrived, kind, value FROM points \
     WHERE series = ?1 AND at BETWEEN ?2 AND ?3 AND came IS NULL \
     UNION ALL \
     SELECT came, arrived, kind, value FROM points WHERE series = ?1 AND came BETWEEN ?2 AND ?3) \
     ORDER BY at, arrived LIMIT ?5";

/// When the first point of a series came.
pub(super) const OLDEST: &str = "SELECT MIN(at) FROM (\
     SELECT MIN(at) AS at FROM points WHERE series = ?1 AND came IS NULL \
     UNION ALL SELECT MIN(came) FROM points WHERE series = ?1 AND came IS NOT NULL)";

/// One more than some number of points of a window, at most.
const COUNT: &str = "SELECT COUNT(*) FROM (\
     SELECT 1 FROM points WHERE series = ?1 AND at BETWEEN ?2 AND ?3 AND came IS NULL \
     UNION ALL SELECT 1 FROM points WHERE series = ?1 AND came BETWEEN ?2 AND ?3 LIMIT ?4 + 1)";

/// The buckets of ?2 ms from ?5 to ?6 that hold a point, as `series::of_points` gives them by the points' own
/// time. There are no sums by arrival: every point of the window is read.
pub(super) fn buckets() -> String {
    // What stands beside the only MIN or MAX of a group is of the row that has it.
    let end = |end| {
        format!(
            "(SELECT n, {end}(arrived), kind, value FROM \
             (SELECT n, arrived, kind, value FROM w) GROUP BY n)"
        )
    };
    let (first, last) = (end("MIN"), end("MAX"));
    format!(
        "WITH w AS MATERIALIZED (\
         SELECT at / ?2 AS n, arrived, kind, value FROM points \
         WHERE series = ?1 AND at BETWEEN ?5 AND ?6 AND came IS NULL \
         UNION ALL \
         SELECT came / ?2, arrived, kind, value FROM points \
         WHERE series = ?1 AND came BETWEEN ?5 AND ?6), \
         b (n, count, low, high, low2, high2) AS (SELECT n, COUNT(*), \
         MIN({NUMBER}), MAX({NUMBER}), MIN({PERIOD}), MAX({PERIOD}) FROM w GROUP BY n) \
         SELECT b.*, \
         iif(octet_length(f.value) > ?3, NULL, f.kind) AS first_kind, \
         iif(octet_length(f.value) > ?3, NULL, f.value) AS first_value, \
         iif(octet_length(l.value) > ?3, NULL, l.kind) AS last_kind, \
         iif(octet_length(l.value) > ?3, NULL, l.value) AS last_value \
         FROM b JOIN {first} f USING (n) JOIN {last} l USING (n) ORDER BY n"
    )
}

/// Whether more than `most` points of a series came from one time to another.
pub(super) async fn are_more(
    tx: &mut SqliteConnection,
    (series, start, end): (i64, i64, i64),
    most: i64,
) -> Result<bool> {
    let count = sqlx::query_scalar(COUNT).bind(series).bind(start).bind(end).bind(most);
    let count: i64 = count.fetch_one(tx).await?;
    Ok(count > most)
}
