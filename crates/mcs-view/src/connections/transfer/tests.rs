//! Files, read.

use super::read;
use crate::protocol::{LastWill, MqttVersion, Profile};

/// As MQTTX 1.13 writes one of them.
const MQTTX: &str = r#"[{
    "clientId": "mqttx_0123abcd", "name": "Field", "clean": true, "protocol": "wss",
    "host": "broker.test", "keepalive": 30, "connectTimeout": 5, "reconnect": false,
    "username": "ann", "password": "hunter2", "path": "/mqtt", "port": 8084, "ssl": true,
    "certType": "server", "rejectUnauthorized": true, "ca": "", "cert": "", "key": "",
    "mqttVersion": "5.0", "subscriptions": [], "messages": [], "unreadMessageCount": 0,
    "will": {"lastWillTopic": "gone", "lastWillPayload": "x", "lastWillQos": 1, "lastWillRetain": true},
    "properties": {"sessionExpiryInterval": 60, "userProperties": {"a": "1", "b": ["2", "3"]}},
    "isCollection": false, "id": "7d6", "createAt": "2026-01-01", "updateAt": "2026-01-01"
}, {
    "clientId": "x", "name": "Plain", "protocol": "mqtt", "host": "broker.test", "port": 1883,
    "username": "", "password": "", "path": "", "ssl": false, "mqttVersion": "3.1.1"
}]"#;

#[test]
fn an_export_of_mqttx_is_read_with_everything_that_it_says() {
    let import = read(MQTTX).unwrap();
    let (profile, password, usable) = &import.profiles[0];
    let pair = |name: &str, value: &str| (name.to_owned(), value.to_owned());
    let expected = Profile {
        name: "Field".to_owned(),
        tls: true,
        host: "broker.test".to_owned(),
        port: 8084,
        path: "/mqtt".to_owned(),
        client_id: "mqttx_0123abcd".to_owned(),
        username: "ann".to_owned(),
        version: MqttVersion::Auto,
        keep_alive: 30,
        connect_timeout: 5,
        reconnect: false,
        clean_start: true,
        session_expiry: 60,
        user_properties: vec![pair("a", "1"), pair("b", "2"), pair("b", "3")],
        will: Some(LastWill {
            topic: "gone".to_owned(),
            payload: "x".to_owned(),
            qos: 1,
            retain: true,
        }),
    };
    assert_eq!(*profile, expected);
    assert_eq!((password.0.as_str(), *usable), ("hunter2", true));
    let (plain, _, usable) = &import.profiles[1];
    assert_eq!((plain.version, *usable), (MqttVersion::V311, false));
}

#[test]
fn one_connection_alone_is_a_file_too() {
    let one = r#"{"name": "A", "host": "h", "port": 9001, "protocol": "ws", "path": ""}"#;
    assert_eq!(read(one).unwrap().profiles[0].0.url(), "ws://h:9001/");
}

#[test]
fn what_is_no_file_of_profiles_is_none() {
    for text in ["", "{}", "[1]", "[{\"host\":1}]", r#"{"devices":[]}"#] {
        assert!(read(text).is_none(), "{text}");
    }
}
