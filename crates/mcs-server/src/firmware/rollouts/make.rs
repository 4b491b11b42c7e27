//! Rollouts as operators see them: made, acted on, listed.

use std::collections::BTreeMap;
use std::sync::Arc;

use anyhow::{Context as _, Result};
use mcs_fota::Reason;
use mcs_fota::rollout::api::{
    About, AuditEntry, AuditEvent, Deed, OverrideRequest, RolloutDetails, RolloutDevice,
    RolloutInfo, RolloutRequest, Wait,
};
use mcs_fota::rollout::{Act, ActError, Course, Fact, Override, Rollout, RolloutError, Target};
use mcs_model::api::PushState;
use mcs_model::{DeviceId, FirmwareId};

use super::{Entry, run};
use crate::app::App;
use crate::firmware::{Firmware, fits};
use crate::registry::Device;
use crate::store::{FirmwareRow, RolloutChange, RolloutDeviceRow, RolloutRow};
use crate::{clock, random};

/// Ids of rollouts begin so.
const PREFIX: &str = "R";
/// Random letters and digits of an id.
const RANDOM: usize = 12;
/// Random letters and digits of a download address: short, and not to be guessed.
const TOKEN: usize = 16;

/// A rollout that may be made.
pub(crate) struct Draft {
    rollout: Rollout,
    firmware: FirmwareRow,
    by: String,
    overrides: Vec<OverrideRequest>,
}

impl Draft {
    /// What is rolled out.
    pub(crate) fn firmware(&self) -> &FirmwareId {
        &self.firmware.id
    }

    /// What would come of it.
    pub(crate) fn details(&self) -> RolloutDetails {
        details(&self.rollout, &about("", &self.by, &self.firmware))
    }
}

impl Firmware {
    /// What a request means now. The outer error is ours, the inner one the caller's.
    pub(crate) async fn draft(
        &self,
        app: &App,
        firmware: FirmwareRow,
        devices: Vec<Arc<Device>>,
        request: RolloutRequest,
        by: &str,
    ) -> Result<Result<Draft, RolloutError>> {
        let mut targets = Vec::with_capacity(devices.len());
        let siblings = self.store.firmwares(&firmware.prototype).await?;
        for device in devices {
            let reported = self.store.firmware_version(&device.id).await?;
            if request.outdated_only && reported.as_deref() == Some(firmware.version.as_str()) {
                continue;
            }
            let running = siblings.iter().find(|it| reported.as_ref() == Some(&it.version));
            let compatible = device.prototype.id == firmware.prototype
                && fits(firmware.compatible.as_deref(), running.map(|it| &it.id));
            let id = device.id.clone();
            targets.push(Target { device: id, reported, model: None, compatible });
        }
        // Whoever is here proves the firmware first.
        targets.sort_by_key(|it| run::hearing(app, &it.device).is_empty());
        let now = clock::now();
        let overrides = request.overrides.iter().map(|it| override_of(it, by)).collect();
        let newest = self.store.newest_seq(&firmware.prototype).await?;
        let release = self.trust.release(&firmware, newest)?;
        let rollout = Rollout::new(release, request.plan, targets, overrides, now);
        let overrides = request.overrides;
        Ok(rollout.map(|rollout| Draft { rollout, firmware, by: by.to_owned(), overrides }))
    }

    /// Makes a rollout; its devices leave every other one. `None` if the firmware was removed meanwhile.
    pub(crate) async fn roll_out(&self, app: &App, draft: Draft) -> Result<Option<RolloutDetails>> {
        let Draft { rollout, firmware, by, overrides } = draft;
        let id = random::id(PREFIX, RANDOM)?;
        let devices: Vec<_> = rollout.members().map(|(device, _)| device.clone()).collect();
        let _turn = self.rollouts.turn.lock().await;
        if self.store.firmware(&firmware.id).await?.is_none() {
            return Ok(None);
        }
        for device in &devices {
            self.feed_rollouts(app, device, &Fact::Dropped(Reason::Superseded)).await;
        }
        let mut tokens = BTreeMap::new();
        let mut rows = Vec::with_capacity(devices.len());
        for (device, member) in rollout.members() {
            let (token, member) = (random::id("", TOKEN)?, serde_json::to_string(member)?);
            tokens.insert(device.clone(), token.clone());
            rows.push(RolloutDeviceRow { device: device.clone(), token, member });
        }
        let row = RolloutRow {
            made: rollout.head().created(),
            summary: None,
            id: id.clone(),
            firmware: firmware.id.clone(),
            sha256: firmware.sha256.clone(),
            by: by.clone(),
            head: serde_json::to_string(rollout.head())?,
            devices: rows,
        };
        let count = u32::try_from(devices.len())?;
        let sha256 = firmware.sha256.clone();
        let made = AuditEvent::Made { sha256, devices: count, overrides };
        self.store.add_rollout(&row, &[by_operator(&by, made)]).await?;
        let (fetched, ended) = (BTreeMap::new(), std::collections::BTreeSet::new());
        let entry =
            Entry { rollout, firmware, by, tokens, fetched, ended, course: Course::Running };
        self.rollouts.insert(id.clone(), entry);
        let registered = app.registry.snapshot();
        for device in &devices {
            if registered.devices.contains_key(device) {
                self.feed_presence(app, &id, device);
            } else {
                // It was removed while the rollout was being made.
                self.rollouts.feed_device(&id, device, Fact::Dropped(Reason::Removed));
            }
        }
        self.run_rollout(app, &id).await;
        app.events.tell_of_rollouts();
        self.rollout(app, &id).await?.context("a rollout that was just made").map(Some)
    }

    /// Does what an operator wants. The outer error is ours, the inner one the caller's.
    pub(crate) async fn act(
        &self,
        app: &App,
        id: &str,
        act: Deed,
        by: &str,
    ) -> Result<Result<(), ActError>> {
        let wanted = match &act {
            Deed::Pause => Act::Pause,
            Deed::Resume => Act::Resume,
            Deed::Cancel => Act::Cancel,
            Deed::RetryFailed => Act::RetryFailed,
            Deed::Override(it) => Act::Override(override_of(it, by)),
            _ => return Ok(Err(ActError::Course)),
        };
        let _turn = self.rollouts.turn.lock().await;
        if !self.recall(id).await? {
            return Ok(Err(ActError::Course));
        }
        let open = self.rollouts.open_devices(id);
        let outcome = {
            let mut entries = self.rollouts.lock();
            let entry = entries.get_mut(id).context("a rollout that there is")?;
            entry.rollout.act(clock::now(), wanted)
        };
        if outcome.is_ok() {
            tracing::info!(user = by, rollout = id, ?act, "firmware rollout");
            let audit = vec![by_operator(by, AuditEvent::Act(act))];
            let again = self.rollouts.open_devices(id);
            let newest: Vec<_> = again.difference(&open).cloned().collect();
            for device in &newest {
                self.begin_again(app, id, device).await;
            }
            let change = RolloutChange { audit, newest, ..RolloutChange::default() };
            self.store.change_rollout(id, &change).await?;
            self.run_rollout(app, id).await;
        } else {
            self.rollouts.retire(id);
        }
        Ok(outcome)
    }

    /// A device that had ended in this rollout is under way again: it leaves every other one, and
    /// who is here was not told since.
    async fn begin_again(&self, app: &App, id: &str, device: &DeviceId) {
        for other in self.rollouts.of_device(device).iter().filter(|it| *it != id) {
            self.rollouts.feed_device(other, device, Fact::Dropped(Reason::Superseded));
            self.run_rollout(app, other).await;
        }
        self.feed_presence(app, id, device);
    }

    /// One that goes on, without its devices.
    pub(super) fn info(&self, id: &str) -> Option<RolloutInfo> {
        let entries = self.rollouts.lock();
        let it = entries.get(id)?;
        Some(RolloutInfo::new(&it.rollout, &about(id, &it.by, &it.firmware)))
    }

    /// A rollout with its devices.
    pub(crate) async fn rollout(&self, app: &App, id: &str) -> Result<Option<RolloutDetails>> {
        match self.open_rollout(app, id) {
            Some(it) => Ok(Some(it)),
            None => self.ended(id).await,
        }
    }

    fn open_rollout(&self, app: &App, id: &str) -> Option<RolloutDetails> {
        let mut details = {
            let entries = self.rollouts.lock();
            let entry = entries.get(id)?;
            let mut details = details(&entry.rollout, &about(id, &entry.by, &entry.firmware));
            for it in details.devices.iter_mut().filter(|it| it.state == PushState::Downloading) {
                let pace = entry.fetched.get(&it.device);
                it.download = pace.map(|(pace, _)| pace.download(entry.firmware.size));
            }
            details
        };
        for it in details.devices.iter_mut().filter(|it| it.waits == Some(Wait::Away)) {
            if !app.hub.presence(&it.device).transports.is_empty() {
                it.waits = Some(Wait::Deaf);
            }
        }
        Some(details)
    }
}

pub(super) fn about<'a>(id: &'a str, by: &'a str, firmware: &'a FirmwareRow) -> About<'a> {
    let FirmwareRow { prototype, name, sha256, .. } = firmware;
    About { id, by, prototype, name, sha256 }
}

fn details(rollout: &Rollout, about: &About<'_>) -> RolloutDetails {
    RolloutDetails { info: RolloutInfo::new(rollout, about), devices: devices(rollout) }
}

/// Its devices, in the order of their places.
pub(super) fn devices(rollout: &Rollout) -> Vec<RolloutDevice> {
    let mut members: Vec<_> = rollout.members().collect();
    members.sort_by_key(|(_, it)| it.place());
    let device = |(device, member): (&DeviceId, _)| RolloutDevice::new(rollout, device, member);
    members.into_iter().map(device).collect()
}

fn override_of(it: &OverrideRequest, by: &str) -> Override {
    let reason = it.reason.trim().chars().take(1000).collect();
    Override { objection: it.objection, by: by.to_owned(), reason, at: clock::now() }
}

fn by_operator(by: &str, event: AuditEvent) -> AuditEntry {
    AuditEntry { at: clock::now(), by: Some(by.to_owned()), device: None, event }
}
