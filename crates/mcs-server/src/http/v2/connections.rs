//! Get connection: where the Command Server is (CONTRACT §3.1).

use std::sync::Arc;

use axum::extract::{Path, State};
use axum::http::HeaderMap;
use axum::response::Response;
use mcs_model::rest::CommandAddress;

use super::{Format, json, text};
use crate::app::App;
use crate::net;

/// `GET /mcs/v2/devices/:deviceId/connections`.
pub(in crate::http) async fn as_json(
    State(app): State<Arc<App>>,
    Path(id): Path<String>,
    headers: HeaderMap,
) -> Response {
    match Format::Json.device(&app, &id, &headers).await {
        Ok(_) => json(&address(&app).to_json()),
        Err(refusal) => refusal,
    }
}

/// `GET /mcs/v2/devices/:deviceId/connections.csv`.
pub(in crate::http) async fn as_csv(
    State(app): State<Arc<App>>,
    Path(id): Path<String>,
    headers: HeaderMap,
) -> Response {
    match Format::Csv.device(&app, &id, &headers).await {
        Ok(_) => text("text/csv", address(&app).to_csv()),
        Err(refusal) => refusal,
    }
}

fn address(app: &App) -> CommandAddress {
    let listener = app.addrs().command;
    let address = app.config.command_public.unwrap_or_else(|| net::dialable(listener));
    CommandAddress { ip: address.ip().to_string(), port: address.port() }
}
