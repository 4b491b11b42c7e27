//! Rollouts: the state machines of `mcs_fota`, fed with what happens and kept in the store.
//!
//! What a step changes is committed before a notice of it goes out, so that a server that was
//! killed knows of every notice that a device may have.

mod ended;
mod make;
mod observe;
mod run;

use std::collections::{BTreeMap, BTreeSet};
use std::ops::Range;
use std::sync::{Mutex, MutexGuard, PoisonError};

use anyhow::{Context as _, Result};
use mcs_fota::Reason;
use mcs_fota::rollout::api::{AuditEntry, AuditEvent, Pace, RolloutInfo};
use mcs_fota::rollout::{Course, Fact, Input, Member, Output, Rollout, Transport};
use mcs_model::api::{PushState, PushStatus};
use mcs_model::{DeviceId, FirmwareId, Timestamp};

pub(crate) use make::Draft;
pub(super) use run::waiting;

use super::Trust;
use crate::clock;
use crate::store::{FirmwareRow, RolloutChange, RolloutRow, Store};

/// The rollouts that go on; those that have ended are in the store.
pub(super) struct Rollouts {
    entries: Mutex<BTreeMap<String, Entry>>,
    /// The newest word of each device.
    last: Mutex<BTreeMap<DeviceId, PushStatus>>,
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
    /// What went out of the file, and when that was told last.
    fetched: BTreeMap<DeviceId, (Pace, Timestamp)>,
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

/// Progress within a tenth of a file is told after so many milliseconds.
const TELL: u64 = 2000;

/// How much of a file a device has got.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Fetched {
    /// So many percent.
    Percent(u8),
    /// The whole.
    All,
}

impl Rollouts {
    /// What was stored; from here on nobody is here.
    pub(super) async fn load(store: &Store, trust: &Trust) -> Result<Self> {
        let (mut entries, mut tokens) = (BTreeMap::new(), BTreeMap::new());
        for id in store.open_rollouts().await? {
            let Some(row) = store.rollout(&id).await? else { continue };
            let Some(firmware) = store.firmware(&row.firmware).await? else {
                tracing::info!(rollout = row.id, "the firmware of a rollout is gone");
                continue;
            };
            let mut entry = read(row, firmware, trust)?;
            if entry.rollout.head().is_over() {
                // It ended under a server that did not write down what is listed.
                let change = entry.ending(&id);
                store.change_rollout(&id, &change).await?;
                continue;
            }
            tokens.extend(entry.holders(&id));
            entries.insert(id, entry);
        }
        let last = Mutex::new(ended::last(store).await?);
        let turn = tokio::sync::Mutex::default();
        Ok(Self { entries: Mutex::new(entries), last, tokens: Mutex::new(tokens), turn })
    }

    /// The newest word of a device, of the rollout that goes on for it if there is one.
    pub(super) fn status(&self, device: &DeviceId) -> Option<PushStatus> {
        let entries = self.lock();
        let open = |it: &&Entry| it.rollout.member(device).is_some_and(|it| !it.is_over());
        let told = entries.values().filter(open).find_map(|it| it.status(device));
        told.or_else(|| self.last().get(device).cloned())
    }

    /// The rollouts that are not over for a device.
    fn of_device(&self, device: &DeviceId) -> Vec<String> {
        let entries = self.lock();
        let open = |it: &Entry| it.rollout.member(device).is_some_and(|it| !it.is_over());
        entries.iter().filter(|(_, it)| open(it)).map(|(id, _)| id.clone()).collect()
    }

    /// Nobody else changes rollouts as long as this is held.
    pub(super) async fn turn(&self) -> tokio::sync::MutexGuard<'_, ()> {
        self.turn.lock().await
    }

    /// A rollout of this firmware that goes on.
    pub(super) fn of_firmware(&self, firmware: &FirmwareId) -> Option<String> {
        let entries = self.lock();
        let open = |it: &Entry| it.firmware.id == *firmware && !it.rollout.head().is_over();
        entries.iter().find(|(_, it)| open(it)).map(|(id, _)| id.clone())
    }

    /// The devices for which a rollout goes on.
    fn open_devices(&self, id: &str) -> BTreeSet<DeviceId> {
        let entries = self.lock();
        let members = entries.get(id).into_iter().flat_map(|it| it.rollout.members());
        members.filter(|(_, it)| !it.is_over()).map(|(device, _)| device.clone()).collect()
    }

    /// The devices that are taken to hear notices and are to be sent one.
    fn expected(&self, id: &str) -> Vec<DeviceId> {
        let entries = self.lock();
        let members = entries.get(id).into_iter().flat_map(|it| it.rollout.members());
        let expected = |it: &Member| {
            it.state() == PushState::Queued && it.has_begun() && it.hears().next().is_some()
        };
        members.filter(|(_, it)| expected(it)).map(|(device, _)| device.clone()).collect()
    }

    fn running(&self) -> Vec<String> {
        let entries = self.lock();
        let open = |it: &Entry| !it.rollout.head().is_over();
        entries.iter().filter(|(_, it)| open(it)).map(|(id, _)| id.clone()).collect()
    }

    /// Whose address this is, and its file while the rollout goes on for the device and nothing
    /// speaks against it.
    pub(super) fn of_token(&self, token: &str) -> Option<(DeviceId, Option<FirmwareRow>)> {
        let (id, device) = self.holder(token)?;
        let entries = self.lock();
        let entry = entries.get(&id)?;
        let may = |it: &Member| !it.is_over() && it.objections().next().is_none();
        let open = entry.rollout.member(&device).is_some_and(may);
        let firmware = open.then(|| entry.firmware.clone());
        Some((device, firmware))
    }

    /// A new rollout.
    fn insert(&self, id: String, entry: Entry) {
        // In the order of `retire`.
        let mut entries = self.lock();
        let mut tokens = self.tokens.lock().unwrap_or_else(PoisonError::into_inner);
        tokens.extend(entry.holders(&id));
        entries.insert(id, entry);
    }

    /// One that has ended: the store has all of it.
    fn retire(&self, id: &str) {
        let mut entries = self.lock();
        if entries.get(id).is_some_and(|it| it.rollout.head().is_over())
            && let Some(entry) = entries.remove(id)
        {
            let mut tokens = self.tokens.lock().unwrap_or_else(PoisonError::into_inner);
            for token in entry.tokens.values() {
                tokens.remove(token);
            }
        }
    }

    fn last(&self) -> MutexGuard<'_, BTreeMap<DeviceId, PushStatus>> {
        self.last.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn holder(&self, token: &str) -> Option<(String, DeviceId)> {
        self.tokens.lock().unwrap_or_else(PoisonError::into_inner).get(token).cloned()
    }

    /// A device asks for the file, or for a part of it.
    pub(super) fn asked(&self, token: &str) {
        let Some((id, device)) = self.holder(token) else { return };
        if let Some(entry) = self.lock().get_mut(&id) {
            let now = clock::now();
            let bytes = entry.fetched.get(&device).map_or(0, |(pace, _)| pace.bytes());
            entry.fetched.insert(device, (Pace::new(now, bytes), now));
        }
    }

    /// A piece of the file went out to the device with this address. What is worth telling.
    pub(super) fn fetched(&self, token: &str, piece: &Range<u64>) -> Option<Fetched> {
        let (id, device) = self.holder(token)?;
        let mut entries = self.lock();
        let entry = entries.get_mut(&id)?;
        let (size, now) = (entry.firmware.size, clock::now());
        let (pace, told) = entry.fetched.entry(device).or_insert((Pace::new(now, 0), now));
        let before = if piece.start == 0 { 0 } else { pace.bytes() };
        if piece.start == 0 {
            pace.seen(now, 0);
        }
        if piece.start <= pace.bytes() {
            pace.seen(now, piece.end.max(pace.bytes()));
        }
        let percent = |bytes: u64| bytes.saturating_mul(100) / size.max(1);
        let (was, is) = (percent(before), percent(pace.bytes()));
        if pace.bytes() == size && piece.end == size {
            return Some(Fetched::All);
        }
        let late = now.as_millis().abs_diff(told.as_millis()) >= TELL;
        if is / 10 > was / 10 || (is > was && late) {
            *told = now;
            return u8::try_from(is).ok().map(Fetched::Percent);
        }
        None
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
        let step = self.lock().get_mut(id).map(|it| it.step(id)).unwrap_or_default();
        self.last().extend(step.changed.iter().cloned());
        step
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
            reason: member.reason(),
            detail: member.reason().to_string(),
            since: member.since()?,
        })
    }

    /// Takes all that the state machine wants.
    fn step(&mut self, id: &str) -> Step {
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
            let RolloutChange { head, summary, .. } = self.ending(id);
            (step.change.head, step.change.summary) = (head, summary);
            let course = self.rollout.head().course().clone();
            if course != self.course {
                self.course = course.clone();
                step.change.audit.push(told(None, AuditEvent::Course(course)));
            }
        }
        step
    }

    /// The head, and what is listed of it once it has ended.
    fn ending(&mut self, id: &str) -> RolloutChange {
        let about = make::about(id, &self.by, &self.firmware);
        let summary = self.rollout.head().is_over().then(|| {
            let info = RolloutInfo::new(&self.rollout, &about);
            serde_json::to_string(&info).ok()
        });
        RolloutChange {
            // A head is made of texts and numbers: JSON can write it.
            head: serde_json::to_string(self.rollout.head()).ok(),
            summary: summary.flatten(),
            ..RolloutChange::default()
        }
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

fn restore(row: &RolloutRow) -> Result<Rollout> {
    let unreadable = || format!("the stored rollout {} cannot be read", row.id);
    let head = serde_json::from_str(&row.head).with_context(unreadable)?;
    let mut members = Vec::with_capacity(row.devices.len());
    for it in &row.devices {
        members
            .push((it.device.clone(), serde_json::from_str(&it.member).with_context(unreadable)?));
    }
    Rollout::restore(head, members).with_context(unreadable)
}

fn read(row: RolloutRow, firmware: FirmwareRow, trust: &Trust) -> Result<Entry> {
    let mut rollout = restore(&row)?;
    let tokens = row.devices.iter().map(|it| (it.device.clone(), it.token.clone())).collect();
    let over = rollout.members().filter(|(_, it)| it.is_over());
    let ended = over.map(|(device, _)| device.clone()).collect();
    let course = rollout.head().course().clone();
    if !rollout.head().is_over() {
        rollout.handle_input(clock::now(), Input::Restarted);
    }
    // Keys may have come and gone while nobody ran.
    rollout.handle_input(clock::now(), Input::Trusted(trust.of(&firmware)));
    let fetched = BTreeMap::new();
    Ok(Entry { rollout, firmware, by: row.by, tokens, fetched, ended, course })
}
