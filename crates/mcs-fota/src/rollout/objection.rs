//! What speaks against a firmware for a device.

use core::cmp::Ordering;

pub use mcs_model::api::Objection;
use mcs_model::{DeviceId, FirmwareId};
use serde::{Deserialize, Serialize};

use crate::Version;

#[cfg(test)]
mod tests;

/// What is rolled out.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Release {
    /// Its id.
    pub firmware: FirmwareId,
    /// What devices report once they run it.
    pub version: Version,
    /// The model that it is for; `None` when it does not say.
    pub model: Option<String>,
    /// The oldest version from which it may be installed; `None` is any.
    pub min_version: Option<Version>,
    /// Whether somebody vouches for the image, as far as that is asked for.
    pub verified: bool,
    /// Whether one is known that was signed for the same model with a higher `seq`.
    #[serde(default)]
    pub older: bool,
}

/// A device that the firmware is meant for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Target {
    /// Which.
    pub device: DeviceId,
    /// The version that it reported last.
    pub reported: Option<String>,
    /// Its model, if that is known.
    pub model: Option<String>,
    /// Whether it runs one of the firmwares that this one is for.
    pub compatible: bool,
}

impl Release {
    /// All that speaks against it for this device.
    pub fn objections(&self, target: &Target) -> Vec<Objection> {
        let running = target.reported.as_deref();
        let against = |version: &Version| running.and_then(|it| version.order(it));
        let mut found = Vec::new();
        if against(&self.version) == Some(Ordering::Less) {
            found.push(Objection::Downgrade);
        }
        if let (Some(ours), Some(theirs)) = (&self.model, &target.model)
            && ours != theirs
        {
            found.push(Objection::Model);
        }
        let too_old = self.min_version.as_ref().and_then(against) == Some(Ordering::Greater);
        if !target.compatible || too_old {
            found.push(Objection::Incompatible);
        }
        if !self.verified {
            found.push(Objection::Unverified);
        }
        if self.older {
            found.push(Objection::Older);
        }
        found
    }
}
