use super::*;

const START: u64 = 1_700_000_000_000;

fn at(hours: u64) -> Time {
    Time::from_millis(hours * 3_600_000)
}

fn wall(hours: u64) -> Timestamp {
    Timestamp::from_millis(START + hours * 3_600_000)
}

#[test]
fn a_clock_that_goes_right_is_the_time() {
    let mut age = Age::starting(wall(0), at(0));
    for hour in 0..100 {
        assert_eq!(age.advance(wall(hour), at(hour)), (wall(hour), 0));
    }
}

#[test]
fn a_clock_that_jumps_ahead_is_followed_slowly_and_back_at_once() {
    let mut age = Age::starting(wall(0), at(0));
    age.advance(wall(1), at(1));
    let year = 365 * 24;
    let (shown, behind) = age.advance(wall(1 + year), at(1));
    assert_eq!((shown, behind), (wall(1), year * 3_600_000));
    assert_eq!(age.advance(wall(2 + year), at(2)).0, wall(25), "a day an hour");
    assert_eq!(age.advance(wall(3), at(3)), (wall(3), 0), "somebody has set it right");
    assert_eq!(age.advance(wall(0), at(4)), (wall(0), 0));
}

#[test]
fn after_a_month_away_the_time_is_right_within_two_days() {
    let mut age = Age::starting(wall(0), at(0));
    let month = 30 * 24;
    assert_eq!(age.advance(wall(month), at(0)).0, wall(0));
    assert_eq!(age.advance(wall(month + 40), at(40)), (wall(month + 40), 0));
}
