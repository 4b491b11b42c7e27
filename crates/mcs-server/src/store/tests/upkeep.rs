use super::*;

fn days(days: u32) -> KeepRule {
    KeepRule { days: days.try_into().ok(), ..KeepRule::default() }
}

fn newest(points: u64) -> KeepRule {
    KeepRule { points: points.try_into().ok(), ..KeepRule::default() }
}

const DAY: u64 = 86_400_000;

#[tokio::test]
async fn what_is_too_old_goes_but_never_a_channels_newest_point() {
    let bench = Bench::new("days").await;
    let old = [number(1, 1), number(2, 2), number(2, 3), point("other", 1, Value::Integer(7))];
    bench.write(&old).await.committed().await.unwrap();
    bench.write(&[number(DAY, 4), number(3 * DAY, 5)]).await.committed().await.unwrap();
    let keep = async |now, rules: &[KeepRule]| {
        bench.store.keep(Timestamp::from_millis(now), rules).await.unwrap();
        bench.values(EVERYTHING, Order::OldestFirst).await.0
    };
    assert_eq!(keep(2 * DAY, &[]).await, [1, 2, 3, 4, 5]);
    assert_eq!(keep(DAY + 2, &[days(1)]).await, [2, 3, 4, 5]);
    assert_eq!(keep(2 * DAY, &[days(1)]).await, [4, 5]);
    assert_eq!(keep(90 * DAY, &[days(1)]).await, [5]);
    assert_eq!(bench.store.last_points().await.unwrap().len(), 2);
}

#[tokio::test]
async fn more_points_than_go_in_one_step_go_in_several() {
    let bench = Bench::new("steps").await;
    let points: Vec<_> = (0..3500).map(|n| number(n * 1000, n as i64)).collect();
    bench.write(&points).await.committed().await.unwrap();
    bench.store.keep(Timestamp::default(), &[newest(7)]).await.unwrap();
    let (values, _) = bench.values(EVERYTHING, Order::OldestFirst).await;
    assert_eq!(values, (3493..3500).collect::<Vec<_>>());
}

#[tokio::test]
async fn the_first_rule_that_fits_a_channel_counts() {
    let bench = Bench::new("rules").await;
    let points: Vec<_> = (0..5).map(|n| number(n, n as i64)).collect();
    bench.write(&points).await.committed().await.unwrap();
    let of =
        |channel_: &str, points| KeepRule { channel: Some(channel(channel_)), ..newest(points) };
    let stranger = KeepRule { prototype: Some("Pxxxxxxxxxxx".parse().unwrap()), ..newest(1) };
    let rules = [stranger, of("other", 1), of("n", 3), newest(2)];
    bench.store.keep(Timestamp::default(), &rules).await.unwrap();
    assert_eq!(bench.values(EVERYTHING, Order::OldestFirst).await.0, [2, 3, 4]);
}

#[tokio::test]
async fn space_is_given_back_to_the_disk() {
    let bench = Bench::new("space").await;
    let text = Value::String("x".repeat(2000));
    let points: Vec<_> = (0..2000).map(|n| point("n", n, text.clone())).collect();
    bench.write(&points).await.committed().await.unwrap();
    let pages = async || {
        let pages = sqlx::query_scalar::<_, i64>("PRAGMA page_count");
        pages.fetch_one(&bench.store.pool).await.unwrap()
    };
    let before = pages().await;
    bench.store.keep(Timestamp::default(), &[newest(1)]).await.unwrap();
    let after = pages().await;
    assert!(before > 1000 && after < before / 2, "{before} {after}");
}

#[tokio::test]
async fn a_removed_device_takes_its_points_along_and_a_new_one_of_its_name_finds_none() {
    let bench = Bench::new("removed").await;
    bench.register().await;
    let points: Vec<_> = (0..2500).map(|n| number(n, n as i64)).collect();
    bench.write(&points).await.committed().await.unwrap();
    assert!(bench.store.delete_device(&device(), true).await.unwrap());
    assert!(!bench.store.delete_device(&device(), true).await.unwrap());
    assert!(bench.store.last_points().await.unwrap().is_empty());

    bench.register().await;
    bench.write(&[number(1, -1)]).await.committed().await.unwrap();
    assert_eq!(bench.values(EVERYTHING, Order::OldestFirst).await.0, [-1]);
    bench.store.keep(Timestamp::default(), &[]).await.unwrap();
    assert_eq!(bench.values(EVERYTHING, Order::OldestFirst).await.0, [-1]);
    let left = "SELECT (SELECT COUNT(*) FROM points) + (SELECT COUNT(*) FROM rollups) \
                + (SELECT COUNT(*) FROM removed_series)";
    let left: i64 = sqlx::query_scalar(left).fetch_one(&bench.store.pool).await.unwrap();
    assert_eq!(left, 2);
}

#[tokio::test]
async fn a_device_can_be_removed_without_its_points() {
    let bench = Bench::new("kept").await;
    bench.register().await;
    bench.write(&[number(1, 1)]).await.committed().await.unwrap();
    bench.store.retain("mcs/Dsre1qRQ/key/n", b"1,n,1", 1).await.unwrap();
    bench.store.retain("mcs/Dsre1qRQ1/key/n", b"1,n,1", 1).await.unwrap();
    assert!(bench.store.delete_device(&device(), false).await.unwrap());
    assert_eq!(bench.values(EVERYTHING, Order::OldestFirst).await.0, [1]);
    assert_eq!(bench.store.retained().await.unwrap().len(), 1);
}

#[tokio::test]
async fn what_is_sent_again_is_stored_once() {
    let bench = Bench::new("resent").await;
    let resend = async |points: &[DataPoint]| {
        let write = Write { resent: true, ..write(points) };
        bench.store.write(write).await.unwrap().committed().await.unwrap();
    };
    bench.write(&[number(1, 1), number(2, 2)]).await.committed().await.unwrap();
    resend(&[number(1, 1), number(2, 3), number(2, 3), number(3, 4)]).await;
    let first = bench.write(&[number(4, 5)]).await;
    resend(&[number(4, 5)]).await;
    first.committed().await.unwrap();
    assert_eq!(bench.values(EVERYTHING, Order::OldestFirst).await.0, [1, 2, 3, 4, 5]);
    let counted = "SELECT SUM(count) FROM rollups";
    let counted: i64 = sqlx::query_scalar(counted).fetch_one(&bench.store.pool).await.unwrap();
    assert_eq!(counted, 5);
}
