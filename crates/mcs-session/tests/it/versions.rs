//! MQTT 5, and what to do with brokers that do not know it.

use insta::assert_snapshot;
use mcs_session::{Config, Event, Outcome, Protocol, Publish, Qos, ReasonCode, State, Version};
use mcs_sim::{Direction, OldBroker, World};

use crate::support::{config, connected, kept, qos1, seconds};

#[test]
fn a_broker_that_refuses_mqtt_5_in_the_words_of_3_1_1_is_met_with_3_1_1() {
    let mut world = old_broker(OldBroker::RefusesInV311);
    world.connect();
    world.settle();
    assert_snapshot!(world.take_transcript(), @r#"
    0.000s connecting, attempt 1
    0.000s link open
    0.020s     CONNECT MQTT 5 "lamp"
    0.030s link close
    0.030s disconnected: the broker refused the connection: unsupported protocol version; retry at 0.030s
    0.030s connecting, attempt 2
    0.030s link open
    0.050s     CONNECT MQTT 3.1.1 "lamp"
    0.050s     ← CONNACK
    0.060s connected, MQTT 3.1.1
    "#);
}

#[test]
fn a_broker_that_refuses_mqtt_5_in_the_words_of_mqtt_5_is_met_with_3_1_1() {
    let mut world = old_broker(OldBroker::RefusesInV5);
    world.connect();
    world.settle();
    assert_snapshot!(world.take_transcript(), @r#"
    0.000s connecting, attempt 1
    0.000s link open
    0.020s     CONNECT MQTT 5 "lamp"
    0.020s     ← CONNACK
    0.030s link close
    0.030s disconnected: the broker refused the connection: unsupported protocol version; retry at 0.030s
    0.030s connecting, attempt 2
    0.030s link open
    0.050s     CONNECT MQTT 3.1.1 "lamp"
    0.050s     ← CONNACK
    0.060s connected, MQTT 3.1.1
    "#);
}

#[test]
fn a_broker_that_hangs_up_on_the_first_try_is_met_with_3_1_1() {
    let mut world = old_broker(OldBroker::HangsUp);
    world.connect();
    world.settle();
    assert_snapshot!(world.take_transcript(), @r#"
    0.000s connecting, attempt 1
    0.000s link open
    0.020s     CONNECT MQTT 5 "lamp"
    0.030s link closed
    0.030s disconnected: the link was closed; retry at 0.030s
    0.030s connecting, attempt 2
    0.030s link open
    0.050s     CONNECT MQTT 3.1.1 "lamp"
    0.050s     ← CONNACK
    0.060s connected, MQTT 3.1.1
    "#);
}

#[test]
fn the_version_that_worked_is_kept() {
    for old in [OldBroker::RefusesInV311, OldBroker::RefusesInV5, OldBroker::HangsUp] {
        let mut world = old_broker(old);
        world.connect();
        world.settle();
        world.cut();
        world.take_transcript();
        world.run_until(|world| world.state() == State::Connected);
        assert!(!world.take_transcript().contains("CONNECT MQTT 5"), "{old:?}");
    }
}

#[test]
fn a_link_that_breaks_in_the_first_handshake_does_not_cost_mqtt_5() {
    let mut world = World::new(config());
    // Twice: the first try of MQTT 5, and that of 3.1.1 on suspicion.
    world.net.cut_after(Direction::ToBroker, 5);
    world.net.cut_after(Direction::ToBroker, 10);
    world.connect();
    world.run_until(|world| world.state() == State::Connected);
    assert_eq!(world.session().version(), Some(Version::V5));
    assert_snapshot!(world.take_transcript(), @r#"
    0.000s connecting, attempt 1
    0.000s link open
    0.020s link closed
    0.020s disconnected: the link was closed; retry at 0.020s
    0.020s connecting, attempt 2
    0.020s link open
    0.040s link closed
    0.040s disconnected: the link was closed; retry at 1.040s
    1.040s connecting, attempt 3
    1.040s link open
    1.060s     CONNECT MQTT 5 "lamp"
    1.060s     ← CONNACK
    1.070s connected, MQTT 5
    "#);
}

#[test]
fn after_mqtt_5_has_worked_a_hang_up_is_only_a_lost_link() {
    let mut world = connected(config());
    world.cut();
    // Within the next CONNECT.
    world.net.cut_after(Direction::ToBroker, 5);
    world.take_transcript();
    world.run_until(|world| world.state() == State::Connected);
    assert!(!world.take_transcript().contains("3.1.1"));
}

#[test]
fn connecting_anew_gives_mqtt_5_another_chance() {
    let mut world = old_broker(OldBroker::RefusesInV311);
    world.connect();
    world.settle();
    world.disconnect();
    world.broker.script.old = None;
    world.connect();
    world.settle();
    assert_eq!(world.session().version(), Some(Version::V5));
}

#[test]
fn mqtt_5_only_gives_up_on_an_old_broker() {
    let mut world = World::new(Config { protocol: Protocol::Only(Version::V5), ..config() });
    world.broker.script.old = Some(OldBroker::RefusesInV311);
    world.connect();
    world.run_for(seconds(100));
    assert_eq!(world.state(), State::Idle);
    assert_snapshot!(world.take_transcript(), @r#"
    0.000s connecting, attempt 1
    0.000s link open
    0.020s     CONNECT MQTT 5 "lamp"
    0.030s link close
    0.030s disconnected: the broker refused the connection: unsupported protocol version
    "#);
}

#[test]
fn mqtt_3_1_1_only_never_tries_mqtt_5() {
    let mut world = connected(v311());
    assert_eq!(world.broker.versions(), [Version::V311]);
    world.cut();
    world.run_for(seconds(2));
    assert_eq!(world.session().version(), Some(Version::V311));
}

#[test]
fn messages_of_every_qos_travel_both_ways_on_3_1_1() {
    let mut world = connected(v311());
    world.subscribe("a", mcs_session::SubscribeOptions::with_qos(Qos::ExactlyOnce).no_local());
    for qos in [Qos::AtMostOnce, Qos::AtLeastOnce, Qos::ExactlyOnce] {
        world.publish(Publish::new("a", "1").qos(qos));
    }
    world.settle();
    assert_eq!(world.messages().count(), 3, "3.1.1 knows no no-local");
    assert!(world.outcomes().values().all(Option::is_some));
    assert_snapshot!(world.take_transcript(), @r#"
    0.030s request 1: sent
    0.040s     SUBSCRIBE a QoS 2
    0.040s     ← SUBACK
    0.040s     PUBLISH a "1" QoS 0
    0.040s     ← PUBLISH
    0.040s     PUBLISH a "1" QoS 1
    0.040s     ← PUBACK
    0.040s     ← PUBLISH
    0.040s     PUBLISH a "1" QoS 2
    0.040s     ← PUBREC
    0.040s     ← PUBLISH
    0.050s subscription 1: QoS 2
    0.050s message a ← "1" (QoS 0)
    0.050s request 2: acknowledged
    0.050s message a ← "1" (QoS 1)
    0.050s message a ← "1" (QoS 2)
    0.060s     PUBREL 3
    0.060s     ← PUBCOMP
    0.070s request 3: acknowledged
    "#);
}

#[test]
fn a_refused_filter_is_reported_on_3_1_1() {
    let mut world = connected(v311());
    let code = ReasonCode::NOT_AUTHORIZED;
    world.broker.script.refuse_filters.insert("a".to_owned(), code);
    world.subscribe("a", qos1());
    world.settle();
    assert!(matches!(world.events().last(), Some(Event::Subscribed { granted: Err(_), .. })));
}

#[test]
fn a_refused_connect_is_reported_on_3_1_1() {
    let mut world = World::new(v311());
    world.broker.script.refuse_connect = Some(ReasonCode::BAD_USER_NAME_OR_PASSWORD);
    world.connect();
    world.settle();
    assert_snapshot!(world.take_transcript(), @r#"
    0.000s connecting, attempt 1
    0.000s link open
    0.020s     CONNECT MQTT 3.1.1 "lamp"
    0.020s     ← CONNACK
    0.030s link close
    0.030s disconnected: the broker refused the connection: bad user name or password
    "#);
}

#[test]
fn kept_messages_survive_a_change_of_version() {
    let mut world = old_broker(OldBroker::HangsUp);
    let id = world.publish(kept("a", "1"));
    world.connect();
    world.settle();
    assert_eq!(world.outcome(id), Some(Outcome::Acknowledged));
}

fn old_broker(old: OldBroker) -> World {
    let mut world = World::new(config());
    world.broker.script.old = Some(old);
    world
}

fn v311() -> Config {
    Config { protocol: Protocol::Only(Version::V311), ..config() }
}
