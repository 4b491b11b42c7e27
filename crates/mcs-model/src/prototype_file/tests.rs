mod carried;
mod properties;

use serde_json::json;

use super::*;
use crate::{Bounds, CategoryOption, Channel, ChannelKind, Direction, GamepadButtons};

fn id() -> ProductId {
    "PydFXsArwtru".parse().unwrap()
}

fn read(file: &Value) -> Result<Prototype, ImportError> {
    import(&file.to_string(), id()).map(|it| it.prototype)
}

/// A file with one channel.
fn with(channel: &Value) -> Value {
    json!({"prototype": {"prodName": "board"}, "dataChannels": [channel]})
}

fn kind(channel: &Value) -> ChannelKind {
    read(&with(channel)).unwrap().channels.remove(0).kind
}

fn why(channel: &Value) -> String {
    read(&with(channel)).unwrap_err().to_string()
}

/// The members of a genuine export (CONTRACT §4.6): the channels stand in another order than
/// their cards.
fn genuine() -> Value {
    json!({
        "prototype": {
            "prodName": "pwm_demo", "description": "", "developmentNote": null,
            "prodAppTypeId": 1, "prodRlsStatusTypeId": 1, "version": "0120",
            "displayConfigs": [
                {"format": {}, "displayType": 1, "displayOrder": 1, "streamTypeId": 7,
                 "dataChnIds": ["switch"], "showHistory": false, "configs": {}},
                {"format": {}, "displayType": 6, "displayOrder": 2, "streamTypeId": 5,
                 "dataChnIds": ["message"], "showHistory": false},
            ],
            "saleReleaseDate": null, "isLongConnectionNeeded": true, "status": true,
            "prodImgURL": "", "prodDesc": "", "chipId": 3,
        },
        "dataChannels": [
            {"dataChnId": "message", "name": "Message", "description": "",
             "channelType": {"dataChnTypeId": 5, "name": "String"}, "streamId": 28221,
             "format": {}, "isHidden": false, "isControllable": false,
             "unitType": {"id": null, "name": null}},
            {"dataChnId": "switch", "name": "Switch", "description": "",
             "channelType": {"dataChnTypeId": 7, "name": "Switch"}, "streamId": 28220,
             "format": {}, "isHidden": false, "isControllable": true,
             "unitType": {"id": null, "name": null}},
        ],
        "triggerActions": [],
    })
}

#[test]
fn a_genuine_export_loads_in_the_order_of_its_cards() {
    let prototype = read(&genuine()).unwrap();
    assert_eq!((prototype.name.as_str(), prototype.version.as_str()), ("pwm_demo", "0120"));
    let channels: Vec<_> =
        prototype.channels.iter().map(|it| (it.id.as_str(), it.direction, &it.kind)).collect();
    assert_eq!(
        channels,
        [
            ("switch", Direction::Controller, &ChannelKind::Switch),
            ("message", Direction::Display, &ChannelKind::String),
        ]
    );
}

#[test]
fn bounds_may_be_strings_and_units_numbers_names_or_objects() {
    let bounds = Some(Bounds { lower: 1.0, upper: 5.0 });
    let integer = |unit: Value, format: Value| {
        kind(&json!({"dataChnId": "n", "channelType": {"dataChnTypeId": 1}, "unitType": unit,
            "format": format}))
    };
    let strings = json!({"lowerbound": "1", "upperbound": "5", "unitTypes": 20});
    let numbers = json!({"lowerbound": 1.0, "upperbound": 5.0, "interval": 0.5});
    let expect = |unit: &str| ChannelKind::Integer { unit: unit.to_owned(), bounds };
    assert_eq!(integer(json!(null), strings.clone()), expect(""));
    assert_eq!(integer(json!(20), strings.clone()), expect(""));
    assert_eq!(integer(json!("°C"), strings.clone()), expect("°C"));
    assert_eq!(integer(json!({"unitTypeId": 2, "name": "°C"}), numbers.clone()), expect("°C"));
    assert_eq!(integer(json!({"name": "percent", "symbol": "%"}), numbers), expect("%"));
    let open = integer(json!(null), json!({"lowerbound": "0", "upperbound": ""}));
    let ChannelKind::Integer { bounds: Some(bounds), .. } = open else { panic!("{open:?}") };
    assert!(bounds.contains(1e300) && !bounds.contains(-1.0));
}

#[test]
fn category_keys_stand_under_options_or_items_of_the_channel_or_of_its_card() {
    let options = json!([{"name": "Low", "value": 1}, {"value": "high"}]);
    let option =
        |name: &str, value: &str| CategoryOption { name: name.into(), value: value.into() };
    let expected =
        ChannelKind::Category { options: vec![option("Low", "1"), option("high", "high")] };
    let channel =
        |format| json!({"dataChnId": "c", "channelType": {"dataChnTypeId": 10}, "format": format});
    assert_eq!(kind(&channel(json!({"options": options}))), expected);
    assert_eq!(kind(&channel(json!({"items": options}))), expected);
    let mut file = with(&channel(json!({})));
    file["prototype"]["displayConfigs"] =
        json!([{"dataChnIds": ["c"], "displayOrder": 1, "format": {"options": options}}]);
    assert_eq!(read(&file).unwrap().channels[0].kind, expected);
}

#[test]
fn a_channel_of_a_type_that_is_not_supported_is_left_out_and_named() {
    let mut file = genuine();
    let cam = json!({"dataChnId": "cam", "channelType": {"dataChnTypeId": 18, "name": "Hologram"}});
    file["dataChannels"].as_array_mut().unwrap().extend([cam, json!({"dataChnId": "x"})]);
    let imported = import(&file.to_string(), id()).unwrap();
    assert_eq!(imported.prototype.channels.len(), 2);
    let skipped = |channel: &str, kind: &str| SkippedChannel {
        channel: channel.to_owned(),
        kind: kind.to_owned(),
    };
    let expected = [skipped("cam", "18 (Hologram)"), skipped("x", "without a number")];
    assert_eq!(imported.skipped, expected);
}

#[test]
fn what_cannot_be_taken_is_named() {
    let of = |number: u8, format: Value| json!({"dataChnId": "x", "channelType": {"dataChnTypeId": number}, "format": format});
    for (channel, text) in [
        (json!({"name": "x"}), "channel number 1: the setting dataChnId is missing or wrong"),
        (
            json!({"dataChnId": "a/b", "channelType": {"dataChnTypeId": 5}}),
            "channel a/b: the id is not allowed: it may not hold , / + # or $",
        ),
        (of(10, json!({})), "channel x: the setting options is missing or wrong"),
        (of(13, json!({})), "channel x: the setting lowerbound is missing or wrong"),
        (of(14, json!({"up": "u"})), "channel x: the setting down is missing or wrong"),
        (
            of(1, json!({"lowerbound": "low"})),
            "channel x: the setting lowerbound is missing or wrong",
        ),
        (
            of(2, json!({"lowerbound": 5, "upperbound": 1})),
            "channel x: the setting upperbound is missing or wrong",
        ),
    ] {
        assert_eq!(why(&channel), text);
    }
    let mut file = genuine();
    file["dataChannels"][1]["dataChnId"] = "message".into();
    let error = read(&file).unwrap_err().to_string();
    assert_eq!(error, "channel message: the id message is there twice");
    assert_eq!(
        read(&json!({"prototype": {"prodName": "x"}})),
        Err(ImportError::Member("dataChannels"))
    );
    assert_eq!(read(&json!({"dataChannels": []})), Err(ImportError::Member("prototype")));
    assert!(matches!(import("{", id()), Err(ImportError::Json(_))));
    let many: Vec<_> = (0..=MAX_CHANNELS).map(|_| json!({})).collect();
    let file = json!({"prototype": {"prodName": "x"}, "dataChannels": many});
    assert_eq!(read(&file), Err(ImportError::TooManyChannels(MAX_CHANNELS + 1)));
}

#[test]
fn every_kind_survives_export_and_import() {
    let bounds = Bounds { lower: -40.0, upper: 125.5 };
    let option = CategoryOption { name: "Off".into(), value: "off".into() };
    let open = Bounds { lower: 0.0, upper: f64::MAX };
    let kinds = [
        (ChannelKind::Switch, Direction::Display),
        (ChannelKind::Switch, Direction::Controller),
        (ChannelKind::Category { options: vec![option] }, Direction::Controller),
        (ChannelKind::Integer { unit: "%".into(), bounds: Some(open) }, Direction::Controller),
        (ChannelKind::Float { unit: "°C".into(), bounds: Some(bounds) }, Direction::Display),
        (ChannelKind::Float { unit: String::new(), bounds: None }, Direction::Display),
        (ChannelKind::Hex, Direction::Display),
        (ChannelKind::String, Direction::Controller),
        (ChannelKind::Gps, Direction::Display),
        (ChannelKind::Gpio, Direction::Display),
        (ChannelKind::Pwm, Direction::Controller),
        (ChannelKind::Analog { bounds }, Direction::Controller),
        (ChannelKind::Gamepad { buttons: GamepadButtons::default() }, Direction::Controller),
        (ChannelKind::Image, Direction::Display),
        (ChannelKind::Video, Direction::Display),
        (
            ChannelKind::Function { code: "return { chn1: context.value };".to_owned() },
            Direction::Display,
        ),
    ];
    let channel = |(index, (kind, direction))| Channel {
        id: format!("chn{index}").parse().unwrap(),
        name: format!("Channel {index}"),
        description: "what it is".to_owned(),
        direction,
        kind,
        template: None,
    };
    let prototype = Prototype {
        id: id(),
        name: "All".to_owned(),
        version: "1.0".to_owned(),
        description: "every kind".to_owned(),
        channels: kinds.into_iter().enumerate().map(channel).collect(),
    };
    assert_eq!(read(&export(&prototype, &Carried::default())), Ok(prototype));
}
