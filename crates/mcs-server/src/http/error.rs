//! One error type for `/api`: a status, a stable word, a sentence.

use axum::Json;
use axum::http::{HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};
use mcs_fota::rollout::api::{Refusal, RolloutRefusal};
use mcs_model::api::ApiError;

use crate::operators::LoginError;
use crate::store::{Mistake, Unavailable};

/// Why a call of `/api` did not do what it was asked.
#[derive(Debug)]
pub(crate) enum Error {
    /// The caller did something wrong, or may not.
    Refused(StatusCode, &'static str, String),
    /// The same about a rollout, with why for programs.
    Rollout(StatusCode, Box<RolloutRefusal>),
    /// Too many attempts; try again after so many seconds.
    TooMany(u64),
    /// We could not. The reason is logged, not told.
    Internal(anyhow::Error),
}

impl Error {
    /// The caller has no valid session.
    pub(crate) fn signed_out() -> Self {
        Self::Refused(StatusCode::UNAUTHORIZED, "signed-out", "You are not signed in.".to_owned())
    }

    /// The body is too large.
    pub(crate) fn too_large(limit: u64) -> Self {
        let message = format!("The body is larger than {limit} bytes.");
        Self::Refused(StatusCode::PAYLOAD_TOO_LARGE, "too-large", message)
    }

    /// There is no such thing.
    pub(crate) fn not_found(what: &str, id: &str) -> Self {
        let message = format!("There is no {what} {id:?}.");
        Self::Refused(StatusCode::NOT_FOUND, "not-found", message)
    }

    /// The server knows keys, and none of them vouches for this version.
    pub(crate) fn unsigned(version: &str) -> Self {
        let message = format!(
            "No trusted key vouches for the firmware {version}. Upload it with its signed manifest."
        );
        Self::Refused(StatusCode::UNPROCESSABLE_ENTITY, "unsigned", message)
    }

    /// A rollout is refused.
    pub(crate) fn rollout(why: Refusal) -> Self {
        let status = match why {
            Refusal::NotDone(_) => StatusCode::CONFLICT,
            _ => StatusCode::UNPROCESSABLE_ENTITY,
        };
        Self::Rollout(status, Box::new(why.into()))
    }

    /// The request cannot be read.
    pub(crate) fn malformed(message: impl Into<String>) -> Self {
        Self::Refused(StatusCode::BAD_REQUEST, "malformed", message.into())
    }
}

impl<E: Into<anyhow::Error>> From<E> for Error {
    fn from(error: E) -> Self {
        let error = error.into();
        match error.downcast_ref::<Mistake>() {
            Some(mistake) => Self::mistake(mistake),
            None => Self::Internal(error),
        }
    }
}

impl Error {
    fn mistake(mistake: &Mistake) -> Self {
        let (status, code) = match mistake {
            Mistake::Unknown(_) => (StatusCode::NOT_FOUND, "not-found"),
            Mistake::Taken(_) => (StatusCode::CONFLICT, "taken"),
            Mistake::LastAdministrator => (StatusCode::CONFLICT, "last-administrator"),
            Mistake::Name => (StatusCode::BAD_REQUEST, "name"),
            Mistake::Password(_) => (StatusCode::BAD_REQUEST, "password"),
        };
        let words = mistake.to_string();
        let mut letters = words.chars();
        let first = letters.next().map(|it| it.to_ascii_uppercase());
        let message = first.into_iter().chain(letters).chain(['.']).collect();
        Self::Refused(status, code, message)
    }
}

impl From<LoginError> for Error {
    fn from(error: LoginError) -> Self {
        match error {
            LoginError::Wrong => {
                let message = "The name or the password is wrong.".to_owned();
                Self::Refused(StatusCode::UNAUTHORIZED, "wrong-password", message)
            }
            LoginError::TooMany(wait) => Self::TooMany(wait.as_secs().max(1)),
            LoginError::Busy => Self::TooMany(1),
        }
    }
}

impl IntoResponse for Error {
    fn into_response(self) -> Response {
        let mut retry = None;
        let (status, code, message) = match self {
            Self::Refused(status, code, message) => (status, code, message),
            Self::Rollout(status, refusal) => return (status, Json(refusal)).into_response(),
            Self::TooMany(seconds) => {
                retry = Some(HeaderValue::from(seconds));
                let message = format!("Too many attempts. Try again in {seconds} s.");
                (StatusCode::TOO_MANY_REQUESTS, "too-many-attempts", message)
            }
            Self::Internal(error) if Unavailable::is_cause_of(&error) => {
                retry = Some(HeaderValue::from(Unavailable::RETRY_AFTER));
                let message = "Nothing can be stored at present. Try again later.".to_owned();
                (StatusCode::SERVICE_UNAVAILABLE, "unavailable", message)
            }
            Self::Internal(error) => {
                tracing::error!("{error:#}");
                let message = "The server could not do that; its log says why.".to_owned();
                (StatusCode::INTERNAL_SERVER_ERROR, "internal", message)
            }
        };
        let body = Json(ApiError { code: code.to_owned(), message });
        let mut response = (status, body).into_response();
        if let Some(retry) = retry {
            response.headers_mut().insert(header::RETRY_AFTER, retry);
        }
        response
    }
}
