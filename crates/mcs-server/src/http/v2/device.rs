//! What a device is: the members that device programs read (CONTRACT §4.5).

use std::sync::Arc;

use axum::extract::{Path, State};
use axum::http::HeaderMap;
use axum::response::Response;
use mcs_model::rest::success;
use mcs_model::{Channel, Direction};
use serde_json::{Value, json};

use super::Format;
use crate::app::App;

/// `GET /mcs/v2/devices/:deviceId`.
pub(in crate::http) async fn info(
    State(app): State<Arc<App>>,
    Path(id): Path<String>,
    headers: HeaderMap,
) -> Response {
    let device = match Format::Json.device(&app, &id, &headers).await {
        Ok(device) => device,
        Err(refusal) => return refusal,
    };
    let version = match app.store.firmware_version(&device.id).await {
        Ok(version) => version,
        Err(error) => return Format::Json.broken(&error),
    };
    let prototype = &device.prototype;
    let channels: Vec<_> = prototype.channels.iter().map(channel).collect();
    super::json(&success(json!({ "results": [{
        "deviceId": device.id,
        "deviceName": device.name,
        "product": {
            "prodId": prototype.id,
            "prodVersion": prototype.version,
            "name": prototype.name,
            "description": prototype.description,
        },
        "fw": { "version": version },
        "isHeartbeating": !app.hub.presence(&device.id).transports.is_empty(),
        "dataChannels": channels,
    }] })))
}

fn channel(channel: &Channel) -> Value {
    json!({
        "dataChnId": channel.id,
        "isAvailable": true,
        "name": channel.name,
        "description": channel.description,
        "channelType": {
            "dataChnTypeId": channel.kind.type_id(channel.direction),
            "name": channel.kind.name(),
        },
        "isHidden": false,
        "isControllable": channel.direction == Direction::Controller,
    })
}
