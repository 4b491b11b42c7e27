//! Prototypes and devices, held in memory and kept in step with the store.
//!
//! Admin commands change the store from another process: the registry looks at the store's revision
//! from time to time, and whenever somebody names a device that it does not know.

use std::collections::BTreeMap;
use std::fmt;
use std::sync::{Arc, PoisonError, RwLock};

use anyhow::Result;
use mcs_model::{DeviceId, DeviceKey, ProductId, Prototype};
use subtle::ConstantTimeEq as _;

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
}

/// All prototypes and devices.
pub(crate) struct Registry {
    store: Store,
    snapshot: RwLock<Arc<Snapshot>>,
    // One look at the store at a time, however many unknown ids come in.
    refreshing: tokio::sync::Mutex<()>,
}

impl Registry {
    /// Loads everything.
    pub(crate) async fn load(store: Store) -> Result<Self> {
        let snapshot = RwLock::new(Arc::new(read(&store).await?));
        Ok(Self { store, snapshot, refreshing: tokio::sync::Mutex::default() })
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

    /// Loads again what another process changed. Answers the devices that differ now.
    pub(crate) async fn refresh(&self) -> Result<Vec<DeviceId>> {
        let _one = self.refreshing.lock().await;
        let before = self.snapshot();
        if self.store.revision().await? == before.revision {
            return Ok(Vec::new());
        }
        let after = Arc::new(read(&self.store).await?);
        *self.snapshot.write().unwrap_or_else(PoisonError::into_inner) = after.clone();
        let differs = |id: &&DeviceId| before.devices.get(*id) != after.devices.get(*id);
        let gone = before.devices.keys().filter(|id| !after.devices.contains_key(*id));
        Ok(after.devices.keys().filter(differs).chain(gone).cloned().collect())
    }
}

async fn read(store: &Store) -> Result<Snapshot> {
    let (revision, prototypes, rows) = store.registry().await?;
    let prototypes: BTreeMap<_, _> =
        prototypes.into_iter().map(|it| (it.id.clone(), Arc::new(it))).collect();
    let mut devices = BTreeMap::new();
    for row in rows {
        // The foreign key holds: a device without its prototype cannot be stored.
        let Some(prototype) = prototypes.get(&row.prototype).cloned() else { continue };
        let device = Device { id: row.id, key: row.key, name: row.name, prototype };
        devices.insert(device.id.clone(), Arc::new(device));
    }
    Ok(Snapshot { revision, prototypes, devices })
}
