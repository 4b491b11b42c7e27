//! What a profile of the console asks of a broker, from our server.

use mcs_session::{
    Beside, Config, Event, Message, Outcome, Protocol, Publish, Qos, SubscribeOptions, TopicFilter,
    Version, Will,
};

use super::client::Client;
use super::side_by_side::Ours;

const VERSIONS: [Version; 2] = [Version::V5, Version::V311];

#[tokio::test(flavor = "multi_thread")]
async fn the_will_of_a_console_that_vanishes_is_published() {
    let server = Ours::start().await;
    for version in VERSIONS {
        let mut heir = connected(&server, config("heir", version)).await;
        heir.subscribe(&Ours::topic("+"), SubscribeOptions::with_qos(Qos::AtLeastOnce)).await;
        let topic = Ours::topic("a");
        let will = Will {
            topic: topic.as_str().into(),
            payload: b",,gone".to_vec().into(),
            qos: Qos::AtLeastOnce,
            retain: false,
        };
        let mortal = Config { will: Some(will), ..config("mortal", version) };
        connected(&server, mortal).await.vanish();
        let message = heard(&mut heir).await;
        assert_eq!(&*message.topic, topic, "{version}");
        assert!(message.payload.ends_with(b",gone"), "{version}: {message:?}");
        heir.disconnect().await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_lasting_session_gets_what_came_meanwhile_and_a_clean_start_does_not() {
    let server = Ours::start().await;
    for version in VERSIONS {
        for (clean_start, letter) in [(false, "kept"), (true, "missed")] {
            // What one version leaves in its session is no business of the other.
            let name = format!("lasting-{clean_start}-{version:?}");
            let lasting = Config { clean_start, session_expiry: 60, ..config(&name, version) };
            let at_least_once = SubscribeOptions::with_qos(Qos::AtLeastOnce);
            let topic = Ours::topic("b");
            let mut client = connected(&server, lasting.clone()).await;
            client.subscribe(&topic, at_least_once).await;
            client.disconnect().await;
            let mut other = connected(&server, config("post-office", version)).await;
            send(&mut other, &topic, letter).await;
            let mut client = Client::of(server.address(), lasting);
            let filter = TopicFilter::new(topic.as_str()).expect("a valid filter");
            client.session(|session, now| session.subscribe(now, filter, at_least_once));
            client.connect();
            client.until(|event| matches!(event, Event::Subscribed { .. })).await;
            // What came meanwhile comes before what comes now.
            send(&mut other, &topic, "now").await;
            let first = heard(&mut client).await;
            let wanted = if clean_start { b",now".as_slice() } else { b",kept" };
            assert!(first.payload.ends_with(wanted), "{version}, {clean_start}: {first:?}");
            client.disconnect().await;
            other.disconnect().await;
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_session_is_over_when_its_time_is() {
    let server = Ours::start().await;
    let brief = Config { clean_start: false, session_expiry: 1, ..config("brief", Version::V5) };
    let topic = Ours::topic("c");
    let at_least_once = SubscribeOptions::with_qos(Qos::AtLeastOnce);
    let mut client = connected(&server, brief.clone()).await;
    client.subscribe(&topic, at_least_once).await;
    client.disconnect().await;
    // That is what expiry is about.
    tokio::time::sleep(std::time::Duration::from_millis(2_500)).await;
    let mut other = connected(&server, config("late", Version::V5)).await;
    send(&mut other, &topic, "late").await;
    let mut client = connected(&server, brief).await;
    client.subscribe(&topic, at_least_once).await;
    send(&mut other, &topic, "now").await;
    let first = heard(&mut client).await;
    assert!(first.payload.ends_with(b",now"), "{first:?}");
}

#[tokio::test(flavor = "multi_thread")]
async fn user_properties_of_a_connection_and_of_a_message_are_taken() {
    let server = Ours::start().await;
    let properties = vec![("site".to_owned(), "roof".to_owned())];
    let named = Config { user_properties: properties.clone(), ..config("named", Version::V5) };
    let mut client = connected(&server, named).await;
    let mut heir = connected(&server, config("reader", Version::V5)).await;
    let topic = Ours::topic("d");
    heir.subscribe(&topic, SubscribeOptions::default()).await;
    let beside = Box::new(Beside { user_properties: properties, ..Beside::default() });
    let message = Publish { beside: Some(beside), ..Publish::new(topic.as_str(), ",,1") };
    let id = client.publish(message.qos(Qos::AtLeastOnce));
    let outcome = Outcome::Acknowledged;
    client.until(|event| *event == Event::Published { id, outcome }).await;
    let message = heard(&mut heir).await;
    let said: Vec<_> = message.properties.iter().map(|it| (&*it.key, &*it.value)).collect();
    assert_eq!(said, [("site", "roof")]);
}

async fn connected(server: &Ours, config: Config) -> Client {
    let mut client = Client::of(server.address(), config);
    client.connect();
    client.until(|event| matches!(event, Event::Connected { .. })).await;
    client
}

/// A value of a channel, acknowledged.
async fn send(client: &mut Client, topic: &str, value: &str) {
    let message = Publish::new(topic, format!(",,{value}")).qos(Qos::AtLeastOnce);
    let id = client.publish(message);
    client
        .until(|event| {
            matches!(event, Event::Published { id: it, outcome: Outcome::Acknowledged | Outcome::Unheard } if *it == id)
        })
        .await;
}

async fn heard(client: &mut Client) -> Message {
    let arrived = client.until(|event| matches!(event, Event::Message(_))).await;
    let Event::Message(message) = arrived else { unreachable!() };
    message
}

fn config(client_id: &str, version: Version) -> Config {
    Config { protocol: Protocol::Only(version), ..Config::new(client_id, 7) }
}
