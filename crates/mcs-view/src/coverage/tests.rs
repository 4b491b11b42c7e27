use std::collections::BTreeSet;

use proptest::prelude::*;

use super::*;

fn span(from: u64, until: u64) -> Span {
    Span { from, until }
}

#[derive(Clone, Debug)]
enum Step {
    Add(u64, u64),
    Cut(u64),
}

proptest! {
    #[test]
    fn what_is_missing_is_the_newest_hole(
        steps in prop::collection::vec(
            prop_oneof![
                4 => (0u64..60, 0u64..20).prop_map(|(from, len)| Step::Add(from, from + len)),
                1 => (0u64..80).prop_map(Step::Cut),
            ],
            0..12,
        ),
        from in 0u64..60,
        len in 0u64..40,
    ) {
        let mut coverage = Coverage::default();
        let mut here = BTreeSet::new();
        for step in steps {
            match step {
                Step::Add(from, until) => {
                    coverage.add(span(from, until));
                    here.extend(from..=until);
                }
                Step::Cut(until) => {
                    coverage.cut(until);
                    here.retain(|it| *it <= until);
                }
            }
        }
        let wanted = span(from, from + len);
        let last = (wanted.from..=wanted.until).rev().find(|it| !here.contains(it));
        let expected = last.map(|last| {
            let first = (wanted.from..=last).rev().take_while(|it| !here.contains(it)).last();
            span(first.unwrap_or(last), last)
        });
        prop_assert_eq!(coverage.missing(wanted), expected);
    }
}

#[test]
fn a_lost_connection_leaves_a_hole_from_there_to_now() {
    let mut coverage = Coverage::default();
    coverage.add(span(100, u64::MAX));
    assert_eq!(coverage.missing(span(500, u64::MAX)), None);
    coverage.cut(700);
    assert_eq!(coverage.missing(span(500, u64::MAX)), Some(span(701, u64::MAX)));
}
