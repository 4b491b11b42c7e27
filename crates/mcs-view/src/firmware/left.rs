//! An upload that a page has left unfinished: what this browser keeps of it, so that the same file
//! goes on after a reload.
//!
//! To ask the server how far an upload is cuts whoever sends it. So of several tabs one asks: the
//! one that holds the claim, which a tab that sends holds until it is closed.

use mcs_model::ProductId;
use mcs_model::api::{self, FirmwareUpload};
use serde::{Deserialize, Serialize};

use super::sending::{Declared, Sending};
use crate::console::Console;
use crate::io::{Claim, Fetched, Output};
use crate::kept;
use crate::protocol::{JobStage, LeftUpload, Level, News};
use crate::rest::{Call, SendingCall};

/// What is kept of an upload that has not ended.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Unfinished {
    /// Whose it is: nobody else can go on with it.
    user: String,
    /// What the file was called.
    file: String,
    id: String,
    prototype: ProductId,
    declared: Declared,
}

/// Uploads that pages have left, of each user one at most.
#[derive(Debug, Default)]
pub(super) struct Left {
    kept: Vec<Unfinished>,
    claim: Holding,
    /// How much of ours the server has, once it said so.
    offset: Option<u64>,
}

/// Whether this tab minds them.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
enum Holding {
    #[default]
    Unasked,
    Asked,
    Here,
    Elsewhere,
}

impl Left {
    /// The same after somebody signed out.
    pub(super) fn signed_out(self) -> Self {
        Self { offset: None, ..self }
    }
}

impl Console {
    /// What pages have left, from the last time.
    pub(crate) fn restore_uploads(&mut self, kept: Vec<Unfinished>) {
        if self.is_alone() {
            return;
        }
        let left = &mut self.firmware.left;
        if left.kept != kept {
            (left.kept, left.offset) = (kept, None);
            self.firmware.changed = true;
        }
        self.look_for_left();
    }

    /// Whether this tab minds them.
    pub(crate) fn uploads_claimed(&mut self, claim: Claim) {
        self.firmware.left.claim = match claim {
            // Without claims every tab takes itself for the only one.
            Claim::Ours | Claim::Impossible => Holding::Here,
            Claim::Elsewhere => Holding::Elsewhere,
        };
        self.keep_upload();
        self.look_for_left();
    }

    /// Asks the server how far the upload is that was left, if there is one.
    pub(super) fn look_for_left(&mut self) {
        if self.firmware.sending.is_some() || self.firmware.left.offset.is_some() {
            return;
        }
        let Some(id) = self.left().map(|it| it.id.clone()) else { return };
        let call = Call::Sending(SendingCall::Look(id));
        if self.minds_uploads() && !self.rest.awaits(|it| *it == call) {
            self.out.push_back(self.rest.call(call));
        }
    }

    pub(super) fn left_seen(&mut self, id: &str, fetched: &Fetched) {
        if self.firmware.sending.is_some() || self.left().is_none_or(|it| it.id != id) {
            return;
        }
        self.firmware.changed = true;
        match fetched {
            Fetched::Answer { status: 200, body } => match api::from_json::<FirmwareUpload>(body) {
                Ok(FirmwareUpload { firmware: None, offset, .. }) => {
                    self.firmware.left.offset = Some(offset);
                }
                Ok(_) => {
                    // All was there already when the page went.
                    self.forget_left();
                    self.list_firmwares();
                }
                Err(error) => self.misunderstood(&error.to_string()),
            },
            Fetched::Answer { status: 404, .. } => {
                if let Some(left) = self.forget_left() {
                    self.notices.add(Level::Warning, News::UploadExpired(left.file));
                }
            }
            // The next page that is opened asks again.
            _ => {}
        }
    }

    /// A file was hashed: when it is the one that was left, the rest of it is sent.
    pub(super) fn go_on_with_left(&mut self) {
        let (Some(offset), Some(left), Some(hashes)) =
            (self.firmware.left.offset, self.left().cloned(), self.firmware.hashes.clone())
        else {
            return;
        };
        let Unfinished { file, id, prototype, declared, .. } = left;
        if !declared.is_of(&hashes) {
            return self.notices.add(Level::Warning, News::UploadOfOther(file));
        }
        if self.objection(&hashes.md5).is_some() {
            // The page says so beside the sums.
            return;
        }
        if !declared.manifest.is_empty() {
            let (manifest, signature) = (declared.manifest.clone(), declared.signature.clone());
            self.firmware.vouch(Some(manifest), Some(signature));
        }
        let number = self.firmware.next_job().0;
        self.firmware.left.offset = None;
        self.firmware.stage = JobStage::Uploading {
            md5: hashes.md5,
            sha256: hashes.sha256,
            done: offset,
            total: hashes.size,
        };
        self.firmware.sending =
            Some(Sending::left(number, prototype, declared, id.clone(), offset));
        self.out.push_back(self.rest.call(Call::Sending(SendingCall::Ask(id))));
    }

    /// The upload that was left is given up, here and there.
    pub(super) fn discard_left(&mut self) {
        if self.firmware.left.claim != Holding::Elsewhere
            && let Some(left) = self.forget_left()
        {
            self.out.push_back(self.rest.call(Call::Sending(SendingCall::GiveUp(left.id))));
        }
    }

    /// Keeps the upload that goes on, in place of a former one.
    pub(super) fn keep_upload(&mut self) {
        let (Some(sending), Some(user), Some(file)) =
            (&self.firmware.sending, self.user(), &self.firmware.file)
        else {
            return;
        };
        let Some((id, prototype, declared)) = sending.begun() else { return };
        let file = file.name.clone();
        let unfinished = Unfinished { user: user.to_owned(), file, id, prototype, declared };
        if self.minds_uploads() && self.left() != Some(&unfinished) {
            let kept = &mut self.firmware.left.kept;
            kept.retain(|it| it.user != unfinished.user);
            kept.push(unfinished);
            self.write_uploads();
        }
    }

    /// An upload has ended, however it did.
    pub(super) fn upload_over(&mut self, id: &str) {
        if self.left().is_some_and(|it| it.id == id) {
            self.forget_left();
        }
    }

    /// What the page says of it.
    pub(crate) fn left_upload(&self) -> Option<LeftUpload> {
        let (done, left) = (self.firmware.left.offset?, self.left()?);
        Some(LeftUpload { file: left.file.clone(), done, total: left.declared.size })
    }

    fn forget_left(&mut self) -> Option<Unfinished> {
        let left = self.left()?.clone();
        self.firmware.left.kept.retain(|it| *it != left);
        self.firmware.left.offset = None;
        self.firmware.changed = true;
        self.write_uploads();
        Some(left)
    }

    fn write_uploads(&mut self) {
        let kept = core::mem::take(&mut self.firmware.left.kept);
        self.keep(kept::UPLOADS, &kept);
        self.firmware.left.kept = kept;
    }

    /// Whether this tab minds them; asks for that the first time.
    fn minds_uploads(&mut self) -> bool {
        if self.firmware.left.claim == Holding::Unasked {
            self.firmware.left.claim = Holding::Asked;
            self.out.push_back(Output::Claim(kept::UPLOADS));
        }
        self.firmware.left.claim == Holding::Here
    }

    /// Ours.
    fn left(&self) -> Option<&Unfinished> {
        let user = self.user()?;
        self.firmware.left.kept.iter().find(|it| it.user == user)
    }

    fn user(&self) -> Option<&str> {
        self.signed_in.as_ref().map(|it| it.name.as_str())
    }
}
