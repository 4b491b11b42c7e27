//! How the database finds what it is asked for: a plan that reads everything works as well, on a desk.

use sqlx::AssertSqlSafe;

use super::*;
use crate::store::{points, removal, rollups, series, upkeep};

impl Bench {
    /// The steps of a statement that are more than a search in an index that is made for it.
    async fn detours(&self, statement: &str) -> Vec<String> {
        let explain = format!("EXPLAIN QUERY PLAN {statement}");
        let steps: Vec<(i64, i64, i64, String)> =
            sqlx::query_as(AssertSqlSafe(explain)).fetch_all(&self.store.pool).await.unwrap();
        assert!(!steps.is_empty());
        let found = steps.into_iter().map(|(_, _, _, detail)| detail);
        let search = |it: &str| {
            it.starts_with("SEARCH") && it.contains("USING PRIMARY KEY (series=?")
                || it.starts_with("SEARCH series USING COVERING INDEX")
                || it.contains("SUBQUERY")
        };
        found.filter(|it| !search(it)).collect()
    }
}

#[tokio::test]
async fn points_are_searched_never_scanned_or_sorted() {
    let bench = Bench::new("plans").await;
    for statement in [
        points::PAGE,
        series::POINTS,
        series::COUNT,
        removal::OLDEST,
        removal::DELETE,
        upkeep::NEWEST,
        upkeep::LAST_BEFORE,
        upkeep::SLOTS,
        upkeep::NTH_BEFORE,
        rollups::DELETE,
        &rollups::again(),
    ] {
        assert_eq!(bench.detours(statement).await, [""; 0], "{statement}");
    }
}

#[tokio::test]
async fn the_last_points_cost_one_search_a_channel() {
    let bench = Bench::new("plan-of-last").await;
    let detours = bench.detours(points::LAST).await;
    assert_eq!(detours, ["SCAN s USING COVERING INDEX sqlite_autoindex_series_1"]);
}

#[tokio::test]
async fn a_series_reads_a_range_for_each_bucket_and_sorts_the_buckets_only() {
    let bench = Bench::new("plan-of-series").await;
    for statement in [series::of_points(), series::of_rollups()] {
        let detours = bench.detours(&statement).await;
        let expected = [
            "MATERIALIZE b",
            "SCAN json_each VIRTUAL TABLE INDEX 1:",
            "SCAN b",
            "USE TEMP B-TREE FOR ORDER BY",
        ];
        assert_eq!(detours, expected, "{statement}");
    }
}
