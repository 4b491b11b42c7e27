use serde_json::json;

use super::{MAX_LINE, MAX_POINTS, Other, Refusal, Trouble, context_value, excerpt, points};
use crate::{
    Bounds, CategoryOption, Channel, ChannelKind, Direction, GamepadButtons, MAX_TEXT, Prototype,
    RawValue, Timestamp,
};

fn channel(id: &str, kind: ChannelKind) -> Channel {
    Channel {
        id: id.parse().unwrap(),
        name: id.to_owned(),
        description: String::new(),
        direction: Direction::Display,
        kind,
        template: None,
    }
}

fn prototype() -> Prototype {
    let function = || ChannelKind::Function { code: "return {}".to_owned() };
    let bounds = Some(crate::Bounds { lower: -40.0, upper: 125.0 });
    Prototype {
        id: "PydFXsArwtru".parse().unwrap(),
        name: "Board".to_owned(),
        version: String::new(),
        description: String::new(),
        channels: vec![
            channel("temp_fht", function()),
            channel("other", function()),
            channel("temp_cel", ChannelKind::Float { unit: "°C".to_owned(), bounds }),
            channel("count", ChannelKind::Integer { unit: String::new(), bounds: None }),
            channel("lamp", ChannelKind::Switch),
            channel("place", ChannelKind::Gps),
            channel("note", ChannelKind::String),
            channel("cam", ChannelKind::Video),
        ],
    }
}

fn written(returned: serde_json::Value) -> (Vec<String>, Vec<Trouble>) {
    let at = Timestamp::from_millis(1_432_538_716_989);
    let function = "temp_fht".parse().unwrap();
    let (points, troubles) = points(returned, &prototype(), &function, at);
    assert!(points.iter().all(|it| it.timestamp == at));
    (points.iter().map(|it| format!("{},{}", it.channel, it.value)).collect(), troubles)
}

#[test]
fn a_number_as_json_writes_it_is_a_number_and_anything_else_a_text() {
    for (text, expected) in [
        ("42", json!(42)),
        (" -1.5 ", json!(-1.5)),
        ("2e3", json!(2e3)),
        ("007", json!("007")),
        ("", json!("")),
        ("true", json!("true")),
        ("null", json!("null")),
        ("[1]", json!("[1]")),
        ("1,2", json!("1,2")),
        (" hello ", json!(" hello ")),
        ("1e999", json!("1e999")),
    ] {
        assert_eq!(context_value(text), expected, "{text:?}");
    }
}

#[test]
fn what_is_returned_becomes_points_at_the_time_of_the_input() {
    let returned = json!({
        "temp_cel": 5.5, "count": 3, "lamp": true, "note": "a,b", "place": "24.8,121,30",
    });
    let expected = ["count,3", "lamp,1", "note,a,b", "place,24.8,121,30", "temp_cel,5.5"];
    assert_eq!(written(returned), (expected.map(str::to_owned).to_vec(), vec![]));
    let place = json!({ "place": { "latitude": 1, "longitude": "2", "altitude": 3 } });
    assert_eq!(written(place).0, ["place,1,2,3"]);
}

#[test]
fn nothing_returned_writes_nothing_and_is_ok() {
    assert_eq!(written(json!(null)), (vec![], vec![]));
    assert_eq!(written(json!({})), (vec![], vec![]));
}

#[test]
fn a_function_writes_neither_itself_nor_another_function_nor_an_unknown_channel_nor_a_video() {
    let returned = json!({ "temp_fht": 1, "other": 2, "nobody": 3, "cam": 4, "count": 5 });
    let (points, troubles) = written(returned);
    assert_eq!(points, ["count,5"], "what is right is written");
    let cam = "cam".parse().unwrap();
    let video = Trouble::Refused { channel: cam, value: "4".to_owned(), why: Refusal::NoPoints };
    let unknown = Trouble::Unknown("nobody".to_owned());
    let other = Trouble::Function("other".parse().unwrap());
    assert_eq!(troubles, [video, unknown, other, Trouble::Itself]);
}

#[test]
fn a_value_that_does_not_fit_is_refused_with_its_reason() {
    let returned = json!({ "temp_cel": 200, "count": null, "lamp": 2 });
    let (points, troubles) = written(returned);
    assert!(points.is_empty());
    let bounds = Bounds { lower: -40.0, upper: 125.0 };
    let wanted = [
        ("count", "null", Refusal::Whole),
        ("lamp", "2", Refusal::State),
        ("temp_cel", "200", Refusal::Bounds(bounds)),
    ];
    let refused = |(channel, value, why): (&str, &str, Refusal)| Trouble::Refused {
        channel: channel.parse().unwrap(),
        value: value.to_owned(),
        why,
    };
    assert_eq!(troubles, wanted.map(refused));
}

#[test]
fn each_kind_says_what_it_takes() {
    let text = |it: &str| it.to_owned();
    let option = CategoryOption { name: text("Low"), value: text("1") };
    let buttons = GamepadButtons::default();
    for (kind, value, why) in [
        (ChannelKind::Gpio, json!("on"), Refusal::State),
        (ChannelKind::Integer { unit: text(""), bounds: None }, json!(1.5), Refusal::Whole),
        (ChannelKind::Float { unit: text(""), bounds: None }, json!("warm"), Refusal::Number),
        (ChannelKind::Hex, json!("xyz"), Refusal::Hex),
        (ChannelKind::String, json!([1]), Refusal::Text),
        (ChannelKind::String, json!("x".repeat(MAX_TEXT + 1)), Refusal::Bytes(65_536)),
        (ChannelKind::Gps, json!("1,2"), Refusal::Numbers),
        (ChannelKind::Pwm, json!({ "value": 1 }), Refusal::Numbers),
        (ChannelKind::Image, json!("a picture"), Refusal::Picture),
        (ChannelKind::Category { options: vec![option] }, json!("2"), Refusal::Key),
        (ChannelKind::Gamepad { buttons }, json!("jump|1"), Refusal::Button),
    ] {
        let name = kind.name();
        let error = match value {
            serde_json::Value::String(text) => kind.parse(&RawValue::Csv(text)),
            other => kind.parse(&RawValue::Json(other)),
        };
        assert_eq!(Refusal::of(&error.unwrap_err(), &kind), why, "{name}");
    }
}

#[test]
fn what_is_no_object_of_channels_is_no_return_value() {
    for (returned, name) in [
        (json!(42), Other::Number),
        (json!("42"), Other::Text),
        (json!([1]), Other::List),
        (json!(true), Other::Flag),
    ] {
        assert_eq!(written(returned), (vec![], vec![Trouble::Returned(name)]));
    }
    let many = (0..=MAX_POINTS).map(|it| (it.to_string(), json!(1))).collect();
    assert_eq!(written(serde_json::Value::Object(many)).1, [Trouble::TooMuch]);
}

#[test]
fn an_excerpt_ends_between_characters() {
    assert_eq!(excerpt("short"), "short");
    assert_eq!(excerpt(&"é".repeat(MAX_LINE + 9)).chars().count(), MAX_LINE + 1);
}
