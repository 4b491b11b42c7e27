//! Who calls `/api`: the session cookie, or a bearer token.

use std::sync::Arc;

use axum::extract::FromRequestParts;
use axum::http::request::Parts;
use axum::http::{HeaderMap, Method, StatusCode, header};
use mcs_model::api::Role;

use super::error::Error;
use crate::app::App;

/// The cookie's name.
pub(super) const COOKIE: &str = "mcs_session";

/// A signed-in caller.
pub(super) struct Operator {
    pub(super) name: String,
    pub(super) role: Role,
    pub(super) token: String,
}

impl Operator {
    /// Refuses callers that may only see.
    pub(super) fn may_change(&self) -> Result<(), Error> {
        match self.role {
            Role::Admin | Role::Operator => Ok(()),
            Role::Viewer => {
                let message = format!("{} may see, and change nothing.", self.name);
                Err(Error::Refused(StatusCode::FORBIDDEN, "not-allowed", message))
            }
        }
    }
}

impl FromRequestParts<Arc<App>> for Operator {
    type Rejection = Error;

    async fn from_request_parts(parts: &mut Parts, app: &Arc<App>) -> Result<Self, Error> {
        let token = match bearer(&parts.headers) {
            Some(token) => token,
            None => {
                let token = cookie(&parts.headers).ok_or_else(Error::signed_out)?;
                check_origin(parts)?;
                token
            }
        };
        let session = app.operators.session(token).await?.ok_or_else(Error::signed_out)?;
        Ok(Self { name: session.user, role: session.role, token: token.to_owned() })
    }
}

fn bearer(headers: &HeaderMap) -> Option<&str> {
    let value = headers.get(header::AUTHORIZATION)?.to_str().ok()?;
    let (scheme, token) = value.split_once(' ')?;
    scheme.eq_ignore_ascii_case("bearer").then(|| token.trim())
}

fn cookie(headers: &HeaderMap) -> Option<&str> {
    let lines = headers.get_all(header::COOKIE).iter().filter_map(|it| it.to_str().ok());
    let mut cookies = lines.flat_map(|line| line.split(';'));
    cookies.find_map(|it| it.trim().strip_prefix(COOKIE)?.strip_prefix('='))
}

/// A browser sends the cookie with other sites' forms too, but never this header.
fn check_origin(parts: &Parts) -> Result<(), Error> {
    let safe = [Method::GET, Method::HEAD].contains(&parts.method);
    if safe || parts.headers.get("x-requested-with").is_some_and(|it| it == "mcs-console") {
        return Ok(());
    }
    let message = "The header X-Requested-With: mcs-console is missing.".to_owned();
    Err(Error::Refused(StatusCode::FORBIDDEN, "wrong-origin", message))
}
