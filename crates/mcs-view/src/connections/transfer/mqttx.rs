//! Connections as MQTTX exports them: one, or a list of them, in JSON.

use std::collections::BTreeMap;

use mcs_model::api;
use serde::Deserialize;

use super::{Draft, LastWill, MqttVersion, Profile, Read, Secret};

/// A file is a list, or one alone.
#[derive(Deserialize)]
#[serde(untagged)]
enum Exported {
    Many(Vec<Connection>),
    One(Box<Connection>),
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Connection {
    #[serde(default)]
    name: String,
    host: String,
    port: u16,
    #[serde(default)]
    path: String,
    /// `ws`, `wss`, `mqtt` or `mqtts`; absent in old files, which knew plain MQTT only.
    #[serde(default)]
    protocol: String,
    #[serde(default)]
    ssl: bool,
    #[serde(default)]
    client_id: String,
    #[serde(default)]
    username: String,
    #[serde(default)]
    password: String,
    #[serde(default = "sixty")]
    keepalive: u16,
    #[serde(default = "ten")]
    connect_timeout: u16,
    #[serde(default = "yes")]
    clean: bool,
    #[serde(default = "yes")]
    reconnect: bool,
    #[serde(default)]
    mqtt_version: String,
    #[serde(default)]
    will: Option<Will>,
    #[serde(default)]
    properties: Option<Properties>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Will {
    #[serde(default)]
    last_will_topic: String,
    #[serde(default)]
    last_will_payload: String,
    #[serde(default)]
    last_will_qos: u8,
    #[serde(default)]
    last_will_retain: bool,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Properties {
    #[serde(default)]
    session_expiry_interval: Option<u32>,
    #[serde(default)]
    user_properties: Option<BTreeMap<String, Values>>,
}

/// A name may have several values.
#[derive(Deserialize)]
#[serde(untagged)]
enum Values {
    One(String),
    Many(Vec<String>),
}

/// The connections of a file; `None` when it is none.
pub(super) fn read(text: &str) -> Option<Vec<Read>> {
    Some(match api::from_json::<Exported>(text.as_bytes()).ok()? {
        Exported::Many(connections) => connections.into_iter().map(profile).collect(),
        Exported::One(connection) => vec![profile(*connection)],
    })
}

fn profile(it: Connection) -> Read {
    let is_websocket = matches!(it.protocol.as_str(), "ws" | "wss");
    let properties = it.properties.as_ref();
    let pairs = properties.and_then(|it| it.user_properties.as_ref()).into_iter().flatten();
    let user_properties = pairs.flat_map(|(name, values)| {
        let values = match values {
            Values::One(value) => core::slice::from_ref(value),
            Values::Many(values) => values,
        };
        values.iter().map(move |value| (name.clone(), value.clone()))
    });
    let will = it.will.filter(|it| !it.last_will_topic.is_empty()).map(|it| LastWill {
        topic: it.last_will_topic,
        payload: it.last_will_payload,
        qos: it.last_will_qos.min(2),
        retain: it.last_will_retain,
    });
    let slash = if it.path.starts_with('/') { "" } else { "/" };
    let profile = Profile {
        name: it.name,
        tls: it.ssl || it.protocol == "wss",
        host: it.host,
        port: it.port,
        path: format!("{slash}{}", it.path),
        client_id: it.client_id,
        username: it.username,
        version: if it.mqtt_version.starts_with('3') {
            MqttVersion::V311
        } else {
            MqttVersion::Auto
        },
        keep_alive: it.keepalive,
        connect_timeout: it.connect_timeout,
        reconnect: it.reconnect,
        clean_start: it.clean,
        session_expiry: properties.and_then(|it| it.session_expiry_interval).unwrap_or(0),
        user_properties: user_properties.collect(),
        will,
    };
    let usable = is_websocket && Draft::of(&profile).check(false).is_ok();
    (profile, Secret(it.password), usable)
}

fn sixty() -> u16 {
    60
}

fn ten() -> u16 {
    10
}

fn yes() -> bool {
    true
}
