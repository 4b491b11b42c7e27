//! A session with a TCP socket.

use std::collections::VecDeque;
use std::time::Duration;

use mcs_session::{
    Config, Event, Input, LinkId, Output, Publish, RequestId, Session, State, SubscribeOptions,
    SubscriptionId, TopicFilter,
};
use mcs_time::Time;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;
use tokio::time::Instant;

use super::mosquitto::Mosquitto;

/// Nothing here takes that long, unless it never comes.
const PATIENCE: Duration = Duration::from_mins(2);

pub(super) struct Client {
    session: Session,
    address: String,
    epoch: Instant,
    link: Option<(LinkId, TcpStream)>,
    timeout: Option<Time>,
    /// Events that nobody waited for yet.
    events: VecDeque<Event>,
}

impl Client {
    pub(super) fn new(broker: &Mosquitto, config: Config) -> Self {
        Self::of(broker.address(), config)
    }

    pub(super) fn of(address: String, config: Config) -> Self {
        Self {
            session: Session::new(config),
            address,
            epoch: Instant::now(),
            link: None,
            timeout: None,
            events: VecDeque::new(),
        }
    }

    pub(super) fn connect(&mut self) {
        self.session.connect(self.now());
    }

    pub(super) async fn disconnect(mut self) {
        self.session.disconnect(self.now());
        self.drain().await;
        assert_eq!(self.session.state(), State::Idle);
    }

    /// Ends without a word, as a machine does that loses its power.
    pub(super) fn vanish(self) {
        drop(self);
    }

    pub(super) fn publish(&mut self, message: Publish) -> RequestId {
        self.session.publish(self.now(), message).expect("the session takes the message")
    }

    /// Subscribes, and waits for the broker's consent.
    pub(super) async fn subscribe(
        &mut self,
        filter: &str,
        options: SubscribeOptions,
    ) -> SubscriptionId {
        let filter = TopicFilter::new(filter).expect("a valid filter");
        let wanted = self.session.subscribe(self.now(), filter, options);
        let granted = Ok(options.qos);
        self.until(|event| *event == Event::Subscribed { id: wanted, granted }).await;
        wanted
    }

    pub(super) fn session<R>(&mut self, command: impl FnOnce(&mut Session, Time) -> R) -> R {
        let now = self.now();
        command(&mut self.session, now)
    }

    /// Drives the session until an event that `matches`. Others keep for later.
    pub(super) async fn until(&mut self, matches: impl Fn(&Event) -> bool) -> Event {
        let deadline = Instant::now() + PATIENCE;
        loop {
            self.drain().await;
            if let Some(position) = self.events.iter().position(&matches) {
                return self.events.remove(position).expect("it is there");
            }
            let step = tokio::time::timeout_at(deadline, self.step());
            assert!(step.await.is_ok(), "it does not happen; what does: {:#?}", self.events);
        }
    }

    /// Waits for one thing to happen, and tells the session.
    async fn step(&mut self) {
        let wake = self.timeout.map(|at| self.epoch + at.since(Time::ZERO));
        let sleep = async {
            match wake {
                Some(at) => tokio::time::sleep_until(at).await,
                None => std::future::pending().await,
            }
        };
        let mut buffer = vec![0; 4096];
        let read = async {
            match &mut self.link {
                Some((link, stream)) => (*link, stream.read(&mut buffer).await),
                None => std::future::pending().await,
            }
        };
        tokio::select! {
            () = sleep => {
                let now = self.now();
                self.session.handle_input(now, Input::Timeout);
            }
            (link, result) = read => {
                let now = self.now();
                match result {
                    Ok(n) if n > 0 => {
                        self.session.handle_input(now, Input::Received(link, &buffer[..n]));
                    }
                    _ => self.closed(link),
                }
            }
        }
    }

    async fn drain(&mut self) {
        loop {
            match self.session.poll_output() {
                Output::Open(link) => match TcpStream::connect(&self.address).await {
                    Ok(stream) => {
                        self.link = Some((link, stream));
                        let now = self.now();
                        self.session.handle_input(now, Input::Opened(link));
                    }
                    Err(_) => self.closed(link),
                },
                Output::Transmit(link, bytes) => {
                    if let Some((_, stream)) = &mut self.link
                        && stream.write_all(&bytes).await.is_err()
                    {
                        self.closed(link);
                    }
                }
                Output::Close(_) => {
                    if let Some((_, mut stream)) = self.link.take() {
                        // The broker may have closed first.
                        let _ = stream.shutdown().await;
                    }
                }
                Output::Event(event) => self.events.push_back(event),
                Output::Timeout(at) => {
                    self.timeout = at;
                    return;
                }
            }
        }
    }

    fn closed(&mut self, link: LinkId) {
        self.link = None;
        let now = self.now();
        self.session.handle_input(now, Input::Closed(link));
    }

    fn now(&self) -> Time {
        Time::ZERO + self.epoch.elapsed()
    }
}
