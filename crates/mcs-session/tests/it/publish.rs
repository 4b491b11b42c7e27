//! What becomes of messages.

use insta::assert_snapshot;
use mcs_session::{
    Config, Input, Offline, Outcome, Output, Protocol, Publish, PublishError, Qos, ReasonCode,
    Session, Version,
};
use mcs_sim::{Direction, World};
use mcs_time::Time;

use crate::support::{config, connected, kept, latest, seconds};

#[test]
fn qos_0_is_complete_when_it_is_handed_to_the_link() {
    let mut world = connected(config());
    let id = world.publish(Publish::new("a", "1"));
    assert_eq!(world.outcome(id), Some(Outcome::Sent));
    world.settle();
    assert_eq!(world.broker.received("a"), ["1"]);
}

#[test]
fn qos_1_is_complete_when_the_broker_has_it() {
    let mut world = connected(config());
    let id = world.publish(Publish::new("a", "1").qos(Qos::AtLeastOnce));
    assert_eq!((world.outcome(id), world.session().in_flight()), (None, 1));
    world.settle();
    assert_eq!(world.outcome(id), Some(Outcome::Acknowledged));
    assert_snapshot!(world.take_transcript(), @r#"
    0.040s     PUBLISH a "1" QoS 1
    0.040s     ← PUBACK
    0.050s request 1: acknowledged
    "#);
}

#[test]
fn qos_2_is_complete_after_both_steps() {
    let mut world = connected(config());
    let id = world.publish(Publish::new("a", "1").qos(Qos::ExactlyOnce));
    world.settle();
    assert_eq!(world.outcome(id), Some(Outcome::Acknowledged));
    assert_eq!(world.session().in_flight(), 0);
    assert_snapshot!(world.take_transcript(), @r#"
    0.040s     PUBLISH a "1" QoS 2
    0.040s     ← PUBREC
    0.060s     PUBREL 1
    0.060s     ← PUBCOMP
    0.070s request 1: acknowledged
    "#);
}

#[test]
fn a_retained_message_says_so_in_either_version() {
    for version in [Version::V5, Version::V311] {
        let mut world = connected(Config { protocol: Protocol::Only(version), ..config() });
        world.publish(Publish::new("a", "1").retained());
        world.publish(Publish::new("a", "2"));
        world.settle();
        let retain: Vec<bool> = world.broker.messages().iter().map(|it| it.retain).collect();
        assert_eq!(retain, [true, false]);
    }
}

#[test]
fn a_refused_message_completes_with_the_brokers_reason() {
    for qos in [Qos::AtLeastOnce, Qos::ExactlyOnce] {
        let mut world = connected(config());
        world.broker.script.refuse_topics.insert("a".to_owned(), ReasonCode::NOT_AUTHORIZED);
        let id = world.publish(Publish::new("a", "1").qos(qos));
        world.settle();
        assert_eq!(world.outcome(id), Some(Outcome::Refused(ReasonCode::NOT_AUTHORIZED)));
        assert_eq!(world.session().in_flight(), 0);
    }
}

#[test]
fn no_subscribers_is_not_a_refusal() {
    let mut world = connected(config());
    let code = ReasonCode::NO_MATCHING_SUBSCRIBERS;
    world.broker.script.refuse_topics.insert("a".to_owned(), code);
    let id = world.publish(Publish::new("a", "1").qos(Qos::AtLeastOnce));
    world.settle();
    assert_eq!(world.outcome(id), Some(Outcome::Unheard));
}

#[test]
fn without_a_link_a_message_to_drop_is_dropped() {
    let mut world = World::new(config());
    let id = world.publish(Publish::new("a", "1").qos(Qos::AtLeastOnce));
    assert_eq!(world.outcome(id), Some(Outcome::LinkDown));
    world.connect();
    world.settle();
    assert!(world.broker.messages().is_empty());
}

#[test]
fn messages_to_keep_wait_for_the_link_and_go_in_order() {
    let mut world = World::new(config());
    for n in ["1", "2", "3"] {
        world.publish(kept("a", n));
    }
    assert_eq!(world.session().queued(), 3);
    world.connect();
    world.settle();
    assert_eq!(world.broker.received("a"), ["1", "2", "3"]);
    assert_eq!(world.session().queued(), 0);
}

#[test]
fn a_message_without_an_acknowledgement_is_sent_again_before_the_later_ones() {
    let mut world = connected(config());
    // The link dies within the PUBLISH.
    world.net.cut_after(Direction::ToBroker, 5);
    let first = world.publish(kept("a", "1"));
    world.settle();
    let second = world.publish(kept("a", "2"));
    world.run_for(seconds(2));
    assert_eq!(world.outcome(first), Some(Outcome::Acknowledged));
    assert_eq!(world.outcome(second), Some(Outcome::Acknowledged));
    assert_eq!(world.broker.received("a"), ["1", "2"]);
    assert_snapshot!(world.take_transcript(), @r#"
    0.040s link closed
    0.040s disconnected: the link was closed; retry at 1.040s
    1.040s connecting, attempt 2
    1.040s link open
    1.060s     CONNECT MQTT 5 "lamp"
    1.060s     ← CONNACK
    1.070s connected, MQTT 5
    1.080s     PUBLISH a "1" QoS 1
    1.080s     ← PUBACK
    1.080s     PUBLISH a "2" QoS 1
    1.080s     ← PUBACK
    1.090s request 1: acknowledged
    1.090s request 2: acknowledged
    "#);
}

#[test]
fn a_link_that_ends_completes_the_messages_to_drop() {
    let mut world = connected(config());
    world.broker.script.hold_acks = true;
    let dropped = world.publish(Publish::new("a", "1").qos(Qos::AtLeastOnce));
    let survivor = world.publish(kept("a", "2"));
    world.settle();
    world.cut();
    assert_eq!(world.outcome(dropped), Some(Outcome::LinkDown));
    assert_eq!(world.outcome(survivor), None);
}

#[test]
fn a_kept_message_expires() {
    let mut world = World::new(config());
    let id = world.publish(kept("a", "1"));
    world.run_for(seconds(59));
    assert_eq!(world.outcome(id), None);
    world.run_for(seconds(1));
    assert_eq!(world.outcome(id), Some(Outcome::Expired));
    world.connect();
    world.settle();
    assert!(world.broker.messages().is_empty());
}

#[test]
fn a_kept_message_whose_time_was_over_while_in_flight_is_not_sent_again() {
    let mut world = connected(config());
    world.broker.script.hold_acks = true;
    let offline = Offline::Keep { ttl: seconds(3) };
    let id = world.publish(Publish::new("a", "1").qos(Qos::AtLeastOnce).offline(offline));
    // It is on the wire: the broker's answer is worth waiting for.
    world.run_for(seconds(5));
    assert_eq!(world.outcome(id), None);
    world.cut();
    assert_eq!(world.outcome(id), Some(Outcome::Expired));
}

#[test]
fn a_message_to_keep_for_ever_sets_no_timer() {
    let mut world = World::new(config());
    let offline = Offline::Keep { ttl: std::time::Duration::MAX };
    world.publish(Publish::new("a", "1").offline(offline));
    assert_eq!(world.timeout(), None);
}

#[test]
fn a_time_to_live_of_zero_is_over_at_once() {
    let mut world = World::new(config());
    let offline = Offline::Keep { ttl: seconds(0) };
    let id = world.publish(Publish::new("a", "1").offline(offline));
    assert_eq!(world.outcome(id), Some(Outcome::Expired));
}

#[test]
fn a_missing_acknowledgement_is_reported_and_a_late_one_ignored() {
    let mut world = connected(config());
    world.broker.script.hold_acks = true;
    let id = world.publish(kept("a", "1"));
    world.run_for(seconds(10));
    assert_eq!(world.outcome(id), Some(Outcome::Unacknowledged));
    // The packet identifier stays taken, or the late answer would be taken
    // for that of another message.
    assert_eq!(world.session().in_flight(), 1);
    let other = world.publish(kept("a", "2"));
    world.broker.release_acks();
    world.settle();
    assert_eq!(world.outcome(id), Some(Outcome::Unacknowledged));
    assert_eq!(world.outcome(other), Some(Outcome::Acknowledged));
    assert_eq!(world.session().in_flight(), 0);
}

#[test]
fn only_the_latest_message_per_topic_waits() {
    let mut world = World::new(config());
    let first = world.publish(latest("dim", "10"));
    let other = world.publish(latest("other", "1"));
    let second = world.publish(latest("dim", "20"));
    let third = world.publish(latest("dim", "30"));
    assert_eq!(world.outcome(first), Some(Outcome::Superseded));
    assert_eq!(world.outcome(second), Some(Outcome::Superseded));
    world.connect();
    world.settle();
    assert_eq!(world.outcome(other), Some(Outcome::Acknowledged));
    assert_eq!(world.outcome(third), Some(Outcome::Acknowledged));
    assert_eq!(world.broker.received("dim"), ["30"]);
}

#[test]
fn a_message_that_returns_from_a_dead_link_gives_way_to_a_newer_one() {
    let mut config = config();
    config.max_in_flight = 1;
    let mut world = connected(config);
    world.broker.script.mute = true;
    let old = world.publish(latest("dim", "10"));
    let new = world.publish(latest("dim", "20"));
    world.settle();
    assert_eq!(world.outcome(old), None, "it is in flight, out of reach");
    world.cut();
    assert_eq!(world.outcome(old), Some(Outcome::Superseded));
    world.broker.script.mute = false;
    world.run_for(seconds(2));
    assert_eq!(world.outcome(new), Some(Outcome::Acknowledged));
    assert_eq!(world.broker.received("dim"), ["10", "20"]);
}

#[test]
fn a_message_to_keep_is_not_replaced_by_a_latest_one() {
    let mut world = World::new(config());
    let keep = world.publish(kept("a", "1"));
    let newer = world.publish(latest("a", "2"));
    assert_eq!((world.outcome(keep), world.outcome(newer)), (None, None));
}

#[test]
fn a_cancelled_message_is_not_sent() {
    let mut world = World::new(config());
    let id = world.publish(kept("a", "1"));
    assert!(world.cancel(id));
    assert!(!world.cancel(id), "it is complete");
    assert_eq!(world.outcome(id), Some(Outcome::Cancelled));
    world.connect();
    world.settle();
    assert!(world.broker.messages().is_empty());
}

#[test]
fn a_message_cancelled_in_flight_is_not_sent_again() {
    let mut world = connected(config());
    world.broker.script.hold_acks = true;
    let id = world.publish(kept("a", "1"));
    world.settle();
    assert!(world.cancel(id));
    world.cut();
    world.run_for(seconds(5));
    assert_eq!(world.outcome(id), Some(Outcome::Cancelled));
    assert_eq!(world.broker.received("a"), ["1"]);
}

#[test]
fn what_is_kept_survives_a_disconnect() {
    let mut world = connected(config());
    world.broker.script.hold_acks = true;
    let id = world.publish(kept("a", "1"));
    world.settle();
    world.disconnect();
    world.broker.script.hold_acks = false;
    world.connect();
    world.settle();
    assert_eq!(world.outcome(id), Some(Outcome::Acknowledged));
}

#[test]
fn what_was_published_just_before_a_disconnect_is_still_sent() {
    let mut session = Session::new(config());
    session.connect(Time::ZERO);
    let outputs: [_; 2] = std::array::from_fn(|_| session.poll_output());
    let [_, Output::Open(link)] = outputs else { panic!("{outputs:?}") };
    session.handle_input(Time::ZERO, Input::Opened(link));
    session.handle_input(Time::ZERO, Input::Received(link, &[0x20, 3, 0, 0, 0]));
    while session.poll_output() != Output::Timeout(Some(Time::from_millis(10_000))) {}
    // Without a drain in between, as when a page is closed.
    session.publish(Time::ZERO, Publish::new("bye", "1")).unwrap();
    session.disconnect(Time::ZERO);
    let outputs = std::iter::from_fn(|| match session.poll_output() {
        Output::Timeout(_) => None,
        output => Some(output),
    });
    let outputs: Vec<Output> =
        outputs.filter(|output| !matches!(output, Output::Event(_))).collect();
    let sent = b"\x30\x07\0\x03bye\x001\xe0\0".to_vec();
    assert_eq!(outputs, [Output::Transmit(link, sent), Output::Close(link)]);
}

#[test]
fn topics_that_cannot_be_published_to_are_turned_down() {
    let mut world = World::new(config());
    for topic in ["", "a/+", "#", "a\0b", &"x".repeat(65_536)] {
        let result = world.try_publish(Publish::new(topic, ""));
        assert_eq!(result, Err(PublishError::InvalidTopic), "{topic:.20}");
    }
}
