use mcs_model::{CategoryOption, ChannelKind, Value};

use super::{LocalTime, bytes, count, measured, number, rate, relative, value};
use crate::test;

#[test]
fn ages_are_told_in_their_largest_unit() {
    let now = 1_000_000_000;
    for (age, words) in [
        (0, "now"),
        (1_999, "now"),
        (2_000, "2 s ago"),
        (59_999, "59 s ago"),
        (60_000, "1 min ago"),
        (3_600_000, "1 h ago"),
        (90_000_000, "1 d ago"),
    ] {
        assert_eq!(relative(now, now - age), words);
    }
}

#[test]
fn a_clock_that_is_ahead_is_said_so_only_when_it_matters() {
    assert_eq!(relative(1_000, 5_000), "now");
    assert_eq!(relative(1_000, 61_000), "1 min ahead");
}

#[test]
fn numbers_lose_noise_but_not_their_size() {
    for (given, shown) in [
        (21.374_999_9, "21.375"),
        (-0.0, "0"),
        (-3.5, "−3.5"),
        (0.1 + 0.2, "0.3"),
        (1e-7, "1.000e-7"),
        (4.2e20, "4.200e20"),
        (100.0, "100"),
        (f64::NAN, "–"),
    ] {
        assert_eq!(number(given), shown);
    }
}

#[test]
fn counts_are_grouped() {
    assert_eq!(count(0), "0");
    assert_eq!(count(999), "999");
    assert_eq!(count(1_234_567), "1\u{202f}234\u{202f}567");
}

#[test]
fn sizes_have_a_unit() {
    assert_eq!(bytes(1023), "1023 B");
    assert_eq!(bytes(1536), "1.5 KiB");
    assert_eq!(bytes(64 * 1024 * 1024), "64 MiB");
}

#[test]
fn rates_have_a_decimal_while_it_matters() {
    assert_eq!(rate(2.04), "2.0");
    assert_eq!(rate(1234.5), "1234");
}

#[test]
fn a_category_shows_the_name_of_its_key_and_an_unknown_key_as_it_came() {
    let kind = ChannelKind::Category {
        options: vec![CategoryOption { name: "Low speed".to_owned(), value: "1".to_owned() }],
    };
    assert_eq!(value(&Value::Category("1".to_owned()), &kind, 0), "Low speed");
    assert_eq!(value(&Value::Category("7".to_owned()), &kind, 0), "7");
}

#[test]
fn places_say_on_which_side_they_are() {
    let place = Value::Gps { latitude: -26.34, longitude: 12.0, altitude: 59.0 };
    assert_eq!(value(&place, &ChannelKind::Gps, 5), "26.34000° S, 12.00000° E");
}

#[test]
fn local_time_is_written_with_leading_zeros() {
    let time = LocalTime { year: 2026, month: 1, day: 2, hour: 3, minute: 4, second: 5 };
    assert_eq!(time.date_and_time(), "2026-01-02 03:04:05");
}

#[test]
fn a_channels_numbers_have_the_same_decimals_and_lose_none() {
    assert_eq!(measured(21.5, 2), "21.50");
    assert_eq!(measured(21.0, 2), "21.00");
    assert_eq!(measured(-21.25, 1), "−21.25");
    assert_eq!(measured(21.0, 0), "21");
    assert_eq!(measured(1e20, 2), "1.000e20");
}
