//! Pages of other origins may call `/mcs/v2`: a browser app proves itself by headers that it has to
//! know, never by a cookie, so the caller's origin gives nobody anything.

use axum::extract::Request;
use axum::http::{HeaderName, HeaderValue, Method, StatusCode, header};
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};

const ALLOWED: [(HeaderName, &str); 4] = [
    (header::ACCESS_CONTROL_ALLOW_METHODS, "GET, POST, PUT, DELETE"),
    (
        header::ACCESS_CONTROL_ALLOW_HEADERS,
        "Authorization, Content-Type, appId, appSecret, deviceKey",
    ),
    (header::ACCESS_CONTROL_MAX_AGE, "86400"),
    (header::ALLOW, "GET, POST, PUT, DELETE, OPTIONS"),
];

/// Answers a preflight, and lets pages read every other answer.
pub(in crate::http) async fn cors(request: Request, next: Next) -> Response {
    let mut response = if request.method() == Method::OPTIONS {
        let mut response = StatusCode::NO_CONTENT.into_response();
        for (name, value) in ALLOWED {
            response.headers_mut().insert(name, HeaderValue::from_static(value));
        }
        response
    } else {
        next.run(request).await
    };
    let everybody = HeaderValue::from_static("*");
    response.headers_mut().insert(header::ACCESS_CONTROL_ALLOW_ORIGIN, everybody);
    response
}
