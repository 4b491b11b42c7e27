//! A board from power on to power off, with the restarts in between.

use std::convert::Infallible;
use std::time::Duration;

use anyhow::{Result, bail};
use mcs_model::{DataPoint, DeviceId, DeviceKey};
use tokio::sync::mpsc;
use tokio::time::{MissedTickBehavior, interval};

use crate::clock::wall;
use crate::link::{self, Incoming};
use crate::{Board, Link};

/// Which board, and how it is connected.
#[derive(Clone, Debug)]
pub struct SimulateConfig {
    /// The device's id.
    pub id: DeviceId,
    /// The device's key.
    pub key: DeviceKey,
    /// How it talks.
    pub link: Link,
    /// `http://host:port` where it reports its firmware version; `None`: where the firmware came
    /// from.
    pub api: Option<String>,
    /// The time between two measurements.
    pub interval: Duration,
    /// Seeds its noise and the jitter of its back-off.
    pub seed: u64,
}

impl SimulateConfig {
    /// A board that measures once a second.
    pub fn new(id: DeviceId, key: DeviceKey, link: Link) -> Self {
        // Boards that lost the same server do not come back in step.
        let seed =
            id.as_str().bytes().fold(0, |seed: u64, it| seed.wrapping_mul(31) + u64::from(it));
        Self { id, key, link, api: None, interval: Duration::from_secs(1), seed }
    }
}

/// Runs a board for ever: it connects, reports and obeys, and comes back by itself when the
/// network or the server fails.
///
/// Dropping the future switches it off, at once and without a word to the server. An error means
/// that the configuration can never work.
pub async fn simulate(config: SimulateConfig) -> Result<Infallible> {
    if config.interval.is_zero() {
        bail!("a board cannot measure without a pause");
    }
    let mut board = Board::new(config.seed);
    let (incoming_to, incoming) = mpsc::channel(INCOMING);
    let (reports_to, reports) = mpsc::channel(REPORTS);
    tokio::select! {
        failed = link::run(&config, incoming_to, reports) => failed,
        never = drive(&config, &mut board, incoming, &reports_to) => match never {},
    }
}

async fn drive(
    config: &SimulateConfig,
    board: &mut Board,
    mut incoming: mpsc::Receiver<Incoming>,
    reports: &mpsc::Sender<DataPoint>,
) -> Infallible {
    let mut measure = interval(config.interval);
    measure.set_missed_tick_behavior(MissedTickBehavior::Skip);
    let mut introduced = false;
    loop {
        let points = tokio::select! {
            _ = measure.tick() => board.sample(wall()),
            Some(incoming) = incoming.recv() => match incoming {
                Incoming::Connected if introduced => Vec::new(),
                Incoming::Connected => {
                    introduced = true;
                    board.introduce(wall())
                }
                Incoming::Command(point) => {
                    tracing::debug!(device = %config.id, ?point, "commanded");
                    board.obey(wall(), &point)
                }
                Incoming::Notice(_) => Vec::new(),
            },
        };
        for point in points {
            if reports.try_send(point).is_err() {
                tracing::debug!(device = %config.id, "offline for too long: a point is dropped");
            }
        }
    }
}

/// Commands that wait while the board is busy.
const INCOMING: usize = 256;

/// Points that wait for the link.
const REPORTS: usize = 1024;
