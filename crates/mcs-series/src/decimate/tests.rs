use std::collections::BTreeMap;

use proptest::prelude::*;

use super::*;

fn series(points: impl IntoIterator<Item = (u64, f64)>) -> Series {
    let mut series = Series::default();
    series.merge(points);
    series
}

fn drawn(series: &mut Series, window: Window) -> Vec<(f32, f32)> {
    let mut floats = Vec::new();
    series.decimate(window, &mut floats);
    floats.chunks_exact(2).map(|it| (it[0], it[1])).collect()
}

fn slope(start: u64, end: u64, columns: u16) -> Window {
    Window { start, end, columns, line: Line::Slope }
}

proptest! {
    /// Against a scan of all points: first, least, greatest and last of each column.
    #[test]
    fn a_column_shows_its_first_least_greatest_and_last_point_and_no_more(
        points in prop::collection::btree_map(10_000u64..13_000, -20i32..20, 0..400),
        start in 9_500u64..13_000,
        span in 1u64..3_000,
        columns in 1u16..60,
    ) {
        let points: BTreeMap<u64, f64> =
            points.into_iter().map(|(at, value)| (at, f64::from(value))).collect();
        let window = slope(start, start + span, columns);
        let mut series = series(points.clone());
        let inside: Vec<_> =
            points.range(start..=start + span).map(|(&at, &value)| (at, value)).collect();
        let column = |at: u64| at * u64::from(columns) / span;
        let mut expected: BTreeMap<u64, Vec<(u64, f64)>> = BTreeMap::new();
        for &point in &inside {
            expected.entry(column(point.0)).or_default().push(point);
        }
        let x = |at: u64| {
            ((at as f64 - start as f64) * f64::from(columns) / span as f64) as f32
        };
        let drawn = drawn(&mut series, window);
        for points in expected.values() {
            let (left, right) = (x(points[0].0), x(points[points.len() - 1].0));
            let here: Vec<_> = drawn.iter().filter(|it| it.0 >= left && it.0 <= right).collect();
            prop_assert!(here.len() <= 4);
            prop_assert_eq!(here[0].1, points[0].1 as f32);
            prop_assert_eq!(here[here.len() - 1].1, points[points.len() - 1].1 as f32);
            let least = points.iter().map(|it| it.1).reduce(f64::min);
            let greatest = points.iter().map(|it| it.1).reduce(f64::max);
            prop_assert_eq!(here.iter().map(|it| f64::from(it.1)).reduce(f64::min), least);
            prop_assert_eq!(here.iter().map(|it| f64::from(it.1)).reduce(f64::max), greatest);
            for it in here {
                prop_assert!(points.iter().any(|&(at, value)| (x(at), value as f32) == *it));
            }
        }
        prop_assert!(drawn.len() <= 4 * (usize::from(columns) + 1) + 2);
        prop_assert!(drawn.windows(2).all(|it| it[0].0 <= it[1].0));
        let mut floats = vec![7.0];
        let summary = series.decimate(window, &mut floats);
        prop_assert_eq!(floats[0], 7.0);
        prop_assert_eq!(summary.points, inside.len() as u64);
        let values = || inside.iter().map(|it| it.1);
        prop_assert_eq!(Some(summary.min).filter(|it| !it.is_nan()), values().reduce(f64::min));
        prop_assert_eq!(Some(summary.max).filter(|it| !it.is_nan()), values().reduce(f64::max));
    }

    #[test]
    fn steps_hold_each_value_until_the_next_and_to_both_edges(
        points in prop::collection::btree_map(0u64..1_000, 0u8..2, 1..100),
        start in 0u64..1_000,
    ) {
        let window = Window { start, end: start + 200, columns: 2000, line: Line::Step };
        let mut series = series(points.iter().map(|(&at, &value)| (at, f64::from(value))));
        let drawn = drawn(&mut series, window);
        for at in start..=start + 200 {
            let truth = points.range(..=at).next_back().map(|it| f32::from(*it.1));
            let x = (at - start) as f32 * 10.0;
            prop_assert_eq!(drawn.iter().rfind(|it| it.0 <= x).map(|it| it.1), truth);
        }
        prop_assert!(drawn.last().is_none_or(|it| it.0 == 2000.0));
    }

    /// Wherever a line is cut, and whichever series holds which part of it: it is painted the same.
    #[test]
    fn parts_that_follow_each_other_are_one_line(
        points in prop::collection::btree_map(0u64..1_000, -5i8..5, 0..200),
        cuts in prop::collection::btree_set(1u64..1_000, 0..5),
        start in 0u64..900,
        steps: bool,
    ) {
        let line = if steps { Line::Step } else { Line::Slope };
        let window = Window { start, end: start + 100, columns: 20, line };
        let points: Vec<_> = points.into_iter().map(|(at, it)| (at, f64::from(it))).collect();
        let mut edges: Vec<_> = [0].into_iter().chain(cuts).chain([u64::MAX]).collect();
        edges.dedup();
        let held: Vec<_> = edges
            .windows(2)
            .map(|it| series(points.iter().copied().filter(|p| (it[0]..it[1]).contains(&p.0))))
            .collect();
        let parts: Vec<_> = held
            .iter()
            .zip(edges.windows(2))
            .map(|(series, it)| Part { series, from: it[0], until: it[1].saturating_sub(1) })
            .collect();
        let mut floats = Vec::new();
        let summary = decimate(&parts, window, &mut floats);
        let mut whole = series(points.clone());
        let truth = drawn(&mut whole, window);
        prop_assert_eq!(summary.points, whole.decimate(window, &mut Vec::new()).points);
        // A column that is cut has its own extremes on either side.
        prop_assert!(truth.iter().all(|it| floats.chunks_exact(2).any(|at| at[0] == it.0)));
        let inside = |it: &(f32, f32)| it.0 >= 0.0 && it.0 <= 20.0;
        for (x, y) in floats.chunks_exact(2).map(|it| (it[0], it[1])).filter(inside) {
            let at = start + (x * 5.0).round() as u64;
            let known = |at| points.iter().rfind(|it| it.0 <= at).map(|it| it.1 as f32);
            // At a step's place both of its ends are drawn.
            let stepped = steps && at > 0 && known(at - 1) == Some(y);
            prop_assert!(stepped || known(at) == Some(y), "{y} is drawn at {at}");
        }
    }
}

#[test]
fn between_parts_that_do_not_meet_there_is_a_gap() {
    let held = series([(10, 1.0), (20, 1.0), (70, 2.0)]);
    let parts = [(0, 30), (60, 90)].map(|(from, until)| Part { series: &held, from, until });
    let mut floats = Vec::new();
    let window = Window { start: 0, end: 100, columns: 100, line: Line::Step };
    decimate(&parts, window, &mut floats);
    let drawn: Vec<_> = floats.chunks_exact(2).map(|it| (it[0], it[1])).collect();
    assert_eq!(drawn[..2], [(10.0, 1.0), (30.0, 1.0)]);
    assert!(drawn[2].1.is_nan());
    assert_eq!(drawn[3..], [(70.0, 2.0), (90.0, 2.0)]);
}

#[test]
fn the_cost_depends_on_the_columns_and_not_on_the_history() {
    let cost = |points: u64| {
        let value = |n: u64| ((n * 7919) % 10_007) as f64;
        let mut series = series((0..points).map(|n| (n, value(n))));
        series.decimate(slope(0, points, 500), &mut Vec::new()).visited
    };
    let (small, large) = (cost(50_000), cost(800_000));
    assert!(small <= 500 * 120, "{small}");
    // Sixteen times the points is one more level of the pyramid and four more halvings.
    assert!(large <= small * 2, "{small} then {large}");
}

#[test]
fn an_outage_is_a_gap_and_no_line() {
    let before = (0..60).map(|second| (second * 1000, 1.0));
    let after = (120..180).map(|second| (second * 1000, 2.0));
    let drawn = drawn(&mut series(before.chain(after)), slope(0, 180_000, 180));
    let gap = drawn.iter().position(|it| it.1.is_nan());
    assert_eq!(gap, Some(60));
    assert_eq!(drawn.iter().filter(|it| it.1.is_nan()).count(), 1);
    assert_eq!(drawn[61], (120.0, 2.0));
}

#[test]
fn a_slow_device_has_no_gaps() {
    let drawn = drawn(&mut series((0..60).map(|n| (n * 60_000, 1.0))), slope(0, 3_600_000, 100));
    assert!(drawn.iter().all(|it| !it.1.is_nan()));
}

#[test]
fn a_line_leads_in_from_the_left_and_out_to_the_right() {
    let mut series = series((0..100).map(|n| (n * 1000, n as f64)));
    let window = slope(10_500, 12_500, 2);
    assert_eq!(series.decimate(window, &mut Vec::new()).newer, 87);
    let drawn = drawn(&mut series, window);
    assert_eq!(drawn, [(-0.5, 10.0), (0.5, 11.0), (1.5, 12.0), (2.5, 13.0)]);
}

#[test]
fn a_window_that_is_an_outage_shows_nothing() {
    let before = (0..60).map(|second| (second * 1000, 1.0));
    let after = (6000..6060).map(|second| (second * 1000, 2.0));
    assert_eq!(drawn(&mut series(before.chain(after)), slope(100_000, 200_000, 100)), []);
}

#[test]
fn a_window_without_width_shows_nothing() {
    let mut series = series([(5, 1.0)]);
    assert_eq!(drawn(&mut series, slope(5, 5, 10)), []);
    assert_eq!(drawn(&mut series, slope(0, 10, 0)), []);
}
