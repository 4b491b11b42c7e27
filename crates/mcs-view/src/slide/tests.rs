use mcs_model::Bounds;

use super::step;

#[test]
fn a_step_is_a_power_of_ten_of_which_there_are_a_thousand_to_ten_thousand() {
    for (lower, upper, expected) in [
        (0.0, 1.0, 0.0001),
        (0.0, 100.0, 0.01),
        (-40.0, 125.0, 0.1),
        (0.0, 1_000.0, 0.1),
        (0.0, 1_001.0, 1.0),
        (-1e6, 1e6, 1e3),
        (0.25, 0.250_002, 1e-9),
    ] {
        let step = step(Bounds { lower, upper });
        assert_eq!(step.to_string(), expected.to_string(), "{lower} to {upper}");
    }
}

#[test]
fn bounds_without_room_between_them_and_all_floats_have_a_step() {
    for (lower, upper) in [(5.0, 5.0), (0.0, f64::MIN_POSITIVE), (f64::MIN, f64::MAX)] {
        let step = step(Bounds { lower, upper });
        assert!(step.is_finite() && step > 0.0, "{lower} to {upper}: {step}");
    }
}
