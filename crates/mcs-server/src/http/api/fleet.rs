//! How devices come and go, and what people write about them.

use std::collections::BTreeSet;
use std::sync::Arc;

use axum::Json;
use axum::body::Body;
use axum::extract::{Path, State};
use axum::http::{HeaderMap, StatusCode, header};
use axum::response::{IntoResponse, Response};
use mcs_model::api::{
    Credentials, DeviceChange, DeviceDraft, DeviceEdit, MadeDevice, NewDevices, Right,
};
use mcs_model::check::{self, Field, Flaw};
use mcs_model::{DeviceId, ProductId};
use serde::Deserialize;

use crate::app::App;
use crate::http::error::Error;
use crate::http::operator::Operator;
use crate::http::query::Asked;
use crate::http::{body, effect};
use crate::random;
use crate::store::DeviceRow;

/// Most devices of one call.
const MAX_AT_ONCE: usize = 500;
/// Most tags of a device.
const MAX_TAGS: usize = 20;

/// Create devices
///
/// For administrators. All or none. Each gets a random id and key unless it brings its own.
#[utoipa::path(post, path = "/api/devices", tag = "Console",
    request_body(content = NewDevices, example = json!({
        "prototype": "PydFXsArwtru", "devices": [{ "name": "Greenhouse" }] })),
    responses((status = 201, body = [MadeDevice], description = "Their ids and keys, in order.")))]
pub(in crate::http) async fn create(
    State(app): State<Arc<App>>,
    operator: Operator,
    headers: HeaderMap,
    body: Body,
) -> Result<Response, Error> {
    operator.administers(&app)?;
    let NewDevices { prototype, devices } = body::json_of(&headers, body, 1 << 20).await?;
    let prototype = operator.prototype(&app, prototype.as_str(), Right::See)?;
    if devices.is_empty() || devices.len() > MAX_AT_ONCE {
        return Err(Error::malformed(format!("There are 1 to {MAX_AT_ONCE} devices in one call.")));
    }
    let mut rows = Vec::with_capacity(devices.len());
    let mut ids = BTreeSet::new();
    for device in devices {
        let row = row(device, &prototype)?;
        if !ids.insert(row.id.clone()) || app.registry.device(&row.id).await?.is_some() {
            let message = format!("There is a device {} already.", row.id);
            return Err(Error::Refused(StatusCode::CONFLICT, "id-exists", message));
        }
        rows.push(row);
    }
    let made = |row: &DeviceRow| MadeDevice {
        id: row.id.clone(),
        key: row.key.clone(),
        name: row.name.clone(),
    };
    let made: Vec<_> = rows.iter().map(made).collect();
    let add = {
        let app = app.clone();
        async move {
            app.store.add_devices(&rows).await?;
            app.refresh_registry().await;
            Ok(())
        }
    };
    effect::whole(&app, add).await?;
    tracing::info!(user = operator.name, %prototype, devices = ?ids, "devices added");
    Ok((StatusCode::CREATED, [(header::CACHE_CONTROL, "no-store")], Json(made)).into_response())
}

/// Change what is written about a device
///
/// Its name, description and tags; for those who may control it.
#[utoipa::path(put, path = "/api/devices/{id}", tag = "Console",
    request_body(content = DeviceEdit, example = json!({
        "name": "Greenhouse", "description": "behind the house", "tags": ["glass"] })),
    responses((status = 200, body = DeviceEdit, description = "What is written now.")))]
pub(in crate::http) async fn update(
    State(app): State<Arc<App>>,
    operator: Operator,
    Path(device): Path<String>,
    headers: HeaderMap,
    body: Body,
) -> Result<Json<DeviceEdit>, Error> {
    let device = operator.device(&app, &device, Right::Control).await?;
    let edit = checked(body::json(&headers, body).await?)?;
    let save = {
        let (app, id, edit) = (app.clone(), device.id.clone(), edit.clone());
        async move {
            let known = app.store.edit_device(&id, &edit).await?;
            app.refresh_registry().await;
            Ok(known)
        }
    };
    if !effect::whole(&app, save).await? {
        return Err(Error::not_found("device", device.id.as_str()));
    }
    // Nobody but consoles asks for a description and tags: the registry does not know them.
    app.events.tell(&device.id, DeviceChange::Registry);
    tracing::info!(user = operator.name, device = %device.id, "device edited");
    Ok(Json(edit))
}

/// What becomes of the history.
#[derive(Deserialize, utoipa::IntoParams)]
#[into_params(parameter_in = Query)]
pub(in crate::http) struct With {
    /// `remove`, or `keep`: then a device with the same id has it again.
    #[serde(default)]
    #[param(inline)]
    history: Fate,
}

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize, utoipa::ToSchema)]
#[serde(rename_all = "lowercase")]
enum Fate {
    #[default]
    Keep,
    Remove,
}

/// Remove a device
///
/// For administrators. Its connections end.
#[utoipa::path(delete, path = "/api/devices/{id}", tag = "Console", params(With),
    responses((status = 204, description = "It is gone.")))]
pub(in crate::http) async fn remove(
    State(app): State<Arc<App>>,
    operator: Operator,
    Path(device): Path<String>,
    Asked(with): Asked<With>,
) -> Result<StatusCode, Error> {
    operator.administers(&app)?;
    let device = operator.device(&app, &device, Right::Control).await?;
    let remove = {
        let (app, id) = (app.clone(), device.id.clone());
        async move {
            let removed = app.store.delete_device(&id, with.history == Fate::Remove).await?;
            app.refresh_registry().await;
            Ok(removed)
        }
    };
    if !effect::whole(&app, remove).await? {
        return Err(Error::not_found("device", device.id.as_str()));
    }
    let history = with.history;
    tracing::info!(user = operator.name, device = %device.id, ?history, "device removed");
    Ok(StatusCode::NO_CONTENT)
}

/// Give a device another key
///
/// For administrators. Connections with the former key end.
#[utoipa::path(post, path = "/api/devices/{id}/key", tag = "Console",
    responses((status = 200, body = Credentials, description = "The device's id and new key.")))]
pub(in crate::http) async fn rekey(
    State(app): State<Arc<App>>,
    operator: Operator,
    Path(device): Path<String>,
) -> Result<Response, Error> {
    operator.administers(&app)?;
    let device = operator.device(&app, &device, Right::Control).await?;
    let credentials = Credentials { id: device.id.clone(), key: random::device_key()? };
    let change = {
        let (app, credentials) = (app.clone(), credentials.clone());
        async move {
            app.store.set_key(&credentials.id, &credentials.key).await?;
            app.refresh_registry().await;
            Ok(())
        }
    };
    effect::whole(&app, change).await?;
    tracing::info!(user = operator.name, device = %device.id, "the device has a new key");
    Ok(([(header::CACHE_CONTROL, "no-store")], Json(credentials)).into_response())
}

fn row(device: DeviceDraft, prototype: &ProductId) -> Result<DeviceRow, Error> {
    let name = device.name.trim().to_owned();
    refuse(Field::Name, check::name(&name))?;
    Ok(DeviceRow {
        id: device.id.map_or_else(random::device_id, Ok::<DeviceId, _>)?,
        key: device.key.map_or_else(random::device_key, Ok)?,
        name,
        prototype: prototype.clone(),
    })
}

fn checked(edit: DeviceEdit) -> Result<DeviceEdit, Error> {
    let (name, description) = (edit.name.trim().to_owned(), edit.description.trim().to_owned());
    refuse(Field::Name, check::name(&name))?;
    refuse(Field::Description, check::text(&description))?;
    let mut tags: Vec<String> = Vec::new();
    for tag in edit.tags.iter().map(|it| it.trim()).filter(|it| !it.is_empty()) {
        if let Some(flaw) = check::word(tag) {
            return Err(invalid(format!("The tag {tag:?} {flaw}.")));
        }
        if !tags.iter().any(|it| it == tag) {
            tags.push(tag.to_owned());
        }
    }
    if tags.len() > MAX_TAGS {
        return Err(invalid(format!("There are more than {MAX_TAGS} tags.")));
    }
    Ok(DeviceEdit { name, description, tags })
}

fn refuse(field: Field, flaw: Option<Flaw>) -> Result<(), Error> {
    flaw.map_or(Ok(()), |flaw| Err(invalid(format!("The {field} {flaw}."))))
}

fn invalid(message: String) -> Error {
    Error::Refused(StatusCode::UNPROCESSABLE_ENTITY, "invalid", message)
}
