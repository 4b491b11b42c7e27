use mcs_model::{Bounds, Channel, ChannelKind, Direction, Value};

use super::{Fault, check, parse};
use crate::test;

fn channel(kind: ChannelKind) -> Channel {
    Channel {
        id: "target".parse().expect("a channel id"),
        name: "Target".to_owned(),
        description: String::new(),
        direction: Direction::Controller,
        kind,
        template: None,
    }
}

fn percent() -> Channel {
    let bounds = Some(Bounds { lower: 0.0, upper: 100.0 });
    channel(ChannelKind::Integer { unit: "%".to_owned(), bounds })
}

fn wrong(words: &str) -> Fault {
    Fault::Wrong(words.to_owned())
}

fn faults(kind: ChannelKind, fields: &[&str]) -> Vec<Option<String>> {
    let fields: Vec<_> = fields.iter().map(|it| (*it).to_owned()).collect();
    let faults = check(&channel(kind), &fields).expect_err("no value");
    faults.into_iter().map(|it| it.map(|it| it.words())).collect()
}

#[test]
fn a_number_within_its_bounds_is_a_value() {
    assert_eq!(parse(&percent(), " 42 "), Ok(Value::Integer(42)));
}

#[test]
fn a_number_out_of_bounds_says_on_which_side_and_what_is_allowed() {
    assert_eq!(parse(&percent(), "101"), Err(wrong("Too high: allowed is 0 to 100")));
    assert_eq!(parse(&percent(), "-1"), Err(wrong("Too low: allowed is 0 to 100")));
}

#[test]
fn nothing_typed_is_no_value() {
    assert!(parse(&percent(), "  ").is_err());
    assert!(parse(&channel(ChannelKind::String), "").is_err());
}

#[test]
fn a_word_is_no_number() {
    let error = parse(&percent(), "many").expect_err("a word");
    assert_eq!(error, wrong("This is not a whole number"));
}

#[test]
fn a_text_keeps_its_spaces_and_commas_but_not_a_second_line() {
    let text = channel(ChannelKind::String);
    assert_eq!(parse(&text, " a, b "), Ok(Value::String(" a, b ".to_owned())));
    assert_eq!(parse(&text, "a\nb"), Err(wrong("A line break cannot be sent")));
}

#[test]
fn a_pwm_says_which_of_its_fields_is_empty_or_wrong() {
    let words = |text: &str| Some(text.to_owned());
    let high = "Too high: allowed is 0 to 1000";
    assert_eq!(faults(ChannelKind::Pwm, &["500", ""]), [None, words("The period is empty")]);
    assert_eq!(faults(ChannelKind::Pwm, &["", "20"]), [words("The value is empty"), None]);
    assert_eq!(faults(ChannelKind::Pwm, &["500", "1001"]), [None, words(high)]);
    assert_eq!(faults(ChannelKind::Pwm, &["x", "1001"]).len(), 2);
    // A comma would make two numbers of one.
    assert!(faults(ChannelKind::Pwm, &["1,5", "20"])[0].is_some());
    let fields = ["500".to_owned(), " 20".to_owned()];
    let pwm = Value::Pwm { value: 500, period: 20 };
    assert_eq!(check(&channel(ChannelKind::Pwm), &fields), Ok(pwm));
}

#[test]
fn a_place_says_which_of_its_numbers_is_out_of_the_world() {
    let found = faults(ChannelKind::Gps, &["91", "-180", "far"]);
    assert_eq!(found[0].as_deref(), Some("Too high: allowed is −90 to 90"));
    assert_eq!(found[1], None);
    assert_eq!(found[2].as_deref(), Some("This is not a number"));
}
