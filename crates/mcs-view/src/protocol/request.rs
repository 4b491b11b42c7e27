//! From the page to the engine.

use mcs_model::api::FirmwareEdit;
use mcs_model::{Channel, ChannelId, DeviceId, DeviceKey, FirmwareId, ProductId};
use serde::{Deserialize, Serialize};

use super::{
    Apart, CardRequest, ChartRequest, ChartsRequest, ConnectionId, ConnectionsRequest,
    MessagesRequest, PrototypesRequest, RolloutsPlace, RolloutsRequest,
};

/// From the page. The first variants are those of [`FirstRequest`], in its order.
#[derive(Clone, PartialEq, Serialize, Deserialize)]
pub enum Request {
    /// The first one.
    Start(Start),
    /// Once per animation frame while the page is visible.
    Frame(FrameRequest),
    /// Sign in to the server.
    Login {
        /// The user's name.
        name: String,
        /// The password.
        password: String,
    },
    /// Sign out and forget everything.
    Logout {
        /// All sessions of the user end, wherever they are open.
        everywhere: bool,
    },
    /// Try now instead of waiting for the back-off: the network came back, the page was shown.
    Wake,
    /// The user closed a notice.
    Dismiss(u64),
    /// The connections page.
    Connections(ConnectionsRequest),
    /// Static setting: add or replace a device.
    AddDevice(NewDevice),
    /// Static setting: add the devices of an exported file; the frame's notices say what came.
    ImportDevices(String),
    /// Static setting: the devices as a file that [`Request::ImportDevices`] takes; it comes as
    /// [`Frame::export`](super::Frame::export).
    ExportDevices,
    /// Static setting: forget a device.
    RemoveDevice(DeviceId),
    /// Send a value to a controller; `text` is its CSV form. The card's control says what becomes
    /// of it, a text that is no valid value included.
    Send {
        /// To which device.
        device: DeviceId,
        /// To which channel.
        channel: ChannelId,
        /// The value, as CSV `V`.
        text: String,
    },
    /// The cards of a device, apart from [`Request::Send`].
    Card(CardRequest),
    /// Ask for a device's key; it comes as [`Frame::credentials`](super::Frame::credentials).
    Credentials(DeviceId),
    /// Charts, beside seeing them.
    Charts(ChartsRequest),
    /// The account parts of the settings page.
    Accounts(super::AccountsRequest),
    /// The firmware page.
    Firmware(FirmwareRequest),
    /// The messages page.
    Messages(MessagesRequest),
    /// The prototypes page.
    Prototypes(PrototypesRequest),
    /// The rollouts page.
    Rollouts(Apart<RolloutsRequest>),
}

/// What the first page asks: the requests that an engine reads whose other part is not here yet,
/// from the same bytes.
#[derive(Clone, PartialEq, Deserialize)]
#[expect(missing_docs, reason = "each is the request of this name")]
pub enum FirstRequest {
    Start(Start),
    Frame(FrameRequest),
    Login { name: String, password: String },
    Logout { everywhere: bool },
    Wake,
    Dismiss(u64),
}

impl From<FirstRequest> for Request {
    fn from(request: FirstRequest) -> Self {
        match request {
            FirstRequest::Start(start) => Self::Start(start),
            FirstRequest::Frame(frame) => Self::Frame(frame),
            FirstRequest::Login { name, password } => Self::Login { name, password },
            FirstRequest::Logout { everywhere } => Self::Logout { everywhere },
            FirstRequest::Wake => Self::Wake,
            FirstRequest::Dismiss(id) => Self::Dismiss(id),
        }
    }
}

/// Where the page came from.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Start {
    /// `location.origin`.
    pub origin: String,
    /// The broker's WebSocket when it is not `/mqtt` of the origin (under `trunk serve`).
    pub mqtt_url: Option<String>,
    /// For client ids and jitter.
    pub seed: u64,
}

/// What the page shows and therefore needs.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct FrameRequest {
    /// The page that is open.
    pub view: View,
    /// Answer with everything, not only with what changed.
    pub fresh: bool,
    /// The charts that are on the screen.
    pub charts: Vec<ChartRequest>,
}

/// A page of the console.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum View {
    /// The device list; also sign-in and connections, which need nothing of their own.
    Devices,
    /// One device.
    Device(DeviceId),
    /// Firmware of a prototype; of the first one when none is chosen.
    Firmware(Option<ProductId>),
    /// Messages.
    Messages,
    /// The list of prototypes, or one of them.
    Prototypes(Option<ProductId>),
    /// Rollouts.
    Rollouts(RolloutsPlace),
}

/// A device that the operator typed in.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct NewDevice {
    /// Its id.
    pub id: DeviceId,
    /// Its key.
    pub key: DeviceKey,
    /// The name shown.
    pub name: String,
    /// Its channels.
    pub channels: Vec<Channel>,
    /// The connection that it belongs to; the first when there is no such.
    pub connection: ConnectionId,
}

/// The firmware page's requests.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum FirmwareRequest {
    /// The `File` beside this message was chosen: hash it.
    Choose,
    /// Stop hashing, uploading or verifying; a chosen file is forgotten.
    Cancel,
    /// The MD5 that the operator expects, as typed; empty for none.
    Expect(String),
    /// A manifest, a signature of one, or both, as their files say; what is absent stays as it is.
    Vouch {
        /// The manifest.
        manifest: Option<String>,
        /// The `.minisig` file.
        signature: Option<String>,
    },
    /// Upload the hashed file to the prototype, then fetch it back and verify it.
    Upload {
        /// The prototype.
        prototype: ProductId,
        /// The firmware's name.
        name: String,
        /// Its version.
        version: String,
        /// Its release note.
        note: String,
    },
    /// Give up the upload that a former page has left.
    Discard,
    /// Fetch a stored firmware back and verify it against its record.
    Verify(FirmwareId),
    /// Say something else of a stored firmware.
    Describe {
        /// Which.
        firmware: FirmwareId,
        /// Its note, and whom it is for.
        edit: FirmwareEdit,
    },
    /// Remove a stored firmware.
    Remove(FirmwareId),
    /// Push a firmware that was verified since the page opened.
    Push {
        /// Which.
        firmware: FirmwareId,
        /// To whom.
        devices: Vec<DeviceId>,
    },
}
