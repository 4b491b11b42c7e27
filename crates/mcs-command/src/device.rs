//! The device's end of a connection.
//!
//! What the server sends has no terminators: a message ends where the next one begins, with
//! `deviceId,deviceKey,` again, or where nothing more comes. How long "nothing more" has to last is
//! [`Config::settle`]. Two things cannot be told apart on this wire, by anyone: a value that holds
//! the prefix itself, and a message whose second half is later than that.

use core::fmt;
use core::time::Duration;
use std::collections::VecDeque;

use mcs_model::upload::{self, RawPoint, Rules};
use mcs_model::{DeviceId, DeviceKey, Timestamp};
use mcs_time::{Time, Timers};

use crate::Input;

mod splitter;

#[cfg(test)]
mod tests;

use splitter::Splitter;

/// What [`Board::poll_output`] answers.
pub type Output = crate::Output<Event>;

/// A device's connection to the Command Server.
///
/// Says who it is, keeps its heartbeat going, and gives up a server that does not echo.
#[derive(Debug)]
pub struct Board {
    config: Config,
    splitter: Splitter,
    heartbeat: String,
    timers: Timers<3>,
    open: bool,
    outputs: VecDeque<Output>,
}

/// Who the device is, and its times.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Config {
    /// The device.
    pub device: DeviceId,
    /// Its proof.
    pub key: DeviceKey,
    /// From one heartbeat to the next; the server closes after 120 s without one.
    pub heartbeat: Duration,
    /// Without an echo for so long the server is given up.
    pub silence: Duration,
    /// After so much quiet the last message is whole. Zero makes every [`Input::Received`] the end
    /// of a message, as most device programs take each read.
    pub settle: Duration,
}

/// What happened on a connection.
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
pub enum Event {
    /// The server echoed a heartbeat: it knows this device.
    Echoed {
        /// What the echo says.
        timestamp: Option<Timestamp>,
    },
    /// A controller of this device has a new value.
    Commanded(RawPoint),
    /// A firmware notice, `timestamp,FOTA,version,MD5,URL`, as MQTT carries it too.
    Notified(String),
    /// A message that makes no sense was passed over; why.
    Skipped(String),
    /// It is over. Once for each connection, and the last event.
    Closed(CloseReason),
}

/// Why a connection ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum CloseReason {
    /// The server left: it does not know the device or its key, or it stops.
    Server,
    /// [`Board::close`] was called.
    Requested,
    /// No echo came in time.
    Silence,
    /// A message was longer than any can be.
    TooLong,
}

const HEARTBEAT: usize = 0;
const SILENCE: usize = 1;
const SETTLE: usize = 2;

impl Config {
    /// A heartbeat every 40 s as in the documents' Python program, 100 s without an echo.
    pub fn new(device: DeviceId, key: DeviceKey) -> Self {
        Self {
            device,
            key,
            heartbeat: Duration::from_secs(40),
            silence: Duration::from_secs(100),
            settle: Duration::from_millis(20),
        }
    }
}

impl Board {
    /// A connection that was opened just now; the first heartbeat is ready to be sent.
    pub fn new(config: Config, now: Time) -> Self {
        let prefix = format!("{},{},", config.device, config.key);
        let mut board = Self {
            splitter: Splitter::new(&prefix),
            heartbeat: prefix + "0",
            timers: Timers::new(),
            open: true,
            outputs: VecDeque::new(),
            config,
        };
        board.timers.set(SILENCE, now + board.config.silence);
        board.beat(now);
        board
    }

    /// Takes what happened. Never fails: what is wrong with the server becomes an event.
    pub fn handle_input(&mut self, now: Time, input: Input<'_>) {
        if !self.open {
            return;
        }
        match input {
            Input::Received(bytes) => self.receive(now, bytes),
            Input::Closed => {
                self.settle(now);
                self.end(CloseReason::Server);
            }
            Input::Timeout => {
                while let Some(timer) = self.timers.pop_expired(now) {
                    match timer {
                        HEARTBEAT => self.beat(now),
                        SETTLE => self.settle(now),
                        _ => self.shut(CloseReason::Silence),
                    }
                }
            }
        }
    }

    /// Ends the connection.
    pub fn close(&mut self) {
        if self.open {
            self.shut(CloseReason::Requested);
        }
    }

    /// What to do next; drain it after each call until [`Output::Timeout`].
    pub fn poll_output(&mut self) -> Output {
        self.outputs.pop_front().unwrap_or_else(|| Output::Timeout(self.timers.next()))
    }

    fn receive(&mut self, now: Time, bytes: &[u8]) {
        if self.splitter.push(bytes).is_err() {
            return self.shut(CloseReason::TooLong);
        }
        while let Some(message) = self.splitter.next() {
            self.read(now, &message);
        }
        if self.config.settle.is_zero() {
            self.settle(now);
        } else if self.splitter.is_open() {
            self.timers.set(SETTLE, now + self.config.settle);
        } else {
            self.timers.cancel(SETTLE);
        }
    }

    fn settle(&mut self, now: Time) {
        if let Some(message) = self.splitter.settle() {
            self.read(now, &message);
        }
    }

    /// Reads what stands behind the prefix.
    fn read(&mut self, now: Time, message: &[u8]) {
        let event = match event(message) {
            Ok(event) => event,
            Err(reason) => Event::Skipped(reason),
        };
        if matches!(event, Event::Echoed { .. }) {
            self.timers.set(SILENCE, now + self.config.silence);
        }
        self.outputs.push_back(Output::Event(event));
    }

    fn beat(&mut self, now: Time) {
        self.timers.set(HEARTBEAT, now + self.config.heartbeat);
        self.outputs.push_back(Output::Transmit(self.heartbeat.as_bytes().to_vec()));
    }

    fn shut(&mut self, reason: CloseReason) {
        self.outputs.push_back(Output::Close);
        self.end(reason);
    }

    fn end(&mut self, reason: CloseReason) {
        self.open = false;
        self.timers.cancel_all();
        self.splitter.clear();
        self.outputs.push_back(Output::Event(Event::Closed(reason)));
    }
}

impl fmt::Display for CloseReason {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Server => "the server closed it",
            Self::Requested => "the device closed it",
            Self::Silence => "the server did not echo a heartbeat in time",
            Self::TooLong => "a message was longer than any can be",
        })
    }
}

/// One field is an echo, `FOTA` in the second a notice, all else a command (CONTRACT §3.3, §3.4).
fn event(message: &[u8]) -> Result<Event, String> {
    let text = str::from_utf8(message).map_err(|_| "it is not UTF-8".to_owned())?;
    // We send no terminators; a server that does shall not spoil the value.
    let text = text.trim_end_matches(['\0', '\r', '\n']);
    let mut fields = text.split(',');
    let time = fields.next().unwrap_or_default().trim();
    match fields.next() {
        None if time.bytes().all(|it| it.is_ascii_digit()) => {
            let timestamp = time.parse().ok().filter(|it: &Timestamp| it.as_millis() != 0);
            Ok(Event::Echoed { timestamp })
        }
        Some(name) if name.trim() == "FOTA" => Ok(Event::Notified(text.to_owned())),
        _ => {
            let point = upload::from_command(text, Rules::default());
            point.map(Event::Commanded).map_err(|it| it.to_string())
        }
    }
}
