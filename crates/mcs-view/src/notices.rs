//! What the operator has to be told.

use crate::protocol::{Level, News, Notice, Sought};

/// The most notices at once; the oldest makes room.
const MOST: usize = 20;

/// Notices that were not dismissed.
#[derive(Debug, Default)]
pub(crate) struct Notices {
    list: Vec<Notice>,
    last_id: u64,
    /// The page has not seen the list as it is.
    pub(crate) changed: bool,
}

impl Notices {
    /// Adds one; the same news again moves to the end instead of standing there twice.
    pub(crate) fn add(&mut self, level: Level, news: News) {
        self.list.retain(|it| it.news != news);
        if self.list.len() == MOST {
            self.list.remove(0);
        }
        self.last_id += 1;
        self.list.push(Notice { id: self.last_id, level, news });
        self.changed = true;
    }

    /// Removes one; an unknown id does nothing.
    pub(crate) fn dismiss(&mut self, id: u64) {
        self.list.retain(|it| it.id != id);
        self.changed = true;
    }

    /// Takes back what is true no more.
    pub(crate) fn retract(&mut self, is_over: impl Fn(&News) -> bool) {
        let before = self.list.len();
        self.list.retain(|it| !is_over(&it.news));
        self.changed |= self.list.len() != before;
    }

    /// What was sought is here: that it could not be fetched is true no more.
    pub(crate) fn found(&mut self, found: Sought) {
        self.retract(|it| matches!(it, News::NotFetched(it, _) if *it == found));
    }

    /// All, oldest first.
    pub(crate) fn list(&self) -> &[Notice] {
        &self.list
    }
}

/// A number of things for the page.
pub(crate) fn count(things: usize) -> u32 {
    u32::try_from(things).unwrap_or(u32::MAX)
}
