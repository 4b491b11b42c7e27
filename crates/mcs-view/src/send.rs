//! Commands to devices.

use mcs_model::api::Right;
use mcs_model::{ChannelId, ConsoleTopic, DataPoint, DeviceId, Direction, RawValue, Topic, Value};
use mcs_session::{Outcome, Publish, Qos, RequestId};

use crate::console::Console;
use crate::control::Life;
use crate::link::Sent;
use crate::protocol::{ConnectionId, ControlFailure, Level};

impl Console {
    /// Sends a value to a controller; its card says what becomes of it.
    pub(crate) fn send(&mut self, id: &DeviceId, channel: &ChannelId, text: String) {
        let sent = self.clock.wall();
        let attempt = self.publish_command(id, channel, text);
        let device = self.devices.get_mut(id).filter(|it| it.channel(channel).is_some());
        let Some(device) = device else {
            let text =
                format!("Not sent: there is no channel {channel} of a device {id} any more.");
            self.notices.add(Level::Error, text);
            return;
        };
        let card = device.card(channel);
        card.changed = true;
        card.life = Some(match attempt {
            Ok((desired, request)) => {
                self.requests.insert(request, (id.clone(), channel.clone()));
                Life::sent(desired, request.1, sent, card.life.take())
            }
            Err((desired, failure)) => Life::failed(desired, failure, sent),
        });
    }

    /// Hands the command to the connection, or says what was asked for and why it cannot be.
    fn publish_command(
        &mut self,
        id: &DeviceId,
        channel: &ChannelId,
        text: String,
    ) -> Result<(Value, Sent), (Option<Value>, ControlFailure)> {
        let (now, timestamp) = (self.clock.now(), self.clock.wall());
        let refuse = |value: &Value, why: &str| {
            Err((Some(value.clone()), ControlFailure::Refused(why.to_owned())))
        };
        let device = self.devices.get(id).ok_or((None, ControlFailure::NotConnected))?;
        let definition = device.channel(channel).ok_or((None, ControlFailure::NotConnected))?;
        let value = definition
            .kind
            .parse(&RawValue::Csv(text))
            .map_err(|error| (None, ControlFailure::Invalid(error.to_string())))?;
        if device.right < Right::Control {
            return refuse(&value, "you may only look at this device");
        }
        if definition.direction != Direction::Controller {
            return refuse(&value, "only the device writes this channel");
        }
        let home = self.home(device);
        let Some(session) = self.links.session(home) else {
            return Err((Some(value), ControlFailure::NotConnected));
        };
        // Even if the device is away: the server keeps the value, and says that it was not delivered.
        let (id, on) = (id.clone(), channel.clone());
        let topic = match &device.key {
            Some(key) => Topic::Channel(id, key.clone(), on).to_string(),
            None => ConsoleTopic::Commands(id, on).to_string(),
        };
        let point = DataPoint { channel: channel.clone(), timestamp, value };
        let message = Publish::new(topic, point.to_mqtt()).qos(Qos::AtLeastOnce);
        let published = session.publish(now, message.clone());
        let request = published.as_ref().ok().map(|it| (home, *it));
        self.messages.sent(now, timestamp, home, &message, request);
        match published {
            Ok(request) => Ok((point.value, (home, request))),
            Err(error) => refuse(&point.value, &error.to_string()),
        }
    }

    /// The broker's answer to a command, or that there is none.
    pub(crate) fn published(&mut self, on: ConnectionId, request: RequestId, outcome: Outcome) {
        let now = self.clock.now();
        self.messages.completed(now, (on, request), outcome);
        let Some((id, channel)) = self.requests.remove(&(on, request)) else { return };
        let Some(device) = self.devices.get_mut(&id) else { return };
        let card = device.card(&channel);
        let Some(life) = &mut card.life else { return };
        card.changed |= life.published(now, request, outcome);
        self.silence_at = self.silence_at.into_iter().chain(life.deadline()).min();
    }

    /// A device may have been silent for too long after a command.
    pub(crate) fn mention_silence(&mut self) {
        let now = self.clock.now();
        if self.silence_at.is_none_or(|at| at > now) {
            return;
        }
        self.silence_at = None;
        for card in self.devices.iter_mut().flat_map(|it| it.cards.values_mut()) {
            let Some(life) = &mut card.life else { continue };
            if life.deadline().is_some_and(|at| at <= now) {
                life.fell_silent();
                card.changed = true;
            }
            self.silence_at = self.silence_at.into_iter().chain(life.deadline()).min();
        }
    }
}
