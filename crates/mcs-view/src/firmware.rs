//! The firmware page: a file is hashed, held against what the operator expects, uploaded, held
//! against the server's hashes, fetched back as a device would, and only then pushed.

use std::collections::VecDeque;

use mcs_digest::Md5Hex;
use mcs_fota::{Manifest, ManifestError, TrustedKey};
use mcs_model::api::{FirmwareInfo, FirmwarePolicy};
use mcs_model::{DeviceId, FirmwareId, ProductId};

use crate::io::{FileInfo, Hashes, JobId};
use crate::protocol::{
    Deviation, ExpectedMd5, FirmwareJob, FirmwareView, JobStage, LeftUpload, StoredFirmware, Trust,
    Verification, Vouched,
};

mod checks;
mod flow;
mod judge;
mod left;
mod pace;
mod sending;
mod stored;

pub(crate) use judge::{Behind, Statement};
use left::Left;
use pace::Pacing;
use sending::Sending;

/// Everything on the firmware page.
#[derive(Debug, Default)]
pub(crate) struct Firmwares {
    /// The prototype that the page chose, or the first one.
    prototype: Option<ProductId>,
    /// Its firmwares, newest first.
    shelf: Vec<StoredFirmware>,
    file: Option<FileInfo>,
    /// Of the file.
    hashes: Option<Hashes>,
    stage: JobStage,
    /// As typed.
    expectation: String,
    /// What is being done with the file.
    task: Option<(JobId, Task)>,
    /// What is being fetched back, and what comes next.
    check: Option<(JobId, FirmwareId)>,
    checks: VecDeque<FirmwareId>,
    last_job: u64,
    /// Whom the server trusts.
    keys: Vec<TrustedKey>,
    policy: FirmwarePolicy,
    /// As their files say.
    manifest: Option<String>,
    signature: Option<String>,
    /// What the manifest says, whoever vouches for it.
    read: Option<Result<Manifest, ManifestError>>,
    /// Whether a trusted key vouches for it; nothing while one of both files is missing.
    vouched: Option<Result<TrustedKey, ManifestError>>,
    /// The file is on its way.
    sending: Option<Sending>,
    /// Files that were on their way when their page went.
    left: Left,
    pace: Option<Pacing>,
    /// The page has not seen it as it is.
    pub(crate) changed: bool,
}

/// What is being done with the file.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Task {
    Hash,
    Upload,
}

impl Firmwares {
    pub(crate) fn next_job(&mut self) -> JobId {
        self.last_job += 1;
        JobId(self.last_job)
    }

    /// The operator's expectation against the MD5 of `hashes`.
    fn expected(&self, md5: Option<&str>) -> ExpectedMd5 {
        if self.expectation.trim().is_empty() {
            return ExpectedMd5::None;
        }
        match (self.expectation.parse::<Md5Hex>(), md5.map(str::parse)) {
            (Err(_), _) => ExpectedMd5::Invalid,
            (Ok(_), None) => ExpectedMd5::Waiting,
            (Ok(expected), Some(Ok(md5))) if expected == md5 => ExpectedMd5::Match,
            (Ok(_), Some(_)) => ExpectedMd5::Mismatch,
        }
    }

    /// What the server asks of a firmware.
    pub(crate) fn trust(&self) -> Trust {
        let FirmwarePolicy { require_signed, require_signed_for, .. } = &self.policy;
        let of_this = self.prototype.as_ref().is_some_and(|it| require_signed_for.contains(it));
        match (*require_signed || of_this, self.keys.is_empty()) {
            (true, _) => Trust::SignedOnly,
            (false, false) => Trust::Signed,
            (false, true) => Trust::Any,
        }
    }

    /// Bytes of the largest file that the server takes, once it said so.
    fn most(&self) -> Option<u64> {
        Some(self.policy.max_bytes).filter(|it| *it > 0)
    }

    fn manifest(&self) -> Option<&Manifest> {
        self.read.as_ref()?.as_ref().ok()
    }

    /// Manifest and signature for the server, when a key that it trusts vouches for them.
    fn proof(&self) -> Option<(String, String)> {
        let Some(Ok(_)) = self.vouched else { return None };
        self.manifest.clone().zip(self.signature.clone())
    }

    fn vouch(&mut self, manifest: Option<String>, signature: Option<String>) {
        self.manifest = manifest.or(self.manifest.take());
        self.signature = signature.or(self.signature.take());
        self.prove();
    }

    fn believe(&mut self, policy: FirmwarePolicy) {
        self.keys = policy.keys.iter().filter_map(|it| it.parse().ok()).collect();
        self.policy = policy;
        self.changed = true;
        self.prove();
    }

    fn prove(&mut self) {
        self.read = self.manifest.as_ref().map(|it| Manifest::read(it.as_bytes()));
        let both = self.manifest.as_ref().zip(self.signature.as_ref());
        self.vouched = both.map(|(manifest, signature)| {
            Manifest::verify(manifest.as_bytes(), signature, &self.keys).map(|it| it.by)
        });
    }

    fn stored(&mut self, firmware: &FirmwareId) -> Option<&mut StoredFirmware> {
        self.shelf.iter_mut().find(|it| it.info.id == *firmware)
    }

    /// The server's list. What was verified stays so while its record is the same.
    fn restock(&mut self, mut list: Vec<FirmwareInfo>) {
        mcs_sorted::sort_by(&mut list, |a, b| (b.uploaded, &b.id).cmp(&(a.uploaded, &a.id)));
        let former = core::mem::take(&mut self.shelf);
        let verified = |info: &FirmwareInfo| {
            let same = former.iter().find(|it| it.info == *info);
            same.map_or(Verification::NotYet, |it| it.verified.clone())
        };
        self.shelf = list
            .into_iter()
            .map(|info| StoredFirmware { verified: verified(&info), info })
            .collect();
        self.changed = true;
    }

    /// Images of addresses in place of the server's list.
    pub(crate) fn stock(&mut self, prototype: ProductId, list: Vec<FirmwareInfo>) {
        self.prototype = Some(prototype);
        self.restock(list);
    }

    /// What the page shows.
    pub(crate) fn view(
        &self,
        prototypes: Vec<(ProductId, String)>,
        devices: Vec<DeviceId>,
        may_upload: bool,
        left: Option<LeftUpload>,
    ) -> FirmwareView {
        let md5 = self.hashes.as_ref().map(|it| it.md5.as_str());
        let checks = self.checks(&prototypes);
        let manifest = self.manifest().map(|it| Vouched {
            name: it.name.clone(),
            version: it.version.to_string(),
            md5: it.md5.to_string(),
        });
        FirmwareView {
            prototypes,
            prototype: self.prototype.clone(),
            firmwares: self.shelf.clone(),
            job: FirmwareJob {
                file: self.file.as_ref().map(|it| (it.name.clone(), it.size)),
                stage: self.stage.clone(),
                expected: self.expected(md5),
                manifest,
                checks,
                pace: self.pace.and_then(|it| it.shown(&self.stage)),
                held: self.deadline().is_some(),
            },
            devices,
            may_upload,
            left,
            trust: self.trust(),
        }
    }

    /// Whether a firmware is known and nobody has tried to verify it.
    pub(crate) fn is_unverified(&self, firmware: &FirmwareId) -> bool {
        let found = self.shelf.iter().find(|it| it.info.id == *firmware);
        found.is_some_and(|it| it.verified == Verification::NotYet)
    }

    /// The MD5 of a firmware that was verified.
    pub(crate) fn verified_md5(&self, firmware: &FirmwareId) -> Option<&str> {
        let found = self.shelf.iter().find(|it| it.info.id == *firmware)?;
        (found.verified == Verification::Verified).then_some(found.info.md5.as_str())
    }

    /// The chosen prototype.
    pub(crate) fn prototype(&self) -> Option<&ProductId> {
        self.prototype.as_ref()
    }
}

/// What of `found` is another than it should be, if anything is.
fn deviation(found: &Hashes, wanted: &Hashes) -> Option<Deviation> {
    if found.size != wanted.size {
        Some(Deviation::Size { found: found.size, wanted: wanted.size })
    } else if found.md5 != wanted.md5 {
        let (found, wanted) = (found.md5.clone(), wanted.md5.clone());
        Some(Deviation::Md5 { found, wanted })
    } else if found.sha256 != wanted.sha256 {
        let (found, wanted) = (found.sha256.clone(), wanted.sha256.clone());
        Some(Deviation::Sha256 { found, wanted })
    } else {
        None
    }
}

/// What a record says of its file.
fn recorded(info: &FirmwareInfo) -> Hashes {
    Hashes { size: info.size, md5: info.md5.clone(), sha256: info.sha256.clone() }
}
