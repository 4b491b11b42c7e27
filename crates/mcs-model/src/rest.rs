//! Bodies of the device contract `/mcs/v2` (CONTRACT §3.1, §4, §5.3).
//!
//! Old device programs look for single words in these answers, so names, spelling and the absence
//! of trailing line ends are part of the contract.

use core::fmt;

use serde_json::{Value, json};

mod command;
mod connection;
mod credentials;
mod device;
mod firmware;
mod product;
mod retrieve;
mod upload;

#[cfg(test)]
mod tests;

pub use command::{Command, CommandError, command_accepted};
pub use connection::CommandAddress;
pub use credentials::{AppCredentials, app_of_body};
pub use device::{
    DevicePage, DeviceView, Registration, activated, deregistered, device_list, registered,
};
pub use firmware::{
    ReportError, available_firmwares, firmware_url, version_accepted, version_of_report,
    version_report,
};
pub use product::{Description, product, product_firmwares};
pub use retrieve::{
    MAX_RETRIEVED, Order, QueryError, RetrieveQuery, retrieved_csv, retrieved_json,
};
pub use upload::{UploadOutcome, no_controller, no_such_channel, refused, upload_csv, upload_json};

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

/// Why a body cannot be taken.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum BodyError {
    /// The body is no JSON object.
    Json,
    /// A member is missing or wrong.
    Member(&'static str),
}

impl fmt::Display for BodyError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Json => f.write_str("the body is no JSON object"),
            Self::Member(name) => write!(f, "{name} is missing or wrong"),
        }
    }
}

impl core::error::Error for BodyError {}

/// An error answer.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Failure {
    /// The HTTP status, which the body repeats.
    pub status: u16,
    /// A sentence, such as `channel not found`.
    pub message: String,
    /// What was wrong, one sentence each; may be empty.
    pub descriptions: Vec<String>,
    /// The member `results`: the message, unless the documents show another text for it.
    pub results: Value,
}

impl Failure {
    /// A failure that its message tells completely.
    pub fn new(status: u16, message: impl Into<String>) -> Self {
        let message = message.into();
        Self { status, results: message.clone().into(), message, descriptions: Vec::new() }
    }

    /// A wrong or missing device key, application or token.
    ///
    /// The documents show three texts for it; here each has the place where old programs look:
    /// the message of retrieving, the `description` of get connection, the code of both
    /// (CONTRACT §3.1, §4.2, §4.4).
    pub fn not_permitted() -> Self {
        let results = json!({ "code": 1002, "description": "You dont have permission" });
        Self { results, ..Self::new(401, "You don't have permission!") }
    }

    /// The same for the calls of firmwares, which show yet another text (CONTRACT §5.3).
    pub fn firmware_not_permitted() -> Self {
        Self { results: "you dont have permission!".into(), ..Self::not_permitted() }
    }

    /// A channel that the device's prototype does not have.
    pub fn channel_not_found() -> Self {
        Self::new(404, "channel not found")
    }

    /// The JSON body.
    pub fn to_json(&self) -> Value {
        let reason = match self.status {
            400 => "400 Bad Request",
            401 => "401 Unauthorized",
            403 => "403 Forbidden",
            404 => "404 Not Found",
            405 => "405 Method Not Allowed",
            413 => "413 Payload Too Large",
            429 => "429 Too Many Requests",
            500 => "500 Internal Server Error",
            501 => "501 Not Implemented",
            503 => "503 Service Unavailable",
            _ => &self.message,
        };
        json!({
            "apiVersion": API_VERSION,
            "code": self.status,
            "message": self.message,
            "errors": [{ "code": self.status, "message": reason }],
            "results": self.results,
            "descriptions": self.descriptions,
            "statusCode": self.status,
            "options": {},
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

/// A member of a body that is text; a number will do, since old programs mix them.
fn text_of(member: &Value) -> Option<String> {
    match member {
        Value::String(text) => Some(text.trim().to_owned()),
        Value::Number(number) => Some(number.to_string()),
        _ => None,
    }
}
