//! Limits of both sides.

use mcs_session::{
    Config, DisconnectReason, Event, Input, Offline, Outcome, Publish, PublishError, Qos,
    ReasonCode,
};
use mcs_sim::World;

use crate::support::{config, connected, kept, latest, seconds};

#[test]
fn no_more_is_in_flight_than_the_client_wants() {
    let mut world = connected(Config { max_in_flight: 3, ..config() });
    world.broker.script.hold_acks = true;
    for n in 0..10 {
        world.publish(kept("a", &n.to_string()));
    }
    world.settle();
    assert_eq!((world.session().in_flight(), world.session().queued()), (3, 7));
    world.broker.release_acks();
    world.settle();
    assert_eq!(world.broker.received("a").len(), 10);
}

#[test]
fn no_more_is_in_flight_than_the_broker_allows() {
    let mut world = World::new(config());
    world.broker.script.receive_maximum = Some(2);
    world.broker.script.hold_acks = true;
    for n in 0..10 {
        world.publish(kept("a", &n.to_string()));
    }
    world.connect();
    world.settle();
    assert_eq!((world.session().in_flight(), world.session().queued()), (2, 8));
    world.cut();
    world.run_for(seconds(2));
    assert_eq!((world.session().in_flight(), world.session().queued()), (2, 8));
    world.broker.release_acks();
    world.settle();
    assert_eq!(world.session().queued(), 0);
    assert_eq!(world.broker.violations(), [""; 0]);
}

#[test]
fn a_full_queue_turns_messages_down() {
    let mut world = World::new(Config { max_queued: 2, ..config() });
    world.publish(kept("a", "1"));
    world.publish(latest("b", "1"));
    assert_eq!(world.try_publish(kept("a", "2")), Err(PublishError::QueueFull));
    // Replacing is not growing.
    world.publish(latest("b", "2"));
}

#[test]
fn a_queue_that_is_full_of_bytes_turns_messages_down() {
    let mut world = World::new(Config { max_queued_bytes: 100, ..config() });
    world.publish(kept("a", &"x".repeat(60)));
    assert_eq!(world.try_publish(kept("a", &"x".repeat(41))), Err(PublishError::QueueFull));
    let id = world.publish(latest("b", &"x".repeat(40)));
    world.publish(latest("b", &"y".repeat(40)));
    assert_eq!(world.outcome(id), Some(Outcome::Superseded));
    world.connect();
    world.settle();
    world.publish(kept("a", &"x".repeat(100)));
}

#[test]
fn a_message_above_the_brokers_packet_size_is_turned_down_while_connected() {
    let mut world = World::new(config());
    world.broker.script.maximum_packet_size = Some(60);
    world.connect();
    world.settle();
    let large = || kept("a", &"x".repeat(60));
    assert_eq!(world.try_publish(large()), Err(PublishError::TooLarge { size: 68, limit: 60 }),);
    world.publish(kept("a", &"x".repeat(52)));
    world.settle();
    assert_eq!(world.broker.messages().len(), 1);
}

#[test]
fn a_message_that_was_queued_before_the_limit_was_known_is_refused() {
    let mut world = World::new(config());
    world.broker.script.maximum_packet_size = Some(60);
    let large = world.publish(kept("a", &"x".repeat(60)));
    let small = world.publish(kept("a", "x"));
    world.connect();
    world.settle();
    assert_eq!(world.outcome(large), Some(Outcome::Refused(ReasonCode::PACKET_TOO_LARGE)));
    assert_eq!(world.outcome(small), Some(Outcome::Acknowledged));
}

#[test]
fn refused_messages_do_not_use_up_packet_identifiers() {
    let mut world = World::new(Config { max_queued: 70_000, ..config() });
    world.broker.script.maximum_packet_size = Some(60);
    let large = kept("a", &"x".repeat(60));
    let large: Vec<_> = (0..65_600).map(|_| world.publish(large.clone())).collect();
    let small = world.publish(kept("a", "x"));
    world.connect();
    world.settle();
    let refused = Some(Outcome::Refused(ReasonCode::PACKET_TOO_LARGE));
    assert!(large.into_iter().all(|id| world.outcome(id) == refused));
    assert_eq!(world.outcome(small), Some(Outcome::Acknowledged));
}

#[test]
fn a_packet_above_the_clients_limit_ends_the_connection() {
    let mut world = connected(Config { max_packet: 100, ..config() });
    let link = world.link().unwrap();
    // The start of a PUBLISH of 128 bytes: there is no need to wait for more.
    world.input(Input::Received(link, &[0x30, 0xfe, 0x00]));
    let disconnected = world.events().last();
    assert!(
        matches!(
            disconnected,
            Some(Event::Disconnected {
                reason: DisconnectReason::Protocol(ReasonCode::PACKET_TOO_LARGE),
                retry_at: Some(_),
            })
        ),
        "{disconnected:?}",
    );
}

#[test]
fn a_message_that_no_packet_can_hold_is_turned_down() {
    let mut world = World::new(Config { max_queued_bytes: usize::MAX, ..config() });
    let huge = Publish::new("a", vec![0; 0x1000_0000]).offline(Offline::Drop);
    assert!(matches!(world.try_publish(huge), Err(PublishError::TooLarge { .. })));
}

#[test]
fn what_the_broker_does_not_support_is_not_sent() {
    let mut world = World::new(config());
    world.broker.script.maximum_qos = Some(1);
    world.broker.script.no_retain = true;
    world.connect();
    world.settle();
    let qos2 = world.publish(Publish::new("a", "1").qos(Qos::ExactlyOnce));
    let retained = world.publish(Publish::new("a", "1").retained());
    world.settle();
    assert_eq!(world.outcome(qos2), Some(Outcome::Refused(ReasonCode::QOS_NOT_SUPPORTED)));
    assert_eq!(world.outcome(retained), Some(Outcome::Refused(ReasonCode::RETAIN_NOT_SUPPORTED)));
    assert!(world.broker.messages().is_empty());
}
