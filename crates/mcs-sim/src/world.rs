//! One session, one broker, one network, one clock.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write as _;
use std::time::Duration;

use mcs_session::{
    Config, Event, Input, LinkId, Message, Outcome, Output, Publish, PublishError, RequestId,
    Session, State, SubscribeOptions, SubscriptionId, TopicFilter,
};
use mcs_time::Time;

use crate::net::Arrival;
use crate::{Broker, BrokerOutput, Direction, Net};

mod transcript;

#[cfg(test)]
mod tests;

/// The simulated world. While it runs it checks what must hold whatever
/// happens, and panics otherwise:
///
/// - one link at a time, and bytes only on a link that is open;
/// - every request completes at most once, and only requests that were made;
/// - messages only for a subscription that is live at that moment;
/// - no more requests in the session than its limit;
/// - the instant of [`Output::Timeout`] lies in the future, and the drain
///   before it ends.
pub struct World {
    /// The broker's side.
    pub broker: Broker,
    /// What lies between.
    pub net: Net,
    session: Session,
    limit: usize,
    now: Time,
    timeout: Option<Time>,
    open: Option<LinkId>,
    transcript: String,
    events: Vec<Event>,
    requests: BTreeMap<RequestId, Option<Outcome>>,
    live: BTreeMap<SubscriptionId, TopicFilter>,
    used_links: BTreeSet<LinkId>,
}

/// More outputs than this in one drain, or steps in one run, mean that the
/// session chases its own tail.
const LIVELOCK: usize = 1_000_000;

impl World {
    /// An idle session, and a broker that waits for it.
    pub fn new(config: Config) -> Self {
        Self {
            broker: Broker::default(),
            net: Net::new(),
            limit: config.max_queued,
            session: Session::new(config),
            now: Time::ZERO,
            timeout: None,
            open: None,
            transcript: String::new(),
            events: Vec::new(),
            requests: BTreeMap::new(),
            live: BTreeMap::new(),
            used_links: BTreeSet::new(),
        }
    }

    /// Starts connecting.
    pub fn connect(&mut self) {
        self.session.connect(self.now);
        self.drain();
    }

    /// Disconnects.
    pub fn disconnect(&mut self) {
        self.session.disconnect(self.now);
        self.drain();
    }

    /// The network may be back.
    pub fn wake(&mut self) {
        self.tell(Input::Wake);
    }

    /// Publishes a message that must be accepted.
    pub fn publish(&mut self, message: Publish) -> RequestId {
        self.try_publish(message).expect("the session takes the message")
    }

    /// Publishes.
    pub fn try_publish(&mut self, message: Publish) -> Result<RequestId, PublishError> {
        let id = self.session.publish(self.now, message)?;
        assert!(self.requests.insert(id, None).is_none(), "request {id} was given out twice");
        self.drain();
        Ok(id)
    }

    /// Gives a request up.
    pub fn cancel(&mut self, id: RequestId) -> bool {
        let open = self.session.cancel(self.now, id);
        self.drain();
        open
    }

    /// Subscribes to a filter that must be valid.
    pub fn subscribe(&mut self, filter: &str, options: SubscribeOptions) -> SubscriptionId {
        let filter = TopicFilter::new(filter).expect("a valid filter");
        let id = self.session.subscribe(self.now, filter.clone(), options);
        self.live.insert(id, filter);
        self.drain();
        id
    }

    /// Asks for a subscription again.
    pub fn refresh(&mut self, id: SubscriptionId) {
        self.session.refresh(self.now, id);
        self.drain();
    }

    /// Unsubscribes.
    pub fn unsubscribe(&mut self, id: SubscriptionId) {
        self.session.unsubscribe(self.now, id);
        self.live.remove(&id);
        self.drain();
    }

    /// Tells the session something out of turn, such as bytes of a dead link.
    pub fn input(&mut self, input: Input<'_>) {
        self.tell(input);
    }

    /// Commands of the session that the world has no word for.
    pub fn with_session<R>(&mut self, command: impl FnOnce(&mut Session, Time) -> R) -> R {
        let result = command(&mut self.session, self.now);
        self.drain();
        result
    }

    /// Breaks the current link.
    pub fn cut(&mut self) {
        self.net.cut(self.now);
        self.step_until(self.now);
    }

    /// Lets time pass.
    pub fn run_for(&mut self, duration: Duration) {
        let end = self.now + duration;
        self.step_until(end);
        self.now = end;
    }

    /// Lets time pass until nothing is under way on the network.
    pub fn settle(&mut self) {
        self.carry_out();
        while let Some(at) = self.net.next_arrival() {
            self.step_until(at);
        }
    }

    /// Lets time pass until `done`.
    ///
    /// # Panics
    ///
    /// If that takes longer than an hour.
    pub fn run_until(&mut self, done: impl Fn(&Self) -> bool) {
        let end = self.now + Duration::from_secs(3600);
        while !done(self) {
            let next = self.next_instant().filter(|at| *at <= end);
            let Some(at) = next else { panic!("it does not happen:\n{}", self.transcript) };
            self.step_until(at);
        }
    }

    /// The instant.
    pub const fn now(&self) -> Time {
        self.now
    }

    /// What the session is doing.
    pub const fn state(&self) -> State {
        self.session.state()
    }

    /// The session, to look at.
    pub const fn session(&self) -> &Session {
        &self.session
    }

    /// The link that is open at the moment.
    pub const fn link(&self) -> Option<LinkId> {
        self.open
    }

    /// When the session wants to be woken.
    pub const fn timeout(&self) -> Option<Time> {
        self.timeout
    }

    /// Every event so far.
    pub fn events(&self) -> &[Event] {
        &self.events
    }

    /// Every message so far.
    pub fn messages(&self) -> impl Iterator<Item = &Message> {
        self.events.iter().filter_map(|event| match event {
            Event::Message(message) => Some(message),
            _ => None,
        })
    }

    /// How a request ended; `None` while it has not.
    pub fn outcome(&self, id: RequestId) -> Option<Outcome> {
        *self.requests.get(&id)?
    }

    /// Every request so far, and how it ended.
    pub const fn outcomes(&self) -> &BTreeMap<RequestId, Option<Outcome>> {
        &self.requests
    }

    /// What happened since the last call: one line per output of the session
    /// and per packet at the broker.
    pub fn take_transcript(&mut self) -> String {
        std::mem::take(&mut self.transcript)
    }

    fn next_instant(&self) -> Option<Time> {
        self.timeout.into_iter().chain(self.net.next_arrival()).min()
    }

    fn step_until(&mut self, end: Time) {
        self.carry_out();
        for _ in 0..LIVELOCK {
            let Some(at) = self.next_instant().filter(|at| *at <= end) else { return };
            self.now = self.now.max(at);
            if let Some((link, arrival)) = self.net.arrive(self.now) {
                self.arrived(link, arrival);
            } else {
                self.tell(Input::Timeout);
            }
        }
        panic!("the world does not come to rest by {end}:\n{}", self.transcript);
    }

    fn arrived(&mut self, link: LinkId, arrival: Arrival) {
        match arrival {
            Arrival::Open => {
                self.open = Some(link);
                self.broker.opened(link);
                self.tell(Input::Opened(link));
            }
            Arrival::Bytes(Direction::ToBroker, bytes) => {
                self.broker.received_bytes(link, &bytes);
                self.carry_out();
            }
            Arrival::Bytes(Direction::ToClient, bytes) => self.tell(Input::Received(link, &bytes)),
            Arrival::Cut | Arrival::ClosedByBroker | Arrival::Unreachable => {
                self.open = None;
                self.broker.closed(link);
                self.note("link ", "closed");
                self.tell(Input::Closed(link));
            }
        }
    }

    fn tell(&mut self, input: Input<'_>) {
        self.session.handle_input(self.now, input);
        self.drain();
    }

    /// Does what the session wants, until it wants nothing more.
    fn drain(&mut self) {
        for _ in 0..LIVELOCK {
            match self.session.poll_output() {
                Output::Open(link) => {
                    assert!(self.used_links.insert(link), "link {link} was opened twice");
                    self.note("link ", "open");
                    self.net.open(self.now, link);
                }
                Output::Transmit(link, bytes) => {
                    assert_eq!(self.open, Some(link), "bytes for a link that is not open");
                    assert!(!bytes.is_empty(), "an empty transmit");
                    self.net.send(self.now, link, Direction::ToBroker, bytes);
                }
                Output::Close(link) => self.close(link),
                Output::Event(event) => self.happened(event),
                Output::Timeout(at) => {
                    assert!(at.is_none_or(|at| at > self.now), "a timeout at {at:?}, in the past");
                    self.timeout = at;
                    let held = self.session.queued();
                    assert!(held <= self.limit, "{held} messages queued");
                    return self.carry_out();
                }
            }
        }
        panic!("the session never comes to rest:\n{}", self.transcript);
    }

    fn close(&mut self, link: LinkId) {
        self.note("link ", "close");
        self.open = None;
        for bytes in self.net.close_client(link) {
            self.broker.received_bytes(link, &bytes);
        }
        self.broker.closed(link);
    }

    fn happened(&mut self, event: Event) {
        match &event {
            Event::Published { id, outcome } => {
                match self.requests.get_mut(id) {
                    Some(pending @ None) => *pending = Some(*outcome),
                    Some(Some(first)) => panic!("request {id} ended as {first}, then as {outcome}"),
                    None => panic!("request {id} was never made"),
                };
            }
            Event::Message(message) => {
                let wanted = self.live.values().any(|filter| filter.matches(&message.topic));
                assert!(wanted, "nobody subscribes to {message:?}");
            }
            _ => {}
        }
        let line = transcript::event(&event);
        self.note("", &line);
        self.events.push(event);
    }

    /// Moves what the broker says onto the network.
    fn carry_out(&mut self) {
        for line in self.broker.take_trace() {
            self.note("    ", &line);
        }
        while let Some(output) = self.broker.poll_output() {
            match output {
                BrokerOutput::Transmit(link, bytes) => {
                    self.net.send(self.now, link, Direction::ToClient, bytes);
                }
                BrokerOutput::Close(link) => self.net.close_broker(self.now, link),
            }
        }
    }

    fn note(&mut self, prefix: &str, what: &str) {
        let _ = writeln!(self.transcript, "{} {prefix}{what}", self.now);
    }
}
