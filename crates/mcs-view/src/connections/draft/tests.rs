//! What is typed in, and what it means.

use super::{Draft, Field, PRESETS, Wrong};
use crate::protocol::{LastWill, Profile};

fn draft(host: &str) -> Draft {
    Draft { host: host.to_owned(), ..Draft::of(&Profile::default()) }
}

fn wrong(draft: &Draft) -> Vec<(Field, Wrong)> {
    draft.check(false).err().unwrap_or_default()
}

#[test]
fn the_defaults_are_those_that_users_of_mqtt_know() {
    let profile = draft("broker.test").check(false).unwrap();
    assert_eq!(profile.url(), "ws://broker.test:8083/mqtt");
    assert_eq!((profile.keep_alive, profile.connect_timeout), (60, 10));
    assert!(profile.clean_start && profile.reconnect);
}

#[test]
fn a_form_shows_what_it_was_filled_with() {
    let profile = Profile {
        name: "Workshop".to_owned(),
        host: "fe80::1".to_owned(),
        user_properties: vec![("site".to_owned(), "a:b".to_owned())],
        will: Some(LastWill {
            topic: "gone".to_owned(),
            payload: "x".to_owned(),
            qos: 1,
            retain: true,
        }),
        ..Profile::default()
    };
    assert_eq!(Draft::of(&profile).check(false), Ok(profile.clone()));
    assert_eq!(profile.url(), "ws://[fe80::1]:8083/mqtt");
}

#[test]
fn a_url_that_is_pasted_as_the_host_is_taken_apart() {
    for (pasted, url) in [
        ("wss://broker.test:8084/mqtt", "wss://broker.test:8084/mqtt"),
        (" ws://10.0.0.1:9001 ", "ws://10.0.0.1:9001/"),
        ("wss://broker.test/ws?x=1", "wss://broker.test:443/ws?x=1"),
        ("WS://[::1]:80/", "ws://[::1]:80/"),
        ("https://broker.test/mqtt", "wss://broker.test:443/mqtt"),
        // A password in an address goes nowhere.
        ("ws://ann:secret@broker.test:1/", "ws://broker.test:1/"),
    ] {
        assert_eq!(draft(pasted).check(false).map(|it| it.url()), Ok(url.to_owned()), "{pasted}");
    }
}

#[test]
fn plain_mqtt_is_nothing_for_a_browser() {
    for url in ["mqtt://broker.test:1883", "tcp://broker.test", "mqtts://broker.test:8883"] {
        assert_eq!(wrong(&draft(url)), [(Field::Host, Wrong::NotForBrowsers)]);
    }
}

#[test]
fn every_field_that_is_wrong_is_named() {
    let draft = Draft {
        host: String::new(),
        port: "70000".to_owned(),
        path: "/a b".to_owned(),
        keep_alive: "x".to_owned(),
        connect_timeout: "0".to_owned(),
        session_expiry: "-1".to_owned(),
        user_properties: "a: b\n\nnothing".to_owned(),
        will_topic: "a/#".to_owned(),
        client_id: "a\u{0}".to_owned(),
        ..draft("")
    };
    assert_eq!(
        wrong(&draft),
        [
            (Field::Port, Wrong::NotANumber(1, 65_535)),
            (Field::KeepAlive, Wrong::NotANumber(0, 65_535)),
            (Field::ConnectTimeout, Wrong::NotANumber(1, 120)),
            (Field::SessionExpiry, Wrong::NotANumber(0, u32::MAX)),
            (Field::Host, Wrong::Missing),
            (Field::Path, Wrong::NotAPath),
            (Field::ClientId, Wrong::NotMqttText),
            (Field::WillTopic, Wrong::NotATopic),
            (Field::UserProperties, Wrong::NotAProperty(3)),
        ]
    );
}

#[test]
fn what_is_no_host_is_said_to_be_none() {
    for host in ["a b", "a/b", "host:1883", "<b>", "a\"b", "[::1]"] {
        assert_eq!(wrong(&draft(host)), [(Field::Host, Wrong::NotAHost)], "{host}");
    }
    assert_eq!(wrong(&draft("börse.test")), []);
}

#[test]
fn a_secure_page_opens_no_insecure_socket_but_to_this_machine() {
    let mixed = draft("broker.test").check(true).unwrap_err();
    assert_eq!(mixed, [(Field::Tls, Wrong::MixedContent)]);
    for host in ["localhost", "127.0.0.1", "::1", "console.localhost"] {
        assert!(draft(host).check(true).is_ok(), "{host}");
    }
    assert!(Draft { tls: true, ..draft("broker.test") }.check(true).is_ok());
}

#[test]
fn a_preset_fills_port_and_path_by_scheme() {
    let rabbit = PRESETS.iter().find(|it| it.name == "RabbitMQ").unwrap();
    let mut plain = draft("broker.test");
    plain.apply(rabbit);
    assert_eq!(plain.check(false).unwrap().url(), "ws://broker.test:15675/ws");
    let mut secure = Draft { tls: true, ..draft("broker.test") };
    secure.apply(rabbit);
    assert_eq!(secure.check(false).unwrap().url(), "wss://broker.test:15676/ws");
}
