use mcs_model::Bounds;

use super::*;

const NOW: Timestamp = Timestamp::from_millis(1_000_000);

fn channel(direction: Direction, kind: ChannelKind) -> Channel {
    Channel {
        id: "x".parse().unwrap(),
        name: "x".to_owned(),
        description: String::new(),
        direction,
        kind,
        template: None,
    }
}

fn float() -> Channel {
    let bounds = Some(Bounds { lower: 0.0, upper: 100.0 });
    channel(Direction::Display, ChannelKind::Float { unit: String::new(), bounds })
}

fn receive(card: &mut Card, channel: &Channel, text: &str) -> Option<Value> {
    card.receive(channel, NOW, RawRef::Csv(text), NOW)
}

#[test]
fn a_number_out_of_its_bounds_is_shown_and_charted_as_what_it_is() {
    let (mut card, channel) = (Card::default(), float());
    assert_eq!(receive(&mut card, &channel, "150.5"), Some(Value::Float(150.5)));
    let shown = card.value.clone().unwrap();
    assert_eq!((shown.value, shown.misfit), (Value::Float(150.5), Some(Unfit::TooHigh)));
    receive(&mut card, &channel, "-1");
    assert_eq!(card.value.unwrap().misfit, Some(Unfit::TooLow));
}

#[test]
fn what_cannot_be_read_is_shown_as_its_text_with_its_length_when_it_is_long() {
    let (mut card, channel) = (Card::default(), float());
    assert_eq!(receive(&mut card, &channel, "<img src=x>"), None);
    let shown = card.value.clone().unwrap();
    assert_eq!(shown.value, Value::String("<img src=x>".to_owned()));
    assert!(matches!(shown.misfit, Some(Unfit::Unreadable(Wrong::Type))));
    receive(&mut card, &channel, &"x".repeat(1000));
    assert!(card.value.unwrap().value.to_string().ends_with("… (1000 bytes)"));
}

#[test]
fn a_channel_shows_as_many_decimals_as_its_finest_value_had() {
    let (mut card, channel) = (Card::default(), float());
    let mut digits = |text| {
        receive(&mut card, &channel, text);
        card.show(&channel).digits
    };
    assert_eq!(digits("21"), 0);
    assert_eq!(digits("21.50"), 2);
    assert_eq!(digits("21.5"), 2);
    assert_eq!(digits("1e-9"), 2);
    assert_eq!(digits("21.123456789"), 4);
}

#[test]
fn decimals_are_counted_in_numbers_only() {
    for (text, digits) in [("1.25", 2), ("-1.5", 1), ("1.", 0), ("1.5e3", 0), ("a.bc", 0)] {
        assert_eq!(decimals(text), digits, "{text}");
    }
}

#[test]
fn a_value_that_nobody_here_asked_for_is_said_to_come_from_elsewhere() {
    let channel = channel(Direction::Controller, ChannelKind::Switch);
    let mut card = Card::default();
    receive(&mut card, &channel, "0");
    // The first one is no change.
    assert!(card.life.is_none());
    receive(&mut card, &channel, "0");
    assert!(card.life.is_none());
    receive(&mut card, &channel, "1");
    assert_eq!(card.life.unwrap().control().stage, ControlStage::Elsewhere);
}

#[test]
fn a_display_never_has_a_command() {
    let channel = channel(Direction::Display, ChannelKind::Switch);
    let mut card = Card::default();
    receive(&mut card, &channel, "0");
    receive(&mut card, &channel, "1");
    assert!(card.life.is_none());
}
