//! An MQTT 3.1.1 client with as little of its own as possible.

use anyhow::{Context as _, Result, bail, ensure};

use super::wire::{Address, Wire};

/// A connected client.
pub(crate) struct Client {
    wire: Wire,
    /// Read, and from `at` on not yet understood.
    input: Vec<u8>,
    at: usize,
    output: Vec<u8>,
}

/// What a broker sends, as far as the load needs it.
#[derive(Debug, PartialEq)]
pub(crate) enum Packet<'a> {
    /// The broker has the message with this number.
    PubAck(u16),
    /// A message; acknowledge it if it has a number.
    Publish { topic: &'a [u8], payload: &'a [u8], id: Option<u16> },
    /// The broker has read everything sent before the ping.
    PingResp,
    /// Another kind, and its body.
    Other(u8, &'a [u8]),
}

impl Client {
    /// Connects with a clean session and no keep-alive to speak of.
    pub(crate) async fn connect(
        address: Address,
        client_id: &str,
        login: Option<(&str, &str)>,
    ) -> Result<Self> {
        Self::enter(Wire::connect(address).await?, client_id, login).await
    }

    /// The same over a connection that is there.
    pub(crate) async fn enter(
        wire: Wire,
        client_id: &str,
        login: Option<(&str, &str)>,
    ) -> Result<Self> {
        let mut body = b"\x00\x04MQTT\x04\x02\xff\xff".to_vec();
        text(&mut body, client_id.as_bytes());
        if let Some((user, password)) = login {
            body[7] |= 0xc0;
            text(&mut body, user.as_bytes());
            text(&mut body, password.as_bytes());
        }
        let mut client = Self { wire, input: Vec::new(), at: 0, output: Vec::new() };
        client.packet(0x10, &[&body]);
        client.flush().await?;
        match client.next().await? {
            Packet::Other(0x20, [_, 0]) => Ok(client),
            other => bail!("{client_id} is not let in: {other:?}"),
        }
    }

    /// Subscribes, and waits until the broker has granted it.
    pub(crate) async fn subscribe(&mut self, filter: &str, qos: u8) -> Result<()> {
        let mut body = vec![0, 1];
        text(&mut body, filter.as_bytes());
        body.push(qos);
        self.packet(0x82, &[&body]);
        self.flush().await?;
        match self.next().await? {
            Packet::Other(0x90, [_, _, granted]) if *granted == qos => Ok(()),
            other => bail!("the subscription is not granted: {other:?}"),
        }
    }

    /// Puts a message into the output; with a number it is of QoS 1.
    pub(crate) fn publish(&mut self, topic: &str, payload: &[u8], id: Option<u16>) {
        let len = u16::try_from(topic.len()).unwrap_or(u16::MAX).to_be_bytes();
        match id {
            Some(id) => {
                self.packet(0x32, &[&len, topic.as_bytes(), &id.to_be_bytes(), payload]);
            }
            None => self.packet(0x30, &[&len, topic.as_bytes(), payload]),
        }
    }

    /// Puts an acknowledgement into the output.
    pub(crate) fn acknowledge(&mut self, id: u16) {
        self.packet(0x40, &[&id.to_be_bytes()]);
    }

    /// Puts a ping into the output.
    pub(crate) fn ping(&mut self) {
        self.packet(0xc0, &[]);
    }

    /// Sends the output.
    pub(crate) async fn flush(&mut self) -> Result<()> {
        if self.output.is_empty() {
            return Ok(());
        }
        self.wire.write(&mut self.output).await
    }

    /// The next packet; sends the output before it waits.
    pub(crate) async fn next(&mut self) -> Result<Packet<'_>> {
        while packet_len(&self.input[self.at..])?.is_none() {
            self.flush().await?;
            self.fill().await?;
        }
        self.ready()?.context("a whole packet")
    }

    /// Reads once.
    pub(crate) async fn fill(&mut self) -> Result<()> {
        self.input.drain(..self.at);
        self.at = 0;
        self.wire.read(&mut self.input).await
    }

    /// The next packet, if it has been read.
    pub(crate) fn ready(&mut self) -> Result<Option<Packet<'_>>> {
        let rest = &self.input[self.at..];
        let Some((head, len)) = packet_len(rest)? else { return Ok(None) };
        self.at += head + len;
        parse(rest[0], &rest[head..head + len]).map(Some)
    }

    fn packet(&mut self, first: u8, parts: &[&[u8]]) {
        self.output.push(first);
        let mut len = parts.iter().map(|part| part.len()).sum::<usize>();
        while len > 0x7f {
            self.output.push((len & 0x7f) as u8 | 0x80);
            len >>= 7;
        }
        self.output.push(len as u8);
        parts.iter().for_each(|part| self.output.extend_from_slice(part));
    }
}

/// Lengths of the fixed header and of what follows; `None` until all of it is there.
pub(super) fn packet_len(bytes: &[u8]) -> Result<Option<(usize, usize)>> {
    let mut len = 0;
    for (index, byte) in bytes.iter().skip(1).enumerate() {
        ensure!(index < 4, "a packet without a length");
        len |= usize::from(byte & 0x7f) << (7 * index);
        if byte & 0x80 == 0 {
            let head = 2 + index;
            return Ok((bytes.len() >= head + len).then_some((head, len)));
        }
    }
    Ok(None)
}

fn parse(first: u8, body: &[u8]) -> Result<Packet<'_>> {
    let number = |bytes: &[u8]| match bytes {
        [high, low, ..] => Ok(u16::from_be_bytes([*high, *low])),
        _ => bail!("a packet that is cut short"),
    };
    Ok(match first & 0xf0 {
        0x30 => {
            let end = 2 + usize::from(number(body)?);
            let topic = body.get(2..end).context("a topic that is cut short")?;
            let rest = &body[end..];
            if first & 0x06 == 0 {
                Packet::Publish { topic, payload: rest, id: None }
            } else {
                Packet::Publish { topic, id: Some(number(rest)?), payload: &rest[2..] }
            }
        }
        0x40 => Packet::PubAck(number(body)?),
        0xd0 => Packet::PingResp,
        _ => Packet::Other(first, body),
    })
}

fn text(out: &mut Vec<u8>, text: &[u8]) {
    out.extend_from_slice(&u16::try_from(text.len()).unwrap_or(u16::MAX).to_be_bytes());
    out.extend_from_slice(text);
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_packet_is_whole_only_with_its_last_byte() {
        let packet = [&[0x30, 0x82, 0x01], &[0; 130][..]].concat();
        for cut in 0..packet.len() {
            assert_eq!(packet_len(&packet[..cut]).expect("a length"), None, "{cut}");
        }
        assert_eq!(packet_len(&packet).expect("a length"), Some((3, 130)));
        assert!(packet_len(&[0x30, 0xff, 0xff, 0xff, 0xff, 0xff]).is_err());
    }

    #[test]
    fn messages_are_read_with_and_without_a_number() {
        let quick = parse(0x30, b"\x00\x01tv").expect("a packet");
        assert_eq!(quick, Packet::Publish { topic: b"t", payload: b"v", id: None });
        let sure = parse(0x32, b"\x00\x01t\x00\x07v").expect("a packet");
        assert_eq!(sure, Packet::Publish { topic: b"t", payload: b"v", id: Some(7) });
        for cut in [&b""[..], b"\x00", b"\x00\x05t", b"\x00\x01t\x00"] {
            assert!(parse(0x32, cut).is_err());
        }
    }
}
