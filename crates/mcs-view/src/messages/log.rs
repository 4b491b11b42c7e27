//! The messages themselves, in a ring with a budget.

use std::collections::VecDeque;

use super::topics::TopicId;
use crate::protocol::{Direction, Fate};

/// Most rows: a list of so many still has a height that every browser can scroll.
pub(crate) const MOST_ROWS: u64 = 500_000;

/// Bytes of a segment, unless a single message is larger.
const SEGMENT_BYTES: usize = 256 * 1024;

/// Rows of a segment.
const SEGMENT_ROWS: usize = 4096;

/// All stored messages, oldest first. The oldest go when there is no room.
#[derive(Debug)]
pub(crate) struct Log {
    segments: VecDeque<Segment>,
    /// The number of the next row.
    next: u64,
    /// What the full segments take.
    sealed: usize,
    budget: usize,
    /// Rows that went.
    pub(crate) evicted: u64,
}

/// Some hundred messages that came one after the other: they are freed together.
#[derive(Debug)]
struct Segment {
    first: u64,
    rows: Vec<Row>,
    bytes: Vec<u8>,
}

/// A message without its bytes.
#[derive(Clone, Debug)]
pub(crate) struct Row {
    /// By the wall clock, in milliseconds.
    pub(crate) at: u64,
    /// The row before on the same topic.
    pub(crate) before: Option<u64>,
    pub(crate) topic: TopicId,
    pub(crate) direction: Direction,
    pub(crate) qos: u8,
    pub(crate) retained: bool,
    pub(crate) duplicate: bool,
    /// Of a message that we sent.
    pub(crate) fate: Option<Fate>,
    /// Where its payload is in the segment's bytes; its properties follow.
    start: u32,
    payload: u32,
    properties: u32,
}

/// A message in the log.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Stored<'a> {
    pub(crate) number: u64,
    pub(crate) row: &'a Row,
    pub(crate) payload: &'a [u8],
    /// Postcard of the protocol's properties; empty when there are none.
    pub(crate) properties: &'a [u8],
}

/// What is to be stored.
pub(crate) struct New<'a> {
    pub(crate) at: u64,
    pub(crate) before: Option<u64>,
    pub(crate) topic: TopicId,
    pub(crate) direction: Direction,
    pub(crate) qos: u8,
    pub(crate) retained: bool,
    pub(crate) duplicate: bool,
    pub(crate) fate: Option<Fate>,
    pub(crate) payload: &'a [u8],
    pub(crate) properties: &'a [u8],
}

impl Log {
    /// A log that takes at most so many bytes.
    pub(crate) fn new(budget: usize) -> Self {
        Self { segments: VecDeque::new(), next: 0, sealed: 0, budget, evicted: 0 }
    }

    /// Stores a message as the row [`Self::next`] was. Nothing is allocated but the room for its
    /// bytes.
    pub(crate) fn push(&mut self, new: New<'_>) {
        let size = new.payload.len() + new.properties.len();
        let fits = self.segments.back().is_some_and(|last| last.has_room(size));
        if !fits {
            self.seal();
            let rows = Vec::new();
            self.segments.push_back(Segment { first: self.next, rows, bytes: Vec::new() });
        }
        let Some(segment) = self.segments.back_mut() else { return };
        let length = |bytes: &[u8]| u32::try_from(bytes.len()).unwrap_or(u32::MAX);
        let row = Row {
            at: new.at,
            before: new.before,
            topic: new.topic,
            direction: new.direction,
            qos: new.qos,
            retained: new.retained,
            duplicate: new.duplicate,
            fate: new.fate,
            start: u32::try_from(segment.bytes.len()).unwrap_or(u32::MAX),
            payload: length(new.payload),
            properties: length(new.properties),
        };
        segment.bytes.extend_from_slice(new.payload);
        segment.bytes.extend_from_slice(new.properties);
        segment.rows.push(row);
        self.next += 1;
    }

    /// Whether the oldest have to go, beside `others` bytes that count, too.
    pub(crate) fn is_full(&self, others: usize) -> bool {
        let rows = self.next - self.first();
        (self.memory() + others > self.budget || rows > MOST_ROWS) && self.segments.len() > 1
    }

    /// Evicts the oldest segment and tells the topics of its rows.
    pub(crate) fn evict(&mut self, mut released: impl FnMut(TopicId)) {
        let Some(segment) = self.segments.pop_front() else { return };
        if !self.segments.is_empty() {
            self.sealed -= segment.memory();
        }
        self.evicted += segment.rows.len() as u64;
        segment.rows.iter().for_each(|row| released(row.topic));
    }

    /// Forgets every row and tells their topics. Numbers go on.
    pub(crate) fn clear(&mut self, mut released: impl FnMut(TopicId)) {
        for segment in self.segments.drain(..) {
            segment.rows.iter().for_each(|row| released(row.topic));
        }
        self.sealed = 0;
    }

    /// The oldest stored row, or the next one when there is none.
    pub(crate) fn first(&self) -> u64 {
        self.segments.front().map_or(self.next, |it| it.first)
    }

    /// The number that the next row gets.
    pub(crate) fn next(&self) -> u64 {
        self.next
    }

    pub(crate) fn len(&self) -> u64 {
        self.next - self.first()
    }

    /// What the rows take, in bytes.
    pub(crate) fn memory(&self) -> usize {
        self.sealed + self.segments.back().map_or(0, Segment::memory)
    }

    pub(crate) fn budget(&self) -> usize {
        self.budget
    }

    /// A row, while it is stored.
    pub(crate) fn get(&self, number: u64) -> Option<Stored<'_>> {
        let segment = self.segments.get(self.segment_of(number)?)?;
        segment.get(number)
    }

    pub(crate) fn get_mut(&mut self, number: u64) -> Option<&mut Row> {
        let at = self.segment_of(number)?;
        let segment = self.segments.get_mut(at)?;
        segment.rows.get_mut(usize::try_from(number - segment.first).ok()?)
    }

    fn segment_of(&self, number: u64) -> Option<usize> {
        self.segments.partition_point(|it| it.first <= number).checked_sub(1)
    }

    /// The last segment is full: gives back what it did not use.
    fn seal(&mut self) {
        if let Some(last) = self.segments.back_mut() {
            last.rows.shrink_to_fit();
            last.bytes.shrink_to_fit();
            self.sealed += last.memory();
        }
    }
}

impl Segment {
    fn has_room(&self, size: usize) -> bool {
        self.rows.len() < SEGMENT_ROWS && self.bytes.len() + size <= SEGMENT_BYTES
    }

    fn memory(&self) -> usize {
        self.rows.capacity() * size_of::<Row>() + self.bytes.capacity() + size_of::<Self>()
    }

    fn get(&self, number: u64) -> Option<Stored<'_>> {
        let row = self.rows.get(usize::try_from(number.checked_sub(self.first)?).ok()?)?;
        let (payload, rest) =
            self.bytes.get(row.start as usize..)?.split_at_checked(row.payload as usize)?;
        let properties = rest.get(..row.properties as usize)?;
        Some(Stored { number, row, payload, properties })
    }
}
