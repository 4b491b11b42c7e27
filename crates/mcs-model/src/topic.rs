//! MQTT topics of a device (CONTRACT §2.2).

use core::fmt;
use core::str::FromStr;

use crate::{ChannelId, DeviceId, DeviceKey, IdError};

mod console;

#[cfg(test)]
mod tests;

pub use console::ConsoleTopic;

/// A concrete topic that belongs to one device.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Topic {
    /// `mcs/:deviceId/:deviceKey`: several points at once, one a line.
    Device(DeviceId, DeviceKey),
    /// `mcs/:deviceId/:deviceKey/:dataChnId`: one point.
    Channel(DeviceId, DeviceKey, ChannelId),
    /// `mcs/:deviceId/:deviceKey/FOTA`: the firmware notice (CONTRACT §2.6).
    Firmware(DeviceId, DeviceKey),
}

impl Topic {
    /// Reads the topic of a publish, tolerant of what devices write.
    ///
    /// Some publish to the filter that they subscribe to, `…/+`, and name the channel in the payload: that is the
    /// device's topic (CONTRACT §2.4). Empty levels do not count: `mcs/:deviceId/:deviceKey/` is the device's topic
    /// too, and `//` is `/` as it is in REST addresses (CONTRACT §2.2, §9.3 rule 8).
    pub fn of_publish(topic: &str) -> Result<Self, TopicError> {
        let levels: Vec<_> = topic.split('/').filter(|level| !level.is_empty()).collect();
        match levels[..] {
            [root, id, key, "+"] => [root, id, key].join("/").parse(),
            _ => levels.join("/").parse(),
        }
    }

    /// The device that the topic names.
    pub fn device(&self) -> &DeviceId {
        match self {
            Self::Device(id, _) | Self::Channel(id, _, _) | Self::Firmware(id, _) => id,
        }
    }

    /// The key that the topic proves.
    pub fn key(&self) -> &DeviceKey {
        match self {
            Self::Device(_, key) | Self::Channel(_, key, _) | Self::Firmware(_, key) => key,
        }
    }
}

/// Why a topic is not one of a device or of the console.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum TopicError {
    /// It does not have the levels that such a topic has.
    Shape,
    /// A level is not the identifier that stands there.
    Level(IdError),
}

impl fmt::Display for TopicError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Shape => f.write_str("a topic is mcs/:deviceId/:deviceKey[/:dataChnId]"),
            Self::Level(error) => error.fmt(f),
        }
    }
}

impl core::error::Error for TopicError {}

impl FromStr for Topic {
    type Err = TopicError;

    fn from_str(topic: &str) -> Result<Self, TopicError> {
        let mut levels = topic.split('/');
        if levels.next() != Some("mcs") {
            return Err(TopicError::Shape);
        }
        let (Some(id), Some(key)) = (levels.next(), levels.next()) else {
            return Err(TopicError::Shape);
        };
        let id = id.parse().map_err(TopicError::Level)?;
        let key = key.parse().map_err(TopicError::Level)?;
        match (levels.next(), levels.next()) {
            (None, _) => Ok(Self::Device(id, key)),
            (Some("FOTA"), None) => Ok(Self::Firmware(id, key)),
            (Some(channel), None) => {
                Ok(Self::Channel(id, key, channel.parse().map_err(TopicError::Level)?))
            }
            (Some(_), Some(_)) => Err(TopicError::Shape),
        }
    }
}

impl fmt::Display for Topic {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Device(id, key) => write!(f, "mcs/{id}/{key}"),
            Self::Channel(id, key, channel) => write!(f, "mcs/{id}/{key}/{channel}"),
            Self::Firmware(id, key) => write!(f, "mcs/{id}/{key}/FOTA"),
        }
    }
}
