//! The same by other doors: sessions, REST and the Command Server.

use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::{TcpSocket, TcpStream};

use super::scene::Scene;
use super::table::{OWN_ID, OWN_KEY, named};
use crate::client::Request;
use crate::wire::{Hello, Message, Raw, VERSIONS};
use crate::{ID, KEY, soon};

/// CONTRACT §9.3 rule 10: whoever uses a client id again gets a session of its own.
#[tokio::test(flavor = "multi_thread")]
async fn the_victims_client_id_gives_nothing_of_its_session() {
    let mut scene = Scene::set().await;
    for version in VERSIONS {
        // With a session that ends with the connection nobody takes anything over, wherever from.
        let hello = Hello::new(version, "watcher");
        let (mut intruder, welcome) = Raw::try_connect(scene.mqtt(), &hello).await;
        assert!(!welcome.session_present, "{version:?}");
        scene.nothing_leaks(Some(&mut intruder), "clean, same client id").await;

        // A lasting one belongs to who proves the key of its device, wherever from.
        let id = format!("lasting-{version:?}");
        let hello = Hello::new(version, &id).lasting();
        let (mut sleeping, _) = Raw::try_connect(scene.mqtt(), &hello).await;
        sleeping.subscribe(&named("mcs/{A}/{a}/+"), 1).await;
        for (gone, from) in [
            (false, "127.0.0.1:0"),
            (false, "127.0.0.2:0"),
            (true, "127.0.0.1:0"),
            (true, "127.0.0.3:0"),
        ] {
            if gone {
                sleeping.disconnect().await;
                sleeping = scene.intruder(version).await;
            }
            let socket = TcpSocket::new_v4().expect("a socket");
            socket.bind(from.parse().expect("an address")).expect("an address");
            let stream = socket.connect(scene.mqtt()).await.expect("a listener");
            let (mut intruder, welcome) = Raw::over(stream, &hello).await;
            assert!(!welcome.session_present, "{version:?}, gone {gone}");
            scene.victim_is_well("lasting, same client id").await;
            intruder.subscribe(&named("mcs/{B}/{b}/count"), 1).await;
            let own = Message::new(&named("mcs/{B}/{b}/count"), "1432538716000,count,1", 1);
            scene.own_board.publish(&own).await;
            assert_eq!(intruder.message().await, own, "{version:?}, gone {gone}");
            if !gone {
                sleeping.ping().await;
                sleeping.message().await;
            }
        }
        // Its own board finds what waited.
        let (mut awake, welcome) = Raw::try_connect(scene.mqtt(), &hello).await;
        assert!(!welcome.session_present, "{version:?}");
        awake.subscribe(&named("mcs/{A}/{a}/+"), 1).await;
        assert_eq!(awake.message().await.topic, named("mcs/{A}/{a}/count"), "{version:?}");
        awake.unsubscribe(&named("mcs/{A}/{a}/+")).await;
        awake.disconnect().await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn no_rest_call_reads_or_writes_with_another_devices_key() {
    let mut scene = Scene::set().await;
    let near =
        ["", OWN_KEY, "{a-lower}", "{a-upper}", "{a-short}", "{a}0", "{a-wide}", "null", "*"];
    for key in near {
        let key = named(key);
        for (method, path, body) in [
            ("POST", "/datapoints.csv", "count,1432538716000,666"),
            (
                "POST",
                "/datapoints",
                r#"{"datapoints":[{"dataChnId":"count","values":{"value":666}}]}"#,
            ),
            ("GET", "/datachannels/status/datapoints.csv", ""),
            ("GET", "/datachannels/status/datapoints", ""),
            ("GET", "/connections", ""),
            ("GET", "/connections.csv", ""),
            ("GET", "", ""),
            ("GET", "/firmwares/available", ""),
            ("PUT", "/firmwares", r#"{"version":"6.6.6"}"#),
        ] {
            let case = format!("{method} {path} with {key:?}");
            let request = scene.site.device_with_key(method, path, &key);
            let reply = request.body(body).send().await;
            assert!((400..500).contains(&reply.status), "{case}: {}", reply.status);
            assert!(!reply.text().contains("secret"), "{case}: {}", reply.text());
        }
        scene.victim_is_well(&key).await;
    }
    // The own key opens the own id only.
    let own = format!("/mcs/v2/devices/{OWN_ID}/datachannels/status/datapoints.csv");
    let ask = |key: &str| Request::new(scene.site.http(), "GET", &own).header("deviceKey", key);
    assert!(ask(KEY).send().await.status >= 400);
    assert_eq!(ask(OWN_KEY).send().await.status, 200);
    scene.nothing_was_forged().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn no_heartbeat_gets_another_devices_commands() {
    let mut scene = Scene::set().await;
    let address = scene.site.server.addrs().command;
    for key in [OWN_KEY, "{a-lower}", "{a-short}", "{a}0", " {a}0", ""] {
        for shape in ["{A},KEY,0", "{A},KEY,", "{A},KEY,0\r\n\r\n", "{B},{b},0{A},KEY,0"] {
            let mut stream = TcpStream::connect(address).await.expect("a listener");
            let line = named(&shape.replace("KEY", key));
            let case = format!("{line:?}");
            stream.write_all(line.as_bytes()).await.expect("sent");
            // What it gets until the end: an echo for its own id at most.
            let command = r#"{"datapoints":[{"dataChnId":"switch_control","values":{"value":1}}]}"#;
            let reply = scene.site.device("POST", "/datapoints").body(command).send().await;
            assert_eq!(reply.status, 200, "{case}");
            assert_eq!(scene.watcher.message().await.topic, named("mcs/{A}/{a}/switch_control"));
            let mut got = vec![0; 1000];
            let own = shape.starts_with("{B}");
            let mut seen = Vec::new();
            while !own || seen.len() < OWN_ID.len() + OWN_KEY.len() + 3 {
                match soon("the end", stream.read(&mut got)).await {
                    Ok(len) if len > 0 => seen.extend_from_slice(&got[..len]),
                    _ => break,
                }
            }
            let seen = String::from_utf8_lossy(&seen);
            assert!(!seen.contains(ID) && !seen.contains("switch_control"), "{case}: {seen}");
        }
    }
    scene.victim_is_well("heartbeats").await;
    scene.nothing_was_forged().await;
}
