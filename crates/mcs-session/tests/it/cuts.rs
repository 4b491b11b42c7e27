//! A link that dies after any byte, in either direction.

use mcs_session::{Config, Outcome, Protocol, Publish, Qos, RequestId, State, Version};
use mcs_sim::{Chunks, Direction, World};

use crate::support::{config, kept, qos1, seconds};

#[test]
fn a_cut_after_any_byte_loses_no_promise_on_mqtt_5() {
    cut_everywhere(Version::V5);
}

#[test]
fn a_cut_after_any_byte_loses_no_promise_on_3_1_1() {
    cut_everywhere(Version::V311);
}

#[test]
fn two_cuts_after_any_bytes_lose_no_promise() {
    let [_, to_client] = lengths(Version::V5);
    // The second cut falls into the second link's handshake, and what follows.
    for first in 1..=to_client {
        for second in (1..=40).step_by(3) {
            let mut world = new_world(Version::V5, Chunks::Whole);
            world.net.cut_after(Direction::ToClient, first);
            world.net.cut_after(Direction::ToClient, first + second);
            check(world);
        }
    }
}

fn cut_everywhere(version: Version) {
    let [to_broker, to_client] = lengths(version);
    let mut cuts = 0;
    for (direction, length) in [(Direction::ToBroker, to_broker), (Direction::ToClient, to_client)]
    {
        for chunks in [Chunks::Whole, Chunks::Fixed(1), Chunks::Fixed(7)] {
            for bytes in 1..=length {
                let mut world = new_world(version, chunks.clone());
                world.net.cut_after(direction, bytes);
                let transcript = check(world);
                // The very last byte may come after everything is over.
                cuts += usize::from(transcript.contains("link closed"));
            }
        }
    }
    let expected = usize::try_from(3 * (to_broker + to_client)).unwrap();
    assert_eq!(cuts, expected);
}

/// Bytes in each direction when nothing is cut.
fn lengths(version: Version) -> [u64; 2] {
    let mut world = new_world(version, Chunks::Whole);
    scenario(&mut world);
    [Direction::ToBroker, Direction::ToClient].map(|direction| world.net.carried(direction))
}

fn new_world(version: Version, chunks: Chunks) -> World {
    let mut world = World::new(Config { protocol: Protocol::Only(version), ..config() });
    // Tight, so that the window matters.
    world.broker.script.receive_maximum = Some(2);
    world.net.chunks = chunks;
    world
}

/// Two messages before connecting, four after; one comes back.
fn scenario(world: &mut World) -> Vec<RequestId> {
    let mut requests = vec![world.publish(kept("a", "1")), world.publish(kept("a", "2"))];
    world.subscribe("a", qos1());
    world.subscribe("b/#", qos1().no_local());
    world.connect();
    world.settle();
    for (n, qos) in [("3", Qos::AtLeastOnce), ("4", Qos::ExactlyOnce), ("5", Qos::AtLeastOnce)] {
        requests.push(world.publish(kept("a", n).qos(qos)));
    }
    world.settle();
    requests.push(world.publish(kept("a", "6")));
    world.run_for(seconds(20));
    requests
}

fn check(mut world: World) -> String {
    let requests = scenario(&mut world);
    let transcript = world.take_transcript();
    assert_eq!(world.state(), State::Connected, "{transcript}");
    for (n, request) in (1..).zip(requests) {
        assert_eq!(world.outcome(request), Some(Outcome::Acknowledged), "{n}:\n{transcript}");
    }
    let mut received = world.broker.received("a");
    let mut seen = Vec::new();
    received.retain(|payload| {
        !seen.contains(payload) && {
            seen.push(payload.clone());
            true
        }
    });
    assert_eq!(received, ["1", "2", "3", "4", "5", "6"], "{transcript}");
    assert_eq!(world.broker.violations(), [""; 0], "{transcript}");
    assert_eq!(world.broker.subscriptions().len(), 2, "{transcript}");

    // The new link is as good as the old one.
    world.net.cancel_cuts();
    let before = world.messages().count();
    world.publish(Publish::new("a", "7"));
    world.settle();
    assert_eq!(world.messages().count(), before + 1, "{transcript}");
    transcript
}
