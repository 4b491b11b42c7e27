//! Identifiers: parsed once, valid ever after (CONTRACT §0.3).

use core::fmt;
use core::str::FromStr;

use serde::{Deserialize, Deserializer, Serialize};

mod text;

#[cfg(test)]
mod tests;

use text::Text;

/// Why a text is not an identifier.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct IdError {
    /// What it should have been, such as `device id`.
    pub what: &'static str,
    /// The rule that it breaks.
    pub rule: IdRule,
}

/// What an identifier has to keep to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum IdRule {
    /// It is not empty.
    Something,
    /// It has 64 characters at most.
    Length,
    /// It holds letters, digits, `-` and `_` only.
    Word,
    /// It holds nothing that parts fields or topic levels.
    Separators,
    /// It holds no control character.
    Controls,
    /// It neither begins nor ends with a space.
    OuterSpace,
    /// It is not `FOTA`.
    Taken,
}

impl IdRule {
    /// What breaks it, in English.
    pub const fn words(self) -> &'static str {
        match self {
            Self::Something => "it is empty",
            Self::Length => "it is longer than 64 characters",
            Self::Word => "it may hold letters, digits, - and _ only",
            Self::Separators => "it may not hold , / + # or $",
            Self::Controls => "it holds a control character",
            Self::OuterSpace => "it begins or ends with a space",
            Self::Taken => "FOTA is the name of the firmware notice",
        }
    }
}

impl fmt::Display for IdError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "not a {}: {}", self.what, self.rule.words())
    }
}

impl core::error::Error for IdError {}

macro_rules! id {
    ($(#[$doc:meta])* $name:ident, $what:literal, $check:expr) => {
        $(#[$doc])*
        #[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
        #[cfg_attr(feature = "openapi", derive(utoipa::ToSchema), schema(value_type = String))]
        pub struct $name(Text);

        impl $name {
            /// The text as it stands on the wire.
            pub fn as_str(&self) -> &str {
                self.0.as_str()
            }
        }

        impl FromStr for $name {
            type Err = IdError;

            fn from_str(text: &str) -> Result<Self, IdError> {
                match $check(text) {
                    Ok(()) => Ok(Self(Text::from(text))),
                    Err(rule) => Err(IdError { what: $what, rule }),
                }
            }
        }

        impl<'de> Deserialize<'de> for $name {
            fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
                String::deserialize(deserializer)?.parse().map_err(serde::de::Error::custom)
            }
        }

        impl AsRef<str> for $name {
            fn as_ref(&self) -> &str {
                self.as_str()
            }
        }

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str(self.as_str())
            }
        }
    };
}

id! {
    /// A device's public name on the wire: 8 characters on MCS, up to 64 here.
    DeviceId, "device id", word
}
id! {
    /// A device's credential: 16 characters on MCS, up to 64 here. `Debug` hides it.
    DeviceKey, "device key", word
}
id! {
    /// A prototype: `P` and 11 characters on MCS.
    ProductId, "prototype id", word
}
id! {
    /// A firmware: `F` and 11 characters on MCS.
    FirmwareId, "firmware id", word
}
id! {
    /// A data channel of a prototype; chosen by its author.
    ///
    /// It stands in CSV fields and in topic levels, so it has no comma, slash, wildcard, control
    /// character or outer space; `FOTA` is taken by the firmware notice (CONTRACT §5.4).
    ChannelId, "channel id", channel
}

impl fmt::Debug for DeviceKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("DeviceKey(…)")
    }
}

macro_rules! open_debug {
    ($($name:ident)*) => {$(
        impl fmt::Debug for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                write!(f, concat!(stringify!($name), "({})"), self.as_str())
            }
        }
    )*};
}
open_debug!(DeviceId ProductId FirmwareId ChannelId);

/// The most characters of any identifier.
const MAX_LEN: usize = 64;

fn word(text: &str) -> Result<(), IdRule> {
    if text.is_empty() {
        Err(IdRule::Something)
    } else if text.len() > MAX_LEN {
        Err(IdRule::Length)
    } else if !text.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'-' || b == b'_') {
        Err(IdRule::Word)
    } else {
        Ok(())
    }
}

fn channel(text: &str) -> Result<(), IdRule> {
    if text.is_empty() {
        Err(IdRule::Something)
    } else if text.chars().count() > MAX_LEN {
        Err(IdRule::Length)
    } else if text.contains([',', '/', '+', '#', '$']) {
        Err(IdRule::Separators)
    } else if text.chars().any(char::is_control) {
        Err(IdRule::Controls)
    } else if text.trim() != text {
        Err(IdRule::OuterSpace)
    } else if text.eq_ignore_ascii_case("FOTA") {
        Err(IdRule::Taken)
    } else {
        Ok(())
    }
}
