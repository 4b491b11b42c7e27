//! What outlives the server.

use std::path::Path;

use mcs_server::bus::{Config, EmbeddedBus, Limits, SessionStore};

use crate::claim::claim;
use crate::gate::{DEVICE, Event, Events, TestGate};
use crate::wire::{Hello, Message, Raw, VERSIONS, Version};
use crate::{Folder, free_port};

pub(crate) async fn start(folder: &Path) -> EmbeddedBus {
    start_and_see(folder).await.0
}

async fn start_and_see(folder: &Path) -> (EmbeddedBus, Events) {
    let config = Config {
        mqtt: free_port(),
        mqtts: None,
        sessions: SessionStore::open(folder).await.expect("a database"),
        limits: Limits::default(),
    };
    let (gate, events) = TestGate::new();
    (EmbeddedBus::start(config, gate).await.expect("a broker"), events)
}

/// [MQTT-4.3.3-10]: what a client may send again it may after a restart, and it is taken once.
#[tokio::test(flavor = "multi_thread")]
async fn a_message_of_qos_2_that_comes_again_after_a_restart_is_taken_once() {
    let folder = Folder::new();
    let message = |payload| Message::new(&format!("{DEVICE}/raw"), payload, 2);
    for version in VERSIONS {
        for login in [false, true] {
            let case = format!("{version:?}, login {login}");
            let id = format!("sender {case}");
            let hello = Hello::new(version, &id).lasting();
            let hello = if login { hello.login("ann", "secret") } else { hello };

            let (broker, mut events) = start_and_see(&folder).await;
            let mut sender = Raw::connect(broker.mqtt(), &hello).await;
            for packet in [7, 8] {
                sender.put_as(packet, false, &message("once")).await;
                sender.answer(0x50).await.expect("PUBREC");
            }
            sender.send(&[0x62, 2, 0, 8]).await;
            sender.answer(0x70).await.expect("PUBCOMP");
            sender.put_as(9, false, &message("mark")).await;
            assert_eq!(events.before("the mark", is_mark).await, 2, "{case}");
            broker.stop().await;

            // 7 is the same message, under 8 comes a new one that is said to have been sent before.
            let (broker, mut events) = start_and_see(&folder).await;
            let mut sender = Raw::connect(broker.mqtt(), &hello).await;
            for packet in [7, 8] {
                sender.put_as(packet, true, &message("again")).await;
                sender.answer(0x50).await.expect("PUBREC");
            }
            sender.put_as(10, false, &message("mark")).await;
            assert_eq!(events.before("the mark", is_mark).await, 1, "{case}");
            broker.stop().await;
        }
    }
}

/// A client that has lost its state begins anew with its packet ids: what did not arrive under one of them may come
/// again, and is not what arrived before.
#[tokio::test(flavor = "multi_thread")]
async fn a_new_message_under_an_old_packet_id_is_taken_after_a_restart() {
    let folder = Folder::new();
    let message = |payload| Message::new(&format!("{DEVICE}/raw"), payload, 2);
    let hello = Hello::new(Version::V311, "sender").login("ann", "secret").lasting();
    let (broker, mut events) = start_and_see(&folder).await;
    let mut sender = Raw::connect(broker.mqtt(), &hello).await;
    sender.put_as(7, false, &message("once")).await;
    sender.answer(0x50).await.expect("PUBREC");
    let mut sender = Raw::connect(broker.mqtt(), &hello).await;
    sender.put_as(7, false, &message("hold")).await;
    let is_held =
        |event: &Event| matches!(event, Event::Published(_, payload, _) if payload == "hold");
    events.before("the new one", is_held).await;
    broker.stop().await;

    let (broker, mut events) = start_and_see(&folder).await;
    let mut sender = Raw::connect(broker.mqtt(), &hello).await;
    sender.put_as(7, true, &message("again")).await;
    sender.answer(0x50).await.expect("PUBREC");
    sender.put_as(8, false, &message("mark")).await;
    assert_eq!(events.before("the mark", is_mark).await, 1);
    broker.stop().await;
}

fn is_mark(event: &Event) -> bool {
    matches!(event, Event::Published(_, payload, _) if payload == "mark")
}

#[tokio::test(flavor = "multi_thread")]
async fn sessions_and_what_waits_in_them_outlive_the_server() {
    let folder = Folder::new();
    let topic = format!("{DEVICE}/switch");
    let id = |version| format!("returning-{version:?}");

    let broker = start(&folder).await;
    for version in VERSIONS {
        let id = id(version);
        let mut device = Raw::connect(broker.mqtt(), &Hello::new(version, &id).lasting()).await;
        device.subscribe(&format!("{DEVICE}/+"), 1).await;
        device.disconnect().await;
    }
    let mut console = Raw::connect(broker.mqtt(), &Hello::new(Version::V311, "console")).await;
    for i in 0..100 {
        console.publish(&Message::new(&topic, &i.to_string(), 1)).await;
    }
    broker.stop().await;

    let broker = start(&folder).await;
    let mut console = Raw::connect(broker.mqtt(), &Hello::new(Version::V311, "console")).await;
    console.publish(&Message::new(&topic, "100", 1)).await;
    for version in VERSIONS {
        let id = id(version);
        let mut device = Raw::connect(broker.mqtt(), &Hello::new(version, &id).lasting()).await;
        claim(&mut device).await;
        let mut got = Vec::new();
        for _ in 0..=100 {
            got.push(String::from_utf8(device.message().await.payload).expect("a number"));
        }
        let expected: Vec<_> = (0..=100).map(|i: u32| i.to_string()).collect();
        assert_eq!(got, expected, "{version:?}");
    }
    broker.stop().await;
}
