//! Uploading and retrieving data points (CONTRACT §4.3, §4.4).

use std::sync::Arc;

use axum::body::Body;
use axum::extract::{Path, Query, State};
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use mcs_model::api::PointTime;
use mcs_model::api::Right;
use mcs_model::rest::{
    Failure, MAX_RETRIEVED, RetrieveQuery, UploadOutcome, app_of_body, retrieved_csv,
    retrieved_json,
};
use mcs_model::upload::{self, PointError, RawPoint};
use mcs_model::{ChannelId, Timestamp};

use super::caller::{Asker, Caller, Proof};
use super::{Format, MAX_BODY, MAX_SMALL_BODY, answer, json, text};
use crate::app::App;
use crate::http::effect;
use crate::ingest;
use crate::ingest::Author;
use crate::registry::Device;
use crate::store::{Page, Window};

/// Upload data points as JSON
///
/// `timestamp` may be absent, `0` or empty: then it is the time of receipt. `values` holds strings
/// or numbers. An application may name itself by the members `appId` and `appSecret` beside
/// `datapoints` instead of by headers, in a body of at most 64 KiB.
///
/// The points up to the server's limit (5 unless it is set otherwise) are taken, what stands
/// behind them is refused. When only some are refused the status is 200, `results` is
/// `Partial success.` and `descriptions` tells why; when all are, it is 400. A point for a
/// controller goes to the device; `undelivered` names the controllers whose point found no device.
#[utoipa::path(
    post,
    path = "/mcs/v2/devices/{id}/datapoints",
    tag = "Data points",
    request_body(content = Object, example = json!(example::body())),
    responses(
        (status = 200, body = Object, example = json!(example::uploaded().to_json())),
        (status = 400, body = Object, description = "No point was stored.",
            example = json!(example::refused().to_json())),
    ),
)]
pub(in crate::http) async fn upload_json(
    State(app): State<Arc<App>>,
    Path(id): Path<String>,
    asker: Asker,
    body: Body,
) -> Response {
    answer(async {
        let format = Format::Json;
        let (device, caller, body) = match Proof::of(&asker) {
            Some(proof) => {
                let (device, caller) =
                    format.device_for(&app, &id, &asker, Some(proof), Right::Control).await?;
                (device, caller, format.body(&asker, body, MAX_BODY).await?)
            }
            None => {
                let body = format.body(&asker, body, MAX_SMALL_BODY).await?;
                let proof = app_of_body(&body).map(Proof::App);
                let (device, caller) =
                    format.device_for(&app, &id, &asker, proof, Right::Control).await?;
                (device, caller, body)
            }
        };
        let points = upload::from_json(&body, app.config.upload_rules());
        let outcome = upload(&app, format, device, &caller, points).await?;
        Ok((status(&outcome), json(&outcome.to_json())).into_response())
    })
    .await
}

/// Upload data points as CSV
///
/// One `dataChnId,timestamp,value` a line; an empty or zero timestamp is the time of receipt. The
/// rules are those of the JSON form; the suffix `.csv` decides, not the content type.
#[utoipa::path(
    post,
    path = "/mcs/v2/devices/{id}/datapoints.csv",
    tag = "Data points",
    request_body(content = String, content_type = "text/csv",
        example = "temperature,,21.5\ncount,1432538716989,7"),
    responses(
        (status = 200, body = String, content_type = "text/html",
            example = json!(example::uploaded().to_csv())),
        (status = 400, body = String, content_type = "text/html",
            description = "No point was stored.", example = json!(example::refused().to_csv())),
    ),
)]
pub(in crate::http) async fn upload_csv(
    State(app): State<Arc<App>>,
    Path(id): Path<String>,
    asker: Asker,
    body: Body,
) -> Response {
    answer(async {
        let format = Format::Csv;
        let (device, caller) = format.device(&app, &id, &asker, Right::Control).await?;
        let body = format.body(&asker, body, MAX_BODY).await?;
        let points = upload::from_csv(&body, app.config.upload_rules());
        let outcome = upload(&app, format, device, &caller, points).await?;
        // MCS says text/html, and so its clients expect it.
        Ok((status(&outcome), text("text/html", outcome.to_csv())).into_response())
    })
    .await
}

async fn upload(
    app: &Arc<App>,
    format: Format,
    device: Arc<Device>,
    caller: &Caller,
    points: Vec<Result<RawPoint, PointError>>,
) -> Result<UploadOutcome, Response> {
    let author = caller.author();
    let upload = {
        let app = app.clone();
        async move {
            let ingested = ingest::upload(&app, &device, points, author).await?;
            if author == Author::Device {
                app.firmware.observe(&app, &device, &ingested.points).await;
            }
            Ok(ingested)
        }
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

/// The parameters of retrieving, for the documentation: [`RetrieveQuery`] reads them.
#[derive(utoipa::IntoParams)]
#[into_params(parameter_in = Query)]
#[expect(dead_code, reason = "only documented")]
pub(in crate::http) struct Wanted {
    /// The earliest time in milliseconds, included; `start_time` will do too.
    start: Option<u64>,
    /// The latest time in milliseconds, included; `end_time` will do too.
    end: Option<u64>,
    /// How many of the newest points in the window: 1 unless said otherwise, at most 1000.
    limit: Option<u16>,
    /// How many of the newest to skip.
    offset: Option<u32>,
    /// `asc` or `desc`; newest first unless said otherwise.
    order: Option<String>,
}

/// Retrieve data points as JSON
///
/// Without parameters, the newest point. `isOverflow` says that more points matched than the 1000
/// of one answer.
#[utoipa::path(
    get,
    path = "/mcs/v2/devices/{id}/datachannels/{channel}/datapoints",
    tag = "Data points",
    params(Wanted),
    responses((status = 200, body = Object, example = json!(example::retrieved()))),
)]
pub(in crate::http) async fn retrieve_json(
    State(app): State<Arc<App>>,
    Path((id, channel)): Path<(String, String)>,
    Query(parameters): Query<Vec<(String, String)>>,
    asker: Asker,
) -> Response {
    answer(async {
        let found = retrieve(&app, Format::Json, &id, &channel, &parameters, &asker).await?;
        let limited = found.limit == u32::try_from(MAX_RETRIEVED).unwrap_or(u32::MAX);
        let overflow = found.page.more && limited;
        Ok(json(&retrieved_json(&found.device.id, &found.channel, &found.page.points, overflow)))
    })
    .await
}

/// Retrieve data points as CSV
///
/// One `dataChnId,timestamp,value` a line, none ended. The parameters are those of the JSON form.
#[utoipa::path(
    get,
    path = "/mcs/v2/devices/{id}/datachannels/{channel}/datapoints.csv",
    tag = "Data points",
    params(Wanted),
    responses((status = 200, body = String, content_type = "text/csv",
        example = "temperature,1432538716989,21.5")),
)]
pub(in crate::http) async fn retrieve_csv(
    State(app): State<Arc<App>>,
    Path((id, channel)): Path<(String, String)>,
    Query(parameters): Query<Vec<(String, String)>>,
    asker: Asker,
) -> Response {
    answer(async {
        let found = retrieve(&app, Format::Csv, &id, &channel, &parameters, &asker).await?;
        Ok(text("text/csv", retrieved_csv(&found.channel, &found.page.points)))
    })
    .await
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
    asker: &Asker,
) -> Result<Found, Response> {
    let (device, _) = format.device(app, id, asker, Right::See).await?;
    let channel = channel.parse().ok().filter(|it| device.prototype.channel(it).is_some());
    let channel: ChannelId = channel.ok_or_else(|| format.fail(Failure::channel_not_found()))?;
    let parameters = parameters.iter().map(|(name, value)| (name.as_str(), value.as_str()));
    let query = RetrieveQuery::parse(parameters).map_err(|error| format.malformed(&error))?;
    let limit = u32::try_from(query.limit).unwrap_or(u32::MAX);
    let window = Window {
        time: PointTime::Device,
        start: query.start.unwrap_or_default(),
        end: query.end.unwrap_or(Timestamp::from_millis(u64::MAX)),
        offset: u32::try_from(query.offset).unwrap_or(u32::MAX),
        limit,
    };
    let page = app.store.points(&device.id, &channel, window, query.order).await;
    let page = page.map_err(|error| format.broken(&error))?;
    Ok(Found { device, channel, limit, page })
}

/// What the documentation shows: written by the code that answers.
mod example {
    use mcs_model::api::HistoryPoint;
    use mcs_model::rest::{UploadOutcome, no_such_channel, retrieved_json, upload_json};
    use mcs_model::{ChannelId, DataPoint, DeviceId, Timestamp, Value};
    use serde_json::Value as Json;

    const AT: Timestamp = Timestamp::from_millis(1_432_538_716_989);

    pub(super) fn body() -> Json {
        let point = channel().map(|channel| DataPoint {
            channel,
            timestamp: AT,
            value: Value::Float(21.5),
        });
        upload_json(point.as_slice())
    }

    pub(super) fn uploaded() -> UploadOutcome {
        UploadOutcome { accepted: 1, ..UploadOutcome::default() }
    }

    pub(super) fn refused() -> UploadOutcome {
        let descriptions = channel().iter().map(no_such_channel).collect();
        UploadOutcome { descriptions, ..UploadOutcome::default() }
    }

    pub(super) fn retrieved() -> Json {
        let point = HistoryPoint { at: AT, value: Value::Float(21.5) };
        match ("Dsre1qRQ".parse::<DeviceId>().ok(), channel()) {
            (Some(device), Some(channel)) => retrieved_json(&device, &channel, &[point], false),
            _ => Json::Null,
        }
    }

    fn channel() -> Option<ChannelId> {
        "temperature".parse().ok()
    }
}
