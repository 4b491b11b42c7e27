//! The prototypes page.

use mcs_model::api::{
    Credentials, DeviceDraft, DeviceEdit, HiddenHistory, MadeDevice, PrototypeEdit, PrototypeInfo,
    PrototypeSummary, SkippedChannel, TryFunction,
};
use mcs_model::function::Run;
use mcs_model::{DeviceId, ProductId};
use serde::{Deserialize, Serialize};

/// The prototypes page's requests; [`PrototypesView::outcome`] says what became of the newest one. One
/// that comes while another is under way is passed over.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub enum PrototypesRequest {
    /// Make an empty prototype of this name.
    Create(String),
    /// Make the prototype of a file that MCS exported.
    Import(String),
    /// Change a prototype.
    Save(ProductId, PrototypeEdit),
    /// Make another one that says the same.
    Clone {
        /// Of which.
        prototype: ProductId,
        /// The new one's name.
        name: String,
    },
    /// Remove a prototype without devices.
    Remove(ProductId),
    /// The prototype as a file that MCS imports.
    Export(ProductId),
    /// Make devices of it: all or none.
    MakeDevices(ProductId, Vec<DeviceDraft>),
    /// Change what is written about a device.
    EditDevice(DeviceId, DeviceEdit),
    /// Remove a device; with a server, with or without its history.
    RemoveDevice {
        /// Which.
        device: DeviceId,
        /// Its history goes too.
        history: bool,
    },
    /// Give a device another key: connections with the former one end.
    NewKey(DeviceId),
    /// Run the code of a function on a value; nothing is stored. In the static setting it is refused.
    Try(Box<TryFunction>),
    /// Static setting: everything that the browser keeps, as a file that [`Self::Restore`] takes.
    Backup,
    /// Static setting: add what such a file holds; what has the same id is replaced.
    Restore(String),
}

/// The prototypes page.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct PrototypesView {
    /// All of them, by name; `None` until they are here.
    pub list: Option<Vec<PrototypeSummary>>,
    /// Why the newest list or prototype could not be fetched.
    pub trouble: Option<Trouble>,
    /// The one of [`View::Prototypes`](super::View::Prototypes).
    pub open: OpenPrototype,
    /// Its devices, by name.
    pub devices: Vec<OwnDevice>,
    /// The newest request is under way.
    pub busy: bool,
    /// What became of the newest request.
    pub outcome: Option<Outcome>,
    /// Counts the outcomes.
    pub outcomes: u32,
}

/// A device of the open prototype.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct OwnDevice {
    /// Its id.
    pub id: DeviceId,
    /// What is written about it.
    pub about: DeviceEdit,
    /// The operator may change that.
    pub may_edit: bool,
}

/// The prototype that is open.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub enum OpenPrototype {
    /// It is on its way.
    #[default]
    Awaited,
    /// There is none with this id, or nobody may see it.
    Missing,
    /// It is here.
    Here(Box<PrototypeInfo>),
}

/// What became of a request.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub enum Outcome {
    /// A prototype was made.
    Created(ProductId),
    /// A prototype was made from a file, without these channels.
    Imported(ProductId, Vec<SkippedChannel>),
    /// The edit is done; this is the new state.
    Saved(Box<PrototypeInfo>),
    /// Somebody else has edited it since: this is what it says now.
    Outdated(Box<PrototypeInfo>),
    /// The edit would hide this history without saying so.
    Hides(Vec<HiddenHistory>),
    /// The prototype is gone.
    Removed(ProductId),
    /// It has devices.
    InUse,
    /// A file: its name, and what is in it.
    File {
        /// Such as `board.json`.
        name: String,
        /// JSON.
        text: String,
    },
    /// The devices are made.
    Made(Vec<MadeDevice>),
    /// What is written about a device is changed.
    DeviceEdited(DeviceId),
    /// The device is gone.
    DeviceRemoved(DeviceId),
    /// The device has another key.
    Rekeyed(Credentials),
    /// So much came from a file.
    Restored {
        /// Prototypes.
        prototypes: u32,
        /// Devices.
        devices: u32,
        /// Connections.
        profiles: u32,
    },
    /// The code has run.
    Tried(Box<Run>),
    /// It could not be done.
    Failed(Trouble),
}

/// Why something could not be done.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum Trouble {
    /// The server does not answer.
    Unreachable,
    /// The account may not do it.
    NotAllowed,
    /// There is no such prototype any more.
    Gone,
    /// There is a device with one of the ids already.
    IdExists,
    /// There are as many prototypes as there may be.
    TooMany,
    /// The draft or its device cannot be taken; the server's or the model's reason.
    Refused(String),
    /// The file is no export of a prototype; the reader's reason.
    File(String),
    /// The file is none that [`PrototypesRequest::Backup`] made.
    NoBackup,
    /// A later version of the console made the file.
    LaterVersion,
    /// The file is larger than this many bytes.
    TooLarge(u64),
    /// The answer cannot be read, or is none of ours; in words.
    Other(String),
}
