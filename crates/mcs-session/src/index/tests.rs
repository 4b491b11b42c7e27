use proptest::prelude::*;

use super::*;
use crate::filter::strategies::{filter, topic};

#[test]
fn shapes_that_are_no_longer_used_are_forgotten() {
    let mut index = FilterIndex::default();
    let filters = ["a/+", "b/+", "#", "a/#"].map(|text| TopicFilter::new(text).unwrap());
    for filter in &filters {
        index.insert(filter.clone());
    }
    for filter in &filters {
        index.remove(filter);
        index.remove(filter);
    }
    assert!(index.shapes.is_empty());
}

#[test]
fn many_filters_of_one_shape_are_one_group() {
    let mut index = FilterIndex::default();
    for n in 0..1000 {
        index.insert(TopicFilter::new(format!("mcs/{n}/key/+")).unwrap());
    }
    assert_eq!(index.shapes.len(), 1);
    let matching: Vec<_> = index.matching("mcs/77/key/led").map(TopicFilter::as_str).collect();
    assert_eq!(matching, ["mcs/77/key/+"]);
}

proptest! {
    #[test]
    fn the_index_finds_what_each_filter_says(
        mut filters in prop::collection::vec(filter(), 0..12),
        removed in prop::collection::vec(any::<prop::sample::Index>(), 0..4),
        topic in topic(),
    ) {
        filters.sort();
        filters.dedup();
        let mut index = FilterIndex::default();
        for filter in &filters {
            index.insert(filter.clone());
        }
        for removed in removed {
            if !filters.is_empty() {
                index.remove(&filters.remove(removed.index(filters.len())));
            }
        }
        filters.retain(|filter| filter.matches(&topic));
        let mut found: Vec<_> = index.matching(&topic).cloned().collect();
        found.sort();
        prop_assert_eq!(found, filters);
    }
}
