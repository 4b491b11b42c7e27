//! How often one device or user may call `/mcs/v2`.

use std::collections::BTreeMap;
use std::sync::{Mutex, PoisonError};

use mcs_time::Time;

use crate::clock::Stopwatch;

/// Counts the calls of each caller who has proved itself: there are no more than devices, and
/// users by devices.
pub(crate) struct Flood {
    /// Calls a second, in the long run; 0 is no limit.
    rate: u32,
    clock: Stopwatch,
    callers: Mutex<BTreeMap<String, Allowance>>,
}

/// What a caller has left.
#[derive(Clone, Copy)]
struct Allowance {
    calls: f64,
    since: Time,
}

/// A caller that was silent may call as often at once as otherwise in this many seconds.
const BURST: f64 = 5.0;

impl Flood {
    /// Nobody has called yet.
    pub(crate) fn new(rate: u32) -> Self {
        Self { rate, clock: Stopwatch::start(), callers: Mutex::default() }
    }

    /// Whether `caller` may call now; counts the call if so.
    pub(crate) fn take(&self, caller: &str) -> bool {
        if self.rate == 0 {
            return true;
        }
        let (rate, now) = (f64::from(self.rate), self.clock.time());
        let most = rate * BURST;
        let mut callers = self.callers.lock().unwrap_or_else(PoisonError::into_inner);
        let full = Allowance { calls: most, since: now };
        let allowance = callers.entry(caller.to_owned()).or_insert(full);
        let gained = rate * now.since(allowance.since).as_secs_f64();
        *allowance = Allowance { calls: (allowance.calls + gained).min(most), since: now };
        let may = allowance.calls >= 1.0;
        if may {
            allowance.calls -= 1.0;
        }
        may
    }
}
