//! Firmwares of a prototype.

use std::sync::Arc;

use axum::Json;
use axum::body::Body;
use axum::extract::{Path, State};
use axum::http::{HeaderMap, StatusCode};
use mcs_model::api::{FirmwareInfo, FirmwarePolicy, Right};

use super::declared::{Declared, Offer, exists};
use crate::app::App;
use crate::firmware::ReceiveError;
use crate::http::error::Error;
use crate::http::operator::Operator;
use crate::http::query::Asked;
use crate::http::{body, effect};

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
    let key = info.signed.as_ref().map_or("none", |it| it.key.as_str());
    tracing::info!(user = operator.name, firmware = %info.id, version = info.version,
        sha256 = info.sha256, key, "firmware uploaded");
    Ok(info)
}
