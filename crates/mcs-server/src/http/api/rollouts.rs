//! Rollouts: a firmware on its way to many devices.

use std::collections::BTreeSet;
use std::sync::Arc;

use axum::Json;
use axum::body::Body;
use axum::extract::{Path, State};
use axum::http::{HeaderMap, StatusCode};
use mcs_fota::rollout::api::{ActRequest, AuditEntry, RolloutDetails, RolloutInfo, RolloutRequest};
use mcs_model::DeviceId;
use mcs_model::api::Right;

use crate::app::App;
use crate::firmware::Draft;
use crate::http::error::Error;
use crate::http::operator::Operator;
use crate::http::{body, effect};

/// Most bytes of a request: some ten thousand devices.
const MAX_REQUEST: u32 = 1 << 20;
/// Most lines of an audit that are answered.
const MAX_AUDIT: u32 = 100_000;

/// List rollouts, newest first
///
/// Those of which the caller may see all devices.
#[utoipa::path(get, path = "/api/rollouts", tag = "Console",
    responses((status = 200, body = Object, description = "The rollouts, without their devices.")))]
pub(in crate::http) async fn list(
    State(app): State<Arc<App>>,
    operator: Operator,
) -> Json<Vec<RolloutInfo>> {
    let mut rollouts = app.firmware.rollouts();
    rollouts.retain(|it| {
        app.firmware.rollout(&it.id).is_some_and(|it| may(&app, &operator, &it, Right::See))
    });
    Json(rollouts)
}

/// Say what a rollout would do
///
/// Nothing is made. The answer says for each device in which wave it is, and what speaks against
/// the firmware for it.
#[utoipa::path(post, path = "/api/rollouts/preview", tag = "Console",
    request_body(content = Object, example = json!({ "firmware": "FAa6B540CMmJ", "devices": ["Dsre1qRQ"] })),
    responses((status = 200, body = Object, description = "The rollout that it would be.")))]
pub(in crate::http) async fn preview(
    State(app): State<Arc<App>>,
    operator: Operator,
    headers: HeaderMap,
    body: Body,
) -> Result<Json<RolloutDetails>, Error> {
    Ok(Json(draft(&app, &operator, &headers, body).await?.details()))
}

/// Roll a firmware out to devices
///
/// In waves, as the plan says; what it leaves out is as usual. `overrides` names what the firmware
/// is sent in spite of, with a reason.
#[utoipa::path(post, path = "/api/rollouts", tag = "Console",
    request_body(content = Object, example = json!({ "firmware": "FAa6B540CMmJ", "devices": ["Dsre1qRQ"],
        "plan": { "waves": [{ "devices": 1 }, { "percent": 10 }], "parallel": 20 } })),
    responses((status = 201, body = Object, description = "The rollout, with its devices.")))]
pub(in crate::http) async fn create(
    State(app): State<Arc<App>>,
    operator: Operator,
    headers: HeaderMap,
    body: Body,
) -> Result<(StatusCode, Json<RolloutDetails>), Error> {
    let draft = draft(&app, &operator, &headers, body).await?;
    let make = {
        let app = app.clone();
        async move { app.firmware.roll_out(&app, draft).await }
    };
    let details = effect::whole(&app, make).await?;
    tracing::info!(
        user = operator.name,
        rollout = details.info.id,
        sha256 = details.info.sha256,
        devices = details.devices.len(),
        "firmware rollout"
    );
    Ok((StatusCode::CREATED, Json(details)))
}

/// Retrieve a rollout with its devices
#[utoipa::path(get, path = "/api/rollouts/{rollout}", tag = "Console",
    responses((status = 200, body = Object, description = "The rollout, with its devices.")))]
pub(in crate::http) async fn show(
    State(app): State<Arc<App>>,
    operator: Operator,
    Path(id): Path<String>,
) -> Result<Json<RolloutDetails>, Error> {
    Ok(Json(find(&app, &operator, &id, Right::See)?))
}

/// Pause, resume, cancel, try again or override
///
/// `act` is `pause`, `resume`, `cancel`, `retryFailed`, or `{ "override": { "objection", "reason" } }`.
#[utoipa::path(post, path = "/api/rollouts/{rollout}/act", tag = "Console",
    request_body(content = Object, example = json!({ "act": "pause" })),
    responses((status = 200, body = Object, description = "The rollout, with its devices.")))]
pub(in crate::http) async fn act(
    State(app): State<Arc<App>>,
    operator: Operator,
    Path(id): Path<String>,
    headers: HeaderMap,
    body: Body,
) -> Result<Json<RolloutDetails>, Error> {
    let ActRequest { act: deed } = body::json(&headers, body).await?;
    find(&app, &operator, &id, Right::Control)?;
    let act = {
        let (app, id, name) = (app.clone(), id.clone(), operator.name.clone());
        async move { app.firmware.act(&app, &id, deed, &name).await }
    };
    if let Err(error) = effect::whole(&app, act).await? {
        return Err(Error::Refused(StatusCode::CONFLICT, "act", format!("Not done: {error}.")));
    }
    Ok(Json(find(&app, &operator, &id, Right::See)?))
}

/// Retrieve what was done and what became of it, from the first line on
#[utoipa::path(get, path = "/api/rollouts/{rollout}/audit", tag = "Console",
    responses((status = 200, body = Object, description = "One object a line.")))]
pub(in crate::http) async fn audit(
    State(app): State<Arc<App>>,
    operator: Operator,
    Path(id): Path<String>,
) -> Result<Json<Vec<AuditEntry>>, Error> {
    find(&app, &operator, &id, Right::See)?;
    Ok(Json(app.store.rollout_audit(&id, MAX_AUDIT).await?))
}

async fn draft(
    app: &App,
    operator: &Operator,
    headers: &HeaderMap,
    body: Body,
) -> Result<Draft, Error> {
    let request: RolloutRequest = body::json_of(headers, body, MAX_REQUEST).await?;
    let unknown = || Error::not_found("firmware", request.firmware.as_str());
    let firmware = app.store.firmware(&request.firmware).await?.ok_or_else(unknown)?;
    let prototype = firmware.prototype.as_str();
    operator.prototype(app, prototype, Right::See).map_err(|_| unknown())?;
    let mut devices = Vec::with_capacity(request.devices.len());
    let mut seen = BTreeSet::new();
    for id in request.devices.iter().filter(|it| seen.insert((*it).clone())) {
        let device = operator.device(app, id.as_str(), Right::Control).await?;
        // No override makes one device of another.
        if device.prototype.id != firmware.prototype {
            let message = format!("The firmware is for another prototype than the device {id}.");
            return Err(Error::Refused(StatusCode::UNPROCESSABLE_ENTITY, "prototype", message));
        }
        devices.push(device);
    }
    let draft = app.firmware.draft(app, firmware, devices, request, &operator.name).await?;
    draft.map_err(|error| {
        Error::Refused(StatusCode::UNPROCESSABLE_ENTITY, "plan", format!("Not made: {error}."))
    })
}

/// A rollout, if the caller may do so much with every device of it.
fn find(app: &App, operator: &Operator, id: &str, wanted: Right) -> Result<RolloutDetails, Error> {
    let unknown = || Error::not_found("rollout", id);
    let details = app.firmware.rollout(id).ok_or_else(unknown)?;
    if !may(app, operator, &details, Right::See) {
        return Err(unknown());
    }
    if !may(app, operator, &details, wanted) {
        let message = format!("{} may see the rollout {id}, and change nothing.", operator.name);
        return Err(Error::Refused(StatusCode::FORBIDDEN, "not-allowed", message));
    }
    Ok(details)
}

/// Devices that are gone keep nothing from anybody who may still see others of it.
fn may(app: &App, operator: &Operator, details: &RolloutDetails, wanted: Right) -> bool {
    let snapshot = app.registry.snapshot();
    let device = |it: &DeviceId| snapshot.devices.get(it);
    let mut left = details.devices.iter().filter_map(|it| device(&it.device)).peekable();
    let sees_all = snapshot.access(&operator.name).is_some_and(crate::access::Access::administers);
    (left.peek().is_some() || sees_all)
        && left.all(|it| snapshot.right(&operator.name, it).is_some_and(|it| it >= wanted))
}
