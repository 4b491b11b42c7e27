//! What passes with time. All of it at once, so that it takes no longer than the longest.

use std::time::Duration;

use tokio::time::{Instant, sleep};

use super::sessions::NO_PROOF;
use super::{Connect, Pair, Property, Publish, Version, Will};

#[tokio::test(flavor = "multi_thread")]
async fn what_passes_with_time() {
    let pair = &Pair::start().await;
    tokio::join!(
        silence(pair, Version::V311),
        silence(pair, Version::V5),
        a_will(pair),
        a_will_that_waits(pair),
        a_session(pair),
        a_message(pair),
    );
}

/// A client that says nothing for one and a half times its keep-alive is gone.
async fn silence(pair: &Pair, version: Version) {
    let seen = pair.play(async |stage| {
        let brief = Connect { keep_alive: 1, ..Connect::new(version, "x") };
        let mut client = stage.connects("x", brief).await;
        let start = Instant::now();
        client.sees_the_end().await;
        let silence = start.elapsed();
        assert!(silence > Duration::from_millis(1_400), "{}: {silence:?}", stage.broker);
    });
    let seen = seen.await;
    match version {
        Version::V5 => seen.differ(
            "ours says keep alive timeout, mosquitto nothing",
            "x DISCONNECT 0x8d
             x closed",
            "x closed",
        ),
        _ => seen.both("x closed"),
    }
}

/// A will is for a client that is gone without a word, and not for one that leaves.
async fn a_will(pair: &Pair) {
    let seen = pair.play(async |stage| {
        let mut heir = stage.client("heir", Version::V5).await;
        heir.subscribes("+", 1).await;
        let will = |name: &str| Connect::new(Version::V5, name).will(Will::new("a", name));
        stage.connects("polite", will("polite")).await.leaves().await;
        stage.connects("gone", will("gone")).await.vanishes();
        heir.hears(1).await;
        // DISCONNECT with the wish that the will be published.
        let mut last = stage.connects("last", will("last")).await;
        last.sends(&[0xe0, 2, 4, 0]).await;
        heir.hears(1).await;
        let retained = Will { retain: true, ..Will::new("b", "kept") };
        stage.connects("kept", Connect::new(Version::V311, "kept").will(retained)).await.vanishes();
        heir.hears(1).await;
        let mut late = stage.client("late", Version::V311).await;
        late.subscribes("b", 1).await;
        late.hears(1).await;
    });
    seen.await.both(
        "heir a gone at 1
         heir a last at 1
         heir b kept at 1
         late b kept at 1 retained",
    );
}

/// A will may wait, and is dropped if its client is back in time.
async fn a_will_that_waits(pair: &Pair) {
    let seen = pair.play(async |stage| {
        let mut heir = stage.client("heir", Version::V5).await;
        heir.subscribes("+", 1).await;
        let delay = vec![Property::WillDelay(1)];
        let will = |name: &str| Will { properties: delay.clone(), ..Will::new("a", name) };
        let lasting = |name: &str| Connect::new(Version::V5, name).lasting().will(will(name));
        let mut back = stage.connects("back", lasting("back")).await;
        back.subscribes("c", 1).await;
        back.vanishes();
        let mut gone = stage.connects("gone", lasting("gone")).await;
        gone.subscribes("c", 1).await;
        gone.vanishes();
        let mut back = stage.connects("back", Connect::new(Version::V5, "back").lasting()).await;
        back.publishes("b", "before", 1).await;
        heir.hears(2).await;
    });
    seen.await.both(
        "heir b before at 1
         heir a gone at 1",
    );
}

/// A session is forgotten when its time is over.
async fn a_session(pair: &Pair) {
    let seen = pair.play(async |stage| {
        let brief = |name: &str| {
            Connect { clean: false, ..Connect::new(Version::V5, name) }
                .with(Property::SessionExpiry(1))
        };
        for name in ["soon", "late"] {
            let mut client = stage.tries(name, brief(name)).await;
            client.subscribes("a", 1).await;
            client.leaves().await;
        }
        let mut publisher = stage.client("pub", Version::V5).await;
        for (name, seconds) in [("soon", 0), ("late", 3)] {
            sleep(Duration::from_secs(seconds)).await;
            let mut client = stage.tries(name, brief(name)).await;
            client.subscribes("c", 1).await;
            publisher.publishes("a", "subscribed", 1).await;
            publisher.publishes("c", "end", 1).await;
            client.hears_until_end().await;
        }
    });
    seen.await.differ(
        NO_PROOF,
        "soon CONNACK 0x00
         late CONNACK 0x00
         soon CONNACK 0x00
         soon a subscribed at 1
         late CONNACK 0x00",
        "soon CONNACK 0x00
         late CONNACK 0x00
         soon CONNACK 0x00, session present
         soon a subscribed at 1
         late CONNACK 0x00",
    );
}

/// A message that waits longer than it is worth is dropped; of others what is left is told.
async fn a_message(pair: &Pair) {
    let seen = pair.play(async |stage| {
        let lasting = Connect::new(Version::V5, "sub").lasting();
        let mut subscriber = stage.connects("sub", lasting.clone()).await;
        subscriber.subscribes("a", 1).await;
        subscriber.leaves().await;
        let mut publisher = stage.client("pub", Version::V5).await;
        let expires =
            |value, seconds| Publish::new("a", value, 1).with(Property::MessageExpiry(seconds));
        publisher.publishes_all(expires("brief", 1)).await;
        publisher.publishes_all(expires("long", 3600)).await;
        sleep(Duration::from_secs(2)).await;
        publisher.publishes("a", "end", 1).await;
        let mut subscriber = stage.connects("sub", lasting).await;
        subscriber.subscribes("d", 1).await;
        subscriber.hears_until_end().await;
    });
    seen.await.both("sub a long at 1 MessageExpiry(3600-)");
}
