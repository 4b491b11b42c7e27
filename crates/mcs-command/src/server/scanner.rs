//! Finds heartbeats in a stream that has no terminators (CONTRACT §3.2, §3.3).

use mcs_model::{DeviceId, DeviceKey};

use super::CloseReason;

/// `deviceId,deviceKey,` with the longest ids and a space behind each comma.
const MAX_TAG: usize = 64 + 64 + 2 + 2;

/// More digits than a time in nanoseconds has.
const MAX_DIGITS: usize = 20;

/// The most bytes that are skipped between two heartbeats.
const MAX_NOISE: usize = 256;

/// Holds no more than an unfinished prefix between two calls.
#[derive(Debug, Default)]
pub(super) struct Scanner {
    buffer: Vec<u8>,
    /// Where in the buffer the unread bytes begin.
    at: usize,
    /// `deviceId,deviceKey,` as the peer writes it, once it has.
    tag: Option<Vec<u8>>,
    /// The digits of a heartbeat whose end was not seen yet.
    open: Option<String>,
    noise: usize,
}

#[derive(Debug)]
pub(super) enum Found {
    /// The prefix of the first heartbeat.
    Login(DeviceId, DeviceKey),
    /// The digits of a whole heartbeat.
    Heartbeat(String),
    /// The stream makes no sense; scan no more.
    Bad(CloseReason),
}

impl Scanner {
    pub(super) fn push(&mut self, bytes: &[u8]) {
        self.buffer.drain(..self.at);
        self.at = 0;
        self.buffer.extend_from_slice(bytes);
    }

    /// Call until `None`.
    pub(super) fn next(&mut self) -> Option<Found> {
        loop {
            let rest = &self.buffer[self.at..];
            let Some(tag) = &self.tag else { return self.identify() };
            if rest.starts_with(tag) {
                if let Some(digits) = self.open.take() {
                    return Some(Found::Heartbeat(digits));
                }
                self.at += tag.len();
                self.open = Some(String::new());
                self.noise = 0;
                continue;
            }
            // Perhaps the beginning of the next prefix, perhaps nothing.
            if tag.starts_with(rest) {
                return None;
            }
            let byte = rest[0];
            match &mut self.open {
                Some(digits) if byte.is_ascii_digit() && digits.len() < MAX_DIGITS => {
                    digits.push(char::from(byte));
                }
                Some(digits) if byte == b' ' && digits.is_empty() => {}
                open @ Some(_) => return open.take().map(Found::Heartbeat),
                None if is_separator(byte) => {}
                None => {
                    self.noise += 1;
                    if self.noise > MAX_NOISE {
                        return Some(Found::Bad(CloseReason::Noise));
                    }
                }
            }
            self.at += 1;
        }
    }

    /// Whether a heartbeat waits for its end.
    pub(super) fn is_open(&self) -> bool {
        self.open.is_some()
    }

    /// It was quiet: an open heartbeat is whole.
    pub(super) fn settle(&mut self) -> Option<String> {
        let mut digits = self.open.take()?;
        // Digits that might have begun the next prefix. They stay in the buffer: should they
        // begin it after all, it is found; else they are skipped.
        let rest = &self.buffer[self.at..];
        if rest.iter().all(u8::is_ascii_digit) {
            digits.extend(rest.iter().map(|it| char::from(*it)));
        }
        Some(digits)
    }

    /// How many bytes are kept.
    #[cfg(test)]
    pub(super) fn unread(&self) -> usize {
        self.buffer.len() - self.at
    }

    fn identify(&mut self) -> Option<Found> {
        let bad = Some(Found::Bad(CloseReason::NotAHeartbeat));
        let rest = &self.buffer[self.at..];
        self.at += rest.iter().take_while(|it| is_separator(**it)).count();
        let rest = &self.buffer[self.at..];
        let mut commas = 0;
        for (index, byte) in rest.iter().enumerate() {
            match byte {
                b',' => commas += 1,
                b' ' | b'-' | b'_' => {}
                _ if byte.is_ascii_alphanumeric() => {}
                _ => return bad,
            }
            if commas == 2 {
                let tag = rest[..=index].to_vec();
                let Some((device, key)) = login(&tag) else { return bad };
                self.at += tag.len();
                self.tag = Some(tag);
                self.open = Some(String::new());
                return Some(Found::Login(device, key));
            }
            if index + 1 >= MAX_TAG {
                return bad;
            }
        }
        None
    }
}

fn login(tag: &[u8]) -> Option<(DeviceId, DeviceKey)> {
    let mut fields = str::from_utf8(tag).ok()?.split(',');
    // Before 2016 the documents wrote a space behind each comma (CONTRACT §9.1 row 6).
    let device = fields.next()?.trim().parse().ok()?;
    let key = fields.next()?.trim().parse().ok()?;
    Some((device, key))
}

/// What devices put behind or between heartbeats.
fn is_separator(byte: u8) -> bool {
    matches!(byte, b'\r' | b'\n' | b'\0' | b' ' | b'\t')
}
