use proptest::prelude::*;
use serde_json::json;

use super::*;
use crate::{DataPoint, Value};

const RULES: Rules = Rules { max_points: 5, seconds: false };

fn id(text: &str) -> ChannelId {
    text.parse().unwrap()
}

fn csv_point(channel: &str, timestamp: Option<u64>, value: &str) -> RawPoint {
    RawPoint {
        channel: id(channel),
        timestamp: timestamp.map(Timestamp::from_millis),
        value: RawValue::Csv(value.to_owned()),
    }
}

/// A publish to the topic of `switch`.
fn on_switch(payload: &[u8]) -> Result<RawPoint, String> {
    let [point] = from_mqtt(Some(&id("switch")), payload, RULES).try_into().unwrap();
    point.map_err(|it| it.to_string())
}

fn told(points: Vec<Result<RawPoint, PointError>>) -> Vec<String> {
    let tell = |it: Result<RawPoint, PointError>| match it {
        Ok(point) => format!("{}={:?}", point.channel, point.value),
        Err(error) => error.to_string(),
    };
    points.into_iter().map(tell).collect()
}

#[test]
fn nuls_and_blanks_in_turn_are_no_point_and_told_so() {
    let body = b"\0\n \0";
    for points in [from_csv(body, RULES), from_mqtt(None, body, RULES)] {
        assert_eq!(told(points), ["line 1: there is no data point"]);
    }
}

#[test]
fn every_way_to_publish_on_a_channel_topic_is_read() {
    let t = Some(1_432_538_716_989);
    for (payload, timestamp, value) in [
        ("1432538716989,switch,1", t, "1"),
        (",switch,1", None, "1"),
        ("0,switch,1", None, "1"),
        (",,1", None, "1"),
        ("1432538716989,,1", t, "1"),
        (" , switch, 1", None, " 1"),
        ("1", None, "1"),
        ("1,2,3", None, "1,2,3"),
        ("500,20", None, "500,20"),
        ("Hello,,world", None, "Hello,,world"),
        ("hello,switch", None, "hello,switch"),
        ("你好，世界，再见", None, "你好，世界，再见"),
        ("{\"my\":\"own\"}", None, "{\"my\":\"own\"}"),
        ("{curly", None, "{curly"),
        ("1432538716989,switch,a,b\nc", t, "a,b\nc"),
    ] {
        let expected = csv_point("switch", timestamp, value);
        assert_eq!(on_switch(payload.as_bytes()), Ok(expected), "{payload}");
    }
}

#[test]
fn the_nul_and_the_line_ends_behind_a_payload_do_not_count() {
    for tail in ["\0", "\r\n", "\n", "\r\n\r\n", "\n\0"] {
        let payload = format!(",switch,1{tail}");
        assert_eq!(on_switch(payload.as_bytes()), Ok(csv_point("switch", None, "1")), "{tail:?}");
    }
}

#[test]
fn what_cannot_be_a_point_is_refused_with_field_and_rule() {
    for (payload, why) in [
        (&b"noon,switch,1"[..], "line 1, timestamp: it is not whole milliseconds: \"noon\""),
        (b"-5,switch,1", "line 1, timestamp: it is not whole milliseconds: \"-5\""),
        (
            b"1432538716,switch,1",
            "line 1, timestamp: it counts seconds, not milliseconds: \"1432538716\"",
        ),
        (
            b"14325387169890,switch,1",
            "line 1, timestamp: it has more than 13 digits: \"14325387169890\"",
        ),
        (
            b"99999999999999999999,switch,1",
            "line 1, timestamp: it has more than 13 digits: \"99999999999999999999\"",
        ),
        (
            "，switch，1".as_bytes(),
            "line 1: its commas are full-width (U+FF0C); the comma is U+002C",
        ),
        ("，，1".as_bytes(), "line 1: its commas are full-width (U+FF0C); the comma is U+002C"),
        (b"\xff\xfe", "line 1: it is not UTF-8 at byte 1"),
        (b"", "line 1: there is no data point"),
        (b"\0", "line 1: there is no data point"),
    ] {
        assert_eq!(on_switch(payload), Err(why.to_owned()));
    }
}

#[test]
fn seconds_are_taken_where_they_are_configured() {
    let rules = Rules { seconds: true, ..RULES };
    let points = from_mqtt(Some(&id("switch")), b"1432538716,switch,1", rules);
    assert_eq!(points, [Ok(csv_point("switch", Some(1_432_538_716_000), "1"))]);
}

#[test]
fn the_rest_json_is_read_from_a_publish() {
    let payload = br#"{"datapoints":[{"dataChnId":"Moisture","values":{"value":102}},
        {"timestamp":1432538716989,"values":{"value":"1"}}]}"#;
    let points = from_mqtt(Some(&id("switch")), payload, RULES);
    let json_point = |channel, timestamp: Option<u64>, value| RawPoint {
        channel: id(channel),
        timestamp: timestamp.map(Timestamp::from_millis),
        value: RawValue::Json(value),
    };
    assert_eq!(
        points,
        [
            Ok(json_point("Moisture", None, json!({"value": 102}))),
            Ok(json_point("switch", Some(1_432_538_716_989), json!({"value": "1"}))),
        ]
    );
    let broken = from_mqtt(Some(&id("switch")), br#"{"datapoints":[}"#, RULES);
    assert!(told(broken)[0].starts_with("line 1: it is not JSON"));
}

#[test]
fn a_device_topic_carries_one_point_a_line_and_names_each_channel() {
    let payload = b"1432538716989,a,1\r\n\n,b,2,3\n,,4\nonly,two\n\0";
    assert_eq!(
        told(from_mqtt(None, payload, RULES)),
        [
            "a=Csv(\"1\")",
            "b=Csv(\"2,3\")",
            "line 4, dataChnId: it is empty",
            "line 5: it has not the form timestamp,dataChnId,value",
        ]
    );
    let json = from_mqtt(None, br#"{"datapoints":[{"values":{"value":1}}]}"#, RULES);
    assert_eq!(told(json), ["line 1, dataChnId: it is missing"]);
}

#[test]
fn a_command_ends_with_its_text() {
    let point = from_command("1432538716989,message,a\nb,c", RULES);
    assert_eq!(point, Ok(csv_point("message", Some(1_432_538_716_989), "a\nb,c")));
    assert!(from_command("1432538716989,message", RULES).is_err());
}

#[test]
fn rest_csv_keeps_the_good_lines_and_names_the_bad_ones() {
    let body = "1,1432538716989,26\n2,,26.34,12,59\nno\nx，，1\na/b,,1\nn,never,1\r\n\r\n";
    assert_eq!(
        told(from_csv(body.as_bytes(), Rules { max_points: 9, seconds: false })),
        [
            "1=Csv(\"26\")",
            "2=Csv(\"26.34,12,59\")",
            "line 3: it has not the form dataChnId,timestamp,value",
            "line 4: its commas are full-width (U+FF0C); the comma is U+002C",
            "line 5, dataChnId: it may not hold , / + # or $",
            "line 6, timestamp: it is not whole milliseconds: \"never\"",
        ]
    );
}

#[test]
fn the_points_beyond_the_limit_are_refused_with_one_error() {
    let body = "a,,1\n".repeat(9);
    let points = told(from_csv(body.as_bytes(), RULES));
    assert_eq!(points.len(), 6);
    assert_eq!(points[5], "line 6: there are more than 5 data points");
    let entry = json!({"dataChnId": "a", "values": {"value": 1}});
    let json = json!({"datapoints": vec![entry; 7]}).to_string();
    assert_eq!(told(from_json(json.as_bytes(), RULES))[5..], points[5..]);
}

#[test]
fn rest_json_names_the_bad_points() {
    let body = json!({"appId": "x", "datapoints": [
        {"dataChnId": 1, "timestamp": "1432538716989", "values": {"value": 1}},
        {"dataChnId": "a", "timestamp": "", "values": {"value": 1}},
        {"dataChnId": "a", "timestamp": 1_432_538_716_989.0, "values": {"value": 1}},
        {"dataChnId": "a", "timestamp": 1.5, "values": {"value": 1}},
        {"dataChnId": "a", "timestamp": [], "values": {"value": 1}},
        {"dataChnId": "a", "values": null},
        {"dataChnId": {}, "values": {"value": 1}},
        "a",
    ]});
    assert_eq!(
        told(from_json(body.to_string().as_bytes(), Rules { max_points: 9, seconds: false })),
        [
            "1=Json(Object {\"value\": Number(1)})",
            "a=Json(Object {\"value\": Number(1)})",
            "a=Json(Object {\"value\": Number(1)})",
            "line 4, timestamp: it is not whole milliseconds: \"1.5\"",
            "line 5, timestamp: it is neither a number nor a string",
            "line 6, value: the member values is missing",
            "line 7, dataChnId: it is no string",
            "line 8: it is no object",
        ]
    );
    for (body, why) in [
        ("", "line 1: there is no data point"),
        ("[]", "line 1: it has no list datapoints"),
        (r#"{"datapoints":{}}"#, "line 1: it has no list datapoints"),
        (r#"{"datapoints":[]}"#, "line 1: there is no data point"),
    ] {
        assert_eq!(told(from_json(body.as_bytes(), RULES)), [why]);
    }
}

/// Text near the grammar: commas, digits, names, brackets, ends.
fn near() -> impl Strategy<Value = Vec<u8>> {
    let pieces = [
        &b","[..],
        b"switch",
        b"1432538716989",
        b"{\"datapoints\":[",
        b"]}",
        b"{\"dataChnId\":\"a\",\"values\":",
        b"\n",
        b"\0",
        b"\r",
        b" ",
        "，".as_bytes(),
        b"\xff",
        b"0",
    ];
    let piece = proptest::sample::select(pieces.to_vec());
    proptest::collection::vec(piece, 0..12).prop_map(|it| it.concat())
}

proptest! {
    #[test]
    fn no_bytes_panic_and_none_pass_in_silence(
        payload in prop_oneof![near(), proptest::collection::vec(any::<u8>(), 0..80)],
        seconds: bool,
        max_points in 1_usize..4,
    ) {
        let rules = Rules { max_points, seconds };
        for points in [
            from_mqtt(Some(&id("switch")), &payload, rules),
            from_mqtt(None, &payload, rules),
            from_csv(&payload, rules),
            from_json(&payload, rules),
        ] {
            prop_assert!((1..=max_points + 1).contains(&points.len()));
            prop_assert!(points.iter().filter(|it| it.is_ok()).count() <= max_points);
        }
    }

    #[test]
    fn what_we_write_is_read_back(
        text in "[^\0\r\n]{0,30}[^\0\r\n ]",
        millis in 100_000_000_000_u64..10_000_000_000_000,
    ) {
        let point = DataPoint {
            channel: id("switch"),
            timestamp: Timestamp::from_millis(millis),
            value: Value::String(text.clone()),
        };
        let expected = [Ok(csv_point("switch", Some(millis), &text))];
        let mqtt = point.to_mqtt();
        prop_assert_eq!(from_mqtt(Some(&point.channel), mqtt.as_bytes(), RULES), expected.clone());
        prop_assert_eq!(from_mqtt(None, mqtt.as_bytes(), RULES), expected.clone());
        prop_assert_eq!(from_csv(point.to_csv().as_bytes(), RULES), expected);
    }
}

proptest! {
    #[test]
    fn what_is_read_where_it_stands_is_what_is_read_anyway(
        payload in "[0-9 ]{0,13},( ?switch|other|),.{0,20}|\\PC{0,20}|[0-9,\\{\" \0]{0,12}",
    ) {
        if let Some((timestamp, value)) = stamped(&id("switch"), payload.as_bytes(), RULES) {
            let value = RawValue::Csv(value.to_owned());
            prop_assert_eq!(on_switch(payload.as_bytes()), Ok(RawPoint { channel: id("switch"), timestamp, value }));
        }
    }
}
