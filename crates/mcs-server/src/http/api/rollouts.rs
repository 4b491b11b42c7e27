//! Rollouts: a firmware on its way to many devices.

use std::collections::BTreeSet;
use std::sync::Arc;

use axum::Json;
use axum::body::Body;
use axum::extract::{Path, State};
use axum::http::{HeaderMap, StatusCode};
use mcs_fota::rollout::api::{
    ActRequest, AuditEntry, Refusal, RolloutDetails, RolloutInfo, RolloutRequest,
};
use mcs_model::DeviceId;
use mcs_model::api::Right;
use serde::Deserialize;

use crate::app::App;
use crate::firmware::Draft;
use crate::http::error::Error;
use crate::http::operator::Operator;
use crate::http::query::Asked;
use crate::http::{body, effect};

/// Most bytes of a request: some ten thousand devices.
const MAX_REQUEST: u32 = 1 << 20;
/// Most lines of an audit in one answer.
const MAX_AUDIT: u32 = 10_000;
/// Rollouts in one answer, if nobody says otherwise, and at most.
const PAGE: u32 = 50;
const MAX_PAGE: u32 = 500;

/// Which rollouts are listed.
#[derive(Deserialize, utoipa::IntoParams)]
#[into_params(parameter_in = Query)]
pub(in crate::http) struct Listed {
    /// Those that were made before the one with this id.
    before: Option<String>,
    /// So many at most; 500 at most, and 50 if it is left out.
    limit: Option<u32>,
}

/// Which lines of an audit.
#[derive(Deserialize, utoipa::IntoParams)]
#[into_params(parameter_in = Query)]
pub(in crate::http) struct Lines {
    /// Behind so many.
    #[serde(default)]
    from: u32,
}

/// List rollouts, newest first
///
/// Those of which the caller may see all devices. Fewer than `limit` are the last.
#[utoipa::path(get, path = "/api/rollouts", tag = "Console",
    params(Listed),
    responses((status = 200, body = Object, description = "The rollouts, without their devices.")))]
pub(in crate::http) async fn list(
    State(app): State<Arc<App>>,
    operator: Operator,
    Asked(Listed { before, limit }): Asked<Listed>,
) -> Result<Json<Vec<RolloutInfo>>, Error> {
    let limit = limit.unwrap_or(PAGE).clamp(1, MAX_PAGE);
    let enough = usize::try_from(limit)?;
    let mut found = Vec::new();
    let mut before = before;
    while found.len() < enough {
        let page = app.firmware.rollouts(before.as_deref(), limit).await?;
        let Some(last) = page.last() else { break };
        before = Some(last.id.clone());
        for it in page {
            let devices = app.firmware.devices_of_rollout(&it.id).await?;
            if found.len() < enough && may(&app, &operator, &devices, Right::See) {
                found.push(it);
            }
        }
    }
    Ok(Json(found))
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
    let firmware = draft.firmware().to_string();
    let make = {
        let app = app.clone();
        async move { app.firmware.roll_out(&app, draft).await }
    };
    let details = effect::whole(&app, make).await?;
    let details = details.ok_or_else(|| Error::not_found("firmware", &firmware))?;
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
    Ok(Json(find(&app, &operator, &id, Right::See).await?))
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
    find(&app, &operator, &id, Right::Control).await?;
    let act = {
        let (app, id, name) = (app.clone(), id.clone(), operator.name.clone());
        async move { app.firmware.act(&app, &id, deed, &name).await }
    };
    if let Err(error) = effect::whole(&app, act).await? {
        return Err(Error::rollout(Refusal::NotDone(error)));
    }
    Ok(Json(find(&app, &operator, &id, Right::See).await?))
}

/// Retrieve what was done and what became of it, from the first line on
///
/// At most 10000 lines; what is behind them is asked for with `from`.
#[utoipa::path(get, path = "/api/rollouts/{rollout}/audit", tag = "Console",
    params(Lines),
    responses((status = 200, body = Object, description = "One object a line.")))]
pub(in crate::http) async fn audit(
    State(app): State<Arc<App>>,
    operator: Operator,
    Path(id): Path<String>,
    Asked(Lines { from }): Asked<Lines>,
) -> Result<Json<Vec<AuditEntry>>, Error> {
    find(&app, &operator, &id, Right::See).await?;
    Ok(Json(app.store.rollout_audit(&id, from, MAX_AUDIT).await?))
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
    if app.firmware.trust().refuses(&firmware) {
        return Err(Error::rollout(Refusal::Unsigned(firmware.version.parse()?)));
    }
    let mut devices = Vec::with_capacity(request.devices.len());
    let mut seen = BTreeSet::new();
    for id in request.devices.iter().filter(|it| seen.insert((*it).clone())) {
        let device = operator.device(app, id.as_str(), Right::Control).await?;
        // No override makes one device of another.
        if device.prototype.id != firmware.prototype {
            return Err(Error::rollout(Refusal::OtherPrototype(id.clone())));
        }
        devices.push(device);
    }
    let draft = app.firmware.draft(app, firmware, devices, request, &operator.name).await?;
    draft.map_err(|error| Error::rollout(Refusal::NotMade(error)))
}

/// A rollout, if the caller may do so much with every device of it.
async fn find(
    app: &App,
    operator: &Operator,
    id: &str,
    wanted: Right,
) -> Result<RolloutDetails, Error> {
    let unknown = || Error::not_found("rollout", id);
    let details = app.firmware.rollout(app, id).await?.ok_or_else(unknown)?;
    let devices: Vec<_> = details.devices.iter().map(|it| it.device.clone()).collect();
    if !may(app, operator, &devices, Right::See) {
        return Err(unknown());
    }
    if !may(app, operator, &devices, wanted) {
        let message = format!("{} may see the rollout {id}, and change nothing.", operator.name);
        return Err(Error::Refused(StatusCode::FORBIDDEN, "not-allowed", message));
    }
    Ok(details)
}

/// Devices that are gone keep nothing from anybody who may still see others of it.
fn may(app: &App, operator: &Operator, devices: &[DeviceId], wanted: Right) -> bool {
    let snapshot = app.registry.snapshot();
    let mut left = devices.iter().filter_map(|it| snapshot.devices.get(it)).peekable();
    let sees_all = snapshot.access(&operator.name).is_some_and(crate::access::Access::administers);
    (left.peek().is_some() || sees_all)
        && left.all(|it| snapshot.right(&operator.name, it).is_some_and(|it| it >= wanted))
}
