//! Firmwares of a prototype.

use std::sync::Arc;

use axum::Json;
use axum::body::Body;
use axum::extract::{Path, State};
use axum::http::{HeaderMap, StatusCode};
use mcs_model::FirmwareId;
use mcs_model::api::{FirmwareEdit, FirmwareInfo, FirmwarePolicy, Right};

use super::declared::{Declared, Offer, exists};
use crate::app::App;
use crate::firmware::{ReceiveError, Release, Removal};
use crate::http::error::Error;
use crate::http::operator::Operator;
use crate::http::query::Asked;
use crate::http::{body, effect};
use crate::store::FirmwareRow;

/// List the firmwares of a prototype, newest first
#[utoipa::path(get, path = "/api/prototypes/{product}/firmwares", tag = "Console",
    responses((status = 200, body = [FirmwareInfo], description = "The firmwares.")))]
pub(in crate::http) async fn list(
    State(app): State<Arc<App>>,
    operator: Operator,
    Path(prototype): Path<String>,
) -> Result<Json<Vec<FirmwareInfo>>, Error> {
    let prototype = operator.prototype(&app, &prototype, Right::See)?;
    Ok(Json(app.firmware.list(&app, &prototype).await?))
}

/// Say whose signatures of firmware are believed, and what is asked for
#[utoipa::path(get, path = "/api/firmware-policy", tag = "Console",
    responses((status = 200, body = FirmwarePolicy, description = "The keys and the rules.")))]
pub(in crate::http) async fn policy(
    State(app): State<Arc<App>>,
    _: Operator,
) -> Json<FirmwarePolicy> {
    Json(app.firmware.trust().policy())
}

/// Upload a firmware
///
/// The body is the file. With `manifest` and `signature` the server proves who vouches for it.
#[utoipa::path(post, path = "/api/prototypes/{product}/firmwares", tag = "Console",
    params(Declared),
    request_body(content = Vec<u8>, content_type = "application/octet-stream"),
    responses((status = 201, body = FirmwareInfo, description = "The firmware, with its checksums.")))]
pub(in crate::http) async fn upload(
    State(app): State<Arc<App>>,
    operator: Operator,
    Path(prototype): Path<String>,
    Asked(declared): Asked<Declared>,
    headers: HeaderMap,
    body: Body,
) -> Result<(StatusCode, Json<FirmwareInfo>), Error> {
    let prototype = operator.prototype(&app, &prototype, Right::Control)?;
    body::check_length(&headers, app.config.max_firmware)?;
    let offer = Offer::of(&app, prototype, &declared).await?;
    let info = keep(&app, &operator, &offer, body).await?;
    Ok((StatusCode::CREATED, Json(info)))
}

/// Say something else of a firmware
///
/// Its note, and the firmwares that a device must run to get this one. File, name and version stay.
#[utoipa::path(put, path = "/api/firmwares/{firmware}", tag = "Console",
    request_body(content = FirmwareEdit, example = json!({ "note": "", "compatible": ["FAa6B540CMmJ"] })),
    responses((status = 200, body = FirmwareInfo, description = "The firmware as it is now.")))]
pub(in crate::http) async fn describe(
    State(app): State<Arc<App>>,
    operator: Operator,
    Path(firmware): Path<String>,
    headers: HeaderMap,
    body: Body,
) -> Result<Json<FirmwareInfo>, Error> {
    let mut row = find(&app, &operator, &firmware).await?;
    let FirmwareEdit { note, compatible } = body::json(&headers, body).await?;
    // Its version was checked when it came.
    Release::new(row.prototype.clone(), &row.name, &row.version, &note)
        .map_err(Error::malformed)?;
    let compatible = compatible.filter(|it| !it.is_empty());
    let others = app.store.firmwares(&row.prototype).await?;
    let is_other = |id: &FirmwareId| *id != row.id && others.iter().any(|it| it.id == *id);
    if compatible.iter().flatten().any(|it| !is_other(it)) {
        return Err(Error::malformed("compatible: it names no other firmware of the prototype."));
    }
    (row.note, row.compatible) = (note, compatible);
    let (id, prototype) = (row.id.clone(), row.prototype.clone());
    let change = {
        let app = app.clone();
        async move { app.store.describe_firmware(&row).await }
    };
    effect::whole(&app, change).await?;
    app.events.tell_of_prototypes();
    tracing::info!(user = operator.name, firmware = %id, "firmware described");
    let info = app.firmware.list(&app, &prototype).await?.into_iter().find(|it| it.id == id);
    info.map(Json).ok_or_else(|| Error::not_found("firmware", &firmware))
}

/// Remove a firmware
///
/// With its file. What was done with it stays in the audit of its rollouts, and the `seq` of its manifest stays
/// taken. One that is being rolled out, or that another one asks for, is refused with 409.
#[utoipa::path(delete, path = "/api/firmwares/{firmware}", tag = "Console",
    responses((status = 204, description = "It is gone.")))]
pub(in crate::http) async fn remove(
    State(app): State<Arc<App>>,
    operator: Operator,
    Path(firmware): Path<String>,
) -> Result<StatusCode, Error> {
    let row = find(&app, &operator, &firmware).await?;
    let id = row.id.clone();
    let remove = {
        let (app, id) = (app.clone(), id.clone());
        async move { app.firmware.remove(&id).await }
    };
    let (code, message) = match effect::whole(&app, remove).await? {
        Removal::Removed => {
            app.events.tell_of_prototypes();
            tracing::info!(user = operator.name, firmware = %id, version = row.version,
                sha256 = row.sha256, "firmware removed");
            return Ok(StatusCode::NO_CONTENT);
        }
        Removal::Unknown => return Err(Error::not_found("firmware", &firmware)),
        Removal::RolledOut(rollout) => {
            let message = format!("The rollout {rollout} of it goes on. Cancel that first.");
            ("in-use", message)
        }
        Removal::Needed(version) => {
            let message = format!(
                "The firmware {version} is only for devices that run it. Change that first."
            );
            ("needed", message)
        }
    };
    Err(Error::Refused(StatusCode::CONFLICT, code, message))
}

/// A firmware that the caller may change.
async fn find(app: &App, operator: &Operator, id: &str) -> Result<FirmwareRow, Error> {
    let unknown = || Error::not_found("firmware", id);
    let firmware = id.parse().map_err(|_| unknown())?;
    let row = app.store.firmware(&firmware).await?.ok_or_else(unknown)?;
    operator.prototype(app, row.prototype.as_str(), Right::Control)?;
    Ok(row)
}

/// Takes the file of an offer, and keeps it if it is what was offered.
pub(super) async fn keep(
    app: &Arc<App>,
    operator: &Operator,
    offer: &Offer,
    body: Body,
) -> Result<FirmwareInfo, Error> {
    let limit = app.config.max_firmware;
    let id = app.firmware.new_id()?;
    let received = match app.firmware.files().receive(&id, body, limit).await {
        Ok(received) => received,
        Err(ReceiveError::TooLarge) => return Err(Error::too_large(limit)),
        Err(ReceiveError::Broken) => return Err(body::BodyError::Broken.into()),
        Err(ReceiveError::Storage(error)) => return Err(error.into()),
    };
    if let Err(difference) = offer.compare(&received.checksums) {
        received.discard().await;
        return Err(difference);
    }
    let add = {
        let (app, release) = (app.clone(), offer.release.clone());
        async move { app.firmware.add(&app, id, &release, received).await }
    };
    let info = effect::whole(app, add).await?.ok_or_else(|| exists(&offer.release))?;
    app.events.tell_of_prototypes();
    let key = info.signed.as_ref().map_or("none", |it| it.key.as_str());
    tracing::info!(user = operator.name, firmware = %info.id, version = info.version,
        sha256 = info.sha256, key, "firmware uploaded");
    Ok(info)
}
