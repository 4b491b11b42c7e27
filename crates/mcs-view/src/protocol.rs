//! What page and engine say to each other.
//!
//! The page sends a [`Request`]; the engine answers a [`Request::Frame`] with one [`Frame`] that
//! holds only what changed since the last one, and everything else not at all: what it causes is
//! seen in the next frame. Both travel as postcard behind one version byte ([`encode`],
//! [`decode`]). Two things cannot be encoded and travel beside the bytes in the same message: the
//! `File` of [`FirmwareRequest::Choose`], and the `Float32Array` that [`Frame::charts`] indexes.
//!
//! Message shapes on the worker port:
//! - page → engine: `{ bytes: ArrayBuffer, file?: File }`
//! - engine → page: `{ bytes: ArrayBuffer, floats?: ArrayBuffer }` (both transferred), and once,
//!   when it can take requests, the string `"ready"`.

use core::fmt;

use mcs_model::api::{FirmwareInfo, PushStatus, Role, Transport};
use mcs_model::{Channel, ChannelId, DeviceId, DeviceKey, FirmwareId, ProductId, Timestamp, Value};
use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};

/// The version of this protocol: page and engine of different builds refuse each other.
pub const VERSION: u8 = 1;

/// The bytes of a [`Request`] or a [`Frame`].
pub fn encode<T: Serialize>(message: &T) -> Vec<u8> {
    let bytes = postcard::to_extend(message, vec![VERSION]);
    // Our own types always serialise: they have no maps of unknown length.
    bytes.unwrap_or_default()
}

/// The message in `bytes`.
///
/// # Errors
/// They are of another version or not of this type.
pub fn decode<T: DeserializeOwned>(bytes: &[u8]) -> Result<T, DecodeError> {
    match bytes.split_first() {
        Some((&VERSION, body)) => postcard::from_bytes(body).map_err(|_| DecodeError::Malformed),
        Some((&other, _)) => Err(DecodeError::Version(other)),
        None => Err(DecodeError::Malformed),
    }
}

/// Why bytes are not a message.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum DecodeError {
    /// The other side was built for this version: reload the page.
    Version(u8),
    /// Truncated, or of another type.
    Malformed,
}

/// From the page.
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
    Logout,
    /// Static setting: connect to a broker, replacing the connection.
    Connect(BrokerProfile),
    /// Static setting: disconnect and stay so.
    Disconnect,
    /// Static setting: add or replace a device.
    AddDevice(NewDevice),
    /// Static setting: add the devices of an exported file; the frame's notices say what came.
    ImportDevices(String),
    /// Static setting: the devices as a file that [`Request::ImportDevices`] takes; it comes as
    /// [`Frame::export`].
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
    /// The firmware page.
    Firmware(FirmwareRequest),
    /// Try now instead of waiting for the back-off: the network came back, the page was shown.
    Wake,
    /// The user closed a notice.
    Dismiss(u64),
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
}

/// One chart on the screen.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct ChartRequest {
    /// Whose.
    pub device: DeviceId,
    /// Its lines.
    pub channels: Vec<ChannelId>,
    /// How much time it spans, in milliseconds.
    pub window_ms: u64,
    /// Its right edge; now when absent.
    pub end: Option<Timestamp>,
    /// How many pixel columns it has.
    pub columns: u16,
}

/// A broker that the operator named.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct BrokerProfile {
    /// The name shown.
    pub name: String,
    /// `ws://…` or `wss://…`, with path.
    pub url: String,
    /// Made up when empty.
    pub client_id: String,
    /// Absent when empty.
    pub username: String,
    /// Kept in memory only.
    pub password: String,
    /// Seconds.
    pub keep_alive: u16,
}

impl fmt::Debug for BrokerProfile {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("BrokerProfile").field("url", &self.url).finish_non_exhaustive()
    }
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
    /// Fetch a stored firmware back and verify it against its record.
    Verify(FirmwareId),
    /// Push a firmware that was verified since the page opened.
    Push {
        /// Which.
        firmware: FirmwareId,
        /// To whom.
        devices: Vec<DeviceId>,
    },
}

/// From the engine: what changed. A section that is `None` is as it was.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Frame {
    /// Who is signed in where.
    pub setting: Option<Setting>,
    /// The connection to the broker.
    pub link: Option<Link>,
    /// Every device, in display order.
    pub devices: Option<Vec<DeviceRow>>,
    /// The device of [`View::Device`]: its channels.
    pub device: Option<DeviceView>,
    /// Cards of that device whose value or control changed.
    pub cards: Vec<CardState>,
    /// The firmware page.
    pub firmware: Option<FirmwareView>,
    /// One for each requested chart that changed.
    pub charts: Vec<ChartFrame>,
    /// Counters for the status bar; at most twice a second.
    pub stats: Option<Stats>,
    /// All notices that are not dismissed, oldest first.
    pub notices: Option<Vec<Notice>>,
    /// The answer to [`Request::ExportDevices`]: JSON.
    pub export: Option<String>,
}

/// In which setting the console works.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum Setting {
    /// Asking whether a server is here.
    Probing,
    /// A server is here and asks for a name and a password.
    SignedOut {
        /// Why the last attempt failed.
        error: Option<LoginError>,
        /// An attempt is under way.
        busy: bool,
    },
    /// Signed in.
    SignedIn {
        /// The user's name.
        name: String,
        /// What the user may do.
        role: Role,
        /// The server's version.
        server_version: String,
    },
    /// No server: a static site against any broker.
    Static {
        /// The profile in use, without its password.
        profile: Option<BrokerProfile>,
    },
}

/// Why nobody was signed in.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum LoginError {
    /// Wrong name or password.
    Wrong,
    /// Too many attempts; wait.
    TooMany,
    /// The session has ended.
    Expired,
    /// The server did not answer.
    Unreachable,
    /// The server answered something else.
    Other(String),
}

/// The connection to the broker.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Link {
    /// Its name for people.
    pub broker: String,
    /// How it stands.
    pub state: LinkState,
    /// Since when.
    pub since: Timestamp,
}

/// How the connection stands.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum LinkState {
    /// Not wanted.
    Idle,
    /// Under way.
    Connecting {
        /// 1 for the first.
        attempt: u32,
    },
    /// Up.
    Connected {
        /// `5.0` or `3.1.1`.
        mqtt_version: String,
    },
    /// Lost or refused; will be tried again.
    Waiting {
        /// What happened, in words.
        reason: String,
        /// When the next attempt is due.
        retry_at: Timestamp,
    },
    /// Lost or refused for good.
    Stopped {
        /// What happened, in words.
        reason: String,
    },
}

/// Whether a device is here.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum Online {
    /// The server says so.
    Yes,
    /// The server says so.
    No,
    /// Nobody can say: no server, or no connection to it.
    Unknown,
}

/// A device in the list.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct DeviceRow {
    /// Its id.
    pub id: DeviceId,
    /// Its key, for copying.
    pub key: DeviceKey,
    /// Its name.
    pub name: String,
    /// Its prototype, if it has one.
    pub prototype: Option<(ProductId, String)>,
    /// Whether it is here.
    pub online: Online,
    /// How it is connected.
    pub transports: Vec<Transport>,
    /// When anything came from it last.
    pub last_seen: Option<Timestamp>,
    /// The firmware version that it reported last.
    pub firmware_version: Option<String>,
    /// The newest push to it.
    pub push: Option<PushStatus>,
    /// How many channels it has.
    pub channels: u32,
}

/// The open device.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct DeviceView {
    /// Its id.
    pub id: DeviceId,
    /// Its channels in display order.
    pub channels: Vec<Channel>,
}

/// What a card shows beside its channel.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct CardState {
    /// Whose card.
    pub channel: ChannelId,
    /// The last true value; `None` until there is one.
    pub value: Option<Shown>,
    /// The last command, on a controller.
    pub control: Option<Control>,
}

/// A value that came.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Shown {
    /// The value; the text that came, as [`Value::String`], when it
    /// does not fit its channel.
    pub value: Value,
    /// Its time.
    pub at: Timestamp,
    /// Why it does not fit its channel, if so.
    pub misfit: Option<String>,
}

/// The life of a command.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Control {
    /// What was asked for; `None` when the text was no value.
    pub desired: Option<Value>,
    /// How far it is.
    pub stage: ControlStage,
    /// When it was sent.
    pub sent: Timestamp,
}

/// How far a command is.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum ControlStage {
    /// Handed to the connection.
    Sent,
    /// The broker has it (PUBACK); with a server: stored and passed on.
    Delivered,
    /// The broker had it, and the device has said nothing for 10 seconds.
    Unconfirmed,
    /// An equal value came back.
    Confirmed,
    /// It went wrong; the card shows the last true value.
    Failed(ControlFailure),
}

/// Why a command went wrong.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum ControlFailure {
    /// The text is no value of the channel; in words.
    Invalid(String),
    /// There is no connection to the broker.
    NotConnected,
    /// The server says that the device is not here.
    DeviceOffline,
    /// The broker refused it; in words.
    Refused(String),
    /// The broker did not answer in time.
    TimedOut,
    /// The device reports another value.
    OtherValue,
}

/// The firmware page.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct FirmwareView {
    /// All prototypes, to choose from.
    pub prototypes: Vec<(ProductId, String)>,
    /// The chosen one.
    pub prototype: Option<ProductId>,
    /// Its firmwares, newest first.
    pub firmwares: Vec<StoredFirmware>,
    /// The file at hand.
    pub job: FirmwareJob,
    /// Devices of the prototype.
    pub devices: Vec<DeviceId>,
}

/// A firmware on the server.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct StoredFirmware {
    /// Its record.
    pub info: FirmwareInfo,
    /// Whether the console has fetched it back.
    pub verified: Verification,
}

/// What fetching a firmware back has shown.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum Verification {
    /// Not done since the page opened.
    NotYet,
    /// Under way.
    Running {
        /// Bytes fetched.
        done: u64,
        /// Bytes in all.
        total: u64,
    },
    /// What devices will download is what its record says.
    Verified,
    /// It is not, or could not be fetched; in words.
    Failed(String),
}

/// The file at hand.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct FirmwareJob {
    /// Name and size in bytes of the chosen file.
    pub file: Option<(String, u64)>,
    /// How far it is.
    pub stage: JobStage,
    /// The operator's expectation against the file's MD5.
    pub expected: ExpectedMd5,
}

/// How far the file at hand is.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub enum JobStage {
    /// No file.
    #[default]
    Empty,
    /// Being hashed.
    Hashing {
        /// Bytes hashed.
        done: u64,
        /// Bytes in all.
        total: u64,
    },
    /// Hashed; can be uploaded unless the expected MD5 differs.
    Hashed {
        /// 32 lower-case hex digits.
        md5: String,
        /// 64 lower-case hex digits.
        sha256: String,
    },
    /// Being uploaded.
    Uploading {
        /// 32 lower-case hex digits.
        md5: String,
        /// 64 lower-case hex digits.
        sha256: String,
        /// Bytes sent.
        done: u64,
        /// Bytes in all.
        total: u64,
    },
    /// On the server, whose hashes are the same; the list shows its verification.
    Uploaded {
        /// 32 lower-case hex digits.
        md5: String,
        /// 64 lower-case hex digits.
        sha256: String,
        /// Its id there.
        firmware: FirmwareId,
    },
    /// It went wrong; in words.
    Failed(String),
}

/// The operator's expectation against the file's MD5.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub enum ExpectedMd5 {
    /// None was given.
    #[default]
    None,
    /// What was typed is no MD5.
    Invalid,
    /// No file is hashed yet.
    Waiting,
    /// Equal.
    Match,
    /// Different: nothing may be uploaded.
    Mismatch,
}

/// Where one chart's lines are in the floats beside the frame.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct ChartFrame {
    /// Which of the requested charts.
    pub index: u32,
    /// Its left edge.
    pub start: Timestamp,
    /// Its right edge.
    pub end: Timestamp,
    /// Its lines, in the order requested.
    pub series: Vec<SeriesFrame>,
}

/// One line: pairs `x, y`, where `x` is a pixel column from 0 and `y` a value; a pair with NaN is a
/// gap.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct SeriesFrame {
    /// Which channel.
    pub channel: ChannelId,
    /// Index of its first float.
    pub offset: u32,
    /// How many floats: twice the pairs.
    pub len: u32,
    /// Draw steps, not slopes: a switch or GPIO.
    pub step: bool,
    /// Least value in the window; NaN when there is none.
    pub min: f64,
    /// Greatest value in the window; NaN when there is none.
    pub max: f64,
    /// How many points the window holds.
    pub points: u64,
    /// How many points came after the window's right edge; 0 when it is now.
    pub newer: u64,
    /// History for the window is still on its way.
    pub loading: bool,
}

/// Counters since the engine started.
#[derive(Clone, Copy, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Stats {
    /// Messages a second, over the last few seconds.
    pub message_rate: f32,
    /// Messages in all.
    pub messages: u64,
    /// Points kept.
    pub points: u64,
    /// Bytes that they take.
    pub memory: u64,
    /// Bytes that they may take.
    pub budget: u64,
    /// Points evicted to stay within it.
    pub evicted: u64,
}

/// Something to tell the operator.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Notice {
    /// For [`Request::Dismiss`].
    pub id: u64,
    /// How bad it is.
    pub level: Level,
    /// What happened, why, and what to do.
    pub text: String,
}

/// How bad a notice is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum Level {
    /// Good to know.
    Info,
    /// It worked.
    Success,
    /// Look at it.
    Warning,
    /// It went wrong.
    Error,
}
