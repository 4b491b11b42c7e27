//! What stands behind the `?` of a call of `/api`.

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
