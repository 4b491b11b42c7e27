//! Topics between server and console. None of them holds a key: the account decides.

use core::fmt;
use core::str::FromStr;

use super::TopicError;
use crate::{ChannelId, DeviceId};

/// A concrete topic between server and console.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum ConsoleTopic {
    /// `console/v1/points/:deviceId/:dataChnId`, from the server: every accepted point, whoever wrote it,
    /// as `timestamp,dataChnId,V`.
    Points(DeviceId, ChannelId),
    /// `console/v1/commands/:deviceId/:dataChnId`, to the server: as if published to the channel's own topic.
    Commands(DeviceId, ChannelId),
    /// `console/v1/devices/:deviceId`, from the server: a [`DeviceEvent`](crate::api::DeviceEvent) as JSON.
    Device(DeviceId),
    /// `console/v1/prototypes`, from the server: prototypes or their firmwares have changed; `{}`.
    Prototypes,
    /// `console/v1/rollouts`, from the server: rollouts are further than before; `{}`.
    Rollouts,
}

impl FromStr for ConsoleTopic {
    type Err = TopicError;

    fn from_str(topic: &str) -> Result<Self, TopicError> {
        let levels: Vec<_> = topic.split('/').collect();
        let id = |text: &str| text.parse().map_err(TopicError::Level);
        let channel = |text: &str| text.parse().map_err(TopicError::Level);
        match levels[..] {
            ["console", "v1", "points", device, name] => {
                Ok(Self::Points(id(device)?, channel(name)?))
            }
            ["console", "v1", "commands", device, name] => {
                Ok(Self::Commands(id(device)?, channel(name)?))
            }
            ["console", "v1", "devices", device] => Ok(Self::Device(id(device)?)),
            ["console", "v1", "prototypes"] => Ok(Self::Prototypes),
            ["console", "v1", "rollouts"] => Ok(Self::Rollouts),
            _ => Err(TopicError::Shape),
        }
    }
}

impl fmt::Display for ConsoleTopic {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Points(id, channel) => write!(f, "console/v1/points/{id}/{channel}"),
            Self::Commands(id, channel) => write!(f, "console/v1/commands/{id}/{channel}"),
            Self::Device(id) => write!(f, "console/v1/devices/{id}"),
            Self::Prototypes => f.write_str("console/v1/prototypes"),
            Self::Rollouts => f.write_str("console/v1/rollouts"),
        }
    }
}
