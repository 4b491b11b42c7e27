use proptest::prelude::*;

use super::*;

proptest! {
    #[test]
    fn extremes_are_those_of_a_scan_whatever_came_and_went(
        values in prop::collection::vec(-9i32..9, 1..1500),
        evicted in 0usize..1500,
        rewritten in 0usize..1500,
        ranges in prop::collection::vec((0usize..1500, 0usize..1500), 1..8),
    ) {
        let value = |index: u64| f64::from(values[index as usize]);
        let end = values.len() as u64;
        let base = evicted.min(values.len()) as u64;
        let mut pyramid = Pyramid::default();
        pyramid.grow(0, end, usize::MAX, value);
        pyramid.evict(base);
        pyramid.truncate((rewritten as u64).max(base));
        pyramid.grow(base, end, usize::MAX, value);
        for (a, b) in ranges {
            let from = (a.min(b) as u64).clamp(base, end);
            let to = (a.max(b) as u64).clamp(base, end);
            let scan = (from..to).map(Extremes::of).reduce(|a, b| a.join(b, value));
            let mut visited = 0;
            prop_assert_eq!(pyramid.extremes(from, to, value, &mut visited), scan);
        }
    }
}

#[test]
fn looking_at_a_million_entries_costs_no_more_than_a_few_dozen() {
    let value = |index: u64| ((index * 7919) % 10_007) as f64;
    let mut pyramid = Pyramid::default();
    pyramid.grow(0, 1_000_000, usize::MAX, value);
    let mut visited = 0;
    let found = pyramid.extremes(1, 999_999, value, &mut visited);
    assert_eq!(found.map(|it| value(it.min)), Some(0.0));
    assert!(visited <= 30 * 6, "{visited}");
}

#[test]
fn growing_a_block_a_time_keeps_up_with_entries_in_order() {
    let value = |index: u64| index as f64;
    let mut slow = Pyramid::default();
    for end in 1..=5000 {
        slow.grow(0, end, 1, value);
    }
    let mut visited = 0;
    slow.extremes(0, 5000, value, &mut visited);
    assert!(visited <= 30 * 4, "{visited}");
}
