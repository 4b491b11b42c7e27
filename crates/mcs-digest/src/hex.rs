//! Hashes as people and programs write them.

use alloc::string::String;
use core::fmt;
use core::str::FromStr;

#[cfg(test)]
mod tests;

/// Why a text is not the hash that it should be.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum HashError {
    /// There is nothing.
    Empty,
    /// It holds something that is no hexadecimal digit.
    Digit(char),
    /// It has the wrong number of digits.
    Length {
        /// How many it should have.
        expected: usize,
        /// How many it has.
        got: usize,
    },
}

impl fmt::Display for HashError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Empty => f.write_str("there is no hash"),
            Self::Digit(other) => write!(f, "{other:?} is no hexadecimal digit"),
            Self::Length { expected, got } => {
                write!(f, "it has {got} hexadecimal digits instead of {expected}")?;
                let name = match got {
                    32 => "an MD5",
                    40 => "a SHA-1",
                    64 => "a SHA-256",
                    128 => "a SHA-512",
                    _ => return Ok(()),
                };
                write!(f, ": that is {name}")
            }
        }
    }
}

impl core::error::Error for HashError {}

macro_rules! hash {
    ($(#[$doc:meta])* $name:ident, $bytes:literal, $label:literal) => {
        $(#[$doc])*
        #[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
        pub struct $name([u8; $bytes]);

        impl $name {
            /// From the hash's bytes.
            pub const fn from_bytes(bytes: [u8; $bytes]) -> Self {
                Self(bytes)
            }

            /// The hash's bytes.
            pub const fn as_bytes(&self) -> &[u8; $bytes] {
                &self.0
            }
        }

        /// From what an operator typed or pasted: either case, spaces, colons and dashes between
        /// the digits, a line of `md5sum` or of its relatives with the file's name.
        impl FromStr for $name {
            type Err = HashError;

            fn from_str(text: &str) -> Result<Self, HashError> {
                read(text, $label).map(Self)
            }
        }

        /// Lower-case hexadecimal digits.
        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                self.0.iter().try_for_each(|byte| write!(f, "{byte:02x}"))
            }
        }

        impl fmt::Debug for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                write!(f, concat!(stringify!($name), "({})"), self)
            }
        }
    };
}

hash! {
    /// An MD5: 32 digits.
    Md5Hex, 16, "md5"
}
hash! {
    /// A SHA-256: 64 digits.
    Sha256Hex, 32, "sha256"
}

fn read<const N: usize>(text: &str, label: &str) -> Result<[u8; N], HashError> {
    let text = bare(text.trim(), label);
    let digits: String = text.chars().filter(|it| !is_separator(*it)).collect();
    if digits.is_empty() {
        return Err(HashError::Empty);
    }
    // `md5sum` writes the hash, a space, a space or an asterisk, the file's name. A longer hash
    // pasted in groups must not pass for a short one before a name of hexadecimal digits.
    let other_hash = is_hex(&digits) && matches!(digits.len(), 40 | 64 | 96 | 128);
    let first = text.split_whitespace().next().unwrap_or_default();
    let listed = text.lines().count() == 1 && first.len() == 2 * N && is_hex(first);
    let digits = if listed && (!other_hash || digits.len() == 2 * N) { first } else { &digits };
    decode(digits)
}

/// Without what stands before the hash: `md5:`, `MD5 (name) = `, and the backslash with which
/// `md5sum` marks a quoted name.
fn bare<'a>(text: &'a str, label: &str) -> &'a str {
    let text = text.strip_prefix('\\').unwrap_or(text);
    let Some((start, rest)) = text.split_at_checked(label.len()) else { return text };
    if !start.eq_ignore_ascii_case(label) {
        return text;
    }
    match rest.trim_start() {
        named if named.starts_with('(') => named.rsplit_once('=').map_or(text, |(_, hash)| hash),
        marked => marked.strip_prefix([':', '=']).unwrap_or(text),
    }
}

fn decode<const N: usize>(digits: &str) -> Result<[u8; N], HashError> {
    if let Some(other) = digits.chars().find(|it| !it.is_ascii_hexdigit()) {
        return Err(HashError::Digit(other));
    }
    if digits.len() != 2 * N {
        return Err(HashError::Length { expected: 2 * N, got: digits.len() });
    }
    let mut bytes = [0; N];
    for (byte, pair) in bytes.iter_mut().zip(digits.as_bytes().chunks_exact(2)) {
        *byte = pair.iter().fold(0, |byte, digit| byte << 4 | nibble(*digit));
    }
    Ok(bytes)
}

/// The value of a digit; of anything else, 0.
const fn nibble(digit: u8) -> u8 {
    match digit {
        b'0'..=b'9' => digit - b'0',
        b'a'..=b'f' => digit - b'a' + 10,
        b'A'..=b'F' => digit - b'A' + 10,
        _ => 0,
    }
}

fn is_hex(text: &str) -> bool {
    text.bytes().all(|it| it.is_ascii_hexdigit())
}

fn is_separator(character: char) -> bool {
    character.is_whitespace() || matches!(character, ':' | '-')
}
