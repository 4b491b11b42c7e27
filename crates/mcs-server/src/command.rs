//! The Command Server: sockets around the state machine of `mcs_command` (CONTRACT §3).
//!
//! Most connections do nothing most of the time, and there are many: what a connection keeps while it waits
//! is its socket, its protocol and a timer. Buffers live on the stack of who reads, and what is rare is boxed.

use std::future::poll_fn;
use std::io;
use std::net::SocketAddr;
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll, ready};
use std::time::Duration;

use mcs_command::Input;
use mcs_command::server::{CloseReason, Event, Output, Peer, Verdict};
use mcs_model::{DeviceId, DeviceKey};
use mcs_time::Time;
use tokio::io::{AsyncRead, AsyncWrite, AsyncWriteExt as _, ReadBuf};
use tokio::net::TcpListener;
use tokio::time::{sleep_until, timeout};
use tokio_rustls::TlsAcceptor;
use tokio_util::sync::CancellationToken;

use crate::accept::{Crowd, Door};
use crate::app::App;
use crate::clock::Stopwatch;
use crate::hub::LinkId;
use crate::tls::handshake;

mod orders;

#[cfg(test)]
mod tests;

use orders::Orders;
pub(crate) use orders::{OrdersTo, orders};

/// Serves devices until `stop`.
pub(crate) async fn serve(
    listener: TcpListener,
    tls: Option<TlsAcceptor>,
    app: Arc<App>,
    stop: CancellationToken,
) {
    let mut door = Door::new(listener, Crowd::new(app.config.room), stop.clone());
    while let Some((stream, peer, place)) = door.next().await {
        app.metrics.command_connections.add(1);
        let (tasks, stop, app) = (app.tasks.clone(), stop.clone(), app.clone());
        // Two kinds of task, so that plain connections have no room for what TLS needs.
        match tls.clone() {
            None => drop(tasks.spawn(async move {
                let _place = place;
                let stopped = stop.cancelled();
                connection(stream, peer, &app, stopped).await;
            })),
            Some(tls) => drop(tasks.spawn(async move {
                let _place = place;
                if let Some(stream) = handshake(&tls, stream, peer).await {
                    connection(stream, peer, &app, stop.cancelled()).await;
                }
            })),
        }
    }
}

/// One device, from its first byte to its last or until `stopped`.
async fn connection<S>(stream: S, peer: SocketAddr, app: &App, stopped: impl Future<Output = ()>)
where
    S: AsyncRead + AsyncWrite + Unpin,
{
    let (orders_to, orders) = orders();
    let mut connection = Connection {
        app,
        peer,
        stream,
        protocol: Peer::new(app.config.command_protocol, Time::ZERO),
        clock: Stopwatch::start(),
        orders,
        orders_to: Some(orders_to),
        link: None,
        free_at: Time::ZERO,
    };
    tokio::select! {
        ended = connection.run() => if let Err(error) = ended {
            tracing::debug!(%peer, device = connection.device(), %error, "the Command Server connection broke");
        },
        () = stopped => {}
    }
    if let Some((device, link)) = connection.link {
        app.hub.close_command(&device, link);
    }
}

struct Connection<'a, S> {
    app: &'a App,
    peer: SocketAddr,
    stream: S,
    protocol: Peer,
    clock: Stopwatch,
    orders: Orders,
    /// Until the hub has it; the hub lets go of it when a newer connection takes our place.
    orders_to: Option<OrdersTo>,
    /// Once the device has proved itself and its first heartbeat is about to be echoed.
    link: Option<(DeviceId, LinkId)>,
    /// When the next message may be sent.
    free_at: Time,
}

impl<S: AsyncRead + AsyncWrite + Unpin> Connection<'_, S> {
    async fn run(&mut self) -> io::Result<()> {
        while let Some(wake) = self.drain().await? {
            let Self { stream, protocol, clock, orders, .. } = self;
            let timer = async {
                match wake {
                    Some(at) => sleep_until(clock.instant(at)).await,
                    None => std::future::pending().await,
                }
            };
            tokio::select! {
                received = poll_fn(|cx| receive(cx, stream, protocol, clock)) => received?,
                order = orders.next() => match order {
                    Some(line) => if protocol.send(&line).is_err() {
                        tracing::warn!(peer = %self.peer, "a command was dropped: the device is leaving");
                    },
                    None => {
                        tracing::info!(peer = %self.peer, device = self.device(),
                            "the Command Server connection ends: a newer one took its place, or the key is another");
                        self.protocol.close();
                    }
                },
                () = timer => protocol.handle_input(clock.time(), Input::Timeout),
            }
        }
        Ok(())
    }

    /// Does what the protocol wants. The time of its next timer, or `None` when it is over.
    async fn drain(&mut self) -> io::Result<Option<Option<Time>>> {
        loop {
            match self.protocol.poll_output() {
                Output::Transmit(bytes) => self.transmit(&bytes).await?,
                Output::Close => {
                    // The peer may be gone already.
                    let _ = timeout(FAREWELL, self.stream.shutdown()).await;
                }
                Output::Event(Event::Login { device, key }) => self.login(device, key).await,
                Output::Event(Event::Heartbeat { .. }) => self.heartbeat().await,
                Output::Event(Event::Closed(reason)) => {
                    self.log(reason);
                    return Ok(None);
                }
                Output::Event(_) => {}
                Output::Timeout(at) => return Ok(Some(at)),
            }
        }
    }

    async fn transmit(&mut self, bytes: &[u8]) -> io::Result<()> {
        if self.clock.time() < self.free_at {
            sleep_until(self.clock.instant(self.free_at)).await;
        }
        let stream = &mut self.stream;
        let write = async {
            stream.write_all(bytes).await?;
            stream.flush().await
        };
        timeout(STALL, write).await.map_err(|_| io::ErrorKind::TimedOut)??;
        self.free_at = self.clock.time() + GAP;
        Ok(())
    }

    async fn login(&mut self, device: DeviceId, key: DeviceKey) {
        // It looks into the store for a device that it does not know.
        let verdict = match Box::pin(self.app.registry.authorize(&device, &key)).await {
            Ok(_) => Verdict::Accepted,
            Err(denied) => {
                tracing::warn!(peer = %self.peer, why = %denied, "Command Server login refused");
                Verdict::Refused
            }
        };
        self.protocol.authorize(self.clock.time(), verdict);
    }

    /// The device is here as of its first heartbeat. What waits for it stays in the queue of orders until
    /// the echo is out.
    async fn heartbeat(&mut self) {
        if let Some((device, _)) = &self.link {
            self.app.hub.heard(device, self.peer.ip());
        } else if let Some((device, key)) = self.protocol.login()
            && let Some(orders_to) = self.orders_to.take()
        {
            let device = device.clone();
            let link = self.app.hub.open_command(&device, self.peer.ip(), orders_to);
            self.link = Some((device.clone(), link));
            // Whoever changes a key locks out those who are here. Was it changed since the login, we came later.
            if Box::pin(self.app.registry.authorize(&device, key)).await.is_err() {
                return self.protocol.close();
            }
            Box::pin(self.app.firmware.reconnected(self.app, &device)).await;
        }
    }

    fn device(&self) -> Option<&str> {
        self.protocol.device().map(DeviceId::as_str)
    }

    fn log(&self, reason: CloseReason) {
        let (peer, device) = (self.peer, self.device());
        match reason {
            CloseReason::Peer | CloseReason::Requested => {
                tracing::debug!(%peer, device, %reason, "Command Server connection closed");
            }
            // The login has told more.
            CloseReason::Unauthorized => {}
            _ => tracing::warn!(%peer, device, %reason, "Command Server connection closed"),
        }
    }
}

/// Hands to the protocol what is there, by a buffer that nobody has while nothing is.
fn receive(
    cx: &mut Context<'_>,
    stream: &mut (impl AsyncRead + Unpin),
    protocol: &mut Peer,
    clock: &Stopwatch,
) -> Poll<io::Result<()>> {
    let mut bytes = [0; 2048];
    let mut buffer = ReadBuf::new(&mut bytes);
    ready!(Pin::new(stream).poll_read(cx, &mut buffer))?;
    let input = match buffer.filled() {
        [] => Input::Closed,
        received => Input::Received(received),
    };
    protocol.handle_input(clock.time(), input);
    Poll::Ready(Ok(()))
}

/// A device that takes no byte for this long is gone.
const STALL: Duration = Duration::from_secs(30);

/// Between two messages, so that a device that takes one read for one message gets one (CONTRACT §3.2, §3.4).
const GAP: Duration = Duration::from_millis(50);

/// Time to say good-bye.
const FAREWELL: Duration = Duration::from_secs(1);
