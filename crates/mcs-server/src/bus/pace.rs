//! How fast a client may send.

use std::num::NonZeroU32;
use std::time::Duration;

use tokio::time::Instant;

/// Messages a second that a client may send, with a burst of some seconds' worth.
///
/// A message that comes too early is not lost: the broker reads on when its time has come, and the client's own
/// connection pushes back. So a board that answers its own messages (CONTRACT §0.2 fact 9: it hears them) turns
/// at this pace and not at the processor's, and one that comes back with a backlog is heard to the end.
#[derive(Debug)]
pub(super) struct Pace {
    /// Time between two messages.
    every: Duration,
    /// When the next message would be due, had they all come at the full pace.
    due: Instant,
    waited: bool,
}

impl Pace {
    /// A client that has sent nothing yet.
    pub(super) fn new(now: Instant, rate: NonZeroU32) -> Self {
        Self { every: Duration::from_secs(1) / rate.get(), due: now, waited: false }
    }

    /// A message came: how long it has to wait, and whether it is the first one that has to.
    pub(super) fn wait(&mut self, now: Instant) -> (Duration, bool) {
        self.due = self.due.max(now) + self.every;
        let wait = (self.due - now).saturating_sub(BURST);
        let first = !wait.is_zero() && !self.waited;
        self.waited |= first;
        (wait, first)
    }
}

/// A client that was quiet may catch up at once with what it could have sent in this time.
const BURST: Duration = Duration::from_secs(10);

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_burst_passes_at_once_and_then_one_message_waits_for_its_time() {
        let start = Instant::now();
        let mut pace = Pace::new(start, NonZeroU32::new(100).unwrap());
        for n in 0..1000 {
            assert_eq!(pace.wait(start), (Duration::ZERO, false), "message {n}");
        }
        let step = Duration::from_millis(10);
        assert_eq!(pace.wait(start), (step, true));
        assert_eq!(pace.wait(start + step), (step, false));
    }

    #[test]
    fn who_keeps_the_pace_never_waits_and_saves_no_more_than_a_burst() {
        let start = Instant::now();
        let mut pace = Pace::new(start, NonZeroU32::new(2).unwrap());
        for n in 0..1000 {
            let wait = pace.wait(start + Duration::from_millis(500) * n);
            assert_eq!(wait, (Duration::ZERO, false), "message {n}");
        }
        let later = start + Duration::from_secs(5000);
        let at_once = (0..100).take_while(|_| pace.wait(later).0.is_zero()).count();
        assert_eq!(at_once, 20);
    }
}
