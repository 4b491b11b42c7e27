//! Everything that is spoken over HTTP, as one list.

mod api;
mod body;
mod console;
mod download;
mod effect;
mod error;
mod linger;
mod operator;
mod serve;
mod v2;

use std::net::SocketAddr;
use std::sync::Arc;

use axum::extract::ws::WebSocketUpgrade;
use axum::extract::ws::rejection::WebSocketUpgradeRejection;
use axum::extract::{ConnectInfo, Request, State};
use axum::http::{HeaderMap, Method, StatusCode, Uri};
use axum::middleware::{Next, from_fn_with_state};
use axum::response::{IntoResponse, Response};
use axum::routing::{any, get, post, put};
use axum::{Extension, Router};

use crate::app::App;
use crate::edge::Edge;
use crate::metrics;

use serve::Encrypted;
pub(crate) use serve::serve;

/// The HTTP listener's routes.
pub(crate) fn router(app: Arc<App>, edge: Edge) -> Router {
    let devices = Router::new()
        .route("/mcs/v2/devices/{id}", get(v2::device::info))
        .route("/mcs/v2/devices/{id}/connections", get(v2::connections::as_json))
        .route("/mcs/v2/devices/{id}/connections.csv", get(v2::connections::as_csv))
        .route("/mcs/v2/devices/{id}/datapoints", post(v2::points::upload_json))
        .route("/mcs/v2/devices/{id}/datapoints.csv", post(v2::points::upload_csv))
        .route(
            "/mcs/v2/devices/{id}/datachannels/{channel}/datapoints",
            get(v2::points::retrieve_json),
        )
        .route(
            "/mcs/v2/devices/{id}/datachannels/{channel}/datapoints.csv",
            get(v2::points::retrieve_csv),
        );
    let devices = devices.route("/mcs/{*rest}", any(v2::no_call));
    let firmwares = Router::new()
        .route("/mcs/v2/devices/{id}/firmwares", put(v2::firmwares::report))
        .route("/mcs/v2/devices/{id}/firmwares/available", get(v2::firmwares::available))
        .route(
            "/mcs/v2/devices/{id}/firmwares/available/{version}",
            get(v2::firmwares::available_for),
        )
        .route("/mcs/v2/devices/{id}/firmwares/{firmware}/url", get(v2::firmwares::url))
        .route("/fw/{token}", get(download::file));
    let api = Router::new()
        .route("/api/login", post(api::session::login))
        .route("/api/logout", post(api::session::logout))
        .route("/api/session", get(api::session::session))
        .route("/api/devices", get(api::devices::list))
        .route("/api/devices/{id}/credentials", get(api::devices::credentials))
        .route("/api/devices/{id}/channels/{channel}/points", get(api::devices::points))
        .route("/api/devices/{id}/channels/{channel}/series", get(api::series::series))
        .route(
            "/api/prototypes/{id}/firmwares",
            get(api::firmwares::list).post(api::firmwares::upload),
        )
        .route("/api/firmwares/{id}/push", post(api::firmwares::push))
        .route("/api/{*rest}", get(no_call).post(no_call));
    Router::new()
        .merge(devices)
        .merge(firmwares)
        .merge(api)
        .route("/healthz", get(health))
        .route("/metrics", get(metrics))
        .route("/", get(root))
        .fallback(console::file)
        .layer(from_fn_with_state(app.clone(), count))
        .layer(Extension(edge.clone()))
        .with_state(app)
        .merge(tunnel(edge, &["/mqtt"]))
}

/// The routes of the listener that speaks MQTT over WebSocket only.
pub(crate) fn tunnel(edge: Edge, paths: &[&str]) -> Router {
    paths.iter().fold(Router::new(), |router, path| router.route(path, get(mqtt))).with_state(edge)
}

async fn mqtt(
    State(edge): State<Edge>,
    ConnectInfo(peer): ConnectInfo<SocketAddr>,
    headers: HeaderMap,
    upgrade: WebSocketUpgrade,
) -> Response {
    edge.upgrade(upgrade, &headers, peer).await
}

/// The console's page, and for a WebSocket the broker: many MQTT clients ask for `/` unless told otherwise.
async fn root(
    upgrade: Result<WebSocketUpgrade, WebSocketUpgradeRejection>,
    Extension(edge): Extension<Edge>,
    ConnectInfo(peer): ConnectInfo<SocketAddr>,
    app: State<Arc<App>>,
    method: Method,
    uri: Uri,
    headers: HeaderMap,
) -> Response {
    match upgrade {
        Ok(upgrade) => edge.upgrade(upgrade, &headers, peer).await,
        Err(_) => console::file(app, method, uri, headers).await,
    }
}

async fn metrics(State(app): State<Arc<App>>) -> String {
    metrics::render(&app)
}

/// Whether all is well, for whoever restarts or routes around servers.
async fn health(State(app): State<Arc<App>>) -> Response {
    match app.store.health().trouble() {
        None => "ok".into_response(),
        Some(trouble) => {
            let why = format!("no points are stored: {trouble}");
            (StatusCode::SERVICE_UNAVAILABLE, why).into_response()
        }
    }
}

async fn no_call() -> Response {
    let message = "There is no such call.".to_owned();
    error::Error::Refused(StatusCode::NOT_FOUND, "not-found", message).into_response()
}

async fn count(State(app): State<Arc<App>>, request: Request, next: Next) -> Response {
    let response = next.run(request).await;
    app.metrics.requests.add(1);
    response
}
