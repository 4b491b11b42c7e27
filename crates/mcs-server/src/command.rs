//! The Command Server: sockets around the state machine of `mcs_command` (CONTRACT §3).

use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;

use anyhow::{Result, bail};
use mcs_command::Input;
use mcs_command::server::{CloseReason, Config, Event, Output, Peer, Verdict};
use mcs_model::{DeviceId, DeviceKey};
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::tcp::OwnedWriteHalf;
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::mpsc;
use tokio::time::{sleep_until, timeout};
use tokio_util::sync::CancellationToken;
use tokio_util::task::TaskTracker;

use crate::accept::Door;
use crate::app::App;
use crate::clock::Stopwatch;
use crate::hub::{COMMAND_QUEUE, LinkId};

/// Silence ends a connection at 120 s (CONTRACT §3.3); the rest is for the way of a heartbeat that
/// was sent in time.
const TIMES: Config = Config {
    login: Duration::from_secs(20),
    silence: Duration::from_secs(120),
    grace: Duration::from_secs(2),
    settle: Duration::from_millis(20),
};
/// A device that takes no byte for this long is gone.
const STALL: Duration = Duration::from_secs(30);

/// Between two messages, so that a device that takes one read for one message gets one (CONTRACT §3.2, §3.4).
const GAP: Duration = Duration::from_millis(50);

/// Serves devices until `stop`. Connections are spawned on `tasks`.
pub(crate) async fn serve(
    listener: TcpListener,
    app: Arc<App>,
    stop: CancellationToken,
    tasks: TaskTracker,
) {
    let door = Door::new(listener, app.config.max_connections, stop.clone());
    while let Some((stream, peer, place)) = door.next().await {
        app.metrics.command_connections.add(1);
        let (app, stop) = (app.clone(), stop.clone());
        tasks.spawn(async move {
            let _place = place;
            let (orders_to, orders) = mpsc::channel(COMMAND_QUEUE);
            let mut connection = Connection {
                app: &app,
                peer,
                protocol: Peer::new(TIMES, mcs_time::Time::ZERO),
                clock: Stopwatch::start(),
                orders_to: Some(orders_to),
                link: None,
                free_at: mcs_time::Time::ZERO,
            };
            if let Err(error) = connection.run(stream, orders, &stop).await {
                tracing::debug!(%peer, %error, "the Command Server connection broke");
            }
            connection.leave().await;
        });
    }
}

struct Connection<'a> {
    app: &'a App,
    peer: SocketAddr,
    protocol: Peer,
    clock: Stopwatch,
    /// Until the hub has it; the hub lets go of it when a newer connection takes our place.
    orders_to: Option<mpsc::Sender<String>>,
    /// Once the device has proved itself and its first heartbeat is about to be echoed.
    link: Option<(DeviceId, LinkId)>,
    /// When the next message may be sent.
    free_at: mcs_time::Time,
}

impl Connection<'_> {
    async fn run(
        &mut self,
        stream: TcpStream,
        mut orders: mpsc::Receiver<String>,
        stop: &CancellationToken,
    ) -> Result<()> {
        // One command, one segment.
        stream.set_nodelay(true)?;
        let (mut read, mut write) = stream.into_split();
        let mut buffer = [0; 2048];
        loop {
            let Some(wake) = self.drain(&mut write).await? else { return Ok(()) };
            let timer = async {
                match wake {
                    Some(at) => sleep_until(self.clock.instant(at)).await,
                    None => std::future::pending().await,
                }
            };
            tokio::select! {
                read = read.read(&mut buffer) => match read? {
                    0 => self.protocol.handle_input(self.clock.time(), Input::Closed),
                    n => self.protocol.handle_input(self.clock.time(), Input::Received(&buffer[..n])),
                },
                order = orders.recv() => match order {
                    Some(line) => if self.protocol.send(&line).is_err() {
                        tracing::warn!(peer = %self.peer, "a command was dropped: the device is leaving");
                    },
                    None => {
                        tracing::info!(peer = %self.peer, "the Command Server connection ends: a newer one took its place, or the key is another");
                        self.protocol.close();
                    }
                },
                () = timer => self.protocol.handle_input(self.clock.time(), Input::Timeout),
                () = stop.cancelled() => self.protocol.close(),
            }
        }
    }

    /// Does what the protocol wants. The time of its next timer, or `None` when it is over.
    async fn drain(
        &mut self,
        write: &mut OwnedWriteHalf,
    ) -> Result<Option<Option<mcs_time::Time>>> {
        loop {
            match self.protocol.poll_output() {
                Output::Transmit(bytes) => {
                    sleep_until(self.clock.instant(self.free_at)).await;
                    match timeout(STALL, write.write_all(&bytes)).await {
                        Ok(outcome) => outcome?,
                        Err(_) => bail!("the device takes nothing"),
                    }
                    self.free_at = self.clock.time() + GAP;
                }
                Output::Close => {
                    // The peer may be gone already.
                    let _ = write.shutdown().await;
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

    async fn login(&mut self, device: DeviceId, key: DeviceKey) {
        let verdict = match self.app.registry.authorize(&device, &key).await {
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
            self.app.hub.heard(device);
        } else if let Some(device) = self.protocol.device().cloned()
            && let Some(orders_to) = self.orders_to.take()
        {
            let link = self.app.hub.open_command(&device, orders_to);
            self.link = Some((device.clone(), link));
            self.app.firmware.reconnected(self.app, &device).await;
        }
    }

    async fn leave(&mut self) {
        if let Some((device, link)) = self.link.take() {
            self.app.hub.close_command(&device, link);
            self.app.remember_seen(&[device]).await;
        }
    }

    fn log(&self, reason: CloseReason) {
        let (peer, device) = (self.peer, self.link.as_ref().map(|(device, _)| device.as_str()));
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
