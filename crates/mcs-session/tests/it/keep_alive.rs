//! Noticing that a link is dead.

use insta::assert_snapshot;
use mcs_session::{Config, Outcome, Publish, Qos, State};
use mcs_sim::World;

use crate::support::{config, connected, kept, qos1, seconds};

#[test]
fn a_silent_link_is_pinged() {
    let mut world = connected(config());
    world.run_for(seconds(65));
    assert_snapshot!(world.take_transcript(), @"
    30.040s     PINGREQ
    30.040s     ← PINGRESP
    60.040s     PINGREQ
    60.040s     ← PINGRESP
    ");
}

#[test]
fn a_link_without_an_answer_to_a_ping_is_replaced() {
    let mut world = connected(config());
    world.broker.script.no_pong = true;
    world.run_for(seconds(45));
    assert_snapshot!(world.take_transcript(), @r#"
    30.040s     PINGREQ
    40.030s link close
    40.030s disconnected: the broker stopped answering; retry at 41.030s
    41.030s connecting, attempt 1
    41.030s link open
    41.050s     CONNECT MQTT 5 "lamp"
    41.050s     ← CONNACK
    41.060s connected, MQTT 5
    "#);
}

#[test]
fn a_link_that_swallows_what_is_sent_is_noticed_while_sending() {
    let mut world = connected(config());
    world.broker.script.mute = true;
    for _ in 0..50 {
        world.publish(Publish::new("a", "1"));
        world.run_for(seconds(1));
        if world.state() != State::Connected {
            return;
        }
    }
    panic!("the link looks alive after 50 seconds of silence");
}

#[test]
fn a_client_that_only_listens_still_pings() {
    let mut world = connected(config());
    world.subscribe("a", qos1());
    world.settle();
    world.take_transcript();
    for _ in 0..31 {
        world.broker.publish("a", "1", Qos::AtMostOnce);
        world.run_for(seconds(1));
    }
    assert!(world.take_transcript().contains("PINGREQ"));
}

#[test]
fn bytes_after_a_ping_count_as_a_sign_of_life() {
    let mut world = connected(config());
    world.subscribe("a", qos1());
    world.settle();
    world.broker.script.no_pong = true;
    for _ in 0..60 {
        world.broker.publish("a", "1", Qos::AtMostOnce);
        world.run_for(seconds(1));
    }
    let transcript = world.take_transcript();
    assert!(transcript.contains("PINGREQ"), "{transcript}");
    assert!(!transcript.contains("disconnected"), "{transcript}");
}

#[test]
fn the_broker_may_shorten_the_keep_alive() {
    let mut world = World::new(config());
    world.broker.script.keep_alive = Some(seconds(5));
    world.connect();
    world.settle();
    world.take_transcript();
    world.run_for(seconds(6));
    assert!(world.take_transcript().contains("PINGREQ"));
}

#[test]
fn without_a_keep_alive_nothing_is_pinged() {
    let mut world = connected(Config { keep_alive: seconds(0), ..config() });
    world.run_for(seconds(1000));
    assert_eq!(world.take_transcript(), "");
    assert_eq!(world.timeout(), None);
}

#[test]
fn the_timers_of_a_link_die_with_it() {
    let mut world = connected(config());
    world.broker.script.no_pong = true;
    world.run_for(seconds(31));
    // A ping is out. Its deadline would come on the next link.
    world.cut();
    world.broker.script.no_pong = false;
    world.run_for(seconds(25));
    assert_eq!(world.state(), State::Connected);
    assert!(!world.take_transcript().contains("stopped answering"));
}

#[test]
fn waking_up_checks_the_link() {
    let mut world = connected(config());
    world.broker.script.mute = true;
    world.run_for(seconds(5));
    world.wake();
    world.wake();
    world.run_for(seconds(10));
    assert_snapshot!(world.take_transcript(), @"
    5.040s     PINGREQ
    5.040s     ← PINGRESP
    15.030s link close
    15.030s disconnected: the broker stopped answering; retry at 16.030s
    ");
}

#[test]
fn a_broker_that_acknowledges_nothing_is_left_when_no_message_fits_any_more() {
    let mut world = connected(Config { max_in_flight: 2, ..config() });
    world.broker.script.hold_acks = true;
    let requests = ["1", "2", "3"].map(|n| world.publish(kept("a", n)));
    world.run_for(seconds(10));
    let outcomes = requests.map(|id| world.outcome(id));
    assert_eq!(outcomes, [Some(Outcome::Unacknowledged), Some(Outcome::Unacknowledged), None]);
    world.broker.script.hold_acks = false;
    world.run_for(seconds(2));
    assert_eq!(world.outcome(requests[2]), Some(Outcome::Acknowledged));
    assert!(world.take_transcript().contains("stopped acknowledging"));
}
