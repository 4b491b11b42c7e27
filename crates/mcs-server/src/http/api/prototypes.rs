//! Prototypes: what devices are made from (CONTRACT §4.6). Administrators edit them.

use std::sync::Arc;

use axum::Json;
use axum::body::Body;
use axum::extract::{Path, State};
use axum::http::{HeaderMap, HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};
use mcs_model::api::{
    CloneRequest, EditRefusal, ImportedPrototype, PrototypeDraft, PrototypeEdit, PrototypeInfo,
    PrototypeSummary, Right,
};
use mcs_model::prototype_file::{self, Carried, Imported};
use mcs_model::{ProductId, Prototype, check};

use crate::app::App;
use crate::http::error::Error;
use crate::http::operator::Operator;
use crate::http::{body, effect};
use crate::random;
use crate::store::{Edit, Edited, MAX_PROTOTYPES, PrototypeRow, Removal};

/// Most bytes of a prototype.
const MAX_BODY: u32 = 1 << 20;

/// List the prototypes
///
/// Those that the caller may see, and of their devices the number of those.
#[utoipa::path(get, path = "/api/prototypes", tag = "Console",
    responses((status = 200, body = [PrototypeSummary], description = "The prototypes, by id.")))]
pub(in crate::http) async fn list(
    State(app): State<Arc<App>>,
    operator: Operator,
) -> Result<Json<Vec<PrototypeSummary>>, Error> {
    let edited = app.store.prototypes_edited().await?;
    let snapshot = app.registry.snapshot();
    let access = snapshot.access(&operator.name).ok_or_else(Error::signed_out)?;
    let devices = snapshot.visible_by_prototype(access);
    let seen = snapshot
        .prototypes
        .values()
        .filter(|it| access.to_prototype(&it.id).is_some() || devices.contains_key(&it.id));
    let summary = |it: &Arc<Prototype>| PrototypeSummary {
        id: it.id.clone(),
        name: it.name.clone(),
        version: it.version.clone(),
        description: it.description.clone(),
        channels: count(it.channels.len()),
        devices: devices.get(&it.id).copied().unwrap_or_default(),
        edited: edited.iter().find(|(id, _)| *id == it.id).map(|(_, at)| *at),
    };
    Ok(Json(seen.map(summary).collect()))
}

/// Retrieve a prototype
#[utoipa::path(get, path = "/api/prototypes/{product}", tag = "Console",
    responses((status = 200, body = PrototypeInfo, description = "The prototype.")))]
pub(in crate::http) async fn get(
    State(app): State<Arc<App>>,
    operator: Operator,
    Path(prototype): Path<String>,
) -> Result<Json<PrototypeInfo>, Error> {
    let id = operator.prototype(&app, &prototype, Right::See)?;
    Ok(Json(info(&app, &operator, &id).await?))
}

/// Create a prototype
///
/// For administrators.
#[utoipa::path(post, path = "/api/prototypes", tag = "Console",
    request_body(content = PrototypeDraft, example = json!({ "name": "Lamp", "channels": [{
        "id": "lamp", "name": "Lamp", "description": "", "direction": "controller", "kind": "switch",
    }] })),
    responses((status = 201, body = PrototypeInfo, description = "The new prototype.")))]
pub(in crate::http) async fn create(
    State(app): State<Arc<App>>,
    operator: Operator,
    headers: HeaderMap,
    body: Body,
) -> Result<(StatusCode, Json<PrototypeInfo>), Error> {
    operator.administers(&app)?;
    let draft: PrototypeDraft = body::json_of(&headers, body, MAX_BODY).await?;
    let prototype = draft.with_id(new_id()?);
    check(&prototype)?;
    let info = add(&app, &operator, prototype, Carried::default()).await?;
    Ok((StatusCode::CREATED, Json(info)))
}

/// Edit a prototype
///
/// For administrators. Refused with 409 if somebody else has edited it since `revision`, or if history
/// would be hidden that `hide` does not name: that of a channel which goes or gets another type. It is
/// kept, and there again with a channel of the same id and type. Devices stay connected.
#[utoipa::path(put, path = "/api/prototypes/{product}", tag = "Console",
    request_body(content = PrototypeEdit, example = json!({ "revision": 1, "hide": [], "draft": {
        "name": "Lamp", "version": "2", "description": "", "channels": [] } })),
    responses(
        (status = 200, body = PrototypeInfo, description = "The prototype as it is now."),
        (status = 409, body = EditRefusal, description = "What was edited meanwhile, or is hidden."),
    ))]
pub(in crate::http) async fn update(
    State(app): State<Arc<App>>,
    operator: Operator,
    Path(prototype): Path<String>,
    headers: HeaderMap,
    body: Body,
) -> Result<Response, Error> {
    operator.administers(&app)?;
    let id = operator.prototype(&app, &prototype, Right::See)?;
    let PrototypeEdit { revision, draft, hide } = body::json_of(&headers, body, MAX_BODY).await?;
    check(&draft.clone().with_id(id.clone()))?;
    let hide = hide.into_iter().collect();
    let edit = Edit { id: id.clone(), revision, draft, hide, user: operator.name.clone() };
    let save = {
        let app = app.clone();
        async move {
            let edited = app.store.edit_prototype(&edit).await?;
            app.refresh_registry().await;
            Ok(edited)
        }
    };
    let refusal = match effect::whole(&app, save).await? {
        Edited::Saved => {
            tracing::info!(user = operator.name, prototype = %id, "prototype edited");
            return Ok(Json(info(&app, &operator, &id).await?).into_response());
        }
        Edited::Unknown => return Err(Error::not_found("prototype", &prototype)),
        Edited::Outdated => {
            let current = info(&app, &operator, &id).await?;
            let message = format!("{} has edited {id} meanwhile.", current.edited_by);
            let code = "edited-meanwhile".to_owned();
            EditRefusal { code, message, current: Some(current), hides: Vec::new() }
        }
        Edited::Hides(hides) => {
            let names: Vec<_> = hides.iter().map(|it| it.channel.as_str()).collect();
            let message = format!("The history of {} would be hidden.", names.join(", "));
            EditRefusal { code: "hides-history".to_owned(), message, current: None, hides }
        }
    };
    Ok((StatusCode::CONFLICT, Json(refusal)).into_response())
}

/// Clone a prototype
///
/// For administrators. Channels and what its file said, without devices, firmware and grants.
#[utoipa::path(post, path = "/api/prototypes/{product}/clone", tag = "Console",
    request_body(content = CloneRequest, example = json!({ "name": "Lamp with a dimmer" })),
    responses((status = 201, body = PrototypeInfo, description = "The new prototype.")))]
pub(in crate::http) async fn clone(
    State(app): State<Arc<App>>,
    operator: Operator,
    Path(prototype): Path<String>,
    headers: HeaderMap,
    body: Body,
) -> Result<(StatusCode, Json<PrototypeInfo>), Error> {
    operator.administers(&app)?;
    let id = operator.prototype(&app, &prototype, Right::See)?;
    let CloneRequest { name } = body::json(&headers, body).await?;
    let PrototypeRow { prototype, carried, .. } = row(&app, &id).await?;
    let prototype = Prototype { id: new_id()?, name, ..prototype };
    check(&prototype)?;
    Ok((StatusCode::CREATED, Json(add(&app, &operator, prototype, carried).await?)))
}

/// Remove a prototype
///
/// For administrators. Its firmwares go with it. One with devices is refused with 409.
#[utoipa::path(delete, path = "/api/prototypes/{product}", tag = "Console",
    responses((status = 204, description = "It is gone.")))]
pub(in crate::http) async fn remove(
    State(app): State<Arc<App>>,
    operator: Operator,
    Path(prototype): Path<String>,
) -> Result<StatusCode, Error> {
    operator.administers(&app)?;
    let id = operator.prototype(&app, &prototype, Right::See)?;
    let remove = {
        let (app, id) = (app.clone(), id.clone());
        async move {
            let firmwares = app.store.firmwares(&id).await?;
            let removal = app.store.delete_prototype(&id).await?;
            if removal == Removal::Removed {
                for firmware in firmwares {
                    app.firmware.files().remove(&firmware.id).await?;
                }
            }
            app.refresh_registry().await;
            Ok(removal)
        }
    };
    match effect::whole(&app, remove).await? {
        Removal::Removed => {
            tracing::info!(user = operator.name, prototype = %id, "prototype removed");
            Ok(StatusCode::NO_CONTENT)
        }
        Removal::Unknown => Err(Error::not_found("prototype", &prototype)),
        Removal::InUse(devices) => {
            let message = format!("The prototype has {devices} devices. Remove them first.");
            Err(Error::Refused(StatusCode::CONFLICT, "in-use", message))
        }
    }
}

/// Import a prototype
///
/// For administrators. The body is the file that MCS exports. Channels of a type that is not supported
/// here are left out and named; what else is not used here comes out again with the next export.
#[utoipa::path(post, path = "/api/prototypes/import", tag = "Console",
    request_body(content = Object, description = "The prototype file."),
    responses((status = 201, body = ImportedPrototype, description = "The new prototype.")))]
pub(in crate::http) async fn import(
    State(app): State<Arc<App>>,
    operator: Operator,
    headers: HeaderMap,
    body: Body,
) -> Result<(StatusCode, Json<ImportedPrototype>), Error> {
    operator.administers(&app)?;
    let body = body::read(&headers, body, MAX_BODY).await?;
    let text = std::str::from_utf8(&body).map_err(|_| Error::malformed("The file is no text."))?;
    let Imported { prototype, carried, skipped } = prototype_file::import(text, new_id()?)
        .map_err(|error| Error::malformed(format!("The file cannot be imported: {error}.")))?;
    let info = add(&app, &operator, prototype, carried).await?;
    Ok((StatusCode::CREATED, Json(ImportedPrototype { info, skipped })))
}

/// Export a prototype
///
/// The file that MCS exports.
#[utoipa::path(get, path = "/api/prototypes/{product}/export", tag = "Console",
    responses((status = 200, body = Object, description = "The prototype file.")))]
pub(in crate::http) async fn export(
    State(app): State<Arc<App>>,
    operator: Operator,
    Path(prototype): Path<String>,
) -> Result<Response, Error> {
    let id = operator.prototype(&app, &prototype, Right::See)?;
    let row = row(&app, &id).await?;
    let file = Json(prototype_file::export(&row.prototype, &row.carried));
    let name = HeaderValue::from_str(&format!("attachment; filename=\"{id}.json\""))?;
    Ok(([(header::CONTENT_DISPOSITION, name)], file).into_response())
}

/// Adds a prototype and answers how it stands.
async fn add(
    app: &Arc<App>,
    operator: &Operator,
    prototype: Prototype,
    carried: Carried,
) -> Result<PrototypeInfo, Error> {
    let (id, name) = (prototype.id.clone(), operator.name.clone());
    let add = {
        let app = app.clone();
        async move {
            let added = app.store.add_prototype(&prototype, &carried, &name).await?;
            app.refresh_registry().await;
            Ok(added)
        }
    };
    if !effect::whole(app, add).await? {
        let message = format!("There are {MAX_PROTOTYPES} prototypes already: remove some first.");
        return Err(Error::Refused(StatusCode::CONFLICT, "too-many", message));
    }
    tracing::info!(user = operator.name, prototype = %id, "prototype added");
    info(app, operator, &id).await
}

async fn info(app: &App, operator: &Operator, id: &ProductId) -> Result<PrototypeInfo, Error> {
    let PrototypeRow { prototype, revision, edited, edited_by, .. } = row(app, id).await?;
    let snapshot = app.registry.snapshot();
    let access = snapshot.access(&operator.name).ok_or_else(Error::signed_out)?;
    let devices = snapshot.visible_by_prototype(access).remove(id).unwrap_or_default();
    Ok(PrototypeInfo { prototype, revision, edited, edited_by, devices })
}

async fn row(app: &App, id: &ProductId) -> Result<PrototypeRow, Error> {
    let row = app.store.prototype(id).await?;
    row.ok_or_else(|| Error::not_found("prototype", id.as_str()))
}

fn new_id() -> anyhow::Result<ProductId> {
    Ok(random::id("P", 12)?.parse()?)
}

fn check(prototype: &Prototype) -> Result<(), Error> {
    let faults: Vec<_> = check::faults(prototype).iter().map(ToString::to_string).collect();
    if faults.is_empty() {
        return Ok(());
    }
    let message = format!("The prototype cannot be kept: {}.", faults.join("; "));
    Err(Error::Refused(StatusCode::UNPROCESSABLE_ENTITY, "invalid", message))
}

fn count(number: usize) -> u32 {
    u32::try_from(number).unwrap_or(u32::MAX)
}
