//! Signing in and out.

use std::net::SocketAddr;
use std::sync::Arc;

use axum::body::Body;
use axum::extract::{ConnectInfo, State};
use axum::http::{HeaderMap, StatusCode, header};
use axum::response::{IntoResponse, Response};
use axum::{Extension, Json};
use mcs_model::api::{ApiError, LoginRequest, Role, SessionInfo};
use serde::Deserialize;

use crate::app::App;
use crate::http::error::Error;
use crate::http::operator::{self, Operator};
use crate::http::query::Asked;
use crate::http::{Way, body, effect};
use crate::operators::{SESSION_LIFE, Whence, ticket};

/// Sign in
///
/// Answers a cookie and, for programs, the same as a bearer token; both end after a week.
#[utoipa::path(
    post,
    path = "/api/login",
    tag = "Console",
    request_body(content = LoginRequest, example = json!({ "name": "ada", "password": "…" })),
    responses(
        (status = 200, body = SessionInfo, description = "Who is signed in."),
        (status = 401, body = ApiError, description = "The name or the password is wrong."),
    ),
)]
pub(in crate::http) async fn login(
    State(app): State<Arc<App>>,
    ConnectInfo(peer): ConnectInfo<SocketAddr>,
    Extension(way): Extension<Way>,
    headers: HeaderMap,
    body: Body,
) -> Result<Response, Error> {
    // A form of another site could sign its visitors in as somebody of its choice.
    if headers.get("sec-fetch-site").is_some_and(|it| it == "cross-site") {
        let message = "Sign in on the console's own page.".to_owned();
        return Err(Error::Refused(StatusCode::FORBIDDEN, "wrong-origin", message));
    }
    let login: LoginRequest = body::json(&headers, body).await?;
    let program = headers.get(header::USER_AGENT).and_then(|it| it.to_str().ok());
    let whence = Whence { peer: peer.ip(), program: program.unwrap_or_default().to_owned() };
    match app.operators.sign_in(&login.name, login.password, whence).await? {
        Ok(signed_in) => {
            let info = info(&app, signed_in.user, signed_in.role, &signed_in.token);
            let cookie = cookie(&app, &headers, way, &signed_in.token, SESSION_LIFE.as_secs());
            let info = SessionInfo { token: Some(signed_in.token), ..info };
            Ok(([(header::SET_COOKIE, cookie)], Json(info)).into_response())
        }
        Err(error) => Err(error.into()),
    }
}

/// How far signing out goes.
#[derive(Deserialize, utoipa::IntoParams)]
#[into_params(parameter_in = Query)]
pub(in crate::http) struct Leave {
    /// All sessions of the user end, wherever they are open.
    #[serde(default)]
    everywhere: bool,
}

/// Sign out
#[utoipa::path(post, path = "/api/logout", tag = "Console", params(Leave),
    responses((status = 204, description = "The session is over.")))]
pub(in crate::http) async fn logout(
    State(app): State<Arc<App>>,
    operator: Operator,
    Asked(Leave { everywhere }): Asked<Leave>,
    Extension(way): Extension<Way>,
    headers: HeaderMap,
) -> Result<Response, Error> {
    let leave = {
        let app = app.clone();
        async move {
            if everywhere {
                app.sign_out_everywhere(&operator.name).await
            } else {
                app.sign_out(&operator.token).await
            }
        }
    };
    effect::whole(&app, leave).await?;
    let cookie = cookie(&app, &headers, way, "", 0);
    Ok((StatusCode::NO_CONTENT, [(header::SET_COOKIE, cookie)]).into_response())
}

/// Who is signed in
#[utoipa::path(get, path = "/api/session", tag = "Console",
    responses((status = 200, body = SessionInfo, description = "Who is signed in.")))]
pub(in crate::http) async fn session(
    State(app): State<Arc<App>>,
    operator: Operator,
) -> Json<SessionInfo> {
    Json(info(&app, operator.name, operator.role, &operator.token))
}

fn info(app: &App, name: String, role: Role, token: &str) -> SessionInfo {
    SessionInfo {
        name,
        role,
        mqtt_ticket: ticket(token),
        token: None,
        server_version: env!("CARGO_PKG_VERSION").to_owned(),
        mqtt_port: Some(app.addrs().mqtt.port()),
    }
}

/// The cookie for who asked so: one that came in by TLS never leaves without.
fn cookie(app: &App, asked: &HeaderMap, way: Way, value: &str, seconds: u64) -> String {
    let encrypted = operator::encrypted(app, way);
    let secure = if encrypted { "; Secure" } else { "" };
    let name = operator::cookie(asked, encrypted);
    format!("{name}={value}; HttpOnly; SameSite=Strict; Path=/; Max-Age={seconds}{secure}")
}
