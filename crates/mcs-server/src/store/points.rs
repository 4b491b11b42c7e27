//! Points: written through the queue, read by channel and time.

use anyhow::{Context as _, Result};
use mcs_model::api::{HistoryPoint, LastPoint};
use mcs_model::rest::Order;
use mcs_model::{ChannelId, DataPoint, DeviceId, Timestamp, Value};

use super::writer::millis;
use super::{Pending, Store, StoredPoint};

/// Which points of a channel.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Window {
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

impl Store {
    /// Queues points for the next commit; waits only while the queue is full.
    pub(crate) async fn write(&self, device: &DeviceId, points: &[DataPoint]) -> Result<Pending> {
        let points = points
            .iter()
            .map(|point| StoredPoint { device: device.clone(), point: point.clone() })
            .collect();
        self.writer.write(points).await
    }

    /// The newest points of a channel within a window.
    pub(crate) async fn points(
        &self,
        device: &DeviceId,
        channel: &ChannelId,
        window: Window,
        order: Order,
    ) -> Result<Page> {
        let limit = usize::try_from(window.limit).unwrap_or(usize::MAX);
        let rows: Vec<(i64, String)> = sqlx::query_as(
            "SELECT at, value FROM points \
             WHERE series = (SELECT id FROM series WHERE device = ? AND channel = ?) \
             AND at BETWEEN ? AND ? ORDER BY at DESC, arrived DESC LIMIT ? OFFSET ?",
        )
        .bind(device.as_str())
        .bind(channel.as_str())
        .bind(millis(window.start))
        .bind(millis(window.end))
        .bind(i64::from(window.limit) + 1)
        .bind(i64::from(window.offset))
        .fetch_all(&self.pool)
        .await?;
        let more = rows.len() > limit;
        let mut points = rows
            .into_iter()
            .take(limit)
            .map(|(at, value)| Ok(HistoryPoint { at: timestamp(at), value: decode(&value)? }))
            .collect::<Result<Vec<_>>>()?;
        if order == Order::OldestFirst {
            points.reverse();
        }
        Ok(Page { points, more })
    }

    /// The newest point of each channel of every device, by device and channel.
    pub(crate) async fn last_points(&self) -> Result<Vec<(DeviceId, LastPoint)>> {
        let rows: Vec<(String, String, i64, String)> = sqlx::query_as(
            "SELECT s.device, s.channel, p.at, p.value FROM series s JOIN points p \
             ON p.series = s.id AND (p.at, p.arrived) = \
             (SELECT at, arrived FROM points WHERE series = s.id \
              ORDER BY at DESC, arrived DESC LIMIT 1) ORDER BY s.device, s.channel",
        )
        .fetch_all(&self.pool)
        .await?;
        rows.into_iter()
            .map(|(device, channel, at, value)| {
                let point = LastPoint {
                    channel: channel.parse()?,
                    timestamp: timestamp(at),
                    value: decode(&value)?,
                };
                Ok((device.parse()?, point))
            })
            .collect()
    }
}

pub(super) fn encode(value: &Value) -> String {
    // Every variant is made of strings, integers and finite numbers: JSON can write them all.
    serde_json::to_string(value).unwrap_or_default()
}

fn decode(text: &str) -> Result<Value> {
    serde_json::from_str(text).context("a stored value cannot be read")
}

pub(super) fn timestamp(millis: i64) -> Timestamp {
    Timestamp::from_millis(u64::try_from(millis).unwrap_or_default())
}
