//! An MQTT session against a peer, a driver and an application that do
//! anything: `cargo +nightly fuzz run session`.
//!
//! The input is a program. Each step is one byte, perhaps with some bytes that
//! belong to it; see [`step`].

#![no_main]

use std::collections::BTreeSet;
use std::time::Duration;

use libfuzzer_sys::fuzz_target;
use mcs_session::{
    Config, Event, Input, LinkId, Offline, Output, Protocol, Publish, Qos, RequestId, Session,
    SubscribeOptions, Version,
};
use mcs_time::Time;

fuzz_target!(|program: &[u8]| {
    let Some((&first, mut program)) = program.split_first() else { return };
    let protocol = match first % 3 {
        0 => Protocol::Auto,
        1 => Protocol::Only(Version::V311),
        _ => Protocol::Only(Version::V5),
    };
    let config = Config { protocol, max_packet: 1024, max_in_flight: 4, ..Config::new("f", 1) };
    let mut driver = Driver::new(config);
    driver.session.connect(driver.now);
    driver.drain();
    while let Some((&op, rest)) = program.split_first() {
        program = step(&mut driver, op, rest);
        driver.drain();
    }
    driver.finish();
});

struct Driver {
    session: Session,
    now: Time,
    link: Option<LinkId>,
    open: BTreeSet<RequestId>,
}

/// Takes one step, and returns what is left of the program.
fn step<'a>(driver: &mut Driver, op: u8, rest: &'a [u8]) -> &'a [u8] {
    let now = driver.now;
    let qos = [Qos::AtMostOnce, Qos::AtLeastOnce, Qos::ExactlyOnce][usize::from(op) % 3];
    match op {
        // Most of the time the peer talks.
        0..=0x9f => {
            let (bytes, rest) = rest.split_at(rest.len().min(usize::from(op) % 40 + 1));
            if let Some(link) = driver.link {
                driver.session.handle_input(now, Input::Received(link, bytes));
            }
            return rest;
        }
        // A good CONNACK, which is hard to come by.
        0xa0..=0xa7 => {
            let connack: &[u8] = if op % 2 == 0 { &[0x20, 3, 0, 0, 0] } else { &[0x20, 2, 0, 0] };
            if let Some(link) = driver.link {
                driver.session.handle_input(now, Input::Opened(link));
                driver.drain();
                driver.session.handle_input(now, Input::Received(link, connack));
            }
        }
        0xa8..=0xaf => {
            if let Some(link) = driver.link.take() {
                driver.session.handle_input(now, Input::Closed(link));
            }
        }
        0xb0..=0xcf => {
            let ttl = Duration::from_secs(u64::from(op % 8));
            let offline = match op % 4 {
                0 => Offline::Drop,
                1 => Offline::Keep { ttl },
                _ => Offline::KeepLatestPerTopic { ttl },
            };
            let message = Publish::new("a", "x").qos(qos).offline(offline);
            if let Ok(id) = driver.session.publish(now, message) {
                assert!(driver.open.insert(id));
            }
        }
        0xd0..=0xd7 => {
            let filter = ["a", "#", "+/b", "$share/g/a"][usize::from(op) % 4];
            let filter = filter.try_into().expect("a filter");
            let options = SubscribeOptions { qos, no_local: op % 2 == 0 };
            let id = driver.session.subscribe(now, filter, options);
            if op % 2 == 1 {
                driver.drain();
                driver.session.unsubscribe(now, id);
            }
        }
        0xd8..=0xdf => {
            if let Some(id) = driver.open.last().copied() {
                assert!(driver.session.cancel(now, id));
            }
        }
        0xe0..=0xe3 => driver.session.handle_input(now, Input::Wake),
        0xe4..=0xe7 => driver.session.disconnect(now),
        0xe8..=0xef => driver.session.connect(now),
        0xf0..=0xff => {
            driver.now += Duration::from_millis(1 << (op % 16));
            driver.session.handle_input(driver.now, Input::Timeout);
        }
    }
    rest
}

impl Driver {
    fn new(config: Config) -> Self {
        let session = Session::new(config);
        Self { session, now: Time::ZERO, link: None, open: BTreeSet::new() }
    }

    fn drain(&mut self) {
        for _ in 0..100_000 {
            match self.session.poll_output() {
                Output::Open(link) => assert!(self.link.replace(link).is_none(), "two links"),
                Output::Transmit(link, _) => assert_eq!(self.link, Some(link)),
                Output::Close(link) => assert_eq!(self.link.take(), Some(link)),
                Output::Event(Event::Published { id, .. }) => {
                    assert!(self.open.remove(&id), "{id} completed twice, or was never made");
                }
                Output::Event(_) => {}
                Output::Timeout(at) => {
                    assert!(at.is_none_or(|at| at > self.now), "a timeout in the past");
                    return;
                }
            }
        }
        panic!("the session never comes to rest");
    }

    /// Whatever happened, every message completes in the end.
    fn finish(mut self) {
        self.session.disconnect(self.now);
        self.drain();
        self.now += Duration::from_secs(60);
        self.session.handle_input(self.now, Input::Timeout);
        self.drain();
        assert!(self.open.is_empty(), "never completed: {:?}", self.open);
    }
}
