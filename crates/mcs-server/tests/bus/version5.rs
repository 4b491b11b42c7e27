//! What only MQTT 5 has.

use std::time::Duration;

use bytes::Bytes;
use mcs_server::bus::Bus as _;
use tokio::time::timeout;

use crate::Bench;
use crate::gate::DEVICE;
use crate::wire::{Hello, Message, Raw, Version, framed, string};

fn channel(name: &str) -> String {
    format!("{DEVICE}/{name}")
}

async fn connect(bench: &Bench, id: &str, properties: &[u8]) -> Raw {
    let hello = Hello { properties, ..Hello::new(Version::V5, id) };
    Raw::connect(bench.address(), &hello).await
}

/// PUBLISH without a topic, under an alias.
fn under(alias: u8, payload: &str) -> Message {
    Message::new("", payload, 1).with(&[0x23, 0, alias])
}

/// [MQTT-3.3.2-6] and on: an alias stands for the topic that it was sent with, on this connection, and asks the gate
/// like the topic itself.
#[tokio::test(flavor = "multi_thread")]
async fn a_topic_alias_of_a_client_is_the_topic_and_proves_no_more_than_it() {
    let bench = Bench::start().await;
    let mut watcher = connect(&bench, "watcher", &[]).await;
    watcher.subscribe(&format!("{DEVICE}/#"), 1).await;
    let mut board = connect(&bench, "board", &[]).await;
    let named = Message::new(&channel("a"), "1", 1).with(&[0x23, 0, 1]);
    assert_eq!(board.publish(&named).await, 0);
    assert_eq!(board.publish(&under(1, "2")).await, 0);
    for payload in ["1", "2"] {
        // Without the alias, which is between the board and the broker.
        assert_eq!(watcher.message().await, Message::new(&channel("a"), payload, 1));
    }

    // A foreign topic is refused, and so is the alias that it left.
    let foreign = "mcs/DevBBBB2/keyBBBBBBBBBBBB2/a";
    let smuggled = Message::new(foreign, "3", 1).with(&[0x23, 0, 1]);
    assert_eq!(board.publish(&smuggled).await, 0x87);
    assert_eq!(board.publish(&under(1, "4")).await, 0x87);
    assert_eq!(board.publish(&named).await, 0);
    assert_eq!(watcher.message().await.payload, b"1");

    // Aliases that nobody set on this connection, and 0.
    let mut other = connect(&bench, "other", &[]).await;
    for alias in [1, 2, 0] {
        other.put(&under(alias, "5")).await;
        other.closed().await;
        other = connect(&bench, "other", &[]).await;
    }
    let mut mark = connect(&bench, "mark", &[]).await;
    assert_eq!(mark.publish(&Message::new(&channel("mark"), "mark", 1)).await, 0);
    assert_eq!(watcher.message().await.payload, b"mark");
}

/// [MQTT-3.1.2-26]: the broker may use aliases towards a client that allows them, whoever published.
#[tokio::test(flavor = "multi_thread")]
async fn a_subscriber_that_takes_aliases_can_tell_every_topic() {
    let bench = Bench::start().await;
    // Topic alias maximum 5.
    let mut watcher = connect(&bench, "watcher", &[0x22, 0, 5]).await;
    // Subscription identifier 7.
    let mut body = watcher.next_id();
    body.extend([2, 0x0b, 7]);
    string(&mut body, &channel("+"));
    body.push(1);
    watcher.send(&framed(0x82, &body)).await;
    assert_eq!(watcher.answer(0x90).await.as_deref().and_then(<[u8]>::last), Some(&1));

    let mut v311 = Raw::connect(bench.address(), &Hello::new(Version::V311, "old")).await;
    let mut v5 = connect(&bench, "new", &[]).await;
    let mut aliases = std::collections::BTreeMap::new();
    for n in 0..12 {
        let topic = channel(["a", "b"][n % 2]);
        let text = n.to_string();
        match n / 4 {
            0 => v311.publish(&Message::new(&topic, &text, 1)).await,
            1 => v5.publish(&Message::new(&topic, &format!("replace {text}"), 1)).await,
            _ => {
                let payload = Bytes::from(text.clone().into_bytes());
                bench.bus.publish(&topic, payload, 1, false).await.expect("published");
                0
            }
        };
        let got = watcher.message().await;
        assert_eq!(got.payload, text.as_bytes());
        let mut properties = &got.properties[..];
        let (mut alias, mut subscription) = (None, None);
        while let Some((kind, rest)) = properties.split_first() {
            match kind {
                0x23 => {
                    alias = Some(rest[1]);
                    properties = &rest[2..];
                }
                0x0b => {
                    subscription = Some(rest[0]);
                    properties = &rest[1..];
                }
                other => panic!("property {other:#x}"),
            }
        }
        assert_eq!(subscription, Some(7), "message {n}");
        let told = if got.topic.is_empty() {
            aliases.get(&alias.expect("an alias or a topic")).cloned().expect("a known alias")
        } else {
            if let Some(alias) = alias {
                aliases.insert(alias, got.topic.clone());
            }
            got.topic
        };
        let expected = if n / 4 == 1 { channel("canonical") } else { topic };
        assert_eq!(told, expected, "message {n}");
    }
}

/// [MQTT-3.1.2-24]: nothing larger than the client takes is sent to it.
#[tokio::test(flavor = "multi_thread")]
async fn what_is_too_large_for_a_client_is_left_out_and_the_rest_is_sent() {
    let bench = Bench::start().await;
    // Maximum packet size 100.
    let mut small = connect(&bench, "small", &[0x27, 0, 0, 0, 100]).await;
    small.subscribe(&channel("+"), 1).await;
    let mut board = connect(&bench, "board", &[]).await;
    for payload in ["1", &"x".repeat(200), "2"] {
        assert_eq!(board.publish(&Message::new(&channel("a"), payload, 1)).await, 0);
    }
    assert_eq!(small.message().await.payload, b"1");
    assert_eq!(small.message().await.payload, b"2");
    // A reason string would be too large as well [MQTT-3.4.2-2].
    let invalid = Message::new(&channel("a"), &format!("invalid {}", "y".repeat(90)), 1);
    let ack = small.publish_or_close(&invalid).await.expect("an open connection");
    assert_eq!((ack.code, ack.reason), (0x99, None));
}

/// [MQTT-3.1.2-29]: a client without interest in problems gets no reason strings.
#[tokio::test(flavor = "multi_thread")]
async fn who_wants_no_reason_strings_gets_none() {
    let bench = Bench::start().await;
    let mut board = connect(&bench, "board", &[0x17, 0]).await;
    let invalid = Message::new(&channel("a"), "invalid because", 1);
    let ack = board.publish_or_close(&invalid).await.expect("an open connection");
    assert_eq!((ack.code, ack.reason), (0x99, None));
}

/// [MQTT-3.3.4-9]: no more unacknowledged messages than the client takes.
#[tokio::test(flavor = "multi_thread")]
async fn no_more_messages_are_under_way_than_the_client_takes() {
    let bench = Bench::start().await;
    // Receive maximum 2.
    let mut slow = connect(&bench, "slow", &[0x21, 0, 2]).await;
    slow.subscribe(&channel("+"), 1).await;
    slow.mute = true;
    let mut board = connect(&bench, "board", &[]).await;
    for n in 0..4 {
        board.publish(&Message::new(&channel("a"), &n.to_string(), 1)).await;
    }
    for n in 0..2 {
        assert_eq!(slow.message().await.payload, n.to_string().as_bytes());
    }
    slow.ping().await;
    let early = timeout(Duration::from_millis(300), slow.message()).await;
    assert!(early.is_err(), "{early:?} before an acknowledgement");
    slow.send(&[0x40, 2, 0, 1]).await;
    assert_eq!(slow.message().await.payload, b"2");
}

/// [MQTT-3.3.1-9] to [MQTT-3.3.1-13] and retain handling: who gets retained messages, and when.
#[tokio::test(flavor = "multi_thread")]
async fn retained_messages_come_as_the_subscription_asks() {
    let bench = Bench::start().await;
    let mut board = connect(&bench, "board", &[]).await;
    let mut late = connect(&bench, "late", &[]).await;
    for round in 0..40 {
        let topic = channel(&format!("r{round}"));
        let kept = Message::new(&topic, "kept", 1).retained();
        assert_eq!(board.publish(&kept).await, 0);
        // Right after the PUBACK; handling 0: at every SUBSCRIBE; 1: at a new one; 2: never.
        for (options, comes) in [(0x11, true), (0x11, false), (0x01, true), (0x21, false)] {
            assert_eq!(late.subscribe_or_close(&topic, options).await, Some(1));
            if comes {
                assert_eq!(late.message().await, kept, "round {round}, options {options:#x}");
            }
        }
        // A message to a subscription is not a retained one, unless it asks for the flag as published.
        for (options, flag) in [(0x21, false), (0x29, true)] {
            late.subscribe_or_close(&topic, options).await;
            board.publish(&Message::new(&topic, "new", 1).retained()).await;
            let got = late.message().await;
            assert_eq!((got.payload.as_slice(), got.retain), (&b"new"[..], flag), "{options:#x}");
        }
        // An empty one clears it, and is delivered like any other.
        board.publish(&Message::new(&topic, "", 1).retained()).await;
        assert_eq!(late.message().await.payload, b"");
        late.subscribe_or_close(&topic, 0x01).await;
        late.unsubscribe(&topic).await;
    }
    late.ping().await;
    board.publish(&Message::new(&channel("mark"), "mark", 1)).await;
    late.subscribe(&channel("last"), 1).await;
    board.publish(&Message::new(&channel("last"), "last", 1)).await;
    assert_eq!(late.message().await.payload, b"last");
}

/// What the sender said about a message goes with it: content type, response topic, correlation, user properties.
#[tokio::test(flavor = "multi_thread")]
async fn properties_of_a_message_reach_its_subscribers() {
    let bench = Bench::start().await;
    let mut watcher = connect(&bench, "watcher", &[]).await;
    watcher.subscribe(&channel("+"), 1).await;
    let mut board = connect(&bench, "board", &[]).await;
    let mut properties = vec![0x01, 1, 0x03, 0, 1, b'c', 0x08, 0, 1, b'r', 0x09, 0, 1, b'd'];
    properties.extend([0x26, 0, 1, b'k', 0, 1, b'v']);
    for payload in ["as sent", "replace it"] {
        let sent = Message::new(&channel("canonical"), payload, 1).with(&properties);
        assert_eq!(board.publish(&sent).await, 0);
        let got = watcher.message().await;
        let sorted = |mut bytes: Vec<u8>| {
            bytes.sort_unstable();
            bytes
        };
        assert_eq!(sorted(got.properties), sorted(properties.clone()), "{payload}");
    }
}

/// [MQTT-3.11.3-2]: who ends a subscription that is none is told, filter by filter.
#[tokio::test(flavor = "multi_thread")]
async fn an_unsuback_tells_which_subscriptions_there_were() {
    let bench = Bench::start().await;
    let mut ended = Vec::new();
    for filter in ["a", "b", "c"] {
        string(&mut ended, &channel(filter));
    }
    // Before and after it has proved a key, when it may come back to its session and when not.
    for hello in [Hello::new(Version::V5, "board"), Hello::new(Version::V5, "lasting").lasting()] {
        let mut board = Raw::connect(bench.address(), &hello).await;
        for codes in [[0x11, 0x11, 0x11], [0, 0x11, 0], [0x11, 0x11, 0x11]] {
            let mut body = board.next_id();
            body.push(0);
            body.extend(&ended);
            board.send(&framed(0xa2, &body)).await;
            let unsuback = board.answer(0xb0).await.expect("UNSUBACK");
            assert_eq!(unsuback[3..], codes, "{}", hello.id);
            if codes == [0x11; 3] {
                board.subscribe(&channel("a"), 1).await;
                board.subscribe(&channel("c"), 1).await;
            }
        }
    }
}
