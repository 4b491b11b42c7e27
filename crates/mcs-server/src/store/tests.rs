mod arrivals;
mod functions;
mod health;
mod plans;
mod reserve;
mod series;
mod upkeep;

use mcs_model::api::{PointTime, Series, SeriesData};
use mcs_model::rest::Order;
use mcs_model::{ChannelId, DataPoint, DeviceId, Prototype, Timestamp, Value};

use super::*;
use crate::retention::KeepRule;

struct Bench {
    store: Store,
    folder: std::path::PathBuf,
}

impl Bench {
    async fn new(name: &str) -> Self {
        let folder = std::env::temp_dir().join(format!("mcs-store-{name}-{}", std::process::id()));
        let store = Store::open(&folder).await.unwrap();
        Self { store, folder }
    }

    async fn write(&self, points: &[DataPoint]) -> Pending {
        self.store.write(write(points)).await.unwrap()
    }

    async fn values(&self, window: Window, order: Order) -> (Vec<i64>, bool) {
        let page = self.store.points(&device(), &channel("n"), window, order).await.unwrap();
        let value = |it: &Value| if let Value::Integer(n) = it { *n } else { panic!("{it:?}") };
        (page.points.iter().map(|it| value(&it.value)).collect(), page.more)
    }

    async fn series(&self, extent: Extent) -> Series {
        self.store.series(&device(), &channel("n"), extent).await.unwrap()
    }

    async fn register(&self) {
        let prototype = Prototype {
            id: "Pabcdefghijk".parse().unwrap(),
            name: String::new(),
            version: String::new(),
            description: String::new(),
            channels: Vec::new(),
        };
        self.store.put_prototype(&prototype).await.unwrap();
        let row = DeviceRow {
            id: device(),
            key: "DFbtsNWg4AuLZ30v".parse().unwrap(),
            name: "Bench".to_owned(),
            prototype: prototype.id,
        };
        self.store.add_device(&row).await.unwrap();
    }
}

impl Drop for Bench {
    fn drop(&mut self) {
        // What is left over is in the system's temporary folder.
        let _ = std::fs::remove_dir_all(&self.folder);
    }
}

fn device() -> DeviceId {
    "Dsre1qRQ".parse().unwrap()
}

fn write(points: &[DataPoint]) -> Write {
    Write { device: device(), points: points.to_vec(), came: clock::now(), resent: false }
}

fn channel(id: &str) -> ChannelId {
    id.parse().unwrap()
}

fn point(id: &str, at: u64, value: Value) -> DataPoint {
    DataPoint { channel: channel(id), timestamp: Timestamp::from_millis(at), value }
}

fn number(at: u64, n: i64) -> DataPoint {
    point("n", at, Value::Integer(n))
}

const EVERYTHING: Window = Window {
    time: PointTime::Device,
    start: Timestamp::from_millis(0),
    end: Timestamp::from_millis(u64::MAX),
    offset: 0,
    limit: 5000,
};

#[tokio::test]
async fn everything_that_was_acknowledged_is_read_back_however_it_was_batched() {
    let bench = Bench::new("batches").await;
    let mut pending = Vec::new();
    for n in 0..1000_u64 {
        pending.push(bench.write(&[number(2 * n, n as i64), number(2 * n + 1, 0)]).await);
    }
    for write in pending {
        write.committed().await.unwrap();
    }
    let (values, more) = bench.values(EVERYTHING, Order::OldestFirst).await;
    assert_eq!((values.len(), more), (2000, false));
    let even: Vec<_> = values.iter().step_by(2).copied().collect();
    assert_eq!(even, (0..1000).collect::<Vec<_>>());
}

#[tokio::test]
async fn what_nobody_waits_for_is_found_by_whoever_reads_in_the_order_in_which_it_came() {
    let bench = Bench::new("later").await;
    bench.register().await;
    let later = async |n| bench.store.write_later(write(&[number(7, n)])).await.unwrap();
    later(1).await;
    assert_eq!(bench.values(EVERYTHING, Order::OldestFirst).await.0, [1]);
    later(2).await;
    bench.write(&[number(7, 3)]).await.committed().await.unwrap();
    later(4).await;
    assert_eq!(bench.store.last_points().await.unwrap()[0].1.value, Value::Integer(4));
    later(5).await;
    let extent = Extent {
        time: PointTime::Device,
        start: None,
        end: Timestamp::from_millis(10),
        buckets: 10,
    };
    let SeriesData::Points(points) = bench.series(extent).await.data else { panic!("buckets") };
    assert_eq!(points.number, [1.0, 2.0, 3.0, 4.0, 5.0].map(Some));
    later(6).await;
    bench.store.delete_device(&device(), true).await.unwrap();
    assert!(bench.values(EVERYTHING, Order::OldestFirst).await.0.is_empty());
}

#[tokio::test]
async fn closing_commits_what_nobody_waits_for() {
    let bench = Bench::new("close-later").await;
    bench.store.write_later(write(&[number(1, 1)])).await.unwrap();
    bench.store.close().await;
    let again = Store::open(&bench.folder).await.unwrap();
    assert_eq!(again.last_points().await.unwrap().len(), 1);
}

#[tokio::test]
async fn points_of_one_time_stay_apart_and_in_the_order_in_which_they_came() {
    let bench = Bench::new("same-time").await;
    bench.write(&[number(7, 1), number(7, 2)]).await.committed().await.unwrap();
    bench.write(&[number(7, 3)]).await.committed().await.unwrap();
    assert_eq!(bench.values(EVERYTHING, Order::NewestFirst).await.0, [3, 2, 1]);
    let last = bench.store.last_points().await.unwrap();
    assert_eq!(last.len(), 1);
    assert_eq!(last[0].1.value, Value::Integer(3));
}

#[tokio::test]
async fn points_of_one_time_keep_their_order_over_a_restart() {
    let before = Bench::new("restart").await;
    before.write(&[number(7, 1), number(7, 2)]).await.committed().await.unwrap();
    before.store.close().await;
    let bench = Bench::new("restart").await;
    bench.write(&[number(7, 3)]).await.committed().await.unwrap();
    assert_eq!(bench.values(EVERYTHING, Order::OldestFirst).await.0, [1, 2, 3]);
}

#[tokio::test]
async fn a_window_keeps_the_newest_and_says_that_there_are_older_ones() {
    let bench = Bench::new("window").await;
    let points: Vec<_> = (0..10).map(|n| number(n, n as i64)).collect();
    bench.write(&points).await.committed().await.unwrap();
    let window = Window { limit: 3, ..EVERYTHING };
    assert_eq!(bench.values(window, Order::OldestFirst).await, (vec![7, 8, 9], true));
    let window = Window { offset: 2, limit: 3, ..EVERYTHING };
    assert_eq!(bench.values(window, Order::NewestFirst).await, (vec![7, 6, 5], true));
    let window = Window {
        time: PointTime::Device,
        start: Timestamp::from_millis(2),
        end: Timestamp::from_millis(4),
        limit: 3,
        offset: 0,
    };
    assert_eq!(bench.values(window, Order::OldestFirst).await, (vec![2, 3, 4], false));
}

fn every_kind() -> [Value; 12] {
    [
        Value::Switch(true),
        Value::Category("hi,\"gh".to_owned()),
        Value::Integer(i64::MIN),
        Value::Float(0.1 + 0.2),
        Value::Hex("00fF".to_owned()),
        Value::String("a\n\0\u{1f600}'; DROP TABLE points".to_owned()),
        Value::Gps { latitude: -90.0, longitude: 180.0, altitude: 1e-7 },
        Value::Gpio(false),
        Value::Pwm { value: 0, period: 1000 },
        Value::Analog(-1),
        Value::Gamepad { button: "up".to_owned(), pressed: true },
        Value::Image("iVBOR".to_owned()),
    ]
}

#[tokio::test]
async fn every_kind_of_value_is_read_back_as_it_was() {
    let bench = Bench::new("kinds").await;
    let points = (0..).zip(every_kind()).map(|(n, value)| point(&format!("c{n:02}"), 1, value));
    bench.write(&points.collect::<Vec<_>>()).await.committed().await.unwrap();
    let last = bench.store.last_points().await.unwrap();
    assert_eq!(last.into_iter().map(|(_, it)| it.value).collect::<Vec<_>>(), every_kind());
}

#[tokio::test]
async fn what_an_older_version_stored_is_read_and_summed_up() {
    let bench = Bench::new("older").await;
    bench.store.close().await;
    let file = bench.folder.join("mcs.sqlite3");
    std::fs::remove_file(&file).unwrap();
    let options = SqliteConnectOptions::new().filename(&file).create_if_missing(true);
    let mut older = SqliteConnection::connect_with(&options).await.unwrap();
    for sql in &MIGRATIONS[..3] {
        sqlx::raw_sql(*sql).execute(&mut older).await.unwrap();
    }
    let rest = "PRAGMA user_version = 3; UPDATE arrivals SET n = 12; \
                INSERT INTO series VALUES (7, 'Dsre1qRQ', 'n')";
    sqlx::raw_sql(rest).execute(&mut older).await.unwrap();
    for (n, value) in (1..).zip(every_kind()) {
        let json = serde_json::to_string(&value).unwrap();
        let point = sqlx::query("INSERT INTO points VALUES (7, ?1 * 100000, ?1, ?2)");
        point.bind(n).bind(json).execute(&mut older).await.unwrap();
    }
    older.close().await.unwrap();

    let bench = Bench::new("older").await;
    bench.write(&[number(1_300_000, 5)]).await.committed().await.unwrap();
    let page = bench.store.points(&device(), &channel("n"), EVERYTHING, Order::OldestFirst).await;
    let values: Vec<_> = page.unwrap().points.into_iter().map(|it| it.value).collect();
    assert_eq!(values, [&every_kind()[..], &[Value::Integer(5)]].concat());
    let end = Timestamp::from_millis(1_499_999);
    let series = bench
        .series(Extent {
            time: PointTime::Device,
            start: Some(Timestamp::default()),
            end,
            buckets: 5,
        })
        .await;
    let SeriesData::Buckets(buckets) = series.data else { panic!("points") };
    assert_eq!((buckets.step, buckets.count), (300_000, vec![2, 3, 3, 3, 2]));
    #[expect(clippy::cast_precision_loss, reason = "as a chart does")]
    let least = i64::MIN as f64;
    let min = [Some(1.0), Some(least), Some(0.0), Some(-1.0), Some(5.0)];
    assert_eq!(buckets.number.min, min);
    assert_eq!(buckets.period.max, [None, None, None, Some(1000.0), None]);
}

#[tokio::test]
async fn closing_commits_what_waits_and_a_later_write_is_refused() {
    let bench = Bench::new("close").await;
    let pending = bench.write(&[number(1, 1)]).await;
    bench.store.close().await;
    pending.committed().await.unwrap();
    assert!(bench.store.write(write(&[number(2, 2)])).await.is_err());
    assert!(bench.store.write_later(write(&[number(2, 2)])).await.is_err());
    let again = Store::open(&bench.folder).await.unwrap();
    let page = again.points(&device(), &channel("n"), EVERYTHING, Order::OldestFirst).await;
    assert_eq!(page.unwrap().points.len(), 1);
}

#[tokio::test]
async fn writes_go_on_once_there_is_space_again() {
    let bench = Bench::new("full").await;
    // As on a full disk: the statement fails, and SQLite ends the transaction by itself.
    let full = "CREATE TRIGGER full BEFORE INSERT ON points \
                BEGIN SELECT RAISE(ROLLBACK, 'database or disk is full'); END";
    sqlx::raw_sql(full).execute(&bench.store.pool).await.unwrap();
    for n in 0..10 {
        assert!(bench.write(&[number(n, 0)]).await.committed().await.is_err());
    }
    sqlx::raw_sql("DROP TRIGGER full").execute(&bench.store.pool).await.unwrap();
    bench.write(&[number(10, 1)]).await.committed().await.unwrap();
    assert_eq!(bench.values(EVERYTHING, Order::OldestFirst).await.0, [1]);
}

#[tokio::test]
async fn a_database_that_is_up_to_date_opens_while_nobody_can_write() {
    let bench = Bench::new("busy").await;
    let busy = bench.store.begin().await.unwrap();
    let again = Store::open(&bench.folder).await.unwrap();
    assert!(again.last_points().await.unwrap().is_empty());
    busy.rollback().await.unwrap();
}

#[tokio::test]
async fn closing_does_not_hold_up_writers_because_of_somebody_who_reads() {
    let bench = Bench::new("close-while-read").await;
    bench.write(&[number(1, 1)]).await.committed().await.unwrap();
    let mut reader = bench.store.pool.begin().await.unwrap();
    sqlx::query("SELECT * FROM points").fetch_all(&mut *reader).await.unwrap();
    bench.write(&[number(2, 2)]).await.committed().await.unwrap();
    // As an admin command does.
    let other = Store::open(&bench.folder).await.unwrap();
    tokio::time::timeout(PATIENCE / 2, other.close()).await.expect("an early end");
    bench.write(&[number(3, 3)]).await.committed().await.unwrap();
}
