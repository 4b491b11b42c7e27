//! A rollout on a stage: what is said to it, and what it does, line by line.

use std::collections::BTreeMap;
use std::time::Duration;

use super::super::*;
use crate::{Reason, Terms};

/// The rollout and what was written down of it.
pub(super) struct Stage {
    pub(super) rollout: Rollout,
    /// Minutes since the beginning.
    pub(super) minute: u64,
    log: Vec<String>,
    shown: BTreeMap<DeviceId, String>,
}

pub(super) fn at(minute: u64) -> Timestamp {
    Timestamp::from_millis(1_513_133_357_160 + minute * 60_000)
}

pub(super) fn release() -> Release {
    Release {
        firmware: "FAdJBknrDsOM".parse().unwrap(),
        version: "2.0".parse().unwrap(),
        model: None,
        min_version: None,
        verified: true,
        older: false,
    }
}

pub(super) fn id(device: u32) -> DeviceId {
    format!("D{device}").parse().unwrap()
}

/// Devices `D1`, `D2` and so on, which reported version 1.0.
pub(super) fn targets(count: u32) -> Vec<Target> {
    let target = |device| Target {
        device: id(device),
        reported: Some("1.0".to_owned()),
        model: None,
        compatible: true,
    };
    (1..=count).map(target).collect()
}

/// Everybody at once, updated with the report.
pub(super) fn at_once() -> Plan {
    Plan { terms: Terms { confirming: Duration::ZERO, ..Plan::default().terms }, ..Plan::at_once() }
}

impl Stage {
    pub(super) fn new(plan: Plan, targets: Vec<Target>) -> Self {
        let rollout = Rollout::new(release(), plan, targets, Vec::new(), at(0)).unwrap();
        let mut stage = Self { rollout, minute: 0, log: Vec::new(), shown: BTreeMap::new() };
        stage.drain();
        stage.log.clear();
        stage
    }

    /// All devices come, in their order.
    pub(super) fn all_come(mut self) -> Self {
        let places: BTreeMap<_, _> =
            self.rollout.members().map(|(id, it)| (it.place(), id.clone())).collect();
        for device in places.into_values() {
            self.take(Input::Device(device, Fact::Came(Transport::Mqtt)));
        }
        self
    }

    /// Something happens to a device.
    pub(super) fn device(&mut self, device: u32, fact: Fact) -> &mut Self {
        self.log.push(format!("{}: D{device} {}", self.minute, words(&fact)));
        self.take(Input::Device(id(device), fact))
    }

    /// The device takes the file, restarts and reports the version.
    pub(super) fn updates(&mut self, device: u32) -> &mut Self {
        let facts = [Fact::DownloadStarted, Fact::DownloadFinished, reported("2.0")];
        for fact in facts {
            self.take(Input::Device(id(device), fact));
        }
        self
    }

    pub(super) fn act(&mut self, act: Act) -> Result<(), ActError> {
        self.log.push(format!("{}: {}", self.minute, format!("{act:?}").to_lowercase()));
        let outcome = self.rollout.act(at(self.minute), act);
        self.drain();
        outcome
    }

    /// So many minutes pass.
    pub(super) fn pass(&mut self, minutes: u64) -> &mut Self {
        self.minute += minutes;
        self.log.push(format!("{}:", self.minute));
        self.take(Input::Timeout)
    }

    /// The process ends and another one reads what it stored.
    pub(super) fn restart(&mut self) -> &mut Self {
        self.log.push(format!("{}: restart", self.minute));
        let stored = serde_json::to_string(&self.rollout).unwrap();
        self.rollout = serde_json::from_str(&stored).unwrap();
        self.take(Input::Restarted)
    }

    /// What happened since this was asked last.
    pub(super) fn log(&mut self) -> String {
        std::mem::take(&mut self.log).join("\n")
    }

    pub(super) fn state(&self, device: u32) -> PushState {
        self.rollout.member(&id(device)).unwrap().state()
    }

    pub(super) fn take(&mut self, input: Input) -> &mut Self {
        self.rollout.handle_input(at(self.minute), input);
        self.drain();
        self
    }

    /// Writes down what comes out; each notice is handed over at once.
    fn drain(&mut self) {
        loop {
            match self.rollout.poll_output() {
                Output::Member(device) => self.show(&device),
                Output::Head => {
                    let head = self.rollout.head();
                    let line = format!("  wave {}, {:?}", head.begun(), head.course());
                    if !self.log.contains(&line) {
                        self.log.push(line);
                    }
                }
                Output::Send { device, transport, notice, reason } => {
                    let why =
                        if reason == Reason::None { String::new() } else { format!(": {reason}") };
                    self.log.push(format!("  {device} notice {notice} by {transport:?}{why}"));
                    let sent = Input::Device(device, Fact::Sent);
                    self.rollout.handle_input(at(self.minute), sent);
                }
                Output::Finished => self.log.push("  finished".to_owned()),
                Output::Timeout(_) => return,
            }
        }
    }

    fn show(&mut self, device: &DeviceId) {
        let member = self.rollout.member(device).unwrap();
        if !member.has_begun() {
            return;
        }
        let mut line = format!("  {device} {:?}", member.state());
        if let Some(percent) = member.percent() {
            line.push_str(&format!(" {percent}%"));
        }
        if member.reason() != Reason::None {
            line.push_str(&format!(": {}", member.reason()));
        }
        if self.shown.insert(device.clone(), line.clone()).as_ref() != Some(&line) {
            self.log.push(line);
        }
    }
}

pub(super) fn reported(version: &str) -> Fact {
    Fact::VersionReported(version.to_owned())
}

pub(super) fn says(text: &str) -> Fact {
    Fact::StatusText(text.to_owned())
}

pub(super) fn came() -> Fact {
    Fact::Came(Transport::Mqtt)
}

fn words(fact: &Fact) -> String {
    match fact {
        Fact::Came(transport) => format!("comes by {transport:?}"),
        Fact::Left(transport) => format!("leaves {transport:?}"),
        Fact::DownloadStarted => "asks for the file".to_owned(),
        Fact::DownloadProgress(percent) => format!("has {percent}%"),
        Fact::DownloadFinished => "has the file".to_owned(),
        Fact::VersionReported(version) => format!("reports {version}"),
        Fact::StatusText(text) => format!("says {text:?}"),
        other => format!("{other:?}"),
    }
}
