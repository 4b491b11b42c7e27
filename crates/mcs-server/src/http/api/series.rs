//! Histories for charts.

use std::sync::Arc;

use axum::Json;
use axum::extract::{Path, State};
use mcs_model::Timestamp;
use mcs_model::api::{PointTime, Series};
use serde::Deserialize;

use crate::app::App;
use crate::clock;
use crate::http::error::Error;
use crate::http::operator::Operator;
use crate::http::query::Asked;
use crate::store::Extent;

/// Entries in one answer when the caller names no number.
const DEFAULT_BUCKETS: u32 = 500;
/// Most entries in one answer.
const MAX_BUCKETS: u32 = 2000;

/// The part of a history that is asked for, and how finely.
#[derive(Deserialize, utoipa::IntoParams)]
#[into_params(parameter_in = Query)]
pub(in crate::http) struct Question {
    /// The earliest time in milliseconds, included; the oldest point unless said otherwise.
    start: Option<u64>,
    /// The latest time in milliseconds, included; now unless said otherwise.
    end: Option<u64>,
    /// Most entries: 500 unless said otherwise, at most 2000.
    buckets: Option<u32>,
    /// By which of the points' times: `device` unless said otherwise, or `arrival`.
    #[serde(default)]
    #[param(inline)]
    time: PointTime,
}

/// The history of a data channel, for a chart
///
/// The points of the range, or, where they are too many, the least and the greatest of each bucket.
#[utoipa::path(get, path = "/api/devices/{id}/channels/{channel}/series", tag = "Console",
    params(Question), responses((status = 200, body = Series, description = "The series.")))]
pub(in crate::http) async fn series(
    State(app): State<Arc<App>>,
    operator: Operator,
    Path((device, channel)): Path<(String, String)>,
    Asked(question): Asked<Question>,
) -> Result<Json<Series>, Error> {
    let (device, channel) = operator.channel(&app, &device, &channel).await?;
    let extent = Extent {
        time: question.time,
        start: question.start.map(Timestamp::from_millis),
        end: question.end.map_or_else(clock::now, Timestamp::from_millis),
        buckets: question.buckets.unwrap_or(DEFAULT_BUCKETS).clamp(1, MAX_BUCKETS),
    };
    if extent.start.is_some_and(|start| start > extent.end) {
        return Err(Error::malformed("start is later than end"));
    }
    Ok(Json(app.store.series(&device.id, &channel, extent).await?))
}
