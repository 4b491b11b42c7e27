//! Pushes: the state machines of `mcs_fota`, fed with what happens and kept in the store.

use std::collections::BTreeMap;
use std::ops::Range;
use std::sync::{Mutex, MutexGuard, PoisonError};

use anyhow::{Context as _, Result};
use bytes::Bytes;
use mcs_fota::rollout::Fact;
use mcs_fota::{Input, Notice, Output, Push, Reason, Terms, Unreachable};
use mcs_model::api::{DeviceChange, PushResult, PushState, PushStatus};
use mcs_model::{DataPoint, DeviceId, DeviceKey, FirmwareId, Topic, Value};

use super::{Fetched, Firmware, address, fits};
use crate::app::App;
use crate::registry::Device;
use crate::store::{FirmwareRow, PushRow, Store};
use crate::{clock, random};

/// The newest push of each device.
pub(super) struct Pushes {
    entries: Mutex<Entries>,
    // One step at a time: what is stored and told comes in the order in which it happened.
    turn: tokio::sync::Mutex<()>,
}

#[derive(Default)]
struct Entries {
    by_device: BTreeMap<DeviceId, Entry>,
    /// Whose push the last part of an address names.
    by_token: BTreeMap<String, DeviceId>,
}

struct Entry {
    push: Push,
    firmware: FirmwareRow,
    token: String,
    /// Bytes that went out, from the first one on without a gap.
    fetched: u64,
}

/// What a step of a state machine asks for.
struct Step {
    changed: Option<(PushRow, PushStatus)>,
    notice: Option<(FirmwareRow, String)>,
}

impl Entries {
    /// Begins a push, in place of an older one of the device.
    fn put(&mut self, device: DeviceId, entry: Entry) {
        self.remove(&device);
        self.by_token.insert(entry.token.clone(), device.clone());
        self.by_device.insert(device, entry);
    }

    fn remove(&mut self, device: &DeviceId) {
        if let Some(entry) = self.by_device.remove(device) {
            self.by_token.remove(&entry.token);
        }
    }
}

impl Pushes {
    pub(super) async fn load(store: &Store) -> Result<Self> {
        let mut entries = Entries::default();
        for row in store.pushes().await? {
            let push =
                serde_json::from_str(&row.rollout).context("a stored push cannot be read")?;
            let firmware = store.firmware(&row.firmware).await?;
            let firmware = firmware.context("a push without its firmware")?;
            entries.put(row.device, Entry { push, firmware, token: row.token, fetched: 0 });
        }
        Ok(Self { entries: Mutex::new(entries), turn: tokio::sync::Mutex::default() })
    }

    pub(super) fn status(&self, device: &DeviceId) -> Option<PushStatus> {
        self.lock().by_device.get(device).map(|entry| entry.push.status())
    }

    fn running(&self, device: &DeviceId) -> bool {
        self.lock().by_device.get(device).is_some_and(|entry| !entry.push.is_over())
    }

    fn all_running(&self) -> Vec<DeviceId> {
        let entries = self.lock();
        let running = entries.by_device.iter().filter(|(_, it)| !it.push.is_over());
        running.map(|(id, _)| id.clone()).collect()
    }

    fn of_token(&self, token: &str) -> Option<DeviceId> {
        self.lock().by_token.get(token).cloned()
    }

    /// The address of the device's push, if it is one of this firmware and not over.
    fn token_of(&self, device: &DeviceId, firmware: &FirmwareId) -> Option<String> {
        let entries = self.lock();
        let entry = entries.by_device.get(device).filter(|it| !it.push.is_over());
        entry.filter(|it| it.firmware.id == *firmware).map(|it| it.token.clone())
    }

    /// A piece of the file went out. Whether that was the last one that was missing.
    fn fetched(&self, device: &DeviceId, piece: &Range<u64>) -> bool {
        let mut entries = self.lock();
        let Some(entry) = entries.by_device.get_mut(device) else { return false };
        if piece.start == 0 {
            entry.fetched = piece.end;
        } else if piece.start <= entry.fetched {
            entry.fetched = entry.fetched.max(piece.end);
        }
        entry.fetched == entry.firmware.size && piece.end == entry.firmware.size
    }

    /// Hands `input` to the device's push; without one only drains it.
    fn step(&self, device: &DeviceId, input: Option<Input>) -> Option<Step> {
        let mut entries = self.lock();
        let entry = entries.by_device.get_mut(device)?;
        if let Some(input) = input {
            entry.push.handle_input(clock::now(), input);
        }
        let (mut changed, mut notice) = (false, None);
        loop {
            match entry.push.poll_output() {
                Output::Changed => changed = true,
                Output::Send => notice = Some((entry.firmware.clone(), entry.token.clone())),
                Output::Timeout(_) => break,
            }
        }
        let row = || PushRow {
            device: device.clone(),
            firmware: entry.firmware.id.clone(),
            token: entry.token.clone(),
            // A push is made of strings and numbers: JSON can write it.
            rollout: serde_json::to_string(&entry.push).unwrap_or_default(),
        };
        Some(Step { changed: changed.then(|| (row(), entry.push.status())), notice })
    }

    fn lock(&self) -> MutexGuard<'_, Entries> {
        self.entries.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Firmware {
    /// Pushes a firmware to a device, if there is one with that id. What speaks against it is the state that
    /// is answered.
    pub(crate) async fn push(
        &self,
        app: &App,
        firmware: &FirmwareRow,
        id: DeviceId,
        device: Option<&Device>,
    ) -> Result<PushResult> {
        let refuse = |detail: &str| PushStatus {
            firmware: firmware.id.clone(),
            version: firmware.version.clone(),
            state: PushState::Failed,
            detail: detail.to_owned(),
            since: clock::now(),
        };
        let status = match device {
            None => refuse("there is no such device"),
            Some(device) if device.prototype.id != firmware.prototype => {
                refuse("the firmware is for another prototype")
            }
            Some(device) if !self.fits(app, firmware, device).await? => {
                refuse("the device does not run one of the firmwares that this one is for")
            }
            Some(device) => self.begin(app, firmware, device).await?,
        };
        Ok(PushResult { device: id, status })
    }

    async fn fits(&self, app: &App, firmware: &FirmwareRow, device: &Device) -> Result<bool> {
        let running = self.running(app, device).await?.map(|it| it.id);
        Ok(fits(firmware.compatible.as_deref(), running.as_ref()))
    }

    async fn begin(
        &self,
        app: &App,
        firmware: &FirmwareRow,
        device: &Device,
    ) -> Result<PushStatus> {
        // Who is fetching the same file already goes on, and counts for the new push.
        let token = match self.pushes.token_of(&device.id, &firmware.id) {
            Some(token) => token,
            None => random::id("", 16)?,
        };
        self.take_from_rollouts(app, &device.id).await;
        self.cancel_push(app, &device.id).await;
        let reported = self.store.firmware_version(&device.id).await?;
        let version = firmware.version.parse()?;
        let now = clock::now();
        let push =
            Push::new(firmware.id.clone(), version, reported.as_deref(), Terms::default(), now);
        let entry = Entry { push, firmware: firmware.clone(), token, fetched: 0 };
        let _turn = self.pushes.turn.lock().await;
        self.pushes.lock().put(device.id.clone(), entry);
        self.advance(app, &device.id, None).await;
        self.pushes.status(&device.id).context("a push that has just begun")
    }

    /// Something newer takes the place of a device's push.
    pub(super) async fn cancel_push(&self, app: &App, device: &DeviceId) {
        self.tell(app, device, Input::Canceled(Reason::Superseded)).await;
    }

    /// A device is gone, and its push with it.
    pub(crate) async fn forget(&self, app: &App, device: &DeviceId) {
        self.tell_rollouts(app, device, Fact::Dropped(Reason::Removed)).await;
        let _turn = self.pushes.turn.lock().await;
        self.pushes.lock().remove(device);
    }

    /// A device can be reached again.
    pub(crate) async fn reconnected(&self, app: &App, device: &DeviceId) {
        self.tell(app, device, Input::Reconnected).await;
        self.tell_rollouts_it_came(app, device).await;
    }

    /// A device says which version it runs.
    pub(crate) async fn reported(&self, app: &App, device: &DeviceId, version: &str) -> Result<()> {
        self.store.set_firmware_version(device, version).await?;
        app.events.tell(device, DeviceChange::Version(version.to_owned()));
        self.tell(app, device, Input::VersionReported(version.to_owned())).await;
        self.tell_rollouts(app, device, Fact::VersionReported(version.to_owned())).await;
        Ok(())
    }

    /// A device uploaded points: some tell their progress on the channel `status` (CONTRACT §5.4).
    pub(crate) async fn observe(&self, app: &App, device: &Device, points: &[DataPoint]) {
        for point in points.iter().filter(|it| it.channel.as_str() == "status") {
            if let Value::String(text) = &point.value {
                self.tell(app, &device.id, Input::StatusText(text.clone())).await;
                self.tell_rollouts(app, &device.id, Fact::StatusText(text.clone())).await;
            }
        }
    }

    /// The file of a push is being fetched.
    pub(crate) async fn download_began(&self, app: &App, token: &str) {
        if let Some((device, _)) = self.rollouts.of_token(token) {
            self.tell_rollouts(app, &device, Fact::DownloadStarted).await;
        } else if let Some(device) = self.pushes.of_token(token) {
            self.tell(app, &device, Input::DownloadStarted).await;
        }
    }

    /// A piece of the file of a push goes out. What is worth telling of it.
    pub(crate) fn download_goes_on(&self, token: &str, piece: &Range<u64>) -> Option<Fetched> {
        let Some(device) = self.pushes.of_token(token) else {
            return self.rollouts.fetched(token, piece);
        };
        self.pushes.fetched(&device, piece).then_some(Fetched::All)
    }

    /// So much of the file of a push has gone out.
    pub(crate) async fn download_is_at(&self, app: &App, token: &str, fetched: Fetched) {
        let (fact, input) = match fetched {
            Fetched::All => (Fact::DownloadFinished, Input::DownloadFinished),
            Fetched::Percent(it) => (Fact::DownloadProgress(it), Input::DownloadProgress(it)),
        };
        if let Some((device, _)) = self.rollouts.of_token(token) {
            self.tell_rollouts(app, &device, fact).await;
        } else if let Some(device) = self.pushes.of_token(token) {
            self.tell(app, &device, input).await;
        }
    }

    /// Time has passed.
    pub(crate) async fn tick(&self, app: &App) {
        for device in self.pushes.all_running() {
            self.tell(app, &device, Input::Timeout).await;
        }
        self.tick_rollouts(app).await;
    }

    async fn tell(&self, app: &App, device: &DeviceId, input: Input) {
        if self.pushes.running(device) {
            let _turn = self.pushes.turn.lock().await;
            self.advance(app, device, Some(input)).await;
        }
    }

    /// Steps until nothing more is wanted. The caller holds the turn.
    async fn advance(&self, app: &App, device: &DeviceId, mut input: Option<Input>) {
        while let Some(step) = self.pushes.step(device, input.take()) {
            if let Some((row, status)) = step.changed {
                tracing::info!(%device, firmware = %status.firmware, state = ?status.state,
                    detail = status.detail, "firmware push");
                if let Err(error) = self.store.put_push(&row).await {
                    tracing::error!(%device, %error, "the state of a push was not stored");
                }
                app.events.tell(device, DeviceChange::Push(status));
            }
            let Some((firmware, token)) = step.notice else { break };
            input = Some(match send(app, device, &firmware, &token).await {
                Ok(()) => Input::Sent,
                Err(error) => Input::NotSent(error),
            });
        }
    }
}

/// Sends the notice by the one transport that the device is on.
pub(super) async fn send(
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
