//! Bytes arrive in any pieces.

use mcs_session::{Config, Event, Protocol, Publish, Qos, SubscribeOptions, Version};
use mcs_sim::{Chunks, Direction, OldBroker, World};
use mcs_time::SplitMix64;

use crate::support::{config, kept, seconds};

#[test]
fn every_chunking_gives_the_same_events() {
    for scenario in [talk, refused, lost] {
        for version in [Version::V5, Version::V311] {
            let whole = events(scenario, version, Chunks::Whole);
            assert!(!whole.is_empty());
            for size in 1..80 {
                assert_eq!(events(scenario, version, Chunks::Fixed(size)), whole, "by {size}");
            }
            for seed in 0..50 {
                let chunks = Chunks::Random(SplitMix64::new(seed));
                assert_eq!(events(scenario, version, chunks), whole, "seed {seed}");
            }
        }
    }
}

/// In a CONNACK of MQTT 5, bytes that would start one of 3.1.1.
#[test]
fn a_connack_is_only_looked_at_from_its_start() {
    for size in 1..20 {
        let mut world = World::new(config());
        world.net.chunks = Chunks::Fixed(size);
        world.broker.script.receive_maximum = Some(0x2002);
        world.broker.script.keep_alive = Some(seconds(0x2002));
        world.connect();
        world.settle();
        assert_eq!(world.session().version(), Some(Version::V5), "by {size}");
    }
}

#[test]
fn the_same_seed_gives_the_same_transcript() {
    let transcript = |seed| {
        let mut world = World::new(Config::new("lamp", seed));
        world.net.chunks = Chunks::Random(SplitMix64::new(seed));
        lost(&mut world);
        world.take_transcript()
    };
    assert_eq!(transcript(1), transcript(1));
    assert_ne!(transcript(1), transcript(2), "the jitter depends on the seed");
}

fn talk(world: &mut World) {
    world.subscribe("#", SubscribeOptions::with_qos(Qos::ExactlyOnce));
    world.connect();
    world.settle();
    for qos in [Qos::AtMostOnce, Qos::AtLeastOnce, Qos::ExactlyOnce] {
        world.publish(kept("a", "1").qos(qos));
        world.broker.publish("b", "x".repeat(200), qos);
    }
    world.run_for(seconds(40));
    world.publish(Publish::new("a", ""));
    world.disconnect();
}

fn refused(world: &mut World) {
    world.broker.script.old = Some(OldBroker::RefusesInV311);
    talk(world);
}

fn lost(world: &mut World) {
    world.net.cut_after(Direction::ToClient, 20);
    world.net.cut_after(Direction::ToClient, 50);
    talk(world);
}

fn events(scenario: fn(&mut World), version: Version, chunks: Chunks) -> Vec<Event> {
    let protocol = match version {
        Version::V5 => Protocol::Auto,
        Version::V311 => Protocol::Only(version),
    };
    let mut world = World::new(Config { protocol, ..config() });
    world.net.chunks = chunks;
    scenario(&mut world);
    world.events().to_vec()
}
