//! Prototypes, devices and what people may do with them, held in memory and kept in step with the store.
//!
//! Admin commands change the store from another process: the registry looks at the store's revision
//! from time to time, and whenever somebody names a device that it does not know.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt;
use std::sync::{Arc, Mutex, PoisonError, RwLock};

use anyhow::Result;
use mcs_model::api::Right;
use mcs_model::{DeviceId, DeviceKey, ProductId, Prototype};
use subtle::ConstantTimeEq as _;

use crate::access::Access;
use crate::store::Store;

/// A registered device.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Device {
    /// Its id.
    pub(crate) id: DeviceId,
    /// Its key.
    pub(crate) key: DeviceKey,
    /// Its name.
    pub(crate) name: String,
    /// What it is.
    pub(crate) prototype: Arc<Prototype>,
}

impl Device {
    /// Whether `key` is this device's key; takes as long for a near miss as for a far one.
    pub(crate) fn has_key(&self, key: &DeviceKey) -> bool {
        self.key.as_str().as_bytes().ct_eq(key.as_str().as_bytes()).into()
    }
}

/// Why somebody may not act as a device: for the log. The peer is told nothing of it.
#[derive(Debug)]
pub(crate) enum Denied {
    /// No device has this id.
    Device(DeviceId),
    /// The device has another key.
    Key(DeviceId),
    /// We cannot know.
    Broken(anyhow::Error),
}

impl fmt::Display for Denied {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Device(id) => write!(f, "there is no device {id}"),
            Self::Key(id) => write!(f, "that is not the key of device {id}"),
            Self::Broken(error) => write!(f, "the registry cannot be read: {error:#}"),
        }
    }
}

/// The registry at one revision.
#[derive(Debug, Default)]
pub(crate) struct Snapshot {
    revision: i64,
    /// Every prototype.
    pub(crate) prototypes: BTreeMap<ProductId, Arc<Prototype>>,
    /// Every device.
    pub(crate) devices: BTreeMap<DeviceId, Arc<Device>>,
    /// What everybody may do, by name.
    people: BTreeMap<String, Access>,
}

impl Snapshot {
    /// What a user may do; `None` when there is no such user any more.
    pub(crate) fn access(&self, user: &str) -> Option<&Access> {
        self.people.get(user)
    }

    /// The most that a user may do with a device.
    pub(crate) fn right(&self, user: &str, device: &Device) -> Option<Right> {
        self.access(user)?.to(device)
    }

    /// How many devices of each prototype somebody may see.
    pub(crate) fn visible_by_prototype(&self, access: &Access) -> BTreeMap<ProductId, u32> {
        let mut counts = BTreeMap::new();
        for device in self.devices.values().filter(|it| access.to(it).is_some()) {
            *counts.entry(device.prototype.id.clone()).or_default() += 1;
        }
        counts
    }

    /// The most that a user may do with a prototype's firmware. Who sees one of its devices sees its
    /// firmware.
    pub(crate) fn right_to_prototype(&self, user: &str, prototype: &ProductId) -> Option<Right> {
        let access = self.access(user)?;
        let by_device = || {
            let mut devices = self.devices.values();
            let sees = |it: &Arc<Device>| it.prototype.id == *prototype && access.to(it).is_some();
            devices.any(sees).then_some(Right::See)
        };
        access.to_prototype(prototype).or_else(by_device)
    }
}

/// What has changed.
#[derive(Debug, Default)]
pub(crate) struct Changes {
    /// Devices that differ now, or are gone.
    pub(crate) devices: BTreeSet<DeviceId>,
    /// Those of them whose former key is of no use any more.
    pub(crate) locked: BTreeSet<DeviceId>,
    /// Prototypes differ now.
    pub(crate) prototypes: bool,
    /// Users who may see or do other things than before, or sign in otherwise.
    pub(crate) people: BTreeSet<String>,
}

/// All prototypes, devices and people.
pub(crate) struct Registry {
    store: Store,
    snapshot: RwLock<Arc<Snapshot>>,
    // One look at the store at a time, however many unknown ids come in.
    refreshing: tokio::sync::Mutex<()>,
    // Seen, whoever looked, and not acted upon.
    changes: Mutex<Changes>,
}

impl Registry {
    /// Loads everything.
    pub(crate) async fn load(store: Store) -> Result<Self> {
        let snapshot = RwLock::new(Arc::new(read(&store).await?));
        Ok(Self {
            store,
            snapshot,
            refreshing: tokio::sync::Mutex::default(),
            changes: Mutex::default(),
        })
    }

    /// What is known now.
    pub(crate) fn snapshot(&self) -> Arc<Snapshot> {
        self.snapshot.read().unwrap_or_else(PoisonError::into_inner).clone()
    }

    /// The device with this id.
    pub(crate) async fn device(&self, id: &DeviceId) -> Result<Option<Arc<Device>>> {
        if let Some(device) = self.snapshot().devices.get(id) {
            return Ok(Some(device.clone()));
        }
        self.refresh().await?;
        Ok(self.snapshot().devices.get(id).cloned())
    }

    /// The device with this id, if `key` is its key.
    pub(crate) async fn authorize(
        &self,
        id: &DeviceId,
        key: &DeviceKey,
    ) -> Result<Arc<Device>, Denied> {
        match self.device(id).await {
            Ok(Some(device)) if device.has_key(key) => Ok(device),
            Ok(Some(_)) => Err(Denied::Key(id.clone())),
            Ok(None) => Err(Denied::Device(id.clone())),
            Err(error) => Err(Denied::Broken(error)),
        }
    }

    /// Loads again what another process changed; [`Registry::changes`] tells what that was.
    pub(crate) async fn refresh(&self) -> Result<()> {
        let _one = self.refreshing.lock().await;
        let before = self.snapshot();
        if self.store.revision().await? == before.revision {
            return Ok(());
        }
        let after = Arc::new(read(&self.store).await?);
        *self.snapshot.write().unwrap_or_else(PoisonError::into_inner) = after.clone();
        compare(&before, &after, &mut self.lock_changes());
        Ok(())
    }

    /// What has changed since this was asked last.
    pub(crate) fn changes(&self) -> Changes {
        std::mem::take(&mut *self.lock_changes())
    }

    fn lock_changes(&self) -> std::sync::MutexGuard<'_, Changes> {
        self.changes.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

fn compare(before: &Snapshot, after: &Snapshot, changes: &mut Changes) {
    changes.prototypes |= before.prototypes != after.prototypes;
    let mut devices = BTreeSet::new();
    for (id, former) in &before.devices {
        let now = after.devices.get(id);
        if now != Some(former) {
            devices.insert(id.clone());
        }
        if now.is_none_or(|now| now.key != former.key) {
            changes.locked.insert(id.clone());
        }
    }
    devices.extend(after.devices.keys().filter(|id| !before.devices.contains_key(id)).cloned());
    for (name, former) in &before.people {
        let now = after.people.get(name);
        // Who sees every device hears of those that come and go.
        let sees_others = |now: &Access| {
            devices.iter().any(|id| {
                let right = |of: &Snapshot, by: &Access| by.to(of.devices.get(id)?);
                !now.sees_all() && right(before, former) != right(after, now)
            })
        };
        if now.is_none_or(|now| now != former || sees_others(now)) {
            changes.people.insert(name.clone());
        }
    }
    changes.devices.extend(devices);
}

async fn read(store: &Store) -> Result<Snapshot> {
    // The revision comes first: what changes after it is seen next time.
    let (revision, prototypes, rows) = store.registry().await?;
    let people = store.people().await?;
    let prototypes: BTreeMap<_, _> =
        prototypes.into_iter().map(|it| (it.id.clone(), Arc::new(it))).collect();
    let mut devices = BTreeMap::new();
    for row in rows {
        // The foreign key holds: a device without its prototype cannot be stored.
        let Some(prototype) = prototypes.get(&row.prototype).cloned() else { continue };
        let device = Device { id: row.id, key: row.key, name: row.name, prototype };
        devices.insert(device.id.clone(), Arc::new(device));
    }
    let people = people.into_iter().map(|it| (it.name.clone(), Access::new(it))).collect();
    Ok(Snapshot { revision, prototypes, devices, people })
}
