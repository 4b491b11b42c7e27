//! No device reads or writes another's data, whatever it tries (CONTRACT §2.7).
//!
//! A victim and an intruder are devices of one prototype. The intruder knows its own id and key and the victim's id.
//! After each try the victim's own board reports, and the victim sees that report and nothing else; the intruder sees
//! nothing of it, though it goes on to work with its own data.

mod elsewhere;
mod scene;
mod table;

use crate::wire::{Hello, Message, Raw, VERSIONS, Version, framed, string};
use crate::{ID, KEY};

use scene::Scene;
use table::{FILTERS, FORGED, TOPICS, named};

#[tokio::test(flavor = "multi_thread")]
async fn no_filter_shows_another_devices_data() {
    let mut scene = Scene::set().await;
    for version in VERSIONS {
        for filter in FILTERS {
            let case = format!("{version:?}: {filter:?}");
            for qos in [0, 1] {
                let mut intruder = scene.intruder(version).await;
                match intruder.subscribe_or_close(&named(filter), qos).await {
                    None => scene.nothing_leaks(None, &case).await,
                    Some(code) => {
                        // 0x80 and 0x8f: it is no filter.
                        let v5 = version == Version::V5 && matches!(code, 0x87 | 0x8f);
                        assert!(v5 || code == 0x80, "{case}: {code:#x}");
                        scene.nothing_leaks(Some(&mut intruder), &case).await;
                    }
                }
            }
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn no_topic_writes_another_devices_data() {
    let mut scene = Scene::set().await;
    for version in VERSIONS {
        for topic in TOPICS {
            for (qos, retain) in [(0, false), (1, false), (2, false), (0, true), (1, true)] {
                let case = format!("{version:?}, QoS {qos}, retain {retain}: {topic:?}");
                let mut intruder = scene.intruder(version).await;
                for payload in [FORGED, ""] {
                    let message = Message { retain, ..Message::new(&named(topic), payload, qos) };
                    let Some(ack) = intruder.publish_or_close(&message).await else { break };
                    // Before MQTT 5 there is no negative acknowledgement.
                    let code = if version == Version::V5 && qos > 0 { 0x87 } else { 0 };
                    assert_eq!((ack.code, ack.reason), (code, None), "{case}");
                }
                scene.victim_is_well(&case).await;
            }
        }
    }
    scene.nothing_was_forged().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn no_will_writes_another_devices_data() {
    let mut scene = Scene::set().await;
    for version in VERSIONS {
        for topic in TOPICS.iter().copied().filter(|topic| !topic.is_empty()) {
            let case = format!("{version:?}: will on {topic:?}");
            let topic = named(topic);
            let hello = Hello::new(version, "intruder").will(&topic, FORGED);
            for retain in [false, true] {
                let hello = Hello { will: Some((&topic, FORGED, retain)), ..hello.clone() };
                let code = Raw::knock(scene.mqtt(), &hello).await;
                let refused = if version == Version::V5 { 0x87 } else { 5 };
                assert!(code.is_none_or(|code| code == refused), "{case}: {code:?}");
            }
            scene.victim_is_well(&case).await;
        }
    }
    scene.nothing_was_forged().await;
}

/// [MQTT-3.3.2-6]: an alias is asked about like its topic.
#[tokio::test(flavor = "multi_thread")]
async fn no_topic_alias_carries_a_message_to_another_device() {
    let mut scene = Scene::set().await;
    for topic in TOPICS.iter().filter(|topic| !topic.is_empty()) {
        let case = format!("alias of {topic:?}");
        let mut intruder = scene.intruder(Version::V5).await;
        let alias = [0x23, 0, 1];
        let own = Message::new(&named("mcs/{B}/{b}/count"), "1432538716000,count,1", 1);
        assert_eq!(intruder.publish(&own.clone().with(&alias)).await, 0, "{case}");
        let foreign = Message::new(&named(topic), FORGED, 1).with(&alias);
        if intruder.publish_or_close(&foreign).await.is_some() {
            let under = Message::new("", FORGED, 1).with(&alias);
            let ack = intruder.publish_or_close(&under).await.expect("an open connection");
            assert_eq!((ack.code, ack.reason), (0x87, None), "{case}");
        }
        scene.victim_is_well(&case).await;
    }
    scene.nothing_was_forged().await;
}

/// A response topic is for whoever wants to answer: the server does not.
#[tokio::test(flavor = "multi_thread")]
async fn no_property_of_a_message_reaches_another_device() {
    let mut scene = Scene::set().await;
    let mut intruder = scene.intruder(Version::V5).await;
    let victims = named("mcs/{A}/{a}/count");
    let mut response = vec![0x08, 0, u8::try_from(victims.len()).expect("short")];
    response.extend(victims.as_bytes());
    let message = Message::new(&named("mcs/{B}/{b}/count"), FORGED, 1).with(&response);
    assert_eq!(intruder.publish(&message).await, 0);
    // The name of another device inside the payload is only text, or an unknown member.
    for payload in [
        format!("{ID},{KEY},1432538716000,count,666"),
        format!("count,{ID},666"),
        format!(
            r#"{{"deviceId":"{ID}","deviceKey":"{KEY}","datapoints":[{{"dataChnId":"count","values":{{"value":666}}}}]}}"#
        ),
        format!(
            r#"{{"datapoints":[{{"deviceId":"{ID}","dataChnId":"count","values":{{"value":666}}}}]}}"#
        ),
        format!(
            r#"{{"datapoints":[{{"dataChnId":"{ID}/{KEY}/count","values":{{"value":666}}}}]}}"#
        ),
        format!(r#"{{"datapoints":[{{"dataChnId":"../{KEY}/count","values":{{"value":666}}}}]}}"#),
    ] {
        for topic in ["mcs/{B}/{b}", "mcs/{B}/{b}/count", "mcs/{B}/{b}/+"] {
            let message = Message::new(&named(topic), &payload, 1);
            intruder.publish_or_close(&message).await.expect("an open connection");
            scene.victim_is_well(&payload).await;
        }
    }
    // Subscription identifiers are the intruder's own affair.
    let mut body = intruder.next_id();
    body.extend([2, 0x0b, 1]);
    string(&mut body, &named("mcs/{A}/{b}/+"));
    body.push(1);
    intruder.send(&framed(0x82, &body)).await;
    let codes = intruder.answer(0x90).await.expect("an open connection");
    assert_eq!(codes.last(), Some(&0x87));
    scene.nothing_leaks(Some(&mut intruder), "subscription identifier").await;
    scene.nothing_was_forged().await;
}

/// One SUBSCRIBE with good and bad filters: each is decided for itself.
#[tokio::test(flavor = "multi_thread")]
async fn a_good_filter_takes_no_bad_one_along() {
    let mut scene = Scene::set().await;
    for version in VERSIONS {
        let mut intruder = scene.intruder(version).await;
        let mut body = intruder.next_id();
        if version == Version::V5 {
            body.push(0);
        }
        // No channel's id is as long as the last, and who keeps sessions keeps their filters.
        let long = format!("mcs/{{B}}/{{b}}/{}", "x".repeat(60_000));
        for filter in ["mcs/{B}/{b}/led", "mcs/#", "mcs/{A}/{b}/+", &long, "mcs/{B}/{b}/status"] {
            string(&mut body, &named(filter));
            body.push(1);
        }
        intruder.send(&framed(0x82, &body)).await;
        let codes = intruder.answer(0x90).await.expect("an open connection");
        let refused = if version == Version::V5 { 0x87 } else { 0x80 };
        assert!(codes.ends_with(&[1, refused, refused, refused, 1]), "{version:?}: {codes:x?}");
        scene.nothing_leaks(Some(&mut intruder), "many filters").await;
    }
}
