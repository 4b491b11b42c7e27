//! Messages that the operator sends: once, from the history, by name, again and again.

use std::collections::VecDeque;

use mcs_session::{Publish, PublishError, State};
use mcs_time::Time;
use serde::{Deserialize, Serialize};

use super::{bytes, properties, subscriptions};
use crate::console::Console;
use crate::kept;
use crate::link::Sent;
use crate::protocol::{ConnectionId, Draft, PublishTrouble, PublishView, RepeatRow, SavedCommand};

/// Most drafts in the history.
const MOST_REMEMBERED: usize = 50;

/// Most saved commands.
const MOST_SAVED: usize = 500;

/// Most messages that are repeated at a time.
const MOST_REPEATS: usize = 8;

/// Longer payloads are not remembered, in bytes.
const LONGEST_REMEMBERED: usize = 16 * 1024;

/// The shortest time between two repetitions, in milliseconds.
const SHORTEST: u32 = 100;

/// What is there to publish with.
#[derive(Debug, Default)]
pub(super) struct Publishing {
    kept: KeptPublishing,
    repeats: Vec<Repeat>,
    last_repeat: u32,
    last: Option<Result<u64, PublishTrouble>>,
    /// The page has not seen it as it is.
    pub(super) changed: bool,
}

/// What of it outlives the page.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub(crate) struct KeptPublishing {
    history: VecDeque<Draft>,
    saved: Vec<SavedCommand>,
}

#[derive(Debug)]
struct Repeat {
    row: RepeatRow,
    at: Time,
}

impl Publishing {
    pub(super) fn view(&self) -> PublishView {
        PublishView {
            history: self.kept.history.iter().cloned().collect(),
            saved: self.kept.saved.clone(),
            repeats: self.repeats.iter().map(|it| it.row.clone()).collect(),
            last: self.last,
        }
    }

    /// Repeats nothing any more.
    pub(super) fn stop(&mut self) {
        self.repeats.clear();
        self.last = None;
        self.changed = true;
    }

    /// When the next repetition is due.
    pub(super) fn deadline(&self) -> Option<Time> {
        self.repeats.iter().map(|it| it.at).min()
    }

    /// The newest first, each once.
    fn remember(&mut self, draft: &Draft) {
        if draft.payload.len() > LONGEST_REMEMBERED {
            return;
        }
        self.kept.history.retain(|it| it != draft);
        self.kept.history.push_front(draft.clone());
        self.kept.history.truncate(MOST_REMEMBERED);
    }
}

impl Console {
    /// Hands a message to a connection; the log has it, and whatever becomes of it.
    pub(super) fn publish(
        &mut self,
        on: ConnectionId,
        message: Publish,
    ) -> Result<Sent, PublishTrouble> {
        let (now, wall) = (self.clock.now(), self.clock.wall());
        let session = self.links.session(on).filter(|it| it.state() == State::Connected);
        let session = session.ok_or(PublishTrouble::NotConnected)?;
        let id = session.publish(now, message.clone()).map_err(|error| match error {
            PublishError::TooLarge { size, limit } => {
                PublishTrouble::TooLarge { size: size as u64, limit: limit as u64 }
            }
            PublishError::QueueFull => PublishTrouble::QueueFull,
            _ => PublishTrouble::Topic,
        })?;
        self.messages.sent(now, wall, on, &message, Some((on, id)));
        Ok((on, id))
    }

    fn publish_draft(&mut self, draft: &Draft) -> Result<(), PublishTrouble> {
        let payload = bytes::of_text(&draft.payload, draft.format)?;
        let mut message = Publish::new(draft.topic.as_str(), payload);
        message.qos = subscriptions::qos(draft.qos);
        message.retain = draft.retain;
        message.beside = properties::of_draft(&draft.properties)?;
        self.publish(draft.connection, message).map(drop)
    }

    /// Sends a draft and remembers it.
    pub(super) fn publish_once(&mut self, draft: &Draft) {
        let row = self.messages.log.next();
        let sent = self.publish_draft(draft);
        if sent.is_ok() {
            self.messages.publishing.remember(draft);
            self.publishing_kept();
        }
        self.messages.publishing.last = Some(sent.map(|()| row));
        self.messages.publishing.changed = true;
    }

    /// Sends a draft now and from now on every `every_ms`.
    pub(super) fn repeat(&mut self, draft: Draft, every_ms: u32, times: Option<u32>) {
        let publishing = &mut self.messages.publishing;
        publishing.changed = true;
        if publishing.repeats.len() >= MOST_REPEATS {
            publishing.last = Some(Err(PublishTrouble::TooManyRepeats));
            return;
        }
        let row = self.messages.log.next();
        let sent = self.publish_draft(&draft);
        let publishing = &mut self.messages.publishing;
        publishing.last = Some(sent.map(|()| row));
        if sent.is_err() {
            return;
        }
        publishing.remember(&draft);
        let left = times.map(|it| it.saturating_sub(1));
        if left != Some(0) {
            let every_ms = every_ms.max(SHORTEST);
            publishing.last_repeat += 1;
            let id = publishing.last_repeat;
            let row = RepeatRow { id, draft, every_ms, left, sent: 1, failed: 0 };
            let at = self.clock.now() + core::time::Duration::from_millis(every_ms.into());
            publishing.repeats.push(Repeat { row, at });
        }
        self.publishing_kept();
    }

    pub(super) fn stop_repeating(&mut self, id: u32) {
        let publishing = &mut self.messages.publishing;
        publishing.repeats.retain(|it| it.row.id != id);
        publishing.changed = true;
    }

    /// Sends what is due. What was missed while the machine slept is not made up for.
    pub(crate) fn repeat_messages(&mut self) {
        let now = self.clock.now();
        for index in 0..self.messages.publishing.repeats.len() {
            let Some(it) = self.messages.publishing.repeats.get_mut(index) else { return };
            if it.at > now {
                continue;
            }
            it.at = now + core::time::Duration::from_millis(it.row.every_ms.into());
            let draft = it.row.draft.clone();
            let sent = self.publish_draft(&draft).is_ok();
            let Some(it) = self.messages.publishing.repeats.get_mut(index) else { return };
            it.row.sent += u32::from(sent);
            it.row.failed += u32::from(!sent);
            it.row.left = it.row.left.map(|left| left.saturating_sub(1));
            self.messages.publishing.changed = true;
        }
        self.messages.publishing.repeats.retain(|it| it.row.left != Some(0));
    }

    /// Adds a command, or changes the one with its id.
    pub(super) fn save_command(&mut self, mut command: SavedCommand) {
        let saved = &mut self.messages.publishing.kept.saved;
        if let Some(it) = saved.iter_mut().find(|it| it.id == command.id) {
            *it = command;
        } else if saved.len() < MOST_SAVED {
            command.id = saved.iter().map(|it| it.id).max().unwrap_or_default() + 1;
            saved.push(command);
        }
        mcs_sorted::sort_by(saved, |a, b| (&a.name, a.id).cmp(&(&b.name, b.id)));
        self.publishing_kept();
    }

    pub(super) fn forget_command(&mut self, id: u32) {
        self.messages.publishing.kept.saved.retain(|it| it.id != id);
        self.publishing_kept();
    }

    pub(super) fn forget_history(&mut self) {
        self.messages.publishing.kept.history.clear();
        self.publishing_kept();
    }

    fn publishing_kept(&mut self) {
        self.messages.publishing.changed = true;
        let kept = self.messages.publishing.kept.clone();
        self.keep(kept::PUBLISHING, &kept);
    }

    /// What was kept, or what another tab has made of it.
    pub(crate) fn restore_publishing(&mut self, kept: KeptPublishing) {
        self.messages.publishing.kept = kept;
        self.messages.publishing.changed = true;
    }
}
