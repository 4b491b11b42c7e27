//! Request bodies, refused before they are read when they are too large.

use std::time::Duration;

use axum::body::Body;
use axum::http::{HeaderMap, header};
use bytes::Bytes;
use http_body_util::{BodyExt as _, LengthLimitError, Limited};
use serde::de::DeserializeOwned;
use tokio::time::timeout;

use super::error::Error;

/// A whole small body must be here after this long.
const TIME: Duration = Duration::from_secs(30);

/// Why a body was not read.
pub(super) enum BodyError {
    /// It is longer than this.
    TooLarge(u64),
    /// It did not come, or not in time.
    Broken,
}

impl From<BodyError> for Error {
    fn from(error: BodyError) -> Self {
        match error {
            BodyError::TooLarge(limit) => Self::too_large(limit),
            BodyError::Broken => Self::malformed("The body did not arrive."),
        }
    }
}

/// Refuses a body that announces more than `limit` bytes.
pub(super) fn check_length(headers: &HeaderMap, limit: u64) -> Result<(), BodyError> {
    let announced = headers.get(header::CONTENT_LENGTH).and_then(|it| it.to_str().ok());
    match announced.and_then(|it| it.parse::<u64>().ok()) {
        Some(length) if length > limit => Err(BodyError::TooLarge(limit)),
        _ => Ok(()),
    }
}

/// Reads a body of at most `limit` bytes.
pub(super) async fn read(headers: &HeaderMap, body: Body, limit: u32) -> Result<Bytes, BodyError> {
    check_length(headers, limit.into())?;
    let limited = Limited::new(body, usize::try_from(limit).unwrap_or(usize::MAX));
    match timeout(TIME, limited.collect()).await {
        Ok(Ok(body)) => Ok(body.to_bytes()),
        Ok(Err(error)) if error.is::<LengthLimitError>() => Err(BodyError::TooLarge(limit.into())),
        Ok(Err(_)) | Err(_) => Err(BodyError::Broken),
    }
}

/// Reads a JSON body of at most 64 KiB, whatever its content type says.
pub(super) async fn json<T: DeserializeOwned>(headers: &HeaderMap, body: Body) -> Result<T, Error> {
    json_of(headers, body, 64 << 10).await
}

/// Reads a JSON body of at most `limit` bytes, whatever its content type says.
pub(super) async fn json_of<T: DeserializeOwned>(
    headers: &HeaderMap,
    body: Body,
    limit: u32,
) -> Result<T, Error> {
    let body = read(headers, body, limit).await?;
    serde_json::from_slice(&body).map_err(|error| Error::malformed(format!("The body: {error}.")))
}
