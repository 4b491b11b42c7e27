//! How far one firmware is on its way to one device.

mod seconds;
mod terms;
mod words;

use core::time::Duration;
use std::collections::VecDeque;

use mcs_model::api::{PushState, PushStatus};
use mcs_model::{FirmwareId, Timestamp};
use serde::{Deserialize, Serialize};

pub use mcs_model::api::{Reason, Unreachable};
pub use terms::Terms;

use words::Word;

use crate::Version;

#[cfg(test)]
mod tests;

/// One push to one device.
///
/// It outlives the process: times are wall-clock times, and serde stores and restores it; after a
/// restore hand in [`Input::Timeout`]. Drive it with [`Push::handle_input`] and drain
/// [`Push::poll_output`] after each call until [`Output::Timeout`].
///
/// Rules:
/// 1. Only a report of the target version after the notice was sent ends it as *updated*, and only
///    if the device keeps it for [`Terms::confirming`]; with another version it has *rolled back*.
///    A report before the notice means *already installed*.
/// 2. A device that comes back after the notice and reports another version is sent the notice
///    again, up to [`Terms::attempts`] times in all; then the push has *failed*. One that lets a
///    time pass is sent it up to [`Terms::unanswered`] times in all; then it has *timed out*.
/// 3. Every state has its own time; a device that tells nothing of its progress has the time of
///    *initiated* for the whole way.
/// 4. An end is the end: nothing that comes later changes it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Push {
    firmware: FirmwareId,
    version: Version,
    #[serde(rename = "times")]
    terms: Terms,
    state: PushState,
    #[serde(default)]
    reason: Reason,
    #[serde(default)]
    percent: Option<u8>,
    since: Timestamp,
    deadline: Option<Timestamp>,
    /// How often the notice was sent.
    attempts: u8,
    /// Whether the device came back after the last notice.
    back: bool,
    #[serde(skip)]
    outputs: VecDeque<Output>,
}

/// What happened to a device that a firmware is pushed to.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Input {
    /// The notice was handed to the device's transport.
    Sent,
    /// It was perhaps: the process ended meanwhile.
    SentPerhaps,
    /// It could not be; the reason. It stays queued until [`Input::Reconnected`].
    NotSent(Unreachable),
    /// The device began to fetch the file.
    DownloadStarted,
    /// So many percent of the file were sent to the device.
    DownloadProgress(u8),
    /// The last byte of the file was sent to the device.
    DownloadFinished,
    /// The device reported the version that it runs.
    VersionReported(String),
    /// The device uploaded this text to its channel `status` (CONTRACT §5.4): `fotaing` means that
    /// it is downloading or, once the whole file is with it, that it writes the image; the names of
    /// states mean themselves.
    StatusText(String),
    /// The device connected anew.
    Reconnected,
    /// An operator ended the push, or a newer one took its place; which of both.
    Canceled(Reason),
    /// The time that [`Output::Timeout`] gave has come; too early does no harm.
    Timeout,
}

/// What a push wants.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Output {
    /// Send the notice if the device is here, and answer [`Input::Sent`] or [`Input::NotSent`].
    Send,
    /// [`Push::status`] is another; store and show it.
    Changed,
    /// Nothing more for now; call with [`Input::Timeout`] at this time, if there is one.
    Timeout(Option<Timestamp>),
}

impl Push {
    /// A push that an operator asks for now; `reported` is the version that the device reported
    /// last.
    pub fn new(
        firmware: FirmwareId,
        version: Version,
        reported: Option<&str>,
        terms: Terms,
        now: Timestamp,
    ) -> Self {
        let mut push = Self {
            firmware,
            version,
            terms,
            state: PushState::Queued,
            reason: Reason::None,
            percent: None,
            since: now,
            deadline: None,
            attempts: 0,
            back: false,
            outputs: VecDeque::new(),
        };
        if reported == Some(push.version.as_str()) {
            push.enter(now, PushState::AlreadyInstalled, Reason::None);
        } else {
            push.queue(now, Reason::None);
        }
        push
    }

    /// The same push, for this reason.
    pub(crate) fn because(self, reason: Reason) -> Self {
        if self.is_over() { self } else { Self { reason, ..self } }
    }

    /// Takes what happened. What has no meaning in the present state is passed over.
    pub fn handle_input(&mut self, now: Timestamp, input: Input) {
        if self.is_over() {
            return;
        }
        match input {
            Input::Sent if self.state == PushState::Queued => self.sent(now, Reason::None),
            Input::SentPerhaps if self.state == PushState::Queued => self.sent(now, Reason::Unsure),
            Input::NotSent(why) if self.state == PushState::Queued => {
                self.enter(now, PushState::Queued, Reason::NotSent(why));
            }
            Input::DownloadStarted if self.may_fetch() => self.download(now, None),
            Input::DownloadProgress(percent) if self.state == PushState::Downloading => {
                self.download(now, Some(percent));
            }
            // The end of a download may be heard of after the device's own word.
            Input::DownloadFinished if self.may_fetch() => {
                self.advance(now, PushState::Downloaded);
            }
            Input::VersionReported(version) => self.report(now, version.trim()),
            Input::StatusText(text) if self.was_sent() => self.hear(now, &text),
            Input::Reconnected if self.state == PushState::Queued => {
                self.outputs.push_back(Output::Send);
            }
            Input::Reconnected => self.back = true,
            Input::Canceled(reason) => self.enter(now, PushState::Canceled, reason),
            Input::Timeout => self.expire(now),
            Input::Sent
            | Input::SentPerhaps
            | Input::NotSent(_)
            | Input::DownloadStarted
            | Input::DownloadProgress(_)
            | Input::DownloadFinished
            | Input::StatusText(_) => {}
        }
    }

    /// What to do next; drain it after each call until [`Output::Timeout`].
    pub fn poll_output(&mut self) -> Output {
        self.outputs.pop_front().unwrap_or(Output::Timeout(self.deadline))
    }

    /// How far it is.
    pub fn status(&self) -> PushStatus {
        PushStatus {
            firmware: self.firmware.clone(),
            version: self.version.to_string(),
            state: self.state,
            reason: self.reason.clone(),
            detail: self.reason.to_string(),
            since: self.since,
        }
    }

    /// Where it is.
    pub const fn state(&self) -> PushState {
        self.state
    }

    /// Why it is there.
    pub const fn reason(&self) -> &Reason {
        &self.reason
    }

    /// Since when.
    pub const fn since(&self) -> Timestamp {
        self.since
    }

    /// How much of the file is with the device, while it fetches it and if that is known.
    pub const fn percent(&self) -> Option<u8> {
        self.percent
    }

    /// How often the notice was sent.
    pub const fn attempts(&self) -> u8 {
        self.attempts
    }

    /// When its present state has lasted too long.
    pub const fn deadline(&self) -> Option<Timestamp> {
        self.deadline
    }

    /// Whether it has ended, well or not.
    pub const fn is_over(&self) -> bool {
        is_end(self.state)
    }

    fn sent(&mut self, now: Timestamp, reason: Reason) {
        self.attempts = self.attempts.saturating_add(1);
        self.back = false;
        self.enter(now, PushState::Initiated, reason);
    }

    fn report(&mut self, now: Timestamp, version: &str) {
        if version == self.version.as_str() {
            if self.attempts == 0 {
                self.enter(now, PushState::AlreadyInstalled, Reason::None);
            } else if self.terms.confirming.is_zero() {
                self.enter(now, PushState::Updated, Reason::None);
            } else {
                self.advance(now, PushState::Confirming);
            }
            return;
        }
        let version: String = version.chars().take(64).collect();
        if self.state == PushState::Confirming {
            self.enter(now, PushState::RolledBack, Reason::WentBack(version));
        } else if self.state != PushState::Queued && self.back {
            // It restarted, so it had its chance. Without a restart the report says nothing: some
            // devices report on every occasion.
            let attempts = self.attempts;
            if attempts < self.terms.attempts {
                self.queue(now, Reason::CameBack(version));
            } else {
                self.enter(now, PushState::Failed, Reason::StillOld { version, attempts });
            }
        }
    }

    fn hear(&mut self, now: Timestamp, text: &str) {
        let said = |words: &str| Reason::Said(words.chars().take(200).collect());
        match Word::read(text) {
            Some(Word::Fotaing) if rank(self.state) >= rank(PushState::Downloaded) => {
                self.advance(now, PushState::Updating);
            }
            Some(Word::Fotaing) => self.download(now, None),
            Some(Word::Deferred) if self.state == PushState::Initiated => {
                self.enter(now, PushState::Deferred, said(text.trim()));
            }
            Some(Word::Downloading(percent)) if self.may_fetch() => self.download(now, percent),
            Some(Word::Downloaded) => self.advance(now, PushState::Downloaded),
            Some(Word::Verified) => self.advance(now, PushState::Verified),
            Some(Word::Updating) => self.advance(now, PushState::Updating),
            Some(Word::Rebooting) => self.advance(now, PushState::Rebooting),
            Some(Word::RolledBack(words)) => self.enter(now, PushState::RolledBack, said(words)),
            Some(Word::Rejected(words)) => self.enter(now, PushState::Rejected, said(words)),
            Some(Word::Failed(words)) => self.enter(now, PushState::Failed, said(words)),
            Some(Word::Deferred | Word::Downloading(_)) | None => {}
        }
    }

    fn expire(&mut self, now: Timestamp) {
        let latest = self.limit(self.state).map(|it| later(now, it));
        // After the clock was set back no state may last longer than its time.
        self.deadline = self.deadline.min(latest);
        if self.deadline.is_none_or(|it| it > now) {
            return;
        }
        let reason = match self.state {
            PushState::Confirming => return self.enter(now, PushState::Updated, Reason::None),
            PushState::Queued => {
                return self.enter(now, PushState::TimedOut, Reason::DidNotCome);
            }
            PushState::Initiated | PushState::Deferred => Reason::DidNotAnswer,
            PushState::Downloading => Reason::DidNotFetch,
            _ => Reason::DidNotReport,
        };
        if self.attempts < self.terms.unanswered {
            self.queue(now, reason);
        } else {
            self.enter(now, PushState::TimedOut, reason);
        }
    }

    fn download(&mut self, now: Timestamp, percent: Option<u8>) {
        self.enter(now, PushState::Downloading, Reason::None);
        self.percent = percent;
    }

    /// Goes on to `state`, and never back; there already, it was a sign of life, but the time of
    /// confirming does not begin anew.
    fn advance(&mut self, now: Timestamp, state: PushState) {
        let (here, there) = (rank(self.state), rank(state));
        if here < there || (here == there && state != PushState::Confirming) {
            self.enter(now, state, Reason::None);
        }
    }

    fn queue(&mut self, now: Timestamp, reason: Reason) {
        self.enter(now, PushState::Queued, reason);
        self.outputs.push_back(Output::Send);
    }

    fn enter(&mut self, now: Timestamp, state: PushState, reason: Reason) {
        // A device that could not be reached again waits on: its time is not begun anew.
        let waits = state == PushState::Queued && self.state == state && self.deadline.is_some();
        if !waits {
            self.deadline = self.limit(state).map(|it| later(now, it));
        }
        if self.state != state {
            self.since = now;
        }
        self.state = state;
        self.reason = reason;
        self.percent = None;
        self.outputs.push_back(Output::Changed);
    }

    const fn limit(&self, state: PushState) -> Option<Duration> {
        match state {
            PushState::Queued | PushState::Deferred => Some(self.terms.queued),
            PushState::Initiated => Some(self.terms.initiated),
            PushState::Downloading => Some(self.terms.downloading),
            PushState::Downloaded | PushState::Verified | PushState::Rebooting => {
                Some(self.terms.downloaded)
            }
            PushState::Updating => Some(self.terms.updating),
            PushState::Confirming => Some(self.terms.confirming),
            _ => None,
        }
    }

    /// Whether the device ever got the notice.
    const fn was_sent(&self) -> bool {
        self.attempts > 0
    }

    /// Whether a request for the file belongs to the notice.
    fn may_fetch(&self) -> bool {
        self.was_sent() && rank(self.state) < rank(PushState::Confirming)
    }
}

/// Whether a push that is in this state has ended.
pub(crate) const fn is_end(state: PushState) -> bool {
    matches!(
        state,
        PushState::Updated
            | PushState::AlreadyInstalled
            | PushState::Failed
            | PushState::TimedOut
            | PushState::Canceled
            | PushState::RolledBack
            | PushState::Rejected
    )
}

/// How far on the way a state is.
const fn rank(state: PushState) -> u8 {
    match state {
        PushState::Queued => 0,
        PushState::Initiated => 1,
        PushState::Deferred => 2,
        PushState::Downloading => 3,
        PushState::Downloaded => 4,
        PushState::Verified => 5,
        PushState::Updating => 6,
        PushState::Rebooting => 7,
        PushState::Confirming => 8,
        _ => 9,
    }
}

fn later(now: Timestamp, limit: Duration) -> Timestamp {
    let millis = u64::try_from(limit.as_millis()).unwrap_or(u64::MAX);
    Timestamp::from_millis(now.as_millis().saturating_add(millis))
}
