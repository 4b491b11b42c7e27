//! The points of one channel.

use std::collections::VecDeque;

use crate::columns::Columns;
use crate::pyramid::Pyramid;

#[cfg(test)]
mod tests;

/// What a point costs in the budget: 16 bytes, its share of the pyramid, and the slack of buffers
/// that grow by an eighth.
pub const POINT_BYTES: usize = 20;

/// What a series costs in the budget beside its points.
pub const SERIES_BYTES: usize = 1024;

/// Points in time order, at most one for each millisecond.
///
/// Points may come in any order, since devices send late and their clocks jump: each finds its
/// place. In order is the quick way; out of order costs a move of what is later.
#[derive(Clone, Debug, Default)]
pub struct Series {
    /// The absolute index of the first entry.
    base: u64,
    entries: VecDeque<Entry>,
    pyramid: Pyramid,
    pub(crate) columns: Columns,
    revision: u64,
    /// One millisecond after the newest point that was evicted.
    floor: u64,
}

/// So many points are looked at sooner than their blocks are found.
const FEW: usize = 32;

/// A point.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) struct Entry {
    /// Milliseconds since the epoch.
    pub(crate) at: u64,
    /// Finite.
    pub(crate) value: f64,
}

impl Series {
    /// Adds a point that just came; at a time that is taken, the new value replaces the old one.
    /// A value that is not finite is ignored.
    pub fn insert(&mut self, at: u64, value: f64) {
        if !value.is_finite() {
            return;
        }
        self.revision += 1;
        let entry = Entry { at, value };
        if self.last().is_none_or(|last| last < at) {
            self.make_room(1);
            self.entries.push_back(entry);
        } else {
            let index = self.entries.partition_point(|it| it.at < at);
            self.changed(index);
            match self.entries.get_mut(index) {
                Some(taken) if taken.at == at => *taken = entry,
                _ => {
                    self.make_room(1);
                    self.entries.insert(index, entry);
                }
            }
        }
        // One block for each entry keeps up with entries in order; the rest waits for a reader.
        self.grow(1);
    }

    /// Adds points of the past in any order, without a double or a seam: at a time that is taken,
    /// what is here stays, since it came live and is newer than a stored copy.
    pub fn merge(&mut self, history: impl IntoIterator<Item = (u64, f64)>) {
        let mut history: Vec<_> = history
            .into_iter()
            .filter(|(_, value)| value.is_finite())
            .map(|(at, value)| Entry { at, value })
            .collect();
        history.sort_by_key(|it| it.at);
        let Some(first) = history.first() else { return };
        self.revision += 1;
        let from = self.entries.partition_point(|it| it.at < first.at);
        self.changed(from);
        let tail = self.entries.split_off(from);
        self.make_room(tail.len() + history.len());
        let mut tail = tail.into_iter().peekable();
        let mut history = history.into_iter().peekable();
        loop {
            let next = match (tail.peek(), history.peek()) {
                (Some(here), Some(past)) if past.at < here.at => history.next(),
                (Some(_), _) => tail.next(),
                (None, _) => history.next(),
            };
            let Some(next) = next else { break };
            if self.last().is_none_or(|last| last < next.at) {
                self.entries.push_back(next);
            }
        }
    }

    /// Removes the `count` oldest points.
    pub fn evict(&mut self, count: usize) {
        let count = count.min(self.entries.len());
        if count == 0 {
            return;
        }
        self.revision += 1;
        let newest = self.time(count - 1).unwrap_or_default();
        self.floor = self.floor.max(newest.saturating_add(1));
        self.entries.drain(..count);
        self.base += count as u64;
        self.pyramid.evict(self.base);
        self.columns.evict(self.base);
        // Give the room of the evicted back when much of it is empty: another series needs it.
        let spare = self.entries.capacity() - self.entries.len();
        if spare > self.entries.len() / 4 + 256 {
            self.entries.shrink_to(self.entries.len() + self.entries.len() / 8);
        }
    }

    /// How many points there are.
    pub fn len(&self) -> usize {
        self.entries.len()
    }

    /// Whether there is no point.
    pub fn is_empty(&self) -> bool {
        self.entries.is_empty()
    }

    /// The time of the oldest point.
    pub fn first(&self) -> Option<u64> {
        self.entries.front().map(|it| it.at)
    }

    /// The time of the newest point.
    pub fn last(&self) -> Option<u64> {
        self.entries.back().map(|it| it.at)
    }

    /// A number that grows with every change.
    pub fn revision(&self) -> u64 {
        self.revision
    }

    /// Since when no point was evicted; 0 when none was.
    pub fn floor(&self) -> u64 {
        self.floor
    }

    /// How many points there are from `from` to `until`, both included.
    pub fn count(&self, from: u64, until: u64) -> usize {
        self.before(until.saturating_add(1)).saturating_sub(self.before(from))
    }

    /// The points from `from` to `until`, both included, oldest first.
    pub fn between(
        &self,
        from: u64,
        until: u64,
    ) -> impl DoubleEndedIterator<Item = (u64, f64)> + '_ {
        let to = self.before(until.saturating_add(1));
        self.entries.range(self.before(from).min(to)..to).map(|it| (it.at, it.value))
    }

    /// The newest point before `at`.
    pub fn newest_before(&self, at: u64) -> Option<(u64, f64)> {
        let index = self.before(at).checked_sub(1)?;
        self.entry(index).map(|it| (it.at, it.value))
    }

    /// All points, oldest first.
    pub fn iter(&self) -> impl Iterator<Item = (u64, f64)> + '_ {
        self.entries.iter().map(|it| (it.at, it.value))
    }

    /// The time of the `index`-th point that is not evicted, if there is one.
    pub(crate) fn time(&self, index: usize) -> Option<u64> {
        self.entries.get(index).map(|it| it.at)
    }

    pub(crate) fn entry(&self, index: usize) -> Option<Entry> {
        self.entries.get(index).copied()
    }

    /// How many points are before `at`.
    pub(crate) fn before(&self, at: u64) -> usize {
        self.entries.partition_point(|it| it.at < at)
    }

    /// Completes the pyramid, after points came out of order: what is read of it costs less then.
    pub fn settle(&mut self) {
        self.grow(usize::MAX);
    }

    /// Positions of the least and the greatest value among the points `from .. to`, and how many
    /// entries were looked at.
    pub(crate) fn extremes(&self, from: usize, to: usize) -> Option<(usize, usize, u64)> {
        let to = to.min(self.entries.len());
        if to.saturating_sub(from) <= FEW {
            let (min, max) = scan(self.entries.range(from.min(to)..to))?;
            return Some((from + min, from + max, (to - from) as u64));
        }
        let mut visited = 0;
        let absolute = |index: usize| self.base + index as u64;
        let found =
            self.pyramid.extremes(absolute(from), absolute(to), self.value(), &mut visited)?;
        let relative = |index: u64| usize::try_from(index - self.base).unwrap_or(usize::MAX);
        Some((relative(found.min), relative(found.max), visited))
    }

    /// The absolute index of the oldest point: how many were evicted or lie before it.
    pub(crate) fn base(&self) -> u64 {
        self.base
    }

    /// Whatever was found out of the entries from `index` on does not hold any more.
    fn changed(&mut self, index: usize) {
        let index = self.base + index as u64;
        self.pyramid.truncate(index);
        self.columns.truncate(index);
    }

    fn grow(&mut self, limit: usize) {
        let mut pyramid = std::mem::take(&mut self.pyramid);
        let end = self.base + self.entries.len() as u64;
        pyramid.grow(self.base, end, limit, self.value());
        self.pyramid = pyramid;
    }

    fn value(&self) -> impl Fn(u64) -> f64 + Copy + '_ {
        |index| {
            let index = usize::try_from(index.wrapping_sub(self.base)).unwrap_or(usize::MAX);
            self.entries.get(index).map_or(0.0, |it| it.value)
        }
    }

    /// Growing by an eighth instead of doubling keeps the memory near the count.
    fn make_room(&mut self, more: usize) {
        if self.entries.len() + more > self.entries.capacity() {
            self.entries.reserve_exact(more.max(self.entries.len() / 8).max(32));
        }
    }
}

/// Where the least and the greatest value are, the first of equals.
fn scan<'a>(entries: impl Iterator<Item = &'a Entry>) -> Option<(usize, usize)> {
    let mut found: Option<[(usize, f64); 2]> = None;
    for (index, entry) in entries.enumerate() {
        let here = (index, entry.value);
        let [min, max] = found.get_or_insert([here, here]);
        if here.1 < min.1 {
            *min = here;
        }
        if here.1 > max.1 {
            *max = here;
        }
    }
    found.map(|[min, max]| (min.0, max.0))
}
