//! CONNECT: versions, client ids, and two clients of one name.

use super::sessions::NO_PROOF;
use super::{Connect, Pair, Property, Version};

#[tokio::test(flavor = "multi_thread")]
async fn each_version_is_let_in_and_an_unknown_one_is_told() {
    let pair = Pair::start().await;
    let seen = pair.play(async |stage| {
        for (name, version) in [("3.1", Version::V31), ("3.1.1", Version::V311), ("5", Version::V5)]
        {
            stage.tries(name, Connect::new(version, name)).await;
        }
    });
    seen.await.both(
        "3.1 CONNACK 0x00
         3.1.1 CONNACK 0x00
         5 CONNACK 0x00",
    );
    let seen = pair.play(async |stage| {
        let mut client = stage.dials("level 6", Version::V311).await;
        client.sends(b"\x10\x0d\0\x04MQTT\x06\x02\0\x3c\0\x01x").await;
        client.sees_the_end().await;
        let mut client = stage.dials("MQXX", Version::V311).await;
        client.sends(b"\x10\x0d\0\x04MQXX\x04\x02\0\x3c\0\x01x").await;
        client.sees_the_end().await;
    });
    seen.await.both(
        "level 6 0x20 0x00 0x01
         level 6 closed
         MQXX closed",
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn a_client_without_an_id_gets_one_where_its_version_allows() {
    let pair = Pair::start().await;
    let seen = pair.play(async |stage| {
        for (name, version) in [("3.1", Version::V31), ("3.1.1", Version::V311), ("5", Version::V5)]
        {
            stage.tries(name, Connect::new(version, "")).await;
        }
        let lasting = Connect { clean: false, ..Connect::new(Version::V311, "") };
        stage.tries("3.1.1, lasting", lasting).await;
        let mut client = stage.dials("5, again", Version::V5).await;
        let (_, _, properties) =
            client.connects(Connect::new(Version::V5, "")).await.expect("an answer");
        let assigned = properties.iter().any(|it| matches!(it, Property::AssignedClientId(_)));
        client.sees(&format!("assigned: {assigned}"));
    });
    seen.await.differ(
        "MQTT 3.1 wants an id of 1 to 23 characters; to us a client without one is a client",
        "3.1 CONNACK 0x00
         3.1.1 CONNACK 0x00
         5 CONNACK 0x00
         3.1.1, lasting CONNACK 0x02
         5, again assigned: true",
        "3.1 CONNACK 0x02
         3.1.1 CONNACK 0x00
         5 CONNACK 0x00
         3.1.1, lasting CONNACK 0x02
         5, again assigned: true",
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn a_second_client_of_the_same_name_takes_over() {
    let pair = Pair::start().await;
    for version in [Version::V311, Version::V5] {
        let seen = pair.play(async |stage| {
            let mut first = stage.connects("first", Connect::new(version, "name").lasting()).await;
            first.subscribes("a", 1).await;
            let mut second = stage.tries("second", Connect::new(version, "name").lasting()).await;
            // It has the session, and with it the subscription.
            second.publishes("a", "1", 1).await;
            second.hears(1).await;
            first.sees_the_end().await;
        });
        // Mosquitto tells nobody.
        let told = if version == Version::V5 { "first DISCONNECT 0x8e\n" } else { "" };
        seen.await.differ(
            NO_PROOF,
            &format!("second CONNACK 0x00\nsecond a 1 at 1\n{told}first closed"),
            "second CONNACK 0x00, session present
             second a 1 at 1
             first closed",
        );
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_first_packet_that_is_no_connect_and_a_second_connect_end_the_connection() {
    let pair = Pair::start().await;
    let seen = pair.play(async |stage| {
        let mut early = stage.dials("early", Version::V311).await;
        early.sends(&[0xc0, 0]).await;
        early.sees_the_end().await;
        let mut twice = stage.client("twice", Version::V311).await;
        twice.sends(&Connect::new(Version::V311, "twice").bytes()).await;
        twice.sees_the_end().await;
    });
    seen.await.both(
        "early closed
         twice closed",
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn the_broker_says_what_it_can_do() {
    let pair = Pair::start().await;
    let seen = pair.play(async |stage| {
        let mut client = stage.dials("x", Version::V5).await;
        // More than ours keeps.
        let long = Connect::new(Version::V5, "x").with(Property::SessionExpiry(u32::MAX));
        let (_, _, properties) = client.connects(long).await.expect("an answer");
        let mut properties: Vec<_> = properties.iter().map(|it| format!("{it:?}")).collect();
        properties.sort();
        stage.notes(properties.join(", "));
    });
    seen.await.differ(
        "each has its limits; ours keeps a session for a day at most",
        "MaximumPacketSize(1048576), ReceiveMaximum(100), ServerKeepAlive(60), SessionExpiry(86400), \
         TopicAliasMaximum(32)",
        "ReceiveMaximum(20), TopicAliasMaximum(10)",
    );
}
