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
    id: KeyId,
}

/// Which key: 16 upper-case hex digits, as `minisign` writes them into the comment of a `.pub` file.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct KeyId(String);

impl TrustedKey {
    /// Which key it is.
    pub const fn id(&self) -> &KeyId {
        &self.id
    }
}

impl KeyId {
    /// The digits.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for KeyId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl fmt::Debug for KeyId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "KeyId({})", self.0)
    }
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
        let id = id(line).ok_or(ManifestError::KeyForm)?;
        Ok(Self { key, line: line.to_owned(), id })
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

/// Which one of `keys` made `signature` of these bytes.
pub(super) fn verify(
    bytes: &[u8],
    signature: &Signature,
    keys: &[TrustedKey],
) -> Result<TrustedKey, ManifestError> {
    let mut outcome = if keys.is_empty() { ManifestError::NoKey } else { ManifestError::WrongKey };
    for trusted in keys {
        // Signatures of before 2021 are of the bytes themselves; both forms are sound.
        match trusted.key.verify(bytes, signature, true) {
            Ok(()) => return Ok(trusted.clone()),
            Err(Error::UnexpectedKeyId) => {}
            Err(_) => outcome = ManifestError::WrongSignature,
        }
    }
    Err(outcome)
}

/// The id in a base64 line: eight bytes behind the two that name the algorithm, the last one first.
fn id(line: &str) -> Option<KeyId> {
    let mut bits = 0_u128;
    // 14 digits are 84 bits: ten bytes, and four bits of the next one.
    for digit in line.bytes().take(14) {
        let value = match digit {
            b'A'..=b'Z' => digit - b'A',
            b'a'..=b'z' => digit - b'a' + 26,
            b'0'..=b'9' => digit - b'0' + 52,
            b'+' => 62,
            b'/' => 63,
            _ => return None,
        };
        bits = bits << 6 | u128::from(value);
    }
    let [.., a, b, c, d, e, f, g, h] = (bits >> 4).to_be_bytes();
    Some(KeyId(format!("{:016X}", u64::from_le_bytes([a, b, c, d, e, f, g, h]))))
}
