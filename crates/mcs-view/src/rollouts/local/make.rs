//! What the operator does to rollouts that this console runs.

use mcs_fota::Reason;
use mcs_fota::rollout::api::{AuditEntry, AuditEvent, Deed, OverrideRequest, RolloutRequest};
use mcs_fota::rollout::{
    Act, Course, Fact, Input, Override, Release, Rollout, Target, Transport, Trust,
};
use mcs_model::{DeviceId, FirmwareId, Timestamp};

use super::{Entry, Holding, Image, MOST_DEVICES, PROTOTYPE, details};
use crate::console::Console;
use crate::io::Claim;
use crate::link::Link;
use crate::protocol::{
    OpenRollout, RolloutOutcome, RolloutPreview, RolloutTrouble, RolloutsPlace, RolloutsRequest,
};

/// Who was heard from within this time, in milliseconds, is taken to be here.
const LATELY: u64 = 5 * 60_000;

impl Console {
    /// The page asks, and there is no server.
    pub(in crate::rollouts) fn local_request(&mut self, request: RolloutsRequest) {
        if let RolloutsRequest::Preview(request) = request {
            let drafted = self.draft(&request);
            self.rollouts.preview = match drafted {
                Ok((rollout, image)) => {
                    let it = details(&rollout, "", &image);
                    RolloutPreview::Here(Box::new(it.info), it.devices)
                }
                Err(trouble) => RolloutPreview::Failed(trouble),
            };
            return;
        }
        let outcome = match (self.may_run(), request) {
            (Err(trouble), _) => Err(trouble),
            (Ok(()), RolloutsRequest::Fetch(request)) => return self.fetch_image(request),
            (Ok(()), RolloutsRequest::Believe(wanted)) => self.believe(&wanted),
            (Ok(()), RolloutsRequest::Make(request)) => self.make(&request),
            (Ok(()), RolloutsRequest::Act(id, deed)) => self.act(&id, deed),
            (Ok(()), RolloutsRequest::Preview(_) | RolloutsRequest::More) => return,
        };
        self.rollouts.end(outcome.unwrap_or_else(RolloutOutcome::Failed));
    }

    /// Whether this tab may change anything.
    fn may_run(&self) -> Result<(), RolloutTrouble> {
        if self.kept.has_trouble() {
            return Err(RolloutTrouble::NothingKept);
        }
        match self.rollouts.local.claim {
            Holding::Told(Claim::Ours) => Ok(()),
            Holding::Told(Claim::Impossible) => Err(RolloutTrouble::NotKeptApart),
            _ => Err(RolloutTrouble::OtherTab),
        }
    }

    /// Puts the images where the page looks for firmwares.
    pub(in crate::rollouts) fn stock_images(&mut self) {
        if let Ok(prototype) = PROTOTYPE.parse() {
            let images = self.rollouts.local.images();
            self.firmware.stock(prototype, images);
        }
    }

    /// Whether the open page is a new rollout of an image of an address.
    pub(crate) fn is_stocked(&self) -> bool {
        self.is_alone() && self.firmware.prototype().is_some_and(|it| it.as_str() == PROTOTYPE)
    }

    /// What the page shows of them, if that has changed.
    pub(in crate::rollouts) fn refresh_local(&mut self, place: &RolloutsPlace) {
        let page = &mut self.rollouts;
        page.list = Some(page.local.list());
        if let RolloutsPlace::One { id, audit } = place {
            let details = page.local.details(id);
            let found = details.map(|it| OpenRollout::Here(Box::new(it.info), it.devices));
            page.open = Some((id.clone(), found.unwrap_or(OpenRollout::Missing)));
            let lines = audit.then(|| page.local.audit(id)).flatten();
            page.audit_is_whole = lines.is_some();
            page.audit = lines.unwrap_or_default();
        }
        page.changed = true;
    }

    fn image(&self, firmware: &FirmwareId) -> Result<Image, RolloutTrouble> {
        let found = self.rollouts.local.book.images.iter().find(|it| it.firmware == *firmware);
        found.cloned().ok_or(RolloutTrouble::Gone)
    }

    fn draft(&self, request: &RolloutRequest) -> Result<(Rollout, Image), RolloutTrouble> {
        let image = self.image(&request.firmware)?;
        let trust = self.rollouts.local.trust(&image);
        if trust == Trust::Barred {
            return Err(RolloutTrouble::Unsigned);
        }
        let now = self.clock.wall();
        let mut targets = Vec::with_capacity(request.devices.len());
        for id in &request.devices {
            let device = self.devices.get(id).ok_or(RolloutTrouble::Gone)?;
            let reported = device.firmware_version.clone();
            if request.outdated_only && reported.as_ref() == Some(&image.version) {
                continue;
            }
            let model = image.model_of(device.prototype.as_ref());
            targets.push(Target { device: id.clone(), reported, model, compatible: true });
        }
        if targets.len() > MOST_DEVICES {
            return Err(RolloutTrouble::TooManyDevices(MOST_DEVICES));
        }
        // Whoever is here proves the firmware first.
        mcs_sorted::sort_by(&mut targets, |a, b| {
            let away = |it: &Target| (!self.is_here_lately(&it.device), it.device.clone());
            away(a).cmp(&away(b))
        });
        let version = image.version.parse().map_err(|_| RolloutTrouble::BadVersion)?;
        let signed = image.signed.as_ref();
        let release = Release {
            firmware: image.firmware.clone(),
            version,
            model: signed.map(|it| it.model.clone()),
            min_version: signed.and_then(|it| it.min_version.as_ref()?.parse().ok()),
            verified: trust == Trust::Vouched,
            older: self.rollouts.local.is_older(&image),
        };
        let overrides = request.overrides.iter().map(|it| override_of(it, now)).collect();
        let rollout = Rollout::new(release, request.plan.clone(), targets, overrides, now);
        rollout.map(|it| (it, image)).map_err(RolloutTrouble::NotMade)
    }

    fn make(&mut self, request: &RolloutRequest) -> Result<RolloutOutcome, RolloutTrouble> {
        self.may_make(request)?;
        let (rollout, image) = self.draft(request)?;
        let id = format!("R{:012x}", self.random.next_u64() >> 16);
        let devices: Vec<_> = rollout.members().map(|(device, _)| device.clone()).collect();
        for device in &devices {
            self.tell_rollouts(device, &Fact::Dropped(Reason::Superseded));
        }
        let made = AuditEvent::Made {
            sha256: image.sha256.clone(),
            devices: u32::try_from(devices.len()).unwrap_or(u32::MAX),
            overrides: request.overrides.clone(),
        };
        let audit = vec![by_operator(self.clock.wall(), made)];
        let (ended, course) = (Vec::new(), Course::Running);
        let entry = Entry { id: id.clone(), image, rollout, audit, ended, course };
        self.rollouts.local.book.rollouts.push(entry);
        for device in devices.into_iter().filter(|it| self.is_here_lately(it)).collect::<Vec<_>>() {
            self.feed_rollout(&id, Input::Device(device, Fact::Came(Transport::Mqtt)));
        }
        self.step_rollout(&id);
        Ok(RolloutOutcome::Made(id))
    }

    fn act(&mut self, id: &str, deed: Deed) -> Result<RolloutOutcome, RolloutTrouble> {
        let wall = self.clock.wall();
        let wanted = match &deed {
            Deed::Pause => Act::Pause,
            Deed::Resume => Act::Resume,
            Deed::Cancel => Act::Cancel,
            Deed::RetryFailed => Act::RetryFailed,
            Deed::Override(it) => Act::Override(override_of(it, wall)),
            _ => return Err(RolloutTrouble::TooLate),
        };
        let entry = self.rollouts.local.entry_mut(id).ok_or(RolloutTrouble::Gone)?;
        let open = open_devices(entry);
        entry.rollout.act(wall, wanted).map_err(RolloutTrouble::NotDone)?;
        entry.audit.push(by_operator(wall, AuditEvent::Act(deed)));
        let mut begun = open_devices(entry);
        begun.retain(|it| !open.contains(it));
        for device in begun {
            self.begin_again(id, device);
        }
        self.step_rollout(id);
        Ok(RolloutOutcome::Done)
    }

    /// A device that had ended in this rollout is under way again: it leaves every other one, and
    /// where it is was not told since.
    fn begin_again(&mut self, id: &str, device: DeviceId) {
        for other in self.rollouts.local.open().into_iter().filter(|it| it != id) {
            let dropped = Fact::Dropped(Reason::Superseded);
            self.feed_rollout(&other, Input::Device(device.clone(), dropped));
        }
        let came = Fact::Came(Transport::Mqtt);
        let left = Fact::Left(Transport::Mqtt);
        let is_here = self.is_here_lately(&device);
        self.feed_rollout(id, Input::Device(device, if is_here { came } else { left }));
    }

    /// Whether a device was heard from a short while ago, and can be told.
    fn is_here_lately(&self, id: &DeviceId) -> bool {
        let Some(device) = self.devices.get(id) else { return false };
        let now = self.clock.wall().as_millis();
        self.links.get(self.home(device)).is_some_and(Link::is_connected)
            && device.presence.last_seen.is_some_and(|it| it.as_millis() + LATELY >= now)
    }
}

/// The devices for which it goes on.
fn open_devices(entry: &Entry) -> Vec<DeviceId> {
    let open = entry.rollout.members().filter(|(_, it)| !it.is_over());
    open.map(|(device, _)| device.clone()).collect()
}

fn override_of(it: &OverrideRequest, at: Timestamp) -> Override {
    let reason = it.reason.trim().chars().take(1000).collect();
    Override { objection: it.objection, by: String::new(), reason, at }
}

fn by_operator(at: Timestamp, event: AuditEvent) -> AuditEntry {
    AuditEntry { at, by: Some(String::new()), device: None, event }
}
