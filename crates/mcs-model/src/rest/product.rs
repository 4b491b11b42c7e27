//! Prototypes, which the old documents call products (CONTRACT §4.6, §5.3).

use serde_json::{Map, Value, json};

use super::{BodyError, success, text_of};
use crate::api::FirmwareInfo;
use crate::prototype_file::{self, Carried};
use crate::{FirmwareId, Prototype};

/// `GET /products/:prodId`.
pub fn product(prototype: &Prototype) -> Value {
    let export = prototype_file::export(prototype, &Carried::default());
    success(json!({ "results": [{
        "prodId": prototype.id,
        "name": prototype.name,
        "prodName": prototype.name,
        "version": prototype.version,
        "prodVersion": prototype.version,
        "description": prototype.description,
        "displayConfigs": export["prototype"]["displayConfigs"],
        "dataChannels": export["dataChannels"],
    }] }))
}

/// `GET /products/:prodId/firmware`; the names are those of the old owner calls.
pub fn product_firmwares(firmwares: &[FirmwareInfo]) -> Value {
    let entry = |it: &FirmwareInfo| {
        json!({
            "fwId": it.id,
            "version": it.version,
            "name": it.name,
            "description": it.note,
            "candidatefwId": it.compatible.as_deref().unwrap_or_default(),
            "defaultprodfw": false,
            "url": it.url,
            "checksum": it.md5,
        })
    };
    success(json!({ "results": firmwares.iter().map(entry).collect::<Vec<_>>() }))
}

/// The body of `POST /products/:prodId/firmware`: what is said about a version whose file is here.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Description {
    /// The version.
    pub version: String,
    /// A new name; `None` leaves the old one.
    pub name: Option<String>,
    /// A new release note; `None` leaves the old one.
    pub note: Option<String>,
    /// The firmwares that a device must run to get this one; empty means any.
    pub compatible: Option<Vec<FirmwareId>>,
    /// The MD5 that the caller expects of the file; may be empty.
    pub checksum: String,
}

impl Description {
    /// Reads the body; `url` and `defaultprodfw` do not count: the file is here.
    pub fn parse(body: &[u8]) -> Result<Self, BodyError> {
        let body: Map<String, Value> = serde_json::from_slice(body).map_err(|_| BodyError::Json)?;
        let given = |name: &str| body.get(name).filter(|it| !it.is_null());
        let text = |name: &'static str| match given(name) {
            None => Ok(None),
            Some(member) => text_of(member).map(Some).ok_or(BodyError::Member(name)),
        };
        let compatible = match given("candidatefwId") {
            None => None,
            Some(list) => {
                let wrong = BodyError::Member("candidatefwId");
                let list = list.as_array().ok_or(wrong.clone())?;
                let id = |it: &Value| it.as_str().and_then(|it| it.parse().ok());
                Some(list.iter().map(id).collect::<Option<_>>().ok_or(wrong)?)
            }
        };
        Ok(Self {
            version: text("version")?
                .filter(|it| !it.is_empty())
                .ok_or(BodyError::Member("version"))?,
            name: text("name")?.filter(|it| !it.is_empty()),
            note: text("description")?,
            compatible,
            checksum: text("checksum")?.unwrap_or_default(),
        })
    }
}
