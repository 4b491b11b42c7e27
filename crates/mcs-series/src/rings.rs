//! All series within one budget.

use std::cmp::Reverse;
use std::collections::BinaryHeap;

use mcs_sorted::Map;

use crate::{POINT_BYTES, SERIES_BYTES, Series, Summary, Window};

#[cfg(test)]
mod tests;

/// Of all points, this part goes at once.
const AT_ONCE: usize = 128;

/// One [`Series`] for each key. Together they cost at most the budget: when a point does not fit,
/// the oldest points of all series go, by their own time.
#[derive(Clone, Debug)]
pub struct Rings<K> {
    series: Map<K, Series>,
    budget: usize,
    points: usize,
    evicted: u64,
}

impl<K: Clone + Ord> Rings<K> {
    /// Nothing, with room for `budget` bytes.
    pub fn new(budget: usize) -> Self {
        Self { series: Map::new(), budget, points: 0, evicted: 0 }
    }

    /// See [`Series::insert`].
    pub fn insert(&mut self, key: &K, at: u64, value: f64) {
        self.insert_near(key, &mut 0, at, value);
    }

    /// The same for who inserts again and again: nothing is searched while the series is at the place where it was found
    /// last. See [`Map::get_mut_near`].
    pub fn insert_near(&mut self, key: &K, place: &mut usize, at: u64, value: f64) {
        self.change(key, place, |series| series.insert(at, value));
    }

    /// See [`Series::merge`].
    pub fn merge(&mut self, key: &K, history: impl IntoIterator<Item = (u64, f64)>) {
        self.change(key, &mut 0, |series| series.merge(history));
    }

    /// Forgets the series whose key fails `keep`.
    pub fn retain(&mut self, mut keep: impl FnMut(&K) -> bool) {
        self.series.retain(|key, _| keep(key));
        self.points = self.series.values().map(Series::len).sum();
    }

    /// Appends the points of `key` to `out`; see [`Series::decimate`].
    pub fn decimate(&mut self, key: &K, window: Window, out: &mut Vec<f32>) -> Summary {
        match self.series.get_mut(key) {
            Some(series) => series.decimate(window, out),
            None => Summary::default(),
        }
    }

    /// The series of `key`, [settled](Series::settle_for) for a window.
    pub fn settle_for(&mut self, key: &K, window: Window) -> Option<&Series> {
        let series = self.series.get_mut(key)?;
        series.settle_for(window);
        Some(series)
    }

    /// All series [rest](Series::rest).
    pub fn rest(&mut self) {
        self.series.values_mut().for_each(Series::rest);
    }

    /// The series of `key`.
    pub fn get(&self, key: &K) -> Option<&Series> {
        self.series.get(key)
    }

    /// How many points there are in all.
    pub fn points(&self) -> usize {
        self.points
    }

    /// What they cost, in bytes.
    pub fn bytes(&self) -> usize {
        self.points * POINT_BYTES + self.series.len() * SERIES_BYTES
    }

    /// What they may cost, in bytes.
    pub fn budget(&self) -> usize {
        self.budget
    }

    /// How many points had to go since the start.
    pub fn evicted(&self) -> u64 {
        self.evicted
    }

    /// Whether there is no point at all.
    pub fn is_empty(&self) -> bool {
        self.points == 0
    }

    fn change(&mut self, key: &K, place: &mut usize, change: impl FnOnce(&mut Series)) {
        // Looking before inserting spares the clone of the key on the hot path.
        let series = match self.series.get_mut_near(key, place) {
            Some(series) => series,
            None => self.series.entry(key.clone()).or_default(),
        };
        let before = series.len();
        change(series);
        self.points = self.points + series.len() - before;
        if self.bytes() > self.budget {
            self.evict_oldest();
        }
    }

    /// Evicts the oldest points of all: as many as are too many, and some more, so that it need not be done for every
    /// point that comes.
    fn evict_oldest(&mut self) {
        let mut series: Vec<_> = self.series.values_mut().collect();
        let first = |it: (usize, &&mut Series)| Some(Reverse((it.1.first()?, it.0)));
        let mut oldest: BinaryHeap<_> = series.iter().enumerate().filter_map(first).collect();
        let excess = self.points * POINT_BYTES + series.len() * SERIES_BYTES - self.budget;
        let excess = excess.div_ceil(POINT_BYTES).min(self.points);
        let mut left = excess + (self.points - excess) / AT_ONCE;
        while left > 0
            && let Some(Reverse((_, index))) = oldest.pop()
        {
            let next = oldest.peek().map_or(u64::MAX, |it| it.0.0);
            let count = series[index].before(next.saturating_add(1)).clamp(1, left);
            series[index].evict(count);
            self.points -= count;
            self.evicted += count as u64;
            left -= count;
            oldest.extend(series[index].first().map(|first| Reverse((first, index))));
        }
    }
}
