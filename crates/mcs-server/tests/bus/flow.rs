//! Several messages of one client on their way at once.

use std::time::Duration;

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
