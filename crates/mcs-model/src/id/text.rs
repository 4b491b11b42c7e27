//! Texts that are nearly always short.

use core::cmp::Ordering;
use core::hash::{Hash, Hasher};

use serde::{Serialize, Serializer};

/// A text. A short one lies where it is used: copying it allocates nothing, and comparing it reads no other memory, which
/// is what a thousand devices' worth of keys cost otherwise.
#[derive(Clone)]
pub(super) enum Text {
    /// Its length, and so many bytes of UTF-8.
    Short(u8, [u8; Self::SHORT]),
    Long(Box<str>),
}

impl Text {
    /// As much as a `String` takes.
    const SHORT: usize = 22;

    pub(super) fn as_str(&self) -> &str {
        match self {
            // It was a `str` when it came.
            Self::Short(..) => str::from_utf8(self.bytes()).unwrap_or_default(),
            Self::Long(text) => text,
        }
    }

    #[inline]
    fn bytes(&self) -> &[u8] {
        match self {
            Self::Short(len, bytes) => bytes.get(..usize::from(*len)).unwrap_or_default(),
            Self::Long(text) => text.as_bytes(),
        }
    }
}

impl From<&str> for Text {
    fn from(text: &str) -> Self {
        let mut bytes = [0; Self::SHORT];
        match (bytes.get_mut(..text.len()), u8::try_from(text.len())) {
            (Some(place), Ok(len)) => {
                place.copy_from_slice(text.as_bytes());
                Self::Short(len, bytes)
            }
            _ => Self::Long(text.into()),
        }
    }
}

impl PartialEq for Text {
    #[inline]
    fn eq(&self, other: &Self) -> bool {
        self.bytes() == other.bytes()
    }
}

impl Eq for Text {}

/// As `str` orders it: by its bytes.
impl Ord for Text {
    #[inline]
    fn cmp(&self, other: &Self) -> Ordering {
        self.bytes().cmp(other.bytes())
    }
}

impl PartialOrd for Text {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

impl Hash for Text {
    fn hash<H: Hasher>(&self, state: &mut H) {
        self.bytes().hash(state);
    }
}

impl Serialize for Text {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(self.as_str())
    }
}
