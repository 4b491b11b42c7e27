//! The topics that anything came or went on: each name once, with counts and rates.

use core::cmp::Ordering;
use std::collections::BTreeMap;
use std::sync::Arc;

use mcs_sorted::Hints;
use mcs_time::Time;

use super::retained::Kept;
use super::subscriptions::Subscriptions;
use crate::link::Meaning;
use crate::protocol::ConnectionId;

/// Most topics that are known at a time.
const MOST: usize = 50_000;

/// Most bytes that they take.
const MOST_BYTES: usize = 16 * 1024 * 1024;

/// What a topic takes beside its name, in bytes: its record, two entries of the index, what it means.
const OVERHEAD: usize = size_of::<Topic>() + 512;

/// A topic by number; numbers of forgotten topics are given away again.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct TopicId(u32);

/// All topics, in the order of a tree.
#[derive(Debug, Default)]
pub(crate) struct Topics {
    slots: Vec<Option<Topic>>,
    free: Vec<TopicId>,
    index: BTreeMap<Key, TopicId>,
    /// Names that came lately: the index is searched seldom.
    lately: Hints<TopicId>,
    bytes: usize,
    /// How many were forgotten.
    pub(crate) forgotten: u64,
}

/// A topic.
#[derive(Debug)]
pub(crate) struct Topic {
    pub(crate) connection: ConnectionId,
    pub(crate) name: Arc<str>,
    /// Messages and payload bytes received since it is known.
    pub(crate) messages: u64,
    pub(crate) bytes: u64,
    /// Messages and payload bytes received a second.
    pub(crate) rate: Rate,
    /// The newest row, sent or received.
    pub(crate) last: Option<u64>,
    /// What the broker keeps of it, as far as it came.
    pub(super) retained: Option<Kept>,
    /// The subscriptions that mean it, a bit each; nobody has asked since they changed when absent.
    matching: Option<u32>,
    /// Rows in the log.
    stored: u32,
    /// What it means to the rest of the console; absent before the first message.
    meaning: Option<Meaning>,
}

/// How often something happens: a mean in which what is long ago counts less and less.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Rate {
    messages: f64,
    bytes: f64,
    at: Time,
}

/// A topic's connection and name, ordered so that a level and everything below it stand together.
#[derive(Debug, PartialEq, Eq)]
struct Key(ConnectionId, Arc<str>);

impl Topics {
    /// The number of a name, a new one if need be.
    pub(crate) fn intern(&mut self, connection: ConnectionId, name: &Arc<str>) -> TopicId {
        let hash = mcs_sorted::hash(name.as_bytes());
        let Self { lately, slots, .. } = self;
        let is_it = |id: &TopicId| {
            let topic = slots.get(id.0 as usize).and_then(Option::as_ref);
            topic.is_some_and(|it| it.connection == connection && it.name == *name)
        };
        if let Some(id) = lately.find(hash, is_it) {
            return *id;
        }
        let id = self.intern_anew(connection, name);
        self.lately.put(hash, id);
        id
    }

    fn intern_anew(&mut self, connection: ConnectionId, name: &Arc<str>) -> TopicId {
        let key = Key(connection, Arc::clone(name));
        if let Some(id) = self.index.get(&key) {
            return *id;
        }
        self.bytes += name.len() + OVERHEAD;
        let topic = Topic {
            connection,
            name: Arc::clone(name),
            messages: 0,
            bytes: 0,
            rate: Rate::default(),
            last: None,
            retained: None,
            matching: None,
            stored: 0,
            meaning: None,
        };
        let id = match self.free.pop() {
            Some(id) => id,
            None => {
                self.slots.push(None);
                TopicId(u32::try_from(self.slots.len() - 1).unwrap_or(u32::MAX))
            }
        };
        self.slots[id.0 as usize] = Some(topic);
        self.index.insert(key, id);
        id
    }

    pub(crate) fn get(&self, id: TopicId) -> Option<&Topic> {
        self.slots.get(id.0 as usize)?.as_ref()
    }

    /// The name of a topic that is known.
    pub(crate) fn name(&self, id: TopicId) -> &str {
        self.get(id).map_or("", |it| &it.name)
    }

    /// Of a topic that is known.
    pub(crate) fn connection(&self, id: TopicId) -> ConnectionId {
        self.get(id).map_or(ConnectionId::SERVER, |it| it.connection)
    }

    /// A message came.
    pub(crate) fn count(&mut self, id: TopicId, now: Time, bytes: usize) {
        if let Some(topic) = self.get_mut(id) {
            topic.messages += 1;
            topic.bytes += bytes as u64;
            topic.rate.count(now, bytes);
        }
    }

    /// The subscriptions that mean a topic, a bit each.
    pub(super) fn matching(&mut self, id: TopicId, all: &Subscriptions) -> u32 {
        let Some(topic) = self.get_mut(id) else { return 0 };
        *topic.matching.get_or_insert_with(|| all.matching(topic.connection, &topic.name))
    }

    /// What a topic means, until [`Self::keep_meaning`] gives it back.
    pub(super) fn take_meaning(&mut self, id: TopicId) -> Meaning {
        let Some(topic) = self.get_mut(id) else { return Meaning::default() };
        topic.meaning.take().unwrap_or_else(|| Meaning::of(&topic.name))
    }

    pub(super) fn keep_meaning(&mut self, id: TopicId, meaning: Meaning) {
        if let Some(topic) = self.get_mut(id) {
            topic.meaning = Some(meaning);
        }
    }

    /// Subscriptions have changed.
    pub(super) fn forget_matching(&mut self) {
        self.slots.iter_mut().flatten().for_each(|it| it.matching = None);
    }

    /// The broker keeps this of a topic.
    pub(super) fn retain(&mut self, id: TopicId, kept: Kept) {
        if let Some(topic) = self.get_mut(id) {
            topic.retained = Some(kept);
        }
    }

    /// The broker keeps nothing of a topic any more.
    pub(super) fn cleared(&mut self, connection: ConnectionId, name: &str) {
        if let Some(id) = self.index.get(&Key(connection, Arc::from(name))).copied()
            && let Some(topic) = self.get_mut(id)
        {
            topic.retained = None;
        }
    }

    /// What a broker keeps is not known any more.
    pub(super) fn forget_retained(&mut self, connection: ConnectionId) {
        let here = self.slots.iter_mut().flatten().filter(|it| it.connection == connection);
        here.for_each(|it| it.retained = None);
    }

    /// A row was stored. Gives the one before it on the same topic.
    pub(crate) fn store(&mut self, id: TopicId, row: u64) -> Option<u64> {
        let topic = self.get_mut(id)?;
        topic.stored += 1;
        topic.last.replace(row)
    }

    /// A row was evicted.
    pub(crate) fn release(&mut self, id: TopicId) {
        if let Some(topic) = self.get_mut(id) {
            topic.stored = topic.stored.saturating_sub(1);
        }
    }

    /// Whether some have to be forgotten.
    pub(crate) fn is_full(&self) -> bool {
        self.index.len() > MOST || self.bytes > MOST_BYTES
    }

    /// Forgets topics without a stored row, those that are silent longest first, until a tenth is
    /// free again.
    pub(crate) fn forget(&mut self) {
        let mut idle: Vec<_> = self.index.values().copied().collect();
        idle.retain(|id| self.get(*id).is_some_and(|it| it.stored == 0));
        let last = |id: &TopicId| self.get(*id).and_then(|it| it.last);
        mcs_sorted::sort_by(&mut idle, |a, b| last(a).cmp(&last(b)));
        for id in idle {
            if self.index.len() <= MOST / 10 * 9 && self.bytes <= MOST_BYTES / 10 * 9 {
                return;
            }
            let Some(topic) = self.slots.get_mut(id.0 as usize).and_then(Option::take) else {
                continue;
            };
            self.bytes -= topic.name.len() + OVERHEAD;
            self.index.remove(&Key(topic.connection, topic.name));
            self.free.push(id);
            self.forgotten += 1;
        }
    }

    /// In the order of a tree: `a`, `a/b`, `a b`.
    pub(crate) fn iter(&self) -> impl Iterator<Item = &Topic> {
        self.index.values().filter_map(|id| self.get(*id))
    }

    pub(crate) fn len(&self) -> usize {
        self.index.len()
    }

    /// What they take, in bytes.
    pub(crate) fn memory(&self) -> usize {
        self.bytes
    }

    /// One more than the greatest number in use.
    pub(crate) fn bound(&self) -> usize {
        self.slots.len()
    }

    fn get_mut(&mut self, id: TopicId) -> Option<&mut Topic> {
        self.slots.get_mut(id.0 as usize)?.as_mut()
    }
}

impl TopicId {
    pub(crate) fn index(self) -> usize {
        self.0 as usize
    }
}

impl Rate {
    /// After so many seconds what happened counts for 1/e.
    const FADES_SECS: f64 = 5.0;

    pub(crate) fn count(&mut self, now: Time, bytes: usize) {
        *self = self.faded(now);
        self.messages += 1.0 / Self::FADES_SECS;
        self.bytes += bytes as f64 / Self::FADES_SECS;
    }

    /// Messages and bytes a second as of `now`.
    pub(crate) fn at(self, now: Time) -> (f64, f64) {
        let Self { messages, bytes, .. } = self.faded(now);
        (messages, bytes)
    }

    fn faded(self, now: Time) -> Self {
        let millis = now.as_millis().saturating_sub(self.at.as_millis());
        if millis == 0 {
            return self;
        }
        let left = (-(millis as f64) / 1000.0 / Self::FADES_SECS).exp();
        Self { messages: self.messages * left, bytes: self.bytes * left, at: now }
    }
}

impl Ord for Key {
    fn cmp(&self, other: &Self) -> Ordering {
        // No topic holds a NUL [MQTT-4.7.3-2]: in its place `/` comes before everything else.
        let level_first = |byte: u8| if byte == b'/' { 0 } else { byte };
        let names = || self.1.bytes().map(level_first).cmp(other.1.bytes().map(level_first));
        self.0.cmp(&other.0).then_with(names)
    }
}

impl PartialOrd for Key {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}
