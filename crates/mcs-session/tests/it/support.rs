//! Words that the tests share.

use std::time::Duration;

use mcs_session::{Config, Offline, Publish, Qos, SubscribeOptions};
use mcs_sim::World;
use mcs_time::BackoffConfig;

/// A client with exact back-off delays, for readable transcripts.
pub(crate) fn config() -> Config {
    let backoff = BackoffConfig { jitter_percent: 0, ..BackoffConfig::default() };
    Config { backoff, ..Config::new("lamp", 7) }
}

/// Connected, with an empty transcript.
pub(crate) fn connected(config: Config) -> World {
    let mut world = World::new(config);
    world.connect();
    world.settle();
    world.take_transcript();
    world
}

pub(crate) fn seconds(n: u64) -> Duration {
    Duration::from_secs(n)
}

/// A QoS 1 message that is kept for a minute.
pub(crate) fn kept(topic: &str, payload: &str) -> Publish {
    let offline = Offline::Keep { ttl: seconds(60) };
    Publish::new(topic, payload).qos(Qos::AtLeastOnce).offline(offline)
}

/// A QoS 1 message that a newer one on its topic replaces.
pub(crate) fn latest(topic: &str, payload: &str) -> Publish {
    let offline = Offline::KeepLatestPerTopic { ttl: seconds(60) };
    Publish::new(topic, payload).qos(Qos::AtLeastOnce).offline(offline)
}

pub(crate) fn qos1() -> SubscribeOptions {
    SubscribeOptions::with_qos(Qos::AtLeastOnce)
}
