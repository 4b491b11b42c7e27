//! MQTT on the wire, as far as the [front](super::front) speaks it: where packets end, and a few short ones.

use super::connect::{packet_len, write_varint};

/// The first packet in a buffer.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Head {
    /// Its first byte.
    pub(super) first: u8,
    /// Bytes before its body.
    pub(super) fixed: usize,
    /// All its bytes.
    pub(super) len: usize,
}

impl Head {
    /// What a packet is.
    pub(super) fn kind(self) -> u8 {
        self.first >> 4
    }
}

/// The first packet of a client in these bytes, of which `limit` may follow the fixed header; none while they do
/// not tell.
pub(super) fn head(bytes: &[u8], limit: usize) -> Result<Option<Head>, Reason> {
    let Some(&first) = bytes.first() else { return Ok(None) };
    match (first >> 4, first & 0x0f) {
        (PUBLISH, _) | (PUBREL | SUBSCRIBE | UNSUBSCRIBE, 2) => {}
        // A second CONNECT is for the broker to refuse [MQTT-3.1.0-2].
        (CONNECT | PUBACK | PUBREC | PUBCOMP | PINGREQ | DISCONNECT | AUTH, 0) => {}
        // Whatever only a server sends, or nobody.
        (0 | CONNACK | SUBACK | UNSUBACK | PINGRESP, _) => return Err(Reason::PROTOCOL),
        // [MQTT-2.1.3-1]
        _ => return Err(Reason::MALFORMED),
    }
    let Some(len) = packet_len(bytes).map_err(|_| Reason::MALFORMED)? else { return Ok(None) };
    let fixed = 1 + bytes.iter().skip(1).take_while(|byte| *byte & 0x80 != 0).count() + 1;
    if len - fixed > limit {
        return Err(Reason::TOO_LARGE);
    }
    Ok(Some(Head { first, fixed, len }))
}

/// Follows what the broker sends, so that something else can be sent between two packets.
#[derive(Debug, Default)]
pub(super) struct Boundaries {
    state: State,
}

#[derive(Clone, Copy, Debug, Default)]
enum State {
    /// Before the first byte of a packet.
    #[default]
    Start,
    /// In its length.
    Length { kind: u8, value: usize, shift: u32 },
    /// In its body, of which so much has passed.
    Body { kind: u8, passed: usize, left: usize },
}

impl Boundaries {
    /// Takes the next bytes. How many SUBACKs and UNSUBACKs ended in them?
    ///
    /// `missed` tells of each reason code of an UNSUBACK, of which only MQTT 5 has any, whether there was no such
    /// subscription; it is written down [MQTT-3.11.3-2].
    pub(super) fn pass(&mut self, bytes: &mut [u8], mut missed: impl FnMut() -> bool) -> usize {
        let (mut at, mut answers) = (0, 0);
        while let Some(&byte) = bytes.get(at) {
            match self.state {
                State::Start => {
                    self.state = State::Length { kind: byte >> 4, value: 0, shift: 0 };
                    at += 1;
                }
                State::Length { kind, value, shift } => {
                    at += 1;
                    let value = value | usize::from(byte & 0x7f) << shift;
                    // The broker writes no length that is none.
                    self.state = match byte & 0x80 {
                        0 => State::Body { kind, passed: 0, left: value },
                        _ => State::Length { kind, value, shift: (shift + 7).min(21) },
                    };
                }
                State::Body { kind, passed, left } => {
                    let taken = left.min(bytes.len() - at);
                    if kind == UNSUBACK {
                        let codes = UNSUBACK_CODES.saturating_sub(passed).min(taken);
                        for code in &mut bytes[at + codes..at + taken] {
                            if missed() {
                                *code = NO_SUBSCRIPTION;
                            }
                        }
                    }
                    at += taken;
                    self.state = State::Body { kind, passed: passed + taken, left: left - taken };
                }
            }
            if let State::Body { kind, left: 0, .. } = self.state {
                answers += usize::from(matches!(kind, SUBACK | UNSUBACK));
                self.state = State::Start;
            }
        }
        answers
    }

    /// Whether the last packet is whole.
    pub(super) fn between(&self) -> bool {
        matches!(self.state, State::Start)
    }
}

/// Bytes of an UNSUBACK's body before its codes: the packet id, and that there are no properties, as the broker writes
/// it.
const UNSUBACK_CODES: usize = 3;

/// *No subscription existed*.
const NO_SUBSCRIPTION: u8 = 0x11;

/// Why the server ends a connection, as MQTT 5 clients are told [MQTT-3.14.2-1].
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Reason(pub(super) u8);

impl Reason {
    pub(super) const UNSPECIFIED: Self = Self(0x80);
    pub(super) const MALFORMED: Self = Self(0x81);
    pub(super) const PROTOCOL: Self = Self(0x82);
    pub(super) const NOT_AUTHORIZED: Self = Self(0x87);
    pub(super) const SHUTTING_DOWN: Self = Self(0x8b);
    pub(super) const SILENT: Self = Self(0x8d);
    pub(super) const TAKEN_OVER: Self = Self(0x8e);
    pub(super) const RECEIVE_MAXIMUM: Self = Self(0x93);
    pub(super) const TOPIC_ALIAS: Self = Self(0x94);
    pub(super) const TOO_LARGE: Self = Self(0x95);

    /// The DISCONNECT that says so.
    pub(super) fn disconnect(self) -> [u8; 3] {
        [DISCONNECT << 4, 1, self.0]
    }
}

/// Writes a PUBACK, PUBREC or PUBCOMP: for 0 the short form, which every version knows.
pub(super) fn acknowledge(out: &mut Vec<u8>, kind: u8, id: u16, code: u8, why: Option<&str>) {
    let [high, low] = id.to_be_bytes();
    match why.filter(|why| why.len() < LONGEST_REASON) {
        _ if code == 0 => out.extend([kind << 4, 2, high, low]),
        Some(why) => {
            let properties = 3 + why.len();
            out.push(kind << 4);
            // Id and code, and the length of the properties.
            write_varint(out, 3 + if properties > 0x7f { 2 } else { 1 } + properties);
            out.extend([high, low, code]);
            write_varint(out, properties);
            out.push(REASON_STRING);
            // Below the longest.
            out.extend((why.len() as u16).to_be_bytes());
            out.extend(why.as_bytes());
        }
        None => out.extend([kind << 4, 3, high, low, code]),
    }
}

const CONNECT: u8 = 1;
const CONNACK: u8 = 2;
pub(super) const PUBLISH: u8 = 3;
pub(super) const PUBACK: u8 = 4;
pub(super) const PUBREC: u8 = 5;
pub(super) const PUBREL: u8 = 6;
pub(super) const PUBCOMP: u8 = 7;
pub(super) const SUBSCRIBE: u8 = 8;
const SUBACK: u8 = 9;
pub(super) const UNSUBSCRIBE: u8 = 10;
const UNSUBACK: u8 = 11;
const PINGREQ: u8 = 12;
const PINGRESP: u8 = 13;
pub(super) const DISCONNECT: u8 = 14;
const AUTH: u8 = 15;

const REASON_STRING: u8 = 0x1f;

/// From so many bytes on a reason string is left out.
const LONGEST_REASON: usize = 16_000;

#[cfg(test)]
mod tests;
