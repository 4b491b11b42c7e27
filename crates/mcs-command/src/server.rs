//! The server's end of a connection.

use core::fmt;
use core::time::Duration;
use std::collections::VecDeque;

use mcs_model::{DeviceId, DeviceKey, Timestamp};
use mcs_time::{Time, Timers};

use crate::Input;

mod scanner;

#[cfg(test)]
mod tests;

use scanner::{Found, Scanner};

/// What [`Peer::poll_output`] answers.
pub type Output = crate::Output<Event>;

/// One device's connection.
///
/// Takes all four shapes of heartbeats, several in a segment or one in several (CONTRACT §3.3).
/// Says nothing to a peer that has not been authorised, not even why it is closed.
#[derive(Debug)]
pub struct Peer {
    config: Config,
    state: State,
    scanner: Scanner,
    timers: Timers<2>,
    outputs: VecDeque<Output>,
}

/// The times that a connection is given, and how it is spoken to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Config {
    /// From the opening of the connection to `deviceId,deviceKey,`.
    pub login: Duration,
    /// From one heartbeat to the next.
    pub silence: Duration,
    /// How much later than `silence` a heartbeat may be.
    pub grace: Duration,
    /// After so much quiet a heartbeat without a terminator is whole.
    pub settle: Duration,
    /// What is sent behind each echo and command. Programs for MCS take it for a part of the value: it is empty
    /// unless all devices are known to read lines.
    pub terminator: &'static str,
}

/// What happened on a connection.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Event {
    /// The peer says who it is; answer with [`Peer::authorize`]. Once for each connection.
    Login {
        /// The device.
        device: DeviceId,
        /// Its proof.
        key: DeviceKey,
    },
    /// The authorised device is alive; the heartbeat is echoed.
    Heartbeat {
        /// The device's clock, if it says.
        timestamp: Option<Timestamp>,
    },
    /// It is over. Once for each connection, and the last event.
    Closed(CloseReason),
}

/// The answer to [`Event::Login`].
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Verdict {
    /// There is such a device and the key is its key.
    Accepted,
    /// There is not, or it is not: the connection closes without a word.
    Refused,
}

/// Why a connection ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum CloseReason {
    /// The peer left.
    Peer,
    /// [`Peer::close`] was called.
    Requested,
    /// The peer did not say who it is in time.
    LoginTimeout,
    /// [`Verdict::Refused`].
    Unauthorized,
    /// No heartbeat came in time.
    Silence,
    /// The first bytes are no `deviceId,deviceKey,`.
    NotAHeartbeat,
    /// There was too much between heartbeats that is none.
    Noise,
}

/// Why a command cannot be sent.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum SendError {
    /// The peer is not authorised yet.
    NotAuthorized,
    /// The connection is closed.
    Closed,
}

#[derive(Debug)]
enum State {
    Anonymous,
    /// Asked for a verdict; the heartbeats that came meanwhile, newest last.
    Asked(Login, VecDeque<String>),
    Authorized(Login),
    Closed,
}

#[derive(Clone, Debug)]
struct Login {
    device: DeviceId,
    key: DeviceKey,
}

/// Login at first, then silence.
const LIVENESS: usize = 0;
const SETTLE: usize = 1;

/// The most heartbeats that are remembered while a verdict is awaited.
const MAX_OWED: usize = 8;

impl Peer {
    /// A connection that was accepted just now.
    pub fn new(config: Config, now: Time) -> Self {
        let mut timers = Timers::new();
        timers.set(LIVENESS, now + config.login);
        Self {
            config,
            state: State::Anonymous,
            scanner: Scanner::default(),
            timers,
            outputs: VecDeque::new(),
        }
    }

    /// Takes what happened. Never fails: what is wrong with the peer becomes an event.
    pub fn handle_input(&mut self, now: Time, input: Input<'_>) {
        if matches!(self.state, State::Closed) {
            return;
        }
        match input {
            Input::Received(bytes) => {
                self.scanner.push(bytes);
                self.scan(now);
            }
            Input::Closed => self.end(CloseReason::Peer),
            Input::Timeout => {
                while let Some(timer) = self.timers.pop_expired(now) {
                    if timer == SETTLE {
                        if let Some(digits) = self.scanner.settle() {
                            self.heartbeat(now, digits);
                        }
                    } else {
                        self.shut(match self.state {
                            State::Anonymous => CloseReason::LoginTimeout,
                            _ => CloseReason::Silence,
                        });
                    }
                }
            }
        }
    }

    /// Answers [`Event::Login`]; at any other time it does nothing.
    pub fn authorize(&mut self, now: Time, verdict: Verdict) {
        let State::Asked(login, owed) = &mut self.state else { return };
        match verdict {
            Verdict::Refused => self.shut(CloseReason::Unauthorized),
            Verdict::Accepted => {
                let owed = core::mem::take(owed);
                self.state = State::Authorized(login.clone());
                for digits in owed {
                    self.heartbeat(now, digits);
                }
            }
        }
    }

    /// Sends a command or a firmware notice, prefix included, as it is:
    /// [`mcs_model::DataPoint::to_command`] writes it.
    pub fn send(&mut self, command: &str) -> Result<(), SendError> {
        match self.state {
            State::Authorized(_) => {
                self.transmit(command);
                Ok(())
            }
            State::Closed => Err(SendError::Closed),
            State::Anonymous | State::Asked(..) => Err(SendError::NotAuthorized),
        }
    }

    /// Ends the connection: a newer one took its place, or the server stops.
    pub fn close(&mut self) {
        if !matches!(self.state, State::Closed) {
            self.shut(CloseReason::Requested);
        }
    }

    /// What to do next; drain it after each call until [`Output::Timeout`].
    pub fn poll_output(&mut self) -> Output {
        self.outputs.pop_front().unwrap_or_else(|| Output::Timeout(self.timers.next()))
    }

    /// The device, once it is authorised.
    pub fn device(&self) -> Option<&DeviceId> {
        self.login().map(|(device, _)| device)
    }

    /// The device and its proof, once it is authorised.
    pub fn login(&self) -> Option<(&DeviceId, &DeviceKey)> {
        match &self.state {
            State::Authorized(login) => Some((&login.device, &login.key)),
            _ => None,
        }
    }

    fn scan(&mut self, now: Time) {
        while let Some(found) = self.scanner.next() {
            match found {
                Found::Login(device, key) => {
                    self.timers.set(LIVENESS, now + self.config.silence + self.config.grace);
                    let login = Login { device: device.clone(), key: key.clone() };
                    self.state = State::Asked(login, VecDeque::new());
                    self.outputs.push_back(Output::Event(Event::Login { device, key }));
                }
                Found::Heartbeat(digits) => self.heartbeat(now, digits),
                Found::Bad(reason) => return self.shut(reason),
            }
        }
        if self.scanner.is_open() {
            self.timers.set(SETTLE, now + self.config.settle);
        } else {
            self.timers.cancel(SETTLE);
        }
    }

    fn heartbeat(&mut self, now: Time, digits: String) {
        self.timers.set(LIVENESS, now + self.config.silence + self.config.grace);
        match &mut self.state {
            State::Asked(_, owed) => {
                if owed.len() == MAX_OWED {
                    owed.pop_front();
                }
                owed.push_back(digits);
            }
            State::Authorized(login) => {
                let timestamp = digits.parse().ok().filter(|it: &Timestamp| it.as_millis() != 0);
                let echo = format!("{},{},{digits}", login.device, login.key);
                self.outputs.push_back(Output::Event(Event::Heartbeat { timestamp }));
                self.transmit(&echo);
            }
            State::Anonymous | State::Closed => {}
        }
    }

    fn transmit(&mut self, message: &str) {
        let message = [message, self.config.terminator].concat();
        self.outputs.push_back(Output::Transmit(message.into_bytes()));
    }

    fn shut(&mut self, reason: CloseReason) {
        self.outputs.push_back(Output::Close);
        self.end(reason);
    }

    fn end(&mut self, reason: CloseReason) {
        self.state = State::Closed;
        self.scanner = Scanner::default();
        self.timers.cancel_all();
        self.outputs.push_back(Output::Event(Event::Closed(reason)));
    }
}

/// 20 s to log in, a heartbeat every 120 s (CONTRACT §3.3), and 10 s for its way through a bad network.
impl Default for Config {
    fn default() -> Self {
        Self {
            login: Duration::from_secs(20),
            silence: Duration::from_secs(120),
            grace: Duration::from_secs(10),
            settle: Duration::from_millis(20),
            terminator: "",
        }
    }
}

impl fmt::Display for CloseReason {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Peer => "the device left",
            Self::Requested => "the server closed it",
            Self::LoginTimeout => "no heartbeat came after the connection was opened",
            Self::Unauthorized => "no such device, or not its key",
            Self::Silence => "no heartbeat came in time",
            Self::NotAHeartbeat => "the first bytes are no deviceId,deviceKey,",
            Self::Noise => "too much between heartbeats that is none",
        })
    }
}

impl fmt::Display for SendError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::NotAuthorized => "the device has not logged in",
            Self::Closed => "the connection is closed",
        })
    }
}

impl core::error::Error for SendError {}
