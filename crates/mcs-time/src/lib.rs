//! Time as a value: an instant, deadlines, back-off; no clock.
//!
//! The core crates never ask what time it is: a driver reads its clock and
//! passes a [`Time`] with every input. The same inputs then give the same
//! outputs, in a test as in production, and the code also runs where
//! `std::time::Instant` does not exist (`wasm32-unknown-unknown`).
//!
//! - [`Time`]: an instant in whole milliseconds.
//! - [`Timers`]: one optional deadline per key, and the earliest of them.
//! - [`Backoff`]: growing, jittered delays between attempts.
//! - [`SplitMix64`]: the seeded generator behind the jitter.
//!
//! ```
//! use core::time::Duration;
//! use mcs_time::{Time, Timers};
//!
//! const PING: usize = 0;
//!
//! let now = Time::from_millis(500);
//! let mut timers = Timers::<1>::new();
//! timers.set(PING, now + Duration::from_secs(30));
//! assert_eq!(timers.next(), Some(Time::from_millis(30_500)));
//! assert_eq!(timers.pop_expired(now), None);
//! assert_eq!(timers.pop_expired(Time::from_millis(30_500)), Some(PING));
//! assert_eq!(timers.next(), None);
//! ```

#![no_std]

mod backoff;
mod random;
mod time;
mod timers;

pub use backoff::{Backoff, BackoffConfig};
pub use random::SplitMix64;
pub use time::Time;
pub use timers::Timers;
