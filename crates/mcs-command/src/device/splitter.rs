//! Cuts the server's stream into messages by their prefix.

use mcs_model::MAX_TEXT;

/// The most bytes of one message: the longest value, and room for the fields before it.
const MAX_MESSAGE: usize = MAX_TEXT + 256;

#[derive(Debug)]
pub(super) struct Splitter {
    prefix: Vec<u8>,
    /// What came and is not cut yet; behind the prefix of a message when `inside`.
    buffer: Vec<u8>,
    /// Whether the buffer begins inside of a message.
    inside: bool,
    /// How much of the buffer was searched for the next prefix.
    searched: usize,
}

/// A message is longer than [`MAX_MESSAGE`].
#[derive(Debug)]
pub(super) struct TooLong;

impl Splitter {
    pub(super) fn new(prefix: &str) -> Self {
        Self { prefix: prefix.as_bytes().to_vec(), buffer: Vec::new(), inside: false, searched: 0 }
    }

    /// Takes bytes; what it keeps at most is one message and these bytes.
    pub(super) fn push(&mut self, bytes: &[u8]) -> Result<(), TooLong> {
        if self.buffer.len() > MAX_MESSAGE {
            return Err(TooLong);
        }
        self.buffer.extend_from_slice(bytes);
        Ok(())
    }

    /// The next message that is whole, without its prefix. Call until `None`.
    pub(super) fn next(&mut self) -> Option<Vec<u8>> {
        loop {
            let found = find(&self.buffer[self.searched..], &self.prefix);
            let Some(found) = found.map(|it| it + self.searched) else {
                // The beginning of a prefix may already be there.
                self.searched = (self.buffer.len() + 1).saturating_sub(self.prefix.len());
                if !self.inside {
                    self.buffer.drain(..self.searched);
                    self.searched = 0;
                }
                return None;
            };
            let message = self.buffer[..found].to_vec();
            self.buffer.drain(..found + self.prefix.len());
            self.searched = 0;
            if core::mem::replace(&mut self.inside, true) {
                return Some(message);
            }
        }
    }

    /// Whether the last message waits for its end.
    pub(super) fn is_open(&self) -> bool {
        self.inside
    }

    /// It was quiet: the last message is whole.
    pub(super) fn settle(&mut self) -> Option<Vec<u8>> {
        if !core::mem::take(&mut self.inside) {
            return None;
        }
        self.searched = 0;
        Some(core::mem::take(&mut self.buffer))
    }

    pub(super) fn clear(&mut self) {
        self.buffer = Vec::new();
        self.inside = false;
        self.searched = 0;
    }
}

fn find(bytes: &[u8], wanted: &[u8]) -> Option<usize> {
    bytes.windows(wanted.len()).position(|it| it == wanted)
}
