//! Slows down whoever guesses passwords.

use std::collections::BTreeMap;
use std::net::{IpAddr, Ipv6Addr};
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use mcs_time::Time;

use crate::clock::Stopwatch;

#[cfg(test)]
mod tests;

/// Counts wrong passwords by address.
pub(super) struct Brake {
    clock: Stopwatch,
    misses: Mutex<BTreeMap<IpAddr, Misses>>,
}

struct Misses {
    count: u32,
    last: Time,
}

/// Wrong passwords in a row that cost nothing.
const FREE: u32 = 8;
/// The pause after that, and the time after which all is forgiven.
const PAUSE: Duration = Duration::from_secs(60);
/// Addresses remembered.
const ADDRESSES: usize = 10_000;

impl Default for Brake {
    fn default() -> Self {
        Self { clock: Stopwatch::start(), misses: Mutex::default() }
    }
}

impl Brake {
    /// How long this address has to wait, if it has to.
    pub(super) fn wait(&self, peer: IpAddr) -> Option<Duration> {
        let now = self.clock.time();
        let misses = self.lock();
        let of_peer = misses.get(&network(peer)).filter(|it| it.count >= FREE)?;
        PAUSE.checked_sub(now.since(of_peer.last)).filter(|wait| !wait.is_zero())
    }

    /// A password was wrong.
    pub(super) fn wrong(&self, peer: IpAddr) {
        let now = self.clock.time();
        let mut misses = self.lock();
        misses.retain(|_, it| now.since(it.last) < PAUSE);
        if misses.len() < ADDRESSES {
            let entry = misses.entry(network(peer)).or_insert(Misses { count: 0, last: now });
            *entry = Misses { count: entry.count + 1, last: now };
        }
    }

    /// A password was right.
    pub(super) fn right(&self, peer: IpAddr) {
        self.lock().remove(&network(peer));
    }

    fn lock(&self) -> MutexGuard<'_, BTreeMap<IpAddr, Misses>> {
        self.misses.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// A household has a whole IPv6 /64.
fn network(peer: IpAddr) -> IpAddr {
    match peer {
        IpAddr::V4(_) => peer,
        IpAddr::V6(address) => IpAddr::V6(Ipv6Addr::from(u128::from(address) & (u128::MAX << 64))),
    }
}
