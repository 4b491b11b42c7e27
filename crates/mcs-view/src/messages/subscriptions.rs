//! What the operator subscribed to, beside what the console needs itself.

use mcs_session::{Qos, SubscribeError, SubscribeOptions, SubscriptionId, TopicFilter};
use serde::{Deserialize, Serialize};

use crate::console::Console;
use crate::kept;
use crate::link::Subscription;
use crate::protocol::{ConnectionId, SubscribeTrouble, SubscriptionRow, SubscriptionState};

/// Most subscriptions: each has its bit in [`Subscriptions::matching`].
const MOST: usize = 32;

/// All of them, in the order in which they were made.
#[derive(Debug, Default)]
pub(super) struct Subscriptions {
    list: Vec<Subscribed>,
    last_id: u32,
}

#[derive(Debug)]
struct Subscribed {
    id: u32,
    kept: KeptSubscription,
    filter: TopicFilter,
    /// In the session of its connection.
    session: Option<SubscriptionId>,
    answer: Option<Result<Qos, SubscribeError>>,
    messages: u64,
    bytes: u64,
}

/// One of them, as it is kept.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub(crate) struct KeptSubscription {
    connection: ConnectionId,
    filter: String,
    qos: u8,
    colour: u8,
    enabled: bool,
}

impl Subscriptions {
    fn add(&mut self, kept: KeptSubscription) -> Result<(), SubscribeTrouble> {
        if kept.filter.starts_with("$share/") {
            return Err(SubscribeTrouble::Shared);
        }
        let filter =
            TopicFilter::new(kept.filter.as_str()).map_err(|_| SubscribeTrouble::Filter)?;
        let is_same = |it: &Subscribed| {
            it.kept.connection == kept.connection && it.kept.filter == kept.filter
        };
        if self.list.iter().any(is_same) {
            return Err(SubscribeTrouble::Twice);
        }
        if self.list.len() >= MOST {
            return Err(SubscribeTrouble::TooMany);
        }
        self.last_id += 1;
        self.list.push(Subscribed {
            id: self.last_id,
            kept,
            filter,
            session: None,
            answer: None,
            messages: 0,
            bytes: 0,
        });
        Ok(())
    }

    /// The subscriptions that mean a topic, a bit each.
    pub(super) fn matching(&self, connection: ConnectionId, topic: &str) -> u32 {
        let mut bits = 0;
        for (at, it) in self.list.iter().enumerate() {
            if it.kept.enabled && it.kept.connection == connection && it.filter.matches(topic) {
                bits |= 1 << at;
            }
        }
        bits
    }

    /// A message came that these mean.
    pub(super) fn count(&mut self, matching: u32, bytes: usize) {
        for (at, it) in self.list.iter_mut().enumerate() {
            if matching & 1 << at != 0 {
                it.messages += 1;
                it.bytes += bytes as u64;
            }
        }
    }

    /// The colour of the first of these.
    pub(super) fn colour(&self, matching: u32) -> Option<u8> {
        let first = self.list.get(matching.trailing_zeros() as usize)?;
        Some(first.kept.colour)
    }

    pub(super) fn rows(&self, is_connected: impl Fn(ConnectionId) -> bool) -> Vec<SubscriptionRow> {
        let row = |it: &Subscribed| SubscriptionRow {
            id: it.id,
            connection: it.kept.connection,
            filter: it.kept.filter.clone(),
            qos: it.kept.qos,
            colour: it.kept.colour,
            state: match it.answer {
                _ if !it.kept.enabled => SubscriptionState::Off,
                _ if !is_connected(it.kept.connection) => SubscriptionState::NotConnected,
                None => SubscriptionState::Asked,
                Some(Ok(qos)) => SubscriptionState::Granted(qos as u8),
                Some(Err(SubscribeError::Refused(code))) => SubscriptionState::Refused(code.0),
                Some(Err(_)) => SubscriptionState::TimedOut,
            },
            messages: it.messages,
            bytes: it.bytes,
        };
        self.list.iter().map(row).collect()
    }

    /// The connection's session is gone.
    pub(super) fn unlisten(&mut self, connection: ConnectionId) {
        for it in self.list.iter_mut().filter(|it| it.kept.connection == connection) {
            it.session = None;
            it.answer = None;
        }
    }

    /// Those in force on a connection.
    pub(super) fn on(&self, connection: ConnectionId) -> Vec<SubscriptionId> {
        let here = self.list.iter().filter(|it| it.kept.connection == connection);
        here.filter_map(|it| it.session).collect()
    }

    fn kept(&self) -> Vec<KeptSubscription> {
        self.list.iter().map(|it| it.kept.clone()).collect()
    }
}

impl Console {
    pub(super) fn subscribe_to(
        &mut self,
        connection: ConnectionId,
        filter: String,
        qos: u8,
        colour: u8,
    ) {
        let kept = KeptSubscription { connection, filter, qos, colour, enabled: true };
        let added = self.messages.subscriptions.add(kept);
        self.messages.subscribe_trouble = added.err();
        self.subscriptions_changed(connection);
    }

    pub(super) fn unsubscribe_from(&mut self, id: u32) {
        let list = &mut self.messages.subscriptions.list;
        let Some(at) = list.iter().position(|it| it.id == id) else { return };
        let gone = list.remove(at);
        let session = gone.session.map(|it| (gone.kept.connection, it));
        self.unsubscribe(session);
        self.subscriptions_changed(gone.kept.connection);
    }

    pub(super) fn enable(&mut self, id: u32, enabled: bool) {
        let mut list = self.messages.subscriptions.list.iter_mut();
        let Some(it) = list.find(|it| it.id == id) else { return };
        it.kept.enabled = enabled;
        it.answer = None;
        let (connection, session) = (it.kept.connection, it.session.take());
        self.unsubscribe(session.map(|it| (connection, it)));
        self.subscriptions_changed(connection);
    }

    pub(super) fn paint_subscription(&mut self, id: u32, colour: u8) {
        let mut list = self.messages.subscriptions.list.iter_mut();
        let Some(it) = list.find(|it| it.id == id) else { return };
        it.kept.colour = colour;
        let connection = it.kept.connection;
        self.subscriptions_changed(connection);
    }

    fn subscriptions_changed(&mut self, connection: ConnectionId) {
        self.messages.topics.forget_matching();
        self.messages.page.turned = true;
        let kept = self.messages.subscriptions.kept();
        self.keep(kept::SUBSCRIPTIONS, &kept);
        self.listen_to_messages(connection);
    }

    /// Subscribes on a connection that has a session to what is not in force there.
    pub(crate) fn listen_to_messages(&mut self, on: ConnectionId) {
        let now = self.clock.now();
        let Some(session) = self.links.session(on) else { return };
        let list = self.messages.subscriptions.list.iter_mut();
        for it in list.filter(|it| it.kept.connection == on && it.kept.enabled) {
            if it.session.is_none() {
                let qos = qos(it.kept.qos);
                // Without our own messages: a device's card would take them for the device's word.
                let options = SubscribeOptions { qos, no_local: true };
                it.session = Some(session.subscribe(now, it.filter.clone(), options));
            }
        }
    }

    /// The broker's answer to one of these; false when it is none of them.
    pub(crate) fn messages_subscribed(
        &mut self,
        (on, id): Subscription,
        granted: Result<Qos, SubscribeError>,
    ) -> bool {
        let mut list = self.messages.subscriptions.list.iter_mut();
        let found = list.find(|it| it.kept.connection == on && it.session == Some(id));
        let Some(it) = found else { return false };
        it.answer = Some(granted);
        self.messages.page.turned = true;
        true
    }

    /// What was kept, or what another tab has made of it.
    pub(crate) fn restore_subscriptions(&mut self, all: Vec<KeptSubscription>) {
        let gone = core::mem::take(&mut self.messages.subscriptions.list);
        let sessions = gone.into_iter().filter_map(|it| Some((it.kept.connection, it.session?)));
        self.unsubscribe(sessions.collect::<Vec<_>>());
        for kept in all {
            // What cannot be subscribed to was not made by this version: it is left out.
            let _ = self.messages.subscriptions.add(kept);
        }
        self.messages.topics.forget_matching();
        self.messages.page.turned = true;
        for on in self.links.ids() {
            self.listen_to_messages(on);
        }
    }
}

/// 0, 1, or anything else for 2.
pub(super) fn qos(number: u8) -> Qos {
    match number {
        0 => Qos::AtMostOnce,
        1 => Qos::AtLeastOnce,
        _ => Qos::ExactlyOnce,
    }
}
