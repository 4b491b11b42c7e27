use proptest::prelude::*;

use super::*;

/// Room for `points` points in `series` series.
fn room(points: usize, series: usize) -> usize {
    points * POINT_BYTES + series * SERIES_BYTES
}

proptest! {
    #[test]
    fn the_oldest_points_of_all_series_go_first(
        points in prop::collection::vec((0u8..3, 0u64..500), 1..300),
        keep in 1usize..60,
    ) {
        let mut rings = Rings::new(room(keep, 3));
        // All three exist from the start, so that the budget holds `keep` points throughout.
        for key in 0..3 {
            rings.merge(&key, []);
        }
        let mut all: Vec<(u64, u8)> = Vec::new();
        for (key, at) in points {
            rings.insert(&key, at, 1.0);
            if !all.contains(&(at, key)) {
                all.push((at, key));
            }
            all.sort_unstable();
            while all.len() > keep {
                all.remove(0);
            }
            let mut times: Vec<u64> =
                (0..3).filter_map(|key| rings.get(&key)).flat_map(Series::iter).map(|it| it.0).collect();
            times.sort_unstable();
            prop_assert_eq!(times, all.iter().map(|it| it.0).collect::<Vec<_>>());
            prop_assert!(rings.bytes() <= rings.budget());
            // Which of two points of the same millisecond goes is left open.
            all = (0..3u8)
                .flat_map(|key| {
                    let series = rings.get(&key).into_iter().flat_map(Series::iter);
                    series.map(move |it| (it.0, key)).collect::<Vec<_>>()
                })
                .collect();
        }
    }
}

#[test]
fn a_busy_series_pushes_out_what_is_old_elsewhere_and_it_is_counted() {
    let mut rings = Rings::new(room(100, 2));
    for at in 0..50 {
        rings.insert(&"idle", at, 0.0);
    }
    for at in 1000..1100 {
        rings.insert(&"busy", at, 0.0);
    }
    assert_eq!(rings.get(&"idle").map(Series::len), Some(0));
    assert_eq!(rings.get(&"busy").map(Series::len), Some(100));
    assert_eq!((rings.points(), rings.evicted()), (100, 50));
}

#[test]
fn history_above_the_budget_keeps_its_newest_points() {
    let mut rings = Rings::new(room(10, 1));
    rings.merge(&0, (0..1000).map(|at| (at, 0.0)));
    assert_eq!(rings.get(&0).and_then(Series::first), Some(990));
    assert_eq!(rings.points(), 10);
}

#[test]
fn a_forgotten_series_costs_nothing() {
    let mut rings = Rings::new(room(100, 2));
    rings.insert(&1, 1, 1.0);
    rings.insert(&2, 1, 1.0);
    rings.retain(|&key| key == 2);
    assert_eq!((rings.points(), rings.bytes()), (1, room(1, 1)));
}

#[test]
fn as_many_series_as_a_fleet_has_stay_within_the_budget_and_the_oldest_go_some_at_once() {
    let mut rings = Rings::new(room(12_800, 1000));
    let mut evictions = 0;
    for number in 0..50_000_u64 {
        let before = rings.evicted();
        rings.insert(&(number % 1000), number / 1000, 0.0);
        evictions += u64::from(rings.evicted() > before);
        assert!(rings.bytes() <= rings.budget());
    }
    assert!(rings.points() > 12_600, "{} points are left", rings.points());
    assert!(evictions < 500, "they went in {evictions} portions");
    let lengths: Vec<_> = (0..1000).map(|it| rings.get(&it).map_or(0, Series::len)).collect();
    assert!(lengths.iter().all(|it| (12..=13).contains(it)), "all series keep the same time");
}
