use std::collections::BTreeMap;

use mcs_model::api::{BucketColumns, PointColumns, Series, SeriesData, Summary};
use proptest::collection::vec;
use proptest::prelude::*;

use super::*;

/// All points in the order of time and arrival: what the database is held against.
#[derive(Default)]
struct Naive(Vec<(u64, Value)>);

impl Naive {
    fn write(&mut self, points: &[DataPoint]) {
        for point in points {
            let at = point.timestamp.as_millis();
            let place = self.0.partition_point(|(other, _)| *other <= at);
            self.0.insert(place, (at, point.value.clone()));
        }
    }

    fn keep(&mut self, points: usize) {
        self.0.drain(..self.0.len().saturating_sub(points));
    }

    fn series(&self, like: &Series, extent: Extent) -> Series {
        let (start, end) = (like.start.as_millis(), like.end.as_millis());
        let within: Vec<_> = self.0.iter().filter(|(at, _)| (start..=end).contains(at)).collect();
        let data = match &like.data {
            SeriesData::Points(_) => {
                let at = within.iter().map(|(at, _)| Timestamp::from_millis(*at)).collect();
                let values: Vec<_> = within.iter().map(|(_, value)| value).collect();
                SeriesData::Points(PointColumns {
                    at,
                    number: column(values.iter().map(|it| it.as_number())),
                    period: column(values.iter().map(|it| period(it))),
                    text: column(values.iter().map(|it| text(it))),
                })
            }
            SeriesData::Buckets(like) => {
                assert_eq!((start % like.step, (end + 1) % like.step), (0, 0));
                let start = extent.start.unwrap_or_default().as_millis();
                let asked = start..=extent.end.as_millis();
                let points = self.0.iter().filter(|(at, _)| asked.contains(at)).count();
                assert!(points > usize::try_from(extent.buckets).unwrap());
                let mut buckets: BTreeMap<u64, Vec<&Value>> = BTreeMap::new();
                for (at, value) in within {
                    buckets.entry(at / like.step * like.step).or_default().push(value);
                }
                assert!(buckets.len() <= usize::try_from(extent.buckets).unwrap());
                SeriesData::Buckets(BucketColumns {
                    step: like.step,
                    at: buckets.keys().map(|at| Timestamp::from_millis(*at)).collect(),
                    count: buckets.values().map(|it| it.len() as u64).collect(),
                    number: summary(&buckets, Value::as_number),
                    period: summary(&buckets, period),
                    text: column(buckets.values().map(|it| text(it[it.len() - 1]))),
                })
            }
        };
        Series { start: like.start, end: like.end, data, absences: Vec::new() }
    }
}

fn period(value: &Value) -> Option<f64> {
    if let Value::Pwm { period, .. } = value { Some(f64::from(*period)) } else { None }
}

fn text(value: &Value) -> Option<String> {
    value.as_number().is_none().then(|| value.to_string())
}

fn column<T>(entries: impl Iterator<Item = Option<T>>) -> Vec<Option<T>> {
    let column: Vec<_> = entries.collect();
    if column.iter().all(Option::is_none) { Vec::new() } else { column }
}

fn summary(buckets: &BTreeMap<u64, Vec<&Value>>, part: fn(&Value) -> Option<f64>) -> Summary {
    let each = |pick: &dyn Fn(&[&Value]) -> Option<f64>| {
        column(buckets.values().map(|values| pick(values)))
    };
    let numbers = |values: &[&Value]| values.iter().filter_map(|it| part(it)).collect::<Vec<_>>();
    let min = each(&|values| numbers(values).into_iter().reduce(f64::min));
    let some = !min.is_empty();
    // All four columns have a place for each bucket, or none has.
    let ends = |values: fn(&[&Value]) -> Option<usize>| {
        let entry = |it: &Vec<&Value>| part(it[values(it).unwrap()]);
        if some { buckets.values().map(entry).collect() } else { Vec::new() }
    };
    Summary {
        max: each(&|values| numbers(values).into_iter().reduce(f64::max)),
        first: ends(|_| Some(0)),
        last: ends(|values| values.len().checked_sub(1)),
        min,
    }
}

fn value() -> impl Strategy<Value = Value> {
    prop_oneof![
        4 => (-1e6..1e6).prop_map(Value::Float),
        1 => any::<i64>().prop_map(Value::Integer),
        1 => any::<bool>().prop_map(Value::Switch),
        1 => (0..=1000_u16, 0..=1000_u16).prop_map(|(value, period)| Value::Pwm { value, period }),
        1 => "[a-c]{0,3}".prop_map(Value::String),
    ]
}

/// Around slots' ends, late and early, and several at one time.
fn at() -> impl Strategy<Value = u64> {
    prop_oneof![
        (0..40_u64, 0..4_u64).prop_map(|(slot, more)| 1_500_000_000_000 + slot * 60_000 + more - 1),
        1_500_000_000_000..1_500_002_400_000_u64,
    ]
}

fn batch() -> impl Strategy<Value = Vec<DataPoint>> {
    vec((at(), value()).prop_map(|(at, value)| point("n", at, value)), 1..20)
}

fn extent() -> impl Strategy<Value = Extent> {
    (proptest::option::of(at()), at(), 0..3_000_000_u64, 1..40_u32).prop_map(
        |(start, end, more, buckets)| Extent {
            time: PointTime::Device,
            start: start.map(Timestamp::from_millis),
            end: Timestamp::from_millis(start.map_or(end, |it| it + more)),
            buckets,
        },
    )
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 32, ..ProptestConfig::default() })]

    #[test]
    fn a_series_is_what_the_points_come_to_however_they_came_and_went(
        batches in vec(batch(), 1..8),
        extents in vec(extent(), 1..8),
        kept in 1..60_u64,
    ) {
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
        runtime.block_on(async {
            let bench = Bench::new("series").await;
            let mut naive = Naive::default();
            for batch in &batches {
                bench.write(batch).await.committed().await.unwrap();
                naive.write(batch);
            }
            for round in 0..2 {
                for extent in &extents {
                    let series = bench.series(*extent).await;
                    assert_eq!(naive.series(&series, *extent), series, "round {round}");
                    let start = series.start.as_millis();
                    assert!(extent.start.is_none_or(|it| start <= it.as_millis()));
                    assert!(series.end >= extent.end);
                }
                let keep = KeepRule { points: kept.try_into().ok(), ..KeepRule::default() };
                bench.store.keep(Timestamp::default(), &[keep]).await.unwrap();
                naive.keep(usize::try_from(kept).unwrap());
            }
            bench.store.close().await;
        });
    }
}

#[tokio::test]
async fn few_points_are_told_as_they_are_and_many_as_buckets_with_gaps() {
    let bench = Bench::new("few").await;
    let points = [number(1000, 5), number(1400, -3), number(1900, 4), number(9000, 1)];
    bench.write(&points).await.committed().await.unwrap();
    let window = |buckets| Extent {
        time: PointTime::Device,
        start: Some(Timestamp::from_millis(0)),
        end: Timestamp::from_millis(9999),
        buckets,
    };
    let SeriesData::Points(points) = bench.series(window(4)).await.data else { panic!("buckets") };
    assert_eq!(points.number, [Some(5.0), Some(-3.0), Some(4.0), Some(1.0)]);
    let series = bench.series(Extent { buckets: 3, ..window(0) }).await;
    assert_eq!((series.start.as_millis(), series.end.as_millis()), (0, 9999));
    let SeriesData::Buckets(buckets) = series.data else { panic!("points") };
    let ones = |n: f64| vec![Some(n)];
    assert_eq!((buckets.step, buckets.count), (5000, vec![3, 1]));
    assert_eq!(buckets.at, [0, 5000].map(Timestamp::from_millis));
    assert_eq!(buckets.number.min, [ones(-3.0), ones(1.0)].concat());
    assert_eq!(buckets.number.max, [ones(5.0), ones(1.0)].concat());
    assert_eq!(buckets.number.first, [ones(5.0), ones(1.0)].concat());
    assert_eq!(buckets.number.last, [ones(4.0), ones(1.0)].concat());
    assert!(buckets.text.is_empty() && buckets.period == Summary::default());
}

#[tokio::test]
async fn a_series_reaches_from_the_first_to_the_last_of_all_times() {
    let bench = Bench::new("ever").await;
    bench.write(&[number(0, 5), number(1_500_000_000_000, 7)]).await.committed().await.unwrap();
    let end = Timestamp::from_millis(u64::MAX);
    let series =
        bench.series(Extent { time: PointTime::Device, start: None, end, buckets: 1 }).await;
    let SeriesData::Buckets(buckets) = series.data else { panic!("points") };
    assert_eq!((buckets.at, buckets.count), (vec![Timestamp::default()], vec![2]));
    assert_eq!((buckets.number.first, buckets.number.last), (vec![Some(5.0)], vec![Some(7.0)]));
}

#[tokio::test]
async fn a_channel_without_points_has_an_empty_series() {
    let bench = Bench::new("none").await;
    let end = Timestamp::from_millis(7);
    let series =
        bench.series(Extent { time: PointTime::Device, start: None, end, buckets: 3 }).await;
    let data = SeriesData::Points(PointColumns::default());
    assert_eq!(series, Series { start: end, end, data, absences: Vec::new() });
}

#[tokio::test]
async fn texts_too_long_for_a_chart_and_pictures_have_a_place_but_no_value() {
    let bench = Bench::new("long").await;
    let values = [
        Value::String("x".repeat(2000)),
        Value::Image("iVBOR".to_owned()),
        Value::Gps { latitude: 1.5, longitude: 2.0, altitude: 0.0 },
    ];
    let points: Vec<_> = (0..).zip(values).map(|(at, value)| point("n", at, value)).collect();
    bench.write(&points).await.committed().await.unwrap();
    let end = Timestamp::from_millis(9);
    let series =
        bench.series(Extent { time: PointTime::Device, start: None, end, buckets: 9 }).await;
    let SeriesData::Points(points) = series.data else { panic!("buckets") };
    assert_eq!(points.at.len(), 3);
    assert_eq!(points.text, [None, None, Some("1.5,2,0".to_owned())]);
}
