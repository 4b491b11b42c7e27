//! Bodies of the console's REST interface `/api`, and the events that the server pushes to consoles.

mod accounts;
mod prototypes;
mod reason;
mod series;

use serde::{Deserialize, Serialize};

use crate::{ChannelId, DeviceId, DeviceKey, FirmwareId, ProductId, Prototype, Timestamp, Value};

pub use accounts::{
    Grant, GrantChange, GrantedOn, NewPassword, NewPerson, OwnSession, PasswordChange, Person,
    RoleChange,
};
pub use prototypes::{
    CloneRequest, DeviceDraft, DeviceEdit, EditRefusal, HiddenHistory, ImportedPrototype,
    MadeDevice, NewDevices, PrototypeDraft, PrototypeEdit, PrototypeInfo, PrototypeSummary,
    SkippedChannel, TryFunction,
};
pub use reason::{Objection, Reason, Unreachable};
pub use series::{Absence, BucketColumns, PointColumns, PointTime, Series, SeriesData, Summary};

#[cfg(test)]
mod tests;

/// `POST /api/login`.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct LoginRequest {
    /// The user's name.
    pub name: String,
    /// The password in clear text: the connection protects it.
    pub password: String,
}

/// The answer to a login and to `GET /api/session`.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(rename_all = "camelCase")]
pub struct SessionInfo {
    /// The user's name.
    pub name: String,
    /// What the user may do.
    pub role: Role,
    /// Password for the MQTT connection of user `name`; expires with the session.
    pub mqtt_ticket: String,
    /// The token for `Authorization: Bearer`; only in the answer to a login, for programs.
    pub token: Option<String>,
    /// The server's version.
    pub server_version: String,
    /// The port at which devices speak MQTT over TCP.
    #[serde(default)]
    pub mqtt_port: Option<u16>,
}

/// What a user may do, apart from what is granted device by device.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(rename_all = "lowercase")]
pub enum Role {
    /// Everything.
    Admin,
    /// See and control every device, push firmware.
    Operator,
    /// See every device, but not its key.
    Viewer,
    /// Nothing but what is granted.
    Member,
}

impl Role {
    /// What the role alone allows with any device.
    pub fn right(self) -> Option<Right> {
        match self {
            Self::Admin | Self::Operator => Some(Right::Control),
            Self::Viewer => Some(Right::See),
            Self::Member => None,
        }
    }
}

/// What somebody may do with one device. The greater includes the lesser.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(rename_all = "lowercase")]
pub enum Right {
    /// See its values, its history and whether it is here.
    See,
    /// Write to its channels, push firmware to it, and learn its key.
    Control,
}

/// Every error of `/api`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct ApiError {
    /// A stable word for programs, such as `wrong-password`.
    pub code: String,
    /// A sentence for people: what was wrong and where.
    pub message: String,
}

/// A device as the console lists it: `GET /api/devices`.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(rename_all = "camelCase")]
pub struct DeviceInfo {
    /// Its id.
    pub id: DeviceId,
    /// The name that its owner gave it.
    pub name: String,
    /// Free text.
    pub description: String,
    /// Words to find it by.
    pub tags: Vec<String>,
    /// What the asker may do with it.
    pub right: Right,
    /// Whether the asker may upload firmware for its prototype.
    pub may_upload: bool,
    /// What it is.
    pub prototype: Prototype,
    /// Whether it is here.
    pub presence: Presence,
    /// The firmware version that it reported last.
    pub firmware_version: Option<String>,
    /// The newest push to it.
    pub push: Option<PushStatus>,
    /// The newest point of each channel that has one.
    pub last_points: Vec<LastPoint>,
}

/// What a device proves itself with: `GET /api/devices/:id/credentials`, for who may control it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Credentials {
    /// Its id.
    pub id: DeviceId,
    /// Its key.
    pub key: DeviceKey,
}

/// The newest point of a channel.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct LastPoint {
    /// The channel.
    pub channel: ChannelId,
    /// Its time.
    pub timestamp: Timestamp,
    /// Its value.
    pub value: Value,
}

/// Whether a device is here.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(rename_all = "camelCase")]
pub struct Presence {
    /// The transports over which it can be reached now; empty means offline.
    pub transports: Vec<Transport>,
    /// When anything came from it last.
    pub last_seen: Option<Timestamp>,
}

/// How a device is connected.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(rename_all = "lowercase")]
pub enum Transport {
    /// A subscription to its topics.
    Mqtt,
    /// A Command Server connection that proved its key.
    Command,
}

/// Points of one channel: `GET /api/devices/:id/channels/:chn/points`.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct History {
    /// Oldest first.
    pub points: Vec<HistoryPoint>,
    /// There are older points in the range than the limit let through.
    pub truncated: bool,
}

/// One point of a history.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct HistoryPoint {
    /// Its time.
    pub at: Timestamp,
    /// Its value.
    pub value: Value,
}

/// A firmware of a prototype.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(rename_all = "camelCase")]
pub struct FirmwareInfo {
    /// Its id.
    pub id: FirmwareId,
    /// The prototype it is for.
    pub prototype: ProductId,
    /// Its name.
    pub name: String,
    /// The version that a device reports once it runs it; unique in its prototype.
    pub version: String,
    /// Release note.
    pub note: String,
    /// Bytes.
    pub size: u64,
    /// 32 lower-case hex digits, computed by the server.
    pub md5: String,
    /// 64 lower-case hex digits, computed by the server.
    pub sha256: String,
    /// Where devices download it.
    pub url: String,
    /// When it was uploaded.
    pub uploaded: Timestamp,
    /// The firmwares that a device must run to get this one; `None` is any, even one that never
    /// reported (CONTRACT §5.1).
    pub compatible: Option<Vec<FirmwareId>>,
    /// Who vouches for it; `None` is nobody.
    #[serde(default)]
    pub signed: Option<FirmwareSignature>,
}

/// `PUT /api/firmwares/:id`: what may be said anew of a firmware.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct FirmwareEdit {
    /// Release note.
    pub note: String,
    /// The firmwares that a device must run to get this one; `None` is any.
    pub compatible: Option<Vec<FirmwareId>>,
}

/// Who vouches for a firmware, and what the signed manifest says beside what the record says.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(rename_all = "camelCase")]
pub struct FirmwareSignature {
    /// The id of the minisign key: 16 upper-case hex digits.
    pub key: String,
    /// Whether the server trusts the key today.
    pub trusted: bool,
    /// Higher with each release of the model.
    pub seq: u64,
    /// The model that it is for.
    pub model: String,
    /// The oldest version from which it may be installed; `None` is any.
    pub min_version: Option<String>,
}

/// `GET /api/firmware-policy`: whom the server trusts, and what it asks for.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(rename_all = "camelCase")]
pub struct FirmwarePolicy {
    /// The minisign keys that it trusts, as the base64 lines of their `.pub` files.
    pub keys: Vec<String>,
    /// Nothing unsigned is taken or pushed.
    pub require_signed: bool,
    /// The same for these prototypes only.
    #[serde(default)]
    pub require_signed_for: Vec<ProductId>,
    /// Most bytes of a file.
    pub max_bytes: u64,
}

/// How far an upload of a firmware is.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct FirmwareUpload {
    /// Its id.
    pub id: String,
    /// Bytes that are there: the next one sent is this one.
    pub offset: u64,
    /// Bytes in all.
    pub size: u64,
    /// What it has become, once all bytes are there and proven.
    pub firmware: Option<FirmwareInfo>,
}

/// How far a firmware is on its way to a device.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct PushStatus {
    /// Which firmware.
    pub firmware: FirmwareId,
    /// Its version.
    pub version: String,
    /// How far.
    pub state: PushState,
    /// Why, where the state has a reason.
    pub reason: Reason,
    /// The same in an English sentence; empty otherwise.
    pub detail: String,
    /// Since when.
    pub since: Timestamp,
}

/// The states of a push to one device.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
#[non_exhaustive]
pub enum PushState {
    /// Waiting until the device is here.
    Queued,
    /// The notice was handed to the device's transport.
    Initiated,
    /// The device is fetching the file.
    Downloading,
    /// The whole file was sent to the device.
    Downloaded,
    /// The device says that it writes the image.
    Updating,
    /// The device reported the pushed version afterwards.
    Updated,
    /// The device had reported the pushed version already before the push.
    AlreadyInstalled,
    /// It went wrong; the detail says how.
    Failed,
    /// Nothing was heard within the time allowed.
    TimedOut,
    /// A newer push took its place, or an operator ended it.
    Canceled,
    /// The device has heard the notice and will fetch the file later.
    Deferred,
    /// The device says that the file is the one that the notice names.
    Verified,
    /// The device says that it restarts.
    Rebooting,
    /// The device runs the pushed version and has to keep it for a while.
    Confirming,
    /// The device ran the pushed version and then another one again.
    RolledBack,
    /// The device, or a rule that nobody overrode, turned the firmware down.
    Rejected,
}

impl PushStatus {
    /// The same for another reason.
    #[must_use]
    pub fn because(self, reason: Reason) -> Self {
        Self { detail: reason.to_string(), reason, ..self }
    }
}

impl PushState {
    /// Whether the device ended without the firmware, though nobody called it back.
    pub const fn went_wrong(self) -> bool {
        matches!(self, Self::Failed | Self::TimedOut | Self::RolledBack | Self::Rejected)
    }
}

/// Published by the server to `console/v1/devices/:deviceId` as JSON, for consoles only.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct DeviceEvent {
    /// Which device.
    pub device: DeviceId,
    /// What changed.
    pub change: DeviceChange,
}

/// What changed on a device apart from its points.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
#[non_exhaustive]
pub enum DeviceChange {
    /// It came, went, or changed transport.
    Presence(Presence),
    /// It reported this firmware version.
    Version(String),
    /// A push moved on.
    Push(PushStatus),
    /// A function has run: fetch its history again.
    Function(ChannelId),
    /// It was added, removed or edited: fetch the list again.
    Registry,
}

/// The JSON of a body.
pub fn to_json<T: Serialize>(body: &T) -> Vec<u8> {
    // Our own bodies always serialise: no map in them has keys that are not text.
    serde_json::to_vec(body).unwrap_or_default()
}

/// The body in `json`.
///
/// # Errors
/// It is not JSON, or not of this type; the text says where.
pub fn from_json<'a, T: Deserialize<'a>>(json: &'a [u8]) -> Result<T, serde_json::Error> {
    serde_json::from_slice(json)
}
