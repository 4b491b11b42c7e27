//! The device's side of firmware (CONTRACT §5.3).

use core::fmt;

use serde_json::{Map, Value, json};

use super::success;
use crate::FirmwareId;
use crate::api::FirmwareInfo;

/// Why the body of a version report cannot be read.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum ReportError {
    /// It is not JSON.
    Json,
    /// It has no member `version` that is a string or a number.
    Version,
}

impl fmt::Display for ReportError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Json => "the body is not JSON",
            Self::Version => "the body has no version",
        })
    }
}

impl core::error::Error for ReportError {}

/// The version in the body of `PUT …/firmwares`; old tables say that it is a number, so a number
/// will do.
pub fn version_of_report(body: &[u8]) -> Result<String, ReportError> {
    let body: Value = serde_json::from_slice(body).map_err(|_| ReportError::Json)?;
    let version = super::text_of(&body["version"]).ok_or(ReportError::Version)?;
    if version.is_empty() { Err(ReportError::Version) } else { Ok(version) }
}

/// The body with which a device reports its version.
pub fn version_report(version: &str) -> Value {
    json!({ "version": version })
}

/// The answer to a version report.
pub fn version_accepted(firmware: &FirmwareId) -> Value {
    success(json!({ "fwId": firmware.as_str() }))
}

/// The list of `…/firmwares/available`; `with_url` is the parameter `url=true`.
///
/// The documents spell `fwid` here and `fwId` elsewhere (CONTRACT §9.1 row 22): both are there.
/// `md5` is our addition.
pub fn available_firmwares(firmwares: &[FirmwareInfo], with_url: bool) -> Value {
    let entry = |it: &FirmwareInfo| {
        let mut entry = Map::new();
        let mut put = |name: &str, text: &str| entry.insert(name.to_owned(), text.into());
        put("fwid", it.id.as_str());
        put("fwId", it.id.as_str());
        put("name", &it.name);
        put("description", &it.note);
        put("version", &it.version);
        put("md5", &it.md5);
        if with_url {
            put("URL", &it.url);
        }
        Value::Object(entry)
    };
    success(json!({ "results": firmwares.iter().map(entry).collect::<Vec<_>>() }))
}

/// The answer of `…/firmwares/:fwId/url`.
pub fn firmware_url(url: &str) -> Value {
    success(json!({ "url": url }))
}
