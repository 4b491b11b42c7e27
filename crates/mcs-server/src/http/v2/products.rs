//! Prototypes and what their owner says about firmware (CONTRACT §4.6, §5.3).

use std::sync::Arc;

use axum::body::Body;
use axum::extract::{Path, State};
use axum::response::Response;
use mcs_digest::Md5Hex;
use mcs_model::api::Right;
use mcs_model::rest::{Description, Failure, product, product_firmwares, version_accepted};
use mcs_model::{ProductId, Prototype, prototype_file};

use super::caller::Asker;
use super::{Format, MAX_SMALL_BODY, answer, json};
use crate::app::App;
use crate::firmware::Release;
use crate::http::effect;
use crate::store::{FirmwareRow, SessionRow};

/// Retrieve a prototype
#[utoipa::path(
    get,
    path = "/mcs/v2/products/{product}",
    tag = "Prototypes",
    responses((status = 200, body = Object, description = "`results` holds one object.")),
)]
pub(in crate::http) async fn info(
    State(app): State<Arc<App>>,
    Path(id): Path<String>,
    asker: Asker,
) -> Response {
    answer(async {
        let (prototype, _) = find(&app, &id, &asker, Right::See).await?;
        Ok(json(&product(&prototype)))
    })
    .await
}

/// Export a prototype
///
/// The file that MCS exports, and that `mcs-server prototype import` takes; no envelope.
#[utoipa::path(
    get,
    path = "/mcs/v2/products/{product}/export",
    tag = "Prototypes",
    responses((status = 200, body = Object, description = "The prototype file.")),
)]
pub(in crate::http) async fn export(
    State(app): State<Arc<App>>,
    Path(id): Path<String>,
    asker: Asker,
) -> Response {
    answer(async {
        let (prototype, _) = find(&app, &id, &asker, Right::See).await?;
        let row = app.store.prototype(&prototype.id).await;
        let row = row.map_err(|error| Format::Firmware.broken(&error))?;
        let carried = row.map(|it| it.carried).unwrap_or_default();
        Ok(json(&prototype_file::export(&prototype, &carried)))
    })
    .await
}

/// List the firmwares of a prototype
#[utoipa::path(
    get,
    path = "/mcs/v2/products/{product}/firmware",
    tag = "Prototypes",
    responses((status = 200, body = Object, description = "`results` holds one object a version.")),
)]
pub(in crate::http) async fn firmwares(
    State(app): State<Arc<App>>,
    Path(id): Path<String>,
    asker: Asker,
) -> Response {
    answer(async {
        let (prototype, _) = find(&app, &id, &asker, Right::See).await?;
        let firmwares = app.firmware.list(&app, &prototype.id).await;
        let firmwares = firmwares.map_err(|error| Format::Firmware.broken(&error))?;
        Ok(json(&product_firmwares(&firmwares)))
    })
    .await
}

/// Describe a firmware
///
/// Name, note and compatibility of a version whose file was uploaded by
/// `POST /api/prototypes/{id}/firmwares`; MCS too takes the file elsewhere. `candidatefwId` lists
/// the firmwares that a device must run to get this one, an empty list means any. A `checksum`
/// that is not the file's MD5 is refused.
#[utoipa::path(
    post,
    path = "/mcs/v2/products/{product}/firmware",
    tag = "Prototypes",
    request_body(content = Object, example = json!({
        "version": "2.0", "name": "App", "description": "", "candidatefwId": ["FAa6B540CMmJ"],
    })),
    responses((status = 200, body = Object, description = "The firmware's `fwId`.")),
)]
pub(in crate::http) async fn describe(
    State(app): State<Arc<App>>,
    Path(id): Path<String>,
    asker: Asker,
    body: Body,
) -> Response {
    answer(async {
        let format = Format::Firmware;
        let (prototype, user) = find(&app, &id, &asker, Right::Control).await?;
        let body = format.body(&asker, body, MAX_SMALL_BODY).await?;
        let said = Description::parse(&body).map_err(|error| format.malformed(&error))?;
        let rows = app.store.firmwares(&prototype.id).await;
        let rows = rows.map_err(|error| format.broken(&error))?;
        let row = described(said, rows).map_err(|failure| format.fail(failure))?;
        let id = row.id.clone();
        tracing::info!(user = user.user, firmware = %id, "firmware described");
        let change = {
            let app = app.clone();
            async move { app.store.describe_firmware(&row).await }
        };
        effect::whole(&app, change).await.map_err(|error| format.broken(&error))?;
        Ok(json(&version_accepted(&id)))
    })
    .await
}

/// The firmware of that version with what is said about it.
fn described(said: Description, mut rows: Vec<FirmwareRow>) -> Result<FirmwareRow, Failure> {
    let wrong = |why: &str| Failure::new(400, why);
    let known: Vec<_> = rows.iter().map(|it| it.id.clone()).collect();
    let Some(at) = rows.iter().position(|it| it.version == said.version) else {
        let why = format!("There is no file of the version {:?} yet.", said.version);
        return Err(Failure::new(404, why));
    };
    let mut row = rows.swap_remove(at);
    let expected = said.checksum.parse::<Md5Hex>();
    if !said.checksum.is_empty() && expected.ok() != row.md5.parse().ok() {
        return Err(wrong("The checksum is not the MD5 of the file."));
    }
    if let Some(list) = said.compatible {
        if list.iter().any(|it| !known.contains(it) || *it == row.id) {
            return Err(wrong("candidatefwId names no other firmware."));
        }
        row.compatible = (!list.is_empty()).then_some(list);
    }
    row.name = said.name.unwrap_or(row.name);
    row.note = said.note.unwrap_or(row.note);
    Release::new(row.prototype.clone(), &row.name, &row.version, &row.note)
        .map_err(|why| wrong(&why))?;
    Ok(row)
}

/// The prototype of the path and the user, if that user may do this much with it.
async fn find(
    app: &App,
    id: &str,
    asker: &Asker,
    right: Right,
) -> Result<(Arc<Prototype>, SessionRow), Response> {
    let user = Format::Firmware.user(app, asker).await?;
    let snapshot = app.registry.snapshot();
    let id = id.parse::<ProductId>().ok();
    let found = id.and_then(|id| {
        let right = snapshot.right_to_prototype(&user.user, &id)?;
        Some((right, snapshot.prototypes.get(&id)?.clone()))
    });
    match found {
        Some((has, prototype)) if has >= right => Ok((prototype, user)),
        Some(_) => Err(Format::Firmware.forbidden(app, asker, &user.user)),
        None => Err(Format::Firmware.fail(Failure::new(404, "product not found"))),
    }
}
