//! What old devices do to HTTP (CONTRACT §4.3, §9.3 rule 8).

use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::TcpStream;

use crate::client::{Reply, Request};
use crate::{ID, KEY, Site, soon};

#[tokio::test(flavor = "multi_thread")]
async fn header_names_are_title_case_and_nothing_is_chunked() {
    let site = Site::start().await;
    let reply = site.device("GET", "/connections.csv").send().await;
    assert!(reply.head.contains("\r\nContent-Length: "), "{}", reply.head);
    assert!(reply.head.contains("\r\nContent-Type: text/csv\r\n"), "{}", reply.head);
    assert!(!reply.head.to_lowercase().contains("transfer-encoding"), "{}", reply.head);
}

#[tokio::test(flavor = "multi_thread")]
async fn bytes_behind_the_body_do_not_spoil_the_answer_or_the_next_request() {
    let site = Site::start().await;
    let path = format!("/mcs/v2/devices/{ID}/datapoints.csv");
    let upload =
        || Request::new(site.http(), "POST", &path).header("deviceKey", KEY).body("count,,1");
    let mut stream = TcpStream::connect(site.http()).await.expect("a connection");
    for _ in 0..3 {
        let bytes = upload().tail(b"\r\n\r\n").bytes();
        stream.write_all(&bytes).await.expect("to send");
        assert_eq!(Reply::read(&mut stream, false).await.text(), "Success.");
    }
    let bytes = upload().header("Connection", "close").tail(b"\r\n\r\n").bytes();
    stream.write_all(&bytes).await.expect("to send");
    assert_eq!(Reply::read(&mut stream, false).await.text(), "Success.");
    // The end is an end and not a reset, which could overtake the answer.
    let end = soon("the end", stream.read_u8()).await.expect_err("the end");
    assert_eq!(end.kind(), std::io::ErrorKind::UnexpectedEof);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_key_without_a_space_a_quoted_type_and_double_slashes_are_taken() {
    let site = Site::start().await;
    let path = format!("//mcs//v2/devices/{ID}//datapoints.csv");
    let reply = Request::new(site.http(), "POST", &path)
        .line(&format!("devicekey:{KEY}"))
        .line("Content-Type: 'text/csv'")
        .body("count,,1")
        .send()
        .await;
    assert_eq!((reply.status, reply.text()), (200, "Success."));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_body_over_the_limit_is_refused_before_it_is_sent() {
    let site = Site::start().await;
    let path = format!("/mcs/v2/devices/{ID}/datapoints.csv");
    let reply = Request::new(site.http(), "POST", &path)
        .header("deviceKey", KEY)
        .header("Content-Length", "1000000000000")
        .send()
        .await;
    assert_eq!(reply.status, 413);
    let reply = Request::new(site.http(), "POST", "/api/login")
        .header("Content-Length", "70000")
        .send()
        .await;
    assert_eq!((reply.status, &reply.json()["code"]), (413, &"too-large".into()));
}

#[tokio::test(flavor = "multi_thread")]
async fn connections_over_the_limit_are_closed_and_others_go_on() {
    let site = Site::with(|config| config.room.connections = 2).await;
    let addrs = *site.server.addrs();
    for to in [addrs.http, addrs.command] {
        let mut held = Vec::new();
        for _ in 0..2 {
            held.push(TcpStream::connect(to).await.expect("a connection"));
        }
        let mut third = TcpStream::connect(to).await.expect("a connection");
        assert!(matches!(soon("the end", third.read(&mut [0])).await, Ok(0) | Err(_)));
        drop(held);
    }
    soon("a free place", async {
        loop {
            let mut stream = TcpStream::connect(addrs.http).await.expect("a connection");
            let ask = b"GET /healthz HTTP/1.1\r\nConnection: close\r\n\r\n";
            let mut answer = Vec::new();
            let _ = stream.write_all(ask).await;
            if stream.read_to_end(&mut answer).await.is_ok() && answer.ends_with(b"ok") {
                break;
            }
        }
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn endless_heads_are_cut_and_nonsense_is_answered() {
    let site = Site::start().await;
    let long = "x".repeat(100_000);
    let reply = Request::new(site.http(), "GET", "/healthz").header("X-Long", &long).send().await;
    assert_eq!(reply.status, 431);
    let mut stream = TcpStream::connect(site.http()).await.expect("a connection");
    stream.write_all(b"\x16\x03\x01\x02\x00\x01\xfc\x03\x03\r\n\r\n").await.expect("to send");
    assert_eq!(Reply::read(&mut stream, false).await.status, 400);
    let reply = Request::new(site.http(), "GET", "/healthz").send().await;
    assert_eq!((reply.status, reply.text()), (200, "ok"));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_point_published_to_the_filter_of_a_device_counts() {
    let site = Site::start().await;
    let mut board = TcpStream::connect(site.server.addrs().mqtt).await.expect("a connection");
    let connect = b"\x10\x11\0\x04MQTT\x04\x02\0\x3c\0\x05board";
    board.write_all(connect).await.expect("to send");
    let mut connack = [0; 4];
    soon("CONNACK", board.read_exact(&mut connack)).await.expect("CONNACK");
    assert_eq!(connack, [0x20, 2, 0, 0]);
    let topic = format!("mcs/{ID}/{KEY}/+");
    let payload = "1432538716989,count,7";
    let mut publish = vec![0x32, (4 + topic.len() + payload.len()) as u8, 0, topic.len() as u8];
    publish.extend([topic.as_bytes(), &[0, 1], payload.as_bytes()].concat());
    board.write_all(&publish).await.expect("to send");
    let mut puback = [0; 4];
    soon("PUBACK", board.read_exact(&mut puback)).await.expect("PUBACK");
    assert_eq!(puback, [0x40, 2, 0, 1]);
    let reply = site.device("GET", "/datachannels/count/datapoints.csv").send().await;
    assert_eq!(reply.text(), "count,1432538716989,7");
}
