//! Prototypes and the devices that are made from them.

use serde::{Deserialize, Serialize};

use crate::{Channel, ChannelId, DeviceId, DeviceKey, ProductId, Prototype, Timestamp};

/// A prototype in the list: `GET /api/prototypes`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(rename_all = "camelCase")]
pub struct PrototypeSummary {
    /// Its id.
    pub id: ProductId,
    /// Its name.
    pub name: String,
    /// The author's version text.
    pub version: String,
    /// Free text.
    pub description: String,
    /// How many channels it has.
    pub channels: u32,
    /// How many devices of it the asker may see.
    pub devices: u32,
    /// When it was edited last; absent if never.
    pub edited: Option<Timestamp>,
}

/// A prototype as it stands: `GET /api/prototypes/:id`.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(rename_all = "camelCase")]
pub struct PrototypeInfo {
    /// What it says.
    pub prototype: Prototype,
    /// Counts its edits; an edit names the one that it began from.
    pub revision: u64,
    /// When it was edited last; absent if never.
    pub edited: Option<Timestamp>,
    /// By whom; empty if never.
    pub edited_by: String,
    /// How many devices of it the asker may see.
    pub devices: u32,
}

/// What people write of a prototype: `POST /api/prototypes`.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct PrototypeDraft {
    /// Its name.
    pub name: String,
    /// The author's version text; may be empty.
    #[serde(default)]
    pub version: String,
    /// Free text; may be empty.
    #[serde(default)]
    pub description: String,
    /// Its channels in display order.
    #[serde(default)]
    pub channels: Vec<Channel>,
}

impl PrototypeDraft {
    /// The prototype with this id that says so.
    pub fn with_id(self, id: ProductId) -> Prototype {
        let Self { name, version, description, channels } = self;
        Prototype { id, name, version, description, channels }
    }
}

impl From<Prototype> for PrototypeDraft {
    fn from(prototype: Prototype) -> Self {
        let Prototype { name, version, description, channels, .. } = prototype;
        Self { name, version, description, channels }
    }
}

/// `PUT /api/prototypes/:id`.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct PrototypeEdit {
    /// The revision that the edit began from; with another one it is refused.
    pub revision: u64,
    /// What it shall say.
    pub draft: PrototypeDraft,
    /// The channels whose history may be hidden because they go or get another type.
    #[serde(default)]
    pub hide: Vec<ChannelId>,
}

/// Why an edit was refused: an [`ApiError`](super::ApiError) with what the editor needs to go on.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct EditRefusal {
    /// `edited-meanwhile` or `hides-history`.
    pub code: String,
    /// A sentence for people.
    pub message: String,
    /// With `edited-meanwhile`: the prototype as it is now.
    pub current: Option<PrototypeInfo>,
    /// With `hides-history`: the channels that the edit has to name in `hide`.
    pub hides: Vec<HiddenHistory>,
}

/// A channel whose history an edit hides: it is kept, and there again with a channel of the same id and type.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct HiddenHistory {
    /// The channel.
    pub channel: ChannelId,
    /// How many devices have points of it.
    pub devices: u32,
}

/// `POST /api/functions/try`.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct TryFunction {
    /// The prototype as its author has it.
    pub draft: PrototypeDraft,
    /// The function to try.
    pub channel: ChannelId,
    /// What a device would upload to it.
    pub value: String,
}

/// `POST /api/prototypes/:id/clone`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct CloneRequest {
    /// The new prototype's name.
    pub name: String,
}

/// The answer to `POST /api/prototypes/import`.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct ImportedPrototype {
    /// The new prototype.
    pub info: PrototypeInfo,
    /// The channels of the file that have a type which is not supported here.
    pub skipped: Vec<SkippedChannel>,
}

/// A channel of a prototype file that was left out.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct SkippedChannel {
    /// Its id as it stands in the file, or its place there.
    pub channel: String,
    /// Its type as it stands in the file, such as `16 (Video Stream)`.
    pub kind: String,
}

/// `POST /api/devices`: all or none.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct NewDevices {
    /// What they are.
    pub prototype: ProductId,
    /// One or several.
    pub devices: Vec<DeviceDraft>,
}

/// A device to be.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct DeviceDraft {
    /// Its name.
    pub name: String,
    /// Its id; random if absent.
    #[serde(default)]
    pub id: Option<DeviceId>,
    /// Its key; random if absent.
    #[serde(default)]
    pub key: Option<DeviceKey>,
}

/// A device that was made.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct MadeDevice {
    /// Its id.
    pub id: DeviceId,
    /// Its key.
    pub key: DeviceKey,
    /// Its name.
    pub name: String,
}

/// `PUT /api/devices/:id`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct DeviceEdit {
    /// Its name.
    pub name: String,
    /// Free text; may be empty.
    #[serde(default)]
    pub description: String,
    /// Words to find it by.
    #[serde(default)]
    pub tags: Vec<String>,
}
