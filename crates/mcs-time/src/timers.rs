//! A fixed set of deadlines.

use crate::Time;

#[cfg(test)]
mod tests;

/// One optional deadline for each key in `0..N`.
///
/// Keys are array indices, usually constants of the owner; a key outside of
/// `0..N` panics, since it can only be a slip of the owner.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Timers<const N: usize>([Option<Time>; N]);

impl<const N: usize> Timers<N> {
    /// No deadline is set.
    pub const fn new() -> Self {
        Self([None; N])
    }

    /// Sets the deadline of `key`, replacing an earlier one.
    pub const fn set(&mut self, key: usize, at: Time) {
        self.0[key] = Some(at);
    }

    /// Clears the deadline of `key`, if any.
    pub const fn cancel(&mut self, key: usize) {
        self.0[key] = None;
    }

    /// Clears every deadline.
    pub const fn cancel_all(&mut self) {
        self.0 = [None; N];
    }

    /// Removes and returns a key whose deadline has come: the one with the
    /// earliest deadline, the lowest key among equals. Call until `None`.
    pub fn pop_expired(&mut self, now: Time) -> Option<usize> {
        let (at, key) = self.earliest()?;
        if at > now {
            return None;
        }
        self.0[key] = None;
        Some(key)
    }

    /// The deadline of `key`.
    pub const fn at(&self, key: usize) -> Option<Time> {
        self.0[key]
    }

    /// The earliest deadline.
    pub fn next(&self) -> Option<Time> {
        Some(self.earliest()?.0)
    }

    fn earliest(&self) -> Option<(Time, usize)> {
        let set = self.0.iter().enumerate();
        set.filter_map(|(key, at)| at.map(|at| (at, key))).min()
    }
}

impl<const N: usize> Default for Timers<N> {
    fn default() -> Self {
        Self::new()
    }
}
