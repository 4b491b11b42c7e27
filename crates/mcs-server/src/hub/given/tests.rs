use super::*;

fn point(value: i64) -> DataPoint {
    DataPoint {
        channel: "n".parse().expect("an id"),
        timestamp: mcs_model::Timestamp::default(),
        value: Value::Integer(value),
    }
}

/// Each of these values comes with the device's key, so many milliseconds apart. How many become commands before
/// one does not.
fn turns(values: impl Iterator<Item = i64>, step: u64) -> usize {
    let mut given = Given::default();
    let turn = |(n, value): (u64, i64)| {
        let (now, point) = (Time::from_millis(n * step), point(value));
        let goes_on = !given.loops(now, &point);
        if goes_on {
            given.note(now, &point);
        }
        goes_on
    };
    (0..).zip(values).map(turn).take_while(|goes_on| *goes_on).count()
}

#[test]
fn a_board_that_answers_its_own_answers_is_stopped_soon() {
    for step in [55, 100, 200] {
        let same = turns([1].into_iter().cycle().take(1000), step);
        let two = turns([1, 0].into_iter().cycle().take(1000), step);
        assert!((30..100).contains(&same) && (30..100).contains(&two), "{step}: {same}, {two}");
    }
}

#[test]
fn somebody_who_commands_by_the_devices_key_is_not() {
    assert_eq!(turns([1].into_iter().cycle().take(1000), 400), 1000, "now and then");
    assert_eq!(turns(0..1000, 50), 1000, "always something new");
    assert_eq!(turns([1, 0].into_iter().cycle().take(30), 1), 30, "a short burst");
}
