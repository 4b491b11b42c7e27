//! The firmware notice (CONTRACT §2.6, §5.2).

use core::fmt;
use core::str::FromStr;

use mcs_digest::Md5Hex;
use mcs_model::{DeviceId, DeviceKey, Timestamp};

use crate::{Version, VersionError};

#[cfg(test)]
mod tests;

/// Tells a device to fetch a firmware: `timestamp,FOTA,version,MD5,URL`.
///
/// No field is ever empty: the official C library splits so that an empty field would shift the
/// URL. An unknown MD5 is the word `null`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Notice {
    timestamp: Timestamp,
    version: Version,
    md5: Option<Md5Hex>,
    url: String,
}

/// Why a text is no firmware notice, or a notice cannot be written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum NoticeError {
    /// It has not the form `timestamp,FOTA,version,MD5,URL`.
    Form,
    /// The timestamp is no number.
    Timestamp,
    /// The version is none.
    Version(VersionError),
    /// The MD5 is neither 32 hexadecimal digits nor `null`.
    Md5,
    /// The URL is no `http://` or `https://` address, or holds what splits a notice.
    Url,
}

impl Notice {
    /// A notice of a push at `timestamp`. The URL may not hold commas, spaces or control
    /// characters: percent-encode them.
    pub fn new(
        timestamp: Timestamp,
        version: Version,
        md5: Option<Md5Hex>,
        url: impl Into<String>,
    ) -> Result<Self, NoticeError> {
        let url = url.into();
        if is_url(&url) && !url.contains(',') {
            Ok(Self { timestamp, version, md5, url })
        } else {
            Err(NoticeError::Url)
        }
    }

    /// When it was pushed; 0 if the notice does not say.
    pub const fn timestamp(&self) -> Timestamp {
        self.timestamp
    }

    /// The version that the device shall report once it runs it.
    pub const fn version(&self) -> &Version {
        &self.version
    }

    /// The MD5 of the file, if it is known.
    pub const fn md5(&self) -> Option<Md5Hex> {
        self.md5
    }

    /// Where the file is.
    pub fn url(&self) -> &str {
        &self.url
    }

    /// For MQTT, published to `mcs/:id/:key/FOTA`.
    pub fn to_mqtt(&self) -> String {
        let Self { timestamp, version, url, .. } = self;
        match self.md5 {
            Some(md5) => format!("{timestamp},FOTA,{version},{md5},{url}"),
            None => format!("{timestamp},FOTA,{version},null,{url}"),
        }
    }

    /// For the Command Server: behind the device's prefix, unterminated.
    pub fn to_command(&self, device: &DeviceId, key: &DeviceKey) -> String {
        format!("{device},{key},{}", self.to_mqtt())
    }
}

/// From the MQTT form, which is also what stands behind the prefix on the Command Server.
///
/// Spaces around fields and NULs and line ends behind the notice do not count; an empty MD5 is
/// taken for `null`, and the URL may hold commas.
impl FromStr for Notice {
    type Err = NoticeError;

    fn from_str(text: &str) -> Result<Self, NoticeError> {
        let text = text.trim_end_matches(['\0', '\r', '\n']);
        let mut fields = text.splitn(5, ',').map(str::trim);
        let mut field = || fields.next().ok_or(NoticeError::Form);
        let (time, word, version, md5, url) = (field()?, field()?, field()?, field()?, field()?);
        if word != "FOTA" {
            return Err(NoticeError::Form);
        }
        let timestamp = match time {
            "" => Timestamp::default(),
            digits => digits.parse().map_err(|_| NoticeError::Timestamp)?,
        };
        let version = version.parse().map_err(NoticeError::Version)?;
        let md5 = match md5 {
            "" => None,
            null if null.eq_ignore_ascii_case("null") => None,
            digits => Some(digits.parse().map_err(|_| NoticeError::Md5)?),
        };
        if !is_url(url) {
            return Err(NoticeError::Url);
        }
        Ok(Self { timestamp, version, md5, url: url.to_owned() })
    }
}

impl fmt::Display for NoticeError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Form => f.write_str("it has not the form timestamp,FOTA,version,MD5,URL"),
            Self::Timestamp => f.write_str("the timestamp is no number"),
            Self::Version(error) => error.fmt(f),
            Self::Md5 => f.write_str("the MD5 is neither 32 hexadecimal digits nor null"),
            Self::Url => f.write_str("the URL is no http or https address without spaces"),
        }
    }
}

impl core::error::Error for NoticeError {}

fn is_url(url: &str) -> bool {
    let host = url.strip_prefix("http://").or_else(|| url.strip_prefix("https://"));
    let plain = !url.contains(|it: char| it.is_whitespace() || it.is_control());
    plain && host.is_some_and(|it| !it.is_empty() && !it.starts_with('/'))
}
