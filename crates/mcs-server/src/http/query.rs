//! What stands in the address of a call.

use axum::extract::{FromRequestParts, Query};
use axum::http::request::Parts;
use serde::de::DeserializeOwned;

use super::error::Error;

/// The parameters of a call. What cannot be read is refused like everything else that is wrong.
pub(super) struct Asked<T>(pub(super) T);

impl<S: Sync, T: DeserializeOwned> FromRequestParts<S> for Asked<T> {
    type Rejection = Error;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self, Error> {
        let Query(asked) = Query::try_from_uri(&parts.uri)
            .map_err(|rejection| Error::malformed(rejection.body_text()))?;
        Ok(Self(asked))
    }
}

/// Whether a path is UTF-8 once its `%xx` are the bytes that they stand for.
pub(super) fn is_text(path: &str) -> bool {
    let digit = |it: u8| char::from(it).to_digit(16).and_then(|it| u8::try_from(it).ok());
    let mut bytes = Vec::with_capacity(path.len());
    let mut rest = path.as_bytes();
    while let [first, after @ ..] = rest {
        rest = after;
        match (first, after) {
            (b'%', [high, low, after @ ..])
                if let (Some(high), Some(low)) = (digit(*high), digit(*low)) =>
            {
                bytes.push(high << 4 | low);
                rest = after;
            }
            _ => bytes.push(*first),
        }
    }
    std::str::from_utf8(&bytes).is_ok()
}
