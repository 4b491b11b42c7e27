//! Every protocol level on every way in (CONTRACT §2.1).

use crate::mqtt::topic;
use crate::transport::Listeners;
use crate::wire::{Hello, Message, Raw, VERSIONS};

/// MQTT 3.1 (`MQIsdp`), 3.1.1 and 5 on TCP, TLS, WebSocket and WebSocket over TLS, at `/mqtt` and `/`,
/// with the sub-protocols `mqtt` and `mqttv3.1` and with none.
#[tokio::test(flavor = "multi_thread")]
async fn every_protocol_level_is_spoken_on_every_way_in() {
    let listeners = Listeners::start().await;
    let watching = listeners.site.server.addrs().mqtt;
    let mut time = 1_432_538_716_000_u64;
    for way in listeners.ways() {
        for version in VERSIONS {
            let case = format!("{version:?} by {way:?}");
            let mut other = Raw::connect(watching, &Hello::new(version, "other")).await;
            other.subscribe(&topic("+"), 1).await;
            let stream = listeners.open(way).await;
            let (mut board, welcome) = Raw::over(stream, &Hello::new(version, "mt7687")).await;
            assert_eq!(welcome.code, 0, "{case}");
            board.subscribe(&topic("+"), 1).await;
            for qos in [0, 1, 2] {
                time += 1;
                let sent = Message::new(&topic("count"), &format!("{time},count,{qos}"), qos);
                assert_eq!(board.publish(&sent).await, 0, "{case}, QoS {qos}");
                let seen = Message { qos: qos.min(1), ..sent };
                // CONTRACT §0.2 fact 9: it hears its own message too.
                assert_eq!(board.message().await, seen, "{case}, QoS {qos}");
                assert_eq!(other.message().await, seen, "{case}, QoS {qos}");
            }
            board.ping().await;
            board.unsubscribe(&topic("+")).await;
            board.disconnect().await;
            other.disconnect().await;
        }
    }
}
