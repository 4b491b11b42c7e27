use super::*;

fn integer(lower: f64, upper: f64) -> ChannelKind {
    ChannelKind::Integer { unit: String::new(), bounds: Some(Bounds { lower, upper }) }
}

#[test]
fn a_fresh_number_lies_within_its_bounds() {
    assert_eq!(integer(-4.0, 4.0).initial(), Value::Integer(0));
    assert_eq!(integer(2.5, 9.0).initial(), Value::Integer(3));
    assert_eq!(integer(-9.0, -2.5).initial(), Value::Integer(-3));
}

#[test]
fn a_switch_has_one_type_id_for_each_direction() {
    assert_eq!(ChannelKind::Switch.type_id(Direction::Display), 3);
    assert_eq!(ChannelKind::Switch.type_id(Direction::Controller), 7);
    assert_eq!(ChannelKind::Hex.type_id(Direction::Controller), 4);
}

#[test]
fn a_gamepad_names_the_buttons_that_it_has() {
    let buttons = GamepadButtons { b: None, ..GamepadButtons::default() };
    assert_eq!(buttons.names().collect::<Vec<_>>(), ["up", "down", "left", "right", "A"]);
}

#[test]
fn bounds_with_an_open_end_name_the_other_one() {
    let said = |lower, upper| Bounds { lower, upper }.to_string();
    assert_eq!(said(-40.0, 125.0), "-40 to 125");
    assert_eq!(said(f64::MIN, 125.0), "≤ 125");
    assert_eq!(said(-40.0, f64::MAX), "≥ -40");
}
