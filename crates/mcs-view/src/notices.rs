//! What the operator has to be told.

use crate::protocol::{Level, Notice};

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
    /// Adds one; the same words again move to the end instead of standing there twice.
    pub(crate) fn add(&mut self, level: Level, text: impl Into<String>) {
        let text = text.into();
        self.list.retain(|it| it.text != text);
        if self.list.len() == MOST {
            self.list.remove(0);
        }
        self.last_id += 1;
        self.list.push(Notice { id: self.last_id, level, text });
        self.changed = true;
    }

    /// Removes one; an unknown id does nothing.
    pub(crate) fn dismiss(&mut self, id: u64) {
        self.list.retain(|it| it.id != id);
        self.changed = true;
    }

    /// Removes those that begin like this: they are true no more.
    pub(crate) fn retract(&mut self, beginning: &str) {
        let before = self.list.len();
        self.list.retain(|it| !it.text.starts_with(beginning));
        self.changed |= self.list.len() != before;
    }

    /// All, oldest first.
    pub(crate) fn list(&self) -> &[Notice] {
        &self.list
    }
}

/// `1 device`, `2 devices`.
pub(crate) fn devices(count: usize) -> String {
    format!("{count} device{}", if count == 1 { "" } else { "s" })
}
