//! What a topic means to the console: read once, for all messages that will come on it.

use mcs_model::{ChannelId, ConsoleTopic, DeviceId, DeviceKey, Topic};

use crate::charts::Lines;
use crate::devices::Places;

/// What the messages on a topic are.
#[derive(Debug, Default)]
pub(crate) enum Meaning {
    /// Points of a channel.
    Points(Box<Way>),
    /// Points of any channels of a device, on the topic that proves its key.
    Device(Box<(DeviceId, DeviceKey)>),
    /// From the server: something about a device is different now.
    Event,
    /// From the server: prototypes have changed.
    Prototypes,
    /// From the server: rollouts are further than before.
    Rollouts,
    /// For somebody else.
    #[default]
    Nothing,
}

/// The way of a point from its topic to where it is kept: each place was right for the last one.
#[derive(Debug)]
pub(crate) struct Way {
    /// On the device's own topic: the key that this proves.
    pub(super) key: Option<DeviceKey>,
    /// Its device's place.
    pub(super) device: usize,
    pub(super) places: Places,
    pub(super) lines: Lines,
}

impl Meaning {
    pub(crate) fn of(topic: &str) -> Self {
        match topic.parse() {
            Ok(ConsoleTopic::Points(id, channel)) => return Self::points(None, &id, &channel),
            Ok(ConsoleTopic::Device(_)) => return Self::Event,
            Ok(ConsoleTopic::Prototypes) => return Self::Prototypes,
            Ok(ConsoleTopic::Rollouts) => return Self::Rollouts,
            Ok(_) | Err(_) => {}
        }
        match topic.parse() {
            Ok(Topic::Channel(id, key, channel)) => Self::points(Some(key), &id, &channel),
            Ok(Topic::Device(id, key)) => Self::Device(Box::new((id, key))),
            // The firmware notice is meant for the device.
            Ok(_) | Err(_) => Self::Nothing,
        }
    }

    fn points(key: Option<DeviceKey>, device: &DeviceId, channel: &ChannelId) -> Self {
        Self::Points(Box::new(Way { key, ..Way::new(device, channel) }))
    }
}

impl Way {
    /// A way that nobody went yet.
    pub(super) fn new(device: &DeviceId, channel: &ChannelId) -> Self {
        let lines = Lines::new(device, channel);
        Self { key: None, device: 0, places: Places::default(), lines }
    }
}
