//! Points: written through the queue, read by channel and time.

use anyhow::Result;
use futures_util::TryStreamExt as _;
use mcs_model::api::{HistoryPoint, LastPoint, PointTime};
use mcs_model::rest::Order;
use mcs_model::{ChannelId, DeviceId, Timestamp};
use sqlx::Row as _;

use super::writer::millis;
use super::{Pending, Store, Write, arrivals, value};

/// Which points of a channel.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Window {
    /// By which of their times.
    pub(crate) time: PointTime,
    /// The earliest, included.
    pub(crate) start: Timestamp,
    /// The latest, included.
    pub(crate) end: Timestamp,
    /// How many of the newest to skip.
    pub(crate) offset: u32,
    /// How many at most.
    pub(crate) limit: u32,
}

/// What a query found.
#[derive(Clone, Debug)]
pub(crate) struct Page {
    /// The newest `limit` points, in the order that was asked for.
    pub(crate) points: Vec<HistoryPoint>,
    /// There are older points in the window.
    pub(crate) more: bool,
}

/// Most bytes of texts and pictures in one page.
const MAX_BYTES: usize = 32 << 20;

/// The newest points of a channel within a window.
pub(super) const PAGE: &str = "SELECT at, kind, value FROM points \
     WHERE series = (SELECT id FROM series WHERE device = ?1 AND channel = ?2) \
     AND at BETWEEN ?3 AND ?4 ORDER BY at DESC, arrived DESC LIMIT ?5 OFFSET ?6";

/// The newest point of each channel.
pub(super) const LAST: &str = "SELECT s.device, s.channel, p.at, p.kind, p.value \
     FROM series s JOIN points p ON p.series = s.id AND (p.at, p.arrived) = \
     (SELECT at, arrived FROM points WHERE series = s.id ORDER BY at DESC, arrived DESC LIMIT 1) \
     ORDER BY s.device, s.channel";

impl Store {
    /// Queues points for the next commit; waits only while the queue is full.
    pub(crate) async fn write(&self, write: Write) -> Result<Pending> {
        self.writer.write(write).await
    }

    /// Queues points that nobody waits for: they are on the disk soon, unless the server crashes or the database takes
    /// nothing. Whoever reads finds them.
    pub(crate) async fn write_later(&self, write: Write) -> Result<()> {
        self.writer.write_later(write).await
    }

    /// The newest points of a channel within a window.
    pub(crate) async fn points(
        &self,
        device: &DeviceId,
        channel: &ChannelId,
        window: Window,
        order: Order,
    ) -> Result<Page> {
        self.writer.settle().await;
        let limit = usize::try_from(window.limit).unwrap_or(usize::MAX);
        let page = match window.time {
            PointTime::Device => PAGE,
            PointTime::Arrival => arrivals::PAGE,
        };
        let mut rows = sqlx::query(page)
            .bind(device.as_str())
            .bind(channel.as_str())
            .bind(millis(window.start))
            .bind(millis(window.end))
            .bind(i64::from(window.limit) + 1)
            .bind(i64::from(window.offset))
            .fetch(&self.pool);
        let (mut points, mut size, mut more) = (Vec::new(), 0, false);
        while let Some(row) = rows.try_next().await? {
            let (value, bytes) = value::decode(&row, "kind", "value")?;
            size += bytes;
            more = points.len() == limit || (size > MAX_BYTES && !points.is_empty());
            if more {
                break;
            }
            points.push(HistoryPoint { at: timestamp(row.try_get("at")?), value });
        }
        if order == Order::OldestFirst {
            points.reverse();
        }
        Ok(Page { points, more })
    }

    /// The newest point of each channel of every device, by device and channel.
    pub(crate) async fn last_points(&self) -> Result<Vec<(DeviceId, LastPoint)>> {
        self.writer.settle().await;
        let mut rows = sqlx::query(LAST).fetch(&self.pool);
        let mut last = Vec::new();
        while let Some(row) = rows.try_next().await? {
            let device = row.try_get::<&str, _>("device")?.parse()?;
            last.push((
                device,
                LastPoint {
                    channel: row.try_get::<&str, _>("channel")?.parse()?,
                    timestamp: timestamp(row.try_get("at")?),
                    value: value::decode(&row, "kind", "value")?.0,
                },
            ));
        }
        Ok(last)
    }
}

pub(super) fn timestamp(millis: i64) -> Timestamp {
    Timestamp::from_millis(u64::try_from(millis).unwrap_or_default())
}
