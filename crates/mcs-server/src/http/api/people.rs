//! People: who may sign in, and what they may do. For administrators.

use std::sync::Arc;

use axum::Json;
use axum::body::Body;
use axum::extract::{Path, State};
use axum::http::{HeaderMap, StatusCode};
use mcs_model::api::{
    ApiError, Grant, GrantChange, GrantedOn, NewPassword, NewPerson, Person, RoleChange,
};

use crate::app::App;
use crate::http::error::Error;
use crate::http::operator::Operator;
use crate::http::{body, effect};
use crate::operators;
use crate::store::{self, PersonRow, Scope};

/// List the people
///
/// For administrators, as are the other calls of people.
#[utoipa::path(get, path = "/api/users", tag = "Console",
    responses((status = 200, body = [Person], description = "Everybody, by name.")))]
pub(in crate::http) async fn list(
    State(app): State<Arc<App>>,
    operator: Operator,
) -> Result<Json<Vec<Person>>, Error> {
    operator.administers(&app)?;
    Ok(Json(app.store.people().await?.into_iter().map(person).collect()))
}

/// Add somebody
#[utoipa::path(post, path = "/api/users", tag = "Console",
    request_body(content = NewPerson,
        example = json!({ "name": "mia", "role": "member", "password": "…" })),
    responses(
        (status = 201, description = "The person may sign in."),
        (status = 409, body = ApiError, description = "Somebody has that name."),
    ))]
pub(in crate::http) async fn add(
    State(app): State<Arc<App>>,
    operator: Operator,
    headers: HeaderMap,
    body: Body,
) -> Result<StatusCode, Error> {
    let by = admin(&app, operator)?;
    let NewPerson { name, role, password } = body::json(&headers, body).await?;
    operators::check_name(&name)?;
    let user = store::UserRow { name, password: app.operators.hash(password).await?, role };
    change(&app, async move |app| {
        app.store.add_user(&user).await?;
        tracing::info!(by, user = user.name, role = ?user.role, "user added");
        Ok(())
    })
    .await?;
    Ok(StatusCode::CREATED)
}

/// Give somebody another role
///
/// It holds at once. Nobody changes the own role: so there is always an administrator.
#[utoipa::path(put, path = "/api/users/{user}/role", tag = "Console",
    request_body(content = RoleChange, example = json!({ "role": "operator" })),
    responses((status = 204, description = "The role is changed.")))]
pub(in crate::http) async fn role(
    State(app): State<Arc<App>>,
    operator: Operator,
    Path(user): Path<String>,
    headers: HeaderMap,
    body: Body,
) -> Result<StatusCode, Error> {
    let by = admin_over(&app, operator, &user)?;
    let RoleChange { role } = body::json(&headers, body).await?;
    change(&app, async move |app| {
        app.store.set_role(&user, role).await?;
        tracing::info!(by, user, ?role, "role changed");
        Ok(())
    })
    .await
}

/// Give somebody another password
///
/// All sessions of that person end. The own password is changed by `/api/account/password`.
#[utoipa::path(put, path = "/api/users/{user}/password", tag = "Console",
    request_body(content = NewPassword, example = json!({ "password": "…" })),
    responses((status = 204, description = "The password is changed.")))]
pub(in crate::http) async fn password(
    State(app): State<Arc<App>>,
    operator: Operator,
    Path(user): Path<String>,
    headers: HeaderMap,
    body: Body,
) -> Result<StatusCode, Error> {
    let by = admin_over(&app, operator, &user)?;
    let NewPassword { password } = body::json(&headers, body).await?;
    let hash = app.operators.hash(password).await?;
    change(&app, async move |app| {
        app.store.set_password(&user, &hash, None).await?;
        tracing::info!(by, user, "password reset");
        Ok(())
    })
    .await
}

/// Remove somebody
///
/// Sessions, grants and programs of that person go too. Nobody removes the own account.
#[utoipa::path(delete, path = "/api/users/{user}", tag = "Console",
    responses((status = 204, description = "The person is gone.")))]
pub(in crate::http) async fn remove(
    State(app): State<Arc<App>>,
    operator: Operator,
    Path(user): Path<String>,
) -> Result<StatusCode, Error> {
    let by = admin_over(&app, operator, &user)?;
    change(&app, async move |app| {
        app.store.remove_user(&user).await?;
        tracing::info!(by, user, "user removed");
        Ok(())
    })
    .await
}

/// Let somebody see or control a device
///
/// In place of what was granted on the same device.
#[utoipa::path(put, path = "/api/users/{user}/grants/devices/{id}", tag = "Console",
    request_body(content = GrantChange, example = json!({ "right": "control" })),
    responses((status = 204, description = "The right is granted.")))]
pub(in crate::http) async fn grant_device(
    State(app): State<Arc<App>>,
    operator: Operator,
    Path((user, id)): Path<(String, String)>,
    headers: HeaderMap,
    body: Body,
) -> Result<StatusCode, Error> {
    let by = admin(&app, operator)?;
    let scope = of_device(&id)?;
    grant(&app, by, user, scope, body::json(&headers, body).await?).await
}

/// Let somebody see or control all devices of a prototype, and its firmware
#[utoipa::path(put, path = "/api/users/{user}/grants/prototypes/{product}", tag = "Console",
    request_body(content = GrantChange, example = json!({ "right": "see" })),
    responses((status = 204, description = "The right is granted.")))]
pub(in crate::http) async fn grant_prototype(
    State(app): State<Arc<App>>,
    operator: Operator,
    Path((user, id)): Path<(String, String)>,
    headers: HeaderMap,
    body: Body,
) -> Result<StatusCode, Error> {
    let by = admin(&app, operator)?;
    let scope = of_prototype(&id)?;
    grant(&app, by, user, scope, body::json(&headers, body).await?).await
}

/// Take back what was granted on a device
#[utoipa::path(delete, path = "/api/users/{user}/grants/devices/{id}", tag = "Console",
    responses((status = 204, description = "The grant is taken back.")))]
pub(in crate::http) async fn revoke_device(
    State(app): State<Arc<App>>,
    operator: Operator,
    Path((user, id)): Path<(String, String)>,
) -> Result<StatusCode, Error> {
    let by = admin(&app, operator)?;
    revoke(&app, by, user, of_device(&id)?).await
}

/// Take back what was granted on a prototype
#[utoipa::path(delete, path = "/api/users/{user}/grants/prototypes/{product}", tag = "Console",
    responses((status = 204, description = "The grant is taken back.")))]
pub(in crate::http) async fn revoke_prototype(
    State(app): State<Arc<App>>,
    operator: Operator,
    Path((user, id)): Path<(String, String)>,
) -> Result<StatusCode, Error> {
    let by = admin(&app, operator)?;
    revoke(&app, by, user, of_prototype(&id)?).await
}

/// The name of the administrator who calls.
fn admin(app: &App, operator: Operator) -> Result<String, Error> {
    operator.administers(app)?;
    if !app.flood.take(&format!(" {} people", operator.name)) {
        return Err(Error::TooMany(1));
    }
    Ok(operator.name)
}

/// The same for what nobody does to the own account: by a slip there would be no administrator any more.
fn admin_over(app: &App, operator: Operator, user: &str) -> Result<String, Error> {
    if operator.name == user {
        operator.administers(app)?;
        let message = "Another administrator has to do that to your own account.".to_owned();
        return Err(Error::Refused(StatusCode::CONFLICT, "own-account", message));
    }
    admin(app, operator)
}

async fn grant(
    app: &Arc<App>,
    by: String,
    user: String,
    scope: Scope,
    GrantChange { right }: GrantChange,
) -> Result<StatusCode, Error> {
    let granted = store::Grant { scope, right };
    change(app, async move |app| {
        app.store.grant(&user, &granted).await?;
        tracing::info!(by, user, grant = ?granted, "right granted");
        Ok(())
    })
    .await
}

async fn revoke(
    app: &Arc<App>,
    by: String,
    user: String,
    scope: Scope,
) -> Result<StatusCode, Error> {
    change(app, async move |app| {
        app.store.revoke(&user, &scope).await?;
        tracing::info!(by, user, grant = ?scope, "grant taken back");
        Ok(())
    })
    .await
}

/// Does it, and lets it hold at once.
async fn change<F>(
    app: &Arc<App>,
    change: impl FnOnce(Arc<App>) -> F + Send + 'static,
) -> Result<StatusCode, Error>
where
    F: Future<Output = anyhow::Result<()>> + Send + 'static,
{
    let work = {
        let app = app.clone();
        async move {
            change(app.clone()).await?;
            app.refresh_registry().await;
            Ok(())
        }
    };
    effect::whole(app, work).await?;
    Ok(StatusCode::NO_CONTENT)
}

fn of_device(id: &str) -> Result<Scope, Error> {
    let unknown = |_| Error::not_found("device", id);
    Ok(Scope::Device(id.parse().map_err(unknown)?))
}

fn of_prototype(id: &str) -> Result<Scope, Error> {
    let unknown = |_| Error::not_found("prototype", id);
    Ok(Scope::Prototype(id.parse().map_err(unknown)?))
}

fn person(row: PersonRow) -> Person {
    let grant = |it: store::Grant| Grant {
        on: match it.scope {
            Scope::Device(id) => GrantedOn::Device(id),
            Scope::Prototype(id) => GrantedOn::Prototype(id),
        },
        right: it.right,
    };
    Person { name: row.name, role: row.role, grants: row.grants.into_iter().map(grant).collect() }
}
