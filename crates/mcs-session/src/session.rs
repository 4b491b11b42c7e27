//! The session: one state machine over many links.

use std::collections::VecDeque;
use std::time::Duration;

use mcs_sorted::Set;
use mcs_time::{Backoff, Time, Timers};

use crate::names::Names;
use crate::negotiation::Negotiation;
use crate::outbox::{Limits, Outbox};
use crate::subscriptions::Subscriptions;
use crate::wire::{self, Allowance, Received, Wire};
use crate::{
    Config, Credentials, DisconnectReason, Event, Input, LinkId, Offline, Outcome, Output, Publish,
    PublishError, RequestId, State, SubscribeOptions, SubscriptionId, TopicFilter, Version, Will,
    filter,
};

mod link;
mod traffic;

/// An MQTT client session. See the [crate documentation](crate).
pub struct Session {
    config: Config,
    now: Time,
    state: State,
    /// The newest link, dead or alive.
    link: LinkId,
    /// From CONNECT to the end of the link.
    wire: Option<Wire>,
    /// In force while connected.
    allowance: Option<Allowance>,
    negotiation: Negotiation,
    backoff: Backoff,
    attempt: u32,
    timers: Timers<5>,
    last_sent: Time,
    last_received: Time,
    outbox: Outbox,
    subscriptions: Subscriptions,
    names: Names,
    /// Packet identifiers that lost links have cut off, as far as the broker keeps its session: a new
    /// message under one of them would pass for the old one [MQTT-4.3.3-10].
    cut_off: Set<u16>,
    /// Bytes for the current link, collected into one `Transmit`.
    tx: Vec<u8>,
    outputs: VecDeque<Output>,
    /// Reused between inputs.
    said: Vec<Received>,
}

/// Keys of the session's timers.
mod timer {
    /// No CONNACK yet.
    pub(super) const CONNECT: usize = 0;
    /// The next attempt is due.
    pub(super) const RETRY: usize = 1;
    /// The connection has held long enough to count as stable.
    pub(super) const STABLE: usize = 2;
    /// One direction has been silent for the keep-alive.
    pub(super) const PING: usize = 3;
    /// Nothing has come since the ping.
    pub(super) const PONG: usize = 4;
}

impl Session {
    /// An idle session: nothing happens before [`connect`](Self::connect).
    pub fn new(config: Config) -> Self {
        Self {
            now: Time::ZERO,
            state: State::Idle,
            link: LinkId(0),
            wire: None,
            allowance: None,
            negotiation: Negotiation::new(config.protocol),
            backoff: Backoff::new(config.backoff, config.seed),
            attempt: 0,
            timers: Timers::new(),
            last_sent: Time::ZERO,
            last_received: Time::ZERO,
            outbox: Outbox::default(),
            subscriptions: Subscriptions::default(),
            names: Names::default(),
            cut_off: Set::new(),
            tx: Vec::new(),
            outputs: VecDeque::new(),
            said: Vec::new(),
            config,
        }
    }

    /// Takes what happened. Cannot fail: whatever the peer did wrong comes out
    /// as an event. Drain [`poll_output`](Self::poll_output) afterwards.
    pub fn handle_input(&mut self, now: Time, input: Input<'_>) {
        self.advance(now);
        match input {
            Input::Opened(link) if link == self.link => self.link_opened(),
            Input::Received(link, bytes) if link == self.link => self.received(bytes),
            Input::Closed(link) if link == self.link => self.link_closed(),
            Input::Wake => self.wake(),
            // A callback of a dead link, or a timeout: timers are looked at
            // when the outputs are drained.
            Input::Opened(_) | Input::Received(..) | Input::Closed(_) | Input::Timeout => {}
        }
    }

    /// Starts connecting, and goes on until [`disconnect`](Self::disconnect)
    /// or until the broker refuses for good. While waiting for the next
    /// attempt: attempts now. While connected or connecting: nothing.
    pub fn connect(&mut self, now: Time) {
        self.advance(now);
        match self.state {
            State::Idle => {
                self.negotiation = Negotiation::new(self.config.protocol);
                self.backoff.reset();
                self.attempt = 0;
                self.open_link();
            }
            State::Waiting => self.open_link(),
            State::Opening | State::Handshaking | State::Connected => {}
        }
    }

    /// Says goodbye, closes the link, and stays away. Messages to be kept and
    /// subscriptions survive until the next [`connect`](Self::connect).
    pub fn disconnect(&mut self, now: Time) {
        self.advance(now);
        if self.state == State::Connected {
            self.flush();
            if let Some(wire) = &mut self.wire {
                // If DISCONNECT does not fit, closing the link says as much.
                let _ = wire.disconnect(&mut self.tx);
            }
        }
        if self.state != State::Idle {
            self.end_link(DisconnectReason::Requested);
        }
    }

    /// Accepts a message for sending. Its [`Event::Published`] follows, exactly
    /// one.
    pub fn publish(&mut self, now: Time, message: Publish) -> Result<RequestId, PublishError> {
        self.advance(now);
        if !filter::is_topic_name(&message.topic) {
            return Err(PublishError::InvalidTopic);
        }
        let size = wire::publish_size(&message);
        let limit = self.allowance.map_or(wire::PACKET_LIMIT, |allowance| allowance.packet);
        if size > limit {
            return Err(PublishError::TooLarge { size, limit });
        }
        let ttl = match message.offline {
            Offline::Drop if self.state != State::Connected => {
                let id = self.outbox.issue_id();
                self.complete((id, Outcome::LinkDown));
                return Ok(id);
            }
            Offline::Drop => self.config.request_timeout,
            Offline::Keep { ttl } | Offline::KeepLatestPerTopic { ttl } => ttl,
        };
        let limits =
            Limits { messages: self.config.max_queued, bytes: self.config.max_queued_bytes };
        let (id, replaced) = self.outbox.accept(message, self.now + ttl, limits)?;
        if let Some(replaced) = replaced {
            self.complete(replaced);
        }
        Ok(id)
    }

    /// Registers an interest in `filter`, for now and after each connect. Any
    /// number of subscriptions may share a filter: the broker is asked once,
    /// and again only if a newcomer needs more.
    ///
    /// A newcomer to a filter that is in force gets no retained messages.
    pub fn subscribe(
        &mut self,
        now: Time,
        filter: TopicFilter,
        options: SubscribeOptions,
    ) -> SubscriptionId {
        self.advance(now);
        let (id, answer) = self.subscriptions.add(filter, options);
        self.report(answer);
        id
    }

    /// Drops an interest. With the last one of its filter, messages stop at
    /// once. An unknown id does nothing.
    pub fn unsubscribe(&mut self, now: Time, id: SubscriptionId) {
        self.advance(now);
        self.subscriptions.remove(id);
    }

    /// Asks the broker once more for a subscription: it sends the retained
    /// messages again [MQTT 5 §3.8.3.1]. An unknown id does nothing.
    pub fn refresh(&mut self, now: Time, id: SubscriptionId) {
        self.advance(now);
        self.subscriptions.refresh(id);
    }

    /// Gives a message up: it completes with [`Outcome::Cancelled`]. False if
    /// it is complete already. What was sent cannot be called back.
    pub fn cancel(&mut self, now: Time, id: RequestId) -> bool {
        self.advance(now);
        let open = self.outbox.cancel(id);
        if open {
            self.complete((id, Outcome::Cancelled));
        }
        open
    }

    /// Other credentials, from the next link on.
    pub fn set_credentials(&mut self, credentials: Option<Credentials>) {
        self.config.credentials = credentials;
    }

    /// Another will, from the next link on.
    pub fn set_will(&mut self, will: Option<Will>) {
        self.config.will = will;
    }

    /// What to do next. Call until it returns [`Output::Timeout`], whose
    /// instant is always later than the last one the session was told.
    pub fn poll_output(&mut self) -> Output {
        loop {
            self.flush();
            self.tell_traced();
            if !self.tx.is_empty() {
                let bytes = std::mem::take(&mut self.tx);
                self.last_sent = self.now;
                self.rearm_ping();
                return Output::Transmit(self.link, bytes);
            }
            if let Some(output) = self.outputs.pop_front() {
                return output;
            }
            match self.next_deadline() {
                Some(at) if at <= self.now => self.handle_timeout(),
                next => return Output::Timeout(next),
            }
        }
    }

    /// What the session is doing.
    pub const fn state(&self) -> State {
        self.state
    }

    /// The version of MQTT in use; `None` unless connected.
    pub fn version(&self) -> Option<Version> {
        self.wire.as_ref().filter(|_| self.state == State::Connected).map(Wire::version)
    }

    /// Messages that wait for being sent.
    pub fn queued(&self) -> usize {
        self.outbox.waiting()
    }

    /// QoS 1 and 2 messages on the wire that the broker has not answered.
    pub fn in_flight(&self) -> usize {
        self.outbox.in_flight()
    }

    /// The subscriptions that want messages on `topic`.
    pub fn matching<'a>(
        &'a self,
        topic: &'a str,
    ) -> impl Iterator<Item = SubscriptionId> + use<'a> {
        self.subscriptions.matching(topic)
    }

    /// Time never runs backwards, whatever the driver's clock does.
    fn advance(&mut self, now: Time) {
        self.now = self.now.max(now);
    }

    fn next_deadline(&self) -> Option<Time> {
        let deadlines =
            [self.timers.next(), self.outbox.next_deadline(), self.subscriptions.next_deadline()];
        // A time to live beyond all bounds is not a deadline.
        deadlines.into_iter().flatten().min().filter(|at| at.as_millis() < u64::MAX)
    }

    fn handle_timeout(&mut self) {
        while let Some(complete) = self.outbox.pop_expired(self.now) {
            self.complete(complete);
        }
        let late = self.subscriptions.expire(self.now);
        self.report(late);
        match self.timers.pop_expired(self.now) {
            Some(timer::CONNECT) => self.abandon_link(DisconnectReason::ConnectTimeout),
            Some(timer::RETRY) => self.open_link(),
            Some(timer::STABLE) => self.link_held(),
            Some(timer::PING) => self.ping(),
            Some(timer::PONG) => self.abandon_link(DisconnectReason::KeepAlive),
            _ => {}
        }
    }

    /// Tells of what went over the link.
    fn tell_traced(&mut self) {
        let Some(traced) = self.wire.as_mut().and_then(|it| it.traced.as_mut()) else { return };
        let events = traced.drain(..).map(|it| Output::Event(Event::Traced(Box::new(it))));
        self.outputs.extend(events);
    }

    fn event(&mut self, event: Event) {
        self.outputs.push_back(Output::Event(event));
    }

    fn ping_interval(&self) -> Option<Duration> {
        let theirs = self.allowance.and_then(|allowance| allowance.keep_alive);
        Some(theirs.unwrap_or(self.config.keep_alive)).filter(|interval| !interval.is_zero())
    }
}
