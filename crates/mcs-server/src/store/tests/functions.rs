//! The history of functions.

use mcs_model::function::{Run, Trouble};

use super::super::functions::RunRow;
use super::*;

/// A run on a point of this time.
fn run(at: u64) -> RunRow {
    let run = Run {
        at: Timestamp::from_millis(at),
        value: at.to_string(),
        points: Vec::new(),
        console: vec!["logged".to_owned()],
        unlogged: 0,
        troubles: vec![Trouble::Itself],
        micros: 7,
    };
    RunRow { device: device(), channel: channel("n"), run }
}

impl Bench {
    /// The times of the runs that are kept, newest first.
    async fn runs(&self) -> Vec<u64> {
        let runs = self.store.runs(&device(), &channel("n"), 1_000).await.unwrap();
        runs.iter().map(|it| it.at.as_millis()).collect()
    }
}

#[tokio::test]
async fn the_newest_hundred_runs_of_a_function_are_kept_and_outlive_a_restart() {
    let before = Bench::new("runs").await;
    for first in [0, 50, 100] {
        before.store.add_runs((first..first + 50).map(run).collect()).await.unwrap();
    }
    let newest: Vec<_> = (50..150).rev().collect();
    assert_eq!(before.runs().await, newest);
    before.store.close().await;
    let bench = Bench::new("runs").await;
    assert_eq!(bench.runs().await, newest);
}

#[tokio::test]
async fn runs_go_with_the_age_that_a_rule_gives_points() {
    const DAY: u64 = 86_400_000;
    let bench = Bench::new("old-runs").await;
    bench.register().await;
    bench.write(&[number(DAY, 1), number(9 * DAY, 2)]).await.committed().await.unwrap();
    bench.store.add_runs([DAY, 9 * DAY].map(run).into()).await.unwrap();
    let week = KeepRule { days: std::num::NonZeroU32::new(7), ..KeepRule::default() };
    bench.store.keep(Timestamp::from_millis(10 * DAY), &[week]).await.unwrap();
    assert_eq!(bench.runs().await, [9 * DAY]);
}

#[tokio::test]
async fn a_run_that_an_older_version_wrote_in_other_words_costs_no_other() {
    let bench = Bench::new("other-runs").await;
    bench.store.add_runs(vec![run(1), run(2)]).await.unwrap();
    let spoilt = "UPDATE runs SET document = json_set(document, '$.troubles', json('[{\"was\":1}]')) WHERE at = 1";
    sqlx::query(spoilt).execute(&bench.store.write).await.unwrap();
    assert_eq!(bench.runs().await, [2]);
}
