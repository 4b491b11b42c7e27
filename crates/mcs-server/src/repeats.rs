//! What would fill the log is told less often.

use std::collections::BTreeMap;
use std::sync::{Mutex, PoisonError};
use std::time::Duration;

use mcs_time::Time;

use crate::clock::Stopwatch;

#[cfg(test)]
mod tests;

/// What each of many has to be told of.
pub(crate) struct Repeats<K> {
    clock: Stopwatch,
    told: Mutex<BTreeMap<K, Told>>,
}

#[derive(Clone, Copy)]
struct Told {
    since: Time,
    lines: u32,
    untold: u64,
}

/// So many lines of each are told in a [`SPAN`].
const LINES: u32 = 10;
const SPAN: Duration = Duration::from_secs(60);
/// Above this, those of whom nothing came for a span are forgotten.
const MANY: usize = 10_000;

impl<K: Ord> Repeats<K> {
    /// Nothing has been told.
    pub(crate) fn new() -> Self {
        Self { clock: Stopwatch::start(), told: Mutex::default() }
    }

    /// Whether to tell one more line of `whom`: then how many were left out before it.
    pub(crate) fn tell(&self, whom: K) -> Option<u64> {
        self.tell_at(self.clock.time(), whom)
    }

    fn tell_at(&self, now: Time, whom: K) -> Option<u64> {
        let mut all = self.told.lock().unwrap_or_else(PoisonError::into_inner);
        if all.len() >= MANY {
            all.retain(|_, told| now.since(told.since) < SPAN);
        }
        let told = all.entry(whom).or_insert(Told { since: now, lines: 0, untold: 0 });
        if now.since(told.since) >= SPAN {
            *told = Told { since: now, lines: 0, ..*told };
        }
        if told.lines == LINES {
            told.untold += 1;
            return None;
        }
        told.lines += 1;
        Some(std::mem::take(&mut told.untold))
    }

    /// Nothing will come of `whom` any more.
    pub(crate) fn forget(&self, whom: &K) {
        self.told.lock().unwrap_or_else(PoisonError::into_inner).remove(whom);
    }
}
