//! Commands from the Command Server, data points by REST (CONTRACT §3, §4.3).

use std::convert::Infallible;
use std::time::Duration;

use anyhow::{Context, Result, bail};
use mcs_command::Input;
use mcs_command::device::{Board, Config, Event, Output};
use mcs_model::DataPoint;
use mcs_time::{Backoff, BackoffConfig};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;
use tokio::sync::mpsc;
use tokio::time::sleep;

use super::Incoming;
use crate::SimulateConfig;
use crate::clock::Clock;
use crate::http::Api;

/// Keeps the connection for commands, and uploads.
pub(super) async fn run(
    config: &SimulateConfig,
    api: &str,
    incoming: mpsc::Sender<Incoming>,
    reports: mpsc::Receiver<DataPoint>,
) -> Result<Infallible> {
    let api = Api::new(api, config.key.as_str())?;
    tokio::select! {
        never = listen(config, &api, &incoming) => match never {},
        never = upload(config, &api, reports) => match never {},
    }
}

/// Connects again and again.
async fn listen(
    config: &SimulateConfig,
    api: &Api,
    incoming: &mpsc::Sender<Incoming>,
) -> Infallible {
    let clock = Clock::new();
    let mut backoff = Backoff::new(BackoffConfig::default(), config.seed);
    loop {
        let begun = clock.now();
        if let Err(error) = connection(config, api, clock, incoming).await {
            tracing::warn!(device = %config.id, "no connection to the Command Server: {error:#}");
        }
        if clock.now().since(begun) > STABLE {
            backoff.reset();
        }
        sleep(backoff.next_delay()).await;
    }
}

/// One connection, from asking where to its end.
async fn connection(
    config: &SimulateConfig,
    api: &Api,
    clock: Clock,
    incoming: &mpsc::Sender<Incoming>,
) -> Result<()> {
    let path = format!("/mcs/v2/devices/{}/connections.csv", config.id);
    let answer = api.get(&path, "text/csv").await?;
    if answer.status != 200 {
        bail!("get connection was answered {}: {}", answer.status, answer.body);
    }
    let (ip, port) = answer.body.trim().split_once(',').context("the address is no `ip,port`")?;
    let address = format!("{ip}:{port}");
    let mut stream = TcpStream::connect(&address)
        .await
        .with_context(|| format!("cannot connect to {address}"))?;
    stream.set_nodelay(true)?;
    let mut board = Board::new(Config::new(config.id.clone(), config.key.clone()), clock.now());
    let mut buffer = [0; 4096];
    let mut is_known = false;
    loop {
        let timeout = loop {
            match board.poll_output() {
                Output::Transmit(bytes) => stream.write_all(&bytes).await?,
                // Dropping the stream closes it, once the reason is known.
                Output::Close => {}
                Output::Event(Event::Closed(reason)) => bail!("{reason}"),
                Output::Event(event) => {
                    let first = !is_known && matches!(event, Event::Echoed { .. });
                    is_known |= first;
                    if first {
                        tracing::info!(device = %config.id, "connected to the Command Server");
                        incoming.send(Incoming::Connected).await?;
                    }
                    if let Some(command) = command(config, event) {
                        incoming.send(command).await?;
                    }
                }
                Output::Timeout(at) => break at,
            }
        };
        tokio::select! {
            read = stream.read(&mut buffer) => match read {
                Ok(len) if len > 0 => board.handle_input(clock.now(), Input::Received(&buffer[..len])),
                _ => board.handle_input(clock.now(), Input::Closed),
            },
            () = clock.sleep_until(timeout) => board.handle_input(clock.now(), Input::Timeout),
        }
    }
}

fn command(config: &SimulateConfig, event: Event) -> Option<Incoming> {
    match event {
        Event::Commanded(point) => Some(Incoming::Command(point)),
        Event::Notified(notice) => Some(Incoming::Notice(notice)),
        Event::Skipped(why) => {
            tracing::warn!(device = %config.id, %why, "a message makes no sense");
            None
        }
        _ => None,
    }
}

/// Uploads what is reported, in its order, and tries again what could not be.
async fn upload(
    config: &SimulateConfig,
    api: &Api,
    mut reports: mpsc::Receiver<DataPoint>,
) -> Infallible {
    let path = format!("/mcs/v2/devices/{}/datapoints.csv", config.id);
    let mut backoff = Backoff::new(BackoffConfig::default(), config.seed);
    loop {
        let mut points = Vec::new();
        if reports.recv_many(&mut points, POINTS).await == 0 {
            // Nothing will ever be reported again.
            std::future::pending::<()>().await;
        }
        let lines: Vec<_> = points.iter().map(DataPoint::to_csv).collect();
        let body = lines.join("\n");
        loop {
            match api.send("POST", &path, "text/csv", body.clone()).await {
                Ok(answer) if answer.status < 500 && answer.status != TOO_MANY => {
                    if answer.status != 200 {
                        tracing::warn!(device = %config.id, answer.status, %answer.body, "refused");
                    }
                    backoff.reset();
                    break;
                }
                Ok(answer) => tracing::warn!(device = %config.id, answer.status, "not uploaded"),
                Err(error) => tracing::warn!(device = %config.id, "not uploaded: {error:#}"),
            }
            sleep(backoff.next_delay()).await;
        }
    }
}

/// Data points in one request (CONTRACT §4.3).
const POINTS: usize = 5;

/// The status that asks for patience.
const TOO_MANY: u16 = 429;

/// A connection that held for so long resets the back-off.
const STABLE: Duration = Duration::from_secs(10);
