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
//! - engine → page: `{ bytes: ArrayBuffer, floats?: ArrayBuffer }` (both transferred), once, when it
//!   can take requests, the string [`READY`], and when a part of it cannot be had, [`INCOMPLETE`].

mod accounts;
mod card;
mod charts;
mod connections;
mod firmware;
mod frame;
mod messages;
mod notices;
mod prototypes;
mod request;
mod rollouts;

pub use mcs_fota::rollout::api::{
    AuditEntry, AuditEvent, Deed, Download, OverrideRequest, RolloutDevice, RolloutInfo,
    RolloutRequest, Wait,
};
pub use mcs_fota::rollout::{
    ActError, Counts, Course, Objection, Override, Pause, Plan, PlanError, RolloutError,
    Transport as NoticeTransport,
};
pub use mcs_fota::{Reason, Unreachable};
use serde::Serialize;
use serde::de::DeserializeOwned;

pub use accounts::{AccountTrouble, AccountsRequest, AccountsView, Act, Step};
pub use card::{
    Away, CardRequest, CardState, Control, ControlFailure, ControlStage, RunsState, RunsView,
    Shown, Trail, Unfit, Wrong,
};
pub use charts::{
    Canvas, ChartFrame, ChartRequest, ChartsRequest, ExportEnd, LineFrame, LineReadout, Mark,
    PointTime, PointsPiece, Readout, Row, SeriesFrame, Stroke,
};
pub use connections::{
    Candidate, ConnectionId, ConnectionRow, ConnectionsRequest, ConnectionsView, Diagnosis,
    Finding, ImportView, Keeping, LastWill, MqttVersion, Novelty, Profile, Refusal, Secret,
    StorageTrouble, VaultState,
};
pub use firmware::{
    Check, Checked, Deviation, ExpectedMd5, Fault, FileFailure, FirmwareJob, FirmwareView,
    JobStage, Lack, LeftUpload, Pace, StoredFirmware, Trust, Verdict, Verification, VerifyFailure,
    Vouched,
};
pub use frame::{
    Alert, DeviceRow, DeviceView, Ended, FirstFrame, Frame, Link, LinkState, LoginError, Online,
    Setting, Stats,
};
pub use messages::{
    Body, Clearing, Detail, DetailView, DiffLine, Difference, Direction, Draft, DraftProperties,
    ExportPiece, Fate, FileFormat, Filter, Format, Load, LogRow, LogView, Look, Loudness,
    MessagesRequest, MessagesView, Misfit, Packet, PayloadFile, Place, Preview, Property,
    PublishTrouble, PublishView, QueryError, RateRow, RatesView, RepeatRow, RetainedRow,
    RetainedSet, RetainedView, Rows, SavedCommand, StoreView, SubscribeTrouble, SubscriptionRow,
    SubscriptionState, TopicRef, TraceRow, TraceView, TreeLook, TreeRow, TreeView,
};
pub use notices::{
    Failure, Level, Md5Objection, Named, News, NotPushed, NotRemoved, NotUploaded, Notice, Sought,
};
pub use prototypes::{
    OpenPrototype, Outcome, OwnDevice, PrototypesRequest, PrototypesView, Trouble,
};
pub use request::{FirmwareRequest, FirstRequest, FrameRequest, NewDevice, Request, Start, View};
pub use rollouts::{
    Apart, Believed, ImageRequest, Keeper, OpenRollout, RolloutOutcome, RolloutPreview,
    RolloutTrouble, RolloutsPlace, RolloutsRequest, RolloutsView,
};

/// The version of this protocol: page and engine of different builds refuse each other.
pub const VERSION: u8 = 8;

/// The engine takes requests.
pub const READY: &str = "ready";

/// A part of the engine could not be fetched: it answers no further page.
pub const INCOMPLETE: &str = "incomplete";

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
    postcard::from_bytes(body(bytes)?).map_err(|_| DecodeError::Malformed)
}

/// The message with which `bytes` begin, and what follows it.
fn decode_start<T: DeserializeOwned>(bytes: &[u8]) -> Result<(T, &[u8]), DecodeError> {
    postcard::take_from_bytes(body(bytes)?).map_err(|_| DecodeError::Malformed)
}

/// What comes after the version.
fn body(bytes: &[u8]) -> Result<&[u8], DecodeError> {
    match bytes.split_first() {
        Some((&VERSION, body)) => Ok(body),
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
