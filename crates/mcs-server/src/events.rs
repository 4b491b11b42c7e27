//! What consoles hear apart from points: `console/v1/devices/:deviceId`, and that there is
//! something to ask for.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::{Mutex, MutexGuard, PoisonError};

use bytes::Bytes;
use mcs_model::api::{DeviceChange, DeviceEvent};
use mcs_model::{ChannelId, ConsoleTopic, DeviceId};
use tokio::sync::Notify;

use crate::bus::Bus;

/// Say only that there is something to ask for: for everybody who is signed in.
pub(crate) const NEWS: [&str; 2] = [PROTOTYPES, ROLLOUTS];
const PROTOTYPES: &str = "console/v1/prototypes";
const ROLLOUTS: &str = "console/v1/rollouts";

/// Changes that wait to be published. A newer change takes the place of one of its kind, so a slow
/// broker costs intermediate states and never memory.
#[derive(Default)]
pub(crate) struct Events {
    waiting: Mutex<Waiting>,
    some: Notify,
}

#[derive(Default)]
struct Waiting {
    devices: BTreeMap<(DeviceId, Kind), DeviceChange>,
    /// Topics that say only that there is something to ask for.
    news: BTreeSet<&'static str>,
}

#[derive(Clone, PartialEq, Eq, PartialOrd, Ord)]
enum Kind {
    Registry,
    Presence,
    Version,
    Push,
    Function(ChannelId),
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
            DeviceChange::Function(ref channel) => Kind::Function(channel.clone()),
            _ => Kind::Other,
        };
        self.lock().devices.insert((device.clone(), kind), change);
        self.some.notify_one();
    }

    /// Tells the consoles, soon, that prototypes or their firmwares have changed.
    pub(crate) fn tell_of_prototypes(&self) {
        self.tell_that(PROTOTYPES);
    }

    /// Tells the consoles, soon, that rollouts are further.
    pub(crate) fn tell_of_rollouts(&self) {
        self.tell_that(ROLLOUTS);
    }

    fn tell_that(&self, topic: &'static str) {
        self.lock().news.insert(topic);
        self.some.notify_one();
    }

    fn lock(&self) -> MutexGuard<'_, Waiting> {
        self.waiting.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Publishes for ever.
    pub(crate) async fn run(&self, bus: &dyn Bus) {
        loop {
            self.some.notified().await;
            let waiting = std::mem::take(&mut *self.lock());
            for topic in waiting.news {
                // Which they are is told to those who ask and may know.
                if let Err(error) = bus.publish(topic, Bytes::from_static(b"{}"), 0, false).await {
                    tracing::warn!(%topic, %error, "an event was not published");
                }
            }
            for ((device, _), change) in waiting.devices {
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
