//! The only place that reads the machine's clocks.

use std::time::{Instant, SystemTime, UNIX_EPOCH};

use mcs_model::Timestamp;
use mcs_time::Time;

/// Wall-clock time.
#[expect(clippy::disallowed_methods, reason = "this is the shell's clock module")]
pub(crate) fn now() -> Timestamp {
    timestamp(SystemTime::now())
}

/// The same for a time that something else says, as a file does.
pub(crate) fn timestamp(time: SystemTime) -> Timestamp {
    let since_epoch = time.duration_since(UNIX_EPOCH).unwrap_or_default();
    Timestamp::from_millis(u64::try_from(since_epoch.as_millis()).unwrap_or(u64::MAX))
}

/// A monotonic clock for one state machine.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Stopwatch(Instant);

impl Stopwatch {
    /// Starts at zero.
    #[expect(clippy::disallowed_methods, reason = "this is the shell's clock module")]
    pub(crate) fn start() -> Self {
        Self(Instant::now())
    }

    /// Time since the start.
    pub(crate) fn time(&self) -> Time {
        Time::from_millis(u64::try_from(self.0.elapsed().as_millis()).unwrap_or(u64::MAX))
    }

    /// The instant at which [`Stopwatch::time`] will be `time`.
    pub(crate) fn instant(&self, time: Time) -> tokio::time::Instant {
        // A deadline further away than a year is as good as none, and cannot overflow.
        let millis = time.as_millis().min(self.time().as_millis() + 31_536_000_000);
        (self.0 + std::time::Duration::from_millis(millis)).into()
    }
}

/// How long this thread has worked since some moment: others that use the machine do not count.
pub(crate) fn worked() -> std::time::Duration {
    let time = rustix::time::clock_gettime(rustix::time::ClockId::ThreadCPUTime);
    std::time::Duration::try_from(time).unwrap_or_default()
}
