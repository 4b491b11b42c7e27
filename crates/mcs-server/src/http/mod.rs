//! Everything that is spoken over HTTP, as one list.

mod api;
mod body;
mod console;
mod docs;
mod download;
mod effect;
mod error;
mod linger;
mod operator;
mod query;
mod serve;
mod v2;

use std::net::SocketAddr;
use std::sync::Arc;

use axum::extract::ws::WebSocketUpgrade;
use axum::extract::ws::rejection::WebSocketUpgradeRejection;
use axum::extract::{ConnectInfo, Request, State};
use axum::http::{HeaderMap, Method, StatusCode, Uri};
use axum::middleware::{Next, from_fn, from_fn_with_state};
use axum::response::{IntoResponse, Response};
use axum::routing::{any, get};
use axum::{Extension, Router};
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use crate::app::App;
use crate::edge::Edge;
use crate::metrics;

use serve::Way;
pub(crate) use serve::serve;

/// The HTTP listener's routes.
pub(crate) fn router(app: Arc<App>, edge: Edge) -> Router {
    let (devices, of_devices) = devices().split_for_parts();
    let (api, of_api) = api().split_for_parts();
    let devices = devices
        .route("/mcs/{*rest}", any(v2::no_call))
        .method_not_allowed_fallback(v2::wrong_method)
        .layer(from_fn(v2::readable))
        .layer(from_fn(v2::cors));
    let api = api
        .route("/api/{*rest}", any(no_call))
        .method_not_allowed_fallback(wrong_method)
        .layer(from_fn(readable))
        .layer(Extension(docs::Docs::new(of_devices.merge_from(of_api))));
    Router::new()
        .merge(devices)
        .merge(api)
        .route("/fw/{token}", get(download::file))
        .route("/healthz", get(health))
        .route("/metrics", get(metrics))
        .route("/", get(root))
        .fallback(console::file)
        .layer(from_fn_with_state(app.clone(), count))
        .layer(Extension(edge.clone()))
        .with_state(app)
        .merge(tunnel(edge, &["/mqtt"]))
}

/// The calls of devices and apps. Whoever is called is documented: there is no other list.
fn devices() -> OpenApiRouter<Arc<App>> {
    OpenApiRouter::new()
        .routes(routes!(v2::points::upload_json))
        .routes(routes!(v2::points::upload_csv))
        .routes(routes!(v2::points::retrieve_json))
        .routes(routes!(v2::points::retrieve_csv))
        .routes(routes!(v2::connections::as_json))
        .routes(routes!(v2::connections::as_csv))
        .routes(routes!(v2::firmwares::report))
        .routes(routes!(v2::firmwares::available))
        .routes(routes!(v2::firmwares::available_for))
        .routes(routes!(v2::firmwares::url))
        .routes(routes!(v2::devices::list, v2::registration::register))
        .routes(routes!(v2::devices::info, v2::registration::deregister))
        .routes(routes!(v2::registration::deregister_by_post))
        .routes(routes!(v2::registration::activate))
        .routes(routes!(v2::commands::command))
        .routes(routes!(v2::products::info))
        .routes(routes!(v2::products::export))
        .routes(routes!(v2::products::firmwares, v2::products::describe))
        .routes(routes!(v2::absent::triggers))
        .routes(routes!(v2::absent::trigger))
        .routes(routes!(v2::absent::mobiles))
        .routes(routes!(v2::absent::mobile))
        .routes(routes!(v2::absent::link_mobile, v2::absent::unlink_mobile))
        .routes(routes!(v2::absent::images))
        .routes(routes!(v2::absent::remove_channel))
}

/// The console's own calls, documented in the same way.
fn api() -> OpenApiRouter<Arc<App>> {
    OpenApiRouter::new()
        .routes(routes!(docs::page))
        .routes(routes!(docs::page_in_folder))
        .routes(routes!(docs::openapi))
        .routes(routes!(docs::style))
        .routes(routes!(api::session::login))
        .routes(routes!(api::session::logout))
        .routes(routes!(api::session::session))
        .routes(routes!(api::account::password))
        .routes(routes!(api::account::sessions))
        .routes(routes!(api::account::end_session))
        .routes(routes!(api::people::list, api::people::add))
        .routes(routes!(api::people::remove))
        .routes(routes!(api::people::role))
        .routes(routes!(api::people::password))
        .routes(routes!(api::people::grant_device, api::people::revoke_device))
        .routes(routes!(api::people::grant_prototype, api::people::revoke_prototype))
        .routes(routes!(api::devices::list, api::fleet::create))
        .routes(routes!(api::fleet::update, api::fleet::remove))
        .routes(routes!(api::fleet::rekey))
        .routes(routes!(api::devices::credentials))
        .routes(routes!(api::devices::points))
        .routes(routes!(api::series::series))
        .routes(routes!(api::functions::runs))
        .routes(routes!(api::functions::attempt))
        .routes(routes!(api::prototypes::list, api::prototypes::create))
        .routes(routes!(api::prototypes::import))
        .routes(routes!(api::prototypes::get, api::prototypes::update, api::prototypes::remove))
        .routes(routes!(api::prototypes::clone))
        .routes(routes!(api::prototypes::export))
        .routes(routes!(api::firmwares::list, api::firmwares::upload))
        .routes(routes!(api::firmwares::policy))
        .routes(routes!(api::firmwares::describe, api::firmwares::remove))
        .routes(routes!(api::uploads::begin))
        .routes(routes!(api::uploads::state, api::uploads::append, api::uploads::give_up))
        .routes(routes!(api::rollouts::list, api::rollouts::create))
        .routes(routes!(api::rollouts::preview))
        .routes(routes!(api::rollouts::show))
        .routes(routes!(api::rollouts::act))
        .routes(routes!(api::rollouts::audit))
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

async fn wrong_method() -> Response {
    let message = "There is no such method of this call.".to_owned();
    error::Error::Refused(StatusCode::METHOD_NOT_ALLOWED, "wrong-method", message).into_response()
}

/// Refuses a path that is no text like everything else that cannot be read.
async fn readable(request: Request, next: Next) -> Response {
    match query::is_text(request.uri().path()) {
        true => next.run(request).await,
        false => error::Error::malformed("The path is no UTF-8.").into_response(),
    }
}

async fn count(State(app): State<Arc<App>>, request: Request, next: Next) -> Response {
    let response = next.run(request).await;
    app.metrics.requests.add(1);
    response
}
