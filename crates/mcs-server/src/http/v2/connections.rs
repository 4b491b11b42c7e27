//! Get connection: where the Command Server is (CONTRACT §3.1).

use std::sync::Arc;

use axum::Extension;
use axum::extract::{Path, State};
use axum::response::Response;
use mcs_model::api::Right;
use mcs_model::rest::CommandAddress;

use super::caller::Asker;
use super::{Format, answer, json, text};
use crate::app::App;
use crate::http::Way;
use crate::net;

/// Get connection, as JSON
///
/// Where the Command Server is: connect there and say `deviceId,deviceKey,0` at least every 120 s.
#[utoipa::path(
    get,
    path = "/mcs/v2/devices/{id}/connections",
    tag = "Command Server",
    responses((status = 200, body = Object, example = json!(example().to_json()))),
)]
pub(in crate::http) async fn as_json(
    State(app): State<Arc<App>>,
    Path(id): Path<String>,
    Extension(way): Extension<Way>,
    asker: Asker,
) -> Response {
    answer(async { Ok(json(&address(&app, Format::Json, &id, way, &asker).await?.to_json())) })
        .await
}

/// Get connection, as CSV
///
/// `ip,port`, without a line end.
#[utoipa::path(
    get,
    path = "/mcs/v2/devices/{id}/connections.csv",
    tag = "Command Server",
    responses((status = 200, body = String, content_type = "text/csv",
        example = json!(example().to_csv()))),
)]
pub(in crate::http) async fn as_csv(
    State(app): State<Arc<App>>,
    Path(id): Path<String>,
    Extension(way): Extension<Way>,
    asker: Asker,
) -> Response {
    answer(async {
        Ok(text("text/csv", address(&app, Format::Csv, &id, way, &asker).await?.to_csv()))
    })
    .await
}

async fn address(
    app: &App,
    format: Format,
    id: &str,
    way: Way,
    asker: &Asker,
) -> Result<CommandAddress, Response> {
    format.device(app, id, asker, Right::See).await?;
    let of_the_listener = || net::dialable(app.addrs().command, way.to);
    let address = app.config.command_public.unwrap_or_else(of_the_listener);
    Ok(CommandAddress { ip: address.ip().to_string(), port: address.port() })
}

fn example() -> CommandAddress {
    CommandAddress { ip: "192.0.2.7".to_owned(), port: 443 }
}
