//! The only place where a device reads clocks.

use std::time::{Duration, Instant, SystemTime, UNIX_EPOCH};

use mcs_model::Timestamp;
use mcs_time::Time;

/// A monotonic clock with an origin of its own.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Clock(Instant);

impl Clock {
    /// A clock that begins now.
    #[expect(clippy::disallowed_methods, reason = "this is where a device reads the clock")]
    pub(crate) fn new() -> Self {
        Self(Instant::now())
    }

    /// The time since it began.
    pub(crate) fn now(&self) -> Time {
        let millis = u64::try_from(self.0.elapsed().as_millis());
        Time::from_millis(millis.unwrap_or(u64::MAX))
    }

    /// Sleeps until `at`; for ever without one.
    pub(crate) async fn sleep_until(&self, at: Option<Time>) {
        match at {
            Some(at) => {
                tokio::time::sleep_until((self.0 + Duration::from_millis(at.as_millis())).into())
                    .await;
            }
            None => std::future::pending().await,
        }
    }
}

/// The time of day.
#[expect(clippy::disallowed_methods, reason = "this is where a device reads the clock")]
pub(crate) fn wall() -> Timestamp {
    let since = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
    Timestamp::from_millis(u64::try_from(since.as_millis()).unwrap_or(u64::MAX))
}
