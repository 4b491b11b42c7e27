//! A listener that lets in so many at a time.

use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;

use tokio::net::{TcpListener, TcpStream};
use tokio::sync::{OwnedSemaphorePermit, Semaphore};
use tokio::time::sleep;
use tokio_util::sync::CancellationToken;

/// A listener with places for a number of connections.
pub(crate) struct Door {
    listener: TcpListener,
    places: Arc<Semaphore>,
    stop: CancellationToken,
}

impl Door {
    /// Lets in up to `connections` at a time, until `stop`.
    pub(crate) fn new(listener: TcpListener, connections: usize, stop: CancellationToken) -> Self {
        Self { listener, places: Arc::new(Semaphore::new(connections)), stop }
    }

    /// The next connection, and its place to be kept as long as it lasts; `None` once stopped.
    /// Who finds no place is turned away.
    pub(crate) async fn next(&self) -> Option<(TcpStream, SocketAddr, OwnedSemaphorePermit)> {
        loop {
            let accepted = tokio::select! {
                () = self.stop.cancelled() => return None,
                accepted = self.listener.accept() => accepted,
            };
            let (stream, peer) = match accepted {
                Ok(accepted) => accepted,
                Err(error) => {
                    // Most often no file descriptors are left: wait until some are given back.
                    tracing::warn!(%error, "no connection was accepted");
                    sleep(Duration::from_millis(50)).await;
                    continue;
                }
            };
            match self.places.clone().try_acquire_owned() {
                Ok(place) => return Some((stream, peer, place)),
                Err(_) => tracing::warn!(%peer, "refused: too many connections"),
            }
        }
    }
}
