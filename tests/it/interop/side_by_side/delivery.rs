//! Messages between clients that are there.

use super::{Pair, Property, Publish, Subscribe, Version};

const VERSIONS: [Version; 3] = [Version::V31, Version::V311, Version::V5];

#[tokio::test(flavor = "multi_thread")]
async fn the_lower_quality_of_the_two_sides_counts() {
    let pair = Pair::start().await;
    for (publisher, subscriber) in VERSIONS.into_iter().zip([VERSIONS[2], VERSIONS[0], VERSIONS[1]])
    {
        let seen = pair.play(async |stage| {
            let mut publisher = stage.client("pub", publisher).await;
            let mut subscriber = stage.client("sub", subscriber).await;
            for (topic, granted) in [("a", 0), ("b", 1), ("c", 2)] {
                subscriber.subscribes(topic, granted).await;
                for qos in 0..3 {
                    publisher.publishes(topic, &qos.to_string(), qos).await;
                    subscriber.hears(1).await;
                }
            }
        });
        seen.await.both(
            "sub a 0 at 0
             sub a 1 at 0
             sub a 2 at 0
             sub b 0 at 0
             sub b 1 at 1
             sub b 2 at 1
             sub c 0 at 0
             sub c 1 at 1
             sub c 2 at 2",
        );
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn messages_of_one_client_come_in_their_order() {
    let pair = Pair::start().await;
    let seen = pair.play(async |stage| {
        let mut publisher = stage.client("pub", Version::V311).await;
        let mut subscriber = stage.client("sub", Version::V5).await;
        subscriber.subscribes("+", 2).await;
        // More than fit into a window, none of them waited for.
        for n in 0..200 {
            publisher.begins(Publish::new("a", &n.to_string(), 1)).await;
        }
        publisher.begins(Publish::new("a", "end", 1)).await;
        subscriber.hears_until_end().await;
    });
    let all: Vec<_> = (0..200).map(|n| format!("sub a {n} at 1")).collect();
    seen.await.both(&all.join("\n"));
}

#[tokio::test(flavor = "multi_thread")]
async fn filters_that_overlap() {
    let pair = Pair::start().await;
    let seen = pair.play(async |stage| {
        let mut publisher = stage.client("pub", Version::V5).await;
        let mut subscriber = stage.client("sub", Version::V5).await;
        let id = |filter, options, id| {
            Subscribe::new(filter, options).with(Property::SubscriptionId(id))
        };
        subscriber.tries_to_subscribe(id("a", 1, 1)).await;
        subscriber.tries_to_subscribe(id("+", 2, 2)).await;
        subscriber.tries_to_subscribe(id("#", 0, 3)).await;
        publisher.publishes("a", "1", 2).await;
        publisher.publishes("a", "end", 0).await;
        subscriber.hears_until_end().await;
    });
    seen.await.differ(
        "where a message meets several filters of a client, mosquitto sends it for each; ours sends it once with all \
         ids",
        "sub SUBACK 0x01
         sub SUBACK 0x02
         sub SUBACK 0x00
         sub a 1 at 2 SubscriptionId(3) SubscriptionId(2) SubscriptionId(1)",
        "sub SUBACK 0x01
         sub SUBACK 0x02
         sub SUBACK 0x00
         sub a 1 at 1 SubscriptionId(1)
         sub a 1 at 2 SubscriptionId(2)
         sub a 1 at 0 SubscriptionId(3)",
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn a_subscription_that_is_made_again_is_replaced() {
    let pair = Pair::start().await;
    let seen = pair.play(async |stage| {
        let mut publisher = stage.client("pub", Version::V5).await;
        let mut subscriber = stage.client("sub", Version::V5).await;
        let id = |options, id| Subscribe::new("a", options).with(Property::SubscriptionId(id));
        subscriber.tries_to_subscribe(id(2, 1)).await;
        subscriber.tries_to_subscribe(id(0, 200)).await;
        publisher.publishes("a", "1", 2).await;
        publisher.publishes("a", "end", 0).await;
        subscriber.hears_until_end().await;
    });
    seen.await.both(
        "sub SUBACK 0x02
         sub SUBACK 0x00
         sub a 1 at 0 SubscriptionId(200)",
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn a_client_hears_itself_unless_it_asks_not_to() {
    let pair = Pair::start().await;
    let seen = pair.play(async |stage| {
        let mut client = stage.client("one", Version::V5).await;
        let mut other = stage.client("other", Version::V5).await;
        client.subscribes("a", 1).await;
        client.subscribes("b", 1 | NO_LOCAL).await;
        for topic in ["a", "b"] {
            client.publishes(topic, "mine", 1).await;
            other.publishes(topic, "yours", 1).await;
        }
        client.hears(3).await;
    });
    seen.await.both(
        "one a mine at 1
         one a yours at 1
         one b yours at 1",
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn an_unsubscribed_topic_is_silent() {
    let pair = Pair::start().await;
    let seen = pair.play(async |stage| {
        let mut publisher = stage.client("pub", Version::V311).await;
        let mut subscriber = stage.client("sub", Version::V5).await;
        subscriber.subscribes("a", 1).await;
        subscriber.subscribes("b", 1).await;
        subscriber.unsubscribes("a").await;
        subscriber.unsubscribes("a").await;
        publisher.publishes("a", "1", 1).await;
        publisher.publishes("b", "end", 1).await;
        subscriber.hears_until_end().await;
    });
    seen.await.both(
        "sub UNSUBACK 0x00
         sub UNSUBACK 0x11",
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn each_message_goes_to_one_of_those_who_share_a_subscription() {
    let pair = Pair::start().await;
    let seen = pair.play(async |stage| {
        let mut publisher = stage.client("pub", Version::V311).await;
        let mut one = stage.client("one", Version::V5).await;
        let mut two = stage.client("two", Version::V5).await;
        one.subscribes("$share/g/a", 1).await;
        two.subscribes("$share/g/a", 1).await;
        let mut all = stage.client("all", Version::V311).await;
        all.subscribes("a", 1).await;
        for n in 0..4 {
            publisher.publishes("a", &n.to_string(), 1).await;
        }
        all.hears(4).await;
        // They take turns; who begins is not said.
        let mut shared = [one.messages(2).await, two.messages(2).await].concat();
        shared.sort();
        stage.notes(format!("one and two: {}", shared.join(", ")));
    });
    seen.await.both(
        "all a 0 at 1
         all a 1 at 1
         all a 2 at 1
         all a 3 at 1
         one and two: a 0 at 1, a 1 at 1, a 2 at 1, a 3 at 1",
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn a_message_without_a_subscriber_is_told() {
    let pair = Pair::start().await;
    let seen = pair.play(async |stage| {
        let mut publisher = stage.client("pub", Version::V5).await;
        for qos in 0..3 {
            publisher.tries_to_publish(Publish::new("a", "1", qos)).await;
        }
    });
    seen.await.differ(
        "a point of a display channel has arrived once it is stored, whoever listens; ours tells only of commands \
         that nobody hears",
        "pub sent 0x00
         pub PUBACK 0x00
         pub PUBREC 0x00",
        "pub sent 0x00
         pub PUBACK 0x10
         pub PUBREC 0x00",
    );
}

const NO_LOCAL: u8 = 0x04;
