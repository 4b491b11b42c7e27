//! What outlives the server.

use std::path::Path;

use mcs_server::bus::{Config, EmbeddedBus, Limits, SessionStore};

use crate::claim::claim;
use crate::gate::{DEVICE, TestGate};
use crate::wire::{Hello, Message, Raw, VERSIONS, Version};
use crate::{Folder, free_port};

pub(crate) async fn start(folder: &Path) -> EmbeddedBus {
    let config = Config {
        mqtt: free_port(),
        mqtts: None,
        sessions: SessionStore::open(folder).await.expect("a database"),
        limits: Limits::default(),
    };
    EmbeddedBus::start(config, TestGate::new().0).await.expect("a broker")
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
