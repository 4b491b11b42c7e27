extern crate std;

use std::format;

use super::*;

#[test]
fn since_saturates_at_zero_when_the_other_instant_is_later() {
    let (early, late) = (Time::from_millis(10), Time::from_millis(35));
    assert_eq!(late.since(early), Duration::from_millis(25));
    assert_eq!(early.since(late), Duration::ZERO);
}

#[test]
fn adding_a_fraction_of_a_millisecond_rounds_up() {
    assert_eq!(Time::ZERO + Duration::from_micros(1), Time::from_millis(1));
    assert_eq!(Time::ZERO + Duration::from_micros(1001), Time::from_millis(2));
    assert_eq!(Time::ZERO + Duration::ZERO, Time::ZERO);
}

#[test]
fn adding_an_absurd_duration_saturates() {
    assert_eq!(Time::from_millis(1) + Duration::MAX, Time::from_millis(u64::MAX));
}

#[test]
fn display_shows_seconds_with_milliseconds() {
    assert_eq!(format!("{}", Time::from_millis(12_034)), "12.034s");
}
