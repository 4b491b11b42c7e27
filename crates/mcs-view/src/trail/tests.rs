use mcs_model::Timestamp;

use super::*;

fn place(at: u64) -> Shown {
    let value = Value::Gps { latitude: 1.0, longitude: 2.0, altitude: 0.0 };
    Shown { value, at: Timestamp::from_millis(at), misfit: None }
}

fn picture(at: u64, bytes: usize) -> Shown {
    Shown { value: Value::Image("A".repeat(bytes)), ..place(at) }
}

fn show(trail: &mut Trail, all: bool) -> Option<(bool, Vec<u64>, u32)> {
    let shown = trail.show(&"x".parse().unwrap(), all)?;
    let times = shown.points.iter().map(|it| it.at.as_millis()).collect();
    Some((shown.fresh, times, shown.len))
}

#[test]
fn the_page_gets_what_it_lacks_and_nothing_twice() {
    let mut trail = Trail::default();
    trail.insert(place(1), 10);
    trail.insert(place(2), 10);
    assert_eq!(show(&mut trail, true), Some((true, vec![1, 2], 2)));
    assert_eq!(show(&mut trail, false), None);
    trail.insert(place(3), 10);
    assert_eq!(show(&mut trail, false), Some((false, vec![3], 3)));
}

#[test]
fn what_comes_in_between_begins_anew_in_the_order_of_time() {
    let mut trail = Trail::default();
    trail.insert(place(1), 10);
    trail.insert(place(3), 10);
    show(&mut trail, true);
    trail.insert(place(2), 10);
    assert_eq!(show(&mut trail, false), Some((true, vec![1, 2, 3], 3)));
}

#[test]
fn history_fills_in_and_does_not_replace_what_came_live() {
    let mut trail = Trail::default();
    trail.insert(place(5), 10);
    show(&mut trail, true);
    let point = |at| HistoryPoint { at: Timestamp::from_millis(at), value: place(at).value };
    trail.merge(vec![point(4), point(5)], 10);
    assert_eq!(show(&mut trail, false), Some((true, vec![4, 5], 2)));
    trail.merge(vec![point(4), point(5)], 10);
    assert_eq!(show(&mut trail, false), None);
}

#[test]
fn the_oldest_go_by_number_and_by_bytes_but_never_the_newest() {
    let mut trail = Trail::default();
    for at in 0..5 {
        trail.insert(place(at), 3);
    }
    assert_eq!(show(&mut trail, false), Some((false, vec![2, 3, 4], 3)));
    let mut trail = Trail::default();
    for at in 0..5 {
        trail.insert(picture(at, MOST_BYTES / 2), 24);
    }
    assert_eq!(show(&mut trail, true), Some((true, vec![3, 4], 2)));
    trail.insert(picture(9, MOST_BYTES * 2), 24);
    assert_eq!(show(&mut trail, true), Some((true, vec![9], 1)));
}
