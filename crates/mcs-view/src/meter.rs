//! Messages counted.

use mcs_time::Time;

/// How many seconds the rate is a mean of.
const SECONDS: usize = 5;

/// Counts messages, in all and for each of the last seconds.
#[derive(Debug, Default)]
pub(crate) struct Meter {
    total: u64,
    /// The second that `slots[second % SECONDS]` counts.
    second: u64,
    slots: [u32; SECONDS],
}

impl Meter {
    /// One message came.
    pub(crate) fn count(&mut self, now: Time) {
        self.turn(now);
        self.total += 1;
        let slot = &mut self.slots[(self.second % SECONDS as u64) as usize];
        *slot = slot.saturating_add(1);
    }

    /// Messages in all.
    pub(crate) fn total(&self) -> u64 {
        self.total
    }

    /// Messages a second, over the whole seconds before this one.
    pub(crate) fn rate(&mut self, now: Time) -> f32 {
        self.turn(now);
        let current = (self.second % SECONDS as u64) as usize;
        let whole = self.slots.iter().enumerate().filter(|(slot, _)| *slot != current);
        let messages: u32 = whole.map(|(_, count)| *count).fold(0, u32::saturating_add);
        messages as f32 / (SECONDS - 1) as f32
    }

    /// Clears the slots of the seconds that have begun since.
    fn turn(&mut self, now: Time) {
        let second = now.as_millis() / 1000;
        let begun = second.saturating_sub(self.second).min(SECONDS as u64);
        for ago in 0..begun {
            self.slots[((second - ago) % SECONDS as u64) as usize] = 0;
        }
        self.second = self.second.max(second);
    }
}
