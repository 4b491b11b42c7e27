//! Whatever comes, the server stands.

use std::net::SocketAddr;

use serde_json::json;
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::TcpStream;

use crate::client::Request;
use crate::process::Process;
use crate::wire::{Hello, Message, VERSIONS, Version};
use crate::{Folder, ID, KEY, Site, populate, soon};

/// The same bytes in every run.
struct Noise(u64);

impl Noise {
    fn next(&mut self) -> u64 {
        self.0 =
            self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        self.0 >> 33
    }

    fn bytes(&mut self) -> Vec<u8> {
        let len = self.next() % 600;
        (0..len).map(|_| self.next().to_le_bytes()[0]).collect()
    }

    /// A good beginning with bytes in it changed.
    fn bent(&mut self, good: &[u8]) -> Vec<u8> {
        let mut bytes = good.to_vec();
        for _ in 0..1 + self.next() % 4 {
            let at = usize::try_from(self.next()).unwrap_or_default() % bytes.len();
            bytes[at] = self.next().to_le_bytes()[0];
        }
        bytes
    }
}

async fn throw(to: SocketAddr, bytes: &[u8]) {
    let mut stream = TcpStream::connect(to).await.expect("a connection");
    // The server may close while we still send.
    let _ = stream.write_all(bytes).await;
    let _ = stream.shutdown().await;
    let mut rest = Vec::new();
    let _ = soon("the end", stream.read_to_end(&mut rest)).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn noise_on_every_listener_breaks_nothing() {
    let site = Site::start().await;
    let addrs = *site.server.addrs();
    let mut noise = Noise(7);
    let post = format!(
        "POST /mcs/v2/devices/{ID}/datapoints HTTP/1.1\r\ndeviceKey: {KEY}\r\n\
         Content-Length: 64\r\n\r\n{{\"datapoints\":[{{\"dataChnId\":\"count\",\"values\":{{\"value\":1}}}}]}}  "
    );
    let heartbeat = format!("{ID},{KEY},0\r\n\r\n{ID},{KEY},1432538716989");
    let topic = format!("mcs/{ID}/{KEY}/count");
    let mut mqtt = b"\x10\x0c\x00\x04MQTT\x04\x02\x00\x3c\x00\x00".to_vec();
    mqtt.extend([0x32, u8::try_from(2 + topic.len() + 2 + 7).expect("short"), 0]);
    mqtt.push(u8::try_from(topic.len()).expect("short"));
    mqtt.extend(topic.as_bytes());
    mqtt.extend(b"\x00\x01,count,1");
    for _ in 0..60 {
        for to in [addrs.http, addrs.mqtt, addrs.ws, addrs.command] {
            throw(to, &noise.bytes()).await;
        }
        throw(addrs.http, &noise.bent(post.as_bytes())).await;
        throw(addrs.command, &noise.bent(heartbeat.as_bytes())).await;
        throw(addrs.mqtt, &noise.bent(&mqtt)).await;
    }
    let reply = site.device("POST", "/datapoints.csv").body("count,,1").send().await;
    assert_eq!((reply.status, reply.text()), (200, "Success."));
    let reply = Request::new(addrs.http, "GET", "/healthz").send().await;
    assert_eq!(reply.text(), "ok");
    let mut stream = TcpStream::connect(addrs.command).await.expect("a connection");
    stream.write_all(format!("{ID},{KEY},0\n").as_bytes()).await.expect("to send");
    let mut echo = vec![0; ID.len() + KEY.len() + 3];
    soon("the echo", stream.read_exact(&mut echo)).await.expect("the echo");
}

/// Whoever is cut off, at any byte: nothing is done by half, and nothing stays behind.
#[tokio::test(flavor = "multi_thread")]
async fn what_is_cut_off_at_any_byte_is_not_done_by_half() {
    let site = Site::start().await;
    let addrs = *site.server.addrs();
    let rest = Request::new(addrs.http, "POST", &format!("/mcs/v2/devices/{ID}/datapoints.csv"));
    let rest = rest.header("deviceKey", KEY).body("count,1432538716001,123").bytes();
    let topic = format!("mcs/{ID}/{KEY}/count");
    let publish = Message::new(&topic, "1432538716002,count,456", 1);
    for version in VERSIONS {
        let mut mqtt = Hello::new(version, "board").packet();
        mqtt.extend(publish.packet(version, 1, false));
        for len in 0..mqtt.len() {
            throw(addrs.mqtt, &mqtt[..len]).await;
        }
    }
    for len in 0..rest.len() {
        throw(addrs.http, &rest[..len]).await;
    }
    let heartbeat = format!("{ID},{KEY}");
    for len in 0..heartbeat.len() {
        throw(addrs.command, &heartbeat.as_bytes()[..len]).await;
    }
    let stored = site.device("GET", "/datachannels/count/datapoints.csv?limit=1000").send().await;
    assert_eq!(stored.text(), "");
    let token = site.sign_in("viewer").await;
    assert_eq!(site.listed(&token).await["presence"]["transports"], json!([]));

    throw(addrs.http, &rest).await;
    let mut mqtt = Hello::new(Version::V5, "board").packet();
    mqtt.extend(publish.packet(Version::V5, 1, false));
    throw(addrs.mqtt, &mqtt).await;
    let stored = site.device("GET", "/datachannels/count/datapoints.csv?limit=1000").send().await;
    assert_eq!(stored.text(), "count,1432538716002,456\ncount,1432538716001,123");
}

/// 10 000 connections, opened and dropped without a word or after half of one.
#[tokio::test(flavor = "multi_thread")]
async fn a_crowd_that_comes_and_goes_leaves_nothing_behind() {
    let folder = Folder::new();
    populate(&folder).await;
    let server = Process::start(&folder, &[]).await;
    let before = server.descriptors();
    let doors = ["mqtt", "command", "http", "ws"].map(|door| server.address(door));
    let begun: [&[u8]; 4] =
        [b"\x10\x0c\x00", b"Dsre1qRQ,", b"POST /mcs", b"GET /mqtt HTTP/1.1\r\n"];
    for round in 0..100 {
        let mut crowd = Vec::new();
        for n in 0..100 {
            let door = n % doors.len();
            let mut stream = TcpStream::connect(doors[door]).await.expect("a connection");
            if round % 2 == 0 {
                // It may be closed already.
                let _ = stream.write_all(begun[door]).await;
            }
            crowd.push(stream);
        }
    }
    let gone = async {
        while server.descriptors() > before {
            tokio::task::yield_now().await;
        }
    };
    soon("the end of all connections", gone).await;
    let path = format!("/mcs/v2/devices/{ID}/datapoints.csv");
    let upload = Request::new(server.http(), "POST", &path).header("deviceKey", KEY);
    assert_eq!(upload.body("count,,1").send().await.text(), "Success.");
    server.terminate().await;
}
