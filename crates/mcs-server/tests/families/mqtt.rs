//! The MQTT packets that several families send, byte by byte.

use crate::Socket;

/// A program's client: it sends what its library makes of its calls.
pub(crate) struct Client(pub(crate) Socket);

impl Client {
    /// CONNECT of MQTT 3.1.1, clean and without a login; CONNACK.
    pub(crate) async fn connect(&mut self, client_id: &str, keep_alive: u16) {
        self.asks_to_connect(client_id, keep_alive).await;
        self.0.receives(r"\x20\x02\0\0").await;
    }

    /// CONNECT alone.
    pub(crate) async fn asks_to_connect(&mut self, client_id: &str, keep_alive: u16) {
        let seconds = escaped(&keep_alive.to_be_bytes());
        let body = format!(r"\0\x04MQTT\x04\x02{seconds}{}", string(client_id));
        self.0.sends(&packet(0x10, &body, client_id.len() + 12)).await;
    }

    /// SUBSCRIBE to a level below the device's topic; SUBACK.
    pub(crate) async fn subscribe(&mut self, level: &str, qos: u8) {
        let topic = format!("mcs/<id>/<key>/{level}");
        let length = length(&topic);
        let body = format!(r"\0\x01\0{}{topic}{}", escaped(&[length as u8]), escaped(&[qos]));
        self.0.sends(&packet(0x82, &body, 2 + 2 + length + 1)).await;
        self.0.receives(&format!(r"\x90\x03\0\x01{}", escaped(&[qos]))).await;
    }

    /// PUBLISH of QoS 0 to the level of a channel, or to the device's topic if that is empty.
    pub(crate) async fn publish(&mut self, level: &str, payload: &str) {
        self.0.sends(&message(0x30, level, "", payload)).await;
    }

    /// PUBLISH of QoS 1; PUBACK.
    pub(crate) async fn publish_surely(&mut self, level: &str, payload: &str) {
        self.0.sends(&message(0x32, level, r"\0\x07", payload)).await;
        self.0.receives(r"\x40\x02\0\x07").await;
    }

    /// The next packet is a PUBLISH of QoS 0 to this channel, with this payload.
    pub(crate) async fn hears(&mut self, channel: &str, payload: &str) -> Vec<u8> {
        let packet = self.0.receives(&message(0x30, channel, "", payload)).await;
        // A client that ignores the topic reads the payload alone.
        let topic = 4 + 8 + 1 + 16 + 1 + channel.len();
        packet[2 + 2 + topic..].to_vec()
    }

    /// PINGREQ; PINGRESP.
    pub(crate) async fn pings(&mut self) {
        self.0.sends(r"\xc0\0").await;
        self.0.receives(r"\xd0\0").await;
    }
}

/// A PUBLISH; of a packet below 128 bytes.
fn message(first: u8, level: &str, id: &str, payload: &str) -> String {
    let level = if level.is_empty() { String::new() } else { format!("/{level}") };
    let topic = length("mcs/<id>/<key>") + level.len();
    let body =
        format!(r"{}mcs/<id>/<key>{level}{id}{payload}", escaped(&(topic as u16).to_be_bytes()));
    packet(first, &body, 2 + topic + length(id) + length(payload))
}

/// A packet in the notation of transcripts.
fn packet(first: u8, body: &str, length: usize) -> String {
    assert!(length < 16_384, "two bytes of length at most");
    let length = match u8::try_from(length) {
        Ok(short) if short < 0x80 => vec![short],
        _ => vec![(length & 0x7f) as u8 | 0x80, (length >> 7) as u8],
    };
    format!("{}{}{body}", escaped(&[first]), escaped(&length))
}

fn string(text: &str) -> String {
    format!("{}{text}", escaped(&(text.len() as u16).to_be_bytes()))
}

fn escaped(bytes: &[u8]) -> String {
    bytes.iter().map(|it| format!(r"\x{it:02x}")).collect()
}

/// Bytes of a text in the notation of transcripts.
fn length(text: &str) -> usize {
    let filled = text.replace("<id>", "12345678").replace("<key>", "1234567890123456");
    let filled = filled.replace("<time>", "1234567890123").replace(r"\\", "/");
    let hex = filled.matches(r"\x").count();
    filled.len() - 3 * hex - (filled.matches('\\').count() - hex)
}
