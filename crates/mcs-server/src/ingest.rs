//! One normaliser for everything that comes in: tolerant in, canonical out (CONTRACT §9.3).

use std::sync::Arc;

use anyhow::Result;
use bytes::Bytes;
use mcs_model::upload::{PointError, RawPoint};
use mcs_model::{ChannelId, ConsoleTopic, DataPoint, Direction, Timestamp, Topic, Value, rest};

use crate::app::App;
use crate::clock;
use crate::registry::Device;
use crate::store::{Pending, Write};

/// Who wrote a point.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Author {
    /// Somebody with the device's key: most often the device.
    Device,
    /// A person, or a program for one.
    User,
}

/// What the sender of points is promised.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Promise {
    /// Nothing: QoS 0.
    Nothing,
    /// That they are stored, once: QoS 1 and 2, REST.
    Stored {
        /// They may have come before: then what is stored already is not stored again.
        resent: bool,
    },
}

/// What became of an upload.
pub(crate) struct Ingested {
    /// The points that are valid, in the order in which they came.
    pub(crate) points: Vec<DataPoint>,
    /// What is wrong with the others: sentences for the device's author.
    pub(crate) refused: Vec<String>,
    /// The write of the points; `None` when there are none, or nobody was promised that they are stored.
    pub(crate) pending: Option<Pending>,
    /// The controllers whose points did not get to the device: see [`command`].
    pub(crate) undelivered: Vec<ChannelId>,
}

/// How far a device's clock may be ahead of ours, in milliseconds. A point from further ahead would be
/// the channel's latest for as long.
const MAX_AHEAD: u64 = 24 * 60 * 60 * 1000;

/// Most refused points of one upload that the log tells one by one.
const LOGGED: usize = 5;

/// Holds points against the device's prototype and queues the valid ones for storing.
pub(crate) async fn ingest(
    app: &App,
    device: &Device,
    raw: Vec<Result<RawPoint, PointError>>,
    promise: Promise,
) -> Result<Ingested> {
    let now = clock::now();
    let mut points = Vec::with_capacity(raw.len());
    let mut refused = Vec::new();
    for raw in raw {
        match raw.map_err(|error| error.to_string()).and_then(|raw| check(device, raw, now)) {
            Ok((raw, value)) => points.push(DataPoint {
                channel: raw.channel,
                timestamp: raw.timestamp.unwrap_or(now),
                value,
            }),
            Err(why) => refused.push(why),
        }
    }
    log(app, device, &refused);
    app.metrics.points.add(points.len());
    app.metrics.refused_points.add(refused.len());
    let mut pending = None;
    if !points.is_empty() {
        let (device, points) = (device.id.clone(), points.clone());
        let write = |resent| Write { device, points, came: now, resent };
        match promise {
            Promise::Nothing => app.store.write_later(write(false)).await?,
            Promise::Stored { resent } => pending = Some(app.store.write(write(resent)).await?),
        }
    }
    Ok(Ingested { points, refused, pending, undelivered: Vec::new() })
}

/// Says in the log what is wrong with a device's points, but not as often as it sends them.
fn log(app: &App, device: &Device, refused: &[String]) {
    if refused.is_empty() {
        return;
    }
    let Some(untold) = app.refused_points.tell(device.id.clone()) else { return };
    let untold = Some(untold).filter(|it| *it > 0);
    for why in refused.iter().take(LOGGED) {
        tracing::info!(device = %device.id, untold, %why, "a data point was refused");
    }
    if refused.len() > LOGGED {
        let more = refused.len() - LOGGED;
        tracing::info!(device = %device.id, more, "data points were refused");
    }
}

fn check(device: &Device, raw: RawPoint, now: Timestamp) -> Result<(RawPoint, Value), String> {
    let Some(channel) = device.prototype.channel(&raw.channel) else {
        return Err(rest::no_such_channel(&raw.channel));
    };
    if let Some(at) = raw.timestamp
        && at.as_millis().saturating_sub(now.as_millis()) > MAX_AHEAD
    {
        let channel = &raw.channel;
        return Err(format!("data channel {channel}: the timestamp {at} is more than a day ahead"));
    }
    match channel.kind.parse(&raw.value) {
        Ok(value) => Ok((raw, value)),
        Err(error) => Err(rest::refused(&raw.channel, &error)),
    }
}

/// Sends accepted points to the Command Server, as far as their channels are controllers. Answers
/// the controllers whose points get nowhere: the device has no Command Server connection that takes
/// them, and no MQTT subscription to them, be its session connected or kept.
pub(crate) async fn command(
    app: &App,
    device: &Device,
    points: &[DataPoint],
    author: Author,
) -> Vec<ChannelId> {
    let mut undelivered = Vec::new();
    for point in points {
        let channel = device.prototype.channel(&point.channel);
        if channel.is_some_and(|it| it.direction == Direction::Controller)
            && !app.hub.command(device, point, author)
            && !undelivered.contains(&point.channel)
            && !app.bus().reaches_device(&topic(device, point)).await
        {
            undelivered.push(point.channel.clone());
        }
    }
    undelivered
}

/// Sends accepted points to MQTT subscribers. For points that did not come from there.
pub(crate) async fn forward_to_mqtt(app: &App, device: &Device, points: &[DataPoint]) {
    for (topic, payload) in canonical(device, points).into_iter().chain(keyless(device, points)) {
        if let Err(error) = app.bus().publish(&topic, payload, 1, false).await {
            tracing::warn!(device = %device.id, %error, "a point was not published");
        }
    }
}

/// Topic and payload of each point as subscribers see it: `timestamp,dataChnId,V`.
pub(crate) fn canonical(device: &Device, points: &[DataPoint]) -> Vec<(String, Bytes)> {
    points.iter().map(|point| (topic(device, point), Bytes::from(point.to_mqtt()))).collect()
}

/// The same on topics without the key, for people: who may see the device gets them.
pub(crate) fn keyless(device: &Device, points: &[DataPoint]) -> Vec<(String, Bytes)> {
    let topic = |point: &DataPoint| {
        ConsoleTopic::Points(device.id.clone(), point.channel.clone()).to_string()
    };
    points.iter().map(|point| (topic(point), Bytes::from(point.to_mqtt()))).collect()
}

fn topic(device: &Device, point: &DataPoint) -> String {
    Topic::Channel(device.id.clone(), device.key.clone(), point.channel.clone()).to_string()
}

/// Takes an upload by REST: stored, then forwarded everywhere.
pub(crate) async fn upload(
    app: &App,
    device: &Arc<Device>,
    raw: Vec<Result<RawPoint, PointError>>,
    author: Author,
) -> Result<Ingested> {
    let mut ingested = ingest(app, device, raw, Promise::Stored { resent: false }).await?;
    if let Some(pending) = ingested.pending.take() {
        pending.committed().await?;
    }
    app.functions.queue(device, &ingested.points);
    ingested.undelivered = command(app, device, &ingested.points, author).await;
    forward_to_mqtt(app, device, &ingested.points).await;
    Ok(ingested)
}
