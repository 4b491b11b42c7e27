//! Several messages of one client on their way at once.

use std::time::Duration;

use bytes::Bytes;
use mcs_server::bus::Bus as _;
use tokio::time::timeout;

use crate::Bench;
use crate::gate::{DEVICE, Event, Events};
use crate::wire::{Hello, Message, Raw, VERSIONS, Version};

fn message(payload: &str, qos: u8) -> Message {
    Message::new(&format!("{DEVICE}/raw"), payload, qos)
}

/// Waits until the gate was asked about so many more messages.
async fn published(events: &mut Events, count: usize) {
    for _ in 0..count {
        events.find("a message", |event| matches!(event, Event::Published(..))).await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn the_next_messages_are_taken_while_one_is_being_stored_and_all_go_on_in_their_order() {
    let mut bench = Bench::start().await;
    for version in VERSIONS {
        let mut watcher = Raw::connect(bench.address(), &Hello::new(version, "watcher")).await;
        watcher.subscribe(&format!("{DEVICE}/#"), 0).await;
        let mut device = Raw::connect(bench.address(), &Hello::new(version, "board")).await;
        device.put(&message("hold", 1)).await;
        for n in 0..19 {
            device.put(&message(&n.to_string(), 1)).await;
        }
        published(&mut bench.events, 20).await;
        let early = timeout(Duration::from_millis(100), device.puback()).await;
        assert!(early.is_err(), "{version:?}: a PUBACK before the first message is stored");

        bench.gate.release();
        assert_eq!(device.acknowledged(20).await, (1..=20).collect::<Vec<_>>(), "{version:?}");
        assert_eq!(watcher.message().await.payload, b"hold");
        for n in 0..19 {
            assert_eq!(watcher.message().await.payload, n.to_string().as_bytes());
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn no_more_messages_are_taken_than_may_be_on_the_way() {
    let limit = |config: &mut mcs_server::bus::Config| {
        config.limits.inflight = 5.try_into().expect("a number");
        config.limits.packet = 10_000;
    };
    let mut bench = Bench::with(limit).await;
    let long = format!("hold {}", "x".repeat(4_000));
    // By their number, or by their bytes.
    for (payload, most) in [("hold", 5), (&*long, 3)] {
        let hello = Hello::new(Version::V311, "board");
        let mut device = Raw::connect(bench.address(), &hello).await;
        for _ in 0..20 {
            device.put(&message(payload, 1)).await;
        }
        published(&mut bench.events, most).await;
        let more = timeout(Duration::from_millis(100), published(&mut bench.events, 1)).await;
        assert!(more.is_err(), "more than {most} are on the way");
        for n in 1..=20 {
            bench.gate.release();
            assert_eq!(device.acknowledged(1).await, [n]);
        }
        published(&mut bench.events, 20 - most).await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn what_was_taken_goes_on_when_its_client_is_gone_and_before_its_will() {
    let mut bench = Bench::start().await;
    for version in VERSIONS {
        let mut watcher = Raw::connect(bench.address(), &Hello::new(version, "watcher")).await;
        watcher.subscribe(&format!("{DEVICE}/#"), 1).await;
        let topic = format!("{DEVICE}/status");
        let hello = Hello::new(version, "board").will(&topic, "bye");
        let mut device = Raw::connect(bench.address(), &hello).await;
        device.put(&message("hold", 1)).await;
        device.put(&message("last", 0)).await;
        published(&mut bench.events, 2).await;
        drop(device);
        bench.gate.release();
        for payload in ["hold", "last", "bye"] {
            assert_eq!(watcher.message().await.payload, payload.as_bytes(), "{version:?}");
        }
        published(&mut bench.events, 1).await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_subscription_counts_for_what_is_published_after_it_and_not_before() {
    let mut bench = Bench::start().await;
    for version in VERSIONS {
        let mut device = Raw::connect(bench.address(), &Hello::new(version, "board")).await;
        device.put(&message("hold", 0)).await;
        published(&mut bench.events, 1).await;
        bench.gate.release();
        device.subscribe(&format!("{DEVICE}/raw"), 0).await;
        device.put(&message("1", 0)).await;
        assert_eq!(device.message().await.payload, b"1", "{version:?}");
        device.unsubscribe(&format!("{DEVICE}/raw")).await;
        published(&mut bench.events, 1).await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_message_that_could_not_be_kept_takes_the_acknowledgements_behind_it_along() {
    let mut bench = Bench::start().await;
    let mut device = Raw::connect(bench.address(), &Hello::new(Version::V311, "board")).await;
    for payload in ["hold", "fail", "1"] {
        device.put(&message(payload, 1)).await;
    }
    published(&mut bench.events, 3).await;
    bench.gate.release();
    assert_eq!(device.closed().await, Some((0x40, vec![0, 1])));
}

/// [MQTT-4.3.3-10]: until it is released a message is the same over the next connections, and not for another client.
#[tokio::test(flavor = "multi_thread")]
async fn a_message_of_qos_2_that_comes_again_after_a_new_connection_is_taken_once() {
    let mut bench = Bench::start().await;
    for version in VERSIONS {
        for login in [false, true] {
            let id = format!("sender {version:?} {login}");
            let hello = Hello::new(version, &id).lasting();
            let hello = if login { hello.login("ann", "secret") } else { hello };
            let mut sender = Raw::connect(bench.address(), &hello).await;
            sender.put_as(7, false, &message("once", 2)).await;
            sender.answer(0x50).await.expect("PUBREC");
            // The old connection is still there, or gone.
            for gone in [false, true] {
                let before =
                    std::mem::replace(&mut sender, Raw::connect(bench.address(), &hello).await);
                if gone {
                    drop(before);
                }
                sender.put_as(7, true, &message("once", 2)).await;
                sender.answer(0x50).await.expect("PUBREC");
            }
            sender.put_as(8, true, &message("mark", 2)).await;
            let is_mark = |event: &Event| matches!(event, Event::Published(_, payload, _) if payload == "mark");
            let case = format!("{version:?}, login {login}");
            assert_eq!(bench.events.before("the mark", is_mark).await, 1, "{case}");
            sender.answer(0x50).await.expect("PUBREC");
            sender.send(&[0x62, 2, 0, 7]).await;
            sender.answer(0x70).await.expect("PUBCOMP");

            // A new message under an old packet id is a new message, and a new session knows none.
            drop(sender);
            let mut sender = Raw::connect(bench.address(), &hello).await;
            sender.put_as(8, false, &message("new", 2)).await;
            sender.answer(0x50).await.expect("PUBREC");
            drop(sender);
            let clean = Hello { clean: true, ..hello };
            let mut sender = Raw::connect(bench.address(), &clean).await;
            if login {
                sender.put_as(8, true, &message("anew", 2)).await;
                sender.answer(0x50).await.expect("PUBREC");
            }
            sender.put_as(9, false, &message("mark", 2)).await;
            let expected = 1 + u32::from(login);
            assert_eq!(bench.events.before("the mark", is_mark).await, expected, "{case}");
            sender.answer(0x50).await.expect("PUBREC");
            sender.disconnect().await;
        }
    }
}

/// What a client does not read waits for it up to a limit, whether its session is kept or not; then nothing more does,
/// until it reads.
#[tokio::test(flavor = "multi_thread")]
async fn who_does_not_read_is_held_no_more_than_may_wait() {
    const SENT: usize = 400;
    let bench = Bench::with(|config| config.limits.queue.bytes = 1 << 20).await;
    let topic = format!("{DEVICE}/raw");
    for (qos, lasting) in [(0, false), (1, false), (0, true)] {
        let case = format!("QoS {qos}, lasting {lasting}");
        let hello = Hello::new(Version::V311, "reader").login("ann", "secret");
        let hello = if lasting { hello.lasting() } else { hello };
        let mut reader = Raw::connect(bench.address(), &hello).await;
        reader.subscribe(&topic, qos).await;
        let dropped = bench.bus.sessions().dropped;
        let large = Bytes::from(vec![b'x'; 100_000]);
        for _ in 0..SENT {
            bench.bus.publish(&topic, large.clone(), qos, false).await.expect("on its way");
        }
        let dropped = bench.bus.sessions().dropped - dropped;
        assert!(dropped > 0, "{case}");
        for _ in 0..SENT - usize::try_from(dropped).expect("few") {
            assert_eq!(reader.message().await.payload.len(), large.len(), "{case}");
        }
        let mark = Bytes::from_static(b"mark");
        bench.bus.publish(&topic, mark, qos, false).await.expect("on its way");
        assert_eq!(reader.message().await.payload, b"mark", "{case}");
        reader.disconnect().await;
    }
}
