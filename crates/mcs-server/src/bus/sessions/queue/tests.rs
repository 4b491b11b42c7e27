use super::*;

const BUDGET: Budget = Budget { messages: 3, bytes: 30, full: Overflow::DropOldest };

fn ids(queue: &Queue<u8>) -> Vec<i64> {
    queue.range(0, i64::MAX)
}

/// Pushes messages that are on the disk at once.
fn fill(queue: &mut Queue<u8>, ids: std::ops::Range<i64>, size: u32, budget: Budget) {
    for id in ids {
        queue.push(id, size, Some(0), budget);
        queue.stored(id);
    }
}

#[test]
fn the_oldest_goes_when_there_are_too_many_messages_or_bytes() {
    let mut queue = Queue::new([]);
    fill(&mut queue, 1..4, 10, BUDGET);
    assert_eq!(queue.push(4, 1, None, BUDGET), Pushed { taken: true, dropped: vec![1] });
    assert_eq!(queue.push(5, 25, None, BUDGET), Pushed { taken: true, dropped: vec![2, 3] });
    assert_eq!(ids(&queue), [4, 5]);
}

#[test]
fn the_newest_goes_where_that_is_wanted() {
    let mut queue = Queue::new([]);
    let budget = Budget { full: Overflow::DropNewest, ..BUDGET };
    fill(&mut queue, 1..4, 5, budget);
    assert_eq!(queue.push(4, 5, None, budget), Pushed::default());
    assert_eq!(ids(&queue), [1, 2, 3]);
}

#[test]
fn what_could_never_fit_drops_nothing_else() {
    let mut queue = Queue::new([]);
    fill(&mut queue, 1..3, 5, BUDGET);
    assert_eq!(queue.push(3, 31, None, BUDGET), Pushed::default());
    let nothing = Budget { messages: 0, ..BUDGET };
    assert_eq!(queue.push(4, 1, None, nothing), Pushed::default());
    assert_eq!(ids(&queue), [1, 2]);
}

#[test]
fn nothing_overtakes_what_is_not_on_the_disk_yet() {
    let mut queue = Queue::new([]);
    queue.push(1, 1, Some(11), BUDGET);
    queue.push(2, 1, Some(12), BUDGET);
    queue.stored(2);
    assert_eq!(queue.next(), None);
    queue.stored(1);
    assert_eq!(queue.next(), Some(Next::Hand(1, 11)));
    assert_eq!(queue.next(), Some(Next::Hand(2, 12)));
    assert_eq!(queue.next(), None);
}

#[test]
fn what_is_not_in_memory_is_loaded_first() {
    let mut queue = Queue::new((1..=3).map(|id| (id, 1)));
    assert_eq!(queue.next(), Some(Next::Load(1, 3)));
    queue.loaded(1, 11);
    queue.lost(2);
    queue.loaded(3, 13);
    assert_eq!(queue.next(), Some(Next::Hand(1, 11)));
    assert_eq!(queue.next(), Some(Next::Hand(3, 13)));
}

#[test]
fn only_a_window_of_messages_is_on_the_way() {
    let budget = Budget { messages: 10_000, bytes: usize::MAX, full: Overflow::DropOldest };
    let mut queue = Queue::new([]);
    fill(&mut queue, 1..1_001, 1, budget);
    let mut handed = 0;
    while let Some(Next::Hand(..)) = queue.next() {
        handed += 1;
    }
    assert_eq!(handed, WINDOW);
    assert_eq!(queue.next(), None);
    assert!(queue.done(1));
    assert!(!queue.done(1), "it was done already");
    let last = WINDOW as i64 + WINDOW as i64 / 2;
    assert_eq!(queue.next(), Some(Next::Load(WINDOW as i64 + 1, last)));

    let mut queue = Queue::new([]);
    fill(&mut queue, 1..10, WINDOW_BYTES as u32, budget);
    assert_eq!(queue.next(), Some(Next::Hand(1, 0)), "one at least, however large");
    assert_eq!(queue.next(), None);
}

#[test]
fn what_a_client_did_not_get_waits_again_in_its_place() {
    let mut queue = Queue::new([]);
    fill(&mut queue, 1..4, 10, BUDGET);
    while queue.next().is_some() {}
    queue.push(4, 10, Some(0), BUDGET);
    assert_eq!(ids(&queue), [4]);
    queue.take_back(|id| id == 2);
    assert_eq!(ids(&queue), [1, 3, 4]);
    assert_eq!(queue.len(), 3);
    // The budget counts them again.
    assert_eq!(queue.push(5, 10, None, BUDGET).dropped, [1]);
}
