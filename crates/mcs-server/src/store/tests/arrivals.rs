//! When points came, and when devices were away.

use mcs_model::api::Absence;

use super::*;

const AT: u64 = 1_432_538_716_000;

impl Bench {
    /// Points with their own times, which all came at once.
    async fn came(&self, at: u64, points: &[DataPoint]) {
        let came = Timestamp::from_millis(at);
        let pending = self.store.write(Write { came, ..write(points) }).await.unwrap();
        pending.committed().await.unwrap();
    }

    async fn moved(&self, at: u64, here: bool) {
        let at = Timestamp::from_millis(at);
        self.store.keep_moves(&[Move { device: device(), at, here }]).await.unwrap();
    }

    async fn absences(&self, start: u64, end: u64) -> Vec<(u64, Option<u64>)> {
        let told = self.series(extent(PointTime::Device, start, end, 10)).await.absences;
        let millis = |it: &Absence| (it.since.as_millis(), it.until.map(Timestamp::as_millis));
        told.iter().map(millis).collect()
    }
}

fn extent(time: PointTime, start: u64, end: u64, buckets: u32) -> Extent {
    let start = Some(Timestamp::from_millis(start));
    Extent { time, start, end: Timestamp::from_millis(end), buckets }
}

fn times_and_numbers(series: Series) -> Vec<(u64, f64)> {
    let SeriesData::Points(points) = series.data else { panic!("buckets") };
    let numbers = points.number.iter().map(|it| it.unwrap());
    points.at.iter().map(|it| it.as_millis()).zip(numbers).collect()
}

#[tokio::test]
async fn points_are_found_by_when_they_came_whatever_their_own_times_are() {
    let bench = Bench::new("arrivals").await;
    // On time; an hour late, two at once; from a clock that is ahead.
    bench.came(AT, &[number(AT, 1)]).await;
    bench.came(AT + 3_600_000, &[number(AT + 7, 2), number(AT + 3, 3)]).await;
    bench.came(AT + 3_600_001, &[number(AT + 9_000_000, 4)]).await;
    let all = bench.series(extent(PointTime::Arrival, 0, u64::MAX >> 1, 10)).await;
    let late = AT + 3_600_000;
    let expected = [(AT, 1.0), (late, 2.0), (late, 3.0), (late + 1, 4.0)];
    assert_eq!(times_and_numbers(all), expected);
    let one = bench.series(extent(PointTime::Arrival, AT + 1, late, 10)).await;
    assert_eq!(times_and_numbers(one), expected[1..3]);
    // The newest that came before a time, as a line of steps asks for it.
    let window = Window { time: PointTime::Arrival, limit: 1, ..EVERYTHING };
    assert_eq!(bench.values(window, Order::OldestFirst).await, (vec![4], true));
    let before = Window { end: Timestamp::from_millis(late), ..window };
    assert_eq!(bench.values(before, Order::OldestFirst).await, (vec![3], true));
}

#[tokio::test]
async fn many_points_come_as_buckets_of_when_they_came() {
    let bench = Bench::new("arrival-buckets").await;
    for n in 0..40 {
        // Every other one is a minute late.
        let at = AT + n * 1000;
        let late = if n % 2 == 0 { 0 } else { 60_000 };
        bench.came(at + late, &[number(at, n as i64)]).await;
    }
    let extent = extent(PointTime::Arrival, AT, AT + 119_999, 6);
    let series = bench.series(extent).await;
    let SeriesData::Buckets(buckets) = series.data else { panic!("points") };
    assert_eq!(buckets.step, 30_000);
    assert_eq!(buckets.count.iter().sum::<u64>(), 40);
    let firsts: Vec<_> = buckets.number.first.iter().map(|it| it.unwrap() as u64 % 2).collect();
    assert_eq!(firsts[0], 0);
    assert_eq!(firsts.last(), Some(&1));
    for (first, last) in buckets.number.first.iter().zip(&buckets.number.last) {
        assert!(first <= last, "{buckets:?}");
    }
    assert_eq!(buckets.number.min, buckets.number.first);
    assert_eq!(buckets.number.max, buckets.number.last);
}

#[tokio::test]
async fn of_points_from_before_arrivals_were_kept_their_own_time_counts() {
    let bench = Bench::new("arrivals-before").await;
    bench.came(AT + 5_000, &[number(AT, 1)]).await;
    sqlx::query("UPDATE points SET came = NULL").execute(&bench.store.write).await.unwrap();
    let all = bench.series(extent(PointTime::Arrival, 0, u64::MAX >> 1, 10)).await;
    assert_eq!(times_and_numbers(all), [(AT, 1.0)]);
}

#[tokio::test]
async fn a_chart_hears_when_the_device_was_away() {
    let bench = Bench::new("absences").await;
    bench.register().await;
    bench.moved(AT, true).await;
    assert_eq!(bench.absences(0, AT * 2).await, []);
    bench.moved(AT + 10, false).await;
    // Gone twice is gone once, since it was here last.
    bench.moved(AT + 20, false).await;
    assert_eq!(bench.absences(0, AT * 2).await, [(AT + 10, None)]);
    bench.moved(AT + 30, true).await;
    bench.moved(AT + 50, false).await;
    assert_eq!(bench.absences(0, AT * 2).await, [(AT + 10, Some(AT + 30)), (AT + 50, None)]);
    assert_eq!(bench.absences(AT, AT + 49).await, [(AT + 10, Some(AT + 30))]);
    assert_eq!(bench.absences(AT + 31, AT + 49).await, []);
    assert_eq!(bench.absences(AT + 60, AT * 2).await, [(AT + 50, None)]);
}

#[tokio::test]
async fn who_was_here_when_the_server_ended_is_away_since_it_was_heard_last() {
    let bench = Bench::new("absences-restart").await;
    bench.register().await;
    bench.store.begin_absences().await.unwrap();
    assert_eq!(bench.absences(0, AT * 2).await, [], "it never was here");
    let heard = (device(), Timestamp::from_millis(AT), None);
    bench.store.set_last_seen(&[heard]).await.unwrap();
    bench.store.begin_absences().await.unwrap();
    bench.store.begin_absences().await.unwrap();
    assert_eq!(bench.absences(0, AT * 2).await, [(AT, None)]);
}

#[tokio::test]
async fn absences_are_bounded_and_go_with_the_points() {
    let bench = Bench::new("absences-bounded").await;
    bench.register().await;
    let moves = (0..2_100).map(|n| Move {
        device: device(),
        at: Timestamp::from_millis(AT + n * 10),
        here: n % 2 == 1,
    });
    bench.store.keep_moves(&moves.collect::<Vec<_>>()).await.unwrap();
    let count = async || -> i64 {
        let count = sqlx::query_scalar("SELECT COUNT(*) FROM absences");
        count.fetch_one(&bench.store.pool).await.unwrap()
    };
    assert_eq!(count().await, 1000);
    assert_eq!(bench.absences(0, AT * 2).await.len(), 500);
    // The newest point stays, and what was before it is of no use.
    bench.came(AT, &[number(AT + 20_900, 1)]).await;
    let rule: KeepRule = KeepRule { points: std::num::NonZeroU64::new(1), ..KeepRule::default() };
    bench.store.keep(Timestamp::from_millis(AT * 2), &[rule]).await.unwrap();
    assert_eq!(count().await, 5);
}
