//! Which of many filters match a topic.

use mcs_sorted::Map;

use crate::TopicFilter;

#[cfg(test)]
mod tests;

/// A set of filters, grouped by *shape*: a program may have a thousand
/// filters, but they are of few shapes, such as `mcs/…/…/+`. For each shape,
/// the levels of a topic that the shape compares are hashed, and only filters
/// with that very hash are looked at. Nothing is allocated to match.
#[derive(Debug, Default)]
pub(crate) struct FilterIndex {
    shapes: Map<Shape, Map<u64, Vec<TopicFilter>>>,
}

/// Which levels a filter compares.
#[derive(Clone, Debug, Eq, Ord, PartialEq, PartialOrd)]
struct Shape {
    /// For each level, whether it is compared; `+` is not.
    compared: Vec<bool>,
    /// Whether `#` follows.
    open: bool,
}

impl FilterIndex {
    /// Adds a filter that is not there.
    pub(crate) fn insert(&mut self, filter: TopicFilter) {
        let shape = Shape::of(&filter);
        if let Some(hash) = shape.hash(filter.matched()) {
            let filters = self.shapes.entry(shape).or_default();
            filters.entry(hash).or_default().push(filter);
        }
    }

    pub(crate) fn remove(&mut self, filter: &TopicFilter) {
        let shape = Shape::of(filter);
        let Some(hash) = shape.hash(filter.matched()) else { return };
        let Some(hashes) = self.shapes.get_mut(&shape) else { return };
        let Some(filters) = hashes.get_mut(&hash) else { return };
        filters.retain(|other| other != filter);
        if filters.is_empty() {
            hashes.remove(&hash);
        }
        if hashes.is_empty() {
            self.shapes.remove(&shape);
        }
    }

    /// The filters that match `topic`, in an order that only depends on what
    /// was inserted.
    pub(crate) fn matching<'a>(
        &'a self,
        topic: &'a str,
    ) -> impl Iterator<Item = &'a TopicFilter> + 'a {
        let candidates = self.shapes.iter().filter_map(move |(shape, hashes)| {
            let hash = shape.hash(topic)?;
            hashes.get(&hash)
        });
        candidates.flatten().filter(move |filter| filter.matches(topic))
    }
}

impl Shape {
    fn of(filter: &TopicFilter) -> Self {
        let filter = filter.matched();
        let mut compared: Vec<bool> = filter.split('/').map(|level| level != "+").collect();
        let open = filter == "#" || filter.ends_with("/#");
        if open {
            compared.pop();
        }
        Self { compared, open }
    }

    /// A hash of the compared levels of `topic`; `None` if it has too few
    /// levels for this shape, or too many. Works for the filter itself, too.
    fn hash(&self, topic: &str) -> Option<u64> {
        // FNV-1a. An unlucky or wicked collision costs a comparison, no more.
        let mut hash = 0xcbf2_9ce4_8422_2325_u64;
        let mut levels = topic.split('/');
        for compared in &self.compared {
            let level = levels.next()?;
            if *compared {
                for byte in level.bytes().chain([b'/']) {
                    hash = (hash ^ u64::from(byte)).wrapping_mul(0x0100_0000_01b3);
                }
            }
        }
        (self.open || levels.next().is_none()).then_some(hash)
    }
}
