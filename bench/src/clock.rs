//! The only place where the bench reads the clock.

use std::time::{Duration, Instant, SystemTime, UNIX_EPOCH};

/// A monotonic instant.
#[expect(clippy::disallowed_methods, reason = "this is where the bench reads the clock")]
pub(crate) fn now() -> Instant {
    Instant::now()
}

/// Milliseconds of Unix time.
#[expect(clippy::disallowed_methods, reason = "this is where the bench reads the clock")]
pub(crate) fn unix_millis() -> u64 {
    let since = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or(Duration::ZERO);
    u64::try_from(since.as_millis()).unwrap_or(u64::MAX)
}
