//! Which parts of a channel's past are here.

use crate::rest::Span;

#[cfg(test)]
mod tests;

/// Spans of time of which every point is here, as far as the budget lets them stay. Sorted, apart
/// from each other. `u64::MAX` as an end: live, nothing is missed.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Coverage(Vec<Span>);

impl Coverage {
    /// All points of the span are here now.
    pub(crate) fn add(&mut self, span: Span) {
        let mut joined = span;
        self.0.retain(|it| {
            let apart = it.until.saturating_add(1) < joined.from
                || joined.until.saturating_add(1) < it.from;
            if !apart {
                joined.from = joined.from.min(it.from);
                joined.until = joined.until.max(it.until);
            }
            apart
        });
        let place = self.0.partition_point(|it| it.from < joined.from);
        self.0.insert(place, joined);
    }

    /// Nothing that is later than `until` is certain any more: the connection was lost.
    pub(crate) fn cut(&mut self, until: u64) {
        self.0.retain(|it| it.from <= until);
        if let Some(last) = self.0.last_mut() {
            last.until = last.until.min(until);
        }
    }

    /// Forgets all but the newest `most` parts.
    pub(crate) fn keep(&mut self, most: usize) {
        self.0.drain(..self.0.len().saturating_sub(most));
    }

    /// All parts, in time order.
    pub(crate) fn parts(&self) -> &[Span] {
        &self.0
    }

    /// The end of the newest part.
    pub(crate) fn end(&self) -> Option<u64> {
        self.0.last().map(|it| it.until)
    }

    /// The part that holds `at`.
    pub(crate) fn around(&self, at: u64) -> Option<Span> {
        self.0.iter().copied().find(|it| it.from <= at && at <= it.until)
    }

    /// Every part of `wanted` that is not here, in time order.
    pub(crate) fn gaps(&self, wanted: Span) -> Vec<Span> {
        let mut gaps = Vec::new();
        let mut from = wanted.from;
        for it in self.0.iter().filter(|it| it.until >= wanted.from) {
            if it.from > wanted.until {
                break;
            }
            if it.from > from {
                gaps.push(Span { from, until: it.from - 1 });
            }
            match it.until.checked_add(1) {
                Some(next) => from = next,
                None => return gaps,
            }
        }
        if from <= wanted.until {
            gaps.push(Span { from, until: wanted.until });
        }
        gaps
    }

    /// Nothing before `from` is here any more: it was evicted.
    pub(crate) fn start_at(&mut self, from: u64) {
        self.0.retain(|it| it.until >= from);
        for it in &mut self.0 {
            it.from = it.from.max(from);
        }
    }

    /// The newest part of `wanted` that is not here.
    pub(crate) fn missing(&self, wanted: Span) -> Option<Span> {
        self.gaps(wanted).pop()
    }
}
