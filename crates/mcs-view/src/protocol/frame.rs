//! From the engine to the page.

use mcs_model::api::{Credentials, PushStatus, Right, Role, Transport};
use mcs_model::{Channel, DeviceId, ProductId, Timestamp};
use serde::{Deserialize, Serialize};

use super::{
    Apart, CardState, ChartFrame, ConnectionsView, DecodeError, FirmwareView, Keeping,
    MessagesView, Notice, PointsPiece, PrototypesView, RolloutsView, Trail, decode_start, encode,
};

/// From the engine: what changed. A section that is `None` is as it was. The first sections are
/// those of [`FirstFrame`], in its order.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Frame {
    /// Who is signed in where.
    pub setting: Option<Setting>,
    /// The connection to the broker; with several, the one that deserves attention.
    pub link: Option<Link>,
    /// Every device, in display order; when one came, went or was renamed.
    pub devices: Option<Vec<DeviceRow>>,
    /// Devices of the list that were there before and look different now.
    pub rows: Vec<DeviceRow>,
    /// Counters for the status bar; at most twice a second.
    pub stats: Option<Stats>,
    /// All notices that are not dismissed, oldest first.
    pub notices: Option<Vec<Notice>>,
    /// Whether what is typed in outlives the page.
    pub keeping: Option<Keeping>,
    /// The connections page.
    pub connections: Option<ConnectionsView>,
    /// The device of [`View::Device`](super::View::Device): its channels.
    pub device: Option<DeviceView>,
    /// Cards of that device whose value or control changed.
    pub cards: Vec<CardState>,
    /// Places and pictures of that device that the page does not have.
    pub trails: Vec<Trail>,
    /// Runs of that device's functions that the page does not have.
    pub runs: Vec<super::RunsView>,
    /// The account parts of the settings page.
    pub accounts: Option<super::AccountsView>,
    /// The firmware page.
    pub firmware: Option<FirmwareView>,
    /// The messages page.
    pub messages: Option<MessagesView>,
    /// The prototypes page.
    pub prototypes: Option<PrototypesView>,
    /// The rollouts page.
    pub rollouts: Option<Apart<RolloutsView>>,
    /// One for each requested chart that changed.
    pub charts: Vec<ChartFrame>,
    /// The next piece of [`ChartsRequest::Export`](super::ChartsRequest::Export).
    pub points: Option<PointsPiece>,
    /// The answer to [`Request::ExportDevices`](super::Request::ExportDevices): JSON.
    pub export: Option<String>,
    /// The answer to [`Request::Credentials`](super::Request::Credentials). The engine keeps none of it.
    pub credentials: Option<Credentials>,
}

/// The sections of a frame that the first page shows.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct FirstFrame {
    /// See [`Frame::setting`].
    pub setting: Option<Setting>,
    /// See [`Frame::link`].
    pub link: Option<Link>,
    /// See [`Frame::devices`].
    pub devices: Option<Vec<DeviceRow>>,
    /// See [`Frame::rows`].
    pub rows: Vec<DeviceRow>,
    /// See [`Frame::stats`].
    pub stats: Option<Stats>,
    /// See [`Frame::notices`].
    pub notices: Option<Vec<Notice>>,
    /// See [`Frame::keeping`].
    pub keeping: Option<Keeping>,
    /// See [`Frame::connections`].
    pub connections: Option<ConnectionsView>,
}

/// How many sections a [`Frame`] has beside those of [`FirstFrame`]. Each is one byte when it is
/// absent, or empty.
const OTHERS: usize = 13;

impl FirstFrame {
    /// As bytes: a [`Frame`] without any other section.
    pub fn encode(&self) -> Vec<u8> {
        encode(&(self, [0_u8; OTHERS]))
    }

    /// These sections of a [`Frame`] in `bytes`, and whether it has others.
    ///
    /// # Errors
    /// They are of another version or no frame.
    pub fn decode(bytes: &[u8]) -> Result<(Self, bool), DecodeError> {
        let (first, others) = decode_start(bytes)?;
        Ok((first, others != [0; OTHERS]))
    }
}

impl From<Frame> for FirstFrame {
    fn from(frame: Frame) -> Self {
        let Frame { setting, link, devices, rows, stats, notices, keeping, connections, .. } =
            frame;
        Self { setting, link, devices, rows, stats, notices, keeping, connections }
    }
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
        /// The port at which devices speak MQTT over TCP.
        mqtt_port: Option<u16>,
    },
    /// No server: a static site against any broker.
    Static,
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
        /// What happened.
        reason: Ended,
        /// When the next attempt is due.
        retry_at: Timestamp,
    },
    /// Lost or refused for good.
    Stopped {
        /// What happened.
        reason: Ended,
    },
}

/// Why a connection ended, or never came to be. Codes are the broker's, of MQTT 5 §2.4; those of
/// 3.1.1 are translated.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum Ended {
    /// The operator wanted it.
    Requested,
    /// The socket was closed, or could not be opened.
    Closed,
    /// The broker did not answer in time.
    NoAnswer,
    /// The broker stopped answering.
    Silent,
    /// The broker stopped acknowledging.
    Stalled,
    /// The broker refused the connection.
    Refused(u8),
    /// The broker ended the connection.
    Dismissed(u8),
    /// The broker broke the protocol.
    Protocol(u8),
    /// A setting does not fit into MQTT.
    Setting,
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
    /// Its name.
    pub name: String,
    /// What the operator may do with it.
    pub right: Right,
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
    /// Words by which its owner groups it.
    pub tags: Vec<String>,
    /// What is most wrong with it.
    pub alert: Option<Alert>,
}

/// What may be wrong with a device; the greater is worse.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub enum Alert {
    /// The last value of a channel does not fit it.
    Misfit,
    /// The newest firmware did not arrive.
    PushFailed,
}

/// The open device.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct DeviceView {
    /// Its id.
    pub id: DeviceId,
    /// What its prototype's author says of it; may be empty.
    pub description: String,
    /// Its channels in display order.
    pub channels: Vec<Channel>,
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
