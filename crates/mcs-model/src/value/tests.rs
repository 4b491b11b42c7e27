use proptest::prelude::*;
use serde_json::json;

use super::*;
use crate::{CategoryOption, ChannelKind, DataPoint, Direction, GamepadButtons, Timestamp};

fn csv(kind: &ChannelKind, text: &str) -> Result<Value, ValueError> {
    kind.parse(&RawValue::Csv(text.to_owned()))
}

fn json(kind: &ChannelKind, values: serde_json::Value) -> Result<Value, ValueError> {
    kind.parse(&RawValue::Json(values))
}

fn fan() -> ChannelKind {
    let option =
        |name: &str, value: &str| CategoryOption { name: name.into(), value: value.into() };
    ChannelKind::Category { options: vec![option("Low", "low"), option("Very, high", "a,b")] }
}

fn integer() -> ChannelKind {
    ChannelKind::Integer { unit: "%".into(), bounds: Some(Bounds { lower: 0.0, upper: 100.0 }) }
}

fn float() -> ChannelKind {
    ChannelKind::Float { unit: "°C".into(), bounds: None }
}

#[test]
fn the_documented_values_of_every_type_are_read() {
    let gamepad = ChannelKind::Gamepad { buttons: GamepadButtons::default() };
    let analog = ChannelKind::Analog { bounds: Bounds { lower: 0.0, upper: 255.0 } };
    let gps = Value::Gps { latitude: 26.34, longitude: 12.0, altitude: 59.0 };
    let left = Value::Gamepad { button: "left".into(), pressed: true };
    for (kind, text, values, value) in [
        (ChannelKind::Switch, "1", json!({"value":"1"}), Value::Switch(true)),
        (fan(), "low", json!({"value":"low"}), Value::Category("low".into())),
        (integer(), "26", json!({"value":"26"}), Value::Integer(26)),
        (float(), "26.34", json!({"value":"26.34"}), Value::Float(26.34)),
        (ChannelKind::Hex, "1aF", json!({"value":"1aF"}), Value::Hex("1aF".into())),
        (ChannelKind::String, "hi", json!({"value":"hi"}), Value::String("hi".into())),
        (
            ChannelKind::Gps,
            "26.34,12,59",
            json!({"latitude":"26.34","longitude":"12","altitude":"59"}),
            gps,
        ),
        (ChannelKind::Gpio, "0", json!({"value":"0"}), Value::Gpio(false)),
        (
            ChannelKind::Pwm,
            "500,20",
            json!({"value":"500","period":"20"}),
            Value::Pwm { value: 500, period: 20 },
        ),
        (analog, "128", json!({"value":"128"}), Value::Analog(128)),
        (gamepad, "left|1", json!({"value":"left|1"}), left),
        (
            ChannelKind::Image,
            "iVBORw0KGgoA",
            json!({"value":"iVBORw0KGgoA"}),
            Value::Image("iVBORw0KGgoA".into()),
        ),
    ] {
        assert_eq!(csv(&kind, text), Ok(value.clone()), "{text}");
        assert_eq!(json(&kind, values.clone()), Ok(value.clone()), "{values}");
        assert_eq!(value.to_string(), text);
        assert_eq!(value.to_json(), values);
    }
}

#[test]
fn json_takes_bare_numbers_and_booleans() {
    assert_eq!(json(&integer(), json!({"value": 26})), Ok(Value::Integer(26)));
    assert_eq!(json(&integer(), json!({"value": 26.0})), Ok(Value::Integer(26)));
    assert_eq!(json(&float(), json!({"value": -0.5})), Ok(Value::Float(-0.5)));
    assert_eq!(json(&ChannelKind::Switch, json!({"value": true})), Ok(Value::Switch(true)));
    assert_eq!(json(&ChannelKind::Gpio, json!(0)), Ok(Value::Gpio(false)));
    assert_eq!(
        json(&ChannelKind::Pwm, json!({"value": 5, "period": 10})),
        Ok(Value::Pwm { value: 5, period: 10 })
    );
    assert_eq!(json(&ChannelKind::String, json!({"value": 5})), Ok(Value::String("5".into())));
}

#[test]
fn spaces_count_in_strings_only() {
    assert_eq!(csv(&ChannelKind::Switch, " 1 "), Ok(Value::Switch(true)));
    assert_eq!(csv(&fan(), " low"), Ok(Value::Category("low".into())));
    assert_eq!(csv(&ChannelKind::String, " hi "), Ok(Value::String(" hi ".into())));
    assert_eq!(csv(&ChannelKind::Pwm, "1 , 2"), Ok(Value::Pwm { value: 1, period: 2 }));
    let gamepad = ChannelKind::Gamepad { buttons: GamepadButtons::default() };
    for (text, pressed) in [("up| 1", true), ("up|pressed", true), ("up|released", false)] {
        assert_eq!(csv(&gamepad, text), Ok(Value::Gamepad { button: "up".into(), pressed }));
    }
}

#[test]
fn commas_stay_in_texts() {
    assert_eq!(csv(&ChannelKind::String, "a,b,,c"), Ok(Value::String("a,b,,c".into())));
    assert_eq!(csv(&fan(), "a,b"), Ok(Value::Category("a,b".into())));
}

#[test]
fn a_bound_exceeded_is_told_as_the_documents_do() {
    let error = |kind: &ChannelKind, text| csv(kind, text).unwrap_err().to_string();
    assert_eq!(
        error(&ChannelKind::Gps, "0,200,0"),
        "exceeds the bound of longitude in GPS: 200 is not within -180 to 180"
    );
    assert_eq!(
        error(&ChannelKind::Pwm, "5,1001"),
        "exceeds the bound of period in PWM: 1001 is not within 0 to 1000"
    );
    assert_eq!(error(&integer(), "101"), "exceeds the bound: 101 is not within 0 to 100");
}

#[test]
fn what_does_not_fit_is_refused_with_the_reason() {
    let gamepad = ChannelKind::Gamepad { buttons: GamepadButtons::default() };
    for (kind, text, why) in [
        (ChannelKind::Switch, "2", "is not 0 or 1: \"2\""),
        (ChannelKind::Switch, "true", "is not 0 or 1: \"true\""),
        (ChannelKind::Gpio, "", "is not 0 or 1: \"\""),
        (fan(), "Low", "is no key of the category: \"Low\""),
        (integer(), "26.5", "is not an integer: \"26.5\""),
        (integer(), ".", "is not an integer: \".\""),
        (integer(), "99999999999999999999", "is not an integer: \"99999999999999999999\""),
        (float(), "NaN", "is not a number: \"NaN\""),
        (float(), "-inf", "is not a number: \"-inf\""),
        (float(), "1e999", "is not a number: \"1e999\""),
        (float(), "1,5", "is not a number: \"1,5\""),
        (ChannelKind::Hex, "0xFF", "is not hexadecimal digits: \"0xFF\""),
        (ChannelKind::Hex, "", "is not hexadecimal digits: \"\""),
        (ChannelKind::Gps, "1,2", "has no altitude"),
        (ChannelKind::Gps, "1,2,3,4", "is not latitude,longitude,altitude: \"1,2,3,4\""),
        (ChannelKind::Pwm, "5", "has no period"),
        (gamepad.clone(), "jump|1", "names no button of the gamepad: \"jump\""),
        (gamepad, "up|2", "is not a button, | and 1 or 0: \"up|2\""),
        (
            ChannelKind::Image,
            "R0lGODlh",
            "is not the base64 of a PNG or JPEG picture: \"R0lGODlh\"",
        ),
    ] {
        assert_eq!(csv(&kind, text).unwrap_err().to_string(), why);
    }
    assert_eq!(json(&ChannelKind::Switch, json!({})).unwrap_err(), ValueError::Missing("value"));
    assert_eq!(
        json(&float(), json!({"value": null})).unwrap_err().to_string(),
        "is not a string or a number: \"null\""
    );
}

#[test]
fn a_picture_is_base64_with_its_padding() {
    let image = |text| csv(&ChannelKind::Image, text);
    assert_eq!(image("/9j/4A\r\nAQ\n"), Ok(Value::Image("/9j/4AAQ".into())));
    assert_eq!(image("/9j/4A=="), Ok(Value::Image("/9j/4A==".into())));
    for bad in ["/9j/4A", "/9j/4===", "/9j/4A=A", "/9j/4A-_", "/9j/,AAQ", "AAAA"] {
        assert!(image(bad).is_err(), "{bad}");
    }
}

#[test]
fn a_text_beyond_the_limit_is_refused() {
    let text = "x".repeat(MAX_TEXT + 1);
    let error = csv(&ChannelKind::String, &text).unwrap_err();
    assert_eq!(error, ValueError::TooLong { limit: MAX_TEXT, got: MAX_TEXT + 1 });
    assert!(csv(&ChannelKind::String, &text[1..]).is_ok());
}

#[test]
fn numbers_for_charts() {
    assert_eq!(Value::Switch(true).as_number(), Some(1.0));
    assert_eq!(Value::Integer(-4).as_number(), Some(-4.0));
    assert_eq!(Value::Pwm { value: 9, period: 1 }.as_number(), Some(9.0));
    assert_eq!(Value::String("4".into()).as_number(), None);
}

/// Channels of every kind, each with a value that is valid for it.
fn channel_and_value() -> impl Strategy<Value = (ChannelKind, Value)> {
    let finite = any::<f64>().prop_filter("finite", |it| it.is_finite());
    let bounds = Bounds { lower: i64::MIN as f64, upper: i64::MAX as f64 };
    let names: &'static [&str] = &["up", "down", "left", "right", "A", "B"];
    prop_oneof![
        any::<bool>().prop_map(|it| (ChannelKind::Switch, Value::Switch(it))),
        any::<bool>().prop_map(|it| (ChannelKind::Gpio, Value::Gpio(it))),
        prop_oneof!["low", "a,b"].prop_map(|it| (fan(), Value::Category(it))),
        any::<i64>().prop_map(|it| {
            (ChannelKind::Integer { unit: String::new(), bounds: None }, Value::Integer(it))
        }),
        any::<i64>().prop_map(move |it| (ChannelKind::Analog { bounds }, Value::Analog(it))),
        finite.prop_map(|it| (float(), Value::Float(it))),
        "[0-9a-fA-F]{1,40}".prop_map(|it| (ChannelKind::Hex, Value::Hex(it))),
        any::<String>().prop_map(|it| (ChannelKind::String, Value::String(it))),
        (-90.0..=90.0, -180.0..=180.0, -20_000.0..=20_000.0).prop_map(
            |(latitude, longitude, altitude)| {
                (ChannelKind::Gps, Value::Gps { latitude, longitude, altitude })
            }
        ),
        (0..=1000_u16, 0..=1000_u16)
            .prop_map(|(value, period)| (ChannelKind::Pwm, Value::Pwm { value, period })),
        (proptest::sample::select(names), any::<bool>()).prop_map(|(name, pressed)| {
            let buttons = GamepadButtons::default();
            (ChannelKind::Gamepad { buttons }, Value::Gamepad { button: name.to_owned(), pressed })
        }),
    ]
}

/// What stands behind `commas` commas.
fn behind(line: &str, commas: usize) -> &str {
    line.splitn(commas + 1, ',').last().unwrap()
}

proptest! {
    #[test]
    fn a_value_survives_every_column_order_and_json((kind, value) in channel_and_value()) {
        let point = DataPoint {
            channel: "chn".parse().unwrap(),
            timestamp: Timestamp::from_millis(1_432_538_716_989),
            value: value.clone(),
        };
        let (id, key) = ("Dsre1qRQ".parse().unwrap(), "DFbtsNWg4AuLZ30v".parse().unwrap());
        let command = point.to_command(&id, &key);
        prop_assert_eq!(csv(&kind, behind(&point.to_mqtt(), 2)), Ok(value.clone()));
        prop_assert_eq!(csv(&kind, behind(&point.to_csv(), 2)), Ok(value.clone()));
        prop_assert_eq!(csv(&kind, behind(&command, 4)), Ok(value.clone()));
        prop_assert_eq!(json(&kind, value.to_json()), Ok(value));
    }

    #[test]
    fn no_text_panics_and_what_is_taken_is_written_back_valid(
        (kind, _) in channel_and_value(),
        text in ".{0,60}",
    ) {
        if let Ok(value) = csv(&kind, &text) {
            prop_assert_eq!(csv(&kind, &value.to_string()), Ok(value));
        }
    }

    #[test]
    fn the_initial_value_is_valid((kind, _) in channel_and_value()) {
        prop_assert_eq!(csv(&kind, &kind.initial().to_string()), Ok(kind.initial()));
        prop_assert!((1..=15).contains(&kind.type_id(Direction::Display)));
    }
}
