//! Where packets end in a byte stream: just enough to see a DISCONNECT go by.

/// Follows one direction of an MQTT connection from the first byte of a packet on.
#[derive(Debug, Default)]
pub(super) struct Packets {
    state: State,
}

#[derive(Clone, Copy, Debug, Default)]
enum State {
    /// Before the first byte of a packet.
    #[default]
    Start,
    /// In the length of a packet.
    Length { kind: u8, value: u32, shift: u32 },
    /// In a packet; `first` is the first byte of its body.
    Body { kind: u8, left: usize, first: Option<u8> },
    /// A length was none: the broker closes such a connection.
    Lost,
}

/// A DISCONNECT went by.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Disconnect {
    /// Where it ends in the bytes given. Nothing that follows counts [MQTT-3.14.4-2].
    pub(super) end: usize,
    /// The client wants its will published [MQTT-3.14.4-3].
    pub(super) with_will: bool,
}

impl Packets {
    /// Takes the next bytes and looks for a DISCONNECT among them.
    pub(super) fn disconnect(&mut self, bytes: &[u8]) -> Option<Disconnect> {
        let mut at = 0;
        while let Some(&byte) = bytes.get(at) {
            match self.state {
                State::Start => {
                    self.state = State::Length { kind: byte, value: 0, shift: 0 };
                    at += 1;
                }
                State::Length { kind, value, shift } => {
                    at += 1;
                    let value = value | u32::from(byte & 0x7f) << shift;
                    self.state = match (byte & 0x80, shift) {
                        (0, _) => State::Body { kind, left: value as usize, first: None },
                        (_, 21) => State::Lost,
                        _ => State::Length { kind, value, shift: shift + 7 },
                    };
                }
                State::Body { kind, left, first } => {
                    let taken = left.min(bytes.len() - at);
                    at += taken;
                    self.state =
                        State::Body { kind, left: left - taken, first: first.or(Some(byte)) };
                }
                State::Lost => return None,
            }
            if let State::Body { kind, left: 0, first } = self.state {
                if kind >> 4 == DISCONNECT {
                    return Some(Disconnect { end: at, with_will: first == Some(WITH_WILL) });
                }
                self.state = State::Start;
            }
        }
        None
    }
}

const DISCONNECT: u8 = 14;

/// The reason code *disconnect with will message*.
const WITH_WILL: u8 = 0x04;

#[cfg(test)]
mod tests {
    use super::*;

    /// PINGREQ, a PUBLISH of 200 bytes full of DISCONNECTs, DISCONNECT, another PINGREQ.
    fn stream() -> (Vec<u8>, usize) {
        let mut stream = vec![0xc0, 0, 0x30, 0xc8, 0x01];
        stream.extend([0xe0, 0].repeat(100));
        stream.extend([0xe0, 0]);
        let end = stream.len();
        stream.extend([0xc0, 0]);
        (stream, end)
    }

    #[test]
    fn a_disconnect_is_found_in_any_chunking() {
        let (stream, end) = stream();
        for size in 1..=stream.len() {
            let mut packets = Packets::default();
            let mut chunks = stream.chunks(size).enumerate();
            let found = chunks.find_map(|(i, chunk)| {
                packets.disconnect(chunk).map(|found| (i * size + found.end, found.with_will))
            });
            assert_eq!(found, Some((end, false)), "chunks of {size}");
        }
    }

    #[test]
    fn an_mqtt_5_disconnect_tells_about_the_will() {
        for (reason, with_will) in [(0x00, false), (0x04, true), (0x8e, false)] {
            let found = Packets::default().disconnect(&[0xe0, 2, reason, 0, 0xc0, 0]);
            assert_eq!(found, Some(Disconnect { end: 4, with_will }));
        }
    }

    #[test]
    fn after_a_length_that_is_none_nothing_is_found() {
        let mut packets = Packets::default();
        assert_eq!(packets.disconnect(&[0x30, 0x80, 0x80, 0x80, 0x80]), None);
        assert_eq!(packets.disconnect(&[0xe0, 0]), None);
    }
}
