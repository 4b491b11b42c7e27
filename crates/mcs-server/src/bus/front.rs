//! The door of the embedded broker: every client comes in here, and the broker sees only what passed.
//!
//! The broker itself listens on a loopback port that is nobody's business: its hooks turn away
//! who did not come through the front. The front does what the broker cannot:
//!
//! - a client that stays silent, or sends anything but a CONNECT of decent size, is gone before the broker hears of it;
//! - sessions get names that no stranger can take over ([`connect`](super::connect)), and a client without a login gets
//!   to one that is kept by the key of its device ([`claim`](super::claim));
//! - TLS, and WebSockets through [`Front::attach`], without another listener of the broker;
//! - after a DISCONNECT the connection closes at once, where the broker waits for the keep alive to run out;
//! - a connection can be ended from inside, and MQTT 5 clients are told why;
//! - what a client publishes is stored while the next message is read ([`pipe`](super::pipe)).

use std::io;
use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;

use tokio::io::{AsyncRead, AsyncReadExt, AsyncWrite, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};
use tokio::runtime::Handle;
use tokio::time::{sleep, timeout};
use tokio_rustls::TlsAcceptor;
use tokio_util::sync::CancellationToken;
use tokio_util::task::TaskTracker;
use tracing::{debug, warn};

use super::ConnectionId;
use super::claim::{Named, Outcome, proof, prove};
use super::connect::{CONNECT, Scoped, packet_len, scope, session_device};
use super::flow::Load;
use super::patience::silence;
use super::pipe::Pipe;
use super::publish::Publisher;
use super::roster::{Roster, Seat, Seated};
use super::sessions::Sessions;
use super::wire::Reason;
use crate::accept::{Crowd, Door, Place};

/// The door.
pub(super) struct Front {
    /// Takes what clients publish, and knows whose key is in a topic.
    pub(super) publisher: Publisher,
    /// Where the broker listens.
    pub(super) broker: SocketAddr,
    /// Who is in.
    pub(super) roster: Arc<Roster>,
    /// Whose sessions are kept.
    pub(super) sessions: Sessions,
    /// Time for TLS handshake and CONNECT together.
    pub(super) patience: Duration,
    /// Silence of a client that connects with keep alive 0.
    pub(super) silence: Duration,
    /// Bytes of a packet after its fixed header.
    pub(super) packet: usize,
    /// What a client may have on the way.
    pub(super) most: Load,
    /// The clients that are in.
    pub(super) crowd: Arc<Crowd>,
    /// Closes the door and sends everybody home.
    pub(super) closing: CancellationToken,
    /// Where clients are served.
    pub(super) thread: Handle,
    /// What is still running.
    pub(super) tasks: TaskTracker,
}

impl Front {
    /// Lets clients in from a listener until the front closes.
    pub(super) fn listen(self: &Arc<Self>, listener: TcpListener, tls: Option<TlsAcceptor>) {
        let front = Arc::clone(self);
        let mut door = Door::new(listener, Arc::clone(&self.crowd), self.closing.clone());
        self.tasks.spawn(async move {
            while let Some((stream, peer, place)) = door.next().await {
                match tls.clone() {
                    Some(tls) => front.spawn(peer, place, async move { tls.accept(stream).await }),
                    None => front.spawn(peer, place, async move { Ok(stream) }),
                }
            }
        });
    }

    /// Lets in a client that came by other means than our listeners.
    pub(super) fn attach<S>(self: &Arc<Self>, peer: SocketAddr, stream: S)
    where
        S: AsyncRead + AsyncWrite + Send + Unpin + 'static,
    {
        match self.crowd.enter(peer.ip()) {
            Ok(place) => self.spawn(peer, place, async move { Ok(stream) }),
            Err(full) => warn!(%peer, ?full, "no place for another MQTT client"),
        }
    }

    fn spawn<S>(
        self: &Arc<Self>,
        peer: SocketAddr,
        place: Place,
        stream: impl Future<Output = io::Result<S>> + Send + 'static,
    ) where
        S: AsyncRead + AsyncWrite + Send + Unpin + 'static,
    {
        let front = Arc::clone(self);
        let served = async move {
            // In a box, and gone before it is served: a client is served much longer than it comes in.
            let opening = Box::pin(front.open(peer, stream));
            let served = match front.closing.run_until_cancelled(opening).await {
                Some(Ok(Some(opened))) => front.serve(opened).await,
                Some(Ok(None)) | None => Ok(()),
                Some(Err(error)) => Err(error),
            };
            match served {
                Err(error) => debug!(%peer, %error, "MQTT connection over"),
                Ok(()) => debug!(%peer, "MQTT connection closed"),
            }
            drop(place);
        };
        self.tasks.spawn_on(served, &self.thread);
    }

    /// Serves a client that is in to its last byte.
    async fn serve<S>(&self, opened: Opened<'_, S>) -> io::Result<()>
    where
        S: AsyncRead + AsyncWrite + Unpin,
    {
        let Opened { entered: Entered { seated, broker, .. }, stream, first, v5, silence } = opened;
        let seat = seated.seat();
        let Some(admitted) = seat.admitted.get() else { return Ok(()) };
        let pipe = Pipe {
            seat,
            admitted,
            publisher: &self.publisher,
            v5,
            silence,
            packet: self.packet,
            most: self.most,
            closing: &self.closing,
        };
        pipe.serve(first, stream, broker).await
    }

    /// A client from its first byte until it is in; nothing if it has to stay outside, and knows.
    async fn open<S>(
        &self,
        peer: SocketAddr,
        stream: impl Future<Output = io::Result<S>>,
    ) -> io::Result<Option<Opened<'_, S>>>
    where
        S: AsyncRead + AsyncWrite + Unpin,
    {
        let opening = async {
            let mut stream = stream.await?;
            let packet = read_packet(&mut stream, CONNECT).await?;
            Ok::<_, io::Error>((stream, packet))
        };
        let (mut stream, packet) = timeout(self.patience, opening).await??;

        let connection = self.roster.number();
        let scoped = match scope(&packet, connection) {
            Ok(scoped) => scoped,
            Err(error) => {
                if let Some(connack) = error.connack() {
                    stream.write_all(connack).await?;
                    stream.shutdown().await?;
                }
                return Err(invalid(error));
            }
        };

        let full = if scoped.awaits_proof {
            self.sessions.refuses_client(&scoped.client_id)
        } else {
            self.sessions.refuses(&scoped.name)
        };
        if scoped.lasting && full {
            warn!(%peer, client = ?scoped.client_id, "MQTT refused: as many sessions are kept as may be");
            stream.write_all(if scoped.v5 { QUOTA } else { UNAVAILABLE }).await?;
            stream.shutdown().await?;
            return Ok(None);
        }

        let mut entered = self.enter(connection, peer, &scoped).await?;
        let mut first = Vec::new();
        if scoped.awaits_proof && accepted(&entered.connack) {
            let closed = entered.seated.closed().clone();
            // In a box: few clients need it, and all would carry its size.
            let claiming = Box::pin(self.claim(&mut stream, entered, &scoped));
            let Some(claimed) = closed.run_until_cancelled(claiming).await else {
                if scoped.v5 {
                    stream.write_all(&Reason::NOT_AUTHORIZED.disconnect()).await?;
                }
                return Ok(None);
            };
            (entered, first) = claimed?;
        }
        let connack = std::mem::take(&mut entered.connack);
        stream.write_all(&connack).await?;
        if !connack.is_empty() && !accepted(&connack) {
            stream.shutdown().await?;
            return Ok(None);
        }
        // What a password may be in is not kept for as long as the connection lasts.
        let (v5, silence) = (scoped.v5, silence(scoped.keep_alive, self.silence));
        Ok(Some(Opened { entered, stream, first, v5, silence }))
    }

    /// Serves a client until it has proved a key, and then comes in again with the session of that device.
    /// Answers also what the client has sent since.
    async fn claim<'a>(
        &'a self,
        stream: &mut (impl AsyncRead + AsyncWrite + Unpin),
        mut entered: Entered<'a>,
        scoped: &Scoped,
    ) -> io::Result<(Entered<'a>, Vec<u8>)> {
        let seat = Arc::clone(entered.seated.seat());
        let Some(admitted) = seat.admitted.get() else { return Ok((entered, Vec::new())) };
        let (gate, client) = (&*self.publisher.gate, &*admitted.client);
        let will: Vec<_> = scoped.will.iter().cloned().map(Named::Topic).collect();
        let (device, first) = if let Some(device) = proof(gate, client, &will).await {
            (device, Vec::new())
        } else {
            stream.write_all(&std::mem::take(&mut entered.connack)).await?;
            match prove(stream, &mut entered.broker, scoped.v5, gate, &seat, client).await? {
                Outcome::Ends { rest } => return Ok((entered, rest)),
                Outcome::Proved { device, rest } => (device, rest),
            }
        };
        let Entered { seated, mut broker, connack: unsent } = entered;
        broker.write_all(DISCONNECT).await?;
        broker.shutdown().await?;
        // What it has answered so far, up to its end.
        timeout(FAREWELL, tokio::io::copy(&mut broker, stream)).await??;
        drop(seated);

        let scoped = scoped.of_device(&device).map_err(invalid)?;
        if scoped.lasting && self.sessions.refuses(&scoped.name) {
            warn!(peer = %seat.peer, client = ?scoped.client_id, "MQTT closed: as many sessions are kept as may be");
            return Err(invalid("no place for its session"));
        }
        let mut entered = self.enter(self.roster.number(), seat.peer, &scoped).await?;
        if unsent.is_empty() {
            if !accepted(&entered.connack) {
                return Err(invalid("refused with the session of its device"));
            }
            // It has had one.
            entered.connack.clear();
        }
        Ok((entered, first))
    }

    /// Hands the CONNECT to the broker and answers its CONNACK.
    ///
    /// While a session changes hands the broker calls itself unavailable: that passes.
    async fn enter(
        &self,
        connection: ConnectionId,
        peer: SocketAddr,
        scoped: &Scoped,
    ) -> io::Result<Entered<'_>> {
        let entering = async {
            let mut attempts = 0;
            loop {
                let mut broker = TcpStream::connect(self.broker).await?;
                broker.set_nodelay(true)?;
                let close = self.closing.child_token();
                let seat = Seat::new(connection, peer, &scoped.client_id, close);
                if session_device(&scoped.name).is_some() {
                    seat.prove();
                }
                let seated = self.roster.seat(broker.local_addr()?, seat);
                broker.write_all(&scoped.packet).await?;
                let connack = read_packet(&mut broker, CONNACK).await?;
                if !unavailable(&connack) {
                    return Ok(Entered { seated, broker, connack });
                }
                attempts += 1;
                if attempts == ATTEMPTS {
                    warn!(%peer, client = ?scoped.client_id, "MQTT refused: the broker is busy with the session");
                    return Ok(Entered { seated, broker, connack });
                }
                sleep(ATTEMPT_PAUSE).await;
            }
        };
        timeout(self.patience, entering).await?
    }
}

/// A connection of the front's to the broker, for one client.
struct Entered<'a> {
    seated: Seated<'a>,
    broker: TcpStream,
    /// Not sent yet; empty when the client has had one.
    connack: Vec<u8>,
}

/// A client that is in.
struct Opened<'a, S> {
    entered: Entered<'a>,
    stream: S,
    /// What it has sent and nobody has handled.
    first: Vec<u8>,
    v5: bool,
    /// How long it may be silent.
    silence: Duration,
}

fn invalid(error: impl std::fmt::Debug) -> io::Error {
    io::Error::new(io::ErrorKind::InvalidData, format!("{error:?}"))
}

/// Reads exactly one packet of this kind, and not a byte more.
async fn read_packet(stream: &mut (impl AsyncRead + Unpin), kind: u8) -> io::Result<Vec<u8>> {
    let mut packet = Vec::with_capacity(256);
    loop {
        packet.push(stream.read_u8().await?);
        if packet.first() != Some(&kind) {
            return Err(io::Error::new(io::ErrorKind::InvalidData, "another packet, or not MQTT"));
        }
        match packet_len(&packet) {
            Ok(None) => {}
            Ok(Some(len)) if len <= PACKET_LIMIT => {
                let read = packet.len();
                packet.resize(len, 0);
                stream.read_exact(&mut packet[read..]).await?;
                return Ok(packet);
            }
            Ok(Some(_)) | Err(_) => {
                return Err(io::Error::new(
                    io::ErrorKind::InvalidData,
                    "not a packet of decent size",
                ));
            }
        }
    }
}

/// Whether a CONNACK says *server unavailable*: 3, on MQTT 5 0x88.
fn unavailable(connack: &[u8]) -> bool {
    matches!(connack, [_, _, _, 3 | 0x88, ..])
}

/// Whether a CONNACK lets the client in.
fn accepted(connack: &[u8]) -> bool {
    matches!(connack, [_, _, _, 0, ..])
}

const CONNACK: u8 = 0x20;

/// In every version: no will.
const DISCONNECT: &[u8] = &[0xe0, 0];

/// A CONNACK: quota exceeded. As many sessions are kept as may be.
const QUOTA: &[u8] = &[CONNACK, 3, 0, 0x97, 0];

/// The same before MQTT 5: server unavailable.
const UNAVAILABLE: &[u8] = &[CONNACK, 2, 0, 3];

const ATTEMPTS: u32 = 20;

const ATTEMPT_PAUSE: Duration = Duration::from_millis(20);

/// A CONNECT holds names, a ticket and a will of one upload.
const PACKET_LIMIT: usize = 64 << 10;

/// Time for the broker to close after the client did.
const FAREWELL: Duration = Duration::from_secs(5);
