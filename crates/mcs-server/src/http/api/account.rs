//! What people do with their own account.

use std::net::SocketAddr;
use std::sync::Arc;

use axum::body::Body;
use axum::extract::{ConnectInfo, State};
use axum::http::{HeaderMap, StatusCode};
use mcs_model::api::{ApiError, PasswordChange};

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
