//! Two clocks: one for deadlines, one for people.

use mcs_model::Timestamp;
use mcs_time::Time;

/// The shell's monotonic time, and how far the wall clock is from it.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Clock {
    now: Time,
    /// Wall clock minus `now`, in milliseconds.
    offset: i64,
}

impl Clock {
    /// Time never runs backwards, whatever the shell says.
    pub(crate) fn advance(&mut self, now: Time) {
        self.now = self.now.max(now);
    }

    /// It is `wall` now.
    pub(crate) fn set(&mut self, wall: Timestamp) {
        let signed = |millis: u64| i64::try_from(millis).unwrap_or(i64::MAX);
        self.offset = signed(wall.as_millis()).saturating_sub(signed(self.now.as_millis()));
    }

    /// For deadlines.
    pub(crate) fn now(self) -> Time {
        self.now
    }

    /// For people.
    pub(crate) fn wall(self) -> Timestamp {
        self.at(self.now)
    }

    /// The wall clock's word for an instant.
    pub(crate) fn at(self, instant: Time) -> Timestamp {
        Timestamp::from_millis(instant.as_millis().saturating_add_signed(self.offset))
    }
}
