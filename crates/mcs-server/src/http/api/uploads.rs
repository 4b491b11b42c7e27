//! Uploads of firmware that go on after a cut.
//!
//! `POST` says what will come, `PATCH` sends it from an offset on, and after a cut `GET` tells from where to
//! go on: what tus calls creation, patch and head, with bodies in JSON.

use std::sync::Arc;

use axum::Json;
use axum::body::Body;
use axum::extract::{Path, State};
use axum::http::{HeaderMap, StatusCode};
use mcs_model::api::{FirmwareUpload, Right};

use super::declared::{Declared, Offer};
use super::firmwares::keep;
use crate::app::App;
use crate::firmware::{Progress, Turn, UploadError};
use crate::http::error::Error;
use crate::http::operator::Operator;
use crate::http::{body, effect};

/// Begin an upload that can be cut
///
/// The body says what the query of the other upload says; `size` must be there. What can be proven without
/// the file is proven now.
#[utoipa::path(post, path = "/api/prototypes/{product}/uploads", tag = "Console",
    request_body(content = Declared, example = json!({ "name": "App", "version": "2.0", "size": 5 })),
    responses((status = 201, body = FirmwareUpload, description = "The upload; nothing of the file is here.")))]
pub(in crate::http) async fn begin(
    State(app): State<Arc<App>>,
    operator: Operator,
    Path(prototype): Path<String>,
    headers: HeaderMap,
    body: Body,
) -> Result<(StatusCode, Json<FirmwareUpload>), Error> {
    let prototype = operator.prototype(&app, &prototype, Right::Control)?;
    let declared: Declared = body::json(&headers, body).await?;
    let limit = app.config.max_firmware;
    let size = match declared.size {
        Some(0) | None => return Err(Error::malformed("size: it is at least 1.")),
        Some(size) if size > limit => return Err(Error::too_large(limit)),
        Some(size) => size,
    };
    Offer::of(&app, prototype.clone(), &declared).await?;
    let text = serde_json::to_string(&declared)?;
    let uploads = app.firmware.uploads();
    let id = uploads.begin(&operator.name, prototype, text, size, limit).await.map_err(refused)?;
    Ok((StatusCode::CREATED, Json(FirmwareUpload { id, offset: 0, size, firmware: None })))
}

/// Say how far an upload is
///
/// Only to who began it. A request that still sends to it ends: after a cut this one is the newer.
#[utoipa::path(get, path = "/api/uploads/{upload}", tag = "Console",
    responses((status = 200, body = FirmwareUpload, description = "The upload.")))]
pub(in crate::http) async fn state(
    State(app): State<Arc<App>>,
    operator: Operator,
    Path(id): Path<String>,
) -> Result<Json<FirmwareUpload>, Error> {
    let turn = find(&app, &operator, &id).await?;
    Ok(Json(upload(&app, &turn).await?))
}

/// Send more of an upload
///
/// The body begins at the byte that the header `Upload-Offset` says. With the last byte the file is proven
/// and becomes a firmware; one that is not what was declared is refused and forgotten.
#[utoipa::path(patch, path = "/api/uploads/{upload}", tag = "Console",
    params(("Upload-Offset" = u64, Header, description = "Where the body begins.")),
    request_body(content = Vec<u8>, content_type = "application/offset+octet-stream"),
    responses((status = 200, body = FirmwareUpload, description = "The upload, and the firmware once it is one.")))]
pub(in crate::http) async fn append(
    State(app): State<Arc<App>>,
    operator: Operator,
    Path(id): Path<String>,
    headers: HeaderMap,
    body: Body,
) -> Result<Json<FirmwareUpload>, Error> {
    let from = headers.get("upload-offset").and_then(|it| it.to_str().ok()?.parse().ok());
    let from = from.ok_or_else(|| Error::malformed("Upload-Offset: it is a number."))?;
    let mut turn = find(&app, &operator, &id).await?;
    match turn.append(from, body).await {
        Ok(Progress::Complete) => finish(&app, &operator, turn).await.map(Json),
        Ok(Progress::Open) => {
            let upload = upload(&app, &turn).await?;
            app.firmware.uploads().leave(turn, None).await?;
            Ok(Json(upload))
        }
        Err(UploadError::TooLong) => {
            drop(turn);
            app.firmware.uploads().remove(&id).await;
            Err(refused(UploadError::TooLong))
        }
        Err(error) => Err(refused(error)),
    }
}

/// Give an upload up
#[utoipa::path(delete, path = "/api/uploads/{upload}", tag = "Console",
    responses((status = 204, description = "It is forgotten, with what had come of it.")))]
pub(in crate::http) async fn give_up(
    State(app): State<Arc<App>>,
    operator: Operator,
    Path(id): Path<String>,
) -> Result<StatusCode, Error> {
    drop(find(&app, &operator, &id).await?);
    app.firmware.uploads().remove(&id).await;
    Ok(StatusCode::NO_CONTENT)
}

/// All bytes are here: proves them, and makes them a firmware.
async fn finish(app: &Arc<App>, operator: &Operator, turn: Turn) -> Result<FirmwareUpload, Error> {
    let row = turn.row();
    let (id, size) = (row.id.clone(), row.size);
    // What may have changed since it began: the rights, the keys, and what is there.
    let prototype = operator.prototype(app, row.prototype.as_str(), Right::Control)?;
    let declared = serde_json::from_str(&row.declared)?;
    let kept = match Offer::of(app, prototype, &declared).await {
        Ok(offer) => keep(app, operator, &offer, turn.read().await?).await,
        Err(error) => Err(error),
    };
    match kept {
        Ok(info) => {
            let left = {
                let (app, firmware) = (app.clone(), info.id.clone());
                async move { app.firmware.uploads().leave(turn, Some(&firmware)).await }
            };
            effect::whole(app, left).await?;
            Ok(FirmwareUpload { id, offset: size, size, firmware: Some(info) })
        }
        Err(error) => {
            if matches!(error, Error::Refused(..)) {
                drop(turn);
                app.firmware.uploads().remove(&id).await;
            }
            Err(error)
        }
    }
}

async fn find(app: &App, operator: &Operator, id: &str) -> Result<Turn, Error> {
    let turn = app.firmware.uploads().turn(id, &operator.name).await?;
    turn.ok_or_else(|| Error::not_found("upload", id))
}

async fn upload(app: &App, turn: &Turn) -> Result<FirmwareUpload, Error> {
    let row = turn.row();
    let firmware = match turn.firmware() {
        Some(firmware) => {
            let all = app.firmware.list(app, &row.prototype).await?;
            all.into_iter().find(|it| it.id == *firmware)
        }
        None => None,
    };
    Ok(FirmwareUpload { id: row.id.clone(), offset: turn.offset, size: row.size, firmware })
}

fn refused(error: UploadError) -> Error {
    match error {
        UploadError::TooMany => {
            let message = "You have too many unfinished uploads. Finish one, or wait a day.";
            Error::Refused(StatusCode::TOO_MANY_REQUESTS, "too-many-uploads", message.to_owned())
        }
        UploadError::Offset(offset) => {
            let message = format!("The upload goes on from byte {offset}.");
            Error::Refused(StatusCode::CONFLICT, "offset", message)
        }
        UploadError::TooLong => {
            let message = "More bytes came than were declared.".to_owned();
            Error::Refused(StatusCode::UNPROCESSABLE_ENTITY, "size-mismatch", message)
        }
        UploadError::Broken => body::BodyError::Broken.into(),
        UploadError::Storage(error) => Error::Internal(error),
    }
}
