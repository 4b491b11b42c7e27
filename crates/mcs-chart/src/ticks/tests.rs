use super::{time_ticks, value_axis, value_ticks};

#[test]
fn value_lines_are_round_and_hold_the_values() {
    for (min, max) in [(19.83, 25.21), (0.0, 1.0), (-40.0, 125.0), (1e-9, 3e-9), (1e12, 1.5e12)] {
        let (lower, upper, step) = value_axis(min, max, 4);
        assert!(lower <= min && max <= upper, "{min}..{max} in {lower}..{upper}");
        let lines = value_ticks(lower, upper, step).len();
        assert!((2..=8).contains(&lines), "{lines} lines for {min}..{max}");
    }
}

#[test]
fn labels_have_as_many_decimals_as_their_step_needs() {
    let (lower, upper, step) = value_axis(0.0, 0.4, 4);
    let labels: Vec<_> =
        value_ticks(lower, upper, step).into_iter().map(|tick| tick.label).collect();
    assert_eq!(labels, ["0.0", "0.1", "0.2", "0.3", "0.4"]);
}

#[test]
fn zero_is_written_without_a_sign() {
    let (lower, upper, step) = value_axis(-0.3, 0.3, 6);
    assert!(value_ticks(lower, upper, step).iter().any(|tick| tick.label == "0.0"));
}

#[test]
fn a_flat_line_has_room_on_both_sides() {
    let (lower, upper, _) = value_axis(20.0, 20.0, 4);
    assert!(lower < 20.0 && 20.0 < upper);
}

#[test]
fn no_values_give_an_axis_all_the_same() {
    let (lower, upper, step) = value_axis(f64::NAN, f64::NAN, 4);
    assert!(lower < upper && step > 0.0);
}

#[test]
fn the_axis_does_not_move_while_values_wander_within_it() {
    assert_eq!(value_axis(20.2, 24.1, 4), value_axis(20.9, 24.05, 4));
}

#[test]
fn time_lines_stand_at_round_times_of_the_local_clock() {
    // 00:07:10 UTC is 05:52:10 in a zone that is 5 h 45 min ahead.
    let offset = (5 * 60 + 45) * 60_000;
    let start = 7 * 60_000 + 10_000;
    let labels: Vec<_> = time_ticks(start, start + 15 * 60_000, |_| offset, 4)
        .into_iter()
        .map(|tick| tick.label)
        .collect();
    assert_eq!(labels, ["05:55", "06:00", "06:05"]);
}

#[test]
fn short_windows_show_seconds() {
    let ticks = time_ticks(61_500, 121_500, |_| 0, 5);
    assert_eq!(ticks.first().map(|tick| tick.label.as_str()), Some("00:01:15"));
    assert!(ticks.len() <= 5, "{ticks:?}");
}

#[test]
fn there_are_never_more_time_lines_than_room() {
    for span in [60_000, 300_000, 900_000, 3_600_000, 86_400_000, 7 * 86_400_000, 30 * 86_400_000] {
        let ticks = time_ticks(1_700_000_012_345, 1_700_000_012_345 + span, |_| 3_600_000, 6);
        assert!((2..=6).contains(&ticks.len()), "{} for {span}", ticks.len());
    }
}

#[test]
fn a_day_begins_with_its_date() {
    // 2024-02-28 22:00 UTC: that year has a 29th.
    let start = 1_709_157_600_000;
    let ticks = time_ticks(start, start + 48 * 3_600_000, |_| 0, 5);
    let labels: Vec<_> = ticks.iter().map(|tick| tick.label.as_str()).collect();
    assert_eq!(labels, ["02-29", "12:00", "03-01", "12:00"]);
}

#[test]
fn lines_stay_at_round_times_when_the_clock_is_put_back() {
    // From UTC+2 to UTC+1 at 2026-10-25 01:00 UTC.
    let change = 1_792_890_000_000;
    let offset = |at: u64| if at < change { 7_200_000 } else { 3_600_000 };
    let ticks = time_ticks(change - 86_400_000, change + 86_400_000, offset, 5);
    for tick in ticks {
        let wall = tick.at.saturating_add_signed(offset(tick.at));
        assert_eq!(wall % (12 * 3_600_000), 0, "{tick:?}");
    }
}
