//! What brokers keep for future subscribers: listed as it came, cleared one by one.

use std::collections::VecDeque;

use mcs_model::Timestamp;
use mcs_session::{Outcome, Publish, Qos};
use mcs_sorted::Map;

use super::Messages;
use super::found::is_below;
use crate::console::Console;
use crate::link::Sent;
use crate::protocol::{Clearing, RetainedRow, RetainedSet, RetainedView, TopicRef};

/// Most rows that are listed.
const MOST_ROWS: usize = 1000;

/// So many are on the way at a time: the broker is not flooded, nor our own queue.
const AT_A_TIME: usize = 32;

/// A topic's retained message.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Kept {
    pub(super) row: u64,
    pub(super) at: u64,
    pub(super) size: u64,
}

/// Retained messages that are being cleared.
#[derive(Debug, Default)]
pub(super) struct Clear {
    waiting: VecDeque<TopicRef>,
    under_way: Map<Sent, TopicRef>,
    shown: Option<Clearing>,
}

impl Messages {
    pub(super) fn retained_view(&self) -> RetainedView {
        let mut view = RetainedView { clearing: self.clear.shown, ..RetainedView::default() };
        for topic in self.topics.iter() {
            let Some(kept) = topic.retained else { continue };
            view.total += 1;
            if view.rows.len() < MOST_ROWS {
                let path = topic.name.to_string();
                view.rows.push(RetainedRow {
                    topic: TopicRef { connection: topic.connection, path },
                    at: Timestamp::from_millis(kept.at),
                    size: kept.size,
                    row: kept.row,
                });
            }
        }
        view
    }
}

impl Console {
    /// Asks the brokers anew for what they keep, where something is subscribed to.
    pub(super) fn look_for_retained(&mut self) {
        let now = self.clock.now();
        self.messages.page.turned = true;
        for on in self.links.ids() {
            let subscriptions = self.messages.subscriptions.on(on);
            if subscriptions.is_empty() {
                continue;
            }
            self.messages.topics.forget_retained(on);
            let Some(session) = self.links.session(on) else { continue };
            for id in subscriptions {
                session.refresh(now, id);
            }
        }
    }

    pub(super) fn clear_retained(&mut self, set: &RetainedSet) {
        let is_meant = |topic: &super::topics::Topic| match set {
            RetainedSet::One(it) => topic.connection == it.connection && *topic.name == *it.path,
            RetainedSet::Below(it) => {
                topic.connection == it.connection && is_below(&topic.name, &it.path)
            }
        };
        let topics = self.messages.topics.iter();
        let meant: VecDeque<_> = topics
            .filter(|it| it.retained.is_some() && is_meant(it))
            .map(|it| TopicRef { connection: it.connection, path: it.name.to_string() })
            .collect();
        let clear = &mut self.messages.clear;
        let shown = clear.shown.get_or_insert_default();
        if clear.waiting.is_empty() && clear.under_way.is_empty() {
            *shown = Clearing::default();
        }
        shown.total += meant.len() as u64;
        clear.waiting.extend(meant);
        self.messages.page.turned = true;
        self.clear_next();
    }

    /// Sends as many empty retained messages as may be on the way.
    fn clear_next(&mut self) {
        while self.messages.clear.under_way.len() < AT_A_TIME
            && let Some(topic) = self.messages.clear.waiting.pop_front()
        {
            let message = Publish::new(topic.path.as_str(), "").qos(Qos::AtLeastOnce).retained();
            match self.publish(topic.connection, message) {
                Ok(sent) => {
                    self.messages.clear.under_way.insert(sent, topic);
                }
                Err(_) => {
                    if let Some(shown) = &mut self.messages.clear.shown {
                        shown.failed += 1;
                    }
                }
            }
        }
    }

    /// A message is complete: perhaps one of these.
    pub(super) fn cleared(&mut self, sent: Sent, outcome: Outcome) {
        let clear = &mut self.messages.clear;
        let Some(topic) = clear.under_way.remove(&sent) else { return };
        let Some(shown) = &mut clear.shown else { return };
        match outcome {
            // That nobody subscribes is no concern of what the broker keeps.
            Outcome::Acknowledged | Outcome::Unheard => {
                shown.done += 1;
                self.messages.topics.cleared(topic.connection, &topic.path);
            }
            Outcome::Refused(code) => {
                shown.failed += 1;
                shown.refused = Some(code.0);
            }
            _ => shown.failed += 1,
        }
        self.messages.page.turned = true;
        self.clear_next();
    }
}

/// Whether a message says that the broker keeps it.
pub(super) fn of_message(message: &mcs_session::Message, row: u64, at: u64) -> Option<Kept> {
    let kept = message.retain && !message.payload.is_empty();
    kept.then(|| Kept { row, at, size: message.payload.len() as u64 })
}
