//! `/mcs/v2`: the contract with devices and apps (CONTRACT §3.1, §4, §5.3). Old programs look for
//! single words in the answers; `mcs_model::rest` writes them.

pub(super) mod absent;
mod caller;
pub(super) mod commands;
pub(super) mod connections;
mod cors;
pub(super) mod devices;
pub(super) mod firmwares;
pub(super) mod points;
pub(super) mod products;
pub(super) mod registration;

use axum::body::Body;
use axum::extract::Request;
use axum::http::{HeaderMap, HeaderValue, StatusCode, Uri, header};
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};
use bytes::Bytes;
use mcs_model::rest::Failure;
use serde_json::Value;

use super::body::{self, BodyError};
use super::query;
use crate::store::Unavailable;

pub(super) use cors::cors;

/// Most bytes of a request's body: five points, each of them may be a picture.
const MAX_BODY: u32 = 8 << 20;
/// Most bytes of a body that is read before its sender has proved anything, and of any other body
/// that holds no points.
const MAX_SMALL_BODY: u32 = 64 << 10;

/// What a caller gets: by the path's suffix, not by a header (CONTRACT §4.1).
#[derive(Clone, Copy, PartialEq, Eq)]
enum Format {
    Json,
    Csv,
    /// JSON with the words that the documents show for the calls of firmwares.
    Firmware,
}

impl Format {
    fn of(path: &str) -> Self {
        if path.ends_with(".csv") { Self::Csv } else { Self::Json }
    }

    fn fail(self, failure: Failure) -> Response {
        let status =
            StatusCode::from_u16(failure.status).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
        match self {
            Self::Json | Self::Firmware => (status, json(&failure.to_json())).into_response(),
            Self::Csv => (status, text("text/csv", failure.to_csv())).into_response(),
        }
    }

    /// The caller's mistake, as a sentence.
    fn malformed(self, why: &impl ToString) -> Response {
        self.fail(Failure::new(400, why.to_string()))
    }

    /// The reason is logged, not told.
    fn broken(self, error: &anyhow::Error) -> Response {
        if Unavailable::is_cause_of(error) {
            let retry = [(header::RETRY_AFTER, HeaderValue::from(Unavailable::RETRY_AFTER))];
            return (retry, self.fail(Failure::new(503, "Service Unavailable"))).into_response();
        }
        tracing::error!("{error:#}");
        self.fail(Failure::new(500, "Internal Server Error"))
    }

    /// A body of at most `limit` bytes.
    async fn body(self, headers: &HeaderMap, body: Body, limit: u32) -> Result<Bytes, Response> {
        body::read(headers, body, limit).await.map_err(|error| {
            self.fail(match error {
                BodyError::TooLarge(limit) => {
                    Failure::new(413, format!("The body is larger than {limit} bytes."))
                }
                BodyError::Broken => Failure::new(400, "The body did not arrive."),
            })
        })
    }
}

/// Any path below `/mcs` that is none of ours.
pub(super) async fn no_call(uri: Uri) -> Response {
    Format::of(uri.path()).fail(Failure::new(404, "API not found"))
}

/// One of our paths, called by a method that it has not.
pub(super) async fn wrong_method(uri: Uri) -> Response {
    Format::of(uri.path()).fail(Failure::new(405, "Method Not Allowed"))
}

/// Refuses a path that is no text.
pub(super) async fn readable(request: Request, next: Next) -> Response {
    match query::is_text(request.uri().path()) {
        true => next.run(request).await,
        false => Format::of(request.uri().path()).malformed(&"the path is no UTF-8"),
    }
}

/// Refusals are answers too.
async fn answer(outcome: impl Future<Output = Result<Response, Response>>) -> Response {
    match outcome.await {
        Ok(response) | Err(response) => response,
    }
}

/// An answer that is `application/json` and nothing more.
fn json(body: &Value) -> Response {
    text("application/json", body.to_string())
}

fn text(content_type: &'static str, body: String) -> Response {
    ([(header::CONTENT_TYPE, HeaderValue::from_static(content_type))], body).into_response()
}
