//! The console's files over HTTP.

use std::sync::Arc;

use axum::extract::State;
use axum::http::{HeaderMap, HeaderValue, Method, StatusCode, Uri, header};
use axum::response::{IntoResponse, Response};

use crate::app::App;
use crate::console::Encoding;

/// Page and worker load from here only; the engine may talk to any broker that the operator names,
/// and fetches a firmware back from wherever devices will.
const POLICY: &str = "default-src 'none'; script-src 'self' 'wasm-unsafe-eval'; \
                      worker-src 'self'; style-src 'self'; img-src 'self' data: blob:; \
                      connect-src 'self' http: https: ws: wss:; manifest-src 'self'; base-uri 'none'; \
                      form-action 'none'; frame-ancestors 'none'";

const UNBUILT: &str = "<!doctype html><meta charset=utf-8><title>MCS Console</title>\
    <h1>MCS Console</h1><p>This server was built without the console's files.</p>\
    <p>Build them with <code>trunk build --release</code> in the repository and build the server \
    again, or start it with <code>--console DIR</code>.</p>";

/// Any path that is no other route: a file, or the page, which routes the rest itself.
pub(super) async fn file(
    State(app): State<Arc<App>>,
    method: Method,
    uri: Uri,
    headers: HeaderMap,
) -> Response {
    if method != Method::GET && method != Method::HEAD {
        return (StatusCode::METHOD_NOT_ALLOWED, "only GET here").into_response();
    }
    let path = uri.path().trim_start_matches('/');
    let named = if path.is_empty() { "index.html" } else { path };
    if let Some(response) = find(&app, named, &headers).await {
        return response;
    }
    // A missing file is missing; a page of the console is index.html.
    if named.rsplit('/').next().is_some_and(|name| name.contains('.')) && named != "index.html" {
        return (StatusCode::NOT_FOUND, "not found").into_response();
    }
    match find(&app, "index.html", &headers).await {
        Some(response) => response,
        None => secure((StatusCode::OK, axum::response::Html(UNBUILT)).into_response()),
    }
}

async fn find(app: &App, path: &str, asked: &HeaderMap) -> Option<Response> {
    let accepted = asked.get(header::ACCEPT_ENCODING).and_then(|it| it.to_str().ok());
    let takes = |encoding| {
        let name = name(encoding);
        let mut offers = accepted.unwrap_or_default().split(',').map(str::trim);
        offers.any(|it| it.split(';').next() == Some(name) && !it.ends_with(";q=0"))
    };
    let (file, encoding) = app.console.file(path, takes).await?;
    let etag = HeaderValue::from_str(&format!("\"{}\"", file.tag)).ok()?;
    let known = asked.get_all(header::IF_NONE_MATCH).iter().any(|it| *it == etag);
    let mut response = if known {
        StatusCode::NOT_MODIFIED.into_response()
    } else {
        let content_type = HeaderValue::from_static(content_type(path));
        ([(header::CONTENT_TYPE, content_type)], file.bytes).into_response()
    };
    let headers = response.headers_mut();
    headers.insert(header::ETAG, etag);
    headers.insert(header::CACHE_CONTROL, HeaderValue::from_static(cache(path)));
    headers.insert(header::VARY, HeaderValue::from_static("Accept-Encoding"));
    if let Some(encoding) = encoding {
        headers.insert(header::CONTENT_ENCODING, HeaderValue::from_static(name(encoding)));
    }
    Some(secure(response))
}

fn name(encoding: Encoding) -> &'static str {
    match encoding {
        Encoding::Brotli => "br",
        Encoding::Gzip => "gzip",
    }
}

/// Adds the headers that keep a page to itself.
pub(super) fn secure(mut response: Response) -> Response {
    for (name, value) in [
        ("content-security-policy", POLICY),
        ("x-content-type-options", "nosniff"),
        ("referrer-policy", "no-referrer"),
        ("cross-origin-opener-policy", "same-origin"),
        ("cross-origin-resource-policy", "same-origin"),
        ("permissions-policy", "camera=(), microphone=(), geolocation=()"),
    ] {
        response.headers_mut().insert(name, HeaderValue::from_static(value));
    }
    response
}

/// Trunk puts a hash of at least 12 hex digits into the names of files that never change.
fn cache(path: &str) -> &'static str {
    let hashed = path
        .split(['-', '.', '_', '/'])
        .any(|part| part.len() >= 12 && part.bytes().all(|b| b.is_ascii_hexdigit()));
    if hashed { "public, max-age=31536000, immutable" } else { "no-cache" }
}

fn content_type(path: &str) -> &'static str {
    match path.rsplit('.').next() {
        Some("html") => "text/html; charset=utf-8",
        Some("js" | "mjs") => "text/javascript; charset=utf-8",
        Some("css") => "text/css; charset=utf-8",
        Some("wasm") => "application/wasm",
        Some("json" | "webmanifest") => "application/json",
        Some("svg") => "image/svg+xml",
        Some("png") => "image/png",
        Some("ico") => "image/x-icon",
        Some("txt") => "text/plain; charset=utf-8",
        _ => "application/octet-stream",
    }
}
