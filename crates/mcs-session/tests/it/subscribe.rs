//! Subscriptions.

use insta::assert_snapshot;
use mcs_session::{
    Event, Publish, Qos, ReasonCode, SubscribeError, SubscribeOptions, SubscriptionId,
};
use mcs_sim::World;

use crate::support::{config, connected, kept, qos1, seconds};

#[test]
fn a_subscription_made_before_connecting_is_asked_for_then() {
    let mut world = World::new(config());
    world.subscribe("home/+/switch", qos1());
    world.connect();
    world.settle();
    world.broker.publish("home/hall/switch", "1", Qos::AtLeastOnce);
    world.broker.publish("home/hall/other", "1", Qos::AtLeastOnce);
    world.settle();
    assert_snapshot!(world.take_transcript(), @r#"
    0.000s connecting, attempt 1
    0.000s link open
    0.020s     CONNECT MQTT 5 "lamp"
    0.020s     ← CONNACK
    0.030s connected, MQTT 5
    0.040s     SUBSCRIBE home/+/switch QoS 1
    0.040s     ← SUBACK
    0.050s subscription 1: QoS 1
    0.050s     ← PUBLISH
    0.060s message home/hall/switch ← "1" (QoS 1)
    "#);
}

#[test]
fn every_connect_asks_for_all_subscriptions_again() {
    let mut world = connected(config());
    let ids = [world.subscribe("a", qos1()), world.subscribe("b", qos1())];
    world.settle();
    world.cut();
    world.take_transcript();
    world.run_for(seconds(2));
    assert_eq!(world.broker.subscriptions().len(), 2);
    for id in ids {
        assert_eq!(answers(&world, id), [Ok(Qos::AtLeastOnce); 2]);
    }
    assert_snapshot!(world.take_transcript(), @r#"
    1.050s connecting, attempt 2
    1.050s link open
    1.070s     CONNECT MQTT 5 "lamp"
    1.070s     ← CONNACK
    1.080s connected, MQTT 5
    1.090s     SUBSCRIBE a QoS 1, b QoS 1
    1.090s     ← SUBACK
    1.100s subscription 1: QoS 1
    1.100s subscription 2: QoS 1
    "#);
}

#[test]
fn many_subscriptions_are_asked_for_in_batches() {
    let mut world = World::new(config());
    for n in 0..150 {
        world.subscribe(&format!("t/{n}"), qos1());
    }
    world.connect();
    world.settle();
    let transcript = world.take_transcript();
    assert_eq!(transcript.matches("SUBSCRIBE").count(), 3);
    assert_eq!(world.broker.subscriptions().len(), 150);
}

#[test]
fn a_batch_that_is_too_large_for_the_broker_is_split() {
    let mut world = World::new(config());
    world.broker.script.maximum_packet_size = Some(128);
    for n in 0..20 {
        world.subscribe(&format!("a/rather/long/filter/{n}"), qos1());
    }
    world.subscribe(&format!("far/too/long/{}", "x".repeat(200)), qos1());
    world.connect();
    world.settle();
    assert_eq!(world.broker.subscriptions().len(), 20);
    let refused = Err(SubscribeError::Refused(ReasonCode::PACKET_TOO_LARGE));
    let refusals = world
        .events()
        .iter()
        .filter(|event| matches!(event, Event::Subscribed { granted, .. } if *granted == refused));
    assert_eq!(refusals.count(), 1);
}

#[test]
fn subscriptions_to_the_same_filter_are_asked_for_once() {
    let mut world = connected(config());
    let first = world.subscribe("a", qos1());
    world.settle();
    let second = world.subscribe("a", qos1());
    assert_eq!(answers(&world, second), [Ok(Qos::AtLeastOnce)], "answered at once");
    world.unsubscribe(first);
    world.settle();
    world.broker.publish("a", "1", Qos::AtMostOnce);
    world.settle();
    assert_eq!(world.messages().count(), 1);
    assert_snapshot!(world.take_transcript(), @r#"
    0.040s     SUBSCRIBE a QoS 1
    0.040s     ← SUBACK
    0.050s subscription 1: QoS 1
    0.050s subscription 2: QoS 1
    0.050s     ← PUBLISH
    0.060s message a ← "1" (QoS 0)
    "#);
}

#[test]
fn a_newcomer_that_needs_more_makes_the_session_ask_again() {
    let mut world = connected(config());
    let modest = world.subscribe("a", SubscribeOptions::default().no_local());
    world.settle();
    let demanding = world.subscribe("a", SubscribeOptions::with_qos(Qos::ExactlyOnce));
    world.settle();
    assert_eq!(answers(&world, modest), [Ok(Qos::AtMostOnce), Ok(Qos::ExactlyOnce)]);
    assert_eq!(answers(&world, demanding), [Ok(Qos::ExactlyOnce)]);
    assert_snapshot!(world.take_transcript(), @"
    0.040s     SUBSCRIBE a QoS 0 no-local
    0.040s     ← SUBACK
    0.050s subscription 1: QoS 0
    0.060s     SUBSCRIBE a QoS 2
    0.060s     ← SUBACK
    0.070s subscription 1: QoS 2
    0.070s subscription 2: QoS 2
    ");
}

#[test]
fn a_newcomer_that_wants_our_own_messages_makes_the_session_ask_again() {
    let mut world = connected(config());
    world.subscribe("a", qos1().no_local());
    world.settle();
    let newcomer = world.subscribe("a", qos1());
    world.publish(Publish::new("a", "1"));
    world.settle();
    assert_eq!(answers(&world, newcomer), [Ok(Qos::AtLeastOnce)]);
    assert_eq!(world.messages().count(), 1);
    // One that wants less does not.
    world.take_transcript();
    world.subscribe("a", SubscribeOptions::default().no_local());
    world.settle();
    assert!(!world.take_transcript().contains("SUBSCRIBE"));
}

#[test]
fn the_last_unsubscribe_tells_the_broker_and_stops_messages_at_once() {
    let mut world = connected(config());
    let id = world.subscribe("a", qos1());
    world.settle();
    world.broker.publish("a", "on its way", Qos::AtLeastOnce);
    world.unsubscribe(id);
    world.settle();
    assert_eq!(world.messages().count(), 0);
    assert!(world.broker.subscriptions().is_empty());
    world.unsubscribe(id);
    world.settle();
    assert_snapshot!(world.take_transcript(), @"
    0.040s     SUBSCRIBE a QoS 1
    0.040s     ← SUBACK
    0.050s subscription 1: QoS 1
    0.050s     ← PUBLISH
    0.060s     UNSUBSCRIBE a
    0.060s     ← UNSUBACK
    ");
}

#[test]
fn an_unsubscribe_that_is_taken_back_does_not_reach_the_broker() {
    let mut world = connected(config());
    let id = world.subscribe("a", qos1());
    world.settle();
    world.take_transcript();
    let filter = "a".try_into().unwrap();
    world.with_session(|session, now| {
        session.unsubscribe(now, id);
        session.subscribe(now, filter, qos1());
    });
    world.settle();
    assert_eq!(world.broker.subscriptions().len(), 1);
    assert!(!world.take_transcript().contains("UNSUBSCRIBE"));
}

#[test]
fn answers_to_an_earlier_subscribe_are_not_taken_for_the_later_one() {
    let mut world = connected(config());
    let code = ReasonCode::NOT_AUTHORIZED;
    world.broker.script.refuse_filters.insert("a".to_owned(), code);
    let first = world.subscribe("a", qos1());
    world.unsubscribe(first);
    let second = world.subscribe("a", qos1());
    world.settle();
    assert_eq!(answers(&world, first), []);
    assert_eq!(answers(&world, second), [Err(SubscribeError::Refused(code))]);
}

#[test]
fn a_refused_filter_is_reported_and_the_others_work() {
    let mut world = World::new(config());
    let code = ReasonCode::NOT_AUTHORIZED;
    world.broker.script.refuse_filters.insert("secret".to_owned(), code);
    let secret = world.subscribe("secret", qos1());
    let public = world.subscribe("public", qos1());
    world.connect();
    world.settle();
    assert_eq!(answers(&world, secret), [Err(SubscribeError::Refused(code))]);
    assert_eq!(answers(&world, public), [Ok(Qos::AtLeastOnce)]);
}

#[test]
fn a_missing_answer_is_reported() {
    let mut world = connected(config());
    world.broker.script.no_suback = true;
    let id = world.subscribe("a", qos1());
    world.run_for(seconds(10));
    assert_eq!(answers(&world, id), [Err(SubscribeError::TimedOut)]);
}

#[test]
fn without_no_local_a_session_hears_itself() {
    let mut world = connected(config());
    world.subscribe("a", qos1());
    world.publish(Publish::new("a", "1"));
    world.settle();
    assert_eq!(world.messages().count(), 1);
}

#[test]
fn with_no_local_a_session_does_not_hear_itself() {
    let mut world = connected(config());
    world.subscribe("a", qos1().no_local());
    world.publish(Publish::new("a", "1"));
    world.settle();
    assert_eq!(world.messages().count(), 0);
    world.broker.publish("a", "2", Qos::AtMostOnce);
    world.settle();
    assert_eq!(world.messages().count(), 1);
}

#[test]
fn shared_filters_get_everything_for_no_local_would_break_the_protocol() {
    let mut world = connected(config());
    world.subscribe("$share/group/a", qos1().no_local());
    world.settle();
    assert_snapshot!(world.take_transcript(), @"
    0.040s     SUBSCRIBE $share/group/a QoS 1
    0.040s     ← SUBACK
    0.050s subscription 1: QoS 1
    ");
}

#[test]
fn a_message_published_right_after_subscribing_comes_back() {
    let mut world = World::new(config());
    world.publish(kept("a", "1"));
    world.subscribe("a", qos1());
    world.connect();
    world.settle();
    assert_eq!(world.messages().count(), 1);
}

#[test]
fn messages_of_every_qos_arrive() {
    let mut world = connected(config());
    world.subscribe("a", SubscribeOptions::with_qos(Qos::ExactlyOnce));
    world.settle();
    for qos in [Qos::AtMostOnce, Qos::AtLeastOnce, Qos::ExactlyOnce] {
        world.broker.publish("a", "1", qos);
        world.settle();
    }
    let qos: Vec<Qos> = world.messages().map(|message| message.qos).collect();
    assert_eq!(qos, [Qos::AtMostOnce, Qos::AtLeastOnce, Qos::ExactlyOnce]);
    assert_eq!(world.broker.violations(), [""; 0]);
}

#[test]
fn matching_names_every_subscription_to_a_topic() {
    let mut world = World::new(config());
    let all = world.subscribe("#", qos1());
    let one = world.subscribe("a/+", qos1());
    let same = world.subscribe("a/+", qos1());
    world.subscribe("b/+", qos1());
    let mut matching: Vec<SubscriptionId> = world.session().matching("a/1").collect();
    matching.sort();
    assert_eq!(matching, [all, one, same]);
}

fn answers(world: &World, wanted: SubscriptionId) -> Vec<Result<Qos, SubscribeError>> {
    let answers = world.events().iter().filter_map(|event| match event {
        Event::Subscribed { id, granted } if *id == wanted => Some(*granted),
        _ => None,
    });
    answers.collect()
}

#[test]
fn a_subscription_that_is_in_force_can_be_asked_for_again() {
    let mut world = connected(config());
    let id = world.subscribe("a/+", qos1());
    world.settle();
    world.take_transcript();
    world.refresh(id);
    world.settle();
    assert!(world.take_transcript().contains("SUBSCRIBE a/+ QoS 1"));
    assert_eq!(answers(&world, id), [Ok(Qos::AtLeastOnce); 2]);
}
