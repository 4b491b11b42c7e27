use super::*;

fn world() -> World {
    World::new(Config::new("lamp", 1))
}

#[test]
#[should_panic(expected = "it does not happen")]
fn waiting_for_what_never_happens_ends() {
    let mut world = world();
    world.net.unreachable = true;
    world.connect();
    world.run_until(|world| world.state() == State::Connected);
}

#[test]
#[should_panic(expected = "was never made")]
fn a_request_that_the_world_does_not_know_is_noticed() {
    world().with_session(|session, now| session.publish(now, Publish::new("a", "1")).is_ok());
}

#[test]
#[should_panic(expected = "nobody subscribes")]
fn a_message_without_a_subscription_is_noticed() {
    let mut world = world();
    let filter = TopicFilter::new("a").expect("a filter");
    world.with_session(|session, now| session.subscribe(now, filter, SubscribeOptions::default()));
    world.connect();
    world.settle();
    world.broker.publish("a", "1", mcs_session::Qos::AtMostOnce);
    world.settle();
}

#[test]
fn a_client_that_breaks_the_protocol_is_noted() {
    let mut world = world();
    world.connect();
    world.settle();
    let link = world.link().expect("a link");
    // A second CONNECT [MQTT-3.1.0-2].
    let connect = b"\x10\x0f\0\x04MQTT\x05\x02\0\0\0\0\x02ab";
    world.broker.received_bytes(link, connect);
    assert_eq!(world.broker.violations().len(), 1);
}

#[test]
fn time_passes_even_if_nothing_happens() {
    let mut world = world();
    world.run_for(Duration::from_secs(7));
    assert_eq!(world.now(), Time::from_millis(7000));
}
