//! Rollouts: the state machines of `mcs_fota`, fed with what happens and kept in the store.
//!
//! What a step changes is committed before a notice of it goes out, so that a server that was
//! killed knows of every notice that a device may have.

mod make;
mod run;

use std::collections::{BTreeMap, BTreeSet};
use std::ops::Range;
use std::sync::{Mutex, MutexGuard, PoisonError};

use anyhow::{Context as _, Result};
use mcs_fota::Reason;
use mcs_fota::rollout::api::{AuditEntry, AuditEvent};
use mcs_fota::rollout::{Course, Fact, Input, Output, Rollout, Transport};
use mcs_model::DeviceId;
use mcs_model::api::PushStatus;

pub(crate) use make::Draft;

use crate::clock;
use crate::store::{FirmwareRow, RolloutChange, RolloutRow, Store};

/// All rollouts.
pub(super) struct Rollouts {
    entries: Mutex<BTreeMap<String, Entry>>,
    /// Whose download address ends so: in which rollout, and which device.
    tokens: Mutex<BTreeMap<String, (String, DeviceId)>>,
    // One step at a time: what is stored and told comes in the order in which it happened.
    turn: tokio::sync::Mutex<()>,
}

struct Entry {
    rollout: Rollout,
    firmware: FirmwareRow,
    by: String,
    tokens: BTreeMap<DeviceId, String>,
    /// Bytes that went out, from the first one on without a gap.
    fetched: BTreeMap<DeviceId, u64>,
    /// The devices whose end was told.
    ended: BTreeSet<DeviceId>,
    /// The course that was told.
    course: Course,
}

/// What a step asks for.
#[derive(Default)]
struct Step {
    change: RolloutChange,
    changed: Vec<(DeviceId, PushStatus)>,
    sends: Vec<Send>,
}

struct Send {
    device: DeviceId,
    firmware: FirmwareRow,
    token: String,
    transport: Transport,
    notice: u32,
    reason: Reason,
}

/// How much of a file a device has got.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Fetched {
    /// A further tenth, in percent.
    Percent(u8),
    /// The whole.
    All,
}

impl Rollouts {
    /// What was stored; from here on nobody is here.
    pub(super) async fn load(store: &Store) -> Result<Self> {
        let (mut entries, mut tokens) = (BTreeMap::new(), BTreeMap::new());
        for row in store.rollouts().await? {
            let Some(firmware) = store.firmware(&row.firmware).await? else {
                tracing::info!(rollout = row.id, "the firmware of a rollout is gone");
                continue;
            };
            let (id, entry) = read(row, firmware)?;
            tokens.extend(entry.holders(&id));
            entries.insert(id, entry);
        }
        let turn = tokio::sync::Mutex::default();
        Ok(Self { entries: Mutex::new(entries), tokens: Mutex::new(tokens), turn })
    }

    /// The newest word of a rollout on a device whose wave has begun.
    pub(super) fn status(&self, device: &DeviceId) -> Option<PushStatus> {
        let entries = self.lock();
        let statuses = entries.values().filter_map(|it| it.status(device));
        statuses.max_by_key(|it| it.since)
    }

    /// The rollouts that are not over for a device.
    fn of_device(&self, device: &DeviceId) -> Vec<String> {
        let entries = self.lock();
        let open = |it: &Entry| it.rollout.member(device).is_some_and(|it| !it.is_over());
        entries.iter().filter(|(_, it)| open(it)).map(|(id, _)| id.clone()).collect()
    }

    fn running(&self) -> Vec<String> {
        let entries = self.lock();
        let open = |it: &Entry| !it.rollout.head().is_over();
        entries.iter().filter(|(_, it)| open(it)).map(|(id, _)| id.clone()).collect()
    }

    /// Whose address this is, and its file while the rollout goes on for the device.
    pub(super) fn of_token(&self, token: &str) -> Option<(DeviceId, Option<FirmwareRow>)> {
        let (id, device) = self.holder(token)?;
        let entries = self.lock();
        let entry = entries.get(&id)?;
        let open = entry.rollout.member(&device).is_some_and(|it| !it.is_over());
        let firmware = open.then(|| entry.firmware.clone());
        Some((device, firmware))
    }

    /// A new rollout.
    fn insert(&self, id: String, entry: Entry) {
        let mut tokens = self.tokens.lock().unwrap_or_else(PoisonError::into_inner);
        tokens.extend(entry.holders(&id));
        self.lock().insert(id, entry);
    }

    fn holder(&self, token: &str) -> Option<(String, DeviceId)> {
        self.tokens.lock().unwrap_or_else(PoisonError::into_inner).get(token).cloned()
    }

    /// A piece of the file went out to the device with this address. What is worth telling.
    pub(super) fn fetched(&self, token: &str, piece: &Range<u64>) -> Option<Fetched> {
        let (id, device) = self.holder(token)?;
        let mut entries = self.lock();
        let entry = entries.get_mut(&id)?;
        let size = entry.firmware.size;
        let fetched = entry.fetched.entry(device).or_default();
        let before = if piece.start == 0 { 0 } else { *fetched };
        if piece.start == 0 {
            *fetched = piece.end;
        } else if piece.start <= *fetched {
            *fetched = piece.end.max(*fetched);
        }
        let tenth = |bytes: u64| bytes.saturating_mul(10) / size.max(1);
        if *fetched == size && piece.end == size {
            Some(Fetched::All)
        } else if tenth(*fetched) > tenth(before) {
            u8::try_from(tenth(*fetched) * 10).ok().map(Fetched::Percent)
        } else {
            None
        }
    }

    fn feed(&self, id: &str, input: Input) {
        if let Some(entry) = self.lock().get_mut(id) {
            entry.rollout.handle_input(clock::now(), input);
        }
    }

    fn feed_device(&self, id: &str, device: &DeviceId, fact: Fact) {
        self.feed(id, Input::Device(device.clone(), fact));
    }

    fn step(&self, id: &str) -> Step {
        self.lock().get_mut(id).map(Entry::step).unwrap_or_default()
    }

    fn lock(&self) -> MutexGuard<'_, BTreeMap<String, Entry>> {
        self.entries.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Entry {
    fn holders(&self, id: &str) -> impl Iterator<Item = (String, (String, DeviceId))> {
        self.tokens.iter().map(move |(device, it)| (it.clone(), (id.to_owned(), device.clone())))
    }

    fn status(&self, device: &DeviceId) -> Option<PushStatus> {
        let member = self.rollout.member(device)?;
        Some(PushStatus {
            firmware: self.firmware.id.clone(),
            version: self.firmware.version.clone(),
            state: member.state(),
            detail: member.reason().to_string(),
            since: member.since()?,
        })
    }

    /// Takes all that the state machine wants.
    fn step(&mut self) -> Step {
        let mut step = Step::default();
        let mut members = BTreeSet::new();
        let mut head = false;
        loop {
            match self.rollout.poll_output() {
                Output::Member(device) => {
                    members.insert(device);
                }
                Output::Head => head = true,
                Output::Send { device, transport, notice, reason } => {
                    let token = self.tokens.get(&device).cloned().unwrap_or_default();
                    let firmware = self.firmware.clone();
                    step.sends.push(Send { device, firmware, token, transport, notice, reason });
                }
                Output::Finished => {}
                Output::Timeout(_) => break,
            }
        }
        for device in members {
            self.tell(&device, &mut step);
        }
        if head {
            // A head is made of texts and numbers: JSON can write it.
            step.change.head = serde_json::to_string(self.rollout.head()).ok();
            let course = self.rollout.head().course().clone();
            if course != self.course {
                self.course = course.clone();
                step.change.audit.push(told(None, AuditEvent::Course(course)));
            }
        }
        step
    }

    fn tell(&mut self, device: &DeviceId, step: &mut Step) {
        let Some(member) = self.rollout.member(device) else { return };
        let json = serde_json::to_string(member).unwrap_or_default();
        step.change.members.push((device.clone(), json));
        if !member.is_over() {
            self.ended.remove(device);
        } else if self.ended.insert(device.clone()) {
            let ended = AuditEvent::Ended { state: member.state(), reason: member.reason() };
            step.change.audit.push(told(Some(device), ended));
        }
        step.changed.extend(self.status(device).map(|it| (device.clone(), it)));
    }
}

fn told(device: Option<&DeviceId>, event: AuditEvent) -> AuditEntry {
    AuditEntry { at: clock::now(), by: None, device: device.cloned(), event }
}

fn read(row: RolloutRow, firmware: FirmwareRow) -> Result<(String, Entry)> {
    let unreadable = || format!("the stored rollout {} cannot be read", row.id);
    let head = serde_json::from_str(&row.head).with_context(unreadable)?;
    let mut members = Vec::with_capacity(row.devices.len());
    let mut tokens = BTreeMap::new();
    for it in &row.devices {
        members
            .push((it.device.clone(), serde_json::from_str(&it.member).with_context(unreadable)?));
        tokens.insert(it.device.clone(), it.token.clone());
    }
    let mut rollout = Rollout::restore(head, members).with_context(unreadable)?;
    let over = rollout.members().filter(|(_, it)| it.is_over());
    let ended = over.map(|(device, _)| device.clone()).collect();
    let course = rollout.head().course().clone();
    if !rollout.head().is_over() {
        rollout.handle_input(clock::now(), Input::Restarted);
    }
    let fetched = BTreeMap::new();
    Ok((row.id, Entry { rollout, firmware, by: row.by, tokens, fetched, ended, course }))
}
