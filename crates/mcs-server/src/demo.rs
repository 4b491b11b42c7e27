//! `--demo`: something to look at.

use anyhow::{Context as _, Result};
use mcs_device::{Link, SimulateConfig, simulate};
use mcs_model::api::Role;
use mcs_model::{ProductId, prototype_file};

use tokio::task::JoinSet;

use crate::Addrs;
use crate::app::App;
use crate::store::DeviceRow;
use crate::{net, operators};

const PROTOTYPE: &str = include_str!("../demo/prototype.json");
const PRODUCT: &str = "PDemoBoard01";

/// Id, key and name of the boards.
const MQTT_BOARD: [&str; 3] = ["DemoMqtt", "demoMqttKey00001", "Greenhouse (MQTT)"];
const COMMAND_BOARD: [&str; 3] = ["DemoTcp1", "demoTcpKey000001", "Pump house (Command Server)"];

/// Adds what is not there yet; what somebody changed stays.
pub(crate) async fn seed(app: &App) -> Result<()> {
    let product: ProductId = PRODUCT.parse()?;
    let snapshot = app.registry.snapshot();
    if !snapshot.prototypes.contains_key(&product) {
        let imported = prototype_file::import(PROTOTYPE, product.clone())
            .context("the demo's prototype cannot be imported")?;
        app.store.put_prototype(&imported.prototype).await?;
    }
    for [id, key, name] in [MQTT_BOARD, COMMAND_BOARD] {
        if !snapshot.devices.contains_key(&id.parse()?) {
            let device = DeviceRow {
                id: id.parse()?,
                key: key.parse()?,
                name: name.to_owned(),
                prototype: product.clone(),
            };
            app.store.add_device(&device).await?;
        }
    }
    if app.store.user("demo").await?.is_none() {
        app.store.add_user(&operators::new_user("demo", Role::Admin, "demo")?).await?;
    }
    app.registry.refresh().await?;
    let config = &app.config;
    if [config.http, config.ws, config.mqtt].iter().any(|it| !it.ip().is_loopback()) {
        tracing::warn!("the demo's password is known to everybody, and the server can be reached");
    }
    Ok(())
}

/// Switches the boards on. They are devices like any other, on real sockets.
pub(crate) fn run(addrs: &Addrs, tasks: &mut JoinSet<()>) -> Result<()> {
    let mqtt = Link::Mqtt { broker: net::local(addrs.mqtt).to_string() };
    let command = Link::Command { api: format!("http://{}", net::local(addrs.http)) };
    for ([id, key, name], link) in [(MQTT_BOARD, mqtt), (COMMAND_BOARD, command)] {
        let config = SimulateConfig::new(id.parse()?, key.parse()?, link);
        tasks.spawn(async move {
            let Err(error) = simulate(config).await;
            tracing::error!(%error, "{name} cannot run");
        });
    }
    Ok(())
}
