//! A firmware that nobody shall get any more.

use anyhow::Result;
use mcs_model::FirmwareId;

use super::Firmware;

/// What became of a removal.
#[derive(Debug)]
pub(crate) enum Removal {
    /// It is done.
    Removed,
    /// There is no such firmware.
    Unknown,
    /// The rollout with this id sends it to devices.
    RolledOut(String),
    /// The firmware of this version is only for devices that run it.
    Needed(String),
}

impl Firmware {
    /// Removes a firmware with its file. What was done with it stays in the audit of its rollouts.
    pub(crate) async fn remove(&self, id: &FirmwareId) -> Result<Removal> {
        let _turn = self.rollouts.turn().await;
        let Some(firmware) = self.store.firmware(id).await? else { return Ok(Removal::Unknown) };
        if let Some(rollout) = self.rollouts.of_firmware(id) {
            return Ok(Removal::RolledOut(rollout));
        }
        let others = self.store.firmwares(&firmware.prototype).await?;
        let needs = |list: &Vec<FirmwareId>| list.contains(id);
        if let Some(it) = others.into_iter().find(|it| it.compatible.as_ref().is_some_and(needs)) {
            return Ok(Removal::Needed(it.version));
        }
        // The row first: it promises its file.
        self.store.remove_firmware(&firmware).await?;
        self.files.remove(id).await?;
        Ok(Removal::Removed)
    }
}
