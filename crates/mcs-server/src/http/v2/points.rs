//! Uploading and retrieving data points (CONTRACT §4.3, §4.4).

use std::sync::Arc;

use axum::body::Body;
use axum::extract::{Path, Query, State};
use axum::http::{HeaderMap, StatusCode};
use axum::response::{IntoResponse, Response};
use mcs_model::rest::{
    Failure, MAX_RETRIEVED, RetrieveQuery, UploadOutcome, retrieved_csv, retrieved_json,
};
use mcs_model::upload::{self, PointError, RawPoint, Rules};
use mcs_model::{ChannelId, Timestamp};

use super::{Format, MAX_BODY, json, text};
use crate::app::App;
use crate::http::{body, effect};
use crate::ingest;
use crate::registry::Device;
use crate::store::{Page, Window};

/// `POST /mcs/v2/devices/:deviceId/datapoints`.
pub(in crate::http) async fn upload_json(
    State(app): State<Arc<App>>,
    Path(id): Path<String>,
    headers: HeaderMap,
    body: Body,
) -> Response {
    match upload(&app, Format::Json, &id, &headers, body, upload::from_json).await {
        Ok(outcome) => (status(&outcome), json(&outcome.to_json())).into_response(),
        Err(refusal) => refusal,
    }
}

/// `POST /mcs/v2/devices/:deviceId/datapoints.csv`.
pub(in crate::http) async fn upload_csv(
    State(app): State<Arc<App>>,
    Path(id): Path<String>,
    headers: HeaderMap,
    body: Body,
) -> Response {
    match upload(&app, Format::Csv, &id, &headers, body, upload::from_csv).await {
        // MCS says text/html, and so its clients expect it.
        Ok(outcome) => (status(&outcome), text("text/html", outcome.to_csv())).into_response(),
        Err(refusal) => refusal,
    }
}

type Parse = fn(&[u8], Rules) -> Vec<Result<RawPoint, PointError>>;

async fn upload(
    app: &Arc<App>,
    format: Format,
    id: &str,
    headers: &HeaderMap,
    body: Body,
    parse: Parse,
) -> Result<UploadOutcome, Response> {
    let device = format.device(app, id, headers).await?;
    let body = body::read(headers, body, MAX_BODY).await.map_err(|error| format.unread(&error))?;
    let points = parse(&body, Rules::default());
    let upload = {
        let app = app.clone();
        async move { ingest::upload(&app, &device, points).await }
    };
    let ingested = effect::whole(app, upload).await.map_err(|error| format.broken(&error))?;
    Ok(UploadOutcome {
        accepted: ingested.points.len(),
        descriptions: ingested.refused,
        undelivered: ingested.undelivered,
    })
}

fn status(outcome: &UploadOutcome) -> StatusCode {
    StatusCode::from_u16(outcome.status()).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR)
}

/// `GET /mcs/v2/devices/:deviceId/datachannels/:dataChnId/datapoints`.
pub(in crate::http) async fn retrieve_json(
    State(app): State<Arc<App>>,
    Path((id, channel)): Path<(String, String)>,
    Query(parameters): Query<Vec<(String, String)>>,
    headers: HeaderMap,
) -> Response {
    match retrieve(&app, Format::Json, &id, &channel, &parameters, &headers).await {
        Ok(found) => {
            let limited = found.limit == u32::try_from(MAX_RETRIEVED).unwrap_or(u32::MAX);
            let overflow = found.page.more && limited;
            json(&retrieved_json(&found.device.id, &found.channel, &found.page.points, overflow))
        }
        Err(refusal) => refusal,
    }
}

/// `GET /mcs/v2/devices/:deviceId/datachannels/:dataChnId/datapoints.csv`.
pub(in crate::http) async fn retrieve_csv(
    State(app): State<Arc<App>>,
    Path((id, channel)): Path<(String, String)>,
    Query(parameters): Query<Vec<(String, String)>>,
    headers: HeaderMap,
) -> Response {
    match retrieve(&app, Format::Csv, &id, &channel, &parameters, &headers).await {
        Ok(found) => text("text/csv", retrieved_csv(&found.channel, &found.page.points)),
        Err(refusal) => refusal,
    }
}

struct Found {
    device: Arc<Device>,
    channel: ChannelId,
    limit: u32,
    page: Page,
}

async fn retrieve(
    app: &App,
    format: Format,
    id: &str,
    channel: &str,
    parameters: &[(String, String)],
    headers: &HeaderMap,
) -> Result<Found, Response> {
    let device = format.device(app, id, headers).await?;
    let channel = channel.parse().ok().filter(|it| device.prototype.channel(it).is_some());
    let channel: ChannelId = channel.ok_or_else(|| format.fail(Failure::channel_not_found()))?;
    let parameters = parameters.iter().map(|(name, value)| (name.as_str(), value.as_str()));
    let query = RetrieveQuery::parse(parameters)
        .map_err(|error| format.fail(Failure::new(400, error.to_string())))?;
    let limit = u32::try_from(query.limit).unwrap_or(u32::MAX);
    let window = Window {
        start: query.start.unwrap_or_default(),
        end: query.end.unwrap_or(Timestamp::from_millis(u64::MAX)),
        offset: u32::try_from(query.offset).unwrap_or(u32::MAX),
        limit,
    };
    let page = app.store.points(&device.id, &channel, window, query.order).await;
    let page = page.map_err(|error| format.broken(&error))?;
    Ok(Found { device, channel, limit, page })
}
