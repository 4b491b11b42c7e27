//! How far one firmware is on its way to one device.

use core::time::Duration;
use std::collections::VecDeque;

use mcs_model::api::{PushState, PushStatus};
use mcs_model::{FirmwareId, Timestamp};
use serde::{Deserialize, Serialize};

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
/// 1. Only a report of the target version after the notice was sent ends it as *updated*. A report
///    before that means *already installed*.
/// 2. A device that comes back after the notice and reports another version is sent the notice
///    again, up to [`MAX_ATTEMPTS`] times in all; then the push has *failed*.
/// 3. Every state has its own time; a device that tells nothing of its progress has the time of
///    *initiated* for the whole way.
/// 4. An end is the end: nothing that comes later changes it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Push {
    firmware: FirmwareId,
    version: Version,
    times: Times,
    state: PushState,
    detail: String,
    since: Timestamp,
    deadline: Option<Timestamp>,
    /// How often the notice was sent.
    attempts: u8,
    /// Whether the device came back after the last notice.
    back: bool,
    #[serde(skip)]
    outputs: VecDeque<Output>,
}

/// How long a push may stay in each state; every sign of life begins the time anew.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Times {
    /// Until a device that is away comes.
    pub queued: Duration,
    /// From the notice to any sign of progress.
    pub initiated: Duration,
    /// From one request for the file to its end.
    pub downloading: Duration,
    /// From the whole file to the report.
    pub downloaded: Duration,
    /// From the device's word that it writes the image to the next sign.
    pub updating: Duration,
}

/// What happened to a device that a firmware is pushed to.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Input {
    /// The notice was handed to the device's transport.
    Sent,
    /// It could not be; the reason. It stays queued until [`Input::Reconnected`].
    NotSent(String),
    /// The device began to fetch the file.
    DownloadStarted,
    /// The last byte of the file was sent to the device.
    DownloadFinished,
    /// The device reported the version that it runs.
    VersionReported(String),
    /// The device uploaded this text to its channel `status` (CONTRACT §5.4): `fotaing` means that
    /// it is downloading or, once the whole file is with it, that it writes the image.
    StatusText(String),
    /// The device connected anew.
    Reconnected,
    /// An operator ended the push, or a newer one took its place; which of both.
    Canceled(String),
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

/// How often a notice is sent to a device that comes back with another version.
pub const MAX_ATTEMPTS: u8 = 3;

/// What the official C library uploads before it downloads; others say it once they write the image.
const FOTAING: &str = "fotaing";

/// How our own device begins the text with which it turns a firmware down.
const REFUSED: &str = "firmware refused";

impl Push {
    /// A push that an operator asks for now; `reported` is the version that the device reported
    /// last.
    pub fn new(
        firmware: FirmwareId,
        version: Version,
        reported: Option<&str>,
        times: Times,
        now: Timestamp,
    ) -> Self {
        let mut push = Self {
            firmware,
            version,
            times,
            state: PushState::Queued,
            detail: String::new(),
            since: now,
            deadline: None,
            attempts: 0,
            back: false,
            outputs: VecDeque::new(),
        };
        if reported == Some(push.version.as_str()) {
            push.enter(now, PushState::AlreadyInstalled, String::new());
        } else {
            push.queue(now, String::new());
        }
        push
    }

    /// Takes what happened. What has no meaning in the present state is passed over.
    pub fn handle_input(&mut self, now: Timestamp, input: Input) {
        if self.is_over() {
            return;
        }
        match input {
            Input::Sent if self.state == PushState::Queued => {
                self.attempts = self.attempts.saturating_add(1);
                self.back = false;
                self.enter(now, PushState::Initiated, String::new());
            }
            Input::NotSent(reason) if self.state == PushState::Queued => {
                self.enter(now, PushState::Queued, reason);
            }
            Input::DownloadStarted if self.was_sent() => {
                self.enter(now, PushState::Downloading, String::new());
            }
            // The end of a download may be heard of after the device's own word.
            Input::DownloadFinished if self.was_sent() && self.state != PushState::Updating => {
                self.enter(now, PushState::Downloaded, String::new());
            }
            Input::VersionReported(version) => self.report(now, &version),
            Input::StatusText(text) if self.was_sent() => self.hear(now, text.trim()),
            Input::Reconnected if self.state == PushState::Queued => {
                self.outputs.push_back(Output::Send);
            }
            Input::Reconnected => self.back = true,
            Input::Canceled(reason) => self.enter(now, PushState::Canceled, reason),
            Input::Timeout => self.expire(now),
            Input::Sent
            | Input::NotSent(_)
            | Input::DownloadStarted
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
            detail: self.detail.clone(),
            since: self.since,
        }
    }

    /// Whether it has ended, well or not.
    pub const fn is_over(&self) -> bool {
        matches!(
            self.state,
            PushState::Updated
                | PushState::AlreadyInstalled
                | PushState::Failed
                | PushState::TimedOut
                | PushState::Canceled
        )
    }

    fn report(&mut self, now: Timestamp, version: &str) {
        if version.trim() == self.version.as_str() {
            let sent = self.attempts > 0;
            let end = if sent { PushState::Updated } else { PushState::AlreadyInstalled };
            self.enter(now, end, String::new());
        } else if self.was_sent() && self.back {
            // It restarted, so it had its chance. Without a restart the report says nothing: some
            // devices report on every occasion.
            let version: String = version.trim().chars().take(64).collect();
            if self.attempts < MAX_ATTEMPTS {
                self.queue(now, format!("it came back with version {version}"));
            } else {
                let detail =
                    format!("it still has version {version} after {MAX_ATTEMPTS} attempts");
                self.enter(now, PushState::Failed, detail);
            }
        }
    }

    fn hear(&mut self, now: Timestamp, text: &str) {
        if text.eq_ignore_ascii_case(FOTAING) {
            let state = match self.state {
                PushState::Downloaded | PushState::Updating => PushState::Updating,
                _ => PushState::Downloading,
            };
            self.enter(now, state, String::new());
        } else if text.starts_with(REFUSED) {
            self.enter(now, PushState::Failed, text.chars().take(200).collect());
        }
    }

    fn expire(&mut self, now: Timestamp) {
        if self.deadline.is_some_and(|it| it <= now) {
            let detail = match self.state {
                PushState::Queued => "the device did not come",
                PushState::Initiated => "the device did not answer the notice",
                PushState::Downloading => "the device did not finish the download",
                _ => "the device did not report the version",
            };
            self.enter(now, PushState::TimedOut, detail.to_owned());
        }
    }

    fn queue(&mut self, now: Timestamp, detail: String) {
        self.enter(now, PushState::Queued, detail);
        self.outputs.push_back(Output::Send);
    }

    fn enter(&mut self, now: Timestamp, state: PushState, detail: String) {
        let limit = match state {
            PushState::Queued => Some(self.times.queued),
            PushState::Initiated => Some(self.times.initiated),
            PushState::Downloading => Some(self.times.downloading),
            PushState::Downloaded => Some(self.times.downloaded),
            PushState::Updating => Some(self.times.updating),
            _ => None,
        };
        // A device that could not be reached again waits on: its time is not begun anew.
        let waits = state == PushState::Queued && self.state == state && self.deadline.is_some();
        if !waits {
            self.deadline = limit.map(|it| later(now, it));
        }
        if self.state != state {
            self.since = now;
        }
        self.state = state;
        self.detail = detail;
        self.outputs.push_back(Output::Changed);
    }

    /// Whether the notice is with the device.
    fn was_sent(&self) -> bool {
        self.state != PushState::Queued
    }
}

/// A week for a device that is away, 15 minutes for one that tells nothing, 10 minutes for a
/// download and 5 for a restart.
impl Default for Times {
    fn default() -> Self {
        Self {
            queued: Duration::from_hours(7 * 24),
            initiated: Duration::from_mins(15),
            downloading: Duration::from_mins(10),
            downloaded: Duration::from_mins(5),
            updating: Duration::from_mins(10),
        }
    }
}

fn later(now: Timestamp, limit: Duration) -> Timestamp {
    let millis = u64::try_from(limit.as_millis()).unwrap_or(u64::MAX);
    Timestamp::from_millis(now.as_millis().saturating_add(millis))
}
