//! Versions of firmware.

use core::cmp::Ordering;
use core::fmt;
use core::str::FromStr;

use serde::{Deserialize, Deserializer, Serialize};

#[cfg(test)]
mod tests;

/// A version as its author spells it; devices are told it and report it back letter by letter.
///
/// It stands in a CSV field of the notice, so it has no comma, no control character and no outer
/// space, and is not empty.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
pub struct Version(String);

/// The rule that a version breaks.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum VersionError {
    /// It is empty.
    Empty,
    /// It has more than 64 characters.
    TooLong,
    /// It holds this character.
    Character(char),
    /// It begins or ends with a space.
    OuterSpace,
}

impl Version {
    /// The text as it stands on the wire.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// How it compares with another one, as far as numbers tell: part by part, `1.10` behind `1.9`,
    /// `2` the same as `v2.0`. `None` when words differ: nobody knows their order.
    pub fn order(&self, other: &str) -> Option<Ordering> {
        let (mut ours, mut theirs) = (parts(&self.0), parts(other));
        loop {
            let (our, their) = match (ours.next(), theirs.next()) {
                (None, None) => return Some(Ordering::Equal),
                (our, their) => (our.unwrap_or("0"), their.unwrap_or("0")),
            };
            match (our.parse::<u64>(), their.parse::<u64>()) {
                (Ok(our), Ok(their)) if our == their => {}
                (Ok(our), Ok(their)) => return Some(our.cmp(&their)),
                _ if our == their => {}
                _ => return None,
            }
        }
    }
}

impl FromStr for Version {
    type Err = VersionError;

    fn from_str(text: &str) -> Result<Self, VersionError> {
        if text.is_empty() {
            Err(VersionError::Empty)
        } else if text.chars().count() > 64 {
            Err(VersionError::TooLong)
        } else if let Some(bad) = text.chars().find(|it| *it == ',' || it.is_control()) {
            Err(VersionError::Character(bad))
        } else if text.trim() != text {
            Err(VersionError::OuterSpace)
        } else {
            Ok(Self(text.to_owned()))
        }
    }
}

impl<'de> Deserialize<'de> for Version {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        String::deserialize(deserializer)?.parse().map_err(serde::de::Error::custom)
    }
}

impl fmt::Display for Version {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl fmt::Debug for Version {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Version({})", self.0)
    }
}

impl fmt::Display for VersionError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Empty => f.write_str("a version may not be empty"),
            Self::TooLong => f.write_str("a version has at most 64 characters"),
            Self::Character(bad) => write!(f, "a version may not hold {bad:?}"),
            Self::OuterSpace => f.write_str("a version may not begin or end with a space"),
        }
    }
}

impl core::error::Error for VersionError {}

fn parts(version: &str) -> impl Iterator<Item = &str> {
    let version = version.trim();
    let number = version.strip_prefix(['v', 'V']).unwrap_or(version);
    number.split(['.', '-', '_', '+'])
}
