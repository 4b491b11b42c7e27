//! How devices come and go (CONTRACT §4.5).

use std::sync::Arc;

use axum::body::Body;
use axum::extract::{Path, Query, State};
use axum::response::Response;
use mcs_model::api::Right;
use mcs_model::rest::{Failure, Registration, activated, deregistered, registered};

use super::caller::{Asker, Caller};
use super::{Format, MAX_SMALL_BODY, answer, json};
use crate::app::App;
use crate::http::effect;
use crate::store::DeviceRow;
use crate::{clock, random};

/// Register a device
///
/// For administrators' programs.
#[utoipa::path(
    post,
    path = "/mcs/v2/devices",
    tag = "Devices",
    request_body(content = Object, example = json!({
        "prodId": "PydFXsArwtru", "name": "Greenhouse", "isTest": true,
        "description": "", "serial": "", "deviceImageURL": "",
    })),
    responses((status = 200, body = Object, description = "The new device's id and key.")),
)]
pub(in crate::http) async fn register(
    State(app): State<Arc<App>>,
    asker: Asker,
    body: Body,
) -> Response {
    answer(async {
        let format = Format::Json;
        let user = format.admin(&app, &asker).await?;
        let body = format.body(&asker, body, MAX_SMALL_BODY).await?;
        let about = Registration::parse(&body).map_err(|error| format.malformed(&error))?;
        if !app.registry.snapshot().prototypes.contains_key(&about.product) {
            return Err(format.fail(Failure::new(404, "product not found")));
        }
        let device = new_device(&about).map_err(|error| format.broken(&error))?;
        let (id, key) = (device.id.clone(), device.key.clone());
        let register = {
            let app = app.clone();
            async move {
                app.store.register(&device, &about).await?;
                app.refresh_registry().await;
                tracing::info!(user = user.user, device = %device.id, "device registered");
                Ok(())
            }
        };
        effect::whole(&app, register).await.map_err(|error| format.broken(&error))?;
        Ok(json(&registered(&id, &key)))
    })
    .await
}

fn new_device(about: &Registration) -> anyhow::Result<DeviceRow> {
    Ok(DeviceRow {
        id: random::device_id()?,
        key: random::device_key()?,
        name: about.name.clone(),
        prototype: about.product.clone(),
    })
}

/// Whether the points go too.
#[derive(utoipa::IntoParams)]
#[into_params(parameter_in = Query)]
#[expect(dead_code, reason = "only documented")]
pub(in crate::http) struct With {
    /// `true` removes the device's points too; `remove_data` will do too.
    #[param(rename = "removeData")]
    remove_data: Option<bool>,
}

/// Deregister a device
///
/// For administrators' programs. Its connections end. Its points stay unless `removeData=true`.
#[utoipa::path(
    delete,
    path = "/mcs/v2/devices/{id}",
    tag = "Devices",
    params(With),
    responses((status = 200, body = Object, description = "`deviceId` and `deregisteredAt`.")),
)]
pub(in crate::http) async fn deregister(
    State(app): State<Arc<App>>,
    Path(id): Path<String>,
    Query(parameters): Query<Vec<(String, String)>>,
    asker: Asker,
) -> Response {
    answer(async {
        let format = Format::Json;
        let user = format.admin(&app, &asker).await?;
        let caller = Caller::User(user.clone());
        let device = format.device_of_user(&app, &id, &asker, &caller, Right::Control).await?;
        let with_points = parameters.iter().any(|(name, value)| {
            ["removeData", "remove_data"].contains(&name.as_str())
                && ["true", "1"].contains(&value.trim())
        });
        tracing::info!(user = user.user, device = %device.id, with_points, "device deregistered");
        let id = device.id.clone();
        let remove = {
            let (app, id) = (app.clone(), id.clone());
            async move {
                app.store.delete_device(&id, with_points).await?;
                app.refresh_registry().await;
                Ok(())
            }
        };
        effect::whole(&app, remove).await.map_err(|error| format.broken(&error))?;
        Ok(json(&deregistered(&id, clock::now())))
    })
    .await
}

/// Deregister a device, by the method that an old page names
#[utoipa::path(
    post,
    path = "/mcs/v2/devices/{id}",
    tag = "Devices",
    params(With),
    responses((status = 200, body = Object, description = "`deviceId` and `deregisteredAt`.")),
)]
pub(in crate::http) async fn deregister_by_post(
    app: State<Arc<App>>,
    id: Path<String>,
    parameters: Query<Vec<(String, String)>>,
    asker: Asker,
) -> Response {
    deregister(app, id, parameters, asker).await
}

/// Activate a device
///
/// Exchanges an activation code, which works once, for the id and the key of its device. The code
/// is the only credential. `mcs-server device code` makes one.
#[utoipa::path(
    get,
    path = "/mcs/v2/devices/activate/{code}",
    tag = "Devices",
    responses(
        (status = 200, body = Object, description = "The device's id and key."),
        (status = 400, body = Object, description = "No such code, or it was used.",
            example = json!(wrong_code().to_json())),
    ),
)]
pub(in crate::http) async fn activate(
    State(app): State<Arc<App>>,
    Path(code): Path<String>,
) -> Response {
    answer(async {
        let activate = {
            let app = app.clone();
            async move { app.store.activate(&random::digest(code.trim().as_bytes())).await }
        };
        let device = effect::whole(&app, activate).await;
        match device.map_err(|error| Format::Json.broken(&error))? {
            Some((id, key)) => {
                tracing::info!(device = %id, "device activated");
                Ok(json(&activated(&id, &key)))
            }
            None => {
                tracing::warn!("refused: an unknown activation code");
                Err(Format::Json.fail(wrong_code()))
            }
        }
    })
    .await
}

fn wrong_code() -> Failure {
    Failure::new(400, "Wrong activate Code.")
}
