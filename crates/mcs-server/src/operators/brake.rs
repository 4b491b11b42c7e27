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
    /// A password is about to be checked: it counts as wrong until [`Brake::right`] says
    /// otherwise. The error is how long this address has to wait first.
    pub(super) fn attempt(&self, peer: IpAddr) -> Result<(), Duration> {
        let now = self.clock.time();
        let mut misses = self.lock();
        misses.retain(|_, it| now.since(it.last) < PAUSE);
        let room = misses.len() < ADDRESSES;
        match misses.get_mut(&network(peer)) {
            Some(of_peer) if of_peer.count >= FREE => {
                return Err(PAUSE.saturating_sub(now.since(of_peer.last)));
            }
            Some(of_peer) => *of_peer = Misses { count: of_peer.count + 1, last: now },
            None if room => {
                misses.insert(network(peer), Misses { count: 1, last: now });
            }
            None => {}
        }
        Ok(())
    }

    /// The password of an attempt was not checked after all.
    pub(super) fn withdraw(&self, peer: IpAddr) {
        if let Some(of_peer) = self.lock().get_mut(&network(peer)) {
            of_peer.count = of_peer.count.saturating_sub(1);
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
