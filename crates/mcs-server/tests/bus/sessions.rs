//! Whose session it is, and what waits in it.

use bytes::Bytes;
use mcs_server::bus::Bus as _;
use tokio::task::JoinSet;

use crate::claim::claim;
use crate::gate::{DEVICE, Event, SECOND};
use crate::wire::{Hello, Message, Raw, VERSIONS, Version};
use crate::{Bench, soon};

#[tokio::test(flavor = "multi_thread")]
async fn boards_with_one_client_id_do_not_evict_each_other() {
    let bench = Bench::start().await;
    for version in VERSIONS {
        let mut boards = Vec::new();
        for _ in 0..3 {
            let mut board = Raw::connect(bench.address(), &Hello::new(version, "mt7687")).await;
            board.subscribe(&format!("{DEVICE}/+"), 1).await;
            boards.push(board);
        }
        bench
            .bus
            .publish(&format!("{DEVICE}/switch"), Bytes::from_static(b"1"), 1, false)
            .await
            .expect("published");
        for board in &mut boards {
            assert_eq!(board.message().await.payload, b"1", "{version:?}");
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_session_keeps_what_came_while_its_device_was_away() {
    let mut bench = Bench::start().await;
    for version in VERSIONS {
        let id = format!("returning-{version:?}");
        let hello = Hello::new(version, &id).lasting();
        let filter = format!("{DEVICE}/+");
        let mut device = Raw::connect(bench.address(), &hello).await;
        device.subscribe(&filter, 1).await;
        device.disconnect().await;
        bench
            .events
            .find("gone", |event| matches!(event, Event::Disconnected(gone, _) if *gone == id))
            .await;

        for i in 0..100 {
            let payload = Bytes::from(i.to_string());
            bench
                .bus
                .publish(&format!("{DEVICE}/switch"), payload, 1, false)
                .await
                .expect("published");
        }

        let mut device = Raw::connect(bench.address(), &hello).await;
        claim(&mut device).await;
        for i in 0..100 {
            assert_eq!(device.message().await.payload, i.to_string().as_bytes(), "{version:?}");
        }
        // It subscribed to nothing this time, yet the gate hears what it is subscribed to.
        bench
            .events
            .find("resumed", |event| *event == Event::Subscribed(id.clone(), filter.clone()))
            .await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_session_loses_what_its_client_may_no_longer_have() {
    let bench = Bench::start().await;
    let (kept, lost) = (format!("{DEVICE}/kept"), format!("{DEVICE}/lost"));
    let hello = Hello::new(Version::V5, "console").login("ann", "secret").lasting();
    let mut console = Raw::connect(bench.address(), &hello).await;
    console.subscribe(&kept, 1).await;
    console.subscribe(&lost, 1).await;
    console.disconnect().await;
    bench.gate.forbid(&lost);

    let (mut console, welcome) = Raw::try_connect(bench.address(), &hello).await;

    assert!(welcome.session_present);
    for topic in [&lost, &kept] {
        bench.bus.publish(topic, Bytes::from_static(b"1"), 1, false).await.expect("published");
    }
    assert_eq!(console.message().await.topic, kept);
}

#[tokio::test(flavor = "multi_thread")]
async fn what_waits_in_a_session_goes_with_the_right_to_it() {
    for version in VERSIONS {
        let bench = Bench::start().await;
        let (kept, lost) = (format!("{DEVICE}/kept"), format!("{DEVICE}/lost"));
        let publish = async |topic: &str, payload: &'static str| {
            let payload = Bytes::from_static(payload.as_bytes());
            bench.bus.publish(topic, payload, 1, false).await.expect("published");
        };
        let hello = Hello::new(version, "console").login("ann", "secret").lasting();
        let mut console = Raw::connect(bench.address(), &hello).await;
        console.subscribe(&kept, 1).await;
        console.subscribe(&lost, 1).await;
        // On the way when it goes.
        publish(&lost, "0").await;
        console.disconnect().await;
        publish(&lost, "1").await;
        publish(&kept, "2").await;
        publish(&lost, "3").await;
        bench.gate.forbid(&lost);

        let (mut console, welcome) = Raw::try_connect(bench.address(), &hello).await;

        assert!(welcome.session_present, "{version:?}");
        publish(&kept, "4").await;
        for payload in [b"2", b"4"] {
            let message = console.message().await;
            assert_eq!((message.topic, &message.payload[..]), (kept.clone(), &payload[..]));
        }
        let none_waits = async { while bench.bus.sessions().waiting > 0 {} };
        soon("the last PUBACK", none_waits).await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_session_keeps_nothing_for_a_user_who_is_away_and_may_not_have_it_any_more() {
    let bench = Bench::start().await;
    let (kept, lost) = (format!("{DEVICE}/kept"), format!("{DEVICE}/lost"));
    let publish = async |topic: &str| {
        let payload = Bytes::from_static(b"1");
        bench.bus.publish(topic, payload, 1, false).await.expect("published");
    };
    let waiting = || bench.bus.sessions().waiting;
    let hello = Hello::new(Version::V5, "console").login("ann", "secret").lasting();
    let mut console = Raw::connect(bench.address(), &hello).await;
    console.subscribe(&kept, 1).await;
    console.subscribe(&lost, 1).await;
    console.disconnect().await;
    publish(&kept).await;
    publish(&lost).await;
    assert_eq!(waiting(), 2);

    bench.gate.forbid(&lost);
    bench.bus.review(&|user| user == "ben").await;
    assert_eq!(waiting(), 2, "nobody else's is looked at");
    bench.bus.review(&|user| user == "ann").await;
    assert_eq!(waiting(), 1);
    publish(&lost).await;
    publish(&kept).await;
    assert_eq!(waiting(), 2);

    bench.gate.forbid(&kept);
    bench.bus.review(&|user| user == "ann").await;
    assert_eq!(bench.bus.sessions().kept, 0);
    publish(&kept).await;
    assert_eq!(waiting(), 0);
    let (_, welcome) = Raw::try_connect(bench.address(), &hello).await;
    assert!(!welcome.session_present);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_session_without_a_subscription_is_not_kept() {
    let mut bench = Bench::start().await;
    let board = Hello::new(Version::V311, "board").lasting();
    let console = Hello::new(Version::V5, "console").login("ann", "secret").lasting();
    for hello in [&board, &console] {
        let mut client = Raw::connect(bench.address(), hello).await;
        client.publish(&Message::new(&format!("{DEVICE}/switch"), "1", 1)).await;
        client.disconnect().await;
        bench.events.find("gone", |event| matches!(event, Event::Disconnected(..))).await;
        let forgotten =
            async { while Raw::try_connect(bench.address(), hello).await.1.session_present {} };
        soon("the end of the session", forgotten).await;
    }
    // Who sent no client id has no way back to its session.
    let nameless = Hello::new(Version::V5, "").login("ann", "secret").lasting();
    let nameless = Hello { clean: true, ..nameless };
    let mut client = Raw::connect(bench.address(), &nameless).await;
    client.subscribe(&format!("{DEVICE}/+"), 1).await;
    assert_eq!(bench.bus.sessions().kept, 0);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_session_outlives_its_connection_only_once_its_client_has_proved_something() {
    let bench = Bench::start().await;
    for (kept, version) in VERSIONS.into_iter().enumerate() {
        let id = format!("board-{version:?}");
        let hello = Hello::new(version, &id).lasting();
        let (mut stranger, welcome) = Raw::try_connect(bench.address(), &hello).await;
        if version == Version::V5 {
            let an_hour = [0x11, 0, 0, 0x0e, 0x10];
            assert!(welcome.properties.windows(5).any(|it| it == an_hour), "it may prove itself");
        }
        stranger.try_subscribe("#", 1).await;
        stranger.disconnect().await;
        assert_eq!(bench.bus.sessions().kept, kept, "{version:?}");
        let mut device = Raw::connect(bench.address(), &hello).await;
        device.subscribe(&format!("{DEVICE}/+"), 1).await;
        device.disconnect().await;
        // Nothing is said this time, and it is kept all the same.
        for _ in 0..2 {
            Raw::connect(bench.address(), &hello).await.disconnect().await;
            assert_eq!(bench.bus.sessions().kept, kept + 1, "{version:?}");
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn only_so_many_sessions_wait_for_their_clients_and_those_may_come_back() {
    for version in VERSIONS {
        let bench = Bench::with(|config| config.limits.clients = 5).await;
        let id = |n| format!("board-{n}");
        for n in 0..5 {
            let hello = id(n);
            let hello = Hello::new(version, &hello).lasting();
            let mut device = Raw::connect(bench.address(), &hello).await;
            device.subscribe(&format!("{DEVICE}/+"), 1).await;
            device.disconnect().await;
        }
        let (_, welcome) =
            Raw::try_connect(bench.address(), &Hello::new(version, &id(5)).lasting()).await;
        assert_eq!(welcome.code, if version == Version::V5 { 0x97 } else { 3 });
        let first = id(0);
        let mut device =
            Raw::connect(bench.address(), &Hello::new(version, &first).lasting()).await;
        device.subscribe(&format!("{DEVICE}/+"), 1).await;
        // Not with another device: that would be a session more.
        let mut device =
            Raw::connect(bench.address(), &Hello::new(version, &first).lasting()).await;
        assert_eq!(device.subscribe_or_close(&format!("{SECOND}/+"), 1).await, None);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_stranger_cannot_take_over_a_users_session() {
    for version in VERSIONS {
        let bench = Bench::start().await;
        let hello = Hello::new(version, "console").lasting();
        let mut console =
            Raw::connect(bench.address(), &hello.clone().login("ann", "secret")).await;
        console.subscribe("mcs/+/+/+", 1).await;

        for id in ["console", "ann", "ann/console"] {
            let (mut stranger, welcome) =
                Raw::try_connect(bench.address(), &Hello { id, ..hello.clone() }).await;
            assert!(!welcome.session_present, "{version:?}: {id}");
            stranger.ping().await;
        }
        let forged = Hello { id: "\u{1f}ann\u{1f}console", ..hello.clone() };
        let (_, welcome) = Raw::try_connect(bench.address(), &forged).await;
        assert_eq!(welcome.code, if version == Version::V5 { 0x85 } else { 2 });

        console.ping().await;
        bench
            .bus
            .publish(&format!("{DEVICE}/switch"), Bytes::from_static(b"1"), 1, false)
            .await
            .expect("published");
        assert_eq!(console.message().await.payload, b"1");
        console.disconnect().await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_user_takes_over_their_own_session() {
    let mut bench = Bench::start().await;
    for version in VERSIONS {
        let hello = Hello::new(version, "console").login("ann", "secret").lasting();
        let mut first = Raw::connect(bench.address(), &hello).await;
        first.subscribe("mcs/+/+/+", 1).await;

        let (mut second, welcome) = Raw::try_connect(bench.address(), &hello).await;
        assert!(welcome.session_present, "{version:?}");
        first.closed().await;
        bench
            .bus
            .publish(&format!("{DEVICE}/switch"), Bytes::from_static(b"1"), 1, false)
            .await
            .expect("published");
        assert_eq!(second.message().await.payload, b"1");
        bench.events.find("the first", |event| matches!(event, Event::Disconnected(..))).await;
        second.disconnect().await;
        bench.events.find("the second", |event| matches!(event, Event::Disconnected(..))).await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn the_server_can_end_a_connection() {
    let mut bench = Bench::start().await;
    let mut device = Raw::connect(bench.address(), &Hello::new(Version::V5, "board")).await;
    device.subscribe(&format!("{DEVICE}/+"), 1).await;
    let Event::Connected(board) =
        bench.events.find("connected", |event| matches!(event, Event::Connected(_))).await
    else {
        unreachable!("it was looked for")
    };

    bench.bus.close(board.connection);

    device.closed().await;
    bench
        .events
        .find("gone", |event| *event == Event::Disconnected("board".to_owned(), board.connection))
        .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_shared_subscription_deals_each_message_once() {
    let bench = Bench::start().await;
    let mut workers = Vec::new();
    for i in 0..2 {
        let id = format!("worker-{i}");
        let mut worker =
            Raw::connect(bench.address(), &Hello::new(Version::V5, &id).login("ann", "secret"))
                .await;
        worker.subscribe("$share/workers/mcs/+/+/+", 1).await;
        workers.push(worker);
    }
    for i in 0..10 {
        let payload = Bytes::from(i.to_string());
        bench.bus.publish(&format!("{DEVICE}/switch"), payload, 1, false).await.expect("published");
    }
    let mut got = Vec::new();
    for worker in &mut workers {
        // Round robin: five each.
        for _ in 0..5 {
            got.push(worker.message().await);
        }
    }
    got.sort_by(|a, b| a.payload.cmp(&b.payload));
    let expected: Vec<_> =
        (0..10).map(|i| Message::new(&format!("{DEVICE}/switch"), &i.to_string(), 1)).collect();
    assert_eq!(got, expected);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_client_comes_back_at_once_however_it_went() {
    let bench = Bench::start().await;
    for version in VERSIONS {
        let clean = Hello::new(version, "console").login("ann", "secret");
        for hello in [&clean, &clean.clone().lasting()] {
            for i in 0..200 {
                let (client, welcome) = Raw::try_connect(bench.address(), hello).await;
                assert_eq!(welcome.code, 0, "{version:?}, clean {}: connection {i}", hello.clean);
                drop(client);
            }
        }
    }
}

/// [MQTT-3.8.4-1]: a board comes back, and its subscription is not taken out with that of its old connection.
#[tokio::test(flavor = "multi_thread")]
async fn who_subscribes_while_the_last_subscriber_goes_stays_subscribed() {
    let bench = Bench::start().await;
    let mut boards = JoinSet::new();
    for board in 0..4 {
        let address = bench.address();
        boards.spawn(async move {
            let topic = format!("{DEVICE}/channel-{board}");
            let hello = Hello::new(Version::V311, "board");
            let mut sender = Raw::connect(address, &hello).await;
            let mut old = Raw::connect(address, &hello).await;
            old.subscribe(&topic, 1).await;
            for round in 0..100 {
                let mut new = Raw::connect(address, &hello).await;
                drop(old);
                new.subscribe(&topic, 1).await;
                let report = Message::new(&topic, &round.to_string(), 1);
                assert_eq!(sender.publish(&report).await, 0);
                assert_eq!(new.message().await, report);
                old = new;
            }
        });
    }
    boards.join_all().await;
}
