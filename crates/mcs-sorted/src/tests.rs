//! Maps, sets and sorting behave like those of the standard library.

use std::collections::{BTreeMap, BTreeSet};

use proptest::prelude::*;

use super::*;

#[derive(Clone, Debug)]
enum Step {
    Insert(u8, u16),
    Remove(u8),
    Add(u8),
    PopFirst,
    Retain(u8),
}

fn steps() -> impl Strategy<Value = Vec<Step>> {
    let step = prop_oneof![
        (any::<u8>(), any::<u16>()).prop_map(|(key, value)| Step::Insert(key, value)),
        any::<u8>().prop_map(Step::Remove),
        any::<u8>().prop_map(Step::Add),
        Just(Step::PopFirst),
        (1_u8..8).prop_map(Step::Retain),
    ];
    prop::collection::vec(step, 0..200)
}

proptest! {
    #[test]
    fn a_map_does_what_a_b_tree_does(steps in steps(), (from, until) in (any::<u8>(), any::<u8>())) {
        let (mut map, mut tree, mut place) = (Map::new(), BTreeMap::new(), 0);
        for step in steps {
            match step {
                Step::Insert(key, value) => {
                    prop_assert_eq!(map.insert(key, value), tree.insert(key, value));
                }
                Step::Remove(key) => prop_assert_eq!(map.remove(&key), tree.remove(&key)),
                Step::Add(key) => {
                    *map.entry(key).or_default() = 7_u16;
                    *tree.entry(key).or_default() = 7_u16;
                }
                Step::PopFirst => prop_assert_eq!(map.pop_first(), tree.pop_first()),
                Step::Retain(of) => {
                    map.retain(|key, _| key % of != 0);
                    tree.retain(|key, _| key % of != 0);
                }
            }
            prop_assert!(map.iter().eq(tree.iter()));
            prop_assert!(map.iter().rev().eq(tree.iter().rev()));
            prop_assert_eq!(map.get(&from), tree.get(&from));
            prop_assert_eq!(map.get_mut_near(&from, &mut place), tree.get_mut(&from));
        }
        let (from, until) = (from.min(until), from.max(until));
        prop_assert!(map.range(from..until).eq(tree.range(from..until)));
        prop_assert!(map.range(from..=until).eq(tree.range(from..=until)));
        prop_assert!(map.range(from..).eq(tree.range(from..)));
    }

    #[test]
    fn what_is_collected_is_sorted_and_the_last_value_of_a_key_counts(
        entries in prop::collection::vec((any::<u8>(), any::<u16>()), 0..100),
    ) {
        let map: Map<_, _> = entries.iter().copied().collect();
        let tree: BTreeMap<_, _> = entries.iter().copied().collect();
        prop_assert!(map.into_iter().eq(tree));
        let set: Set<_> = entries.iter().copied().collect();
        let tree: BTreeSet<_> = entries.into_iter().collect();
        prop_assert!(set.into_iter().eq(tree));
    }

    #[test]
    fn sorting_is_stable(items in prop::collection::vec((0_u8..16, any::<u16>()), 0..100)) {
        let mut sorted = items.clone();
        sort_by(&mut sorted, |a, b| a.0.cmp(&b.0));
        let mut expected = items;
        expected.sort_by_key(|it| it.0);
        prop_assert_eq!(sorted, expected);
    }
}

#[test]
fn a_range_that_ends_before_it_begins_is_empty() {
    let map = Map::from([(1, 'a'), (5, 'b')]);
    let (from, until) = (9, 2);
    assert_eq!(map.range(from..until).count(), 0);
}

#[test]
fn a_borrowed_key_finds_its_value() {
    let map = Map::from([("a".to_owned(), 1), ("b".to_owned(), 2)]);
    assert_eq!(map.get("b"), Some(&2));
    assert!(!map.contains_key("c"));
}

proptest! {
    #[test]
    fn a_hint_that_is_found_is_the_one_that_was_put(keys in prop::collection::vec(any::<u16>(), 0..400), bits in 0_u32..32) {
        let mut hints = Hints::new();
        // Few bits: many keys share a hash.
        let hash = |key: u16| hash(&key.to_le_bytes()) >> bits;
        for key in &keys {
            match hints.find(hash(*key), |it| it == key) {
                Some(found) => prop_assert_eq!(*found, *key),
                None => hints.put(hash(*key), *key),
            }
            prop_assert_eq!(hints.find(hash(*key), |it| it == key), Some(&mut key.clone()));
        }
    }
}

#[test]
fn as_many_hints_as_a_fleet_has_topics_are_all_kept() {
    let mut hints = Hints::new();
    let topic = |number: usize| format!("mcs/D{number:07}/key/{}", number % 10);
    for number in 0..10_000 {
        hints.put(hash(topic(number).as_bytes()), number);
    }
    let mut found =
        |number: &usize| hints.find(hash(topic(*number).as_bytes()), |it| it == number).is_some();
    assert_eq!((0..10_000).filter(|it| found(it)).count(), 10_000);
}

#[test]
fn hints_of_one_hash_push_each_other_out() {
    let mut hints = Hints::new();
    for number in 0..100_000 {
        hints.put(7, number);
    }
    assert_eq!(hints.find(7, |it| *it == 99_999), Some(&mut 99_999));
    assert_eq!(hints.find(7, |it| *it == 0), None);
}
