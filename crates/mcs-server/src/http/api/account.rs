//! What people do with their own account.

use std::net::SocketAddr;
use std::sync::Arc;

use axum::Json;
use axum::body::Body;
use axum::extract::{ConnectInfo, Path, State};
use axum::http::{HeaderMap, StatusCode};
use mcs_model::Timestamp;
use mcs_model::api::{ApiError, OwnSession, PasswordChange};

use crate::app::App;
use crate::http::error::Error;
use crate::http::operator::Operator;
use crate::http::{body, effect};

/// Change the own password
///
/// All other sessions of the user end. Too many wrong passwords are slowed down as they are at signing in.
#[utoipa::path(post, path = "/api/account/password", tag = "Console",
    request_body(content = PasswordChange, example = json!({ "current": "…", "new": "…" })),
    responses(
        (status = 204, description = "The password is changed."),
        (status = 403, body = ApiError, description = "`current` is wrong."),
    ))]
pub(in crate::http) async fn password(
    State(app): State<Arc<App>>,
    ConnectInfo(peer): ConnectInfo<SocketAddr>,
    operator: Operator,
    headers: HeaderMap,
    body: Body,
) -> Result<StatusCode, Error> {
    let change: PasswordChange = body::json(&headers, body).await?;
    let name = operator.name.clone();
    match app.operators.check(&name, change.current, peer.ip()).await? {
        Ok(_) => {}
        // 401 would say that the session is over.
        Err(crate::operators::LoginError::Wrong) => {
            let message = "That is not your password.".to_owned();
            return Err(Error::Refused(StatusCode::FORBIDDEN, "wrong-password", message));
        }
        Err(other) => return Err(other.into()),
    }
    let hash = app.operators.hash(change.new).await?;
    let change = {
        let app = app.clone();
        async move {
            app.operators.change_password(&name, &hash, &operator.token).await?;
            app.refresh_registry().await;
            tracing::info!(user = name, "password changed");
            Ok(())
        }
    };
    effect::whole(&app, change).await?;
    Ok(StatusCode::NO_CONTENT)
}

/// List the own sessions
///
/// Where the caller is signed in, the session that asks first. Only for sessions: a program that acts for somebody is
/// not told.
#[utoipa::path(get, path = "/api/account/sessions", tag = "Console",
    responses(
        (status = 200, body = [OwnSession], description = "The sessions, without anything that opens one."),
        (status = 403, body = ApiError, description = "The caller is a program."),
    ))]
pub(in crate::http) async fn sessions(
    State(app): State<Arc<App>>,
    operator: Operator,
) -> Result<Json<Vec<OwnSession>>, Error> {
    let here = in_person(&operator)?;
    let told = app.operators.sessions_of(&operator.name).await?;
    let time = |millis: i64| Timestamp::from_millis(u64::try_from(millis).unwrap_or_default());
    let mut sessions: Vec<_> = told
        .into_iter()
        .map(|it| OwnSession {
            here: it.row.id == here,
            connected: it.is_connected,
            opened: time(it.row.opened),
            seen: time(it.row.seen),
            id: it.row.id,
            address: it.row.address,
            program: it.row.program,
        })
        .collect();
    sessions.sort_by_key(|it| !it.here);
    Ok(Json(sessions))
}

/// End one of the own sessions
///
/// Whoever uses it is signed out. Only for sessions, as is the list of them.
#[utoipa::path(delete, path = "/api/account/sessions/{id}", tag = "Console",
    responses(
        (status = 204, description = "The session is over."),
        (status = 403, body = ApiError, description = "The caller is a program."),
        (status = 404, body = ApiError, description = "The caller has no such session."),
    ))]
pub(in crate::http) async fn end_session(
    State(app): State<Arc<App>>,
    operator: Operator,
    Path(id): Path<String>,
) -> Result<StatusCode, Error> {
    in_person(&operator)?;
    let end = {
        let (app, id) = (app.clone(), id.clone());
        async move {
            let was_there = app.end_session(&operator.name, &id).await?;
            if was_there {
                tracing::info!(user = operator.name, "session ended");
            }
            Ok(was_there)
        }
    };
    match effect::whole(&app, end).await? {
        true => Ok(StatusCode::NO_CONTENT),
        false => Err(Error::not_found("session", &id)),
    }
}

/// The id of the session that calls.
fn in_person(operator: &Operator) -> Result<String, Error> {
    operator.session.clone().ok_or_else(|| {
        let message =
            "Only who is signed in sees the own sessions, and a program is not.".to_owned();
        Error::Refused(StatusCode::FORBIDDEN, "not-allowed", message)
    })
}
