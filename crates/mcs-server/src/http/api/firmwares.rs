//! Firmwares of a prototype, and their pushes.

use std::collections::BTreeSet;
use std::sync::Arc;

use axum::Json;
use axum::body::Body;
use axum::extract::{Path, State};
use axum::http::{HeaderMap, StatusCode};
use mcs_digest::{Checksums, Md5Hex, Sha256Hex};
use mcs_model::api::{FirmwareInfo, PushReport, PushRequest, Right};
use mcs_model::{DeviceId, FirmwareId};
use serde::Deserialize;

use crate::app::App;
use crate::firmware::{ReceiveError, Release};
use crate::http::error::Error;
use crate::http::operator::Operator;
use crate::http::query::Asked;
use crate::http::{body, effect};
use crate::registry::Device;

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

/// What the uploader says about the file.
#[derive(Deserialize, utoipa::IntoParams)]
#[into_params(parameter_in = Query)]
pub(in crate::http) struct Declared {
    /// The firmware's name.
    name: String,
    /// Its version, new in the prototype; a device reports it once it runs it.
    version: String,
    /// Release note.
    #[serde(default)]
    note: String,
    /// The file's length; what differs is refused.
    size: Option<u64>,
    /// The file's MD5 in hex; what differs is refused.
    md5: Option<String>,
    /// The file's SHA-256 in hex; what differs is refused.
    sha256: Option<String>,
    /// The firmwares that a device must run to get this one: ids or versions with commas between
    /// them; absent, empty or `all` is any (CONTRACT §5.1).
    #[serde(default)]
    compatible: String,
}

/// Upload a firmware
///
/// The body is the file.
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
    let expected = Expected::parse(&declared)?;
    let release = Release::new(prototype, &declared.name, &declared.version, &declared.note)
        .map_err(Error::malformed)?;
    let compatible = compatible(&app, &release, &declared.compatible).await?;
    let release = Release { compatible, ..release };
    let limit = app.config.max_firmware;
    body::check_length(&headers, limit)?;
    if app.firmware.exists(&release).await? {
        return Err(exists(&release));
    }
    let id = app.firmware.new_id()?;
    let received = match app.firmware.files().receive(&id, body, limit).await {
        Ok(received) => received,
        Err(ReceiveError::TooLarge) => return Err(Error::too_large(limit)),
        Err(ReceiveError::Broken) => return Err(body::BodyError::Broken.into()),
        Err(ReceiveError::Storage(error)) => return Err(error.into()),
    };
    if let Err(difference) = expected.compare(&received.checksums) {
        received.discard().await;
        return Err(difference);
    }
    let add = {
        let (app, release) = (app.clone(), release.clone());
        async move { app.firmware.add(&app, id, &release, received).await }
    };
    match effect::whole(&app, add).await? {
        Some(info) => {
            tracing::info!(user = operator.name, firmware = %info.id, version = info.version,
                sha256 = info.sha256, "firmware uploaded");
            Ok((StatusCode::CREATED, Json(info)))
        }
        None => Err(exists(&release)),
    }
}

/// Push a firmware to devices
#[utoipa::path(post, path = "/api/firmwares/{firmware}/push", tag = "Console",
    request_body(content = PushRequest, example = json!({ "devices": ["Dsre1qRQ"] })),
    responses((status = 200, body = PushReport, description = "The state of each push.")))]
pub(in crate::http) async fn push(
    State(app): State<Arc<App>>,
    operator: Operator,
    Path(id): Path<String>,
    headers: HeaderMap,
    body: Body,
) -> Result<Json<PushReport>, Error> {
    let PushRequest { mut devices, .. } = body::json(&headers, body).await?;
    // Each device once, in the order in which they came.
    let mut seen = BTreeSet::new();
    devices.retain(|it| seen.insert(it.clone()));
    let firmware = id.parse::<FirmwareId>().ok();
    let firmware = match &firmware {
        Some(firmware) => app.store.firmware(firmware).await?,
        None => None,
    };
    let unknown = || Error::not_found("firmware", &id);
    let firmware = firmware.ok_or_else(unknown)?;
    operator.prototype(&app, firmware.prototype.as_str(), Right::See).map_err(|_| unknown())?;
    let devices = targets(&app, &operator, devices).await?;
    tracing::info!(user = operator.name, firmware = %firmware.id, version = firmware.version,
        sha256 = firmware.sha256, devices = ?seen, "firmware push");
    let push = {
        let app = app.clone();
        async move {
            let mut results = Vec::with_capacity(devices.len());
            for (id, device) in devices {
                results.push(app.firmware.push(&app, &firmware, id, device.as_deref()).await?);
            }
            Ok(PushReport { results })
        }
    };
    Ok(Json(effect::whole(&app, push).await?))
}

/// The devices of a push, as far as there are such devices for the caller. Who may see one of them and not
/// control it pushes to none.
async fn targets(
    app: &App,
    operator: &Operator,
    ids: Vec<DeviceId>,
) -> Result<Vec<(DeviceId, Option<Arc<Device>>)>, Error> {
    let mut targets = Vec::with_capacity(ids.len());
    for id in ids {
        let device = match operator.device(app, id.as_str(), Right::Control).await {
            Ok(device) => Some(device),
            Err(Error::Refused(StatusCode::NOT_FOUND, ..)) => None,
            Err(error) => return Err(error),
        };
        targets.push((id, device));
    }
    Ok(targets)
}

async fn compatible(
    app: &App,
    release: &Release,
    list: &str,
) -> Result<Option<Vec<FirmwareId>>, Error> {
    if list.trim().is_empty() || list.trim().eq_ignore_ascii_case("all") {
        return Ok(None);
    }
    let firmwares = app.store.firmwares(&release.prototype).await?;
    let named = list.split(',').map(|name| {
        let name = name.trim();
        let found = firmwares.iter().find(|it| it.id.as_str() == name || it.version == name);
        let found = found.map(|it| it.id.clone());
        found.ok_or_else(|| Error::malformed(format!("compatible: there is no firmware {name:?}.")))
    });
    named.collect::<Result<_, _>>().map(Some)
}

fn exists(release: &Release) -> Error {
    let message = format!("There is a firmware {} of this prototype already.", release.version);
    Error::Refused(StatusCode::CONFLICT, "version-exists", message)
}

/// The sums that the uploader expects.
struct Expected {
    size: Option<u64>,
    md5: Option<Md5Hex>,
    sha256: Option<Sha256Hex>,
}

impl Expected {
    fn parse(declared: &Declared) -> Result<Self, Error> {
        let given = |text: &Option<String>| text.clone().filter(|it| !it.trim().is_empty());
        let md5 = given(&declared.md5).map(|it| it.parse::<Md5Hex>()).transpose();
        let sha256 = given(&declared.sha256).map(|it| it.parse::<Sha256Hex>()).transpose();
        Ok(Self {
            size: declared.size,
            md5: md5.map_err(|error| Error::malformed(format!("md5: {error}.")))?,
            sha256: sha256.map_err(|error| Error::malformed(format!("sha256: {error}.")))?,
        })
    }

    fn compare(&self, got: &Checksums) -> Result<(), Error> {
        let differs = |what: &str, expected: &dyn ToString, got: &dyn ToString| {
            let (expected, got) = (expected.to_string(), got.to_string());
            let message = format!("The {what} of what arrived is {got}, not {expected}.");
            let code = if what == "size" { "size-mismatch" } else { "hash-mismatch" };
            Err(Error::Refused(StatusCode::UNPROCESSABLE_ENTITY, code, message))
        };
        if got.size == 0 {
            let message = "The file is empty.".to_owned();
            return Err(Error::Refused(StatusCode::UNPROCESSABLE_ENTITY, "empty", message));
        }
        match self {
            Self { size: Some(size), .. } if *size != got.size => differs("size", size, &got.size),
            Self { md5: Some(md5), .. } if *md5 != got.md5 => differs("MD5", md5, &got.md5),
            Self { sha256: Some(sha256), .. } if *sha256 != got.sha256 => {
                differs("SHA-256", sha256, &got.sha256)
            }
            _ => Ok(()),
        }
    }
}
