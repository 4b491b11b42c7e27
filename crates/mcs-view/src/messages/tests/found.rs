use super::*;
use crate::protocol::{DiffLine, Format, Preview};

#[test]
fn the_newest_rows_are_shown_and_all_are_counted() {
    let mut all = messages(1 << 20);
    (0..1000).for_each(|n| receive(&mut all, "a", n.to_string()));
    let log = look(&mut all, Look { rows: Rows::Newest { count: 3 }, ..Look::default() });
    assert_eq!((log.total, log.first, log.rows.len()), (1000, 997, 3));
    assert_eq!(log.rows[2].preview, Preview::Text { text: "999".to_owned(), cut: false });
}

#[test]
fn a_paused_log_counts_what_comes_and_does_not_move() {
    let mut all = messages(1 << 20);
    (0..10).for_each(|n| receive(&mut all, "a", n.to_string()));
    for filter in ["", "a"] {
        let paused = Look { until: Some(6), ..query(filter) };
        let log = look(&mut all, paused);
        assert_eq!((log.total, log.newer), (7, 3), "{filter:?}");
        assert_eq!(log.rows.last().map(|it| it.row), Some(6));
    }
}

#[test]
fn what_does_not_fit_is_evicted_oldest_first_and_counted() {
    let mut all = messages(1 << 20);
    let payload = [b'x'; 1000];
    (0..5000).for_each(|_| receive(&mut all, "a", payload));
    let log = look(&mut all, query(""));
    assert!(log.store.memory <= 1 << 20, "{:?}", log.store);
    assert!(log.store.stored > 500, "{:?}", log.store);
    assert_eq!(log.store.stored + log.store.evicted, 5000);
    assert_eq!(log.rows.last().map(|it| it.row), Some(4999));
}

#[test]
fn a_place_means_the_same_row_while_old_ones_are_found_and_evicted() {
    let mut all = messages(1 << 20);
    let payload = [b'x'; 500];
    (0..900).for_each(|n| receive(&mut all, ["a", "b"][n % 2], payload));
    let log = look(&mut all, query("topic:a"));
    let (place, row) = (log.origin + 440, 880);
    let at = |place| Look { rows: Rows::From { place, count: 1 }, ..query("topic:a") };
    assert_eq!(look(&mut all, at(place)).rows[0].row, row);
    (0..900).for_each(|n| receive(&mut all, ["a", "b"][n % 2], payload));
    let log = look(&mut all, at(place));
    assert!(log.store.evicted > 0);
    assert_eq!(log.rows[0].row, row);
}

#[test]
fn two_hundred_thousand_messages_are_searched_in_slices_newest_first() {
    let mut all = messages(64 << 20);
    (0..200_000).for_each(|n| receive(&mut all, "a", format!("value {n}")));
    all.look(query("payload:7"));
    let first = all.view(Time::ZERO, &Devices::default(), |_| true, true).and_then(|it| it.log);
    let first = first.expect("an answer at once");
    assert!(first.unsearched > 100_000, "{}", first.unsearched);
    assert_eq!(first.rows.len(), 100, "the screen is full already");
    assert_eq!(first.rows.last().map(|it| it.row), Some(199_997));
    let done = look(&mut all, query("payload:7"));
    let expected = (0..200_000).filter(|it| it.to_string().contains('7')).count();
    assert_eq!((done.total, done.store.evicted), (expected as u64, 0));
}

#[test]
fn what_comes_while_a_filter_is_on_is_found_too() {
    let mut all = messages(1 << 20);
    receive(&mut all, "a", "1");
    assert_eq!(look(&mut all, query("a")).total, 1);
    receive(&mut all, "b", "2");
    receive(&mut all, "a", "3");
    assert_eq!(look(&mut all, query("a")).total, 2);
}

#[test]
fn a_query_that_means_nothing_leaves_the_one_before_in_force() {
    let mut all = messages(1 << 20);
    receive(&mut all, "a", "1");
    receive(&mut all, "b", "2");
    look(&mut all, query("topic:a"));
    let log = look(&mut all, query("/(/"));
    assert!(log.error.is_some());
    assert_eq!(topics(&log), ["a"]);
}

#[test]
fn one_direction_and_one_branch_can_be_looked_at_alone() {
    let mut all = messages(1 << 20);
    for topic in ["a", "a/b", "ab", "a b"] {
        receive(&mut all, topic, "1");
    }
    all.sent(Time::ZERO, Timestamp::default(), ConnectionId(1), &Publish::new("a/c", "2"), None);
    let mut below = query("");
    below.filter.below = Some("a".to_owned());
    assert_eq!(topics(&look(&mut all, below.clone())), ["a", "a/b", "a/c"]);
    below.filter.direction = Some(Direction::Sent);
    let log = look(&mut all, below);
    assert_eq!(topics(&log), ["a/c"]);
    assert_eq!(log.rows[0].fate, Some(Fate::NotConnected));
}

#[test]
fn a_flood_of_topics_takes_no_more_than_its_share() {
    let mut all = messages(32 << 20);
    for n in 0..120_000 {
        receive(&mut all, &format!("request/{n}"), "1");
    }
    let store = look(&mut all, query("")).store;
    assert!(store.topics <= 50_000, "{store:?}");
    assert_eq!(store.topics + store.forgotten, 120_000);
    assert_eq!(store.seen, 120_000);
    assert!(store.memory <= 32 << 20, "{store:?}");
    // Names that were given away again mean the new topics.
    assert_eq!(topics(&look(&mut all, query("topic:request/119999"))), ["request/119999"]);
}

#[test]
fn a_cleared_log_is_empty_and_goes_on() {
    let mut all = messages(1 << 20);
    receive(&mut all, "a", "1");
    look(&mut all, query("a"));
    all.clear();
    let log = look(&mut all, query("a"));
    assert_eq!((log.total, log.store.stored, log.store.seen), (0, 0, 1));
    receive(&mut all, "a", "2");
    assert_eq!(look(&mut all, query("a")).rows[0].row, 1);
}

#[test]
fn a_message_is_held_against_the_one_before_on_its_topic() {
    let mut all = messages(1 << 20);
    receive(&mut all, "a", r#"{"x":1,"y":12345678901234567890}"#);
    receive(&mut all, "b", "other");
    receive(&mut all, "a", r#"{"x":2,"y":12345678901234567890}"#);
    receive(&mut all, "b", "other");
    let mut difference = |row| {
        let detail = Some(Detail { row, format: Format::Text, whole: false });
        all.look(Look { detail, ..query("") });
        let view = all.view(Time::ZERO, &Devices::default(), |_| true, false).expect("a view");
        view.detail.flatten().expect("a detail").difference
    };
    assert_eq!(difference(0), Difference::First);
    assert_eq!(difference(3), Difference::Same { before: 1 });
    let Difference::Lines { before: 0, lines } = difference(2) else { panic!("lines") };
    let line = |text: &str| text.to_owned();
    assert_eq!(
        lines,
        [
            DiffLine::Same(line("{")),
            DiffLine::Removed(line("  \"x\": 1,")),
            DiffLine::Added(line("  \"x\": 2,")),
            DiffLine::Same(line("  \"y\": 12345678901234567890")),
            DiffLine::Same(line("}")),
        ]
    );
}
