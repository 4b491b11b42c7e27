use std::collections::BTreeMap;

use proptest::prelude::*;

use super::*;

#[derive(Clone, Debug)]
enum Step {
    Insert(u64, i32),
    Merge(Vec<(u64, i32)>),
    Evict(usize),
}

fn step() -> impl Strategy<Value = Step> {
    let point = || (0u64..400, -50i32..50);
    prop_oneof![
        8 => point().prop_map(|(at, value)| Step::Insert(at, value)),
        2 => prop::collection::vec(point(), 0..80).prop_map(Step::Merge),
        1 => (0usize..30).prop_map(Step::Evict),
    ]
}

proptest! {
    #[test]
    fn points_in_any_order_are_those_of_a_sorted_map(steps in prop::collection::vec(step(), 0..60)) {
        let mut series = Series::default();
        let mut map = BTreeMap::new();
        for step in steps {
            match step {
                Step::Insert(at, value) => {
                    series.insert(at, f64::from(value));
                    map.insert(at, f64::from(value));
                }
                Step::Merge(points) => {
                    series.merge(points.iter().map(|&(at, value)| (at, f64::from(value))));
                    let before = map.clone();
                    for (at, value) in points {
                        if !before.contains_key(&at) {
                            map.entry(at).or_insert(f64::from(value));
                        }
                    }
                }
                Step::Evict(count) => {
                    series.evict(count);
                    for _ in 0..count {
                        map.pop_first();
                    }
                }
            }
            let points: Vec<_> = map.iter().map(|(&at, &value)| (at, value)).collect();
            prop_assert_eq!(series.iter().collect::<Vec<_>>(), points);
            series.settle();
            let (min, max) = extremes(&series);
            prop_assert_eq!(min, map.values().copied().reduce(f64::min));
            prop_assert_eq!(max, map.values().copied().reduce(f64::max));
        }
    }
}

#[test]
fn history_around_live_points_leaves_neither_double_nor_seam() {
    let mut series = Series::default();
    for at in 50..60 {
        series.insert(at, 1.0);
    }
    series.merge((0..55).map(|at| (at, 2.0)));
    let points: Vec<_> = series.iter().collect();
    assert_eq!(points.len(), 60);
    assert!(points.iter().all(|&(at, value)| (value == 1.0) == (at >= 50)));
}

#[test]
fn a_clock_that_jumps_back_and_forth_loses_nothing() {
    let mut series = Series::default();
    for at in [1_000, 2_000, 500, 600, 3_000, 550] {
        series.insert(at, at as f64);
    }
    let times: Vec<_> = series.iter().map(|(at, _)| at).collect();
    assert_eq!(times, [500, 550, 600, 1_000, 2_000, 3_000]);
}

#[test]
fn what_is_no_number_is_not_kept() {
    let mut series = Series::default();
    series.insert(1, f64::NAN);
    series.merge([(2, f64::INFINITY)]);
    assert!(series.is_empty());
}

#[test]
fn buffers_hold_little_more_than_the_points_in_them() {
    let mut series = Series::default();
    for at in 0..100_000 {
        series.insert(at, 0.0);
    }
    assert!(series.entries.capacity() * size_of::<Entry>() <= series.len() * (POINT_BYTES - 1));
    series.evict(90_000);
    assert!(series.entries.capacity() <= 10_000 * 5 / 4 + 256);
}

fn extremes(series: &Series) -> (Option<f64>, Option<f64>) {
    let found = series.extremes(0, series.len());
    let value = |index: usize| series.entries[index].value;
    (found.map(|it| value(it.0)), found.map(|it| value(it.1)))
}
