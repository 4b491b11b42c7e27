//! Where the operator is: a page, written in the address after `#`.
//!
//! The hash, because a static host then needs no rule for addresses that are no files.

mod query;
#[cfg(test)]
mod tests;

use mcs_model::{DeviceId, ProductId};
use mcs_view::protocol::{RolloutsPlace, View};

use crate::texts::shell as t;

pub(crate) use query::Query;

/// A page of the console.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Route {
    /// `#/devices`
    Devices,
    /// `#/devices/:id`
    Device(DeviceId),
    /// `#/firmware` and `#/firmware/:prototype`
    Firmware(Option<ProductId>),
    /// `#/prototypes` and `#/prototypes/:id`
    Prototypes(Option<ProductId>),
    /// `#/rollouts`, `#/rollouts/:id`, `#/rollouts/:id/audit`, and
    /// `#/rollouts/new/:prototype/:firmware`
    Rollouts(RolloutsPlace),
    /// `#/messages`
    Messages,
    /// `#/connections`
    Connections,
    /// `#/settings`
    Settings,
    /// Anything else.
    Unknown(String),
}

impl Route {
    /// The page that `hash` names, with or without `#`. What follows `?` is no part of it.
    pub(crate) fn parse(hash: &str) -> Self {
        let path = hash.trim_start_matches('#');
        let path = path.split_once('?').map_or(path, |(path, _)| path);
        let mut levels = path.split('/').filter(|level| !level.is_empty());
        if let Some(place) = rollouts(&levels.clone().collect::<Vec<_>>()) {
            return Self::Rollouts(place);
        }
        let unknown = || Self::Unknown(path.to_owned());
        let route = match (levels.next(), levels.next()) {
            (None | Some("devices"), None) => Self::Devices,
            (Some("devices"), Some(id)) => id.parse().map_or_else(|_| unknown(), Self::Device),
            (Some("firmware"), None) => Self::Firmware(None),
            (Some("firmware"), Some(id)) => {
                id.parse().map_or_else(|_| unknown(), |id| Self::Firmware(Some(id)))
            }
            (Some("prototypes"), None) => Self::Prototypes(None),
            (Some("prototypes"), Some(id)) => {
                id.parse().map_or_else(|_| unknown(), |id| Self::Prototypes(Some(id)))
            }
            (Some("messages"), None) => Self::Messages,
            (Some("connections"), None) => Self::Connections,
            (Some("settings"), None) => Self::Settings,
            _ => unknown(),
        };
        if levels.next().is_some() { unknown() } else { route }
    }

    /// The address of the page, `#` included.
    pub(crate) fn href(&self) -> String {
        match self {
            Self::Devices => "#/devices".to_owned(),
            Self::Device(id) => format!("#/devices/{id}"),
            Self::Firmware(None) => "#/firmware".to_owned(),
            Self::Firmware(Some(id)) => format!("#/firmware/{id}"),
            Self::Prototypes(None) => "#/prototypes".to_owned(),
            Self::Prototypes(Some(id)) => format!("#/prototypes/{id}"),
            Self::Rollouts(RolloutsPlace::List) => "#/rollouts".to_owned(),
            Self::Rollouts(RolloutsPlace::New { prototype, firmware }) => {
                format!("#/rollouts/new/{prototype}/{firmware}")
            }
            Self::Rollouts(RolloutsPlace::One { id, audit: false }) => format!("#/rollouts/{id}"),
            Self::Rollouts(RolloutsPlace::One { id, audit: true }) => {
                format!("#/rollouts/{id}/audit")
            }
            Self::Messages => "#/messages".to_owned(),
            Self::Connections => "#/connections".to_owned(),
            Self::Settings => "#/settings".to_owned(),
            Self::Unknown(path) => format!("#{path}"),
        }
    }

    /// What the engine has to send for it.
    pub(crate) fn view(&self) -> View {
        match self {
            Self::Device(id) => View::Device(id.clone()),
            Self::Firmware(prototype) => View::Firmware(prototype.clone()),
            Self::Prototypes(id) => View::Prototypes(id.clone()),
            Self::Rollouts(place) => View::Rollouts(place.clone()),
            Self::Messages => View::Messages,
            Self::Devices | Self::Connections | Self::Settings | Self::Unknown(_) => View::Devices,
        }
    }

    /// The page's entry in the navigation, where a device belongs to the devices.
    pub(crate) fn section(&self) -> Option<Self> {
        match self {
            Self::Devices | Self::Device(_) => Some(Self::Devices),
            Self::Firmware(_) | Self::Rollouts(_) => Some(Self::Firmware(None)),
            Self::Prototypes(_) => Some(Self::Prototypes(None)),
            Self::Messages => Some(Self::Messages),
            Self::Connections => Some(Self::Connections),
            Self::Settings => Some(Self::Settings),
            Self::Unknown(_) => None,
        }
    }

    /// The page's name.
    pub(crate) fn title(&self) -> &'static str {
        match self {
            Self::Devices | Self::Device(_) => t::devices(),
            Self::Firmware(_) => t::firmware(),
            Self::Rollouts(_) => t::rollouts(),
            Self::Prototypes(_) => t::prototypes(),
            Self::Messages => t::messages(),
            Self::Connections => t::connections(),
            Self::Settings => t::settings(),
            Self::Unknown(_) => t::not_found(),
        }
    }
}

/// The place on the rollouts page that these levels name.
fn rollouts(levels: &[&str]) -> Option<RolloutsPlace> {
    let id = |id: &str| {
        let plain = id.len() <= 64 && id.bytes().all(|it| it.is_ascii_alphanumeric());
        plain.then(|| id.to_owned())
    };
    Some(match *levels {
        ["rollouts"] => RolloutsPlace::List,
        ["rollouts", "new", prototype, firmware] => RolloutsPlace::New {
            prototype: prototype.parse().ok()?,
            firmware: firmware.parse().ok()?,
        },
        ["rollouts", one] if one != "new" => RolloutsPlace::One { id: id(one)?, audit: false },
        ["rollouts", one, "audit"] => RolloutsPlace::One { id: id(one)?, audit: true },
        _ => return None,
    })
}
