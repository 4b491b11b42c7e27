//! What a device is, and how it comes and goes (CONTRACT §4.5).

use serde_json::{Map, Value, json};

use super::{BodyError, QueryError, success, text_of};
use crate::api::FirmwareInfo;
use crate::prototype_file::{self, Carried};
use crate::{DeviceId, DeviceKey, ProductId, Prototype, Timestamp};

/// Everything that the device object of the documents tells, as one caller may see it.
#[derive(Clone, Copy, Debug)]
pub struct DeviceView<'a> {
    /// Its id.
    pub id: &'a DeviceId,
    /// Its key; `None` for those who may only look.
    pub key: Option<&'a DeviceKey>,
    /// Its name.
    pub name: &'a str,
    /// Free text.
    pub description: &'a str,
    /// Where its picture is; may be empty.
    pub image: &'a str,
    /// What it is.
    pub prototype: &'a Prototype,
    /// The firmware that it reported, if it is one that was uploaded.
    pub firmware: Option<&'a FirmwareInfo>,
    /// The version that it reported.
    pub version: Option<&'a str>,
    /// It can be reached now.
    pub online: bool,
    /// A test device.
    pub test: bool,
    /// When its activation code was used.
    pub activated: Option<Timestamp>,
    /// Where it was heard last; empty for those who may only look, and when nobody knows.
    pub last_ip: &'a str,
    /// Words to find it by.
    pub tags: &'a [String],
    /// `Owner`, `Administrator` or `Viewer`.
    pub privilege: &'a str,
}

impl DeviceView<'_> {
    /// The device object. The documents name some members twice (`deviceName` and `name`): both
    /// are there. What we know nothing of is empty and not missing.
    pub fn to_json(&self) -> Value {
        let export = prototype_file::export(self.prototype, &Carried::default());
        let mut channels = export["dataChannels"].clone();
        for channel in channels.as_array_mut().into_iter().flatten() {
            channel["isAvailable"] = true.into();
            channel["comps"] = json!([]);
        }
        // Words are all that there is of them.
        let tags = self.tags.iter().map(|tag| json!({ "tagId": tag, "name": tag }));
        let more = json!({
            "product": {
                "prodId": self.prototype.id,
                "prodVersion": self.prototype.version,
                "version": self.prototype.version,
                "name": self.prototype.name,
                "description": self.prototype.description,
                "displayConfigs": export["prototype"]["displayConfigs"],
                "chip": "",
                "privilege": self.privilege,
            },
            "dataChannels": channels,
            "fw": {
                "fwId": self.firmware.map(|it| it.id.as_str()),
                "name": self.firmware.map_or("", |it| &it.name),
                "description": self.firmware.map_or("", |it| &it.note),
                "version": self.version,
            },
            "trustIpRange": ["*.*.*.*"],
            "lastIp": self.last_ip,
            "isVerified": true,
            "deactivatedAt": null,
            "tags": tags.collect::<Vec<_>>(),
            "deviceNtCritGrps": [],
        });
        let mut device = self.summary();
        for (name, member) in more.as_object().into_iter().flatten() {
            device[name] = member.clone();
        }
        device
    }

    /// The device in a list: what an app shows before one is opened.
    pub fn summary(&self) -> Value {
        let mut device = json!({
            "deviceId": self.id,
            "deviceName": self.name,
            "name": self.name,
            "deviceDescription": self.description,
            "description": self.description,
            "product": {
                "prodId": self.prototype.id,
                "prodVersion": self.prototype.version,
                "name": self.prototype.name,
            },
            "deviceImageURL": self.image,
            "isHeartbeating": self.online,
            "isActive": true,
            "isTest": self.test,
            "activatedAt": self.activated.map(Timestamp::as_millis),
            "privilege": self.privilege,
        });
        if let Some(key) = self.key {
            device["deviceKey"] = key.as_str().into();
        }
        device
    }
}

/// Which part of the list of devices is wanted.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct DevicePage {
    /// Devices a page.
    pub limit: usize,
    /// From 1.
    pub page: usize,
}

impl DevicePage {
    /// Devices a page when nothing is said, and at most.
    pub const MAX: usize = 100;

    /// Reads `limit` and `page`; unknown and empty parameters do not count. A limit above the maximum means the
    /// maximum.
    pub fn parse<'a>(
        parameters: impl IntoIterator<Item = (&'a str, &'a str)>,
    ) -> Result<Self, QueryError> {
        let mut wanted = Self { limit: Self::MAX, page: 1 };
        for (name, text) in parameters {
            let number = |parameter| {
                let number = text.trim().parse::<usize>().ok().filter(|it| *it > 0);
                number.ok_or(QueryError { parameter, expected: "a number from 1" })
            };
            match name {
                _ if text.trim().is_empty() => {}
                "limit" => wanted.limit = number("limit")?.min(Self::MAX),
                "page" => wanted.page = number("page")?,
                _ => {}
            }
        }
        Ok(wanted)
    }

    /// How many devices stand before the page.
    pub fn skip(self) -> usize {
        self.limit.saturating_mul(self.page - 1)
    }
}

/// One page of devices; `total` counts all pages.
pub fn device_list(devices: Vec<Value>, page: DevicePage, total: usize) -> Value {
    success(json!({
        "results": devices, "limit": page.limit, "page": page.page, "total": total,
    }))
}

/// The body of `POST /devices`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Registration {
    /// The prototype.
    pub product: ProductId,
    /// The device's name.
    pub name: String,
    /// A test device.
    pub test: bool,
    /// Free text.
    pub description: String,
    /// Letters and digits, fewer than 50 (CONTRACT §4.9); may be empty.
    pub serial: String,
    /// Where its picture is; may be empty.
    pub image: String,
}

impl Registration {
    /// Reads the body. `isTest` is required by the documents and `true` here when it is absent;
    /// numbers and words for it will do.
    pub fn parse(body: &[u8]) -> Result<Self, BodyError> {
        let body: Map<String, Value> = serde_json::from_slice(body).map_err(|_| BodyError::Json)?;
        let text = |name: &'static str, most: usize| match body.get(name) {
            None | Some(Value::Null) => Ok(String::new()),
            Some(member) => text_of(member)
                .filter(|it| it.chars().count() <= most && !it.chars().any(char::is_control))
                .ok_or(BodyError::Member(name)),
        };
        let product = text("prodId", 64)?;
        let name = text("name", 200)?;
        let serial = text("serial", 49)?;
        if name.is_empty() {
            return Err(BodyError::Member("name"));
        }
        if !serial.bytes().all(|it| it.is_ascii_alphanumeric() || it == b'-') {
            return Err(BodyError::Member("serial"));
        }
        let test = match body.get("isTest") {
            None | Some(Value::Null) => true,
            Some(Value::Bool(test)) => *test,
            Some(other) => match text_of(other).as_deref() {
                Some("true" | "1") => true,
                Some("false" | "0") => false,
                _ => return Err(BodyError::Member("isTest")),
            },
        };
        Ok(Self {
            product: product.parse().map_err(|_| BodyError::Member("prodId"))?,
            name,
            test,
            description: text("description", 10_000)?,
            serial,
            image: text("deviceImageURL", 2_000)?,
        })
    }
}

/// The answer to a registration; we know no chips.
pub fn registered(id: &DeviceId, key: &DeviceKey) -> Value {
    success(json!({ "deviceId": id, "deviceKey": key, "chipName": "" }))
}

/// The answer to an activation: the same members.
pub fn activated(id: &DeviceId, key: &DeviceKey) -> Value {
    registered(id, key)
}

/// The answer to a deregistration.
pub fn deregistered(id: &DeviceId, at: Timestamp) -> Value {
    success(json!({ "deviceId": id, "deregisteredAt": at.as_millis() }))
}
