//! What a push allows a device.

use core::time::Duration;

use serde::{Deserialize, Serialize};

/// How long a push may stay in each state, in whole seconds, and how often its notice is sent; every sign of life
/// begins the time anew.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct Terms {
    /// Until a device that is away comes.
    #[serde(with = "super::seconds")]
    pub queued: Duration,
    /// From the notice to any sign of progress.
    #[serde(with = "super::seconds")]
    pub initiated: Duration,
    /// From one request for the file to the next, and to its end.
    #[serde(with = "super::seconds")]
    pub downloading: Duration,
    /// From the whole file to the report.
    #[serde(with = "super::seconds")]
    pub downloaded: Duration,
    /// From the device's word that it writes the image to the next sign.
    #[serde(with = "super::seconds")]
    pub updating: Duration,
    /// How long the device has to keep the version after its report; zero is not at all.
    #[serde(with = "super::seconds")]
    pub confirming: Duration,
    /// How often the notice is sent in all to a device that comes back with another version.
    pub attempts: u8,
    /// How often it is sent in all to a device that lets a time pass.
    pub unanswered: u8,
}

/// A week for a device that is away, 15 minutes for one that tells nothing, 10 minutes for a
/// download and 5 for a restart; three notices, but only one to a device that does not answer.
impl Default for Terms {
    fn default() -> Self {
        Self {
            queued: Duration::from_hours(7 * 24),
            initiated: Duration::from_mins(15),
            downloading: Duration::from_mins(10),
            downloaded: Duration::from_mins(5),
            updating: Duration::from_mins(10),
            confirming: Duration::ZERO,
            attempts: 3,
            unanswered: 1,
        }
    }
}
