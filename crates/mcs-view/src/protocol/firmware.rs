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
    /// An upload that a former page has left.
    pub left: Option<LeftUpload>,
    /// Whose signatures count.
    pub trust: Trust,
}

/// An upload that goes on once the same file is chosen again.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct LeftUpload {
    /// What the file was called.
    pub file: String,
    /// Bytes that the server has.
    pub done: u64,
    /// Bytes of the file.
    pub total: u64,
}

/// What the server asks of a firmware.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub enum Trust {
    /// Nothing: it trusts no key.
    #[default]
    Any,
    /// An unsigned one needs an override.
    Signed,
    /// An unsigned one is refused.
    SignedOnly,
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
    /// Behind the address is a web page.
    Page,
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
    /// The manifest at hand.
    pub manifest: Option<Vouched>,
    /// What was checked, in this order always.
    pub checks: Vec<Check>,
    /// How quickly hashing or uploading goes.
    pub pace: Option<Pace>,
    /// The server is away: the upload goes on by itself.
    pub held: bool,
}

/// What a manifest says, whoever vouches for it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Vouched {
    /// The firmware's name.
    pub name: String,
    /// Its version.
    pub version: String,
    /// Its MD5.
    pub md5: String,
}

/// How quickly something goes.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Pace {
    /// Bytes in a second.
    pub rate: u64,
    /// Seconds until all is done.
    pub left: u64,
}

/// One check of a firmware.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Check {
    /// What is checked.
    pub what: Checked,
    /// What came of it.
    pub verdict: Verdict,
}

/// What is checked of a firmware.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum Checked {
    /// That all of what is behind an address came.
    Fetched,
    /// That it is no web page.
    NoPage,
    /// Its size.
    Size,
    /// Its MD5 against the expected one.
    Md5,
    /// Its SHA-256 against the manifest.
    Sha256,
    /// The manifest's signature.
    Signature,
    /// The manifest's model against the prototype.
    Model,
    /// That there is no such version yet.
    Version,
    /// That the manifest is newer than those before.
    Seq,
    /// The oldest version from which it may be installed.
    MinVersion,
    /// That the file is still what was verified.
    Unchanged,
    /// The sums of what the server has.
    Received,
    /// What devices will download.
    FetchedBack,
}

/// What came of a check.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum Verdict {
    /// It was not its turn.
    Waiting,
    /// As it should be.
    Passed,
    /// There is nothing to check it against.
    NotPossible(Lack),
    /// Not as it should be.
    Failed(Fault),
}

/// What a check needs and has not.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum Lack {
    /// No MD5 is expected.
    Expectation,
    /// There is no manifest.
    Manifest,
    /// The manifest has no signature.
    Signature,
    /// The server trusts no key.
    Key,
}

/// Why a check failed.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum Fault {
    /// It is a web page.
    Page,
    /// It has no bytes.
    Empty,
    /// It has more bytes than these, which are all that the server takes.
    TooLarge(u64),
    /// A size or sum differs.
    Differs(Deviation),
    /// The manifest cannot be read; the reader's reason.
    Manifest(String),
    /// Its signature is none.
    SignatureForm,
    /// Manifest or signature was changed.
    Signature,
    /// A key that is not trusted signed it.
    Key,
    /// It is for this model.
    Model(String),
    /// There is a firmware of this version.
    Version(String),
    /// Its `seq` is not above the newest one.
    Seq {
        /// What it says.
        seq: u64,
        /// What the newest one says.
        newest: u64,
    },
    /// It asks for this version, which is newer than its own.
    MinVersion(String),
    /// The file was changed since it was verified.
    Changed,
    /// It could not be fetched back; the browser's reason.
    NotFetched(String),
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
    /// It has more bytes than these, which are all that the server takes.
    TooLarge(u64),
    /// It has not as many bytes as when it was chosen.
    Changed {
        /// Bytes read.
        read: u64,
        /// Bytes when it was chosen.
        wanted: u64,
    },
    /// It is a web page.
    Page,
    /// It was changed after it was verified.
    ChangedSince,
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
