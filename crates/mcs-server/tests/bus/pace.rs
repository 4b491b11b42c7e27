//! What one client may hold and how fast it may send.

use std::num::NonZeroU32;
use std::time::{Duration, Instant};

use tokio::time::sleep;

use crate::Bench;
use crate::gate::{DEVICE, Event};
use crate::wire::{Hello, Message, Raw, VERSIONS, Version};

/// Time that a test measures; no state machine depends on it.
#[expect(clippy::disallowed_methods, reason = "the test is the shell")]
fn now() -> Instant {
    Instant::now()
}

#[tokio::test(flavor = "multi_thread")]
async fn a_client_that_never_proves_a_key_is_closed_and_who_does_or_has_a_login_stays() {
    let time = Duration::from_millis(500);
    let bench = Bench::with(|config| config.limits.stranger = time).await;
    for version in VERSIONS {
        let hello = Hello::new(version, "board");
        let mut silent = Raw::connect(bench.address(), &hello).await;
        let mut guessing = Raw::connect(bench.address(), &hello).await;
        guessing.subscribe_or_close("mcs/DevBBBB2/keyAAAAAAAAAAAA1/+", 0).await;
        guessing.publish(&Message::new("mcs/DevBBBB2/keyAAAAAAAAAAAA1/a", "1", 0)).await;
        let mut subscribed = Raw::connect(bench.address(), &hello).await;
        subscribed.subscribe(&format!("{DEVICE}/+"), 1).await;
        let mut published = Raw::connect(bench.address(), &hello).await;
        published.publish(&Message::new(&format!("{DEVICE}/a"), "invalid still its own", 0)).await;
        let login = Hello::new(version, "console").login("ann", "secret");
        let mut user = Raw::connect(bench.address(), &login).await;

        silent.closed().await;
        guessing.closed().await;
        sleep(time).await;
        for client in [&mut subscribed, &mut published, &mut user] {
            client.ping().await;
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn who_sends_too_fast_is_slowed_and_nothing_is_lost() {
    const RATE: u32 = 20;
    const SENT: u32 = 10 * RATE + 3 * RATE;
    let bench = Bench::with(|config| config.limits.rate = NonZeroU32::new(RATE)).await;
    let mut watcher = Raw::connect(bench.address(), &Hello::new(Version::V5, "watcher")).await;
    watcher.subscribe(&format!("{DEVICE}/#"), 1).await;
    let mut fast = Raw::connect(bench.address(), &Hello::new(Version::V311, "fast")).await;
    let start = now();
    for n in 0..SENT {
        fast.put(&Message::new(&format!("{DEVICE}/a"), &n.to_string(), 1)).await;
    }
    // Others go on meanwhile.
    let mut other = Raw::connect(bench.address(), &Hello::new(Version::V311, "other")).await;
    other.publish(&Message::new(&format!("{DEVICE}/b"), "meanwhile", 1)).await;
    assert!(start.elapsed() < Duration::from_millis(2_500), "{:?}", start.elapsed());
    for _ in 0..SENT {
        assert_eq!(fast.puback().await, 0);
    }
    // After a burst of ten seconds' worth, three seconds' worth.
    assert!(start.elapsed() >= Duration::from_millis(2_900), "{:?}", start.elapsed());
    let mut next = 0;
    while next < SENT {
        let message = watcher.message().await;
        if message.topic.ends_with("/a") {
            assert_eq!(message.payload, next.to_string().as_bytes());
            next += 1;
        }
    }
}

/// CONTRACT §0.2 fact 9: who subscribes to `+` hears its own messages, and some boards answer whatever they hear.
#[tokio::test(flavor = "multi_thread")]
async fn a_board_that_answers_its_own_answers_turns_at_its_rate_and_hurts_nobody() {
    const RATE: u32 = 50;
    let mut bench = Bench::with(|config| config.limits.rate = NonZeroU32::new(RATE)).await;
    let mut echo = Raw::connect(bench.address(), &Hello::new(Version::V311, "echo")).await;
    echo.subscribe(&format!("{DEVICE}/+"), 0).await;
    let start = now();
    let echoing = tokio::spawn(async move {
        echo.put(&Message::new(&format!("{DEVICE}/a"), "again", 0)).await;
        loop {
            let heard = echo.message().await;
            echo.put(&Message::new(&heard.topic, "again", 0)).await;
        }
    });
    sleep(Duration::from_secs(1)).await;
    let mut other = Raw::connect(bench.address(), &Hello::new(Version::V311, "other")).await;
    other.publish(&Message::new(&format!("{DEVICE}/b"), "last", 1)).await;
    echoing.abort();
    let is_last = |event: &Event| matches!(event, Event::Published(_, text, _) if text == "last");
    let turns = bench.events.before("the last", is_last).await;
    let time = start.elapsed();
    assert!(
        f64::from(turns) < f64::from(RATE) * (11.0 + time.as_secs_f64()),
        "{turns} in {time:?}"
    );
    assert!(turns > 4 * RATE, "only {turns} turns in {time:?}: it was slowed too early");
}
