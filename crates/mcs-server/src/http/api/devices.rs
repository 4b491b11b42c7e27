//! Devices and the history of their channels.

use std::collections::BTreeMap;
use std::sync::Arc;

use axum::Json;
use axum::extract::{Path, State};
use axum::http::header;
use axum::response::{IntoResponse, Response};
use mcs_model::api::{Credentials, DeviceInfo, History, LastPoint, PointTime, Right};
use mcs_model::rest::Order;
use mcs_model::{DeviceId, Timestamp};
use serde::Deserialize;

use crate::app::App;
use crate::http::error::Error;
use crate::http::operator::Operator;
use crate::http::query::Asked;
use crate::store::Window;

/// Points in one answer when the caller names no limit.
const DEFAULT_POINTS: u32 = 1000;
/// Most points in one answer.
const MAX_POINTS: u32 = 100_000;

/// List devices as the console shows them
#[utoipa::path(get, path = "/api/devices", tag = "Console",
    responses((status = 200, body = [DeviceInfo], description = "Those that the caller may see.")))]
pub(in crate::http) async fn list(
    State(app): State<Arc<App>>,
    operator: Operator,
) -> Result<Json<Vec<DeviceInfo>>, Error> {
    let snapshot = app.registry.snapshot();
    let access = snapshot.access(&operator.name).ok_or_else(Error::signed_out)?;
    let mut points: BTreeMap<DeviceId, Vec<LastPoint>> = BTreeMap::new();
    for (device, point) in app.store.last_points().await? {
        points.entry(device).or_default().push(point);
    }
    let mut facts: BTreeMap<_, _> = app.store.device_facts().await?.into_iter().collect();
    let devices = snapshot.devices.values().filter_map(|device| {
        let right = access.to(device)?;
        let facts = facts.remove(&device.id).unwrap_or_default();
        let mut presence = app.hub.presence(&device.id);
        presence.last_seen = presence.last_seen.max(facts.last_seen);
        Some(DeviceInfo {
            id: device.id.clone(),
            name: device.name.clone(),
            description: facts.description,
            tags: facts.tags,
            right,
            may_upload: access.to_prototype(&device.prototype.id) == Some(Right::Control),
            prototype: (*device.prototype).clone(),
            presence,
            firmware_version: facts.firmware_version,
            push: app.firmware.status(&app, &device.id),
            last_points: points.remove(&device.id).unwrap_or_default(),
        })
    });
    Ok(Json(devices.collect()))
}

/// What a device proves itself with
///
/// For those who may control it.
#[utoipa::path(get, path = "/api/devices/{id}/credentials", tag = "Console",
    responses((status = 200, body = Credentials, description = "The device's id and key.")))]
pub(in crate::http) async fn credentials(
    State(app): State<Arc<App>>,
    operator: Operator,
    Path(device): Path<String>,
) -> Result<Response, Error> {
    let device = operator.device(&app, &device, Right::Control).await?;
    tracing::info!(user = operator.name, device = %device.id, "the device's key was looked at");
    let credentials = Credentials { id: device.id.clone(), key: device.key.clone() };
    // No browser shall keep it.
    Ok(([(header::CACHE_CONTROL, "no-store")], Json(credentials)).into_response())
}

/// The part of a history that is asked for.
#[derive(Deserialize, utoipa::IntoParams)]
#[into_params(parameter_in = Query)]
pub(in crate::http) struct Range {
    /// The earliest time in milliseconds, included.
    start: Option<u64>,
    /// The latest time in milliseconds, included.
    end: Option<u64>,
    /// The newest so many: 1000 unless said otherwise, at most 100000.
    limit: Option<u32>,
    /// By which of the points' times: `device` unless said otherwise, or `arrival`.
    #[serde(default)]
    #[param(inline)]
    time: PointTime,
}

/// The history of a data channel, oldest first
#[utoipa::path(get, path = "/api/devices/{id}/channels/{channel}/points", tag = "Console",
    params(Range), responses((status = 200, body = History, description = "The points.")))]
pub(in crate::http) async fn points(
    State(app): State<Arc<App>>,
    operator: Operator,
    Path((device, channel)): Path<(String, String)>,
    Asked(range): Asked<Range>,
) -> Result<Json<History>, Error> {
    let (device, channel) = operator.channel(&app, &device, &channel).await?;
    let window = Window {
        time: range.time,
        start: Timestamp::from_millis(range.start.unwrap_or(0)),
        end: Timestamp::from_millis(range.end.unwrap_or(u64::MAX)),
        offset: 0,
        limit: range.limit.unwrap_or(DEFAULT_POINTS).min(MAX_POINTS),
    };
    let page = app.store.points(&device.id, &channel, window, Order::OldestFirst).await?;
    Ok(Json(History { points: page.points, truncated: page.more }))
}
