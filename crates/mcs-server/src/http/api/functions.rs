//! Functions: their history, and trying their code.

use std::sync::Arc;

use axum::Json;
use axum::body::Body;
use axum::extract::{Path, State};
use axum::http::{HeaderMap, StatusCode};
use mcs_model::api::TryFunction;
use mcs_model::check;
use mcs_model::function::Run;
use serde::Deserialize;

use crate::app::App;
use crate::clock;
use crate::functions::Trial;
use crate::http::body;
use crate::http::error::Error;
use crate::http::operator::Operator;
use crate::http::query::Asked;

/// Most bytes of a trial, which holds a prototype.
const MAX_BODY: u32 = 1 << 20;
/// Runs in one answer when the caller names no number.
const DEFAULT_RUNS: u32 = 20;
/// Most runs in one answer.
const MAX_RUNS: u32 = 100;

/// How much of the history is asked for.
#[derive(Deserialize, utoipa::IntoParams)]
#[into_params(parameter_in = Query)]
pub(in crate::http) struct Question {
    /// Most runs: 20 unless said otherwise, at most 100.
    limit: Option<u32>,
}

/// The history of a function channel
///
/// Its newest runs, newest first: value, status, logs.
#[utoipa::path(get, path = "/api/devices/{id}/channels/{channel}/runs", tag = "Console",
    params(Question), responses((status = 200, body = [Run], description = "The runs.")))]
pub(in crate::http) async fn runs(
    State(app): State<Arc<App>>,
    operator: Operator,
    Path((device, channel)): Path<(String, String)>,
    Asked(question): Asked<Question>,
) -> Result<Json<Vec<Run>>, Error> {
    let (device, channel) = operator.channel(&app, &device, &channel).await?;
    let limit = question.limit.unwrap_or(DEFAULT_RUNS).clamp(1, MAX_RUNS);
    Ok(Json(app.store.runs(&device.id, &channel, limit).await?))
}

/// Try the code of a function
///
/// For administrators. Runs the code of a channel of the draft on a value, and stores nothing.
#[utoipa::path(post, path = "/api/functions/try", tag = "Console",
    request_body(content = TryFunction, example = json!({ "channel": "temp_fht", "value": "42",
        "draft": { "name": "Thermometer", "channels": [{ "id": "temp_fht", "name": "Fahrenheit",
            "description": "", "direction": "display",
            "kind": { "function": { "code": "return {};" } } }] } })),
    responses((status = 200, body = Run, description = "What happened.")))]
pub(in crate::http) async fn attempt(
    State(app): State<Arc<App>>,
    operator: Operator,
    headers: HeaderMap,
    body: Body,
) -> Result<Json<Run>, Error> {
    operator.administers(&app)?;
    let TryFunction { draft, channel, value } = body::json_of(&headers, body, MAX_BODY).await?;
    let prototype = draft.with_id("P00000000000".parse().map_err(anyhow::Error::from)?);
    let kind = prototype.channel(&channel).map(|it| &it.kind);
    let Some(mcs_model::ChannelKind::Function { code }) = kind else {
        return Err(Error::not_found("function", channel.as_str()));
    };
    if let Some(flaw) = check::code(code) {
        let message = format!("The code {flaw}.");
        return Err(Error::Refused(StatusCode::UNPROCESSABLE_ENTITY, "invalid", message));
    }
    let trial = Trial { prototype, channel, value, at: clock::now() };
    let run = app.functions.attempt(trial).await;
    let busy = || {
        let message = "Too much is being tried at present: try it again in a moment.".to_owned();
        Error::Refused(StatusCode::SERVICE_UNAVAILABLE, "busy", message)
    };
    run.map(Json).ok_or_else(busy)
}
