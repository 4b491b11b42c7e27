//! Message bodies.

use std::fmt;
use std::ops::Deref;
use std::sync::Arc;

/// The body of a message: immutable bytes, cheap to clone.
///
/// A received payload is a window into the packet that carried it, so it is
/// never copied after the packet was assembled. Where many packets came at once it is
/// a window into all of them: who keeps it for long copies it.
#[derive(Clone)]
pub struct Payload {
    packet: Arc<[u8]>,
    start: usize,
    len: usize,
}

impl Payload {
    /// The `len` bytes from `start` on; the caller knows that they exist.
    pub(crate) fn window(packet: Arc<[u8]>, start: usize, len: usize) -> Self {
        debug_assert!(packet.get(start..).is_some_and(|tail| tail.len() >= len));
        Self { packet, start, len }
    }

    pub(crate) fn parts(&self) -> (Arc<[u8]>, usize, usize) {
        (Arc::clone(&self.packet), self.start, self.len)
    }
}

impl Deref for Payload {
    type Target = [u8];

    fn deref(&self) -> &[u8] {
        &self.packet[self.start..][..self.len]
    }
}

impl AsRef<[u8]> for Payload {
    fn as_ref(&self) -> &[u8] {
        self
    }
}

impl Default for Payload {
    fn default() -> Self {
        Self::from([])
    }
}

impl PartialEq for Payload {
    fn eq(&self, other: &Self) -> bool {
        **self == **other
    }
}

impl Eq for Payload {}

/// Text as text, anything else escaped: `"on"`, `"\xff\x00"`.
impl fmt::Debug for Payload {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "\"{}\"", self.escape_ascii())
    }
}

impl From<Arc<[u8]>> for Payload {
    fn from(packet: Arc<[u8]>) -> Self {
        let len = packet.len();
        Self { packet, start: 0, len }
    }
}

impl From<Vec<u8>> for Payload {
    fn from(bytes: Vec<u8>) -> Self {
        Self::from(Arc::<[u8]>::from(bytes))
    }
}

impl From<&[u8]> for Payload {
    fn from(bytes: &[u8]) -> Self {
        Self::from(Arc::<[u8]>::from(bytes))
    }
}

impl<const N: usize> From<[u8; N]> for Payload {
    fn from(bytes: [u8; N]) -> Self {
        Self::from(Arc::<[u8]>::from(bytes))
    }
}

impl From<String> for Payload {
    fn from(text: String) -> Self {
        Self::from(text.into_bytes())
    }
}

impl From<&str> for Payload {
    fn from(text: &str) -> Self {
        Self::from(text.as_bytes())
    }
}
