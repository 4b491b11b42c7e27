//! Who gets in, and what they may name.

use mcs_server::bus::Principal;

use crate::Bench;
use crate::gate::{DEVICE, Event};
use crate::wire::{Hello, Message, Raw, VERSIONS, Version};

#[tokio::test(flavor = "multi_thread")]
async fn a_device_may_subscribe_only_to_what_it_knows_the_key_of() {
    let bench = Bench::start().await;
    for version in VERSIONS {
        let mut device = Raw::connect(bench.address(), &Hello::new(version, "board")).await;
        for filter in [
            "#",
            "+/+/+/+",
            "mcs/#",
            "mcs/+/+/+",
            "mcs/DevAAAA1/+/+",
            "mcs/DevAAAA1/keyBBBBBBBBBBBB2/+",
            "mcs/DevBBBB2/keyAAAAAAAAAAAA1/+",
            "$SYS/#",
            "$SYS/broker/version",
            "$mcs/refused",
            "$share/group/mcs/#",
            &format!("$exclusive/{DEVICE}/+"),
            &format!("$limit/5/{DEVICE}/+"),
            "$share/group/$SYS/#",
            "console/v1/devices/+",
        ] {
            let refused = if version == Version::V5 { 0x87 } else { 0x80 };
            assert_eq!(device.try_subscribe(filter, 1).await, refused, "{version:?}: {filter}");
        }
        for filter in ["", "/+", "/#", "/switch"] {
            device.subscribe(&format!("{DEVICE}{filter}"), 1).await;
        }
        device.subscribe(&format!("$share/group/{DEVICE}/+"), 1).await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_refused_subscription_gets_nothing() {
    let bench = Bench::start().await;
    let mut thief = Raw::connect(bench.address(), &Hello::new(Version::V311, "thief")).await;
    thief.try_subscribe("#", 0).await;
    thief.try_subscribe("mcs/+/+/+", 0).await;
    let mut device = Raw::connect(bench.address(), &Hello::new(Version::V311, "board")).await;
    device.subscribe(&format!("{DEVICE}/+"), 0).await;

    let message = Message::new(&format!("{DEVICE}/switch"), "1", 1);
    device.publish(&message).await;

    assert_eq!(device.message().await.payload, b"1");
    // It would have been sent before the answer to the ping.
    thief.ping().await;
    thief.subscribe(&format!("{DEVICE}/last"), 0).await;
    device.publish(&Message::new(&format!("{DEVICE}/last"), "2", 0)).await;
    assert_eq!(thief.message().await.payload, b"2");
}

#[tokio::test(flavor = "multi_thread")]
async fn logins_are_checked_and_told_apart() {
    let mut bench = Bench::start().await;
    let cases = [
        ("ann", "secret", 0, 0),
        ("ann", "wrong", 4, 0x86),
        ("bob", "secret", 4, 0x86),
        ("banned", "x", 5, 0x87),
    ];
    for version in VERSIONS {
        for (user, password, v3, v5) in cases {
            let hello = Hello::new(version, "console").login(user, password);
            let (_, welcome) = Raw::try_connect(bench.address(), &hello).await;
            let code = if version == Version::V5 { v5 } else { v3 };
            assert_eq!(welcome.code, code, "{version:?}: {user} with {password}");
        }
        let ann = Principal::User { name: "ann".to_owned() };
        let is_ann =
            |event: &Event| matches!(event, Event::Connected(client) if client.principal == ann);
        bench.events.find("ann", is_ann).await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_will_is_checked_like_a_publish() {
    let bench = Bench::start().await;
    for version in VERSIONS {
        for topic in
            ["mcs/DevBBBB2/keyBBBBBBBBBBBB2/switch", "other", "$SYS/x", &format!("{DEVICE}/+")]
        {
            let (_, welcome) =
                Raw::try_connect(bench.address(), &Hello::new(version, "board").will(topic, "bye"))
                    .await;
            let refused = if version == Version::V5 { 0x87 } else { 5 };
            assert_eq!(welcome.code, refused, "{version:?}: will to {topic}");
        }
        let topic = format!("{DEVICE}/status");
        Raw::connect(bench.address(), &Hello::new(version, "board").will(&topic, "bye")).await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn the_gate_hears_who_comes_subscribes_and_goes() {
    let mut bench = Bench::start().await;
    let filter = format!("{DEVICE}/+");
    let mut device = Raw::connect(bench.address(), &Hello::new(Version::V31, "mt7687")).await;
    device.subscribe(&filter, 1).await;
    device.unsubscribe(&filter).await;
    device.disconnect().await;

    let id = "mt7687".to_owned();
    let events = &mut bench.events;
    let Event::Connected(client) =
        events.find("connected", |event| matches!(event, Event::Connected(_))).await
    else {
        unreachable!("it was looked for")
    };
    assert_eq!((&client.id, &client.principal), (&id, &Principal::Device));
    assert!(client.peer.ip().is_loopback() && client.peer != bench.bus.mqtt());
    events
        .find("subscribed", |event| *event == Event::Subscribed(id.clone(), filter.clone()))
        .await;
    events
        .find("unsubscribed", |event| *event == Event::Unsubscribed(id.clone(), filter.clone()))
        .await;
    events.find("gone", |event| *event == Event::Disconnected(id.clone(), client.connection)).await;
}
