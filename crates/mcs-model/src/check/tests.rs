use super::*;
use crate::{CategoryOption, Direction, GamepadButtons};

fn channel(id: &str, kind: ChannelKind) -> Channel {
    Channel {
        id: id.parse().unwrap(),
        name: "Lamp".to_owned(),
        description: String::new(),
        direction: Direction::Controller,
        kind,
        template: None,
    }
}

fn with(channels: Vec<Channel>) -> Prototype {
    Prototype {
        id: "PydFXsArwtru".parse().unwrap(),
        name: "Board".to_owned(),
        version: "1".to_owned(),
        description: "two\nlines".to_owned(),
        channels,
    }
}

fn of_kind(kind: ChannelKind) -> Vec<(Field, Flaw)> {
    let faults = faults(&with(vec![channel("x", kind)]));
    faults.into_iter().map(|it| (it.field, it.flaw)).collect()
}

#[test]
fn texts_have_limits() {
    for (text, flaw) in [
        ("", Some(Flaw::Empty)),
        (" x", Some(Flaw::OuterSpace)),
        ("a\nb", Some(Flaw::Control)),
        (&"長".repeat(200), None),
        (&"長".repeat(201), Some(Flaw::TooLong(200))),
    ] {
        assert_eq!(name(text), flaw, "{text:?}");
    }
    assert_eq!((text("two\nlines"), word("")), (None, None));
    assert_eq!(text("bell\u{7}"), Some(Flaw::Control));
}

#[test]
fn whatever_is_wrong_with_an_id_is_named() {
    for (text, flaw) in [
        ("temp_dgc", None),
        ("温度", None),
        ("two words", None),
        ("", Some(Flaw::Empty)),
        ("a,b", Some(Flaw::Separator(','))),
        ("$SYS", Some(Flaw::Separator('$'))),
        ("fota", Some(Flaw::Reserved)),
        (" x", Some(Flaw::OuterSpace)),
        ("a\tb", Some(Flaw::Control)),
        (&"x".repeat(65), Some(Flaw::TooLong(64))),
    ] {
        assert_eq!(channel_id(text), flaw, "{text:?}");
        assert_eq!(text.parse::<crate::ChannelId>().is_ok(), flaw.is_none(), "{text:?}");
    }
}

#[test]
fn an_id_is_there_once() {
    let twice = vec![channel("x", ChannelKind::Switch), channel("x", ChannelKind::Hex)];
    let fault = Fault { channel: Some(1), field: Field::Id, flaw: Flaw::Twice };
    assert_eq!(fault.to_string(), "channel number 2: the id is there twice");
    assert_eq!(faults(&with(twice)), [fault]);
    let many = (0..=MAX_CHANNELS).map(|n| channel(&n.to_string(), ChannelKind::Hex)).collect();
    let too_many = Flaw::TooMany(MAX_CHANNELS);
    assert_eq!(
        faults(&with(many)),
        [Fault { channel: None, field: Field::Channels, flaw: too_many }]
    );
}

#[test]
fn settings_fit_their_type() {
    let bounds = |lower, upper| ChannelKind::Analog { bounds: Bounds { lower, upper } };
    assert_eq!(of_kind(bounds(0.0, 0.0)), []);
    assert_eq!(of_kind(bounds(1.0, 0.0)), [(Field::Upper, Flaw::BelowLower)]);
    assert_eq!(of_kind(bounds(f64::NAN, 0.0)), [(Field::Lower, Flaw::NoNumber)]);
    let option =
        |name: &str, value: &str| CategoryOption { name: name.into(), value: value.into() };
    let category = |options| ChannelKind::Category { options };
    assert_eq!(of_kind(category(Vec::new())), [(Field::Options, Flaw::Empty)]);
    assert_eq!(
        of_kind(category(vec![option("Low", "1"), option("", "1")])),
        [(Field::OptionName(1), Flaw::Empty), (Field::OptionValue(1), Flaw::Twice)]
    );
    let buttons = GamepadButtons {
        up: "a|b".to_owned(),
        down: "down".to_owned(),
        a: Some("down".to_owned()),
        b: Some(String::new()),
        ..GamepadButtons::default()
    };
    assert_eq!(
        of_kind(ChannelKind::Gamepad { buttons }),
        [
            (Field::Button(0), Flaw::Separator('|')),
            (Field::Button(4), Flaw::Twice),
            (Field::Button(5), Flaw::Empty),
        ]
    );
}
