//! What the tests' server knows, and what its operator typed in: one user, one device.

use mcs_model::api::{DeviceInfo, Presence, Right, Role, SessionInfo, Transport};
use mcs_model::{
    Bounds, CategoryOption, Channel, ChannelKind, Direction, GamepadButtons, Prototype, Timestamp,
};
use mcs_view::protocol::Profile;

use crate::site::{WALL, id};

pub(crate) fn session(role: Role) -> SessionInfo {
    SessionInfo {
        name: "demo".to_owned(),
        role,
        mqtt_ticket: "ticket".to_owned(),
        token: None,
        server_version: "0.1.0".to_owned(),
        mqtt_port: Some(1883),
    }
}

pub(crate) fn device() -> DeviceInfo {
    DeviceInfo {
        id: id("D1"),
        name: "Greenhouse".to_owned(),
        description: String::new(),
        tags: Vec::new(),
        right: Right::Control,
        may_upload: true,
        prototype: Prototype {
            id: id("P1"),
            name: "Board".to_owned(),
            version: "1".to_owned(),
            description: String::new(),
            channels: channels(),
        },
        presence: here(),
        firmware_version: Some("1.0".to_owned()),
        push: None,
        last_points: Vec::new(),
    }
}

pub(crate) fn here() -> Presence {
    Presence { transports: vec![Transport::Mqtt], last_seen: Some(Timestamp::from_millis(WALL)) }
}

pub(crate) fn channels() -> Vec<Channel> {
    let channel = |name: &str, direction, kind| Channel {
        id: id(name),
        name: name.to_owned(),
        description: String::new(),
        direction,
        kind,
        template: None,
    };
    let unit = || "°C".to_owned();
    let bounds = Some(Bounds { lower: -40.0, upper: 125.0 });
    let pad = GamepadButtons::default();
    vec![
        channel("lamp", Direction::Controller, ChannelKind::Switch),
        channel("target", Direction::Controller, ChannelKind::Float { unit: unit(), bounds }),
        channel("temp", Direction::Display, ChannelKind::Float { unit: unit(), bounds: None }),
        channel("status", Direction::Display, ChannelKind::String),
        channel("mode", Direction::Display, ChannelKind::Category { options: modes() }),
        channel("pad", Direction::Controller, ChannelKind::Gamepad { buttons: pad }),
        channel("place", Direction::Display, ChannelKind::Gps),
    ]
}

fn modes() -> Vec<CategoryOption> {
    ["off", "eco", "full"]
        .map(|it| CategoryOption { name: it.to_uppercase(), value: it.to_owned() })
        .to_vec()
}

pub(crate) fn profile() -> Profile {
    Profile {
        name: "Workshop".to_owned(),
        host: "broker.test".to_owned(),
        port: 9001,
        path: "/".to_owned(),
        ..Profile::default()
    }
}
