//! Opening, losing and giving up links.

use insta::assert_snapshot;
use mcs_session::{
    Config, Credentials, DisconnectReason, Event, Input, Output, Payload, Qos, ReasonCode, Session,
    State, Will,
};
use mcs_sim::{OldBroker, World};
use mcs_time::Time;

use crate::support::{config, connected, seconds};

#[test]
fn a_session_does_nothing_before_it_is_told_to_connect() {
    let mut world = World::new(config());
    world.run_for(seconds(100));
    assert_eq!(world.take_transcript(), "");
    assert_eq!(world.timeout(), None);
}

#[test]
fn connecting_opens_a_link_and_shakes_hands() {
    let mut world = World::new(config());
    world.connect();
    world.settle();
    assert_eq!(world.state(), State::Connected);
    assert_snapshot!(world.take_transcript(), @r#"
    0.000s connecting, attempt 1
    0.000s link open
    0.020s     CONNECT MQTT 5 "lamp"
    0.020s     ← CONNACK
    0.030s connected, MQTT 5
    "#);
}

#[test]
fn an_unreachable_broker_is_tried_again_with_growing_delays() {
    let mut world = World::new(config());
    world.net.unreachable = true;
    world.connect();
    world.run_for(seconds(20));
    assert_snapshot!(world.take_transcript(), @"
    0.000s connecting, attempt 1
    0.000s link open
    0.010s link closed
    0.010s disconnected: the link was closed; retry at 1.010s
    1.010s connecting, attempt 2
    1.010s link open
    1.020s link closed
    1.020s disconnected: the link was closed; retry at 3.020s
    3.020s connecting, attempt 3
    3.020s link open
    3.030s link closed
    3.030s disconnected: the link was closed; retry at 7.030s
    7.030s connecting, attempt 4
    7.030s link open
    7.040s link closed
    7.040s disconnected: the link was closed; retry at 15.040s
    15.040s connecting, attempt 5
    15.040s link open
    15.050s link closed
    15.050s disconnected: the link was closed; retry at 31.050s
    ");
}

#[test]
fn delays_do_not_grow_beyond_the_maximum() {
    let mut world = World::new(config());
    world.net.unreachable = true;
    world.connect();
    world.run_for(seconds(1000));
    let before = world.now();
    world.take_transcript();
    world.run_until(|world| world.state() == State::Opening);
    assert!(world.now().since(before) <= seconds(30));
}

#[test]
fn a_link_that_never_opens_is_given_up() {
    let mut world = World::new(config());
    world.net.silent = true;
    world.connect();
    world.run_for(seconds(10));
    assert_snapshot!(world.take_transcript(), @"
    0.000s connecting, attempt 1
    0.000s link open
    10.000s link close
    10.000s disconnected: the broker did not answer in time; retry at 11.000s
    ");
}

#[test]
fn a_broker_that_never_answers_is_given_up() {
    let mut world = World::new(config());
    world.broker.script.mute = true;
    world.connect();
    world.run_for(seconds(10));
    assert_snapshot!(world.take_transcript(), @r#"
    0.000s connecting, attempt 1
    0.000s link open
    0.020s     CONNECT MQTT 5 "lamp"
    0.020s     ← CONNACK
    10.000s link close
    10.000s disconnected: the broker did not answer in time; retry at 11.000s
    "#);
}

#[test]
fn a_lost_link_is_replaced() {
    let mut world = connected(config());
    world.run_for(seconds(1));
    world.cut();
    world.run_for(seconds(2));
    assert_eq!(world.state(), State::Connected);
    assert_snapshot!(world.take_transcript(), @r#"
    1.030s link closed
    1.030s disconnected: the link was closed; retry at 2.030s
    2.030s connecting, attempt 2
    2.030s link open
    2.050s     CONNECT MQTT 5 "lamp"
    2.050s     ← CONNACK
    2.060s connected, MQTT 5
    "#);
}

#[test]
fn only_a_connection_that_held_resets_the_delays() {
    let mut world = World::new(config());
    world.connect();
    let mut delays = Vec::new();
    // Three that break at once, one that holds, and another that breaks.
    for held in [1, 1, 1, 10, 1] {
        world.run_until(|world| world.state() == State::Connected);
        world.run_for(seconds(held));
        world.cut();
        let lost = world.now();
        world.run_until(|world| world.state() == State::Opening);
        delays.push(world.now().since(lost).as_secs());
    }
    assert_eq!(delays, [1, 2, 4, 1, 2]);
}

#[test]
fn waking_up_ends_the_wait_for_the_next_attempt() {
    let mut world = World::new(config());
    world.net.unreachable = true;
    world.connect();
    world.run_for(seconds(60));
    assert_eq!(world.state(), State::Waiting);
    world.net.unreachable = false;
    world.wake();
    assert_eq!(world.state(), State::Opening);
    world.settle();
    assert_eq!(world.state(), State::Connected);
}

#[test]
fn waking_up_an_idle_session_does_nothing() {
    let mut world = World::new(config());
    world.wake();
    assert_eq!(world.take_transcript(), "");
}

#[test]
fn disconnecting_says_goodbye_and_stays_away() {
    let mut world = connected(config());
    world.disconnect();
    world.run_for(seconds(100));
    assert_eq!(world.state(), State::Idle);
    assert_snapshot!(world.take_transcript(), @"
    0.030s link close
    0.030s disconnected: as requested
    0.030s     DISCONNECT
    ");
}

#[test]
fn disconnecting_while_waiting_cancels_the_next_attempt() {
    let mut world = World::new(config());
    world.net.unreachable = true;
    world.connect();
    world.run_for(seconds(5));
    world.take_transcript();
    world.disconnect();
    world.run_for(seconds(100));
    assert_snapshot!(world.take_transcript(), @"5.000s disconnected: as requested");
}

#[test]
fn a_refusal_for_good_stops_the_session_until_it_is_told_to_connect() {
    let mut world = World::new(config());
    world.broker.script.refuse_connect = Some(ReasonCode::NOT_AUTHORIZED);
    world.connect();
    world.run_for(seconds(100));
    assert_eq!(world.state(), State::Idle);
    assert_snapshot!(world.take_transcript(), @r#"
    0.000s connecting, attempt 1
    0.000s link open
    0.020s     CONNECT MQTT 5 "lamp"
    0.020s     ← CONNACK
    0.030s link close
    0.030s disconnected: the broker refused the connection: not authorized
    "#);

    world.broker.script.refuse_connect = None;
    world.with_session(|session, _| {
        session.set_credentials(Some(Credentials::new("ann", "a fresh ticket")));
    });
    world.connect();
    world.settle();
    assert_eq!(world.state(), State::Connected);
}

#[test]
fn a_refusal_that_may_pass_is_tried_again() {
    let mut world = World::new(config());
    world.broker.script.refuse_connect = Some(ReasonCode::SERVER_BUSY);
    world.connect();
    world.settle();
    world.broker.script.refuse_connect = None;
    world.run_for(seconds(2));
    assert_eq!(world.state(), State::Connected);
}

#[test]
fn a_session_that_was_taken_over_does_not_fight() {
    let mut world = connected(config());
    world.broker.dismiss(ReasonCode::SESSION_TAKEN_OVER);
    world.run_for(seconds(100));
    assert_eq!(world.state(), State::Idle);
    assert_snapshot!(world.take_transcript(), @"
    0.030s     ← DISCONNECT
    0.040s link close
    0.040s disconnected: the broker ended the connection: session taken over
    ");
}

#[test]
fn a_broker_that_shuts_down_is_tried_again() {
    let mut world = connected(config());
    world.broker.dismiss(ReasonCode::SERVER_SHUTTING_DOWN);
    world.run_for(seconds(2));
    assert_snapshot!(world.take_transcript(), @r#"
    0.030s     ← DISCONNECT
    0.040s link close
    0.040s disconnected: the broker ended the connection: server shutting down; retry at 1.040s
    1.040s connecting, attempt 2
    1.040s link open
    1.060s     CONNECT MQTT 5 "lamp"
    1.060s     ← CONNACK
    1.070s connected, MQTT 5
    "#);
}

#[test]
fn reports_of_a_dead_link_do_not_touch_the_next_one() {
    let mut session = Session::new(config());
    session.connect(Time::ZERO);
    let first = opened_link(&mut session);
    session.handle_input(Time::ZERO, Input::Closed(first));
    session.handle_input(Time::from_millis(1000), Input::Timeout);
    let second = opened_link(&mut session);
    assert_ne!(first, second);
    let now = Time::from_millis(1000);
    let connack = &[0x20, 3, 0, 0, 0];
    for (next, state) in [
        (Input::Timeout, State::Opening),
        (Input::Opened(second), State::Handshaking),
        (Input::Received(second, connack), State::Connected),
    ] {
        session.handle_input(now, next);
        while !matches!(session.poll_output(), Output::Timeout(_)) {}
        for stale in [
            Input::Opened(first),
            Input::Received(first, connack),
            Input::Received(first, b"rubbish"),
            Input::Closed(first),
        ] {
            session.handle_input(now, stale);
            assert_eq!(session.state(), state, "{stale:?}");
            assert!(matches!(session.poll_output(), Output::Timeout(_)), "{stale:?}");
        }
    }
}

#[test]
fn a_link_that_opens_twice_is_opened_once() {
    let mut session = Session::new(config());
    session.connect(Time::ZERO);
    let link = opened_link(&mut session);
    session.handle_input(Time::ZERO, Input::Opened(link));
    assert!(matches!(session.poll_output(), Output::Transmit(..)));
    session.handle_input(Time::ZERO, Input::Opened(link));
    assert!(matches!(session.poll_output(), Output::Timeout(_)));
}

#[test]
fn a_lost_connection_that_never_held_does_not_reset_the_delays_later() {
    let mut world = connected(config());
    world.run_for(seconds(1));
    world.net.unreachable = true;
    world.cut();
    let attempts = || {
        let next = |world: &World| world.state() == State::Opening;
        world.run_until(next);
        let at = world.now().as_millis() / 1000;
        world.settle();
        at
    };
    let at: Vec<u64> = std::iter::repeat_with(attempts).take(6).collect();
    assert_eq!(at, [2, 4, 8, 16, 32, 62]);
}

#[test]
fn connect_says_who_is_there_and_what_to_do_when_it_vanishes() {
    let will = Will {
        topic: "lamp/state".into(),
        payload: Payload::from("gone"),
        qos: Qos::AtLeastOnce,
        retain: true,
    };
    let mut world = World::new(Config {
        credentials: Some(Credentials::new("ann", "secret")),
        will: Some(will),
        ..config()
    });
    world.broker.script.old = Some(OldBroker::RefusesInV311);
    world.connect();
    world.settle();
    world.with_session(|session, _| {
        session.set_will(None);
        session.set_credentials(Some(Credentials { user: "bob".to_owned(), password: None }));
    });
    world.cut();
    world.run_for(seconds(2));
    assert_snapshot!(world.take_transcript(), @r#"
    0.000s connecting, attempt 1
    0.000s link open
    0.020s     CONNECT MQTT 5 "lamp" user "ann" password "secret" will lamp/state "gone"
    0.030s link close
    0.030s disconnected: the broker refused the connection: unsupported protocol version; retry at 0.030s
    0.030s connecting, attempt 2
    0.030s link open
    0.050s     CONNECT MQTT 3.1.1 "lamp" user "ann" password "secret" will lamp/state "gone"
    0.050s     ← CONNACK
    0.060s connected, MQTT 3.1.1
    0.060s link closed
    0.060s disconnected: the link was closed; retry at 1.060s
    1.060s connecting, attempt 3
    1.060s link open
    1.080s     CONNECT MQTT 3.1.1 "lamp" user "bob"
    1.080s     ← CONNACK
    1.090s connected, MQTT 3.1.1
    "#);
}

#[test]
fn passwords_do_not_get_into_logs() {
    let config = Config { credentials: Some(Credentials::new("ann", "secret")), ..config() };
    let shown = format!("{config:?}");
    assert!(shown.contains("ann") && !shown.contains("secret"), "{shown}");
    assert!(!shown.contains(&format!("{:?}", b"secret")), "{shown}");
}

#[test]
fn settings_that_do_not_fit_into_connect_are_reported() {
    let will = Will {
        topic: "no/wild/+/cards".into(),
        payload: Payload::from("gone"),
        qos: Qos::AtLeastOnce,
        retain: false,
    };
    for config in [
        Config::new("x".repeat(70_000), 1),
        Config { will: Some(will), ..config() },
        Config { credentials: Some(Credentials::new("nul\0", "")), ..config() },
    ] {
        let mut world = World::new(config);
        world.connect();
        world.settle();
        let reason = DisconnectReason::InvalidConfig;
        assert_eq!(world.events().last(), Some(&Event::Disconnected { reason, retry_at: None }));
    }
}

#[test]
fn a_clock_that_jumps_back_does_no_harm() {
    let mut session = Session::new(config());
    session.connect(Time::from_millis(5000));
    let link = opened_link(&mut session);
    session.handle_input(Time::from_millis(1), Input::Closed(link));
    let mut outputs = std::iter::from_fn(|| Some(session.poll_output()));
    let timeout = outputs.find(|output| matches!(output, Output::Timeout(_)));
    assert_eq!(timeout, Some(Output::Timeout(Some(Time::from_millis(6000)))));
}

fn opened_link(session: &mut Session) -> mcs_session::LinkId {
    loop {
        match session.poll_output() {
            Output::Open(link) => return link,
            Output::Timeout(_) => panic!("no link was asked for"),
            _ => {}
        }
    }
}
