use super::*;

const fn at(millis: u64) -> Time {
    Time::from_millis(millis)
}

#[test]
fn expired_keys_come_out_in_order_of_their_deadlines() {
    let mut timers = Timers::<4>::new();
    timers.set(0, at(30));
    timers.set(1, at(10));
    timers.set(2, at(10));
    timers.set(3, at(99));
    assert_eq!(timers.next(), Some(at(10)));
    assert_eq!(timers.pop_expired(at(30)), Some(1));
    assert_eq!(timers.pop_expired(at(30)), Some(2));
    assert_eq!(timers.pop_expired(at(30)), Some(0));
    assert_eq!(timers.pop_expired(at(30)), None);
    assert_eq!(timers.next(), Some(at(99)));
}

#[test]
fn setting_again_replaces_the_deadline() {
    let mut timers = Timers::<1>::new();
    timers.set(0, at(10));
    timers.set(0, at(20));
    assert_eq!(timers.pop_expired(at(10)), None);
    assert_eq!(timers.at(0), Some(at(20)));
}

#[test]
fn cancelled_deadlines_never_expire() {
    let mut timers = Timers::<2>::new();
    timers.set(0, at(10));
    timers.set(1, at(11));
    timers.cancel(0);
    assert_eq!(timers.pop_expired(at(100)), Some(1));
    timers.set(0, at(10));
    timers.cancel_all();
    assert_eq!(timers.next(), None);
}
