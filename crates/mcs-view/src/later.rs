//! What the console does after its first page: a shell may load that part when the console runs
//! already, so that less stands between an operator and the first page.
//!
//! Without it a console signs in, connects, and shows the devices. It is whole once the shell hands
//! it [`LATER`]; until then the shell keeps back what [`FirstRequest`] does not read. Nothing else
//! of this part can happen before: answers, probes and jobs follow requests, and what was kept from
//! the last time waits. A shell that splits its program refers to [`LATER`] from the split-off part
//! and nowhere else: then what only it reaches is loaded with it.

use core::fmt;

use mcs_model::{ChannelId, DeviceId};
use mcs_session::Outcome;

use crate::charts::Ask;
use crate::console::Console;
use crate::frame::News;
use crate::io::{Fetched, FileInfo, Input};
use crate::kept;
use crate::link::Sent;
use crate::protocol::{self, ConnectionId, DecodeError, Frame, FrameRequest, Request};
use crate::rest::Call;

/// The whole of that part.
pub static LATER: Later = Later {
    decode: protocol::decode::<Request>,
    request: Console::later_request,
    fetched: Console::later_fetched,
    input: Console::later_input,
    frame: Console::later_frame,
    restore: Console::restore_all,
    diagnose: Console::diagnose,
    repeat: Console::repeat_all,
    send_waiting: Console::send_waiting,
    heard: Console::heard_from,
    notice_completed: Console::notice_completed,
    encode: protocol::encode::<Frame>,
};

/// The functions by which the console reaches that part.
pub struct Later {
    decode: fn(&[u8]) -> Result<Request, DecodeError>,
    request: fn(&mut Console, Request, Option<FileInfo>),
    fetched: fn(&mut Console, Call, Fetched),
    input: fn(&mut Console, Input<'_>),
    pub(crate) frame: fn(&mut Console, &FrameRequest, News, &mut Frame, &mut Vec<f32>),
    pub(crate) restore: fn(&mut Console),
    diagnose: fn(&mut Console, ConnectionId),
    repeat: fn(&mut Console),
    send_waiting: fn(&mut Console),
    heard: fn(&mut Console, &DeviceId, Option<&ChannelId>, &[u8]),
    notice_completed: fn(&mut Console, Sent, Outcome),
    encode: fn(&Frame) -> Vec<u8>,
}

impl Console {
    /// The console is whole now.
    pub(crate) fn join(&mut self, later: &'static Later) {
        self.later = Some(later);
        // The page has been shown less than there was.
        self.page.incomplete = true;
        self.restore_waiting();
    }

    pub(crate) fn request_later(&mut self, request: Request, file: Option<FileInfo>) {
        if let Some(later) = self.later {
            (later.request)(self, request, file);
        }
    }

    pub(crate) fn fetched_later(&mut self, call: Call, fetched: Fetched) {
        if let Some(later) = self.later {
            (later.fetched)(self, call, fetched);
        }
    }

    pub(crate) fn input_later(&mut self, input: Input<'_>) {
        if let Some(later) = self.later {
            (later.input)(self, input);
        }
    }

    pub(crate) fn repeat_later(&mut self) {
        if let Some(later) = self.later {
            (later.repeat)(self);
        }
    }

    pub(crate) fn send_waiting_later(&mut self) {
        if let Some(later) = self.later {
            (later.send_waiting)(self);
        }
    }

    /// Without a server: a device published this.
    pub(crate) fn heard_later(
        &mut self,
        id: &DeviceId,
        channel: Option<&ChannelId>,
        payload: &[u8],
    ) {
        if let Some(later) = self.later {
            (later.heard)(self, id, channel, payload);
        }
    }

    /// The broker answered what perhaps was a notice.
    pub(crate) fn notice_completed_later(&mut self, sent: Sent, outcome: Outcome) {
        if let Some(later) = self.later {
            (later.notice_completed)(self, sent, outcome);
        }
    }

    pub(crate) fn diagnose_later(&mut self, id: ConnectionId) {
        if let Some(later) = self.later {
            (later.diagnose)(self, id);
        }
    }

    fn later_request(&mut self, request: Request, file: Option<FileInfo>) {
        match request {
            Request::Connections(request) => self.connections_request(request),
            Request::AddDevice(device) => self.add_device(device),
            Request::ImportDevices(text) => self.import_devices(&text),
            Request::ExportDevices => self.export_devices(),
            Request::RemoveDevice(id) => self.remove_device(&id),
            Request::Send { device, channel, text } => self.send(&device, &channel, text),
            Request::Card(request) => self.card_request(request),
            Request::Credentials(id) => self.fetch_credentials(&id),
            Request::Charts(request) => self.charts_request(request),
            Request::Accounts(request) => self.accounts_request(request),
            Request::Firmware(request) => self.firmware_request(request, file),
            Request::Messages(request) => self.messages_request(request),
            Request::Prototypes(request) => self.prototypes_request(request),
            Request::Rollouts(request) => self.rollouts_request(&request),
            Request::Start(_)
            | Request::Frame(_)
            | Request::Login { .. }
            | Request::Logout { .. }
            | Request::Wake
            | Request::Dismiss(_) => {}
        }
    }

    fn later_fetched(&mut self, call: Call, fetched: Fetched) {
        match call {
            Call::Credentials(_) => self.credentials_fetched(fetched),
            Call::Series { device, channel, time, span, .. } => {
                self.history_fetched(&(device, channel, time), Ask::Span(span), fetched);
            }
            Call::Before { device, channel, time, before } => {
                self.history_fetched(&(device, channel, time), Ask::Before(before), fetched);
            }
            Call::Recall { device, channel, .. } => {
                self.trail_recalled(&device, &channel, fetched);
            }
            Call::Runs { device, channel } => self.runs_fetched(device, channel, fetched),
            Call::Export { channel, span, .. } => self.export_fetched(&channel, span, fetched),
            Call::Firmwares(prototype) => self.firmwares_listed(&prototype, fetched),
            Call::DescribeFirmware(id) => self.firmware_described(&id, &fetched),
            Call::RemoveFirmware(id) => self.firmware_removed(&id, &fetched),
            Call::FirmwarePolicy => self.policy_fetched(&fetched),
            Call::Sending(call) => self.sending_fetched(call, fetched),
            Call::Password => self.password_changed(fetched),
            Call::Sessions => self.sessions_listed(fetched),
            Call::EndSession(_) => self.session_ended(fetched),
            Call::People => self.people_listed(fetched),
            Call::Act(..) => self.acted(fetched),
            Call::Push => self.pushed(fetched),
            Call::Prototypes(call) => self.prototypes_fetched(call, fetched),
            Call::Rollouts(call) => self.rollouts_fetched(call, fetched),
            Call::Probe
            | Call::Ticket
            | Call::Identity
            | Call::Login
            | Call::Logout { .. }
            | Call::Devices { .. } => {}
        }
    }

    fn repeat_all(&mut self) {
        self.repeat_messages();
        self.repeat_rollouts();
        self.resume_upload();
    }

    fn later_input(&mut self, input: Input<'_>) {
        match input {
            Input::KeptElsewhere(name, bytes) => self.restore_changed(&name, bytes.as_deref()),
            Input::Settled(name) if name == kept::ROLLOUTS => self.rollouts_settled(),
            Input::NotKept(_) => self.rollouts_not_kept(),
            Input::Claimed(kept::UPLOADS, claim) => self.uploads_claimed(claim),
            Input::Claimed(_, claim) => self.rollouts_claimed(claim),
            Input::Sealed(id, bytes) => self.sealed(id, bytes),
            Input::Unsealed(id, unsealed) => self.unsealed(id, unsealed),
            Input::Probed(probe, yes) => self.probe_ended(probe, yes),
            Input::Progress(job, done) => self.job_progress(job, done),
            Input::Ended(job, ended) => self.job_ended(job, ended),
            _ => {}
        }
    }
}

impl Later {
    /// Any message of the page.
    ///
    /// # Errors
    /// It is of another version or no request.
    pub fn read(&self, bytes: &[u8]) -> Result<Request, DecodeError> {
        (self.decode)(bytes)
    }

    /// Any frame for the page.
    pub fn write(&self, frame: &Frame) -> Vec<u8> {
        (self.encode)(frame)
    }
}

impl fmt::Debug for Later {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Later")
    }
}
