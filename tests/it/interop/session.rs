//! `mcs-session` over TCP against mosquitto, a broker that we did not write.

use std::time::Duration;

use mcs_session::{
    Beside, Config, DisconnectReason, Event, Offline, Outcome, Protocol, Publish, Qos, ReasonCode,
    SubscribeOptions, TopicFilter, Version,
};

use super::client::Client;
use super::mosquitto::Mosquitto;

const EVERY_QOS: [Qos; 3] = [Qos::AtMostOnce, Qos::AtLeastOnce, Qos::ExactlyOnce];

#[tokio::test]
async fn messages_travel_both_ways_in_either_version() {
    let broker = Mosquitto::start("allow_anonymous true").await;
    for version in [Version::V5, Version::V311] {
        let mut client = connected(&broker, "both-ways", version).await;
        client.subscribe("both/+/ways", SubscribeOptions::with_qos(Qos::ExactlyOnce)).await;
        let large = "x".repeat(300_000);
        for qos in EVERY_QOS {
            for payload in ["", "small", &large] {
                let id = client.publish(Publish::new("both/1/ways", payload).qos(qos));
                let outcome =
                    if qos == Qos::AtMostOnce { Outcome::Sent } else { Outcome::Acknowledged };
                client.until(|event| *event == Event::Published { id, outcome }).await;
                client
                    .until(|event| {
                        matches!(event, Event::Message(message)
                            if message.qos == qos && &*message.payload == payload.as_bytes())
                    })
                    .await;
            }
        }
        client.disconnect().await;
    }
}

#[tokio::test]
async fn more_messages_than_fit_into_the_window_arrive_in_order() {
    let broker = Mosquitto::start("allow_anonymous true").await;
    for version in [Version::V5, Version::V311] {
        let mut client = connected(&broker, "window", version).await;
        client.subscribe("window", SubscribeOptions::with_qos(Qos::AtLeastOnce)).await;
        for n in 0..200 {
            client.publish(Publish::new("window", n.to_string()).qos(Qos::AtLeastOnce));
        }
        for n in 0..200 {
            let payload = n.to_string();
            let arrived = client.until(|event| matches!(event, Event::Message(_))).await;
            let Event::Message(message) = arrived else { unreachable!() };
            assert_eq!(&*message.payload, payload.as_bytes());
        }
        client.disconnect().await;
    }
}

#[tokio::test]
async fn what_is_said_beside_a_message_arrives_with_it() {
    let broker = Mosquitto::start("allow_anonymous true").await;
    let mut client = connected(&broker, "beside", Version::V5).await;
    client.subscribe("ask", SubscribeOptions::default()).await;
    let beside = Beside {
        expiry: Some(60),
        content_type: "text/plain".to_owned(),
        response_topic: "answer/1".to_owned(),
        correlation: vec![0x0a, 0xff],
        user_properties: vec![("from".to_owned(), "bench".to_owned())],
    };
    client.publish(Publish { beside: Some(Box::new(beside)), ..Publish::new("ask", "1") });
    let arrived = client.until(|event| matches!(event, Event::Message(_))).await;
    let Event::Message(message) = arrived else { unreachable!() };
    let mut said: Vec<_> =
        message.properties.iter().map(|it| (it.id, &*it.key, &*it.value)).collect();
    said.sort_unstable();
    let wanted = [
        (0x02, "", "60"),
        (0x03, "", "text/plain"),
        (0x08, "", "answer/1"),
        (0x09, "", "0aff"),
        (0x26, "from", "bench"),
    ];
    assert_eq!(said, wanted);
}

#[tokio::test]
async fn a_lasting_session_gets_what_came_while_it_was_away() {
    let broker = Mosquitto::start("allow_anonymous true").await;
    for version in [Version::V5, Version::V311] {
        let lasting =
            Config { clean_start: false, session_expiry: 60, ..config("lasting", version) };
        let mut client = Client::new(&broker, lasting.clone());
        client.connect();
        client.until(|event| matches!(event, Event::Connected { .. })).await;
        client.subscribe("post", SubscribeOptions::with_qos(Qos::AtLeastOnce)).await;
        client.disconnect().await;
        let mut other = connected(&broker, "post-office", version).await;
        let id = other.publish(Publish::new("post", "letter").qos(Qos::AtLeastOnce));
        let outcome = Outcome::Acknowledged;
        other.until(|event| *event == Event::Published { id, outcome }).await;
        let mut client = Client::new(&broker, lasting);
        // A message that nobody has asked for is passed over, so it asks before the broker speaks.
        let filter = TopicFilter::new("post").expect("a valid filter");
        let options = SubscribeOptions::with_qos(Qos::AtLeastOnce);
        client.session(|session, now| session.subscribe(now, filter, options));
        client.connect();
        let arrived = client.until(|event| matches!(event, Event::Message(_))).await;
        let Event::Message(message) = arrived else { unreachable!() };
        assert_eq!(&*message.payload, b"letter", "{version}");
        client.disconnect().await;
        other.disconnect().await;
    }
}

#[tokio::test]
async fn without_our_own_messages_on_mqtt_5() {
    let broker = Mosquitto::start("allow_anonymous true").await;
    let mut client = connected(&broker, "no-local", Version::V5).await;
    let mut other = connected(&broker, "no-local-other", Version::V5).await;
    client.subscribe("talk", SubscribeOptions::default().no_local()).await;
    // Acknowledged, so the broker has passed it on or not by then.
    let id = client.publish(Publish::new("talk", "mine").qos(Qos::AtLeastOnce));
    let outcome = Outcome::Acknowledged;
    client.until(|event| *event == Event::Published { id, outcome }).await;
    let id = other.publish(Publish::new("talk", "theirs").qos(Qos::AtLeastOnce));
    other.until(|event| *event == Event::Published { id, outcome }).await;
    let arrived = client.until(|event| matches!(event, Event::Message(_))).await;
    let Event::Message(message) = arrived else { unreachable!() };
    assert_eq!(&*message.payload, b"theirs");
}

#[tokio::test]
async fn unsubscribing_reaches_the_broker() {
    let broker = Mosquitto::start("allow_anonymous true").await;
    let mut client = connected(&broker, "unsubscribe", Version::V5).await;
    let one = client.subscribe("one", SubscribeOptions::default()).await;
    client.subscribe("two", SubscribeOptions::default()).await;
    client.session(|session, now| session.unsubscribe(now, one));
    client.publish(Publish::new("one", "1"));
    client.publish(Publish::new("two", "2"));
    let arrived = client.until(|event| matches!(event, Event::Message(_))).await;
    let Event::Message(message) = arrived else { unreachable!() };
    assert_eq!(&*message.topic, "two");
}

#[tokio::test]
async fn a_kept_message_and_a_subscription_survive_the_death_of_the_broker() {
    let mut broker = Mosquitto::start("allow_anonymous true").await;
    let mut client = connected(&broker, "survivor", Version::V5).await;
    let options = SubscribeOptions::with_qos(Qos::AtLeastOnce);
    client.subscribe("phoenix", options).await;
    broker.kill().await;
    client.until(|event| matches!(event, Event::Disconnected { retry_at: Some(_), .. })).await;
    let offline = Offline::Keep { ttl: Duration::from_secs(60) };
    let message = Publish::new("phoenix", "1").qos(Qos::AtLeastOnce).offline(offline);
    let id = client.publish(message);
    broker.restart().await;
    client.until(|event| matches!(event, Event::Connected { .. })).await;
    let outcome = Outcome::Acknowledged;
    client.until(|event| *event == Event::Published { id, outcome }).await;
    client.until(|event| matches!(event, Event::Message(_))).await;
}

#[tokio::test]
async fn a_stranger_is_refused_in_either_version() {
    let broker = Mosquitto::start("allow_anonymous false").await;
    for version in [Version::V5, Version::V311] {
        let mut client = Client::new(&broker, config("stranger", version));
        client.connect();
        let refused = DisconnectReason::Refused(ReasonCode::NOT_AUTHORIZED);
        client
            .until(|event| *event == Event::Disconnected { reason: refused, retry_at: None })
            .await;
    }
}

#[tokio::test]
async fn a_packet_above_the_limit_of_the_broker_is_not_sent() {
    let broker = Mosquitto::start("allow_anonymous true\nmax_packet_size 1000").await;
    let mut client = connected(&broker, "large", Version::V5).await;
    let large = Publish::new("large", "x".repeat(1000)).qos(Qos::AtLeastOnce);
    assert!(client.session(|session, now| session.publish(now, large)).is_err());
    let id = client.publish(Publish::new("large", "x".repeat(900)).qos(Qos::AtLeastOnce));
    // Nobody is subscribed, and it says so.
    let outcome = Outcome::Unheard;
    client.until(|event| *event == Event::Published { id, outcome }).await;
}

fn config(client_id: &str, version: Version) -> Config {
    Config { protocol: Protocol::Only(version), ..Config::new(client_id, 1) }
}

async fn connected(broker: &Mosquitto, client_id: &str, version: Version) -> Client {
    let mut client = Client::new(broker, config(client_id, version));
    client.connect();
    client.until(|event| *event == Event::Connected { version }).await;
    client
}
