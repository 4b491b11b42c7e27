//! Why a call of `/api/rollouts` was refused, for a page that words it.

use core::fmt;

use mcs_model::DeviceId;
use serde::{Deserialize, Serialize};

use crate::Version;
use crate::rollout::{ActError, RolloutError};

/// An error of `/api` with what a page needs to word it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct RolloutRefusal {
    /// `plan`, `act`, `prototype` or `unsigned`.
    pub code: String,
    /// An English sentence.
    pub message: String,
    /// The same for programs.
    pub why: Refusal,
}

/// Why it was refused.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
#[non_exhaustive]
pub enum Refusal {
    /// The rollout cannot be made.
    NotMade(RolloutError),
    /// It cannot be done to the rollout.
    NotDone(ActError),
    /// This device is of another prototype than the firmware.
    OtherPrototype(DeviceId),
    /// The server asks for a signature, and no key that it trusts vouches for this version.
    Unsigned(Version),
}

impl Refusal {
    /// The stable word.
    const fn code(&self) -> &'static str {
        match self {
            Self::NotMade(_) => "plan",
            Self::NotDone(_) => "act",
            Self::OtherPrototype(_) => "prototype",
            Self::Unsigned(_) => "unsigned",
        }
    }
}

impl From<Refusal> for RolloutRefusal {
    fn from(why: Refusal) -> Self {
        Self { code: why.code().to_owned(), message: why.to_string(), why }
    }
}

impl fmt::Display for Refusal {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::NotMade(error) => write!(f, "Not made: {error}."),
            Self::NotDone(error) => write!(f, "Not done: {error}."),
            Self::OtherPrototype(device) => {
                write!(f, "The firmware is for another prototype than the device {device}.")
            }
            Self::Unsigned(version) => write!(
                f,
                "No trusted key vouches for the firmware {version}. Upload it with its signed manifest."
            ),
        }
    }
}
