//! The documentation of every call, made from the functions that answer them: for programs as
//! OpenAPI, for people as a page without script.

mod document;
mod page;

use std::sync::Arc;

use axum::Extension;
use axum::extract::State;
use axum::http::{HeaderMap, HeaderValue, header};
use axum::response::{IntoResponse, Response};
use serde_json::Value;
use utoipa::openapi::OpenApi;

use super::Way;
use super::console::secure;
use crate::app::App;

/// The documentation, written once.
#[derive(Clone)]
pub(super) struct Docs(Arc<Written>);

struct Written {
    document: Value,
    json: String,
}

impl Docs {
    /// Documents the calls that the router collected.
    pub(super) fn new(calls: OpenApi) -> Self {
        let document = document::complete(calls);
        Self(Arc::new(Written { json: document.to_string(), document }))
    }
}

/// The OpenAPI document
///
/// OpenAPI 3.1, of every call of this server. It needs no login, and tells nothing about anybody.
#[utoipa::path(get, path = "/api/openapi.json", tag = "Documentation",
    responses((status = 200, body = Object, description = "The document.")))]
pub(super) async fn openapi(Extension(docs): Extension<Docs>) -> Response {
    // Whatever draws OpenAPI documents may fetch it, from wherever it is served.
    let everybody = (header::ACCESS_CONTROL_ALLOW_ORIGIN, HeaderValue::from_static("*"));
    let kind = (header::CONTENT_TYPE, HeaderValue::from_static("application/json"));
    ([everybody, kind], docs.0.json.clone()).into_response()
}

/// This page
#[utoipa::path(get, path = "/api/docs", tag = "Documentation",
    responses((status = 200, body = String, content_type = "text/html", description = "The page.")))]
pub(super) async fn page(
    State(app): State<Arc<App>>,
    Extension(docs): Extension<Docs>,
    Extension(way): Extension<Way>,
    headers: HeaderMap,
) -> Response {
    let base = page::base(&app, way, &headers);
    let html = page::render(&docs.0.document, &base, app.config.demo);
    secure(axum::response::Html(html).into_response())
}

/// This page, too
#[utoipa::path(get, path = "/api/", tag = "Documentation",
    responses((status = 200, body = String, content_type = "text/html", description = "The page.")))]
pub(super) async fn page_in_folder(
    app: State<Arc<App>>,
    docs: Extension<Docs>,
    way: Extension<Way>,
    headers: HeaderMap,
) -> Response {
    page(app, docs, way, headers).await
}

/// The page's style sheet
#[utoipa::path(get, path = "/api/docs.css", tag = "Documentation",
    responses((status = 200, body = String, content_type = "text/css", description = "The sheet.")))]
pub(super) async fn style() -> Response {
    let kind = HeaderValue::from_static("text/css; charset=utf-8");
    secure(([(header::CONTENT_TYPE, kind)], include_str!("style.css")).into_response())
}
