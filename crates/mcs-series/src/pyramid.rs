//! The extremes of every 16, 256, 4096 … entries of a series.
//!
//! Entries are counted by an absolute index that grows for ever: evicting the oldest ones moves
//! the base and touches nothing else. Only whole blocks are kept, so an entry at either end that
//! comes or goes makes no block wrong.

use std::collections::VecDeque;

#[cfg(test)]
mod tests;

/// How many entries, or blocks, make a block of the next level.
const FAN: u64 = 16;

/// Indices of a least and a greatest value; the earlier one among equals.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Extremes {
    pub(crate) min: u64,
    pub(crate) max: u64,
}

/// Levels from fine to coarse.
#[derive(Clone, Debug, Default)]
pub(crate) struct Pyramid(Vec<Level>);

/// Consecutive blocks of one size; block `n` covers the entries `n * size .. (n + 1) * size`.
#[derive(Clone, Debug, Default)]
struct Level {
    first: u64,
    blocks: VecDeque<Extremes>,
}

impl Pyramid {
    /// Forgets every block that holds `index` or a later entry.
    pub(crate) fn truncate(&mut self, index: u64) {
        for (level, size) in self.0.iter_mut().zip(sizes()) {
            let keep = (index / size).saturating_sub(level.first);
            level.blocks.truncate(usize::try_from(keep).unwrap_or(usize::MAX));
        }
    }

    /// Forgets every block that holds an entry before `base`.
    pub(crate) fn evict(&mut self, base: u64) {
        for (level, size) in self.0.iter_mut().zip(sizes()) {
            while !level.blocks.is_empty() && level.first < base.div_ceil(size) {
                level.blocks.pop_front();
                level.first += 1;
            }
        }
    }

    /// Adds the blocks that entries `base .. end` complete, `limit` on each level at most.
    pub(crate) fn grow(
        &mut self,
        base: u64,
        end: u64,
        limit: usize,
        value: impl Fn(u64) -> f64 + Copy,
    ) {
        for (depth, size) in sizes().enumerate() {
            if end / size <= base.div_ceil(size) {
                return;
            }
            if self.0.len() == depth {
                self.0.push(Level::default());
            }
            let (finer, rest) = self.0.split_at_mut(depth);
            let finer = finer.last();
            let Some(level) = rest.first_mut() else { return };
            if level.blocks.is_empty() {
                level.first = base.div_ceil(size);
            }
            for _ in 0..limit {
                let block = level.next();
                if (block + 1) * size > end {
                    break;
                }
                let parts = block * FAN..(block + 1) * FAN;
                let extremes = match finer {
                    None => parts.map(Extremes::of).reduce(|a, b| a.join(b, value)),
                    Some(finer) => finer.join(parts, value),
                };
                let Some(extremes) = extremes else { break };
                level.blocks.push_back(extremes);
            }
        }
    }

    /// The extremes of the entries `from .. to`, all of which exist. Adds to `visited` how many
    /// entries and blocks it looked at: at most 30 a level.
    pub(crate) fn extremes(
        &self,
        from: u64,
        to: u64,
        value: impl Fn(u64) -> f64 + Copy,
        visited: &mut u64,
    ) -> Option<Extremes> {
        let mut best = Best::NONE;
        let mut add = |it: Extremes| {
            *visited += 1;
            best.add(it, value);
        };
        let (mut from, mut to) = (from, to);
        // Depth 0 is the entries themselves, depth n the blocks of level n - 1.
        for depth in 0..=self.0.len() {
            let level = depth.checked_sub(1).and_then(|it| self.0.get(it));
            let at = |n| level.map_or(Some(Extremes::of(n)), |level| level.block(n));
            let coarser = self.0.get(depth);
            while from < to && (from % FAN != 0 || !has(coarser, from / FAN)) {
                at(from).into_iter().for_each(&mut add);
                from += 1;
            }
            while from < to && (to % FAN != 0 || !has(coarser, to / FAN - 1)) {
                to -= 1;
                at(to).into_iter().for_each(&mut add);
            }
            (from, to) = (from / FAN, to / FAN);
        }
        best.found()
    }
}

impl Level {
    fn next(&self) -> u64 {
        self.first + self.blocks.len() as u64
    }

    fn block(&self, number: u64) -> Option<Extremes> {
        let at = usize::try_from(number.checked_sub(self.first)?).ok()?;
        self.blocks.get(at).copied()
    }

    fn join(
        &self,
        mut blocks: std::ops::Range<u64>,
        value: impl Fn(u64) -> f64 + Copy,
    ) -> Option<Extremes> {
        let first = self.block(blocks.next()?)?;
        blocks.try_fold(first, |best, number| Some(best.join(self.block(number)?, value)))
    }
}

/// The extremes of what was looked at so far, with their values, so that each is read once.
struct Best {
    min: (f64, u64),
    max: (f64, u64),
}

impl Best {
    /// Nothing was; values are finite.
    const NONE: Self = Self { min: (f64::INFINITY, 0), max: (f64::NEG_INFINITY, 0) };

    fn add(&mut self, it: Extremes, value: impl Fn(u64) -> f64) {
        let (least, greatest) = (value(it.min), value(it.max));
        if least < self.min.0 || least == self.min.0 && it.min < self.min.1 {
            self.min = (least, it.min);
        }
        if greatest > self.max.0 || greatest == self.max.0 && it.max < self.max.1 {
            self.max = (greatest, it.max);
        }
    }

    fn found(self) -> Option<Extremes> {
        (self.min.0 <= self.max.0).then_some(Extremes { min: self.min.1, max: self.max.1 })
    }
}

impl Extremes {
    fn of(index: u64) -> Self {
        Self { min: index, max: index }
    }

    fn join(self, other: Self, value: impl Fn(u64) -> f64) -> Self {
        let earlier = |a: u64, b: u64, wins: fn(f64, f64) -> bool| {
            let (a, b) = (a.min(b), a.max(b));
            if wins(value(b), value(a)) { b } else { a }
        };
        Self {
            min: earlier(self.min, other.min, |later, earlier| later < earlier),
            max: earlier(self.max, other.max, |later, earlier| later > earlier),
        }
    }
}

fn has(level: Option<&Level>, number: u64) -> bool {
    level.is_some_and(|level| level.block(number).is_some())
}

/// 16, 256, 4096 … entries.
fn sizes() -> impl Iterator<Item = u64> {
    (1..16).map(|level| FAN.pow(level))
}
