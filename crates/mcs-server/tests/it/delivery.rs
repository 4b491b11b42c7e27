//! What becomes of a message: kept, taken once, seen by whom it is for (CONTRACT §2.1, §2.7).

use serde_json::json;

use crate::mqtt::topic;
use crate::process::Process;
use crate::wire::{Hello, Message, Raw, VERSIONS, Version, string};
use crate::{Folder, ID, KEY, Site, admin, populate, soon};

fn device() -> String {
    format!("mcs/{ID}/{KEY}")
}

async fn connect(site: &Site, version: Version, id: &str) -> Raw {
    Raw::connect(site.server.addrs().mqtt, &Hello::new(version, id)).await
}

/// How many points of `count` are stored with this timestamp.
async fn stored(site: &Site, timestamp: u64) -> usize {
    let path =
        format!("/datachannels/count/datapoints.csv?limit=1000&start={timestamp}&end={timestamp}");
    site.device("GET", &path).send().await.text().lines().count()
}

/// §2.1: retained messages with their standard semantics. What is kept is what subscribers see.
#[tokio::test(flavor = "multi_thread")]
async fn a_retained_point_is_kept_as_subscribers_see_it_until_it_is_cleared() {
    let site = Site::start().await;
    for version in VERSIONS {
        let mut board = connect(&site, version, "board").await;
        for (sent_to, payload, kept) in [
            ("/count", "1432538716989,,5\0", vec![("count", "1432538716989,count,5")]),
            (
                "/count",
                r#"{"datapoints":[{"timestamp":1432538716990,"values":{"value":6}}]}"#,
                vec![("count", "1432538716990,count,6")],
            ),
            (
                "",
                "1432538716991,count,7\n1432538716992,status,up\n,nope,1",
                vec![("count", "1432538716991,count,7"), ("status", "1432538716992,status,up")],
            ),
            ("/+", "1432538716993,count,8", vec![("count", "1432538716993,count,8")]),
        ] {
            for round in 0..10 {
                let case = format!("{version:?}, round {round}: {payload:?} on …{sent_to}");
                let sent = Message::new(&format!("{}{sent_to}", device()), payload, 1).retained();
                assert_eq!(board.publish(&sent).await, 0, "{case}");
                // Right after the PUBACK, and at every SUBSCRIBE again [MQTT-3.3.1-6].
                let mut late = connect(&site, version, "late").await;
                for _ in 0..2 {
                    for (channel, payload) in &kept {
                        late.subscribe(&topic(channel), 1).await;
                        let kept = Message::new(&topic(channel), payload, 1).retained();
                        assert_eq!(late.message().await, kept, "{case}");
                    }
                }
            }
        }
        // What is not valid is not kept either.
        board.publish_or_close(&Message::new(&topic("count"), "many", 1).retained()).await;
        // An empty one clears, and is no point [MQTT-3.3.1-10].
        for channel in ["count", "status"] {
            let mut late = connect(&site, version, "late").await;
            late.subscribe(&topic(channel), 1).await;
            assert!(late.message().await.retain, "{version:?}: {channel}");
            board.publish(&Message::new(&topic(channel), "", 1).retained()).await;
            assert_eq!(late.message().await, Message::new(&topic(channel), "", 1));
            let mut later = connect(&site, version, "later").await;
            later.subscribe(&topic("+"), 1).await;
            later.ping().await;
            let mark = Message::new(&topic("led"), "1432538716989,led,1", 1);
            board.publish(&mark).await;
            let mut next = later.message().await;
            if channel == "count" {
                // The other channel's, which is still kept.
                assert_eq!(next.topic, topic("status"), "{version:?}");
                next = later.message().await;
            }
            assert_eq!(next, mark, "{version:?}: {channel}");
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn retained_points_outlive_a_kill_and_cleared_ones_stay_away() {
    let folder = Folder::new();
    populate(&folder).await;
    let server = Process::start(&folder, &[]).await;
    let mut board = Raw::connect(server.mqtt(), &Hello::new(Version::V311, "board")).await;
    let lines = "1432538716989,count,5\n1432538716989,status,up";
    board.publish(&Message::new(&device(), lines, 1).retained()).await;
    board.publish(&Message::new(&topic("count"), "", 1).retained()).await;
    server.end("-KILL").await;

    let server = Process::start(&folder, &[]).await;
    let mut late = Raw::connect(server.mqtt(), &Hello::new(Version::V5, "late")).await;
    late.subscribe(&topic("+"), 1).await;
    let kept = Message::new(&topic("status"), "1432538716989,status,up", 1).retained();
    assert_eq!(late.message().await, kept);
    late.ping().await;
    let mark = Message::new(&topic("led"), "1432538716989,led,1", 1);
    late.publish(&mark).await;
    assert_eq!(late.message().await, mark);
    server.terminate().await;
}

/// [MQTT-4.3.2-1]: a client that saw no PUBACK sends again. What the device stamped is the same point.
#[tokio::test(flavor = "multi_thread")]
async fn a_message_that_is_sent_again_is_stored_once() {
    let site = Site::start().await;
    let mut time = 1_432_538_716_000_u64;
    for version in VERSIONS {
        for qos in [1, 2] {
            time += 1;
            let hello = Hello::new(version, "board").lasting();
            let point = Message::new(&topic("count"), &format!("{time},count,1"), qos);
            let lines = format!("{time},count,1\n{time},led,1");
            let mut board = Raw::connect(site.server.addrs().mqtt, &hello).await;
            board.put_as(7, false, &point).await;
            // The answer never reaches it.
            board.ping_over_acknowledgements().await;
            drop(board);
            let mut board = Raw::connect(site.server.addrs().mqtt, &hello).await;
            for message in [&point, &Message::new(&device(), &lines, qos)] {
                board.put_as(7, true, message).await;
                let kind = if qos == 1 { 0x40 } else { 0x50 };
                assert!(board.answer(kind).await.is_some());
                if qos == 2 {
                    board.send(&[0x62, 2, 0, 7]).await;
                    assert!(board.answer(0x70).await.is_some());
                }
            }
            assert_eq!(stored(&site, time).await, 1, "{version:?}, QoS {qos}");
            // The same point in a new message is what the device wants.
            assert_eq!(board.publish(&point).await, 0);
            assert_eq!(stored(&site, time).await, 2, "{version:?}, QoS {qos}");
            board.disconnect().await;
        }
    }
}

/// [MQTT-4.3.3-10]: until its PUBREL a packet id is one message, however often it comes.
#[tokio::test(flavor = "multi_thread")]
async fn a_message_of_qos_2_is_taken_once_and_a_pubrel_is_answered_as_often_as_it_comes() {
    let site = Site::start().await;
    for version in [Version::V31, Version::V311] {
        let mut watcher = connect(&site, version, "watcher").await;
        watcher.subscribe(&topic("+"), 2).await;
        let mut board = connect(&site, version, "board").await;
        let point = Message::new(&topic("status"), "up", 2);
        for resent in [false, true, true] {
            board.put_as(9, resent, &point).await;
            assert_eq!(board.answer(0x50).await.as_deref(), Some(&[0, 9][..]), "{version:?}");
        }
        for _ in 0..2 {
            board.send(&[0x62, 2, 0, 9]).await;
            assert_eq!(board.answer(0x70).await.as_deref(), Some(&[0, 9][..]), "{version:?}");
        }
        let got = watcher.message().await;
        assert!(got.qos == 2 && got.payload.ends_with(b",status,up"), "{got:?}");
        // Its id is free again.
        board.put_as(9, false, &Message::new(&topic("status"), "next", 2)).await;
        assert!(board.answer(0x50).await.is_some());
        assert!(watcher.message().await.payload.ends_with(b",status,next"), "{version:?}");
    }
}

/// §2.7: `mcs/id/key/#` is `+` and the device's topic.
#[tokio::test(flavor = "multi_thread")]
async fn a_hash_below_the_device_is_all_of_its_channels_and_nothing_twice() {
    let site = Site::start().await;
    for version in VERSIONS {
        let mut all = connect(&site, version, "all").await;
        let mut own = connect(&site, version, "own").await;
        all.subscribe(&format!("{}/#", device()), 1).await;
        own.subscribe(&device(), 1).await;
        let mut board = connect(&site, version, "board").await;
        board.publish(&Message::new(&topic("count"), "1432538716989,count,1", 1)).await;
        let lines = "1432538716989,count,2\n1432538716989,status,up";
        board.publish(&Message::new(&device(), lines, 1)).await;
        site.device("POST", "/datapoints.csv").body("led,1432538716989,1").send().await;
        for (channel, value) in [("count", "1"), ("count", "2"), ("status", "up"), ("led", "1")] {
            let expected = format!("1432538716989,{channel},{value}");
            assert_eq!(all.message().await, Message::new(&topic(channel), &expected, 1));
        }
        // Nobody gets the lines as they were sent: subscribers see points.
        own.ping().await;
        own.subscribe(&topic("led"), 1).await;
        let mark = Message::new(&topic("led"), "1432538716989,led,0", 1);
        board.publish(&mark).await;
        assert_eq!(own.message().await, mark, "{version:?}");
    }
}

/// §2.7: who a client is becomes known at its first SUBSCRIBE or PUBLISH; the green light goes on then.
#[tokio::test(flavor = "multi_thread")]
async fn a_device_is_here_from_its_first_publish_on() {
    let site = Site::start().await;
    let token = site.sign_in("viewer").await;
    for version in VERSIONS {
        let mut board = connect(&site, version, "board").await;
        board.publish(&Message::new(&format!("mcs/{ID}/wrongKey/count"), "1", 0)).await;
        board.try_subscribe(&format!("mcs/{ID}/wrongKey/+"), 0).await;
        assert_eq!(site.listed(&token).await["presence"]["transports"], json!([]), "{version:?}");
        board.publish(&Message::new(&topic("count"), "1", 0)).await;
        site.listed_when(&token, |it| it["presence"]["transports"] == json!(["mqtt"])).await;
        board.disconnect().await;
        site.listed_when(&token, |it| it["presence"]["transports"] == json!([])).await;
    }
}

/// A will is asked about when it is set, and again when it is published.
#[tokio::test(flavor = "multi_thread")]
async fn the_will_of_a_device_whose_key_was_taken_away_meanwhile_stays_unsaid() {
    const NEW: &str = "theKeyAfterwards";
    let site = Site::start().await;
    let (said, gone) = (topic("status"), "1432538716989,status,gone");
    let mut boards = Vec::new();
    for version in VERSIONS {
        let hello = Hello::new(version, "board").will(&said, gone);
        boards.push(Raw::connect(site.server.addrs().mqtt, &hello).await);
    }
    // Two of them have named their topic; the third has only its will.
    for board in &mut boards[..2] {
        board.subscribe(&topic("+"), 1).await;
    }
    admin(&site.folder, &["device", "rekey", ID, "--key", NEW]).await;
    let token = site.sign_in("viewer").await;
    site.listed_when(&token, |it| it["presence"]["transports"] == json!([])).await;
    let mut watcher = connect(&site, Version::V5, "watcher").await;
    soon("the new key", async {
        while watcher.try_subscribe(&format!("mcs/{ID}/{NEW}/#"), 1).await != 1 {}
    })
    .await;
    for board in boards {
        drop(board);
    }
    site.listed_when(&token, |it| it["presence"]["transports"] == json!(["mqtt"])).await;
    let mark = Message::new(&format!("mcs/{ID}/{NEW}/led"), "1432538716989,led,1", 1);
    for _ in 0..20 {
        watcher.publish(&mark).await;
        assert_eq!(watcher.message().await, mark);
    }
    let reply =
        site.device_with_key("GET", "/datachannels/status/datapoints.csv", NEW).send().await;
    assert_eq!(reply.text(), "");
}

/// §2.2: a board may subscribe channel by channel.
#[tokio::test(flavor = "multi_thread")]
async fn one_subscribe_may_name_every_channel() {
    let site = Site::start().await;
    for version in VERSIONS {
        let mut board = connect(&site, version, "board").await;
        let channels = ["count", "led", "status", "message", "switch_control", "pwm_out"];
        let mut body = board.next_id();
        if version == Version::V5 {
            body.push(0);
        }
        for channel in channels {
            string(&mut body, &topic(channel));
            body.push(1);
        }
        board.send(&crate::wire::framed(0x82, &body)).await;
        let codes = board.answer(0x90).await.expect("an open connection");
        assert!(codes.ends_with(&[1; 6]), "{version:?}: {codes:x?}");
        board.publish(&Message::new(&topic("status"), "1432538716989,status,up", 1)).await;
        assert_eq!(board.message().await.topic, topic("status"), "{version:?}");
    }
}
