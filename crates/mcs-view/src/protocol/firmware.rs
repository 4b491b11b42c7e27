//! The firmware page.

use mcs_model::api::FirmwareInfo;
use mcs_model::{DeviceId, FirmwareId, ProductId};
use serde::{Deserialize, Serialize};

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
    /// Whether the operator may upload firmware for the prototype.
    pub may_upload: bool,
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
    /// It is not, or could not be fetched.
    Failed(VerifyFailure),
}

/// Why a firmware is not verified.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum VerifyFailure {
    /// Devices would download something else.
    Differs(Deviation),
    /// It could not be fetched back; the browser's reason.
    NotFetched(String),
}

/// What of a file is another than it should be.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum Deviation {
    /// In bytes.
    Size {
        /// What it is.
        found: u64,
        /// What it should be.
        wanted: u64,
    },
    /// In lower-case hex digits.
    Md5 {
        /// What it is.
        found: String,
        /// What it should be.
        wanted: String,
    },
    /// In lower-case hex digits.
    Sha256 {
        /// What it is.
        found: String,
        /// What it should be.
        wanted: String,
    },
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
    /// It went wrong.
    Failed(FileFailure),
}

/// What went wrong with the file at hand.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum FileFailure {
    /// It has no bytes.
    Empty,
    /// It has not as many bytes as when it was chosen.
    Changed {
        /// Bytes read.
        read: u64,
        /// Bytes when it was chosen.
        wanted: u64,
    },
    /// The browser cannot read it; its reason.
    Unreadable(String),
    /// The server has received something else.
    Received(Deviation),
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
