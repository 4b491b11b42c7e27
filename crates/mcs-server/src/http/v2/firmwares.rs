//! A device's side of firmware management (CONTRACT §5.3).

use std::sync::Arc;

use axum::body::Body;
use axum::extract::{Path, Query, State};
use axum::http::HeaderMap;
use axum::response::Response;
use mcs_model::api::FirmwareInfo;
use mcs_model::rest::{
    Failure, available_firmwares, firmware_url, version_accepted, version_of_report,
};
use serde::Deserialize;

use super::{Format, json};
use crate::app::App;
use crate::http::{body, effect};
use crate::registry::Device;

/// Most bytes of a report.
const MAX_REPORT: u32 = 4096;

/// `PUT /mcs/v2/devices/:deviceId/firmwares`.
pub(in crate::http) async fn report(
    State(app): State<Arc<App>>,
    Path(id): Path<String>,
    headers: HeaderMap,
    body: Body,
) -> Response {
    answer(async {
        let device = Format::Json.device(&app, &id, &headers).await?;
        let body = body::read(&headers, body, MAX_REPORT).await;
        let body = body.map_err(|error| Format::Json.unread(&error))?;
        let version = version_of_report(&body)
            .map_err(|error| Format::Json.fail(Failure::new(400, error.to_string())))?;
        app.hub.heard(&device.id);
        // What the device says is kept even if nobody uploaded that version: it is what it runs.
        let report = {
            let (app, device, version) = (app.clone(), device.clone(), version.clone());
            async move { app.firmware.reported(&app, &device.id, &version).await }
        };
        effect::whole(&app, report).await.map_err(|error| Format::Json.broken(&error))?;
        let firmwares = list(&app, &device).await?;
        match firmwares.iter().find(|it| it.version == version) {
            Some(firmware) => Ok(json(&version_accepted(&firmware.id))),
            None => Err(Format::Json.fail(Failure::new(404, "firmware not found"))),
        }
    })
    .await
}

/// Whether the list shall tell where the files are.
#[derive(Deserialize)]
pub(in crate::http) struct With {
    #[serde(default)]
    url: String,
}

/// `GET /mcs/v2/devices/:deviceId/firmwares/available`.
///
/// Every firmware fits every device of its prototype, so the list for one version,
/// `…/available/:versionId`, is the same.
pub(in crate::http) async fn available(
    State(app): State<Arc<App>>,
    Path(id): Path<String>,
    Query(with): Query<With>,
    headers: HeaderMap,
) -> Response {
    answer(async {
        let device = Format::Json.device(&app, &id, &headers).await?;
        Ok(json(&available_firmwares(&list(&app, &device).await?, with.url == "true")))
    })
    .await
}

/// `GET /mcs/v2/devices/:deviceId/firmwares/available/:versionId`.
pub(in crate::http) async fn available_for(
    state: State<Arc<App>>,
    Path((id, _version)): Path<(String, String)>,
    with: Query<With>,
    headers: HeaderMap,
) -> Response {
    available(state, Path(id), with, headers).await
}

/// `GET /mcs/v2/devices/:deviceId/firmwares/:fwId/url`.
pub(in crate::http) async fn url(
    State(app): State<Arc<App>>,
    Path((id, firmware)): Path<(String, String)>,
    headers: HeaderMap,
) -> Response {
    answer(async {
        let device = Format::Json.device(&app, &id, &headers).await?;
        let firmwares = list(&app, &device).await?;
        match firmwares.iter().find(|it| it.id.as_str() == firmware) {
            Some(firmware) => Ok(json(&firmware_url(&firmware.url))),
            None => Err(Format::Json.fail(Failure::new(404, "firmware not found"))),
        }
    })
    .await
}

async fn list(app: &App, device: &Device) -> Result<Vec<FirmwareInfo>, Response> {
    let list = app.firmware.list(app, &device.prototype.id).await;
    list.map_err(|error| Format::Json.broken(&error))
}

/// Refusals are answers too.
async fn answer(outcome: impl Future<Output = Result<Response, Response>>) -> Response {
    match outcome.await {
        Ok(response) | Err(response) => response,
    }
}
