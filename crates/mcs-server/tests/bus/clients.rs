//! Clients that people use.

use std::time::Duration;

use rumqttc::v5::{self, mqttbytes as bytes5};
use rumqttc::{AsyncClient, Event, MqttOptions, Packet, QoS};

use crate::gate::DEVICE;
use crate::{Bench, soon};

#[tokio::test(flavor = "multi_thread")]
async fn two_clients_of_different_versions_exchange_messages() {
    let bench = Bench::start().await;
    let (host, port) = (bench.address().ip().to_string(), bench.address().port());
    let (down, up) = (format!("{DEVICE}/down"), format!("{DEVICE}/up"));

    let mut options = v5::MqttOptions::new("console", &host, port);
    options.set_credentials("ann", "secret");
    let (console, mut console_events) = v5::AsyncClient::new(options, 10);
    console.subscribe(&up, bytes5::QoS::AtLeastOnce).await.expect("queued");
    let subscribed = async {
        while !matches!(
            console_events.poll().await.expect("a connection"),
            v5::Event::Incoming(bytes5::v5::Packet::SubAck(_))
        ) {}
    };
    soon("the console's subscription", subscribed).await;

    let mut options = MqttOptions::new("board", &host, port);
    options.set_keep_alive(Duration::from_secs(10));
    let (board, mut board_events) = AsyncClient::new(options, 10);
    board.subscribe(&down, QoS::AtLeastOnce).await.expect("queued");

    let board_got = async {
        loop {
            match board_events.poll().await.expect("a connection") {
                Event::Incoming(Packet::Publish(publish)) => return publish,
                Event::Incoming(Packet::SubAck(_)) => {
                    board.publish(&up, QoS::AtLeastOnce, false, "ready").await.expect("queued");
                }
                _ => {}
            }
        }
    };
    let console_got = async {
        let mut got = None;
        loop {
            match console_events.poll().await.expect("a connection") {
                v5::Event::Incoming(bytes5::v5::Packet::Publish(publish)) => {
                    got = Some(publish);
                    let sent = console.publish(&down, bytes5::QoS::AtLeastOnce, false, "replace 1");
                    sent.await.expect("queued");
                    let sent = console.publish(&down, bytes5::QoS::AtLeastOnce, false, "1");
                    sent.await.expect("queued");
                }
                v5::Event::Incoming(bytes5::v5::Packet::PubAck(_)) => {
                    return got.expect("it came first");
                }
                _ => {}
            }
        }
    };
    let both = async { tokio::join!(board_got, console_got) };
    let (to_board, to_console) = soon("the exchange", both).await;
    assert_eq!((to_board.topic.as_str(), &to_board.payload[..]), (down.as_str(), &b"1"[..]));
    assert_eq!((&to_console.topic[..], &to_console.payload[..]), (up.as_bytes(), &b"ready"[..]));
}
