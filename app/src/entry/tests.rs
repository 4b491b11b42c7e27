use mcs_model::{Bounds, Channel, ChannelKind, Direction, Value};

use super::parse;
use crate::test;

fn channel(kind: ChannelKind) -> Channel {
    Channel {
        id: "target".parse().expect("a channel id"),
        name: "Target".to_owned(),
        description: String::new(),
        direction: Direction::Controller,
        kind,
    }
}

fn percent() -> Channel {
    let bounds = Some(Bounds { lower: 0.0, upper: 100.0 });
    channel(ChannelKind::Integer { unit: "%".to_owned(), bounds })
}

#[test]
fn a_number_within_its_bounds_is_a_value() {
    assert_eq!(parse(&percent(), " 42 "), Ok(Value::Integer(42)));
}

#[test]
fn a_number_out_of_bounds_says_on_which_side_and_what_is_allowed() {
    assert_eq!(parse(&percent(), "101"), Err("Too high: allowed is 0 to 100".to_owned()));
    assert_eq!(parse(&percent(), "-1"), Err("Too low: allowed is 0 to 100".to_owned()));
}

#[test]
fn nothing_typed_is_no_value() {
    assert!(parse(&percent(), "  ").is_err());
    assert!(parse(&channel(ChannelKind::String), "").is_err());
}

#[test]
fn a_word_is_no_number() {
    let error = parse(&percent(), "many").expect_err("a word");
    assert!(error.starts_with("This is not"), "{error}");
}

#[test]
fn a_text_keeps_its_spaces_and_commas_but_not_a_second_line() {
    let text = channel(ChannelKind::String);
    assert_eq!(parse(&text, " a, b "), Ok(Value::String(" a, b ".to_owned())));
    assert_eq!(parse(&text, "a\nb"), Err("A line break cannot be sent".to_owned()));
}

#[test]
fn both_parts_of_a_pwm_are_held_to_their_range() {
    let pwm = channel(ChannelKind::Pwm);
    assert_eq!(parse(&pwm, "500,20"), Ok(Value::Pwm { value: 500, period: 20 }));
    assert!(parse(&pwm, "500,1001").is_err());
    assert!(parse(&pwm, "500,").is_err());
}
