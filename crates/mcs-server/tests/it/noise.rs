//! Whatever comes, the server stands.

use std::net::SocketAddr;

use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::TcpStream;

use crate::client::Request;
use crate::{ID, KEY, Site, soon};

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
