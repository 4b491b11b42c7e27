//! The rows that match a filter, found in slices: the newest first, so that what is on the screen
//! comes at once.

use std::collections::VecDeque;

use super::log::{Log, Stored};
use super::query::{Query, SEARCHED, Verdict};
use super::topics::{TopicId, Topics};
use crate::protocol::{ConnectionId, Direction, Filter, QueryError};

/// Rows that are looked at in one slice.
const SLICE_ROWS: usize = 20_000;

/// Payload bytes that are read in one slice.
const SLICE_BYTES: usize = 512 * 1024;

/// The rows that match.
#[derive(Debug, Default)]
pub(crate) struct Found {
    direction: Option<Direction>,
    connection: Option<ConnectionId>,
    below: Option<String>,
    query: Query,
    /// By their numbers, in order.
    rows: VecDeque<u64>,
    /// Rows from here on …
    low: u64,
    /// … up to here were looked at.
    high: u64,
    origin: i64,
    cut: u64,
    /// By topic; empty where nobody asked yet.
    verdicts: Vec<Option<Verdict>>,
}

impl Found {
    /// Nothing found yet of what `filter` asks for.
    pub(crate) fn new(filter: &Filter, log: &Log) -> Result<Self, QueryError> {
        Ok(Self {
            direction: filter.direction,
            connection: filter.connection,
            below: filter.below.clone(),
            query: Query::parse(&filter.query)?,
            low: log.next(),
            high: log.next(),
            ..Self::default()
        })
    }

    /// Whether every row matches: then nothing is kept.
    fn is_everything(&self) -> bool {
        self.direction.is_none()
            && self.connection.is_none()
            && self.below.is_none()
            && self.query.is_empty()
    }

    /// Looks at the next slice: at what is new, then at what is older.
    pub(crate) fn search(&mut self, log: &Log, topics: &Topics) {
        self.trim(log.first());
        if self.is_everything() {
            (self.low, self.high) = (log.first(), log.next());
            self.origin = i64::try_from(log.first()).unwrap_or(i64::MAX);
            return;
        }
        let mut slice = Slice { rows: SLICE_ROWS, bytes: SLICE_BYTES };
        while self.high < log.next() && slice.is_open() {
            if self.looks_at(self.high, log, topics, &mut slice) {
                self.rows.push_back(self.high);
            }
            self.high += 1;
        }
        while self.low > log.first() && slice.is_open() {
            self.low -= 1;
            if self.looks_at(self.low, log, topics, &mut slice) {
                self.rows.push_front(self.low);
                self.origin -= 1;
            }
        }
    }

    /// Whether a message matches, whenever it came.
    pub(crate) fn means(&mut self, message: &Stored<'_>, topics: &Topics) -> bool {
        let mut slice = Slice { rows: usize::MAX, bytes: usize::MAX };
        self.matches(message, topics, &mut slice)
    }

    /// A topic's number means another topic now.
    pub(crate) fn forget_verdicts(&mut self) {
        self.verdicts.clear();
    }

    /// Rows that were not looked at.
    pub(crate) fn unsearched(&self, log: &Log) -> u64 {
        log.next() - self.high.max(log.first()) + self.low.saturating_sub(log.first())
    }

    /// Payloads of which only the beginning was searched.
    pub(crate) fn cut(&self) -> u64 {
        self.cut
    }

    /// The place of the first match in a count that evictions and finds do not shift.
    pub(crate) fn origin(&self) -> i64 {
        self.origin
    }

    /// How many match up to the row `until`, and how many after it.
    pub(crate) fn count(&self, until: Option<u64>) -> (u64, u64) {
        if self.is_everything() {
            let end = until.map_or(self.high, |it| it + 1).clamp(self.low, self.high);
            return (end - self.low, self.high - end);
        }
        let all = self.rows.len() as u64;
        let shown = match until {
            Some(until) => self.rows.partition_point(|row| *row <= until) as u64,
            None => all,
        };
        (shown, all - shown)
    }

    /// The number of the match at a place.
    pub(crate) fn at(&self, place: u64) -> Option<u64> {
        if self.is_everything() {
            return self.low.checked_add(place).filter(|row| *row < self.high);
        }
        self.rows.get(usize::try_from(place).ok()?).copied()
    }

    fn trim(&mut self, first: u64) {
        while self.rows.front().is_some_and(|row| *row < first) {
            self.rows.pop_front();
            self.origin += 1;
        }
        self.low = self.low.max(first);
        self.high = self.high.max(first);
    }

    fn looks_at(&mut self, number: u64, log: &Log, topics: &Topics, slice: &mut Slice) -> bool {
        slice.rows -= 1;
        log.get(number).is_some_and(|message| self.matches(&message, topics, slice))
    }

    fn matches(&mut self, message: &Stored<'_>, topics: &Topics, slice: &mut Slice) -> bool {
        if self.direction.is_some_and(|it| it != message.row.direction) {
            return false;
        }
        match self.verdict(message.row.topic, topics) {
            Verdict::Yes => true,
            Verdict::No => false,
            Verdict::Maybe => self.reads(message, topics, slice),
        }
    }

    fn reads(&mut self, message: &Stored<'_>, topics: &Topics, slice: &mut Slice) -> bool {
        if self.query.reads_payloads() {
            slice.bytes = slice.bytes.saturating_sub(message.payload.len().min(SEARCHED));
            self.cut += u64::from(message.payload.len() > SEARCHED);
        }
        self.query.matches(topics.name(message.row.topic), message)
    }

    fn verdict(&mut self, topic: TopicId, topics: &Topics) -> Verdict {
        if self.verdicts.len() <= topic.index() {
            self.verdicts.resize(topics.bound().max(topic.index() + 1), None);
        }
        if let Some(Some(verdict)) = self.verdicts.get(topic.index()) {
            return *verdict;
        }
        let name = topics.name(topic);
        let is_below = self.below.as_deref().is_none_or(|it| is_below(name, it));
        let is_here = self.connection.is_none_or(|it| it == topics.connection(topic));
        let verdict = if is_below && is_here { self.query.of_topic(name) } else { Verdict::No };
        self.verdicts[topic.index()] = Some(verdict);
        verdict
    }
}

/// Whether a topic is `top` or below it.
pub(crate) fn is_below(topic: &str, top: &str) -> bool {
    topic.strip_prefix(top).is_some_and(|rest| rest.is_empty() || rest.starts_with('/'))
}

/// What may still be done in this slice.
struct Slice {
    rows: usize,
    bytes: usize,
}

impl Slice {
    fn is_open(&self) -> bool {
        self.rows > 0 && self.bytes > 0
    }
}
