//! What waits for an MQTT client when the server is killed.

use std::collections::{BTreeSet, VecDeque};
use std::net::SocketAddr;

use crate::client::Request;
use crate::mqtt::topic;
use crate::process::Process;
use crate::wire::{Hello, Message, Raw, VERSIONS, Version};
use crate::{Folder, populate, soon};

/// Publishes with QoS 1, as long as the server lives. Answers what it acknowledged.
async fn publish_until_the_end(to: SocketAddr, who: u32) -> Vec<String> {
    let id = format!("publisher-{who}");
    let publisher = Raw::connect(to, &Hello::new(Version::V311, &id)).await;
    let payload = |n| format!("1432538716989,status,{who}-{n}");
    let acknowledged = publish_on_the_way(publisher, &topic("status"), payload).await;
    acknowledged.into_iter().map(|n| format!("{who}-{n}")).collect()
}

/// Publishes numbers with QoS 1, 20 of them on the way at once, until the connection ends.
/// Answers what was acknowledged.
pub(crate) async fn publish_on_the_way(
    mut publisher: Raw,
    topic: &str,
    payload: impl Fn(u64) -> String,
) -> Vec<u64> {
    let (mut on_the_way, mut acknowledged) = (VecDeque::new(), Vec::new());
    for n in 0.. {
        match publisher.try_put(&Message::new(topic, &payload(n), 1)).await {
            Some(id) => on_the_way.push_back((id, n)),
            None => break,
        }
        if on_the_way.len() == 20 {
            let Some(id) = publisher.try_acknowledged().await else { return acknowledged };
            let (expected, n) = on_the_way.pop_front().expect("20 of them");
            assert_eq!(id, expected, "PUBACKs come in order");
            acknowledged.push(n);
        }
    }
    while let Some(id) = publisher.try_acknowledged().await {
        let (expected, n) = on_the_way.pop_front().expect("no more than were sent");
        assert_eq!(id, expected, "PUBACKs come in order");
        acknowledged.push(n);
    }
    acknowledged
}

/// How many messages wait in sessions.
async fn waiting(to: SocketAddr) -> u64 {
    let metrics = Request::new(to, "GET", "/metrics").send().await;
    let mut lines = metrics.text().lines();
    let value = lines.find_map(|it| it.strip_prefix("mcs_mqtt_waiting_messages "));
    value.and_then(|it| it.parse().ok()).expect("a number")
}

#[tokio::test(flavor = "multi_thread")]
async fn nothing_that_was_acknowledged_is_lost_when_the_server_is_killed() {
    let folder = Folder::new();
    populate(&folder).await;
    for round in 0..3 {
        let server = Process::start(&folder, &[]).await;
        let id = |version| format!("away-{version:?}-{round}");
        for version in VERSIONS {
            let id = id(version);
            let mut board = Raw::connect(server.mqtt(), &Hello::new(version, &id).lasting()).await;
            board.subscribe(&topic("+"), 1).await;
            board.disconnect().await;
        }
        // This one stays, and takes nothing.
        let hello = format!("stalled-{round}");
        let hello = Hello::new(Version::V311, &hello).lasting();
        let mut stalled = Raw::connect(server.mqtt(), &hello).await;
        stalled.subscribe(&topic("+"), 1).await;
        let to = server.mqtt();
        let publishers: Vec<_> =
            (0..4).map(|who| tokio::spawn(publish_until_the_end(to, who))).collect();
        let enough = async { while waiting(server.http()).await < 4_000 {} };
        soon("some messages", enough).await;
        server.end("-KILL").await;
        let mut acknowledged = Vec::new();
        for publisher in publishers {
            acknowledged.push(soon("the end", publisher).await.expect("a task"));
        }

        let server = Process::start(&folder, &[]).await;
        let stalled = (Version::V311, format!("stalled-{round}"));
        let away = VERSIONS.map(|version| (version, id(version)));
        for (version, id) in away.into_iter().chain([stalled]) {
            let mut board = Raw::connect(server.mqtt(), &Hello::new(version, &id).lasting()).await;
            board.subscribe(&topic("+"), 1).await;
            let mut missing: BTreeSet<_> = acknowledged.iter().flatten().cloned().collect();
            let mut last = [-1; 4];
            let all = async {
                while !missing.is_empty() {
                    let payload = String::from_utf8(board.message().await.payload).expect("text");
                    let text = payload.rsplit(',').next().expect("a value").to_owned();
                    missing.remove(&text);
                    let (who, n) = text.split_once('-').expect("two numbers");
                    let (who, n): (usize, i32) =
                        (who.parse().expect("a number"), n.parse().expect("a number"));
                    assert!(n > last[who], "{version:?}: {text} comes after {}", last[who]);
                    last[who] = n;
                }
            };
            soon("all messages", all).await;
            board.disconnect().await;
        }
        server.terminate().await;
    }
}
