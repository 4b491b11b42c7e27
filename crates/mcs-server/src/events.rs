//! What consoles hear about devices apart from their points: `console/v1/devices/:deviceId`.

use std::collections::BTreeMap;
use std::sync::{Mutex, PoisonError};

use bytes::Bytes;
use mcs_model::api::{DeviceChange, DeviceEvent};
use mcs_model::{ConsoleTopic, DeviceId};
use tokio::sync::Notify;

use crate::bus::Bus;

/// Changes that wait to be published. A newer change takes the place of one of its kind, so a slow
/// broker costs intermediate states and never memory.
#[derive(Default)]
pub(crate) struct Events {
    waiting: Mutex<BTreeMap<(DeviceId, Kind), DeviceChange>>,
    some: Notify,
}

#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Kind {
    Registry,
    Presence,
    Version,
    Push,
    Other,
}

impl Events {
    /// Tells the consoles, soon.
    pub(crate) fn tell(&self, device: &DeviceId, change: DeviceChange) {
        let kind = match change {
            DeviceChange::Registry => Kind::Registry,
            DeviceChange::Presence(_) => Kind::Presence,
            DeviceChange::Version(_) => Kind::Version,
            DeviceChange::Push(_) => Kind::Push,
            _ => Kind::Other,
        };
        let mut waiting = self.waiting.lock().unwrap_or_else(PoisonError::into_inner);
        waiting.insert((device.clone(), kind), change);
        drop(waiting);
        self.some.notify_one();
    }

    /// Publishes for ever.
    pub(crate) async fn run(&self, bus: &dyn Bus) {
        loop {
            self.some.notified().await;
            let waiting = {
                let mut waiting = self.waiting.lock().unwrap_or_else(PoisonError::into_inner);
                std::mem::take(&mut *waiting)
            };
            for ((device, _), change) in waiting {
                let topic = ConsoleTopic::Device(device.clone()).to_string();
                let event = DeviceEvent { device, change };
                let outcome = match serde_json::to_vec(&event) {
                    Ok(json) => bus.publish(&topic, Bytes::from(json), 0, false).await,
                    Err(error) => Err(error.into()),
                };
                if let Err(error) = outcome {
                    tracing::warn!(%topic, %error, "an event was not published");
                }
            }
        }
    }
}
