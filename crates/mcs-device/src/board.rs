//! The demo board: what it measures, what it obeys, what it reports. Pure: no clock, no I/O.
//!
//! Its channels are those of the prototype "Demo board": seven controllers, and the displays on
//! which their effect is seen.

use std::collections::{BTreeMap, VecDeque};

use mcs_model::upload::RawPoint;
use mcs_model::{Bounds, CategoryOption, ChannelId, ChannelKind, DataPoint, Timestamp, Value};
use mcs_time::SplitMix64;

#[cfg(test)]
mod tests;

/// A simulated board.
///
/// Every point that it reports has a timestamp of its own, later than the one before. It knows its
/// words again by that: on MQTT 3.1.1, and on the Command Server for what it uploaded by REST,
/// they come back to it on the channel where commands come.
#[derive(Debug)]
pub struct Board {
    state: BTreeMap<ChannelId, Value>,
    controllers: Vec<Controller>,
    said: VecDeque<(ChannelId, Timestamp)>,
    stamped: Timestamp,
    count: i64,
    random: SplitMix64,
}

/// A channel that takes commands.
#[derive(Debug)]
struct Controller {
    id: ChannelId,
    kind: ChannelKind,
    /// The display that shows what the command did.
    twin: Option<ChannelId>,
}

impl Board {
    /// A board with everything off. The noise that it measures depends on `seed` only.
    pub fn new(seed: u64) -> Self {
        let controllers = controllers();
        let mut state: BTreeMap<_, _> =
            controllers.iter().map(|it| (it.id.clone(), it.kind.initial())).collect();
        for it in &controllers {
            if let Some(twin) = &it.twin {
                state.insert(twin.clone(), it.kind.initial());
            }
        }
        state.insert(channel("status"), Value::String("ready".to_owned()));
        Self {
            state,
            controllers,
            said: VecDeque::new(),
            stamped: Timestamp::default(),
            count: 0,
            random: SplitMix64::new(seed),
        }
    }

    /// Takes a measurement: temperature and count, and now and then a change of the input pin.
    pub fn sample(&mut self, at: Timestamp) -> Vec<DataPoint> {
        self.count += 1;
        let temperature = self.temperature(at);
        let mut points = vec![
            self.report(at, channel("temperature"), Value::Float(temperature)),
            self.report(at, channel("count"), Value::Integer(self.count)),
        ];
        if self.count % PIN_SAMPLES == 0 {
            let pin = channel("gpio_in");
            let high = self.state.get(&pin) == Some(&Value::Gpio(true));
            points.push(self.report(at, pin, Value::Gpio(!high)));
        }
        points
    }

    /// Obeys a command and reports: the value on the same channel, which confirms it, and on the
    /// display that shows its effect.
    ///
    /// Nothing comes of the board's own words, and of channels that are not controllers. A value
    /// that the channel cannot hold changes nothing; `status` says why.
    pub fn obey(&mut self, at: Timestamp, command: &RawPoint) -> Vec<DataPoint> {
        let controllers = &self.controllers;
        let Some(controller) = controllers.iter().find(|it| it.id == command.channel) else {
            return Vec::new();
        };
        if command.timestamp.is_some_and(|sent| self.has_said(&controller.id, sent)) {
            return Vec::new();
        }
        let (id, twin) = (controller.id.clone(), controller.twin.clone());
        match controller.kind.parse(&command.value) {
            Ok(value) => {
                let value = match value {
                    // A text of several lines does not fit where lines part points.
                    Value::String(text) => Value::String(one_line(&text)),
                    other => other,
                };
                let mut points = vec![self.report(at, id, value.clone())];
                points.extend(twin.map(|twin| self.report(at, twin, value)));
                points
            }
            Err(error) => vec![self.tell(at, &format!("{id} refused: {error}"))],
        }
    }

    /// Reports a text on `status`.
    pub fn tell(&mut self, at: Timestamp, text: &str) -> DataPoint {
        self.report(at, channel("status"), Value::String(one_line(text)))
    }

    /// Starts anew with this firmware; what its channels hold survives.
    pub fn restart(&mut self, version: &str) {
        let status = Value::String(one_line(&format!("running {version}")));
        self.state.insert(channel("status"), status);
    }

    /// Reports where every channel stands that has ever had a value, as a board does after it
    /// started.
    pub fn introduce(&mut self, at: Timestamp) -> Vec<DataPoint> {
        let state = self.state.clone();
        let set = state.into_iter().filter(|(_, value)| *value != Value::String(String::new()));
        set.map(|(id, value)| self.report(at, id, value)).collect()
    }

    /// 21 °C, up and down by 4 in five minutes, with noise of a quarter.
    fn temperature(&mut self, at: Timestamp) -> f64 {
        let phase = (at.as_millis() % 300_000) as f64 / 300_000.0 * core::f64::consts::TAU;
        let noise = self.random.up_to(50) as f64 / 100.0 - 0.25;
        ((21.0 + 4.0 * phase.sin() + noise) * 100.0).round() / 100.0
    }

    fn report(&mut self, at: Timestamp, channel: ChannelId, value: Value) -> DataPoint {
        let after = Timestamp::from_millis(self.stamped.as_millis() + 1);
        let timestamp = at.max(after);
        self.stamped = timestamp;
        self.state.insert(channel.clone(), value.clone());
        self.said.push_back((channel.clone(), timestamp));
        if self.said.len() > REMEMBERED {
            self.said.pop_front();
        }
        DataPoint { channel, timestamp, value }
    }

    fn has_said(&self, channel: &ChannelId, at: Timestamp) -> bool {
        self.said.iter().any(|(id, stamp)| *stamp == at && id == channel)
    }
}

/// So many measurements until the input pin changes by itself.
const PIN_SAMPLES: i64 = 20;

/// So many of its own words the board knows again; they come back within a round trip.
const REMEMBERED: usize = 1024;

fn controllers() -> Vec<Controller> {
    let new = |id, kind, twin: Option<&str>| Controller {
        id: channel(id),
        kind,
        twin: twin.map(channel),
    };
    let text = |text: &str| text.to_owned();
    let option = |value: &str| CategoryOption { name: text(value), value: text(value) };
    let bounds = |lower, upper| Some(Bounds { lower, upper });
    vec![
        new("switch_control", ChannelKind::Switch, Some("led")),
        new("target", ChannelKind::Integer { unit: text("%"), bounds: bounds(0.0, 100.0) }, None),
        new(
            "setpoint",
            ChannelKind::Float { unit: text("°C"), bounds: bounds(-40.0, 125.0) },
            None,
        ),
        new("message", ChannelKind::String, Some("status")),
        new(
            "mode",
            ChannelKind::Category { options: ["off", "low", "high"].map(option).to_vec() },
            Some("mode_now"),
        ),
        new("gpio_out", ChannelKind::Gpio, Some("gpio_in")),
        new("pwm_out", ChannelKind::Pwm, Some("pwm_in")),
    ]
}

#[expect(clippy::expect_used, reason = "the board's own names, which a test reads all of")]
fn channel(id: &str) -> ChannelId {
    id.parse().expect("a channel name of the board")
}

fn one_line(text: &str) -> String {
    text.chars().map(|it| if it.is_control() { ' ' } else { it }).collect()
}
