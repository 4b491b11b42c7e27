//! A device's side of firmware management (CONTRACT §5.1, §5.3).

use std::sync::Arc;

use axum::body::Body;
use axum::extract::{Path, Query, State};
use axum::response::Response;
use mcs_model::FirmwareId;
use mcs_model::api::{FirmwareInfo, Right};
use mcs_model::rest::{
    Failure, available_firmwares, firmware_url, version_accepted, version_of_report,
};
use serde::Deserialize;

use super::caller::Asker;
use super::{Format, answer, json};
use crate::app::App;
use crate::firmware::fits;
use crate::http::effect;
use crate::registry::Device;

/// Most bytes of a report.
const MAX_REPORT: u32 = 4096;

const FORMAT: Format = Format::Firmware;

/// Report the version that a device runs
///
/// The answer tells the firmware's id. A version that nobody uploaded is kept and shown, but
/// answered with 404. The report of a pushed version is what makes a push *updated*.
#[utoipa::path(
    put,
    path = "/mcs/v2/devices/{id}/firmwares",
    tag = "Firmware",
    request_body(content = Object, example = json!({ "version": "2.0" })),
    responses((status = 200, body = Object, description = "The firmware's `fwId`.")),
)]
pub(in crate::http) async fn report(
    State(app): State<Arc<App>>,
    Path(id): Path<String>,
    asker: Asker,
    body: Body,
) -> Response {
    answer(async {
        let (device, _) = FORMAT.device(&app, &id, &asker, Right::Control).await?;
        let body = FORMAT.body(&asker, body, MAX_REPORT).await?;
        let version = version_of_report(&body).map_err(|error| FORMAT.malformed(&error))?;
        // What the device says is kept even if nobody uploaded that version: it is what it runs.
        let report = {
            let (app, device, version) = (app.clone(), device.clone(), version.clone());
            async move { app.firmware.reported(&app, &device.id, &version).await }
        };
        effect::whole(&app, report).await.map_err(|error| FORMAT.broken(&error))?;
        let firmwares = list(&app, &device).await?;
        match firmwares.iter().find(|it| it.version == version) {
            Some(firmware) => Ok(json(&version_accepted(&firmware.id))),
            None => Err(not_found()),
        }
    })
    .await
}

/// Whether the list shall tell where the files are.
#[derive(Deserialize, utoipa::IntoParams)]
#[into_params(parameter_in = Query)]
pub(in crate::http) struct With {
    /// `true` adds the address, `URL`.
    #[serde(default)]
    url: String,
}

/// List the firmwares that a device may get
///
/// Those that are for any firmware, and those that are for the one that the device reported; a
/// device that never reported gets only the former. `md5` is an addition to MCS.
#[utoipa::path(
    get,
    path = "/mcs/v2/devices/{id}/firmwares/available",
    tag = "Firmware",
    params(With),
    responses((status = 200, body = Object, description = "`results` holds one object a firmware.")),
)]
pub(in crate::http) async fn available(
    State(app): State<Arc<App>>,
    Path(id): Path<String>,
    Query(with): Query<With>,
    asker: Asker,
) -> Response {
    answer(async {
        let (device, _) = FORMAT.device(&app, &id, &asker, Right::See).await?;
        let firmwares = for_device(&app, &device).await?;
        Ok(json(&available_firmwares(&firmwares, with.url == "true")))
    })
    .await
}

/// List the firmwares that fit a given one
///
/// As if the device ran this firmware: its version, or its `fwId`.
#[utoipa::path(
    get,
    path = "/mcs/v2/devices/{id}/firmwares/available/{version}",
    tag = "Firmware",
    params(With),
    responses((status = 200, body = Object, description = "`results` holds one object a firmware.")),
)]
pub(in crate::http) async fn available_for(
    State(app): State<Arc<App>>,
    Path((id, version)): Path<(String, String)>,
    Query(with): Query<With>,
    asker: Asker,
) -> Response {
    answer(async {
        let (device, _) = FORMAT.device(&app, &id, &asker, Right::See).await?;
        let firmwares = list(&app, &device).await?;
        let named = |it: &&FirmwareInfo| it.version == version || it.id.as_str() == version;
        let given = firmwares.iter().find(named).map(|it| it.id.clone());
        let firmwares = fitting(&app, firmwares, given.as_ref());
        Ok(json(&available_firmwares(&firmwares, with.url == "true")))
    })
    .await
}

/// Retrieve where a firmware's file is
///
/// Only of a firmware that the device may get.
#[utoipa::path(
    get,
    path = "/mcs/v2/devices/{id}/firmwares/{firmware}/url",
    tag = "Firmware",
    responses((status = 200, body = Object,
        example = json!(firmware_url("http://192.0.2.7:8080/fw/3hMxQ2bT8yWcR5zA")))),
)]
pub(in crate::http) async fn url(
    State(app): State<Arc<App>>,
    Path((id, firmware)): Path<(String, String)>,
    asker: Asker,
) -> Response {
    answer(async {
        let (device, _) = FORMAT.device(&app, &id, &asker, Right::See).await?;
        let firmwares = for_device(&app, &device).await?;
        match firmwares.iter().find(|it| it.id.as_str() == firmware) {
            Some(firmware) => Ok(json(&firmware_url(&firmware.url))),
            None => Err(not_found()),
        }
    })
    .await
}

/// What the device may get, by the version that it reported.
async fn for_device(app: &App, device: &Device) -> Result<Vec<FirmwareInfo>, Response> {
    let running = app.firmware.running(app, device).await;
    let running = running.map_err(|error| FORMAT.broken(&error))?;
    Ok(fitting(app, list(app, device).await?, running.map(|it| it.id).as_ref()))
}

fn fitting(
    app: &App,
    firmwares: Vec<FirmwareInfo>,
    running: Option<&FirmwareId>,
) -> Vec<FirmwareInfo> {
    let mut firmwares = firmwares;
    let trust = app.firmware.trust();
    firmwares.retain(|it| trust.gives(it) && fits(it.compatible.as_deref(), running));
    firmwares
}

async fn list(app: &App, device: &Device) -> Result<Vec<FirmwareInfo>, Response> {
    let list = app.firmware.list(app, &device.prototype.id).await;
    list.map_err(|error| FORMAT.broken(&error))
}

fn not_found() -> Response {
    FORMAT.fail(Failure::new(404, "firmware not found"))
}
