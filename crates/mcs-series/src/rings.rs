//! All series within one budget.

use mcs_sorted::Map;

use crate::{POINT_BYTES, SERIES_BYTES, Series, Summary, Window};

#[cfg(test)]
mod tests;

/// One [`Series`] for each key. Together they cost at most the budget: when a point does not fit,
/// the oldest point of all series goes, by its own time.
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
        self.change(key, |series| series.insert(at, value));
    }

    /// See [`Series::merge`].
    pub fn merge(&mut self, key: &K, history: impl IntoIterator<Item = (u64, f64)>) {
        self.change(key, |series| series.merge(history));
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

    /// The series of `key`, [settled](Series::settle).
    pub fn settle(&mut self, key: &K) -> Option<&Series> {
        let series = self.series.get_mut(key)?;
        series.settle();
        Some(series)
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

    fn change(&mut self, key: &K, change: impl FnOnce(&mut Series)) {
        // Looking before inserting spares the clone of the key on the hot path.
        let series = match self.series.get_mut(key) {
            Some(series) => series,
            None => self.series.entry(key.clone()).or_default(),
        };
        let before = series.len();
        change(series);
        self.points = self.points + series.len() - before;
        while self.bytes() > self.budget && self.evict_oldest() {}
    }

    /// Evicts from the series with the oldest point, up to the oldest point of any other.
    fn evict_oldest(&mut self) -> bool {
        let excess = (self.bytes() - self.budget).div_ceil(POINT_BYTES);
        let mut oldest: Option<(u64, &mut Series)> = None;
        let mut runner_up = u64::MAX;
        for series in self.series.values_mut() {
            let Some(first) = series.first() else { continue };
            match &oldest {
                Some((at, _)) if first >= *at => runner_up = runner_up.min(first),
                _ => {
                    runner_up = oldest.map_or(runner_up, |(at, _)| runner_up.min(at));
                    oldest = Some((first, series));
                }
            }
        }
        let Some((_, series)) = oldest else { return false };
        let count = series.before(runner_up.saturating_add(1)).clamp(1, excess);
        series.evict(count);
        self.points -= count;
        self.evicted += count as u64;
        true
    }
}
