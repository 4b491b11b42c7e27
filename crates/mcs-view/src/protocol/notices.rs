//! Notices: what the operator has to be told wherever they are.

use mcs_model::{ChannelId, DeviceId};
use serde::{Deserialize, Serialize};

use super::Checked;

/// Something that the operator has to be told.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Notice {
    /// For [`Request::Dismiss`](super::Request::Dismiss).
    pub id: u64,
    /// How bad it is.
    pub level: Level,
    /// Checked happened; the page words it.
    pub news: News,
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

/// Checked happened. Names and reasons of others are theirs: they are shown as they are.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum News {
    /// The server was asked for something and did not give it.
    NotFetched(Sought, Failure),
    /// The firmware was not pushed to any device.
    PushFailed(Failure),
    /// An answer of the server cannot be read; the reader's reason.
    Misunderstood(String),
    /// An administrator has changed the operator's role.
    RoleChanged,
    /// Devices are gone, or may not be seen any more.
    Lost(Named),
    /// Devices may only be looked at from now on.
    LookOnly(Named),
    /// Devices may be controlled from now on.
    Controllable(Named),
    /// The broker refuses a device's topics, or says nothing of them.
    NoLiveValues {
        /// The device's name.
        device: String,
        /// The broker's reason, a code of MQTT 5 §2.4; absent when it did not answer in time.
        code: Option<u8>,
    },
    /// A device reports on a channel that its prototype does not have.
    UnknownChannel {
        /// The device's name.
        device: String,
        /// The channel.
        channel: ChannelId,
    },
    /// A device sends what is no data point; the reader's reason.
    Unreadable {
        /// The device's name.
        device: String,
        /// Why.
        why: String,
    },
    /// A command was not sent: the channel is gone.
    NotSent(DeviceId, ChannelId),
    /// The server gives no history of a channel; its reason.
    NoHistory(ChannelId, String),
    /// So many devices came from a file.
    Imported(u32),
    /// The file holds neither devices nor a prototype; the reader's reason.
    NotImported(String),
    /// Devices are made on the server.
    RegisteredThere,
    /// A prototype's channels were given to devices that had none.
    ChannelsGiven {
        /// The prototype's name.
        prototype: String,
        /// To how many.
        devices: u32,
    },
    /// No device is without channels, so that a prototype's could be given to none.
    NoneWithoutChannels(String),
    /// Firmware was asked for without a server.
    FirmwareNeedsServer,
    /// The operator may not change this firmware.
    FirmwareLookOnly,
    /// A file was not uploaded.
    NotUploaded(NotUploaded),
    /// What is said of a firmware was not changed.
    NotDescribed(Failure),
    /// This firmware is gone.
    Removed(String),
    /// A firmware was not removed.
    NotRemoved {
        /// Its name and version.
        firmware: String,
        /// Why not.
        why: NotRemoved,
    },
    /// The server has forgotten the unfinished upload of a file.
    UploadExpired(String),
    /// The file that was chosen is another one than that whose upload was left.
    UploadOfOther(String),
    /// A firmware was not pushed.
    NotPushed {
        /// Its name and version.
        firmware: String,
        /// Why not.
        why: NotPushed,
    },
    /// A firmware was not pushed to the device of this name; its line says why.
    DeviceNotPushed(String),
    /// The notice of a firmware goes to so many devices.
    Pushed(u32),
}

/// Why a firmware was not removed.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum NotRemoved {
    /// A rollout of it goes on.
    RolledOut,
    /// Another firmware is only for devices that run it.
    Needed,
    /// The server does not answer, or has another reason.
    Failed(Failure),
}

/// Checked was asked for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum Sought {
    /// The devices.
    Devices,
    /// The firmwares of a prototype.
    Firmwares,
    /// A device's key.
    Key,
}

/// Why a request failed.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum Failure {
    /// The server does not answer.
    Unreachable,
    /// The server's reason.
    Refused(String),
}

/// One device or several, by their names.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum Named {
    /// This one.
    One(String),
    /// From the first to the last.
    Several {
        /// How many.
        count: u32,
        /// The first name.
        first: String,
        /// The last name.
        last: String,
    },
}

/// The MD5 of a file against the one that the operator expects.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum Md5Objection {
    /// It is another.
    Differs {
        /// 32 lower-case hex digits.
        found: String,
        /// 32 lower-case hex digits.
        expected: String,
    },
    /// Checked was typed is no MD5.
    Invalid,
}

/// Why a file was not uploaded.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum NotUploaded {
    /// None is chosen and hashed.
    NoFile,
    /// Its MD5 is not the expected one.
    Md5(Md5Objection),
    /// This check failed.
    Check(Checked),
    /// The server takes signed firmware only.
    Unsigned,
    /// It has no version, or one that does not fit into a notice (CONTRACT §5.2).
    Version,
    /// The server's reason.
    Refused(String),
    /// The server's answer cannot be read; the reader's reason.
    Unclear(String),
}

/// Why a firmware was not pushed.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum NotPushed {
    /// No device is chosen.
    NoDevice,
    /// Its MD5 is not the expected one.
    Md5(Md5Objection),
    /// It was not verified yet.
    NotVerified,
    /// No trusted key vouches for it.
    Unsigned,
    /// Devices would download something else.
    Differs,
    /// It could not be fetched back; the reason.
    NotFetched(String),
}
