//! Keys that are trusted.

use core::fmt;
use core::str::FromStr;

use minisign_verify::{Error, PublicKey, Signature};

use super::ManifestError;

/// A public key of `minisign`.
#[derive(Clone, PartialEq, Eq)]
pub struct TrustedKey {
    key: PublicKey,
    /// Its base64 line.
    line: String,
}

/// From a `.pub` file, or from its second line alone.
impl FromStr for TrustedKey {
    type Err = ManifestError;

    fn from_str(text: &str) -> Result<Self, ManifestError> {
        let lines = text.lines().map(str::trim).filter(|it| !it.is_empty());
        let mut keys = lines.filter(|it| !it.starts_with("untrusted comment:"));
        let (Some(line), None) = (keys.next(), keys.next()) else {
            return Err(ManifestError::KeyForm);
        };
        // 42 bytes in base64.
        if line.len() != 56 {
            return Err(ManifestError::KeyForm);
        }
        let key = PublicKey::from_base64(line).map_err(|_| ManifestError::KeyForm)?;
        Ok(Self { key, line: line.to_owned() })
    }
}

/// The base64 line.
impl fmt::Display for TrustedKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.line)
    }
}

impl fmt::Debug for TrustedKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "TrustedKey({})", self.line)
    }
}

/// Whether one of `keys` made `signature` of these bytes.
pub(super) fn verify(
    bytes: &[u8],
    signature: &Signature,
    keys: &[TrustedKey],
) -> Result<(), ManifestError> {
    let mut outcome = if keys.is_empty() { ManifestError::NoKey } else { ManifestError::WrongKey };
    for trusted in keys {
        // Signatures of before 2021 are of the bytes themselves; both forms are sound.
        match trusted.key.verify(bytes, signature, true) {
            Ok(()) => return Ok(()),
            Err(Error::UnexpectedKeyId) => {}
            Err(_) => outcome = ManifestError::WrongSignature,
        }
    }
    Err(outcome)
}
