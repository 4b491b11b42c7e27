use proptest::prelude::*;

use crate::{Line, Series, Window};

#[derive(Clone, Debug)]
enum Step {
    /// The clock goes on, and a point comes.
    Comes(u64, i32),
    /// A point comes late, or replaces one.
    Late(u64, i32),
    /// Points of the past.
    Past(Vec<(u64, i32)>),
    Evicted(usize),
    /// Somebody looks at this much of time, until so long ago.
    Looks(u64, u64),
    Rests,
}

fn step() -> impl Strategy<Value = Step> {
    prop_oneof![
        20 => (1u64..30, -50i32..50).prop_map(|(after, value)| Step::Comes(after, value)),
        2 => (0u64..900, -50i32..50).prop_map(|(ago, value)| Step::Late(ago, value)),
        1 => prop::collection::vec((0u64..3_000, -50i32..50), 0..60).prop_map(Step::Past),
        1 => (0usize..40).prop_map(Step::Evicted),
        6 => (prop::sample::select(vec![100u64, 450, 1_000]), 0u64..200)
            .prop_map(|(span, ago)| Step::Looks(span, ago)),
        1 => Just(Step::Rests),
    ]
}

proptest! {
    /// Whatever came in between, and however the window moved.
    #[test]
    fn what_is_kept_of_columns_changes_nothing_that_is_drawn(
        steps in prop::collection::vec(step(), 1..300),
        columns in 1u16..12,
        line in prop::sample::select(vec![Line::Slope, Line::Step]),
    ) {
        let mut series = Series::default();
        series.merge((0..300).map(|n| (n * 7, (n % 13) as f64)));
        let mut now = 2_100;
        for step in steps {
            match step {
                Step::Comes(after, value) => {
                    now += after;
                    series.insert(now, f64::from(value));
                }
                Step::Late(ago, value) => series.insert(now - ago, f64::from(value)),
                Step::Past(points) => {
                    series.merge(points.into_iter().map(|(at, value)| (at, f64::from(value))));
                }
                Step::Evicted(count) => series.evict(count),
                Step::Looks(span, ago) => {
                    let end = now - ago;
                    let window = Window { start: end - span, end, columns, line };
                    let mut fresh = series.clone();
                    fresh.rest();
                    let (mut drawn, mut expected) = (Vec::new(), Vec::new());
                    let summary = series.decimate(window, &mut drawn);
                    let wanted = crate::decimate(&[whole(&fresh)], window, &mut expected);
                    prop_assert_eq!(bits(&drawn), bits(&expected));
                    prop_assert_eq!(summary.points, wanted.points);
                }
                Step::Rests => series.rest(),
            }
        }
    }
}

#[test]
fn a_dense_window_that_moves_on_is_looked_at_once() {
    let mut series = Series::default();
    series.merge((0..100_000).map(|n| (n * 10, (n % 97) as f64)));
    let window = |end| Window { start: end - 900_000, end, columns: 900, line: Line::Slope };
    let first = series.decimate(window(950_000), &mut Vec::new());
    let next = series.decimate(window(950_020), &mut Vec::new());
    assert!(first.visited < 1_000 && next.visited < 1_000, "{first:?} {next:?}");
    series.rest();
    let plain = crate::decimate(&[whole(&series)], window(950_020), &mut Vec::new());
    assert!(plain.visited > 20_000, "{plain:?}");
}

/// A gap is no number, which equals nothing.
fn bits(floats: &[f32]) -> Vec<u32> {
    floats.iter().map(|it| it.to_bits()).collect()
}

fn whole(series: &Series) -> crate::Part<'_> {
    crate::Part { series, from: 0, until: u64::MAX }
}
