use serde_json::json;

use super::{MAX_LINE, MAX_POINTS, Other, Trouble, context_value, excerpt, points};
use crate::{Channel, ChannelKind, Direction, Prototype, Timestamp};

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
    let video = Trouble::Value {
        channel: "cam".parse().unwrap(),
        why: "is of a type that has no data points".to_owned(),
    };
    let unknown = Trouble::Unknown("nobody".to_owned());
    let other = Trouble::Function("other".parse().unwrap());
    assert_eq!(troubles, [video, unknown, other, Trouble::Itself]);
}

#[test]
fn a_value_that_does_not_fit_is_refused_with_its_reason() {
    let (points, troubles) = written(json!({ "temp_cel": 200, "count": null, "lamp": 2 }));
    assert!(points.is_empty());
    let whys: Vec<_> = troubles
        .iter()
        .map(|it| match it {
            Trouble::Value { channel, why } => format!("{channel} {why}"),
            other => format!("{other:?}"),
        })
        .collect();
    assert_eq!(
        whys,
        [
            "count is not a string or a number: \"null\"",
            "lamp is not 0 or 1: \"2\"",
            "temp_cel exceeds the bound: 200 is not within -40 to 125",
        ]
    );
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
