//! Commands to devices.

use core::time::Duration;

use mcs_model::api::Right;
use mcs_model::{
    ChannelId, ChannelKind, ConsoleTopic, DataPoint, DeviceId, Direction, RawValue, Topic, Value,
};
use mcs_session::{Outcome, Publish, Qos, RequestId};

use crate::charts::Lines;
use crate::console::Console;
use crate::control::Life;
use crate::io::Fetched;
use crate::link::Link;
use crate::protocol::{
    Away, CardRequest, ConnectionId, ControlFailure, Level, LinkState, News, Online, Wrong,
};
use crate::rest::Call;
use crate::trail::Trail;

/// The longest that a command waits for its device.
const LONGEST_WAIT: Duration = Duration::from_secs(24 * 3600);

impl Console {
    /// Sends a value to a controller; its card says what becomes of it.
    pub(crate) fn send(&mut self, id: &DeviceId, channel: &ChannelId, text: String) {
        let attempt = self.prepare(id, channel, text);
        let Some((_, card)) = self.devices.get_mut(id).and_then(|it| it.open(channel)) else {
            self.notices.add(Level::Error, News::NotSent(id.clone(), channel.clone()));
            return;
        };
        card.changed = true;
        let wall = self.clock.wall();
        match attempt {
            Err((desired, failure)) => card.life = Some(Life::failed(desired, failure, wall)),
            Ok(value) => match self.obstacle(id) {
                Some(obstacle) => self.keep_or_refuse(id, channel, value, obstacle),
                None => self.publish_command(id, channel, value),
            },
        }
    }

    /// A request about cards.
    pub(crate) fn card_request(&mut self, request: CardRequest) {
        match request {
            CardRequest::Recall { device, channel } => self.recall_trail(device, channel),
            CardRequest::Runs { device, channel } => self.watch_runs(device, channel),
            CardRequest::Drop { device, channel } => {
                self.drop_waiting(|id, it| *id == device && *it == channel);
            }
            CardRequest::WhileAway(away) => {
                self.away = away;
                if away == Away::Refuse {
                    self.drop_waiting(|_, _| true);
                }
            }
        }
    }

    /// Something may have come back: the broker, a device, the right to control it. Sends what
    /// waited for that.
    pub(crate) fn send_waiting(&mut self) {
        if self.signed_in.is_some() && !self.presence_known {
            return;
        }
        for id in self.devices.ids() {
            if self.obstacle(&id).is_some() {
                continue;
            }
            let Some(device) = self.devices.get_mut(&id) else { continue };
            let waits = |(channel, card): (&ChannelId, &crate::card::Card)| {
                Some((channel.clone(), card.life.as_ref()?.waits()?.clone()))
            };
            let waiting: Vec<_> = device.cards.iter().filter_map(waits).collect();
            for (channel, value) in waiting {
                // The prototype, or the right, may be another one by now.
                self.send(&id, &channel, value.to_string());
            }
        }
    }

    /// What is asked for, or why it cannot be.
    fn prepare(
        &self,
        id: &DeviceId,
        channel: &ChannelId,
        text: String,
    ) -> Result<Value, (Option<Value>, ControlFailure)> {
        let device = self.devices.get(id).ok_or((None, ControlFailure::NotConnected))?;
        let definition = device.channel(channel).ok_or((None, ControlFailure::NotConnected))?;
        let value = definition
            .kind
            .parse(&RawValue::Csv(text))
            .map_err(|error| (None, ControlFailure::Invalid(Wrong::from(&error))))?;
        if device.right < Right::Control {
            return Err((Some(value), ControlFailure::Forbidden));
        }
        if definition.direction != Direction::Controller {
            return Err((Some(value), ControlFailure::NotController));
        }
        Ok(value)
    }

    /// Why a command should not be sent now.
    fn obstacle(&self, id: &DeviceId) -> Option<ControlFailure> {
        let device = self.devices.get(id)?;
        if !self.links.get(self.home(device)).is_some_and(Link::is_connected) {
            return Some(ControlFailure::NotConnected);
        }
        match (device.online(self.presence_known), self.away) {
            (Online::No, Away::Refuse | Away::Wait { .. }) => Some(ControlFailure::DeviceOffline),
            _ => None,
        }
    }

    /// There is nobody to send a command to.
    fn keep_or_refuse(
        &mut self,
        id: &DeviceId,
        channel: &ChannelId,
        value: Value,
        obstacle: ControlFailure,
    ) {
        let (now, wall) = (self.clock.now(), self.clock.wall());
        let Some((definition, card)) = self.devices.get_mut(id).and_then(|it| it.open(channel))
        else {
            return;
        };
        let momentary = matches!(definition.kind, ChannelKind::Gamepad { .. });
        card.life = Some(match self.away {
            Away::Wait { millis } if !momentary => {
                let due = now + Duration::from_millis(millis).min(LONGEST_WAIT);
                self.due_at = self.due_at.into_iter().chain([due]).min();
                Life::waiting(value, due, self.clock.at(due), wall)
            }
            _ => Life::failed(Some(value), obstacle, wall),
        });
    }

    /// Hands a command to the connection.
    fn publish_command(&mut self, id: &DeviceId, channel: &ChannelId, value: Value) {
        let (now, timestamp) = (self.clock.now(), self.clock.wall());
        let Some(home) = self.devices.get(id).map(|it| self.home(it)) else { return };
        let echoed = self.links.get(home).is_some_and(|it| {
            matches!(&it.shown().state, LinkState::Connected { mqtt_version } if mqtt_version == "3.1.1")
        });
        let Some(device) = self.devices.get_mut(id) else { return };
        let (device_id, on) = (id.clone(), channel.clone());
        let topic = match &device.key {
            Some(key) => Topic::Channel(device_id, key.clone(), on).to_string(),
            None => ConsoleTopic::Commands(device_id, on).to_string(),
        };
        let point = DataPoint { channel: channel.clone(), timestamp, value };
        let message = Publish::new(topic, point.to_mqtt()).qos(Qos::AtLeastOnce);
        let published = self.links.session(home).map(|it| it.publish(now, message.clone()));
        if let Some(published) = &published {
            let request = published.as_ref().ok().map(|it| (home, *it));
            self.messages.sent(now, timestamp, home, &message, request);
        }
        let Some((_, card)) = device.open(channel) else { return };
        let value = point.value;
        card.life = Some(match published {
            Some(Ok(request)) => {
                self.requests.insert((home, request), (id.clone(), channel.clone()));
                Life::sent(value, request, timestamp, echoed, card.life.take())
            }
            Some(Err(_)) => Life::failed(Some(value), ControlFailure::NotTaken, timestamp),
            None => Life::failed(Some(value), ControlFailure::NotConnected, timestamp),
        });
    }

    /// The broker's answer to a command, or that there is none.
    pub(crate) fn published(&mut self, on: ConnectionId, request: RequestId, outcome: Outcome) {
        let (now, wall) = (self.clock.now(), self.clock.wall());
        self.message_completed((on, request), outcome);
        let Some(key) = self.requests.remove(&(on, request)) else {
            return self.notice_completed_later((on, request), outcome);
        };
        // A plain broker keeps nothing: there the device's word is the only one.
        let is_stored = on == ConnectionId::SERVER
            && matches!(outcome, Outcome::Acknowledged | Outcome::Unheard);
        let Some((channel, card)) = self.devices.get_mut(&key.0).and_then(|it| it.open(&key.1))
        else {
            return;
        };
        let Some(life) = &mut card.life else { return };
        if !life.awaits(request) {
            return;
        }
        card.changed |= life.published(now, request, outcome);
        self.due_at = self.due_at.into_iter().chain(life.deadline()).min();
        if is_stored && let Some((at, value)) = card.stored(channel, wall) {
            self.charts.insert(&mut Lines::new(&key.0, &key.1), at, None, &channel.kind, &value);
        }
    }

    /// A device may have been silent for too long after a command, or away for too long before it.
    pub(crate) fn time_out_commands(&mut self) {
        let now = self.clock.now();
        if self.due_at.is_none_or(|at| at > now) {
            return;
        }
        self.due_at = None;
        for card in self.devices.iter_mut().flat_map(|it| it.cards.values_mut()) {
            let Some(life) = &mut card.life else { continue };
            if life.deadline().is_some_and(|at| at <= now) {
                life.time_out();
                card.changed = true;
            }
            self.due_at = self.due_at.into_iter().chain(life.deadline()).min();
        }
    }

    fn drop_waiting(&mut self, which: impl Fn(&DeviceId, &ChannelId) -> bool) {
        for device in self.devices.iter_mut() {
            for (channel, card) in &mut device.cards {
                let waits = card.life.as_ref().is_some_and(|it| it.waits().is_some());
                if waits && which(&device.id, channel) {
                    card.life = None;
                    card.changed = true;
                }
            }
        }
    }

    /// Asks the server for the places or pictures before those that came live; once.
    fn recall_trail(&mut self, id: DeviceId, channel: ChannelId) {
        let Some((definition, card)) = self.devices.get_mut(&id).and_then(|it| it.open(&channel))
        else {
            return;
        };
        let Some(limit) = Trail::limit(&definition.kind) else { return };
        if self.signed_in.is_some() && !core::mem::replace(&mut card.trail.recalled, true) {
            let call = Call::Recall { device: id, channel, limit };
            self.out.push_back(self.rest.call(call));
        }
    }

    /// The server's answer to that. A failure is tried again when the card is opened again: what
    /// comes live is there all the same.
    pub(crate) fn trail_recalled(&mut self, id: &DeviceId, channel: &ChannelId, fetched: Fetched) {
        let history = match fetched {
            Fetched::Answer { status: 200, body } => {
                mcs_model::api::from_json::<mcs_model::api::History>(&body).ok()
            }
            _ => None,
        };
        let Some((definition, card)) = self.devices.get_mut(id).and_then(|it| it.open(channel))
        else {
            return;
        };
        match history {
            Some(history) => card.merge(definition, history.points),
            None => card.trail.recalled = false,
        }
    }
}
