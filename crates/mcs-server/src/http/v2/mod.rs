//! `/mcs/v2`: the contract with devices (CONTRACT §3.1, §4, §5.3). Old programs look for single
//! words in the answers; `mcs_model::rest` writes them.

pub(super) mod connections;
pub(super) mod device;
pub(super) mod firmwares;
pub(super) mod points;

use std::sync::Arc;

use axum::http::{HeaderMap, HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};
use mcs_model::rest::Failure;
use mcs_model::{DeviceId, DeviceKey};
use serde_json::Value;

use super::body::BodyError;
use crate::app::App;
use crate::registry::{Denied, Device};
use crate::store::Unavailable;

/// Most bytes of a request's body: five points, each of them may be a picture.
const MAX_BODY: u32 = 8 << 20;

/// What a caller gets: by the path's suffix, not by a header (CONTRACT §4.1).
#[derive(Clone, Copy, PartialEq, Eq)]
enum Format {
    Json,
    Csv,
}

impl Format {
    fn fail(self, failure: Failure) -> Response {
        let status =
            StatusCode::from_u16(failure.status).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
        match self {
            Self::Json => (status, json(&failure.to_json())).into_response(),
            Self::Csv => (status, text("text/csv", failure.to_csv())).into_response(),
        }
    }

    /// The reason is logged, not told.
    fn broken(self, error: &anyhow::Error) -> Response {
        if error.is::<Unavailable>() {
            let retry = [(header::RETRY_AFTER, HeaderValue::from(Unavailable::RETRY_AFTER))];
            return (retry, self.fail(Failure::new(503, "Service Unavailable"))).into_response();
        }
        tracing::error!("{error:#}");
        self.fail(Failure::new(500, "Internal Server Error"))
    }

    fn unread(self, error: &BodyError) -> Response {
        self.fail(match error {
            BodyError::TooLarge(limit) => {
                Failure::new(413, format!("The body is larger than {limit} bytes."))
            }
            BodyError::Broken => Failure::new(400, "The body did not arrive."),
        })
    }

    /// The device of the path, if the header `deviceKey` holds its key. An unknown device is told
    /// no different from a wrong key.
    async fn device(
        self,
        app: &App,
        id: &str,
        headers: &HeaderMap,
    ) -> Result<Arc<Device>, Response> {
        let key = headers.get("devicekey").and_then(|it| it.to_str().ok());
        let id = id.parse::<DeviceId>().ok();
        let key = key.and_then(|it| it.trim().parse::<DeviceKey>().ok());
        let (Some(id), Some(key)) = (id, key) else {
            tracing::warn!(
                "refused: the device's id or the header deviceKey is missing or malformed"
            );
            return Err(self.fail(Failure::not_permitted()));
        };
        app.registry.authorize(&id, &key).await.map_err(|denied| match denied {
            Denied::Broken(error) => self.broken(&error),
            denied => {
                tracing::warn!("refused: {denied}");
                self.fail(Failure::not_permitted())
            }
        })
    }
}

/// Any path below `/mcs` that is none of ours.
pub(super) async fn no_call() -> Response {
    Format::Json.fail(Failure::new(404, "API not found"))
}

/// An answer that is `application/json` and nothing more.
fn json(body: &Value) -> Response {
    text("application/json", body.to_string())
}

fn text(content_type: &'static str, body: String) -> Response {
    ([(header::CONTENT_TYPE, HeaderValue::from_static(content_type))], body).into_response()
}
