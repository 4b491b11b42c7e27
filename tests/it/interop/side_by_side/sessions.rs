//! Sessions that wait for their clients, and what waits in them.

use std::time::Duration;

use tokio::time::sleep;

use super::{Connect, Pair, Property, Publish, Version};

/// Why there is no session present: what clients prove it by comes after the CONNECT.
pub(super) const NO_PROOF: &str = "ours hands a session without a login over only to who has named a topic with the \
    device's key (CONTRACT §9.3 rule 10)";

#[tokio::test(flavor = "multi_thread")]
async fn messages_wait_for_a_client_that_is_away_in_their_order() {
    let pair = Pair::start().await;
    for version in [Version::V31, Version::V311, Version::V5] {
        let seen = pair.play(async |stage| {
            let lasting = Connect::new(version, "sub").lasting();
            let mut subscriber = stage.tries("sub", lasting.clone()).await;
            subscriber.subscribes("+", 2).await;
            subscriber.leaves().await;
            let mut publisher = stage.client("pub", Version::V311).await;
            for n in 0..3 {
                publisher.publishes("a", &n.to_string(), 1).await;
                publisher.publishes("b", &n.to_string(), 2).await;
            }
            let mut subscriber = stage.tries("sub", lasting).await;
            subscriber.subscribes("+", 2).await;
            publisher.publishes("a", "end", 1).await;
            subscriber.hears_until_end().await;
        });
        let expected = |present| {
            format!(
                "sub CONNACK 0x00
                 sub CONNACK 0x00{present}
                 sub a 0 at 1
                 sub b 0 at 2
                 sub a 1 at 1
                 sub b 1 at 2
                 sub a 2 at 1
                 sub b 2 at 2"
            )
        };
        let present = ", session present";
        match version {
            // The byte means nothing yet.
            Version::V31 => seen.await.both(&expected("")),
            _ => seen.await.differ(NO_PROOF, &expected(""), &expected(present)),
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn messages_of_quality_0() {
    let pair = Pair::start().await;
    let seen = pair.play(async |stage| {
        let lasting = Connect::new(Version::V311, "sub").lasting();
        let mut subscriber = stage.connects("sub", lasting.clone()).await;
        subscriber.subscribes("a", 1).await;
        subscriber.subscribes("b", 0).await;
        subscriber.leaves().await;
        let mut publisher = stage.client("pub", Version::V311).await;
        publisher.publishes("a", "at 0", 0).await;
        publisher.publishes("b", "to 0", 1).await;
        let mut subscriber = stage.connects("sub", lasting).await;
        subscriber.subscribes("d", 1).await;
        publisher.publishes("a", "end", 1).await;
        subscriber.hears_until_end().await;
    });
    seen.await.differ(
        "a broker may keep messages of quality 0 for a session or not",
        "sub a at 0 at 0
         sub b to 0 at 0",
        "",
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn what_was_not_acknowledged_comes_again() {
    let pair = Pair::start().await;
    for version in [Version::V311, Version::V5] {
        let seen = pair.play(async |stage| {
            let lasting = Connect::new(version, "sub").lasting();
            let mut subscriber = stage.connects("sub", lasting.clone()).await;
            subscriber.subscribes("a", 2).await;
            let mut publisher = stage.client("pub", Version::V311).await;
            subscriber.acknowledges = false;
            publisher.publishes("a", "1", 1).await;
            publisher.publishes("a", "2", 2).await;
            subscriber.hears(2).await;
            subscriber.leaves().await;
            let mut subscriber = stage.connects("sub", lasting).await;
            subscriber.subscribes("d", 1).await;
            publisher.publishes("a", "end", 1).await;
            subscriber.hears_until_end().await;
        });
        seen.await.both(
            "sub a 1 at 1
             sub a 2 at 2
             sub a 1 at 1 again
             sub a 2 at 2 again",
        );
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_clean_start_forgets() {
    let pair = Pair::start().await;
    for version in [Version::V311, Version::V5] {
        let seen = pair.play(async |stage| {
            let lasting = Connect::new(version, "sub").lasting();
            let mut subscriber = stage.connects("sub", lasting.clone()).await;
            subscriber.subscribes("a", 1).await;
            subscriber.leaves().await;
            stage.tries("sub", Connect::new(version, "sub")).await.leaves().await;
            let mut subscriber = stage.tries("sub", lasting).await;
            subscriber.subscribes("b", 1).await;
            let mut publisher = stage.client("pub", Version::V311).await;
            publisher.publishes("a", "1", 1).await;
            publisher.publishes("b", "end", 1).await;
            subscriber.hears_until_end().await;
        });
        seen.await.differ(
            "boards share client ids, so to ours a clean client without a login is somebody new, whose start takes \
             nothing from a session that waits, unless it names a topic with the device's key (CONTRACT §9.3 rule 10)",
            "sub CONNACK 0x00
             sub CONNACK 0x00
             sub a 1 at 1",
            "sub CONNACK 0x00
             sub CONNACK 0x00",
        );
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_client_may_give_up_its_session_when_it_leaves() {
    let pair = Pair::start().await;
    let seen = pair.play(async |stage| {
        let lasting = Connect::new(Version::V5, "sub").lasting();
        let mut subscriber = stage.connects("sub", lasting.clone()).await;
        subscriber.subscribes("a", 1).await;
        // DISCONNECT with a session expiry of 0.
        subscriber.sends(&[0xe0, 7, 0, 5, 0x11, 0, 0, 0, 0]).await;
        subscriber.sees_the_end().await;
        stage.tries("sub", lasting).await;
    });
    seen.await.both(
        "sub closed
         sub CONNACK 0x00",
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn a_session_without_a_subscription() {
    let pair = Pair::start().await;
    let seen = pair.play(async |stage| {
        let lasting = || Connect::new(Version::V311, "idle").lasting();
        stage.connects("idle", lasting()).await.leaves().await;
        // It may take a moment to go.
        let mut present = true;
        for _ in 0..10 {
            sleep(Duration::from_millis(100)).await;
            let mut idle = stage.dials("idle", Version::V311).await;
            (_, present, _) = idle.connects(lasting()).await.expect("an answer");
            idle.leaves().await;
            if !present {
                break;
            }
        }
        stage.notes(if present { "it waits" } else { "it is gone" });
    });
    seen.await.differ(
        "whoever has named no topic has proved no key, and cannot fill the broker with sessions",
        "it is gone",
        "it waits",
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn a_client_says_how_many_messages_it_takes_at_a_time() {
    let pair = Pair::start().await;
    let seen = pair.play(async |stage| {
        let narrow = Connect::new(Version::V5, "sub").with(Property::ReceiveMaximum(2));
        let mut subscriber = stage.connects("sub", narrow).await;
        subscriber.subscribes("a", 1).await;
        let mut publisher = stage.client("pub", Version::V5).await;
        subscriber.acknowledges = false;
        for n in 0..4 {
            publisher.publishes("a", &n.to_string(), 1).await;
        }
        subscriber.hears(2).await;
        subscriber.sees_whether_it_stays().await;
        subscriber.sends(&[0x40, 2, 0, 1]).await;
        subscriber.sends(&[0x40, 2, 0, 2]).await;
        subscriber.acknowledges = true;
        subscriber.hears(2).await;
        publisher.publishes("a", "end", 1).await;
        subscriber.hears_until_end().await;
    });
    seen.await.both(
        "sub a 0 at 1
         sub a 1 at 1
         sub stays
         sub a 2 at 1
         sub a 3 at 1",
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn a_publisher_that_overruns_the_broker() {
    let pair = Pair::start().await;
    let seen = pair.play(async |stage| {
        let mut publisher = stage.dials("pub", Version::V5).await;
        let answer = publisher.connects(Connect::new(Version::V5, "pub")).await;
        let (_, _, properties) = answer.expect("an answer");
        let room = properties.iter().find_map(|it| match it {
            Property::ReceiveMaximum(room) => Some(*room),
            _ => None,
        });
        publisher.sees(&format!("has room for {}", room.unwrap_or(65_535)));
        // QoS 2 without ever releasing: each is a place that stays taken.
        for n in 0..=room.unwrap_or(100) {
            publisher.begins(Publish::new("a", &n.to_string(), 2)).await;
        }
        publisher.sees_whether_it_stays().await;
    });
    seen.await.differ(
        "ours holds the client to what the CONNACK says; mosquitto is generous",
        "pub has room for 100
         pub 100 PUBRECs
         pub DISCONNECT 0x93
         pub closed",
        "pub has room for 20
         pub 21 PUBRECs
         pub stays",
    );
}
