//! A board from power on to power off, with the restarts in between.

use std::convert::Infallible;
use std::pin::Pin;
use std::time::Duration;

use anyhow::{Result, bail};
use mcs_fota::Notice;
use mcs_model::{DataPoint, DeviceId, DeviceKey};
use tokio::sync::mpsc;
use tokio::time::{MissedTickBehavior, interval, sleep};

use crate::clock::wall;
use crate::firmware::{self, Image};
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

/// Runs a board for ever: it connects, reports, obeys and updates itself, and comes back when the
/// network or the server fails.
///
/// Dropping the future switches it off, at once and without a word to the server. An error means
/// that the configuration can never work.
pub async fn simulate(config: SimulateConfig) -> Result<Infallible> {
    if config.interval.is_zero() {
        bail!("a board cannot measure without a pause");
    }
    let mut board = Board::new(config.seed);
    let mut started: Option<Image> = None;
    loop {
        let (incoming_to, incoming) = mpsc::channel(INCOMING);
        let (reports_to, reports) = mpsc::channel(REPORTS);
        let run = Run { config: &config, board: &mut board, reports: &reports_to };
        let image = tokio::select! {
            failed = link::run(&config, incoming_to, reports) => return failed,
            image = run.until_update(incoming, started.take()) => image,
        };
        tracing::info!(device = %config.id, version = %image.version, "starting a new firmware");
        board.restart(image.version.as_str());
        started = Some(image);
        sleep(RESTART).await;
    }
}

/// A board from one start to the next.
struct Run<'a> {
    config: &'a SimulateConfig,
    board: &'a mut Board,
    reports: &'a mpsc::Sender<DataPoint>,
}

/// Something that goes on beside the board's work, if anything does.
type Aside<'a, T> = Option<Pin<Box<dyn Future<Output = Result<T>> + Send + 'a>>>;

impl Run<'_> {
    /// Works until there is an image to start. `started` is what this run started with, if that is
    /// news.
    async fn until_update(
        mut self,
        mut incoming: mpsc::Receiver<Incoming>,
        mut started: Option<Image>,
    ) -> Image {
        let mut measure = interval(self.config.interval);
        measure.set_missed_tick_behavior(MissedTickBehavior::Skip);
        let mut introduced = false;
        let mut fetching: Aside<'_, Image> = None;
        let mut reporting: Aside<'_, ()> = None;
        loop {
            tokio::select! {
                _ = measure.tick() => {
                    let points = self.board.sample(wall());
                    self.send(points);
                },
                Some(incoming) = incoming.recv() => match incoming {
                    Incoming::Connected => {
                        if !introduced {
                            introduced = true;
                            let points = self.board.introduce(wall());
                            self.send(points);
                        }
                        if let Some(image) = started.take() {
                            reporting = Some(Box::pin(report(self.config, image)));
                        }
                    }
                    Incoming::Command(point) => {
                        tracing::debug!(device = %self.config.id, ?point, "commanded");
                        let points = self.board.obey(wall(), &point);
                        self.send(points);
                    }
                    Incoming::Notice(notice) => match notice.parse::<Notice>() {
                        // A newer notice takes the place of the one that is being followed.
                        Ok(notice) => {
                            self.tell("fotaing");
                            fetching = Some(Box::pin(firmware::fetch(notice)));
                        }
                        Err(error) => self.tell(&format!("firmware refused: {error}")),
                    },
                },
                fetched = aside(&mut fetching) => match fetched {
                    Ok(image) => return image,
                    Err(error) => self.tell(&format!("firmware refused: {error:#}")),
                },
                reported = aside(&mut reporting) => {
                    if let Err(error) = reported {
                        tracing::warn!(device = %self.config.id, "not reported: {error:#}");
                    }
                }
            }
        }
    }

    fn tell(&mut self, status: &str) {
        tracing::info!(device = %self.config.id, status);
        let point = self.board.tell(wall(), status);
        self.send(vec![point]);
    }

    fn send(&self, points: Vec<DataPoint>) {
        for point in points {
            if self.reports.try_send(point).is_err() {
                tracing::debug!(device = %self.config.id, "offline for too long: a point is lost");
            }
        }
    }
}

async fn report(config: &SimulateConfig, image: Image) -> Result<()> {
    let api = image.api(config.api.as_deref(), config.key.as_str())?;
    firmware::report(&api, &config.id, &image.version, config.seed).await
}

/// The end of what goes on, once; for ever when nothing does.
async fn aside<T>(aside: &mut Aside<'_, T>) -> Result<T> {
    let Some(running) = aside else { return std::future::pending().await };
    let result = running.await;
    *aside = None;
    result
}

/// Commands that wait while the board is busy.
const INCOMING: usize = 256;

/// Points that wait for the link.
const REPORTS: usize = 1024;

/// How long a board is away when it starts a new firmware.
const RESTART: Duration = Duration::from_secs(1);
