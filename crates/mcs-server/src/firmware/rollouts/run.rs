//! What happens to devices, told to the rollouts that they are in.

use mcs_fota::rollout::api::AuditEvent;
use mcs_fota::rollout::{Fact, Input, Transport};
use mcs_fota::{Reason, Unreachable};
use mcs_model::DeviceId;
use mcs_model::api::{self, DeviceChange, PushState, PushStatus};

use super::{Send, told};
use crate::app::App;
use crate::firmware::Firmware;
use crate::firmware::notify::notify;
use crate::store::RolloutChange;

impl Firmware {
    /// Something happened to a device.
    pub(super) async fn tell_rollouts(&self, app: &App, device: &DeviceId, fact: Fact) {
        if !self.rollouts.of_device(device).is_empty() {
            let _turn = self.rollouts.turn.lock().await;
            self.feed_rollouts(app, device, &fact).await;
        }
    }

    /// As [`Self::tell_rollouts`], for a caller that holds the turn.
    pub(super) async fn feed_rollouts(&self, app: &App, device: &DeviceId, fact: &Fact) {
        for id in self.rollouts.of_device(device) {
            self.rollouts.feed_device(&id, device, fact.clone());
            self.run_rollout(app, &id).await;
        }
    }

    /// A device can be reached again, on one transport or the other.
    pub(crate) async fn reconnected(&self, app: &App, device: &DeviceId) {
        let ids = self.rollouts.of_device(device);
        if ids.is_empty() {
            return;
        }
        let _turn = self.rollouts.turn.lock().await;
        for id in ids {
            self.feed_presence(app, &id, device);
            self.run_rollout(app, &id).await;
        }
        // What it waits for may be another, although it waits on.
        app.events.tell_of_rollouts();
    }

    /// Time has passed.
    pub(crate) async fn tick(&self, app: &App) {
        for id in self.rollouts.running() {
            let _turn = self.rollouts.turn.lock().await;
            self.rollouts.feed(&id, Input::Timeout);
            for device in self.rollouts.expected(&id) {
                self.feed_absence(app, &id, &device);
            }
            self.run_rollout(app, &id).await;
        }
    }

    /// Tells a rollout by which transports the device does not hear notices any more.
    fn feed_absence(&self, app: &App, id: &str, device: &DeviceId) {
        let now = hearing(app, device);
        let all = [Transport::Mqtt, Transport::Command];
        for left in all.into_iter().filter(|it| !now.contains(it)) {
            self.rollouts.feed_device(id, device, Fact::Left(left));
        }
    }

    /// Tells a rollout by which transports the device hears notices now.
    pub(super) fn feed_presence(&self, app: &App, id: &str, device: &DeviceId) {
        let now = hearing(app, device);
        let known: Vec<_> = {
            let entries = self.rollouts.lock();
            let member = entries.get(id).and_then(|it| it.rollout.member(device));
            member.map(|it| it.hears().collect()).unwrap_or_default()
        };
        for left in known.iter().filter(|it| !now.contains(it)) {
            self.rollouts.feed_device(id, device, Fact::Left(*left));
        }
        let new: Vec<_> = now.iter().filter(|it| !known.contains(it)).copied().collect();
        // With nothing new it came again where it was.
        for came in if new.is_empty() { now } else { new } {
            self.rollouts.feed_device(id, device, Fact::Came(came));
        }
    }

    /// Steps until nothing more is wanted. The caller holds the turn.
    pub(super) async fn run_rollout(&self, app: &App, id: &str) {
        loop {
            let step = self.rollouts.step(id);
            let stored = self.store_change(id, &step.change).await;
            if !step.change.is_empty() {
                app.events.tell_of_rollouts();
            }
            for (device, status) in step.changed {
                tracing::info!(rollout = id, %device, firmware = %status.firmware,
                    state = ?status.state, detail = status.detail, "firmware rollout");
                let status = waiting(app, &device, status);
                app.events.tell(&device, DeviceChange::Push(status));
            }
            if step.sends.is_empty() {
                if stored {
                    self.rollouts.retire(id);
                }
                return;
            }
            for send in step.sends {
                self.send_notice(app, id, send, stored).await;
            }
        }
    }

    async fn store_change(&self, id: &str, change: &RolloutChange) -> bool {
        if change.is_empty() {
            return true;
        }
        let outcome = self.store.change_rollout(id, change).await;
        if let Err(error) = &outcome {
            tracing::error!(rollout = id, %error, "the state of a rollout was not stored");
        }
        outcome.is_ok()
    }

    /// A notice that a restart would not know of is not sent.
    async fn send_notice(&self, app: &App, id: &str, send: Send, stored: bool) {
        let Send { device, firmware, token, transport, notice, reason } = send;
        let outcome = if stored {
            notify(app, &device, &firmware, &token).await
        } else {
            Err(Unreachable::Broken("it could not be stored".to_owned()))
        };
        let fact = match outcome {
            Ok(()) => {
                let event = AuditEvent::Notice { transport, notice, reason };
                let audit = vec![told(Some(&device), event)];
                let change = RolloutChange { audit, ..RolloutChange::default() };
                self.store_change(id, &change).await;
                Fact::Sent
            }
            Err(error) => Fact::NotSent(error),
        };
        self.rollouts.feed_device(id, &device, fact);
    }
}

/// With why it waits, if the device cannot hear now.
pub(in crate::firmware) fn waiting(app: &App, device: &DeviceId, status: PushStatus) -> PushStatus {
    let waits = status.state == PushState::Queued && status.reason == Reason::None;
    if waits && hearing(app, device).is_empty() {
        let is_away = app.hub.presence(device).transports.is_empty();
        let why = if is_away { Unreachable::Away } else { Unreachable::Deaf };
        return status.because(Reason::NotSent(why));
    }
    status
}

/// The transports by which a device hears notices.
pub(super) fn hearing(app: &App, device: &DeviceId) -> Vec<Transport> {
    let mqtt = app.hub.hears_mqtt(device).then_some(Transport::Mqtt);
    let command = app.hub.presence(device).transports.contains(&api::Transport::Command);
    mqtt.into_iter().chain(command.then_some(Transport::Command)).collect()
}
