//! A listener that lets in so many at a time, and so many of one address.

use std::collections::BTreeMap;
use std::net::{IpAddr, Ipv6Addr, SocketAddr};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use tokio::net::{TcpListener, TcpStream};
use tokio::time::sleep;
use tokio_util::sync::CancellationToken;

use crate::clock::Stopwatch;

#[cfg(test)]
mod tests;

/// How many may be in.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Room {
    /// At a time.
    pub connections: usize,
    /// Of one address at a time, an IPv6 network of 64 bits being one; 0 lets in as many as there is room.
    ///
    /// Loopback does not count: there is the proxy that has counted already.
    pub per_address: usize,
}

/// Everybody who came in by the doors of one house.
#[derive(Debug)]
pub(crate) struct Crowd {
    room: Room,
    inside: Mutex<Inside>,
}

#[derive(Debug, Default)]
struct Inside {
    connections: usize,
    of: BTreeMap<IpAddr, usize>,
}

/// Somebody's place, given back when dropped.
#[derive(Debug)]
pub(crate) struct Place {
    crowd: Arc<Crowd>,
    address: Option<IpAddr>,
}

/// Why somebody is turned away.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Full {
    /// As many connections as there may be.
    House,
    /// As many as there may be from one address.
    Address,
}

impl Crowd {
    /// Nobody is in.
    pub(crate) fn new(room: Room) -> Arc<Self> {
        Arc::new(Self { room, inside: Mutex::default() })
    }

    /// A place for a connection from `peer`.
    pub(crate) fn enter(self: &Arc<Self>, peer: IpAddr) -> Result<Place, Full> {
        let mut inside = self.inside();
        if inside.connections >= self.room.connections {
            return Err(Full::House);
        }
        let address = network(peer).filter(|_| self.room.per_address > 0);
        if let Some(address) = address {
            let here = inside.of.entry(address).or_default();
            if *here >= self.room.per_address {
                return Err(Full::Address);
            }
            *here += 1;
        }
        inside.connections += 1;
        Ok(Place { crowd: Arc::clone(self), address })
    }

    fn inside(&self) -> std::sync::MutexGuard<'_, Inside> {
        // Nothing between the steps of a change can panic.
        self.inside.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Drop for Place {
    fn drop(&mut self) {
        let mut inside = self.crowd.inside();
        inside.connections -= 1;
        if let Some(address) = self.address
            && let Some(here) = inside.of.get_mut(&address)
        {
            *here -= 1;
            if *here == 0 {
                inside.of.remove(&address);
            }
        }
    }
}

/// One listener.
pub(crate) struct Door {
    listener: TcpListener,
    crowd: Arc<Crowd>,
    stop: CancellationToken,
    told: Option<Stopwatch>,
    untold: u64,
}

impl Door {
    /// Lets in as many as there is room for, until `stop`.
    pub(crate) fn new(listener: TcpListener, crowd: Arc<Crowd>, stop: CancellationToken) -> Self {
        Self { listener, crowd, stop, told: None, untold: 0 }
    }

    /// The next connection, and its place to be kept as long as it lasts; `None` once stopped.
    /// Who finds no place is turned away.
    ///
    /// What is sent leaves at once: a segment that waits for an acknowledgement is no command, and no answer.
    pub(crate) async fn next(&mut self) -> Option<(TcpStream, SocketAddr, Place)> {
        loop {
            let accepted = tokio::select! {
                () = self.stop.cancelled() => return None,
                accepted = self.listener.accept() => accepted,
            };
            let (stream, peer) = match accepted {
                Ok(accepted) => accepted,
                Err(error) => {
                    self.complain(|| format!("no connection was accepted: {error}"));
                    // Most often no file descriptors are left: wait until some are given back.
                    sleep(PAUSE).await;
                    continue;
                }
            };
            // An IPv4 client of an IPv6 listener is an IPv4 client.
            let peer = SocketAddr::new(peer.ip().to_canonical(), peer.port());
            if stream.set_nodelay(true).is_err() {
                // It has left already.
                continue;
            }
            match self.crowd.enter(peer.ip()) {
                Ok(place) => return Some((stream, peer, place)),
                Err(Full::House) => {
                    self.complain(|| format!("refused {peer}: too many connections"));
                }
                Err(Full::Address) => {
                    self.complain(|| {
                        format!("refused {peer}: too many connections from its address")
                    });
                }
            }
        }
    }

    /// Once in a while: a crowd at the door shall not fill the log too.
    fn complain(&mut self, what: impl FnOnce() -> String) {
        if self.told.is_some_and(|told| told.time().as_millis() < QUIET) {
            self.untold += 1;
            return;
        }
        let listener = self.listener.local_addr().ok();
        let listener = listener.map(tracing::field::display);
        tracing::warn!(listener, untold = self.untold, "{}", what());
        self.told = Some(Stopwatch::start());
        self.untold = 0;
    }
}

/// What counts as one address. A host has a whole IPv6 network for itself.
fn network(peer: IpAddr) -> Option<IpAddr> {
    match peer.to_canonical() {
        peer if peer.is_loopback() => None,
        IpAddr::V6(peer) => {
            let [a, b, c, d, ..] = peer.segments();
            Some(IpAddr::V6(Ipv6Addr::new(a, b, c, d, 0, 0, 0, 0)))
        }
        peer => Some(peer),
    }
}

/// Between two attempts when none can be accepted.
const PAUSE: Duration = Duration::from_millis(50);

/// Milliseconds from one complaint to the next.
const QUIET: u64 = 1000;
