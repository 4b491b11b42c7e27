//! A client that publishes as fast as it is told, and counts.

use std::net::SocketAddr;
use std::time::Duration;

use anyhow::{Result, ensure};
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::TcpStream;
use tokio::time::{Instant, sleep_until};

/// A connection to a broker; MQTT 3.1.1, QoS 0.
pub(crate) struct Publisher(TcpStream);

impl Publisher {
    pub(crate) async fn connect(broker: SocketAddr) -> Result<Self> {
        Self::connect_as(broker, "flood").await
    }

    /// With a client id of fewer than 100 characters.
    pub(crate) async fn connect_as(broker: SocketAddr, id: &str) -> Result<Self> {
        let mut stream = TcpStream::connect(broker).await?;
        let mut connect = vec![0x10, 12 + id.len() as u8];
        connect.extend(b"\x00\x04MQTT\x04\x02\x00\x00\x00");
        connect.push(id.len() as u8);
        connect.extend(id.as_bytes());
        stream.write_all(&connect).await?;
        let mut connack = [0; 4];
        stream.read_exact(&mut connack).await?;
        ensure!(connack[3] == 0, "the broker refuses: {connack:?}");
        Ok(Self(stream))
    }

    /// Publishes one message.
    pub(crate) async fn publish(
        &mut self,
        topic: &str,
        payload: &[u8],
        retain: bool,
    ) -> Result<()> {
        Ok(self.0.write_all(&packet(topic, payload, retain)).await?)
    }

    /// Publishes so many messages a second for so many seconds, on eight topics.
    pub(crate) async fn flood(&mut self, rate: usize, seconds: usize) -> Result<usize> {
        const SLICE: Duration = Duration::from_millis(20);
        let (slices, each) = (seconds * 50, rate / 50);
        let start = Instant::now();
        let mut sent = 0;
        for slice in 0..slices {
            let mut bytes = Vec::new();
            for _ in 0..each {
                let payload = format!("{{\"n\":{sent},\"value\":{}.5}}", sent % 100);
                let topic = format!("flood/{}/value", sent % 8);
                bytes.extend(packet(&topic, payload.as_bytes(), false));
                sent += 1;
            }
            self.0.write_all(&bytes).await?;
            sleep_until(start + SLICE * (u32::try_from(slice)? + 1)).await;
        }
        Ok(sent)
    }
}

fn packet(topic: &str, payload: &[u8], retain: bool) -> Vec<u8> {
    let mut packet = vec![0x30 | u8::from(retain)];
    let mut rest = 2 + topic.len() + payload.len();
    while rest >= 0x80 {
        packet.push(0x80 | (rest & 0x7f) as u8);
        rest >>= 7;
    }
    packet.push(rest as u8);
    packet.extend((topic.len() as u16).to_be_bytes());
    packet.extend(topic.as_bytes());
    packet.extend(payload);
    packet
}
