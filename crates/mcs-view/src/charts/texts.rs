//! What stands on marks: the texts of points that are no numbers, within a budget of their own.

use std::collections::BTreeMap;

use mcs_model::Timestamp;

use super::Key;
use crate::protocol::Mark;
use crate::rest::Span;

#[cfg(test)]
mod tests;

/// Most bytes for all texts, each counted with what it costs to keep it.
const BUDGET: usize = 4 << 20;
const COST: usize = 64;
/// Most characters of one text.
const LONGEST: usize = 200;
/// Most marks with a text in one answer.
const SLOTS: u64 = 100;

/// Texts by channel and time.
#[derive(Debug, Default)]
pub(crate) struct Texts {
    map: BTreeMap<Key, BTreeMap<u64, Box<str>>>,
    bytes: usize,
}

impl Texts {
    /// Keeps a text; the oldest of all go when there is no room.
    pub(crate) fn insert(&mut self, key: &Key, at: u64, text: &str) {
        let text = match text.char_indices().nth(LONGEST) {
            Some((end, _)) => format!("{}…", &text[..end]).into_boxed_str(),
            None => text.into(),
        };
        self.bytes += text.len() + COST;
        let former = self.map.entry(key.clone()).or_default().insert(at, text);
        self.bytes -= former.map_or(0, |it| it.len() + COST);
        while self.bytes > BUDGET {
            let first = |texts: &BTreeMap<u64, Box<str>>| texts.keys().next().copied();
            let oldest = self.map.values_mut().min_by_key(|it| first(it).unwrap_or(u64::MAX));
            let Some((_, gone)) = oldest.and_then(BTreeMap::pop_first) else { return };
            self.bytes -= gone.len() + COST;
        }
    }

    /// Forgets all but these.
    pub(crate) fn retain(&mut self, keep: impl Fn(&Key) -> bool) {
        self.map.retain(|key, _| keep(key));
        let costs = self.map.values().flat_map(BTreeMap::values).map(|it| it.len() + COST);
        self.bytes = costs.sum();
    }

    /// Every text of a span, by its time.
    pub(crate) fn all(&self, key: &Key, span: Span) -> BTreeMap<u64, &str> {
        let texts = self.map.get(key).filter(|_| span.from <= span.until);
        let texts = texts.into_iter().flat_map(|it| it.range(span.from..=span.until));
        texts.map(|(at, text)| (*at, &**text)).collect()
    }

    /// The texts of a window, oldest first; where they are dense, the newest of each hundredth.
    pub(crate) fn within(&self, key: &Key, span: Span) -> Vec<Mark> {
        let mut marks: Vec<Mark> = Vec::new();
        let Some(texts) = self.map.get(key).filter(|_| span.from <= span.until) else {
            return marks;
        };
        // Hundredths are counted from the epoch, so that a choice stays while the window moves.
        let slot = |at: u64| at / ((span.until - span.from) / SLOTS).max(1);
        for (&at, text) in texts.range(span.from..=span.until) {
            let mark = Mark { at: Timestamp::from_millis(at), text: text.to_string() };
            match marks.last_mut() {
                Some(last) if slot(last.at.as_millis()) == slot(at) => *last = mark,
                _ => marks.push(mark),
            }
        }
        marks
    }
}
