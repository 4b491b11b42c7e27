//! Bodies of the device contract `/mcs/v2` (CONTRACT §3.1, §4.2 to §4.4, §5.3).
//!
//! Old device programs look for single words in these answers, so names, spelling and the absence
//! of trailing line ends are part of the contract.

use serde_json::{Value, json};

mod connection;
mod firmware;
mod retrieve;
mod upload;

#[cfg(test)]
mod tests;

pub use connection::CommandAddress;
pub use firmware::{
    ReportError, available_firmwares, firmware_url, version_accepted, version_of_report,
    version_report,
};
pub use retrieve::{
    MAX_RETRIEVED, Order, QueryError, RetrieveQuery, retrieved_csv, retrieved_json,
};
pub use upload::{UploadOutcome, no_such_channel, refused, upload_csv, upload_json};

/// `apiVersion` of every answer: the newest that the documents show.
pub const API_VERSION: &str = "2.18.3";

/// A 200 answer: the envelope with the members of `payload`.
///
/// `payload` is an object; anything else stands under `results`.
pub fn success(payload: Value) -> Value {
    let mut body = json!({
        "apiVersion": API_VERSION,
        "code": 200,
        "message": "Request has succeeded",
    });
    match payload {
        Value::Object(members) => {
            for (name, value) in members {
                body[name] = value;
            }
        }
        other => body["results"] = other,
    }
    body
}

/// An error answer.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Failure {
    /// The HTTP status, which the body repeats.
    pub status: u16,
    /// A sentence, such as `channel not found`.
    pub message: String,
    /// What was wrong, one sentence each; may be empty.
    pub descriptions: Vec<String>,
}

impl Failure {
    /// A failure that its message tells completely.
    pub fn new(status: u16, message: impl Into<String>) -> Self {
        Self { status, message: message.into(), descriptions: Vec::new() }
    }

    /// A wrong or missing device key.
    pub fn not_permitted() -> Self {
        Self::new(401, "You don't have permission!")
    }

    /// A channel that the device's prototype does not have.
    pub fn channel_not_found() -> Self {
        Self::new(404, "channel not found")
    }

    /// The JSON body.
    pub fn to_json(&self) -> Value {
        json!({
            "apiVersion": API_VERSION,
            "code": self.status,
            "message": self.message,
            "errors": [{ "code": self.status, "message": self.message }],
            "results": self.message,
            "descriptions": self.descriptions,
            "statusCode": self.status,
        })
    }

    /// The CSV body: `404,channel not found`, then the descriptions, one a line.
    pub fn to_csv(&self) -> String {
        let mut body = format!("{},{}", self.status, self.message);
        for description in &self.descriptions {
            body.push('\n');
            body.push_str(description);
        }
        body
    }
}
