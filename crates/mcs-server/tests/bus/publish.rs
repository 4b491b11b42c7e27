//! What becomes of a message.

use bytes::Bytes;
use mcs_server::bus::Bus as _;

use crate::Bench;
use crate::gate::{DEVICE, Event};
use crate::wire::{Ack, Hello, Message, Raw, VERSIONS, Version};

fn channel(name: &str) -> String {
    format!("{DEVICE}/{name}")
}

/// Somebody who sees all of the device, and a device.
async fn pair(bench: &Bench, version: Version) -> (Raw, Raw) {
    let mut watcher = Raw::connect(bench.address(), &Hello::new(version, "watcher")).await;
    watcher.subscribe(&format!("{DEVICE}/#"), 1).await;
    let device = Raw::connect(bench.address(), &Hello::new(version, "board")).await;
    (watcher, device)
}

#[tokio::test(flavor = "multi_thread")]
async fn subscribers_see_what_the_gate_decides() {
    let bench = Bench::start().await;
    for version in VERSIONS {
        let (mut watcher, mut device) = pair(&bench, version).await;
        for qos in [0, 1, 2] {
            let negative = if version == Version::V5 && qos > 0 { 0x87 } else { 0 };
            let unheard = if version == Version::V5 && qos == 1 { 0x10 } else { 0 };
            // The watcher subscribed with QoS 1.
            let seen_qos = qos.min(1);
            for (payload, code, seen) in [
                ("as sent", 0, Some(("raw", "as sent"))),
                ("replace 1,canonical,2", 0, Some(("canonical", "1,canonical,2"))),
                ("unheard 1,canonical,3", unheard, Some(("canonical", "1,canonical,3"))),
                ("swallow", 0, None),
                ("refuse", negative, None),
                ("invalid because", if negative == 0 { 0 } else { 0x99 }, None),
            ] {
                let case = format!("{version:?}, QoS {qos}: {payload}");
                let sent = Message::new(&channel("raw"), payload, qos);
                let ack = device.publish_or_close(&sent).await.expect("an open connection");
                // Only who may publish is told what is wrong.
                let reason = (code == 0x99).then(|| "because".to_owned());
                assert_eq!(ack, Ack { code, reason }, "{case}");
                if let Some((topic, payload)) = seen {
                    assert_eq!(
                        watcher.message().await,
                        Message::new(&channel(topic), payload, seen_qos),
                        "{case}"
                    );
                }
                // What was sent must not come before this, nor after what stands for it.
                device.publish(&Message::new(&channel("mark"), "mark", 0)).await;
                assert_eq!(
                    watcher.message().await,
                    Message::new(&channel("mark"), "mark", 0),
                    "{case}"
                );
            }
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_device_is_reached_by_its_own_subscriptions_connected_or_kept() {
    let bench = Bench::start().await;
    let reached = async |topic: &str| bench.bus.reaches_device(&channel(topic)).await;
    let login = Hello::new(Version::V5, "console").login("ann", "secret");
    let mut console = Raw::connect(bench.address(), &login).await;
    console.subscribe(&channel("+"), 1).await;
    assert!(!reached("switch").await, "a person is no device");

    for (version, filter) in [
        (Version::V31, channel("switch")),
        (Version::V311, channel("+")),
        (Version::V5, format!("$share/boards/{DEVICE}/#")),
    ] {
        let hello = Hello::new(version, "board");
        let mut board = Raw::connect(bench.address(), &hello).await;
        assert!(!reached("switch").await, "{version:?}");
        board.subscribe(&filter, 1).await;
        assert!(reached("switch").await, "{version:?}");
        assert_eq!(reached("pump").await, version != Version::V31);
        board.unsubscribe(&filter).await;
        assert!(!reached("switch").await, "{version:?}");
    }

    let hello = Hello::new(Version::V311, "board").lasting();
    let mut board = Raw::connect(bench.address(), &hello).await;
    board.subscribe(&channel("switch"), 1).await;
    board.disconnect().await;
    assert!(reached("switch").await, "it waits in the session");
}

#[tokio::test(flavor = "multi_thread")]
async fn what_could_not_be_kept_is_not_acknowledged() {
    let bench = Bench::start().await;
    let failing = |qos| Message::new(&channel("raw"), "fail", qos);
    for version in VERSIONS {
        for qos in [1, 2] {
            let hello = Hello::new(version, "board").lasting();
            let mut device = Raw::connect(bench.address(), &hello).await;
            device.publish(&failing(0)).await;
            device.ping().await;
            if version == Version::V5 {
                assert_eq!(device.publish(&failing(qos)).await, 0x83);
            } else {
                device.put(&failing(qos)).await;
                assert_eq!(device.closed().await, None, "{version:?}, QoS {qos}");
                device = Raw::connect(bench.address(), &hello).await;
            }
            assert_eq!(device.publish(&Message::new(&channel("raw"), "1", qos)).await, 0);
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_foreign_topic_is_refused_without_a_hint() {
    let bench = Bench::start().await;
    let mut device = Raw::connect(bench.address(), &Hello::new(Version::V5, "board")).await;
    for topic in [
        "mcs/DevAAAA1/keyBBBBBBBBBBBB2/switch",
        "mcs/DevNONE9/keyBBBBBBBBBBBB2/switch",
        "console/v1/devices/DevAAAA1",
        "$SYS/x",
        "$mcs/swallowed",
        &channel("+"),
    ] {
        // `publish` fails on a reason string.
        assert_eq!(device.publish(&Message::new(topic, "1", 1)).await, 0x87, "{topic}");
    }
    device.ping().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn puback_waits_for_the_gate() {
    let mut bench = Bench::start().await;
    for version in VERSIONS {
        let (mut watcher, mut device) = pair(&bench, version).await;
        device.put(&Message::new(&channel("raw"), "hold", 1)).await;
        bench
            .events
            .find(
                "held",
                |event| matches!(event, Event::Published(_, payload, _) if payload == "hold"),
            )
            .await;

        // The gate has it: others go on, and they see nothing of it.
        watcher.publish(&Message::new(&channel("mark"), "mark", 1)).await;
        assert_eq!(watcher.message().await.payload, b"mark");
        // The device's next packet waits as well: were the PUBACK not held back, it would come now.
        device.send(&[0xc0, 0]).await;
        let early =
            tokio::time::timeout(std::time::Duration::from_millis(200), device.puback()).await;
        assert!(early.is_err(), "{version:?}: PUBACK before the gate's answer");

        bench.gate.release();
        assert_eq!(device.puback().await, 0);
        assert_eq!(watcher.message().await.payload, b"hold");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn the_server_publishes_without_a_gate() {
    let bench = Bench::start().await;
    for version in VERSIONS {
        let mut console =
            Raw::connect(bench.address(), &Hello::new(version, "console").login("ann", "secret"))
                .await;
        console.subscribe("console/v1/devices/+", 1).await;
        for qos in [0, 1] {
            bench
                .bus
                .publish("console/v1/devices/a", Bytes::from_static(b"{}"), qos, false)
                .await
                .expect("published");
            assert_eq!(console.message().await, Message::new("console/v1/devices/a", "{}", qos));
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_replaced_message_keeps_its_retain_flag_and_sender() {
    let bench = Bench::start().await;
    let mut device = Raw::connect(bench.address(), &Hello::new(Version::V5, "board")).await;
    let mut other = Raw::connect(bench.address(), &Hello::new(Version::V5, "other")).await;
    // What is kept comes some time after the SUBACK: it is waited for, so that 7 is not among it.
    other.publish(&Message::new(&channel("raw"), "replace 6", 1).retained()).await;
    device.subscribe_no_local(&format!("{DEVICE}/+")).await;
    other.subscribe(&format!("{DEVICE}/+"), 1).await;
    for client in [&mut device, &mut other] {
        assert_eq!(client.message().await.payload, b"6");
    }

    device.publish(&Message::new(&channel("raw"), "replace 7", 1).retained()).await;
    assert_eq!(other.message().await, Message::new(&channel("canonical"), "7", 1));
    other.publish(&Message::new(&channel("raw"), "replace 8", 1)).await;
    // No local: not its own 7, whatever it was replaced by.
    assert_eq!(device.message().await.payload, b"8");

    let mut late = Raw::connect(bench.address(), &Hello::new(Version::V311, "late")).await;
    late.subscribe(&format!("{DEVICE}/+"), 1).await;
    assert_eq!(late.message().await, Message::new(&channel("canonical"), "7", 1).retained());
}

#[tokio::test(flavor = "multi_thread")]
async fn the_server_fills_and_clears_retained_messages() {
    let bench = Bench::start().await;
    let topic = channel("switch");
    bench.bus.publish(&topic, Bytes::from_static(b"1"), 1, true).await.expect("published");
    let mut device = Raw::connect(bench.address(), &Hello::new(Version::V311, "board")).await;
    device.subscribe(&topic, 1).await;
    assert_eq!(device.message().await, Message::new(&topic, "1", 1).retained());

    bench.bus.publish(&topic, Bytes::new(), 1, true).await.expect("published");
    assert_eq!(device.message().await.payload, b"");
    device.subscribe(&topic, 1).await;
    device.publish(&Message::new(&topic, "mark", 0)).await;
    assert_eq!(device.message().await.payload, b"mark");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_will_passes_the_gate_when_it_is_published() {
    let mut bench = Bench::start().await;
    for version in VERSIONS {
        for (payload, seen) in
            [("replace gone", Some("gone")), ("bye", Some("bye")), ("refuse", None)]
        {
            let (mut watcher, mut device) = pair(&bench, version).await;
            let topic = channel("status");
            let dying =
                Raw::connect(bench.address(), &Hello::new(version, "dying").will(&topic, payload))
                    .await;
            drop(dying);
            bench
                .events
                .find("will", |event| {
                    *event == Event::Published("dying".to_owned(), payload.to_owned(), true)
                })
                .await;
            if let Some(seen) = seen {
                assert_eq!(watcher.message().await.payload, seen.as_bytes(), "{version:?}");
            }
            device.publish(&Message::new(&channel("mark"), "mark", 0)).await;
            assert_eq!(watcher.message().await.payload, b"mark", "{version:?}");
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_disconnect_takes_the_will_along_and_closes_at_once() {
    let bench = Bench::start().await;
    for version in VERSIONS {
        let (mut watcher, mut device) = pair(&bench, version).await;
        let topic = channel("status");
        let leaving =
            Raw::connect(bench.address(), &Hello::new(version, "leaving").will(&topic, "bye"))
                .await;
        // Fails unless the broker closes well before the keep alive of 60 s.
        leaving.disconnect().await;
        device.publish(&Message::new(&channel("mark"), "mark", 0)).await;
        assert_eq!(watcher.message().await.payload, b"mark", "{version:?}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn an_mqtt_5_disconnect_may_ask_for_the_will() {
    let bench = Bench::start().await;
    let (mut watcher, _device) = pair(&bench, Version::V5).await;
    let topic = channel("status");
    let mut leaving =
        Raw::connect(bench.address(), &Hello::new(Version::V5, "leaving").will(&topic, "bye"))
            .await;
    leaving.send(&[0xe0, 1, 0x04]).await;
    leaving.closed().await;
    assert_eq!(watcher.message().await.payload, b"bye");
}

#[tokio::test(flavor = "multi_thread")]
async fn an_acknowledged_message_reaches_every_subscriber_in_order() {
    let bench = Bench::start().await;
    let (mut watcher, mut device) = pair(&bench, Version::V311).await;
    const COUNT: usize = 500;
    for i in 0..COUNT {
        device.put(&Message::new(&channel("count"), &format!("replace {i}"), 1)).await;
    }
    for _ in 0..COUNT {
        assert_eq!(device.puback().await, 0);
    }
    for i in 0..COUNT {
        assert_eq!(watcher.message().await.payload, i.to_string().as_bytes());
    }
}
