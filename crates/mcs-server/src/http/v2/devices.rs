//! What devices are: the members that device programs and apps read (CONTRACT §4.5).

use std::collections::BTreeSet;
use std::sync::Arc;

use axum::extract::{Path, Query, State};
use axum::response::Response;
use mcs_model::api::Right;
use mcs_model::rest::{DevicePage, DeviceView, device_list, success};
use mcs_model::{Channel, ChannelKind, Direction, Prototype};
use serde_json::{Value, json};

use super::caller::{Asker, Caller, Proof};
use super::{Format, answer};
use crate::app::App;
use crate::registry::Device;
use crate::store::DeviceDetails;

/// Most devices of one answer.
const MAX_DEVICES: usize = DevicePage::MAX;

/// Retrieve devices
///
/// One id, or several with commas between them. A device may ask for itself; a program for every
/// device that its user may see. `deviceKey` is there only for those who may control the device.
#[utoipa::path(
    get,
    path = "/mcs/v2/devices/{id}",
    tag = "Devices",
    responses((status = 200, body = Object, example = json!(example()))),
)]
pub(in crate::http) async fn info(
    State(app): State<Arc<App>>,
    Path(ids): Path<String>,
    asker: Asker,
) -> Response {
    answer(async {
        let format = Format::Json;
        let mut seen = BTreeSet::new();
        let ids: Vec<_> = ids.split(',').map(str::trim).filter(|it| seen.insert(*it)).collect();
        if ids.len() > MAX_DEVICES {
            return Err(format.malformed(&format!("There are more than {MAX_DEVICES} ids.")));
        }
        let mut devices = Vec::with_capacity(ids.len());
        match Proof::of(&asker) {
            Some(Proof::Key(_)) => {
                for id in ids {
                    let (device, caller) = format.device(&app, id, &asker, Right::See).await?;
                    devices.push(object(&app, format, &device, &caller).await?);
                }
            }
            _ => {
                let caller = Caller::User(format.user(&app, &asker).await?);
                for id in ids {
                    let device =
                        format.device_of_user(&app, id, &asker, &caller, Right::See).await?;
                    devices.push(object(&app, format, &device, &caller).await?);
                }
            }
        }
        Ok(super::json(&success(json!({ "results": devices }))))
    })
    .await
}

/// The parameters of the list, for the documentation: [`DevicePage`] reads them.
#[derive(utoipa::IntoParams)]
#[into_params(parameter_in = Query)]
#[expect(dead_code, reason = "only documented")]
pub(in crate::http) struct Wanted {
    /// Devices a page, at most 100.
    limit: Option<u16>,
    /// The page, from 1.
    page: Option<u32>,
}

/// List devices
///
/// The devices that the program's user may see, by id. `total` counts all pages.
#[utoipa::path(
    get,
    path = "/mcs/v2/devices",
    tag = "Devices",
    params(Wanted),
    responses((status = 200, body = Object, description = "`results` holds one page of devices.")),
)]
pub(in crate::http) async fn list(
    State(app): State<Arc<App>>,
    Query(parameters): Query<Vec<(String, String)>>,
    asker: Asker,
) -> Response {
    answer(async {
        let format = Format::Json;
        let caller = Caller::User(format.user(&app, &asker).await?);
        let page = DevicePage::parse(parameters.iter().map(|(a, b)| (a.as_str(), b.as_str())))
            .map_err(|error| format.malformed(&error))?;
        let snapshot = app.registry.snapshot();
        let visible: Vec<_> =
            snapshot.devices.values().filter(|it| caller.right(&app, it).is_some()).collect();
        let mut devices = Vec::new();
        for device in visible.iter().skip(page.skip()).take(page.limit) {
            devices.push(summary(&app, format, device, &caller).await?);
        }
        Ok(super::json(&device_list(devices, page, visible.len())))
    })
    .await
}

async fn object(
    app: &App,
    format: Format,
    device: &Device,
    caller: &Caller,
) -> Result<Value, Response> {
    let running = app.firmware.running(app, device).await;
    let running = running.map_err(|error| format.broken(&error))?;
    let details = details(app, format, device).await?;
    let view = view(app, device, caller, &details);
    Ok(DeviceView { firmware: running.as_ref(), ..view }.to_json())
}

async fn summary(
    app: &App,
    format: Format,
    device: &Device,
    caller: &Caller,
) -> Result<Value, Response> {
    Ok(view(app, device, caller, &details(app, format, device).await?).summary())
}

async fn details(app: &App, format: Format, device: &Device) -> Result<DeviceDetails, Response> {
    let details = app.store.device_details(&device.id).await;
    let mut details = details.map_err(|error| format.broken(&error))?.unwrap_or_default();
    if let Some(ip) = app.hub.last_ip(&device.id) {
        details.last_ip = ip.to_string();
    }
    Ok(details)
}

/// The device as `caller` may see it; of its firmware only the version.
fn view<'a>(
    app: &App,
    device: &'a Device,
    caller: &Caller,
    details: &'a DeviceDetails,
) -> DeviceView<'a> {
    let controls = caller.right(app, device) == Some(Right::Control);
    DeviceView {
        id: &device.id,
        key: controls.then_some(&device.key),
        name: &device.name,
        description: &details.description,
        image: &details.image,
        prototype: &device.prototype,
        firmware: None,
        version: details.firmware_version.as_deref(),
        online: !app.hub.presence(&device.id).transports.is_empty(),
        test: details.test,
        activated: details.activated,
        last_ip: if controls { &details.last_ip } else { "" },
        tags: &details.tags,
        privilege: caller.privilege(app, device),
    }
}

/// What the documentation shows: written by the code that answers.
fn example() -> Value {
    let channel = |id: &str| {
        Some(Channel {
            id: id.parse().ok()?,
            name: "Lamp".to_owned(),
            description: String::new(),
            direction: Direction::Controller,
            kind: ChannelKind::Switch,
            template: None,
        })
    };
    let view = || {
        let prototype = Prototype {
            id: "PydFXsArwtru".parse().ok()?,
            name: "Lamp".to_owned(),
            version: "1".to_owned(),
            description: String::new(),
            channels: channel("switch").into_iter().collect(),
        };
        let view = DeviceView {
            id: &"Dsre1qRQ".parse().ok()?,
            key: Some(&"DFbtsNWg4AuLZ30v".parse().ok()?),
            name: "Lamp in the hall",
            description: "",
            image: "",
            prototype: &prototype,
            firmware: None,
            version: Some("2.0"),
            online: true,
            test: true,
            activated: None,
            last_ip: "192.0.2.7",
            tags: &[],
            privilege: "Administrator",
        };
        Some(success(json!({ "results": [view.to_json()] })))
    };
    view().unwrap_or_default()
}
