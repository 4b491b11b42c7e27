//! Uploading data points (CONTRACT §4.3).

use serde_json::{Value, json};

use super::{Failure, success};
use crate::{ChannelId, DataPoint, ValueError};

/// What became of the data points of one request.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct UploadOutcome {
    /// How many were stored.
    pub accepted: usize,
    /// One sentence for each that was refused, from [`refused`], [`no_such_channel`] or the
    /// `Display` of [`crate::upload::PointError`].
    pub descriptions: Vec<String>,
    /// Controllers whose new value is stored, but did not get to the device: it is away.
    pub undelivered: Vec<ChannelId>,
}

impl UploadOutcome {
    /// The HTTP status: 200 when anything was stored, else 400.
    pub fn status(&self) -> u16 {
        if self.accepted == 0 { 400 } else { 200 }
    }

    /// The JSON body; a part refused is told under `descriptions`, and `undelivered` is our addition.
    pub fn to_json(&self) -> Value {
        let mut members = match self.failure() {
            Some(failure) => return failure.to_json(),
            None if self.descriptions.is_empty() => json!({ "results": "success" }),
            None => json!({ "results": "Partial success.", "descriptions": self.descriptions }),
        };
        if !self.undelivered.is_empty() {
            members["undelivered"] =
                self.undelivered.iter().map(ChannelId::as_str).collect::<Vec<_>>().into();
        }
        success(members)
    }

    /// The CSV body: `Success.`, or the outcome with the descriptions behind it, one a line.
    pub fn to_csv(&self) -> String {
        match self.failure() {
            Some(failure) => failure.to_csv(),
            None if self.descriptions.is_empty() => "Success.".to_owned(),
            None => format!("Partial success.\n{}", self.descriptions.join("\n")),
        }
    }

    fn failure(&self) -> Option<Failure> {
        (self.accepted == 0).then(|| Failure {
            descriptions: self.descriptions.clone(),
            ..Failure::new(400, "None of data points uploaded success.")
        })
    }
}

/// The sentence for a value that its channel refuses.
pub fn refused(channel: &ChannelId, error: &ValueError) -> String {
    format!("The uploaded data point for data channel {channel} {error}")
}

/// The sentence for a channel that the device does not have.
pub fn no_such_channel(channel: &ChannelId) -> String {
    format!("There is no such data channel {channel} for this device.")
}

/// The sentence for a command to a channel that devices do not listen to.
pub fn no_controller(channel: &ChannelId) -> String {
    format!("The data channel {channel} is no controller.")
}

/// The body with which a device uploads by `datapoints.csv`.
pub fn upload_csv(points: &[DataPoint]) -> String {
    points.iter().map(DataPoint::to_csv).collect::<Vec<_>>().join("\n")
}

/// The body with which a device uploads by `datapoints`.
pub fn upload_json(points: &[DataPoint]) -> Value {
    json!({ "datapoints": points.iter().map(DataPoint::to_json).collect::<Vec<_>>() })
}
