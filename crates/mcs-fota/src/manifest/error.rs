//! Which check a manifest or its file did not pass.

use core::fmt;

use mcs_digest::{Md5Hex, Sha256Hex};

use crate::Version;

/// Why a firmware is not what somebody vouches for.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum ManifestError {
    /// Manifest or signature is longer than [`MAX_LENGTH`](super::MAX_LENGTH).
    TooLong,
    /// A key is none.
    KeyForm,
    /// No key is trusted.
    NoKey,
    /// The signature is no `.minisig` file.
    SignatureForm,
    /// The signature was made with a key that is not trusted.
    WrongKey,
    /// The signature is not one of these bytes: one of both was changed.
    WrongSignature,
    /// The manifest is signed, but none; the rule that it breaks.
    Form(String),
    /// A newer manifest was taken before.
    Replayed {
        /// What this one says.
        seq: u64,
        /// What the newest one said.
        newest: u64,
    },
    /// It is for this model, and for no other.
    Model(String),
    /// It is about this version, and about no other.
    Version(Version),
    /// It may be installed only from this version on, which is newer than its own.
    MinVersion(Version),
    /// The file has another length.
    Size {
        /// What the manifest says.
        expected: u64,
        /// What the file has.
        got: u64,
    },
    /// The file has another SHA-256.
    Sha256 {
        /// What the manifest says.
        expected: Sha256Hex,
        /// What the file has.
        got: Sha256Hex,
    },
    /// The file has another MD5.
    Md5 {
        /// What the manifest says.
        expected: Md5Hex,
        /// What the file has.
        got: Md5Hex,
    },
}

impl fmt::Display for ManifestError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::TooLong => f.write_str("the manifest or its signature is too long"),
            Self::KeyForm => f.write_str("that is no public key of minisign"),
            Self::NoKey => f.write_str("no key is trusted"),
            Self::SignatureForm => f.write_str("that is no signature of minisign"),
            Self::WrongKey => f.write_str("it was signed with a key that is not trusted"),
            Self::WrongSignature => {
                f.write_str("the signature is not one of this manifest: one of both was changed")
            }
            Self::Form(error) => write!(f, "the manifest cannot be read: {error}"),
            Self::Replayed { seq, newest } => {
                write!(f, "the manifest's seq is {seq}, and {newest} was taken before")
            }
            Self::Model(model) => write!(f, "the manifest is for the model {model}"),
            Self::Version(version) => write!(f, "the manifest is about the version {version}"),
            Self::MinVersion(min) => {
                write!(f, "the manifest's min_version {min} is newer than its version")
            }
            Self::Size { expected, got } => {
                write!(f, "the file has {got} bytes, and the manifest says {expected}")
            }
            Self::Sha256 { expected, got } => {
                write!(f, "the file's SHA-256 is {got}, and the manifest says {expected}")
            }
            Self::Md5 { expected, got } => {
                write!(f, "the file's MD5 is {got}, and the manifest says {expected}")
            }
        }
    }
}

impl core::error::Error for ManifestError {}
