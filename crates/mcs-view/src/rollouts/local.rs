//! Rollouts that this console runs itself, where there is no server: the state machine of `mcs_fota`,
//! kept by the browser.
//!
//! - What a step changes is kept before a notice of it goes out, so that a tab that is closed or
//!   loaded again knows of every notice that a device may have.
//! - One tab runs them, by a claim that the browser holds for it; the others look on.

mod hear;
mod image;
mod make;
mod run;
mod trust;

use mcs_fota::Reason;
use mcs_fota::rollout::api::{About, AuditEntry, Pace, RolloutDetails, RolloutDevice, RolloutInfo};
use mcs_fota::rollout::{Course, Rollout, Transport};
use mcs_model::api::{FirmwareInfo, FirmwareSignature};
use mcs_model::{DeviceId, FirmwareId, ProductId, Timestamp};
use mcs_sorted::Map;
use mcs_time::Time;
use serde::{Deserialize, Serialize};

use crate::io::{Claim, JobId};
use crate::link::Sent;
use crate::protocol::{Believed, Check, ImageRequest, Keeper};

/// So many rollouts that have ended are kept.
const MOST_ENDED: usize = 20;
/// So many images are offered.
const MOST_IMAGES: usize = 20;
/// More devices are too many for what a browser keeps in one piece.
const MOST_DEVICES: usize = 1000;
/// Under this prototype the page looks for images of addresses.
const PROTOTYPE: &str = "address";

/// What is known of rollouts without a server.
#[derive(Debug, Default)]
pub(crate) struct Local {
    book: Book,
    claim: Holding,
    /// What was given to the browser and is not yet settled.
    unsettled: u32,
    /// They go out when all is settled.
    sends: Vec<Send>,
    /// Notices that the broker has not answered, and of which rollout.
    under_way: Map<Sent, (String, Send)>,
    /// What devices said of their downloads.
    paces: Map<(String, DeviceId), Pace>,
    /// The image that is being fetched, and how much of it is here.
    fetching: Option<(JobId, ImageRequest, u64)>,
    /// What was checked of the newest image, and which one it became.
    pub(super) checks: Vec<Check>,
    pub(super) checked: Option<FirmwareId>,
    /// When a state machine wants to be woken.
    pub(crate) wake_at: Option<Time>,
    /// The page has not seen them as they are.
    changed: bool,
}

/// What the browser keeps.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub(crate) struct Book {
    images: Vec<Image>,
    rollouts: Vec<Entry>,
    #[serde(default)]
    believed: Believed,
}

/// A file behind an address, as it was when it was fetched.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
struct Image {
    firmware: FirmwareId,
    prototype: ProductId,
    name: String,
    version: String,
    url: String,
    size: u64,
    md5: String,
    sha256: String,
    fetched: Timestamp,
    /// It has the MD5 that the operator expected.
    expected: bool,
    /// Who vouched for it when it was fetched.
    #[serde(default)]
    signed: Option<FirmwareSignature>,
    /// Their whole key, as its base64 line.
    #[serde(default)]
    signer: Option<String>,
}

/// A rollout and what was done in it.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
struct Entry {
    id: String,
    image: Image,
    rollout: Rollout,
    audit: Vec<AuditEntry>,
    /// The devices whose end was told.
    ended: Vec<DeviceId>,
    /// The course that was told.
    course: Course,
}

/// A notice that is to go out.
#[derive(Clone, Debug, PartialEq, Eq)]
struct Send {
    rollout: String,
    device: DeviceId,
    transport: Transport,
    notice: u32,
    reason: Reason,
}

/// Whether this tab runs the rollouts.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
enum Holding {
    #[default]
    Unasked,
    Asked,
    Told(Claim),
}

impl Local {
    /// Whether something is going on that devices may add to.
    pub(crate) fn is_running(&self) -> bool {
        self.is_ours() && self.book.rollouts.iter().any(Entry::is_open)
    }

    fn is_ours(&self) -> bool {
        self.claim == Holding::Told(Claim::Ours)
    }

    /// What the page is told of it.
    pub(super) fn keeper(&self) -> Keeper {
        match self.claim {
            Holding::Unasked | Holding::Asked => Keeper::Awaited,
            Holding::Told(Claim::Ours) => Keeper::Here,
            Holding::Told(Claim::Elsewhere) => Keeper::Elsewhere,
            Holding::Told(Claim::Impossible) => Keeper::Nobody,
        }
    }

    /// All of them, newest first.
    pub(super) fn list(&self) -> Vec<RolloutInfo> {
        let mut all: Vec<_> = self.book.rollouts.iter().map(Entry::info).collect();
        mcs_sorted::sort_by(&mut all, |a, b| (b.created, &b.id).cmp(&(a.created, &a.id)));
        all
    }

    /// One of them.
    pub(super) fn details(&self, id: &str) -> Option<RolloutDetails> {
        let entry = self.entry(id)?;
        let mut details = details(&entry.rollout, &entry.id, &entry.image);
        for it in &mut details.devices {
            let pace = self.paces.get(&(entry.id.clone(), it.device.clone()));
            it.download = pace.map(|it| it.download(entry.image.size));
        }
        Some(details)
    }

    pub(super) fn audit(&self, id: &str) -> Option<Vec<AuditEntry>> {
        self.entry(id).map(|it| it.audit.clone())
    }

    /// The images, newest first.
    pub(super) fn images(&self) -> Vec<FirmwareInfo> {
        let info = |it: &Image| {
            let mut info = it.info();
            if let Some(signed) = &mut info.signed {
                signed.trusted = self.vouches(it);
            }
            info
        };
        self.book.images.iter().rev().map(info).collect()
    }

    /// How much of the image that is being fetched is here.
    pub(super) fn fetched(&self) -> Option<u64> {
        self.fetching.as_ref().map(|it| it.2)
    }

    pub(super) fn take_changed(&mut self) -> bool {
        core::mem::take(&mut self.changed)
    }

    fn entry(&self, id: &str) -> Option<&Entry> {
        self.book.rollouts.iter().find(|it| it.id == id)
    }

    fn entry_mut(&mut self, id: &str) -> Option<&mut Entry> {
        self.book.rollouts.iter_mut().find(|it| it.id == id)
    }

    /// The ids of those that go on.
    fn open(&self) -> Vec<String> {
        self.book.rollouts.iter().filter(|it| it.is_open()).map(|it| it.id.clone()).collect()
    }

    /// The oldest that have ended go.
    fn prune(&mut self) {
        let ended = self.book.rollouts.iter().filter(|it| !it.is_open()).count();
        let mut surplus = ended.saturating_sub(MOST_ENDED);
        // They stand in the order in which they were made.
        self.book.rollouts.retain(|it| {
            let goes = surplus > 0 && !it.is_open();
            surplus -= usize::from(goes);
            !goes
        });
        self.prune_images();
    }
}

impl Entry {
    fn is_open(&self) -> bool {
        !self.rollout.head().is_over()
    }

    fn info(&self) -> RolloutInfo {
        details(&self.rollout, &self.id, &self.image).info
    }
}

impl Image {
    fn info(&self) -> FirmwareInfo {
        FirmwareInfo {
            id: self.firmware.clone(),
            prototype: self.prototype.clone(),
            name: self.name.clone(),
            version: self.version.clone(),
            note: String::new(),
            size: self.size,
            md5: self.md5.clone(),
            sha256: self.sha256.clone(),
            url: self.url.clone(),
            uploaded: self.fetched,
            compatible: None,
            signed: self.signed.clone(),
        }
    }
}

fn details(rollout: &Rollout, id: &str, image: &Image) -> RolloutDetails {
    let mut members: Vec<_> = rollout.members().collect();
    mcs_sorted::sort_by(&mut members, |a, b| a.1.place().cmp(&b.1.place()));
    let about =
        About { id, by: "", prototype: &image.prototype, name: &image.name, sha256: &image.sha256 };
    RolloutDetails {
        info: RolloutInfo::new(rollout, &about),
        devices: members.into_iter().map(|(id, it)| RolloutDevice::new(rollout, id, it)).collect(),
    }
}
