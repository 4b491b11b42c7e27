//! A client that is in: what it sends, and what it is sent.
//!
//! What it publishes never gets to the broker as such. Here it is decoded and handed to the [gate](super::Gate) message
//! by message, and while one is on its way to the disk the next is read: so one connection fills a commit with
//! all that it has on the way. The rest of the way is gone one message after the other again, in the order in
//! which they came: forwarded, then acknowledged [MQTT-4.6.0-2].
//! Everything else passes on to the broker, after what was published before it.

use std::io;
use std::pin::pin;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use bytes::BytesMut;
use rmqtt::types::From as Sender;
use tokio::io::{AsyncRead, AsyncReadExt, AsyncWrite, AsyncWriteExt};
use tokio::net::TcpStream;
use tokio::net::tcp::{OwnedReadHalf, OwnedWriteHalf};
use tokio::time::{Instant, sleep, timeout};
use tokio_util::sync::CancellationToken;

use super::flow::{Flow, Load};
use super::inbound::{Decoder, Release};
use super::line::{self, Step, Steps};
use super::publish::{Publisher, slow};
use super::roster::{Admitted, Seat};
use super::wire::{self, Boundaries, Reason};

/// One client's connection.
pub(super) struct Pipe<'a> {
    pub(super) seat: &'a Arc<Seat>,
    pub(super) admitted: &'a Admitted,
    pub(super) publisher: &'a Publisher,
    /// The client speaks MQTT 5.
    pub(super) v5: bool,
    /// How long it may be silent.
    pub(super) silence: Duration,
    /// Bytes of a packet after its fixed header.
    pub(super) packet: usize,
    /// What it may have on the way.
    pub(super) most: Load,
    /// The server stops.
    pub(super) closing: &'a CancellationToken,
}

/// How a connection ends.
enum End {
    /// The client left, and the broker has closed.
    Left,
    /// The broker closed.
    Closed,
    /// A message must not be acknowledged, and there is no other way to say so.
    Unacknowledged,
    /// We end it.
    Ours(Reason),
    /// It broke.
    Broken(io::Error),
}

impl From<io::Error> for End {
    fn from(error: io::Error) -> Self {
        Self::Broken(error)
    }
}

impl From<Reason> for End {
    fn from(reason: Reason) -> Self {
        Self::Ours(reason)
    }
}

impl Pipe<'_> {
    /// Serves the client to its end, beginning with what it has sent `first`.
    pub(super) async fn serve(
        self,
        first: Vec<u8>,
        client: impl AsyncRead + AsyncWrite + Unpin,
        broker: TcpStream,
    ) -> io::Result<()> {
        let (mut from_client, mut to_client) = tokio::io::split(client);
        let (mut from_broker, mut to_broker) = broker.into_split();
        let flow = Flow::new(self.most);
        let (steps, mut line) = line::new(self.v5, self.admitted);
        let leaving = AtomicBool::new(false);

        let end = {
            let reading = async {
                let read =
                    self.read(first, &mut from_client, &mut to_broker, &flow, steps, &leaving);
                let read = read.await;
                if matches!(read, Err(End::Ours(_))) {
                    // What came before is acknowledged.
                    flow.idle().await;
                }
                read
            };
            let mut reading = pin!(reading);
            let mut working = pin!(line.work(&flow));
            let writing = write(&mut from_broker, &mut to_client, &flow, self.seat);
            tokio::select! {
                end = &mut reading => end.err().unwrap_or(End::Left),
                () = &mut working => End::Unacknowledged,
                written = writing => match written {
                    Ok(()) if leaving.load(Ordering::Relaxed) => End::Left,
                    Ok(()) => End::Closed,
                    // The client is gone, but what it sent last may still be on the way: perhaps a DISCONNECT.
                    Err(error) => {
                        flow.deafen();
                        let rest = async {
                            tokio::select! { _ = reading => (), () = working => () }
                        };
                        let _ = timeout(FAREWELL, rest).await;
                        End::Broken(error)
                    }
                },
                () = self.seat.close.cancelled() => {
                    let stops = self.closing.is_cancelled();
                    End::Ours(if stops { Reason::SHUTTING_DOWN } else { Reason::NOT_AUTHORIZED })
                }
            }
        };

        self.last_words(&end, &mut to_client, &flow).await;
        // What was taken is done whole, before the broker hears of the end and publishes the will.
        flow.deafen();
        let _ = timeout(FAREWELL, line.finish(&flow)).await;
        match end {
            End::Broken(error) => Err(error),
            _ => Ok(()),
        }
    }

    /// Tells the client that the connection ends, and why.
    async fn last_words(&self, end: &End, to_client: &mut (impl AsyncWrite + Unpin), flow: &Flow) {
        let told = async {
            let mut words = Vec::new();
            if flow.whole() && !matches!(end, End::Left | End::Broken(_)) {
                flow.acknowledgements(&mut words);
                if let Some(reason) = self.reason(end).await {
                    words.extend(reason.disconnect());
                }
            }
            to_client.write_all(&words).await?;
            to_client.shutdown().await
        };
        // Who does not read is not waited for.
        let _ = timeout(LAST_WORDS, told).await;
    }

    /// What the client is told of the end.
    async fn reason(&self, end: &End) -> Option<Reason> {
        match end {
            _ if !self.v5 => None,
            End::Ours(reason) => Some(*reason),
            End::Closed => self.seat.reason().await,
            End::Left | End::Unacknowledged | End::Broken(_) => None,
        }
    }

    /// Reads what the client sends until it leaves and the broker knows.
    async fn read(
        &self,
        first: Vec<u8>,
        from_client: &mut (impl AsyncRead + Unpin),
        to_broker: &mut OwnedWriteHalf,
        flow: &Flow,
        steps: Steps,
        leaving: &AtomicBool,
    ) -> Result<(), End> {
        let mut decoder = Decoder::new(self.v5, self.packet);
        let mut buffer = BytesMut::from(&first[..]);
        drop(first);
        // For the broker, from one reading.
        let mut out = Vec::new();
        let mut read = buffer.len();
        let mut alarm = pin!(sleep(self.silence));
        loop {
            while let Some(head) = decoder.head(&buffer)? {
                match head.kind() {
                    wire::PUBLISH | wire::PUBREL => {
                        if !flow.has_room() {
                            pass(&mut out, to_broker).await?;
                            flow.room().await;
                        }
                        if head.kind() == wire::PUBLISH {
                            steps
                                .take(self.publish(&mut decoder, &mut buffer, &steps).await?, flow);
                        } else {
                            let Release(id) = decoder.release(head, &mut buffer)?;
                            steps.take(steps.release(id), flow);
                        }
                    }
                    wire::PUBACK | wire::PUBREC | wire::PUBCOMP => {
                        out.extend_from_slice(&buffer.split_to(head.len));
                    }
                    kind => {
                        pass(&mut out, to_broker).await?;
                        flow.idle().await;
                        let packet = decoder.other(head, &mut buffer)?;
                        if kind == wire::DISCONNECT {
                            leaving.store(true, Ordering::Relaxed);
                            // The broker knows no DISCONNECT with a will, and publishes the will of who leaves without.
                            if packet.get(2) != Some(&WITH_WILL) {
                                to_broker.write_all(&packet).await?;
                            }
                            return leave(to_broker).await;
                        }
                        if matches!(kind, wire::SUBSCRIBE | wire::UNSUBSCRIBE) {
                            flow.ask();
                        }
                        out.extend_from_slice(&packet);
                    }
                }
            }
            pass(&mut out, to_broker).await?;

            let heard = Instant::now();
            decoder.reserve(&mut buffer, read);
            read = loop {
                tokio::select! {
                    read = from_client.read_buf(&mut buffer) => break read?,
                    () = &mut alarm => {
                        if heard.elapsed() >= self.silence {
                            return Err(Reason::SILENT.into());
                        }
                        alarm.as_mut().reset(heard + self.silence);
                    }
                }
            };
            if read == 0 {
                leaving.store(true, Ordering::Relaxed);
                flow.idle().await;
                return leave(to_broker).await;
            }
        }
    }

    /// Takes a PUBLISH.
    async fn publish(
        &self,
        decoder: &mut Decoder,
        buffer: &mut BytesMut,
        steps: &Steps,
    ) -> Result<Step, Reason> {
        let publish = decoder.publish(buffer)?;
        let step = steps.step(&publish);
        if step.is_repeated() {
            return Ok(step);
        }
        if self.v5 && step.is_one_too_many(self.most.messages) {
            return Err(Reason::RECEIVE_MAXIMUM);
        }
        if let Some(id) = step.replaces() {
            // Before it is on its way: should it not get there, it comes again, and is not the other one.
            self.admitted.received.erase(id).await;
        }
        slow(self.admitted).await;
        let from = Sender::from_custom(self.admitted.session.clone());
        let taken = self.publisher.take(self.seat, self.admitted, from, publish, false).await;
        Ok(steps.publish(step, taken))
    }
}

/// Hands packets to the broker.
async fn pass(out: &mut Vec<u8>, to_broker: &mut OwnedWriteHalf) -> io::Result<()> {
    if !out.is_empty() {
        to_broker.write_all(out).await?;
        out.clear();
        out.shrink_to(KEPT);
    }
    Ok(())
}

/// The broker sees the end of the stream, ends the session and closes.
async fn leave(to_broker: &mut OwnedWriteHalf) -> Result<(), End> {
    to_broker.shutdown().await?;
    sleep(FAREWELL).await;
    Ok(())
}

/// Writes what the broker sends, and acknowledgements between its packets, until it closes.
/// Fails when the client is gone.
async fn write(
    from_broker: &mut OwnedReadHalf,
    to_client: &mut (impl AsyncWrite + Unpin),
    flow: &Flow,
    seat: &Seat,
) -> io::Result<()> {
    let mut boundaries = Boundaries::default();
    loop {
        let mut out = Vec::new();
        let mut written = Load::default();
        let mut closed = false;
        tokio::select! {
            // Nothing is held for a client that is sent nothing.
            _ = from_broker.readable() => {
                out.reserve(OUTBOUND);
                if boundaries.between() {
                    written = flow.acknowledgements(&mut out);
                }
                let acknowledged = out.len();
                match from_broker.try_read_buf(&mut out) {
                    Ok(0) => closed = true,
                    Ok(_) => {}
                    Err(error) => closed = error.kind() != io::ErrorKind::WouldBlock,
                }
                flow.set_whole(false);
                flow.answered(boundaries.pass(&mut out[acknowledged..], || seat.misses()));
            }
            () = flow.ready(), if boundaries.between() => {
                written = flow.acknowledgements(&mut out);
                flow.set_whole(false);
            }
        }
        to_client.write_all(&out).await?;
        to_client.flush().await?;
        flow.set_whole(boundaries.between());
        flow.written(written);
        if closed {
            return Ok(());
        }
    }
}

/// The reason code *disconnect with will message* [MQTT-3.14.4-3].
const WITH_WILL: u8 = 0x04;

/// What is read from the broker at once.
const OUTBOUND: usize = 64 << 10;

/// Bytes that a quiet connection keeps for packets to the broker.
const KEPT: usize = 256;

/// Time for the broker to close after the client did, and for what is on the way.
const FAREWELL: Duration = Duration::from_secs(5);

/// Time for a client to take the reason why we close.
const LAST_WORDS: Duration = Duration::from_secs(1);
