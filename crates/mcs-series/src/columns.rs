//! What is drawn of each column, kept from one look at a series to the next.
//!
//! Columns stand still while a window moves on. Of many points in each, only the newest column has to be looked at
//! again: a chart costs the same however many points it has.

use std::collections::VecDeque;

use crate::Window;
use crate::series::{Entry, Series};

#[cfg(test)]
mod tests;

/// With fewer points than this in a column, on average, looking at them again costs no more.
const DENSE: usize = 8;

/// What is drawn of a column: its first, least, greatest and last point.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Column {
    /// The absolute index of its first point.
    pub(crate) from: u64,
    /// The same of the first point behind it.
    pub(crate) to: u64,
    drawn: [Entry; 4],
    count: usize,
}

/// Whole columns of one grid, one next to the other; none that could still get a point at its end.
#[derive(Clone, Debug, Default)]
pub(crate) struct Columns {
    /// The window's span and how many columns it has.
    grid: (u64, u16),
    ready: VecDeque<Column>,
}

impl Column {
    /// In time order, none twice.
    pub(crate) fn drawn(&self) -> &[Entry] {
        self.drawn.get(..self.count).unwrap_or_default()
    }
}

impl Columns {
    /// Forgets every column that a change at `index` may have changed.
    pub(crate) fn truncate(&mut self, index: u64) {
        // A new point right behind a column may belong to it.
        while self.ready.back().is_some_and(|it| it.to >= index) {
            self.ready.pop_back();
        }
    }

    /// Forgets every column that begins before `index`.
    pub(crate) fn evict(&mut self, index: u64) {
        while self.ready.front().is_some_and(|it| it.from < index) {
            self.ready.pop_front();
        }
    }

    /// The columns of the window from the point `index` on, as far as they are known.
    pub(crate) fn from(&self, window: &Window, index: u64) -> impl Iterator<Item = &Column> {
        let is_same = self.grid == (window.span(), window.columns);
        let start = self.ready.partition_point(|it| it.from < index);
        self.ready.range(if is_same { start } else { self.ready.len() }..)
    }
}

impl Series {
    /// Completes the pyramid and, where a window has many points a column, what is drawn of it: the next look at the same
    /// columns costs less. It takes some 90 bytes a column until [`Self::rest`].
    pub fn settle_for(&mut self, window: Window) {
        self.settle();
        let (lo, hi) = (self.before(window.start), self.before(window.end.saturating_add(1)));
        let is_dense = hi.saturating_sub(lo) >= DENSE * usize::from(window.columns);
        if window.span() == 0 || window.columns == 0 || !is_dense {
            self.rest();
            return;
        }
        let mut known = std::mem::take(&mut self.columns);
        let grid = (window.span(), window.columns);
        let mut from = self.first_whole(&window, lo);
        known.evict(self.base() + from as u64);
        let begins = known.ready.front().map(|it| it.from);
        if known.grid != grid || begins != Some(self.base() + from as u64) {
            known = Columns { grid, ready: VecDeque::new() };
        }
        if let Some(last) = known.ready.back() {
            from = (last.to - self.base()) as usize;
        }
        while let Some(first) = self.time(from).filter(|_| from < hi) {
            let column = self.column(from, window.column_end(first), self.len(), &mut 0);
            from = (column.to - self.base()) as usize;
            if from == self.len() {
                break;
            }
            known.ready.push_back(column);
        }
        self.columns = known;
    }

    /// Forgets what is drawn of columns: nobody looks for now.
    pub fn rest(&mut self) {
        self.columns = Columns::default();
    }

    /// What is drawn of the column that begins at the position `from` and ends at the time `end` or at the position `hi`.
    pub(crate) fn column(&self, from: usize, end: u64, hi: usize, visited: &mut u64) -> Column {
        let to = self.gallop(from, hi, end, visited);
        let mut places = [from, from, to - 1, to - 1];
        if let Some((min, max, cost)) = self.extremes(from, to) {
            places[1] = min.min(max);
            places[2] = min.max(max);
            *visited += cost;
        }
        let absolute = |index: usize| self.base() + index as u64;
        let nothing = Entry { at: 0, value: 0.0 };
        let (from, to) = (absolute(from), absolute(to));
        let mut column = Column { from, to, drawn: [nothing; 4], count: 0 };
        for (n, index) in places.into_iter().enumerate() {
            if n == 0 || places.get(n - 1) != Some(&index) {
                let room = column.drawn.get_mut(column.count);
                if let (Some(room), Some(entry)) = (room, self.entry(index)) {
                    *room = entry;
                    column.count += 1;
                }
            }
        }
        column
    }

    /// The position of the first point, from `lo` on, that is the first of its column.
    fn first_whole(&self, window: &Window, lo: usize) -> usize {
        let former = lo.checked_sub(1).and_then(|index| self.time(index));
        match former.map(|at| window.column_end(at)) {
            Some(end) if self.time(lo).is_some_and(|at| at < end) => {
                self.gallop(lo, self.len(), end, &mut 0)
            }
            _ => lo,
        }
    }
}
