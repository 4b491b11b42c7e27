//! MQTT 3.1 with one client id for all boards, and packets of 100 bytes.

use std::time::Duration;

use tokio::time::Instant;

use super::{download, in_buffer, splitn};
use crate::mqtt::Client;
use crate::{Site, Transcript};

/// The payload of a packet that has to fit into the client's read buffer of 100 bytes, as a string.
fn payload_in_buffer(channel: &str, payload: &[u8]) -> String {
    let packet = 2 + 2 + "mcs/12345678/1234567890123456/".len() + channel.len() + payload.len();
    assert!(packet <= 100, "{channel}: {packet} bytes do not fit");
    in_buffer(payload)
}

/// `mcs_mqtt_init`: CONNECT with level 3, client id `mt7687`, keep-alive 10 and a clean session; SUBSCRIBE at QoS 0.
async fn mqtt(board: &Transcript, site: &Site) -> Client {
    let mut mqtt = board.dial("mqtt", site.mqtt()).await;
    mqtt.sends(r"\x10\x14\0\x06MQIsdp\x03\x02\0\x0a\0\x06mt7687").await;
    mqtt.receives(r"\x20\x02\0\0").await;
    mqtt.sends(r"\x82\x24\0\x01\0\x1fmcs/<id>/<key>/+\0").await;
    mqtt.receives(r"\x90\x03\0\x01\0").await;
    Client(mqtt)
}

#[tokio::test(flavor = "multi_thread")]
async fn it_gets_commands_that_fit_its_buffers() {
    let site = Site::start().await;
    let board = site.board("C library, MQTT");
    let mut mqtt = mqtt(&board, &site).await;
    for (channel, v) in [
        ("switch", "1"),
        ("fan", "high"),
        ("count", "-7"),
        ("level", "26.34"),
        ("mask", "1AF"),
        ("target", "25.03,121.56,10"),
        ("GPIO_00", "1"),
        ("PWM_00", "500,20"),
        ("analogTest", "128"),
        ("Gamepad", "up|1"),
    ] {
        site.set(&board, channel, v).await;
        let payload = mqtt.hears(channel, &format!("<time>,{channel},{v}")).await;
        let text = payload_in_buffer(channel, &payload);
        assert_eq!(splitn(&text, 5)[1], channel, "the second field routes");
        assert!(text.contains(&format!("{channel},{v}")), "what the sketch looks for");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn it_uploads_with_a_trailing_nul_and_hears_itself_without() {
    let site = Site::start().await;
    let board = site.board("C library, MQTT");
    let mut mqtt = mqtt(&board, &site).await;
    mqtt.0.sends(r"\x30\x33\0\x25mcs/<id>/<key>/integer,integer,26\0").await;
    let payload = mqtt.hears("integer", "<time>,integer,26").await;
    assert_eq!(splitn(&payload_in_buffer("integer", &payload), 5)[1..], ["integer", "26"]);
    site.latest_becomes(&board, "integer", "26").await;
    // What is wrong is for the log; the connection stays.
    mqtt.0.sends(r"\x30\x35\0\x25mcs/<id>/<key>/integer,integer,many\0").await;
    mqtt.pings().await;
    assert_eq!(site.latest(&board, "integer").await, "26");
}

#[tokio::test(flavor = "multi_thread")]
async fn boards_that_share_a_client_id_do_not_evict_one_another() {
    let site = Site::start().await;
    let boards = site.boards(["C library, MQTT"; 3]);
    let mut clients = Vec::new();
    for board in &boards {
        clients.push(mqtt(board, &site).await);
    }
    for _ in 0..2 {
        for (board, mqtt) in boards.iter().zip(&mut clients) {
            mqtt.pings().await;
            site.set(board, "switch", "1").await;
            mqtt.hears("switch", "<time>,switch,1").await;
            mqtt.0.sends(r"\x30\x32\0\x25mcs/<id>/<key>/integer,integer,1\0").await;
            mqtt.hears("integer", "<time>,integer,1").await;
        }
    }
    // A board that restarts takes its own place, and nobody else's.
    clients[0] = mqtt(&boards[0], &site).await;
    for (board, mqtt) in boards.iter().zip(&mut clients) {
        site.set(board, "switch", "0").await;
        mqtt.hears("switch", "<time>,switch,0").await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_firmware_notice_names_an_address_on_plain_http() {
    let site = Site::start().await;
    let board = site.board("C library, MQTT");
    let operator = site.operator().await;
    let firmware = site.release(&operator, "2.0", b"image").await;
    let mut mqtt = mqtt(&board, &site).await;
    assert_eq!(site.push(&operator, &firmware, &board).await, "INITIATED");
    let packet = mqtt.0.reads(1024).await;
    let topic = b"/FOTA";
    let from = packet.windows(topic.len()).position(|it| it == topic).expect("the topic");
    let payload = in_buffer(&packet[from + topic.len()..]);
    // The whole payload fits the string buffer, though the packet cannot fit the board's 100 bytes: even the
    // documented example does not (CONTRACT §2.6).
    assert!(payload.len() < 199, "{payload}");
    let fields = splitn(&payload, 5);
    assert_eq!(fields[1..4], ["FOTA", "2.0", firmware["md5"].as_str().expect("a sum")]);
    assert_eq!(download(&site, &board, fields[4]).await, b"image");
    site.push_becomes(&operator, &board, "DOWNLOADED").await;
}

#[tokio::test(flavor = "multi_thread")]
async fn it_is_kept_as_long_as_it_pings_and_not_much_longer() {
    let site = Site::start().await;
    let [alive, dead] = ["C library, MQTT", "C library, MQTT, dead"];
    let boards = site.boards([alive, dead]);
    let (mut alive, mut dead) = (mqtt(&boards[0], &site).await, mqtt(&boards[1], &site).await);
    // They say keep-alive 10, so the limit is at 15 seconds of silence.
    let start = Instant::now();
    tokio::join!(
        async {
            tokio::time::sleep(Duration::from_secs(10)).await;
            alive.pings().await;
        },
        async {
            dead.0.is_closed().await;
            let silence = start.elapsed();
            assert!(silence >= Duration::from_secs(14), "closed after {silence:?}");
        },
    );
    site.set(&boards[0], "switch", "1").await;
    alive.hears("switch", "<time>,switch,1").await;
}
