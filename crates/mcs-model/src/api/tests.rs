use serde_json::json;

use super::*;
use crate::{Bounds, CategoryOption, Channel, ChannelKind, Direction, GamepadButtons};

fn kinds() -> [ChannelKind; 12] {
    let bounds = Bounds { lower: -40.0, upper: 125.5 };
    let option = CategoryOption { name: "Off".into(), value: "off".into() };
    [
        ChannelKind::Switch,
        ChannelKind::Category { options: vec![option] },
        ChannelKind::Integer { unit: "%".into(), bounds: Some(bounds) },
        ChannelKind::Float { unit: "°C".into(), bounds: None },
        ChannelKind::Hex,
        ChannelKind::String,
        ChannelKind::Gps,
        ChannelKind::Gpio,
        ChannelKind::Pwm,
        ChannelKind::Analog { bounds },
        ChannelKind::Gamepad { buttons: GamepadButtons::default() },
        ChannelKind::Image,
    ]
}

/// A device with a channel of every kind and a point on each.
fn device() -> DeviceInfo {
    let id = |index: usize| format!("chn{index}").parse().unwrap();
    let channel = |(index, kind)| Channel {
        id: id(index),
        name: "name".to_owned(),
        description: String::new(),
        direction: Direction::Controller,
        kind,
        template: None,
    };
    let at = Timestamp::from_millis(1_432_538_716_989);
    let point = |(index, kind): (usize, ChannelKind)| LastPoint {
        channel: id(index),
        timestamp: at,
        value: kind.initial(),
    };
    DeviceInfo {
        id: "Dsre1qRQ".parse().unwrap(),
        name: "Greenhouse".to_owned(),
        description: "behind the house".to_owned(),
        tags: vec!["glass".to_owned()],
        right: Right::Control,
        may_upload: true,
        prototype: Prototype {
            id: "PydFXsArwtru".parse().unwrap(),
            name: "Board".to_owned(),
            version: "1".to_owned(),
            description: String::new(),
            channels: kinds().into_iter().enumerate().map(channel).collect(),
        },
        presence: Presence { transports: vec![Transport::Mqtt], last_seen: Some(at) },
        firmware_version: None,
        push: Some(PushStatus {
            firmware: "FAdJBknrDsOM".parse().unwrap(),
            version: "v1".to_owned(),
            state: PushState::AlreadyInstalled,
            reason: Reason::None,
            detail: String::new(),
            since: at,
        }),
        last_points: kinds().into_iter().enumerate().map(point).collect(),
    }
}

#[test]
fn a_device_of_every_kind_of_channel_survives_json() {
    let text = serde_json::to_string(&device()).unwrap();
    assert_eq!(serde_json::from_str::<DeviceInfo>(&text).unwrap(), device());
}

#[test]
fn names_on_the_wire_do_not_drift() {
    let device = serde_json::to_value(device()).unwrap();
    assert_eq!(
        device["presence"],
        json!({"transports": ["mqtt"], "lastSeen": 1_432_538_716_989_u64})
    );
    assert_eq!(device["push"]["state"], "ALREADY_INSTALLED");
    assert_eq!(device["lastPoints"][0]["value"], json!({"switch": false}));
    assert_eq!(device["prototype"]["channels"][0]["kind"], "switch");
    assert_eq!(device["prototype"]["channels"][0]["direction"], "controller");
    let event = DeviceEvent {
        device: "Dsre1qRQ".parse().unwrap(),
        change: DeviceChange::Version("v2".to_owned()),
    };
    assert_eq!(
        serde_json::to_value(event).unwrap(),
        json!({"device": "Dsre1qRQ", "change": {"version": "v2"}})
    );
}
