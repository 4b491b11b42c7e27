//! How a file comes to a device.

use mcs_model::Timestamp;
use serde::{Deserialize, Serialize};

/// How much of the file a device has, and how fast it comes.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Download {
    /// So many bytes are with it,
    pub bytes: u64,
    /// of so many.
    pub of: u64,
    /// Bytes a second, on the average of this request; `None` while that is not known.
    pub rate: Option<u64>,
}

impl Download {
    /// Seconds until the whole file is there at this rate.
    pub fn seconds_left(&self) -> Option<u64> {
        let rate = self.rate.filter(|it| *it > 0)?;
        Some(self.of.saturating_sub(self.bytes).div_ceil(rate))
    }
}

/// What a shell has seen of a download.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Pace {
    from: (Timestamp, u64),
    to: (Timestamp, u64),
}

/// A shorter time says nothing of the rate, in milliseconds.
const SHORTEST: u64 = 500;

impl Pace {
    /// A request for the file begins, of which so much is with the device already.
    pub const fn new(now: Timestamp, bytes: u64) -> Self {
        Self { from: (now, bytes), to: (now, bytes) }
    }

    /// Bytes that are with the device, from the first one on without a gap.
    pub const fn bytes(&self) -> u64 {
        self.to.1
    }

    /// So much is with it now. Less than before is a new beginning.
    pub fn seen(&mut self, now: Timestamp, bytes: u64) {
        if bytes < self.to.1 {
            *self = Self::new(now, bytes);
        } else if bytes > self.to.1 {
            self.to = (now, bytes);
        }
    }

    /// Of a file of so many bytes.
    pub fn download(&self, of: u64) -> Download {
        let millis = self.to.0.as_millis().saturating_sub(self.from.0.as_millis());
        let bytes = self.to.1 - self.from.1;
        let rate = (millis >= SHORTEST).then(|| bytes.saturating_mul(1000) / millis);
        Download { bytes: self.to.1.min(of), of, rate: rate.filter(|it| *it > 0) }
    }
}
