//! The notice of a new firmware (CONTRACT §5.2).

use anyhow::{Context as _, Result};
use bytes::Bytes;
use mcs_fota::{Notice, Unreachable};
use mcs_model::{DeviceId, DeviceKey, Topic};

use super::address;
use crate::app::App;
use crate::clock;
use crate::store::FirmwareRow;

/// Sends the notice by the one transport that the device is on.
pub(super) async fn notify(
    app: &App,
    id: &DeviceId,
    firmware: &FirmwareRow,
    token: &str,
) -> Result<(), Unreachable> {
    let broken = |error: anyhow::Error| Unreachable::Broken(error.to_string());
    let (key, notice) = notice(app, id, firmware, token).await.map_err(broken)?;
    if app.hub.hears_mqtt(id) {
        let topic = Topic::Firmware(id.clone(), key).to_string();
        let payload = Bytes::from(notice.to_mqtt());
        // Never retained: a device would update at every start.
        return app.bus().publish(&topic, payload, 1, false).await.map_err(broken);
    }
    if app.hub.notice(id, notice.to_command(id, &key)) {
        return Ok(());
    }
    let is_away = app.hub.presence(id).transports.is_empty();
    Err(if is_away { Unreachable::Away } else { Unreachable::Deaf })
}

async fn notice(
    app: &App,
    id: &DeviceId,
    firmware: &FirmwareRow,
    token: &str,
) -> Result<(DeviceKey, Notice)> {
    let device = app.registry.device(id).await?.context("the device is not registered any more")?;
    let version = firmware.version.parse()?;
    let md5 = firmware.md5.parse().ok();
    let notice = Notice::new(clock::now(), version, md5, address(app, token))?;
    Ok((device.key.clone(), notice))
}
