//! What somebody vouches for with a key: the manifest of a firmware.
//!
//! A manifest is a JSON file, and beside it stands a signature that `minisign` made of exactly its
//! bytes. MD5 and SHA-256 tell whether the file is the one that is meant; only the signature tells
//! who meant it. No private key is ever here.

mod error;
mod key;
mod text;

use core::cmp::Ordering;

use mcs_digest::{Checksums, Md5Hex, Sha256Hex};
use mcs_model::Timestamp;
use minisign_verify::Signature;
use serde::{Deserialize, Serialize};

pub use error::ManifestError;
pub use key::{KeyId, TrustedKey};

use crate::Version;

#[cfg(test)]
mod tests;

/// Most bytes of a manifest, and of a signature.
pub const MAX_LENGTH: usize = 4096;

/// What a key vouches for.
///
/// [`Manifest::canonical`] writes it in one way; reading takes any JSON object with these members,
/// each once, and no others.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Manifest {
    /// The firmware's name.
    pub name: String,
    /// The model that it is for.
    pub model: String,
    /// What a device reports once it runs it.
    pub version: Version,
    /// Higher with each release of the model: who has seen one takes none below it.
    pub seq: u64,
    /// The oldest version from which it may be installed.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub min_version: Option<Version>,
    /// Bytes of the file.
    pub size: u64,
    /// Of the file.
    #[serde(with = "text")]
    pub md5: Md5Hex,
    /// Of the file.
    #[serde(with = "text")]
    pub sha256: Sha256Hex,
    /// When it was made.
    pub created: Timestamp,
}

/// A manifest that a trusted key vouches for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Vouched {
    /// What it says.
    pub manifest: Manifest,
    /// Whose signature it bears.
    pub by: TrustedKey,
}

impl Manifest {
    /// Reads a manifest that one of `keys` vouches for with `signature`, which is a whole
    /// `.minisig` file.
    pub fn verify(
        bytes: &[u8],
        signature: &str,
        keys: &[TrustedKey],
    ) -> Result<Vouched, ManifestError> {
        if bytes.len() > MAX_LENGTH || signature.len() > MAX_LENGTH {
            return Err(ManifestError::TooLong);
        }
        let signature = signature_of(signature)?;
        let by = key::verify(bytes, &signature, keys)?;
        Ok(Vouched { manifest: Self::read(bytes)?, by })
    }

    /// Reads a manifest without asking who vouches for it.
    pub fn read(bytes: &[u8]) -> Result<Self, ManifestError> {
        if bytes.len() > MAX_LENGTH {
            return Err(ManifestError::TooLong);
        }
        let manifest: Self = serde_json::from_slice(bytes)
            .map_err(|error| ManifestError::Form(error.to_string()))?;
        let named = |it: &str| (1..=200).contains(&it.trim().chars().count());
        if !named(&manifest.name) {
            return Err(ManifestError::Form("name has 1 to 200 characters".to_owned()));
        }
        if !named(&manifest.model) {
            return Err(ManifestError::Form("model has 1 to 200 characters".to_owned()));
        }
        if manifest.size == 0 {
            return Err(ManifestError::Form("size is at least 1".to_owned()));
        }
        Ok(manifest)
    }

    /// The bytes to sign: its members in their order, nothing between them, no line end.
    pub fn canonical(&self) -> String {
        // Texts and numbers: JSON can write them.
        serde_json::to_string(self).unwrap_or_default()
    }

    /// Whether it is newer than the newest one that was taken for its model.
    pub fn check_seq(&self, newest: Option<u64>) -> Result<(), ManifestError> {
        match newest {
            Some(newest) if self.seq <= newest => {
                Err(ManifestError::Replayed { seq: self.seq, newest })
            }
            _ => Ok(()),
        }
    }

    /// Whether it is for devices of a model that goes by one of these names.
    pub fn check_model(&self, names: &[&str]) -> Result<(), ManifestError> {
        let is_for = names.contains(&self.model.as_str());
        if is_for { Ok(()) } else { Err(ManifestError::Model(self.model.clone())) }
    }

    /// Whether it is about this version, and can be installed from an older one at all.
    pub fn check_version(&self, version: &Version) -> Result<(), ManifestError> {
        if self.version != *version {
            return Err(ManifestError::Version(self.version.clone()));
        }
        match &self.min_version {
            Some(min) if min.order(version.as_str()) == Some(Ordering::Greater) => {
                Err(ManifestError::MinVersion(min.clone()))
            }
            _ => Ok(()),
        }
    }

    /// Whether it is about the file with these checksums.
    pub fn check_file(&self, file: &Checksums) -> Result<(), ManifestError> {
        if self.size != file.size {
            Err(ManifestError::Size { expected: self.size, got: file.size })
        } else if self.sha256 != file.sha256 {
            Err(ManifestError::Sha256 { expected: self.sha256, got: file.sha256 })
        } else if self.md5 != file.md5 {
            Err(ManifestError::Md5 { expected: self.md5, got: file.md5 })
        } else {
            Ok(())
        }
    }
}

/// Reads a `.minisig` file; four lines, whatever ends them.
fn signature_of(text: &str) -> Result<Signature, ManifestError> {
    let lines: Vec<_> = text.lines().map(str::trim_end).filter(|it| !it.is_empty()).collect();
    let [untrusted, _, trusted, _] = lines[..] else { return Err(ManifestError::SignatureForm) };
    if !untrusted.starts_with("untrusted comment: ") || !trusted.starts_with("trusted comment: ") {
        return Err(ManifestError::SignatureForm);
    }
    Signature::decode(&lines.join("\n")).map_err(|_| ManifestError::SignatureForm)
}
