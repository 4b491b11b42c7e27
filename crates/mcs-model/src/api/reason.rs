//! Why a push is where it is: typed, for whoever words it, and in English sentences.

use core::fmt;

use serde::{Deserialize, Serialize};

/// Why a push entered its state.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(rename_all = "camelCase")]
#[non_exhaustive]
pub enum Reason {
    /// The state says it all.
    #[default]
    None,
    /// The notice could not be handed over.
    NotSent(Unreachable),
    /// The process ended while the notice was handed over: the device may have it or not.
    Unsure,
    /// It restarted and reported this version.
    CameBack(String),
    /// It reported this version after the last attempt.
    StillOld {
        /// What it reported.
        version: String,
        /// How often it was sent the notice.
        attempts: u8,
    },
    /// It reported this version after the pushed one.
    WentBack(String),
    /// The device did not come.
    DidNotCome,
    /// The device did not answer the notice.
    DidNotAnswer,
    /// The device did not finish the download.
    DidNotFetch,
    /// The device did not report the version.
    DidNotReport,
    /// In the device's own words.
    Said(String),
    /// A rule speaks against the firmware for this device.
    Objected(Objection),
    /// A newer push took its place.
    Superseded,
    /// The device is not registered any more.
    Removed,
    /// An operator ended it.
    Stopped,
    /// An operator began it again.
    Retried,
    /// An operator overrode what spoke against it.
    Overridden,
}

/// Why a notice could not be handed over.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(rename_all = "camelCase")]
#[non_exhaustive]
pub enum Unreachable {
    /// The device is not here.
    Away,
    /// It is here, but does not listen for firmware notices.
    Deaf,
    /// What the transport says.
    Broken(String),
}

/// Why a device is not sent a firmware before an operator overrides it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(rename_all = "camelCase")]
#[non_exhaustive]
pub enum Objection {
    /// The device runs a newer version.
    Downgrade,
    /// The firmware is for another model.
    Model,
    /// The device does not run one of the firmwares that this one is for, or an older version than
    /// it asks for.
    Incompatible,
    /// Nobody vouches for the image.
    Unverified,
    /// A newer signed image of the same model is known: this one may be played back by somebody.
    Older,
}

impl fmt::Display for Reason {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::None => Ok(()),
            Self::NotSent(why) => why.fmt(f),
            Self::Unsure => f.write_str("it is not known whether the device got the notice"),
            Self::CameBack(version) => write!(f, "it came back with version {version}"),
            Self::StillOld { version, attempts } => {
                write!(f, "it still has version {version} after {attempts} attempts")
            }
            Self::WentBack(version) => write!(f, "it went back to version {version}"),
            Self::DidNotCome => f.write_str("the device did not come"),
            Self::DidNotAnswer => f.write_str("the device did not answer the notice"),
            Self::DidNotFetch => f.write_str("the device did not finish the download"),
            Self::DidNotReport => f.write_str("the device did not report the version"),
            Self::Said(words) => f.write_str(words),
            Self::Objected(objection) => objection.fmt(f),
            Self::Superseded => f.write_str("a newer push took its place"),
            Self::Removed => f.write_str("the device is not registered any more"),
            Self::Stopped => f.write_str("an operator ended it"),
            Self::Retried => f.write_str("an operator began it again"),
            Self::Overridden => f.write_str("an operator overrode what spoke against it"),
        }
    }
}

impl fmt::Display for Unreachable {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Away => f.write_str("the device is not here"),
            Self::Deaf => {
                f.write_str("the device is here, but does not listen for firmware notices")
            }
            Self::Broken(error) => f.write_str(error),
        }
    }
}

impl fmt::Display for Objection {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Downgrade => "the device runs a newer version",
            Self::Model => "the firmware is for another model",
            Self::Incompatible => {
                "the device does not run one of the firmwares that this one is for"
            }
            Self::Unverified => "nobody vouches for the image",
            Self::Older => "a newer signed image of the same model is known",
        })
    }
}
