//! What waits to be sent to one device: a queue with one reader, that costs next to nothing while it is empty.

use std::collections::VecDeque;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use tokio::sync::Notify;

#[cfg(test)]
mod tests;

/// The end that gives orders. The queue ends when it is dropped.
#[derive(Debug)]
pub(crate) struct OrdersTo(Arc<Queue>);

/// The end that carries them out.
#[derive(Debug)]
pub(crate) struct Orders(Arc<Queue>);

#[derive(Debug, Default)]
struct Queue {
    waiting: Mutex<Waiting>,
    changed: Notify,
}

#[derive(Debug, Default)]
struct Waiting {
    lines: VecDeque<String>,
    bytes: usize,
    ended: bool,
}

/// An empty queue.
pub(crate) fn orders() -> (OrdersTo, Orders) {
    let queue = Arc::<Queue>::default();
    (OrdersTo(Arc::clone(&queue)), Orders(queue))
}

impl OrdersTo {
    /// Adds a message; whether there was room. An empty queue has room for one of any length.
    pub(crate) fn give(&self, line: String) -> bool {
        let mut waiting = self.0.lock();
        let bytes = waiting.bytes + line.len();
        let full = waiting.lines.len() >= MAX_LINES || bytes > MAX_BYTES;
        if waiting.ended || (full && !waiting.lines.is_empty()) {
            return false;
        }
        waiting.bytes = bytes;
        waiting.lines.push_back(line);
        drop(waiting);
        self.0.changed.notify_one();
        true
    }
}

impl Orders {
    /// The next message; `None` once nobody can give any more, whatever still waits.
    ///
    /// Dropping the future loses nothing.
    pub(crate) async fn next(&self) -> Option<String> {
        loop {
            if let Some(next) = self.0.lock().next() {
                return next;
            }
            self.0.changed.notified().await;
        }
    }
}

impl Drop for OrdersTo {
    fn drop(&mut self) {
        self.0.lock().ended = true;
        self.0.changed.notify_one();
    }
}

impl Drop for Orders {
    fn drop(&mut self) {
        *self.0.lock() = Waiting { ended: true, ..Waiting::default() };
    }
}

impl Queue {
    fn lock(&self) -> MutexGuard<'_, Waiting> {
        // A panic elsewhere leaves at worst one message too many or too few.
        self.waiting.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Waiting {
    /// What [`Orders::next`] answers, if it need not wait.
    fn next(&mut self) -> Option<Option<String>> {
        if self.ended {
            return Some(None);
        }
        let line = self.lines.pop_front()?;
        self.bytes -= line.len();
        if self.lines.is_empty() {
            self.lines = VecDeque::new();
        }
        Some(Some(line))
    }
}

/// With the gap between two messages a device is never further behind than some seconds.
const MAX_LINES: usize = 256;

const MAX_BYTES: usize = 64 << 10;
