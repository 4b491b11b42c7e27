//! What waits for one client, and what is on its way to it: numbers and sizes, the messages themselves are on the disk.
//!
//! A message is *waiting* until it is handed to the broker, and *handed* until the client has acknowledged it.
//! Only a window of messages is handed over at once, so that the memory that a client takes does not depend
//! on how much it has to catch up on.

use std::collections::{BTreeMap, VecDeque};

use clap::ValueEnum;
use serde::Deserialize;

/// What a session may keep for its client.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Budget {
    /// Messages that wait.
    pub messages: usize,
    /// Bytes of topics, payloads and properties of messages that wait.
    pub bytes: usize,
    /// What goes when there is no room.
    pub full: Overflow,
}

/// What is dropped when a session's queue is full.
#[derive(Clone, Copy, Debug, Default, Deserialize, PartialEq, Eq, ValueEnum)]
#[serde(rename_all = "kebab-case")]
pub enum Overflow {
    /// What has waited longest.
    #[default]
    DropOldest,
    /// What comes last.
    DropNewest,
}

/// The messages of one session, which are of type `M`.
#[derive(Debug)]
pub(super) struct Queue<M> {
    waiting: VecDeque<Waiting<M>>,
    bytes: usize,
    handed: BTreeMap<i64, u32>,
    handed_bytes: usize,
}

#[derive(Debug)]
struct Waiting<M> {
    id: i64,
    size: u32,
    /// It is on the disk.
    stored: bool,
    /// The message, while it is in memory. In a box, since few are.
    message: Option<Box<M>>,
}

/// What became of a message that came in.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Pushed {
    /// It waits.
    pub(super) taken: bool,
    /// These messages do not any more.
    pub(super) dropped: Vec<i64>,
}

/// What to do next for a client that is there.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Next<M> {
    /// Hand this message over.
    Hand(i64, M),
    /// Bring the messages from one number to another into memory.
    Load(i64, i64),
}

impl Budget {
    /// The newest ten thousand messages, as long as they are of a decent size.
    pub const DEFAULT: Self =
        Self { messages: 10_000, bytes: 16 << 20, full: Overflow::DropOldest };
}

impl<M> Queue<M> {
    /// A queue with these messages on the disk: number and size, in order.
    pub(super) fn new(stored: impl IntoIterator<Item = (i64, u32)>) -> Self {
        let waiting: VecDeque<_> = stored
            .into_iter()
            .map(|(id, size)| Waiting { id, size, stored: true, message: None })
            .collect();
        let bytes = waiting.iter().map(|it| it.size as usize).sum();
        Self { waiting, bytes, handed: BTreeMap::new(), handed_bytes: 0 }
    }

    /// How many messages wait or are on the way.
    pub(super) fn len(&self) -> usize {
        self.waiting.len() + self.handed.len()
    }

    /// A message comes in: it is on its way to the disk, behind all others.
    ///
    /// It stays in memory only where it is to be handed over soon.
    pub(super) fn push(
        &mut self,
        id: i64,
        size: u32,
        message: Option<M>,
        budget: Budget,
    ) -> Pushed {
        let mut pushed = Pushed::default();
        let fits = |queue: &Self| {
            queue.waiting.len() < budget.messages && queue.bytes + size as usize <= budget.bytes
        };
        let may_drop = budget.full == Overflow::DropOldest
            && budget.messages > 0
            && size as usize <= budget.bytes;
        while !fits(self) {
            let oldest = if may_drop { self.waiting.pop_front() } else { None };
            let Some(oldest) = oldest else { return pushed };
            self.bytes -= oldest.size as usize;
            pushed.dropped.push(oldest.id);
        }
        let soon = self.waiting.len() + self.handed.len() < WINDOW
            && self.bytes + self.handed_bytes < WINDOW_BYTES;
        let message = message.filter(|_| soon).map(Box::new);
        self.bytes += size as usize;
        self.waiting.push_back(Waiting { id, size, stored: false, message });
        pushed.taken = true;
        pushed
    }

    /// A message has reached the disk.
    pub(super) fn stored(&mut self, id: i64) {
        if let Some(waiting) = self.find(id) {
            waiting.stored = true;
        }
    }

    /// A message has not reached the disk, or is not there any more.
    pub(super) fn lost(&mut self, id: i64) {
        if let Ok(at) = self.waiting.binary_search_by_key(&id, |it| it.id)
            && let Some(waiting) = self.waiting.remove(at)
        {
            self.bytes -= waiting.size as usize;
        }
    }

    /// A message was brought into memory.
    pub(super) fn loaded(&mut self, id: i64, message: M) {
        if let Some(waiting) = self.find(id) {
            waiting.message = Some(Box::new(message));
        }
    }

    /// The numbers that wait from `first` to `last`.
    pub(super) fn range(&self, first: i64, last: i64) -> Vec<i64> {
        let ids = self.waiting.iter().map(|it| it.id);
        ids.skip_while(|id| *id < first).take_while(|id| *id <= last).collect()
    }

    /// What comes next, if there is something and the client has room for it.
    pub(super) fn next(&mut self) -> Option<Next<M>> {
        if !self.has_room() || !self.waiting.front()?.stored {
            return None;
        }
        match self.waiting.pop_front()? {
            Waiting { id, size, message: Some(message), .. } => {
                self.bytes -= size as usize;
                self.hand(id, size);
                Some(Next::Hand(id, *message))
            }
            front => {
                let first = front.id;
                self.waiting.push_front(front);
                Some(Next::Load(first, self.end_of_page()))
            }
        }
    }

    /// The messages that are to go next, from one number to another.
    pub(super) fn page(&self) -> Option<(i64, i64)> {
        let front = self.waiting.front().filter(|front| front.stored)?;
        Some((front.id, self.end_of_page()))
    }

    /// A waiting message is handed over out of turn.
    pub(super) fn take(&mut self, id: i64) {
        if let Ok(at) = self.waiting.binary_search_by_key(&id, |it| it.id)
            && let Some(waiting) = self.waiting.remove(at)
        {
            self.bytes -= waiting.size as usize;
            self.hand(id, waiting.size);
        }
    }

    /// A message is on the way, also one that never waited here.
    pub(super) fn hand(&mut self, id: i64, size: u32) {
        self.handed.insert(id, size);
        self.handed_bytes += size as usize;
    }

    /// A message has arrived, or will never. Whether it was on the way.
    pub(super) fn done(&mut self, id: i64) -> bool {
        let Some(size) = self.handed.remove(&id) else { return false };
        self.handed_bytes -= size as usize;
        true
    }

    /// The client is gone: what was on the way waits again, before all others, but for what it `may_have`.
    pub(super) fn take_back(&mut self, may_have: impl Fn(i64) -> bool) {
        for (id, size) in std::mem::take(&mut self.handed).into_iter().rev() {
            if !may_have(id) {
                self.bytes += size as usize;
                self.waiting.push_front(Waiting { id, size, stored: true, message: None });
            }
        }
        self.handed_bytes = 0;
        for waiting in &mut self.waiting {
            waiting.message = None;
        }
    }

    /// Whether another message may be on the way.
    fn has_room(&self) -> bool {
        self.handed.is_empty() || (self.handed.len() < WINDOW && self.handed_bytes < WINDOW_BYTES)
    }

    /// The last message to load at once: about as many as there is room for.
    fn end_of_page(&self) -> i64 {
        let mut bytes = 0;
        let mut last = 0;
        for (n, waiting) in self.waiting.iter().enumerate() {
            bytes += waiting.size as usize;
            if n > 0 && (n >= WINDOW / 2 || bytes > WINDOW_BYTES || !waiting.stored) {
                break;
            }
            last = waiting.id;
        }
        last
    }

    fn find(&mut self, id: i64) -> Option<&mut Waiting<M>> {
        let at = self.waiting.binary_search_by_key(&id, |it| it.id).ok()?;
        self.waiting.get_mut(at)
    }
}

/// Messages that may be on the way to a client at once: more than the broker sends before the first is acknowledged.
pub(in crate::bus) const WINDOW: usize = 256;

/// Bytes that may be on the way to a client at once, but for the last message.
pub(super) const WINDOW_BYTES: usize = 1 << 20;

#[cfg(test)]
mod tests;
