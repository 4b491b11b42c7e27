//! Checked the operator and the server do to the firmware page.

use mcs_digest::Md5Hex;
use mcs_fota::rollout::Plan;
use mcs_fota::rollout::api::{RolloutDetails, RolloutRequest};
use mcs_model::api::{self, PushState, PushStatus, Right};
use mcs_model::{DeviceId, FirmwareId, ProductId};

use super::sending::Declared;
use super::{Firmwares, Task, deviation, recorded};
use crate::console::Console;
use crate::devices::Device;
use crate::io::{Ended, Fetched, FileInfo, Hashes, JobId, Output};
use crate::protocol::{
    FileFailure, FirmwareRequest, JobStage, Level, Md5Objection, News, NotPushed, NotUploaded,
    Sought, Trust, Verification, VerifyFailure,
};
use crate::rest::{self, Call};

impl Console {
    pub(crate) fn firmware_request(&mut self, request: FirmwareRequest, file: Option<FileInfo>) {
        if self.signed_in.is_none() {
            self.notices.add(Level::Warning, News::FirmwareNeedsServer);
            return;
        }
        if !self.may(&request) {
            self.notices.add(Level::Error, News::FirmwareLookOnly);
            return;
        }
        self.firmware.changed = true;
        match request {
            FirmwareRequest::Choose => self.choose(file),
            FirmwareRequest::Cancel => self.cancel_firmware(),
            FirmwareRequest::Expect(md5) => self.firmware.expectation = md5,
            FirmwareRequest::Vouch { manifest, signature } => {
                self.firmware.vouch(manifest, signature);
            }
            FirmwareRequest::Upload { prototype, name, version, note } => {
                self.upload(prototype, &name, &version, &note);
            }
            FirmwareRequest::Discard => self.discard_left(),
            FirmwareRequest::Verify(firmware) => self.verify(firmware),
            FirmwareRequest::Describe { firmware, edit } => self.describe_firmware(firmware, &edit),
            FirmwareRequest::Remove(firmware) => self.remove_firmware(firmware),
            FirmwareRequest::Push { firmware, devices } => self.push(firmware, devices),
        }
    }

    fn may(&self, request: &FirmwareRequest) -> bool {
        let controls =
            |id: &DeviceId| self.devices.get(id).is_none_or(|it| it.right >= Right::Control);
        let keeps = |prototype: &ProductId| {
            let is_of = |it: &Device| it.prototype.as_ref().is_some_and(|it| it.0 == *prototype);
            self.devices.iter().any(|it| is_of(it) && it.may_upload)
        };
        match request {
            FirmwareRequest::Upload { prototype, .. } => keeps(prototype),
            FirmwareRequest::Describe { .. } | FirmwareRequest::Remove(_) => {
                self.firmware.prototype().is_some_and(keeps)
            }
            FirmwareRequest::Push { devices, .. } => devices.iter().all(controls),
            _ => true,
        }
    }

    /// The page of a prototype was opened; the first one when it names none.
    pub(crate) fn open_firmware(&mut self, prototype: Option<ProductId>) {
        let chosen = prototype.or_else(|| self.prototypes().into_iter().next().map(|it| it.0));
        if self.firmware.prototype != chosen {
            self.firmware.prototype = chosen;
            self.firmware.shelf.clear();
            self.firmware.changed = true;
        }
        self.list_firmwares();
        self.look_for_left();
        if self.signed_in.is_some() && !self.rest.awaits(|it| *it == Call::FirmwarePolicy) {
            self.out.push_back(self.rest.call(Call::FirmwarePolicy));
        }
    }

    pub(crate) fn policy_fetched(&mut self, fetched: &Fetched) {
        if let Fetched::Answer { status: 200, body } = fetched {
            match api::from_json(body) {
                Ok(policy) => self.firmware.believe(policy),
                Err(error) => self.misunderstood(&error.to_string()),
            }
        }
    }

    pub(crate) fn list_firmwares(&mut self) {
        let Some(prototype) = self.firmware.prototype.clone() else { return };
        let call = Call::Firmwares(prototype);
        if self.signed_in.is_some() && !self.rest.awaits(|it| *it == call) {
            self.out.push_back(self.rest.call(call));
        }
    }

    pub(crate) fn firmwares_listed(&mut self, prototype: &ProductId, fetched: Fetched) {
        if self.firmware.prototype.as_ref() != Some(prototype) {
            return;
        }
        match fetched {
            Fetched::Answer { status: 200, body } => match api::from_json(&body) {
                Ok(list) => self.firmware.restock(list),
                Err(error) => self.misunderstood(&error.to_string()),
            },
            other => self.not_fetched(Sought::Firmwares, &other),
        }
    }

    fn choose(&mut self, file: Option<FileInfo>) {
        self.abandon_file();
        let Some(file) = file else { return };
        let total = file.size;
        self.firmware.stage = if total == 0 {
            JobStage::Failed(FileFailure::Empty)
        } else if let Some(most) = self.firmware.most().filter(|most| total > *most) {
            // Minutes of hashing would be for nothing.
            JobStage::Failed(FileFailure::TooLarge(most))
        } else {
            let job = self.firmware.next_job();
            self.firmware.task = Some((job, Task::Hash));
            self.out.push_back(Output::Hash(job));
            self.firmware.begin_pace(self.clock.now(), 0);
            JobStage::Hashing { done: 0, total }
        };
        self.firmware.file = Some(file);
    }

    fn cancel_firmware(&mut self) {
        self.abandon_file();
        self.firmware.checks.clear();
        if let Some((job, firmware)) = self.firmware.check.take() {
            self.out.push_back(Output::Abort(job));
            if let Some(stored) = self.firmware.stored(&firmware) {
                stored.verified = Verification::NotYet;
            }
        }
    }

    /// Forgets everything; jobs are stopped. An upload waits for its user.
    pub(crate) fn forget_firmware(&mut self) {
        self.firmware.sending = None;
        self.cancel_firmware();
        let last_job = self.firmware.last_job;
        let left = core::mem::take(&mut self.firmware.left).signed_out();
        self.firmware = Firmwares { last_job, left, changed: true, ..Firmwares::default() };
    }

    pub(super) fn abandon_file(&mut self) {
        self.give_up();
        self.firmware.pace = None;
        if let Some((job, _)) = self.firmware.task.take() {
            self.out.push_back(Output::Abort(job));
        }
        self.firmware.file = None;
        self.firmware.hashes = None;
        self.firmware.stage = JobStage::Empty;
    }

    fn upload(&mut self, prototype: ProductId, name: &str, version: &str, note: &str) {
        let (Some(file), Some(hashes), None, None) = (
            &self.firmware.file,
            self.firmware.hashes.clone(),
            &self.firmware.task,
            &self.firmware.sending,
        ) else {
            self.notices.add(Level::Warning, News::NotUploaded(NotUploaded::NoFile));
            return;
        };
        if let Some(objection) = self.objection(&hashes.md5) {
            self.notices.add(Level::Error, News::NotUploaded(NotUploaded::Md5(objection)));
            return;
        }
        let (name, version) = match self.firmware.manifest() {
            // Checked is signed is what it is called.
            Some(manifest) => (manifest.name.as_str(), manifest.version.as_str()),
            None => (name.trim(), version.trim()),
        };
        if version.is_empty() || version.contains(',') || version.chars().any(char::is_control) {
            // It stands between commas in the notice that devices get (CONTRACT §5.2).
            self.notices.add(Level::Error, News::NotUploaded(NotUploaded::Version));
            return;
        }
        let name = if name.is_empty() { &file.name } else { name };
        let (name, version, note) = (name.to_owned(), version.to_owned(), note.to_owned());
        if let Some(what) = self.firmware.failed(&self.prototypes()) {
            self.notices.add(Level::Error, News::NotUploaded(NotUploaded::Check(what)));
            return;
        }
        let proof = self.firmware.proof();
        if proof.is_none() && self.firmware.trust() == Trust::SignedOnly {
            self.notices.add(Level::Error, News::NotUploaded(NotUploaded::Unsigned));
            return;
        }
        let (manifest, signature) = proof.unwrap_or_default();
        let Hashes { size: total, md5, sha256, .. } = hashes;
        let declared = Declared {
            name,
            version,
            note,
            size: total,
            md5: md5.clone(),
            sha256: sha256.clone(),
            manifest,
            signature,
        };
        self.begin_upload(prototype, declared);
        self.firmware.stage = JobStage::Uploading { md5, sha256, done: 0, total };
    }

    /// Why a file with this MD5 may not go out, if so.
    pub(crate) fn objection(&self, md5: &str) -> Option<Md5Objection> {
        if self.firmware.expectation.trim().is_empty() {
            return None;
        }
        match self.firmware.expectation.parse::<Md5Hex>() {
            Ok(expected) if md5.parse() == Ok(expected) => None,
            Ok(expected) => {
                let (found, expected) = (md5.to_owned(), expected.to_string());
                Some(Md5Objection::Differs { found, expected })
            }
            Err(_) => Some(Md5Objection::Invalid),
        }
    }

    pub(crate) fn job_progress(&mut self, job: JobId, bytes: u64) {
        if self.image_progress(job, bytes) {
            return;
        }
        match (&self.firmware.task, &self.firmware.check) {
            (Some((task, _)), _) if *task == job => {
                let sent = self.firmware.sent(bytes);
                match &mut self.firmware.stage {
                    JobStage::Hashing { done, .. } => *done = bytes,
                    JobStage::Uploading { done, .. } => *done = sent,
                    _ => {}
                }
                self.firmware.keep_pace(self.clock.now());
            }
            (_, Some((check, firmware))) if *check == job => {
                let firmware = firmware.clone();
                if let Some(stored) = self.firmware.stored(&firmware) {
                    let total = stored.info.size;
                    stored.verified = Verification::Running { done: bytes, total };
                }
            }
            _ => return,
        }
        self.firmware.changed = true;
    }

    pub(crate) fn job_ended(&mut self, job: JobId, ended: Ended) {
        if self.image_ended(job, &ended) {
            return;
        }
        if let Some((_, task)) = self.firmware.task.take_if(|it| it.0 == job) {
            self.firmware.changed = true;
            match (task, ended) {
                (Task::Upload, ended) => self.upload_ended(ended),
                (Task::Hash, Ended::Hashed(hashes)) => self.hashed(hashes),
                (Task::Hash, Ended::Page) => {
                    self.firmware.stage = JobStage::Failed(FileFailure::Page);
                }
                (Task::Hash, Ended::Failed(why)) => {
                    self.firmware.stage = JobStage::Failed(FileFailure::Unreadable(why));
                }
                // A job ends as it began.
                (Task::Hash, Ended::Answered { .. } | Ended::Changed) => self.abandon_file(),
            }
        } else if let Some((_, firmware)) = self.firmware.check.take_if(|it| it.0 == job) {
            self.firmware.changed = true;
            self.checked(&firmware, ended);
            self.check_next();
        }
    }

    fn hashed(&mut self, hashes: Hashes) {
        let wanted = self.firmware.file.as_ref().map_or(0, |it| it.size);
        if hashes.size != wanted {
            let failure = FileFailure::Changed { read: hashes.size, wanted };
            self.firmware.stage = JobStage::Failed(failure);
            return;
        }
        self.firmware.pace = None;
        let (md5, sha256) = (hashes.md5.clone(), hashes.sha256.clone());
        self.firmware.stage = JobStage::Hashed { md5, sha256 };
        self.firmware.hashes = Some(hashes);
        self.go_on_with_left();
    }

    /// Back to where the operator can try again with the same file.
    pub(super) fn not_uploaded(&mut self, why: NotUploaded) {
        self.give_up();
        self.firmware.pace = None;
        if let Some(Hashes { md5, sha256, .. }) = self.firmware.hashes.clone() {
            self.firmware.stage = JobStage::Hashed { md5, sha256 };
        }
        self.notices.add(Level::Error, News::NotUploaded(why));
    }

    pub(crate) fn verify(&mut self, firmware: FirmwareId) {
        let under_way = self.firmware.check.as_ref().is_some_and(|it| it.1 == firmware);
        let Some(stored) = self.firmware.stored(&firmware) else { return };
        if under_way {
            return;
        }
        stored.verified = Verification::Running { done: 0, total: stored.info.size };
        self.firmware.checks.retain(|it| *it != firmware);
        self.firmware.checks.push_back(firmware);
        self.check_next();
    }

    fn check_next(&mut self) {
        while self.firmware.check.is_none()
            && let Some(firmware) = self.firmware.checks.pop_front()
        {
            let Some(stored) = self.firmware.stored(&firmware) else { continue };
            let url = stored.info.url.clone();
            let job = self.firmware.next_job();
            self.firmware.check = Some((job, firmware));
            let url = self.reachable(&url);
            self.out.push_back(Output::Download { job, url });
        }
    }

    /// The download URL as this page can fetch it. Devices use the server's public address, which
    /// to a browser is another origin as soon as one says `localhost` and the other `127.0.0.1`:
    /// files that the server itself serves are fetched by their path.
    fn reachable(&self, url: &str) -> String {
        let path = url.split_once("://").and_then(|(_, rest)| rest.find('/').map(|at| &rest[at..]));
        match path {
            Some(path) if path.starts_with("/fw/") && !self.is_alone() => path.to_owned(),
            _ => url.to_owned(),
        }
    }

    fn checked(&mut self, firmware: &FirmwareId, ended: Ended) {
        let Some(stored) = self.firmware.stored(firmware) else { return };
        let failure = match ended {
            Ended::Hashed(found) => {
                deviation(&found, &recorded(&stored.info)).map(VerifyFailure::Differs)
            }
            Ended::Page => Some(VerifyFailure::Page),
            Ended::Failed(why) => Some(VerifyFailure::NotFetched(why)),
            // A job ends as it began.
            Ended::Changed => Some(VerifyFailure::NotFetched(String::new())),
            Ended::Answered { status, .. } => Some(VerifyFailure::NotFetched(status.to_string())),
        };
        stored.verified = match failure {
            None => Verification::Verified,
            Some(why) => Verification::Failed(why),
        };
    }

    fn push(&mut self, firmware: FirmwareId, devices: Vec<DeviceId>) {
        let Some(stored) = self.firmware.stored(&firmware) else { return };
        let (verified, info) = (stored.verified.clone(), stored.info.clone());
        let trusted = info.signed.as_ref().is_some_and(|it| it.trusted);
        let objection = match verified {
            _ if devices.is_empty() => Some(NotPushed::NoDevice),
            _ if !trusted && self.firmware.trust() != Trust::Any => Some(NotPushed::Unsigned),
            Verification::Verified => self.objection(&info.md5).map(NotPushed::Md5),
            Verification::Failed(VerifyFailure::Differs(_) | VerifyFailure::Page) => {
                Some(NotPushed::Differs)
            }
            Verification::Failed(VerifyFailure::NotFetched(why)) => {
                Some(NotPushed::NotFetched(why))
            }
            Verification::NotYet | Verification::Running { .. } => Some(NotPushed::NotVerified),
        };
        if let Some(why) = objection {
            let firmware = format!("{} {}", info.name, info.version);
            self.notices.add(Level::Error, News::NotPushed { firmware, why });
            return;
        }
        let (outdated_only, overrides) = (false, Vec::new());
        let plan = Plan::at_once();
        let request = RolloutRequest { firmware, devices, outdated_only, plan, overrides };
        self.out.push_back(self.rest.call_with(Call::Push, &request));
    }

    pub(crate) fn pushed(&mut self, fetched: Fetched) {
        let body = match fetched {
            Fetched::Answer { status: 201, body } => body,
            other => {
                let news = News::PushFailed(rest::failure(&other));
                return self.notices.add(Level::Error, news);
            }
        };
        let RolloutDetails { info, devices } = match api::from_json(&body) {
            Ok(details) => details,
            Err(error) => return self.misunderstood(&error.to_string()),
        };
        let mut taken = 0;
        for it in devices {
            let Some(device) = self.devices.get_mut(&it.device) else { continue };
            let state = it.state;
            let status = PushStatus {
                firmware: info.firmware.clone(),
                version: info.version.to_string(),
                state,
                reason: it.reason,
                detail: it.detail,
                since: it.since.unwrap_or(info.created),
            };
            if state.went_wrong() || state == PushState::Canceled {
                self.notices.add(Level::Error, News::DeviceNotPushed(device.name.clone()));
            } else {
                taken += 1;
            }
            // An event may have been quicker than this answer.
            let newer = device
                .push
                .as_ref()
                .is_some_and(|it| it.firmware == status.firmware && it.since > status.since);
            if !newer {
                device.push = Some(status);
            }
        }
        self.devices.changed = true;
        if taken > 0 {
            self.notices.add(Level::Info, News::Pushed(taken));
        }
    }
}
