//! Retained messages.

use super::{Pair, Publish, Version};

#[tokio::test(flavor = "multi_thread")]
async fn a_retained_message_is_there_right_after_its_puback_and_for_a_second_subscribe() {
    let pair = Pair::start().await;
    for version in [Version::V31, Version::V311, Version::V5] {
        let seen = pair.play(async |stage| {
            let mut publisher = stage.client("pub", Version::V311).await;
            let mut subscriber = stage.client("sub", version).await;
            for (topic, qos) in [("a", 0), ("b", 1), ("c", 2)] {
                publisher.publishes_all(Publish::new(topic, "1", qos).retained()).await;
                for _ in 0..2 {
                    subscriber.subscribes(topic, 2).await;
                    subscriber.hears(1).await;
                }
            }
            subscriber.subscribes("d", 1).await;
            subscriber.subscribes("c", 1).await;
            publisher.publishes("d", "end", 1).await;
            subscriber.hears_until_end().await;
        });
        seen.await.both(
            "sub a 1 at 0 retained
             sub a 1 at 0 retained
             sub b 1 at 1 retained
             sub b 1 at 1 retained
             sub c 1 at 2 retained
             sub c 1 at 2 retained
             sub c 1 at 1 retained",
        );
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn to_a_subscriber_that_is_there_it_is_a_message_like_others() {
    let pair = Pair::start().await;
    let seen = pair.play(async |stage| {
        let mut publisher = stage.client("pub", Version::V5).await;
        let mut plain = stage.client("plain", Version::V5).await;
        let mut published = stage.client("as published", Version::V5).await;
        plain.subscribes("a", 1).await;
        published.subscribes("a", 1 | RETAIN_AS_PUBLISHED).await;
        publisher.publishes_all(Publish::new("a", "1", 1).retained()).await;
        publisher.publishes("a", "2", 1).await;
        plain.hears(2).await;
        published.hears(2).await;
    });
    seen.await.both(
        "plain a 1 at 1
         plain a 2 at 1
         as published a 1 at 1 retained
         as published a 2 at 1",
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn an_empty_one_takes_it_away() {
    let pair = Pair::start().await;
    let seen = pair.play(async |stage| {
        let mut publisher = stage.client("pub", Version::V311).await;
        publisher.publishes_all(Publish::new("a", "1", 1).retained()).await;
        publisher.publishes_all(Publish::new("b", "2", 1).retained()).await;
        // Without the flag it is a message.
        publisher.publishes_all(Publish::new("b", "3", 1)).await;
        publisher.publishes_all(Publish::new("a", "", 1).retained()).await;
        let mut subscriber = stage.client("sub", Version::V311).await;
        subscriber.subscribes("+", 1).await;
        publisher.publishes("c", "end", 1).await;
        subscriber.hears_until_end().await;
    });
    seen.await.both("sub b 2 at 1 retained");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_subscriber_may_want_them_always_once_or_never() {
    let pair = Pair::start().await;
    let seen = pair.play(async |stage| {
        let mut publisher = stage.client("pub", Version::V5).await;
        publisher.publishes_all(Publish::new("a", "1", 1).retained()).await;
        for (name, handling) in [("always", 0x00), ("once", 0x10), ("never", 0x20)] {
            let mut subscriber = stage.client(name, Version::V5).await;
            subscriber.subscribes("c", 1).await;
            for _ in 0..2 {
                subscriber.subscribes("a", 1 | handling).await;
            }
            publisher.publishes("c", "end", 1).await;
            subscriber.hears_until_end().await;
        }
    });
    seen.await.both(
        "always a 1 at 1 retained
         always a 1 at 1 retained
         once a 1 at 1 retained",
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn they_come_to_shared_subscriptions_too() {
    let pair = Pair::start().await;
    let seen = pair.play(async |stage| {
        let mut publisher = stage.client("pub", Version::V5).await;
        publisher.publishes_all(Publish::new("a", "1", 1).retained()).await;
        let mut subscriber = stage.client("sub", Version::V5).await;
        subscriber.subscribes("$share/g/a", 1).await;
        publisher.publishes("a", "end", 1).await;
        subscriber.hears_until_end().await;
    });
    seen.await.both("sub a 1 at 1 retained");
}

const RETAIN_AS_PUBLISHED: u8 = 0x08;
