//! What our server refuses because a device's key in the topic is its proof, where a broker without rules lets
//! everybody.

use super::{Connect, Pair, Publish, Subscribe, Version, Will};

#[tokio::test(flavor = "multi_thread")]
async fn filters_that_are_none_of_a_device() {
    let pair = Pair::start().await;
    for (version, refusal) in [(Version::V311, "0x80"), (Version::V5, "0x87")] {
        let filters = ["=#", "=+/+/+/+", "=mcs/#", "=$SYS/#", "=$share/g/mcs/#", "=other/topic"];
        let seen = pair.play(async |stage| {
            let mut client = stage.client("sub", version).await;
            for filter in filters {
                client.tries_to_subscribe(Subscribe::new(filter, 1)).await;
            }
        });
        seen.await.differ(
            "a filter has to name a device and its key",
            &format!("sub SUBACK {refusal}\n").repeat(filters.len()),
            &"sub SUBACK 0x01\n".repeat(filters.len()),
        );
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn topics_that_are_none_of_a_device() {
    let pair = Pair::start().await;
    for version in [Version::V311, Version::V5] {
        let seen = pair.play(async |stage| {
            let mut client = stage.client("pub", version).await;
            for qos in 0..3 {
                client.tries_to_publish(Publish::new("=other/topic", "1", qos)).await;
            }
        });
        let taken = "pub sent 0x00\npub PUBACK 0x00\npub PUBREC 0x00";
        match version {
            Version::V5 => seen.await.differ(
                "a topic has to name a device and its key",
                "pub sent 0x00
                 pub PUBACK 0x87
                 pub PUBREC 0x87",
                "pub sent 0x00
                 pub PUBACK 0x10
                 pub PUBREC 0x00",
            ),
            // Before MQTT 5 there are no words for a refusal.
            _ => seen.await.both(taken),
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_point_that_is_none() {
    let pair = Pair::start().await;
    let seen = pair.play(async |stage| {
        let mut client = stage.client("pub", Version::V5).await;
        client.subscribes("a", 1).await;
        client.tries_to_publish(Publish::new("nowhere", "1", 1)).await;
        client.publishes("a", "end", 1).await;
        client.hears_until_end().await;
    });
    seen.await.differ(
        "the device has no channel of this name, so there is nothing to store or to pass on",
        "pub PUBACK 0x99",
        "pub PUBACK 0x10",
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn a_will_for_somebody_else() {
    let pair = Pair::start().await;
    for (version, refusal) in [(Version::V311, "0x05"), (Version::V5, "0x87")] {
        let seen = pair.play(async |stage| {
            let will = Connect::new(version, "x").will(Will::new("=other/topic", "1"));
            stage.tries("x", will).await;
        });
        seen.await.differ(
            "a will is a message, and is refused like one: before it can happen",
            &format!("x CONNACK {refusal}"),
            "x CONNACK 0x00",
        );
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn topics_that_begin_with_a_dollar_are_not_for_wildcards() {
    let pair = Pair::start().await;
    let seen = pair.play(async |stage| {
        let mut client = stage.client("sub", Version::V5).await;
        client.subscribes("a", 1).await;
        client.tries_to_subscribe(Subscribe::new("=+/x", 1)).await;
        client.tries_to_publish(Publish::new("=$own/x", "1", 1)).await;
        client.publishes("a", "end", 1).await;
        client.hears_until_end().await;
    });
    seen.await.differ(
        "ours has no topics but those of devices; both keep them from a wildcard",
        "sub SUBACK 0x87
         sub PUBACK 0x87",
        "sub SUBACK 0x01
         sub PUBACK 0x10",
    );
}
