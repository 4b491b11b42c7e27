//! What the broker holds for a client that is there and does not read it in time.
//!
//! The broker's own queues (read in rmqtt 0.24) count messages if anything: one that is on its way to a client that
//! takes no byte stands before a queue without end. So each payload for such a client counts itself, from when it is
//! handed over until nobody has it any more.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};

use bytes::Bytes;

/// The messages of one client, in bytes.
#[derive(Debug, Default)]
pub(super) struct Backlog {
    bytes: AtomicUsize,
    overflowed: AtomicBool,
}

/// A payload that counts.
struct Counted {
    payload: Bytes,
    backlog: Arc<Backlog>,
}

impl Backlog {
    /// Whether a message of this size may be handed over, where so much may wait. An empty backlog takes one of
    /// any size.
    pub(super) fn has_room(&self, payload: &Bytes, most: usize) -> bool {
        let before = self.bytes.load(Ordering::Relaxed);
        let room = before == 0 || before.saturating_add(size(payload)) <= most;
        if before == 0 {
            self.overflowed.store(false, Ordering::Relaxed);
        }
        room
    }

    /// Whether it is the first time that there is no room, since all was read.
    pub(super) fn overflows(&self) -> bool {
        !self.overflowed.swap(true, Ordering::Relaxed)
    }

    /// The payload as it is handed over.
    pub(super) fn count(self: &Arc<Self>, payload: Bytes) -> Bytes {
        self.bytes.fetch_add(size(&payload), Ordering::Relaxed);
        Bytes::from_owner(Counted { payload, backlog: Arc::clone(self) })
    }
}

impl AsRef<[u8]> for Counted {
    fn as_ref(&self) -> &[u8] {
        &self.payload
    }
}

impl Drop for Counted {
    fn drop(&mut self) {
        self.backlog.bytes.fetch_sub(size(&self.payload), Ordering::Relaxed);
    }
}

fn size(payload: &Bytes) -> usize {
    payload.len() + AROUND
}

/// What a message takes beside its payload, about.
const AROUND: usize = 512;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_payload_counts_until_nobody_has_it() {
        let backlog = Arc::<Backlog>::default();
        let large = Bytes::from(vec![0; 10_000]);
        assert!(backlog.has_room(&large, 1), "an empty one has");
        let first = backlog.count(large.clone());
        let second = backlog.count(Bytes::from_static(b"1"));
        assert_eq!((&first[..], &second[..]), (&large[..], &b"1"[..]));
        assert!(!backlog.has_room(&large, 20_000) && backlog.has_room(&large, 30_000));
        assert!(backlog.overflows() && !backlog.overflows());
        let part = first.slice(3..5);
        drop(first);
        assert!(!backlog.has_room(&large, 20_000), "a part is still there");
        drop(part);
        assert!(backlog.has_room(&large, 20_000));
        drop(second);
        assert!(backlog.has_room(&large, 1) && backlog.overflows(), "all was read");
    }
}
