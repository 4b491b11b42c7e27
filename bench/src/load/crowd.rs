//! Thousands of devices that are there, keep their connections alive, and wait for commands.

use std::net::{Ipv4Addr, SocketAddr};
use std::sync::Arc;
use std::time::{Duration, Instant};

use anyhow::{Context as _, Result, anyhow, ensure};
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::{TcpSocket, TcpStream};
use tokio::sync::{Semaphore, mpsc};
use tokio::task::JoinSet;
use tokio::time::{Interval, interval_at, timeout};

use super::mqtt::{Client, Packet};
use super::wire::Wire;
use crate::clock;
use crate::subjects::Device;

/// Everybody who is there.
pub(crate) struct Crowd {
    size: usize,
    events: mpsc::UnboundedReceiver<Event>,
    _tasks: JoinSet<()>,
}

/// Over which protocol a device waits for commands.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Protocol {
    /// The Command Server's.
    Command(SocketAddr),
    /// MQTT.
    Mqtt(SocketAddr),
}

enum Event {
    /// A device is known to its server.
    Ready,
    /// A command for the device with this number came.
    Commanded(usize, Instant),
    /// A device lost its connection.
    Lost(anyhow::Error),
}

impl Crowd {
    /// Connects devices 0 to `size`, some hundred at a time; done when the last one is known to its server.
    pub(crate) async fn gather(protocol: Protocol, size: usize) -> Result<Self> {
        let (told, events) = mpsc::unbounded_channel();
        let places = Arc::new(Semaphore::new(AT_A_TIME));
        let mut tasks = JoinSet::new();
        for number in 0..size {
            let (told, places) = (told.clone(), places.clone());
            tasks.spawn(async move {
                let place = places.acquire_owned().await;
                let ready = || {
                    drop(place);
                    // Nobody listens any more when the scenario is over, here and below.
                    let _ = told.send(Event::Ready);
                };
                let ended = match protocol {
                    Protocol::Command(server) => board(number, size, server, ready, &told).await,
                    Protocol::Mqtt(broker) => client(number, size, broker, ready, &told).await,
                };
                if let Err(error) = ended {
                    let _ = told.send(Event::Lost(error.context(format!("device {number}"))));
                }
            });
        }
        let mut crowd = Self { size, events, _tasks: tasks };
        for _ in 0..size {
            ensure!(crowd.next().await?.is_none(), "a command that nobody sent");
        }
        Ok(crowd)
    }

    /// Waits until each device has got a command, and answers when that was, by number.
    pub(crate) async fn commanded(&mut self) -> Result<Vec<Instant>> {
        let mut arrivals = vec![None; self.size];
        for _ in 0..self.size {
            let (number, at) = self.next().await?.context("a device came twice")?;
            ensure!(arrivals[number].replace(at).is_none(), "device {number} was commanded twice");
        }
        Ok(arrivals.into_iter().flatten().collect())
    }

    async fn next(&mut self) -> Result<Option<(usize, Instant)>> {
        let event = timeout(PATIENCE, self.events.recv()).await;
        match event.context("a device waits in vain")?.context("the crowd is gone")? {
            Event::Ready => Ok(None),
            Event::Commanded(number, at) => Ok(Some((number, at))),
            Event::Lost(error) => Err(error),
        }
    }
}

/// A board on the Command Server: a heartbeat at once and every 40 s, in one of the four shapes that are in use.
async fn board(
    number: usize,
    size: usize,
    server: SocketAddr,
    ready: impl FnOnce(),
    told: &mpsc::UnboundedSender<Event>,
) -> Result<()> {
    let Device { id, key } = Device::new(number);
    let mut heartbeat = match number % 4 {
        0 | 3 => format!("{id},{key},0"),
        1 => format!("{id},{key},"),
        _ => format!("{id},{key},0\r\n\r\n"),
    };
    if number % 4 == 3 {
        heartbeat.extend(std::iter::repeat_n('\0', 50 - heartbeat.len()));
    }
    let mut stream = connect(number, server).await?;
    stream.write_all(heartbeat.as_bytes()).await?;
    let mut input = [0; 256];
    ensure!(stream.read(&mut input).await? > 0, "it is not let in");
    ready();
    let mut beat = beat(number, size);
    loop {
        tokio::select! {
            read = stream.read(&mut input) => {
                let read = read?;
                ensure!(read > 0, "the server closed the connection");
                // An echo has two commas, a command four.
                if input[..read].iter().filter(|it| **it == b',').count() >= 4 {
                    let _ = told.send(Event::Commanded(number, clock::now()));
                }
            }
            _ = beat.tick() => stream.write_all(heartbeat.as_bytes()).await?,
        }
    }
}

/// A board on MQTT, subscribed to its own topics; pings every 40 s.
async fn client(
    number: usize,
    size: usize,
    broker: SocketAddr,
    ready: impl FnOnce(),
    told: &mpsc::UnboundedSender<Event>,
) -> Result<()> {
    let device = Device::new(number);
    let wire = Wire::Tcp(connect(number, broker).await?);
    let mut client = Client::enter(wire, &device.id, None).await?;
    client.subscribe(&device.topic("/+"), 1).await?;
    ready();
    let mut beat = beat(number, size);
    loop {
        tokio::select! {
            filled = client.fill() => {
                filled?;
                while let Some(packet) = client.ready()? {
                    if let Packet::Publish { id, .. } = packet {
                        let _ = told.send(Event::Commanded(number, clock::now()));
                        if let Some(id) = id {
                            client.acknowledge(id);
                        }
                    }
                }
            }
            _ = beat.tick() => client.ping(),
        }
        client.flush().await?;
    }
}

/// Connects from one of many loopback addresses: each has ports of its own.
async fn connect(number: usize, to: SocketAddr) -> Result<TcpStream> {
    let from = Ipv4Addr::new(127, 1, 0, u8::try_from(number % 200 + 1)?);
    let socket = TcpSocket::new_v4()?;
    socket.bind((from, 0).into())?;
    let stream = timeout(PATIENCE, socket.connect(to)).await;
    let stream = stream.map_err(|_| anyhow!("nobody accepts the connection"))??;
    stream.set_nodelay(true)?;
    Ok(stream)
}

/// The heartbeats of one device of many: each at another time.
fn beat(number: usize, size: usize) -> Interval {
    let first = PERIOD.mul_f64((number + 1) as f64 / size as f64);
    interval_at((clock::now() + first).into(), PERIOD)
}

/// Between two heartbeats: what the documents' programs do.
pub(crate) const PERIOD: Duration = Duration::from_secs(40);

/// Devices that connect at the same time.
const AT_A_TIME: usize = 256;

/// What takes longer has failed.
const PATIENCE: Duration = Duration::from_secs(30);
