//! A file on its way to the server: begun, sent, and after a cut gone on with from what is there.

use std::time::Duration;

use mcs_model::ProductId;
use mcs_model::api::{self, ApiError, FirmwareInfo, FirmwareUpload};
use mcs_time::Time;
use serde::{Deserialize, Serialize};

use super::{Firmwares, Task};
use crate::console::Console;
use crate::io::{Ended, Fetched, Hashes, Output};
use crate::protocol::{FileFailure, JobStage, NotUploaded};
use crate::rest::{self, Call, HEADERS, SendingCall};

/// An upload.
#[derive(Debug)]
pub(super) struct Sending {
    /// Tells it from another one.
    number: u64,
    prototype: ProductId,
    declared: Declared,
    /// Its id on the server, once it has one.
    id: Option<String>,
    /// The first byte of what is being sent.
    from: u64,
    /// Attempts that failed since something went well.
    failures: u32,
    /// When to ask the server how far it is.
    pub(super) again_at: Option<Time>,
}

/// What is said about a file before it is sent.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Declared {
    pub(super) name: String,
    pub(super) version: String,
    pub(super) note: String,
    pub(super) size: u64,
    pub(super) md5: String,
    pub(super) sha256: String,
    pub(super) manifest: String,
    pub(super) signature: String,
}

impl Declared {
    /// Whether it was said of a file with these hashes.
    pub(super) fn is_of(&self, hashes: &Hashes) -> bool {
        (self.size, &self.md5, &self.sha256) == (hashes.size, &hashes.md5, &hashes.sha256)
    }
}

impl Sending {
    /// One that another page began, as far as it came.
    pub(super) const fn left(
        number: u64,
        prototype: ProductId,
        declared: Declared,
        id: String,
        from: u64,
    ) -> Self {
        Self { number, prototype, declared, id: Some(id), from, failures: 0, again_at: None }
    }

    /// What another page needs to go on, once the server knows of it.
    pub(super) fn begun(&self) -> Option<(String, ProductId, Declared)> {
        Some((self.id.clone()?, self.prototype.clone(), self.declared.clone()))
    }
}

/// The longest pause between two attempts.
const LONGEST: Duration = Duration::from_secs(15);

impl Firmwares {
    /// When [`Console::resume_upload`] has something to do.
    pub(crate) fn deadline(&self) -> Option<Time> {
        self.sending.as_ref()?.again_at
    }

    /// So many bytes of the file have gone out in all.
    pub(super) fn sent(&self, bytes: u64) -> u64 {
        self.sending.as_ref().map_or(bytes, |it| it.from.saturating_add(bytes))
    }
}

impl Console {
    pub(super) fn begin_upload(&mut self, prototype: ProductId, declared: Declared) {
        self.discard_left();
        let number = self.firmware.next_job().0;
        self.firmware.sending = Some(Sending {
            number,
            prototype,
            declared,
            id: None,
            from: 0,
            failures: 0,
            again_at: None,
        });
        self.declare();
    }

    pub(crate) fn sending_fetched(&mut self, call: SendingCall, fetched: Fetched) {
        if let SendingCall::Look(id) = &call {
            return self.left_seen(id, &fetched);
        }
        let Some(sending) = &self.firmware.sending else { return self.give_up_late(call, fetched) };
        let ours = match &call {
            SendingCall::Begin(_, number) => *number == sending.number,
            SendingCall::Ask(id) => Some(id) == sending.id.as_ref(),
            SendingCall::Look(_) | SendingCall::GiveUp(_) => false,
        };
        if !ours {
            return self.give_up_late(call, fetched);
        }
        self.firmware.changed = true;
        match (call, fetched) {
            (_, Fetched::Answer { status: 200 | 201, body }) => self.goes_on(&body),
            (_, Fetched::Answer { status, body }) if status < 500 => {
                self.not_uploaded(NotUploaded::Refused(rest::error_text(status, &body)));
            }
            (SendingCall::Begin(..), Fetched::Answer { status, body }) => {
                self.not_uploaded(NotUploaded::Refused(rest::error_text(status, &body)));
            }
            // An upload whose id never came is empty, and swept by the server.
            _ => self.try_again(),
        }
    }

    /// One piece of the way is over.
    pub(super) fn upload_ended(&mut self, ended: Ended) {
        match ended {
            Ended::Answered { status: 401, .. } => self.expired(),
            Ended::Answered { status: 200, body } => self.goes_on(&body),
            Ended::Answered { status, body } if status >= 500 || is_elsewhere(status, &body) => {
                self.try_again();
            }
            Ended::Answered { status, body } => {
                // What was refused is forgotten there.
                self.end_sending();
                self.not_uploaded(NotUploaded::Refused(rest::error_text(status, &body)));
            }
            Ended::Failed(_) => self.try_again(),
            Ended::Changed => {
                self.give_up();
                self.firmware.hashes = None;
                self.firmware.stage = JobStage::Failed(FileFailure::ChangedSince);
            }
            // A job ends as it began.
            Ended::Hashed(_) | Ended::Page => self.abandon_file(),
        }
    }

    /// The upload is forgotten, here and there.
    pub(super) fn give_up(&mut self) {
        if let Some(id) = self.end_sending() {
            self.out.push_back(self.rest.call(Call::Sending(SendingCall::GiveUp(id))));
        }
    }

    /// The upload is over; answers the id that it had.
    fn end_sending(&mut self) -> Option<String> {
        let id = self.firmware.sending.take()?.id?;
        self.upload_over(&id);
        Some(id)
    }

    /// Asks the server how far the upload is, or begins it, when it is time for that.
    pub(crate) fn resume_upload(&mut self) {
        let now = self.clock.now();
        let Some(sending) = &mut self.firmware.sending else { return };
        if sending.again_at.take_if(|at| *at <= now).is_none() {
            return;
        }
        match sending.id.clone() {
            Some(id) => self.out.push_back(self.rest.call(Call::Sending(SendingCall::Ask(id)))),
            None => self.declare(),
        }
    }

    /// Tells the server what is about to come.
    fn declare(&mut self) {
        let Some(Sending { number, prototype, declared, .. }) = &self.firmware.sending else {
            return;
        };
        let call = Call::Sending(SendingCall::Begin(prototype.clone(), *number));
        self.out.push_back(self.rest.call_with(call, declared));
    }

    fn goes_on(&mut self, body: &[u8]) {
        let upload = match api::from_json::<FirmwareUpload>(body) {
            Ok(upload) => upload,
            Err(error) => return self.not_uploaded(NotUploaded::Unclear(error.to_string())),
        };
        let FirmwareUpload { id, offset, firmware, .. } = upload;
        if let Some(firmware) = firmware {
            self.end_sending();
            return self.arrived(firmware);
        }
        let job = self.firmware.next_job();
        let Some(sending) = &mut self.firmware.sending else { return };
        if offset > sending.from {
            sending.failures = 0;
        }
        (sending.from, sending.again_at) = (offset, None);
        let path = rest::upload_path(&id);
        sending.id = Some(id);
        self.firmware.task = Some((job, Task::Upload));
        self.firmware.begin_pace(self.clock.now(), offset);
        if let JobStage::Uploading { done, .. } = &mut self.firmware.stage {
            *done = offset;
        }
        self.out.push_back(Output::Upload { job, from: offset, path, headers: HEADERS.to_vec() });
        self.keep_upload();
    }

    /// The connection was cut: the server has what came before.
    fn try_again(&mut self) {
        let now = self.clock.now();
        let Some(sending) = &mut self.firmware.sending else { return };
        let pause = Duration::from_millis(500 << sending.failures.min(6)).min(LONGEST);
        sending.failures += 1;
        sending.again_at = Some(now + pause);
        self.firmware.pace = None;
    }

    /// Nobody waits any more for what begins now.
    fn give_up_late(&mut self, call: SendingCall, fetched: Fetched) {
        if let (SendingCall::Begin(..), Fetched::Answer { status: 201, body }) = (call, fetched)
            && let Ok(upload) = api::from_json::<FirmwareUpload>(&body)
        {
            self.out.push_back(self.rest.call(Call::Sending(SendingCall::GiveUp(upload.id))));
        }
    }

    fn arrived(&mut self, info: FirmwareInfo) {
        let Some(hashes) = self.firmware.hashes.clone() else { return };
        self.firmware.pace = None;
        if let Some(deviation) = super::deviation(&super::recorded(&info), &hashes) {
            // Never goes on from here: what lies on the server is not what was chosen.
            self.firmware.stage = JobStage::Failed(FileFailure::Received(deviation));
            self.list_firmwares();
            return;
        }
        let Hashes { md5, sha256, .. } = hashes;
        self.firmware.stage = JobStage::Uploaded { md5, sha256, firmware: info.id.clone() };
        if self.firmware.prototype.as_ref() == Some(&info.prototype) {
            let mut list: Vec<_> = self.firmware.shelf.iter().map(|it| it.info.clone()).collect();
            list.retain(|it| it.id != info.id);
            list.push(info.clone());
            self.firmware.restock(list);
            self.verify(info.id);
        }
    }
}

/// Whether the upload is further than we thought, or less far.
fn is_elsewhere(status: u16, body: &[u8]) -> bool {
    status == 409 && api::from_json::<ApiError>(body).is_ok_and(|it| it.code == "offset")
}
