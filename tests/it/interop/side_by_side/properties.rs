//! What MQTT 5 carries beside a message.

use super::{Connect, Pair, Property, Publish, Version};

#[tokio::test(flavor = "multi_thread")]
async fn properties_of_a_message_travel_with_it() {
    let pair = Pair::start().await;
    let seen = pair.play(async |stage| {
        let mut publisher = stage.client("pub", Version::V5).await;
        let mut subscriber = stage.client("sub", Version::V5).await;
        let mut old = stage.client("old", Version::V311).await;
        subscriber.subscribes("a", 1).await;
        old.subscribes("a", 1).await;
        let text = str::to_owned;
        let message = Publish::new("a", "1", 1)
            .with(Property::PayloadFormat(1))
            .with(Property::ContentType(text("text/csv")))
            .with(Property::ResponseTopic(text("answers")))
            .with(Property::CorrelationData(b"7".to_vec()))
            .with(Property::User(text("x"), text("1")))
            .with(Property::User(text("a"), text("2")))
            .with(Property::User(text("x"), text("3")));
        publisher.publishes_all(message).await;
        subscriber.hears(1).await;
        old.hears(1).await;
    });
    seen.await.differ(
        "the order of different properties means nothing; that of user properties is kept [MQTT-3.3.2-18]",
        r#"sub a 1 at 1 CorrelationData([55]) ContentType("text/csv") PayloadFormat(1) ResponseTopic("answers") User("x", "1") User("a", "2") User("x", "3")
           old a 1 at 1"#,
        r#"sub a 1 at 1 PayloadFormat(1) ContentType("text/csv") ResponseTopic("answers") CorrelationData([55]) User("x", "1") User("a", "2") User("x", "3")
           old a 1 at 1"#,
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn a_client_may_name_a_topic_by_a_number() {
    let pair = Pair::start().await;
    let seen = pair.play(async |stage| {
        let mut publisher = stage.client("pub", Version::V5).await;
        let mut subscriber = stage.client("sub", Version::V311).await;
        subscriber.subscribes("+", 1).await;
        let alias =
            |topic, n: u8| Publish::new(topic, &n.to_string(), 1).with(Property::TopicAlias(1));
        publisher.publishes_all(alias("a", 1)).await;
        publisher.publishes_value_as("a", alias("", 2)).await;
        publisher.publishes_all(alias("b", 3)).await;
        publisher.publishes_value_as("b", alias("", 4)).await;
        subscriber.hears(4).await;
    });
    seen.await.both(
        "sub a 1 at 1
         sub a 2 at 1
         sub b 3 at 1
         sub b 4 at 1",
    );
    let seen = pair.play(async |stage| {
        for (name, topic, alias) in
            [("zero", "a", 0), ("too high", "a", 65_535), ("unknown", "", 3)]
        {
            let mut publisher = stage.client(name, Version::V5).await;
            publisher.begins(Publish::new(topic, "1", 0).with(Property::TopicAlias(alias))).await;
            publisher.sees_whether_it_stays().await;
        }
    });
    seen.await.both(
        "zero DISCONNECT 0x81
         zero closed
         too high DISCONNECT 0x94
         too high closed
         unknown DISCONNECT 0x82
         unknown closed",
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn the_broker_may_name_a_topic_by_a_number() {
    let pair = Pair::start().await;
    let seen = pair.play(async |stage| {
        let aliases = Connect::new(Version::V5, "sub").with(Property::TopicAliasMaximum(1));
        let mut subscriber = stage.connects("sub", aliases).await;
        subscriber.subscribes("+", 1).await;
        let mut publisher = stage.client("pub", Version::V5).await;
        for topic in ["a", "a", "b", "a"] {
            publisher.publishes(topic, "1", 1).await;
        }
        subscriber.hears(4).await;
    });
    seen.await.differ(
        "mosquitto does not make use of the client's offer",
        "sub a 1 at 1 TopicAlias(1)
         sub a 1 at 1 TopicAlias(1)
         sub b 1 at 1
         sub a 1 at 1 TopicAlias(1)",
        "sub a 1 at 1
         sub a 1 at 1
         sub b 1 at 1
         sub a 1 at 1",
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn a_message_that_is_too_large_for_a_client_is_kept_from_it() {
    let pair = Pair::start().await;
    let seen = pair.play(async |stage| {
        let small = Connect::new(Version::V5, "sub").with(Property::MaximumPacketSize(200));
        let mut subscriber = stage.connects("sub", small).await;
        subscriber.subscribes("a", 1).await;
        let mut publisher = stage.client("pub", Version::V5).await;
        publisher.publishes("a", &"x".repeat(200), 1).await;
        publisher.publishes("a", "2", 1).await;
        subscriber.sees_next().await;
    });
    seen.await.both("sub a 2 at 1");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_packet_of_more_than_a_megabyte() {
    let pair = Pair::start().await;
    let seen = pair.play(async |stage| {
        let mut publisher = stage.client("pub", Version::V311).await;
        publisher.tries_to_publish(Publish::new("a", &"x".repeat(1_100_000), 1)).await;
    });
    seen.await.differ(
        "ours has a limit, which no device comes near",
        "pub closed",
        "pub PUBACK 0x00",
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn a_question_is_answered_on_the_topic_that_it_names() {
    let pair = Pair::start().await;
    let seen = pair.play(async |stage| {
        let mut asking = stage.client("asking", Version::V5).await;
        let mut asked = stage.client("asked", Version::V5).await;
        asking.subscribes("b", 1).await;
        asked.subscribes("a", 1).await;
        let data = Property::CorrelationData(b"7".to_vec());
        let topic = Property::ResponseTopic("answers".to_owned());
        asking.publishes_all(Publish::new("a", "?", 1).with(topic).with(data.clone())).await;
        asked.hears(1).await;
        asked.publishes_all(Publish::new("b", "!", 1).with(data)).await;
        asking.hears(1).await;
    });
    seen.await.differ(
        "the order of different properties means nothing",
        r#"asked a ? at 1 CorrelationData([55]) ResponseTopic("answers")
           asking b ! at 1 CorrelationData([55])"#,
        r#"asked a ? at 1 ResponseTopic("answers") CorrelationData([55])
           asking b ! at 1 CorrelationData([55])"#,
    );
}
