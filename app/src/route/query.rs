//! What stands behind `?` in the address: it selects a view of the page, and never acts.

use core::fmt;

use mcs_sorted::Map;

#[cfg(test)]
mod tests;

/// The parameters of an address, by name.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Query(Map<String, String>);

impl Query {
    /// The parameters of `hash`; of two with one name the last counts.
    pub(crate) fn parse(hash: &str) -> Self {
        let text = hash.split_once('?').map_or("", |(_, text)| text);
        let pairs = text.split('&').filter(|pair| !pair.is_empty());
        let pair = |pair: &str| {
            let (name, value) = pair.split_once('=').unwrap_or((pair, ""));
            (decode(name), decode(value))
        };
        Self(pairs.map(pair).collect())
    }

    /// The parameter with this name.
    pub(crate) fn value(&self, name: &str) -> Option<&str> {
        self.0.get(name).map(String::as_str)
    }

    /// The same with another value of one parameter, or without it.
    pub(crate) fn with(&self, name: &str, value: Option<&str>) -> Self {
        let mut query = self.clone();
        match value {
            Some(value) => query.0.insert(name.to_owned(), value.to_owned()),
            None => query.0.remove(name),
        };
        query
    }
}

/// As it stands behind the path: `?tab=chart`, or nothing.
impl fmt::Display for Query {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (index, (name, value)) in self.0.iter().enumerate() {
            let sign = if index == 0 { '?' } else { '&' };
            write!(f, "{sign}{}={}", encode(name), encode(value))?;
        }
        Ok(())
    }
}

fn encode(text: &str) -> String {
    let mut encoded = String::with_capacity(text.len());
    for byte in text.bytes() {
        if byte.is_ascii_alphanumeric() || b"-._~,:/".contains(&byte) {
            encoded.push(char::from(byte));
        } else {
            encoded.push_str(&format!("%{byte:02X}"));
        }
    }
    encoded
}

/// What is no code stands for itself: an address is typed by anybody.
fn decode(text: &str) -> String {
    let mut bytes = Vec::with_capacity(text.len());
    let mut rest = text.as_bytes();
    while let [first, behind @ ..] = rest {
        let code = behind.first_chunk::<2>().filter(|_| *first == b'%');
        match code.and_then(|[high, low]| Some(digit(*high)? * 16 + digit(*low)?)) {
            Some(byte) => {
                bytes.push(byte);
                rest = &behind[2..];
            }
            None => {
                bytes.push(*first);
                rest = behind;
            }
        }
    }
    String::from_utf8_lossy(&bytes).into_owned()
}

fn digit(byte: u8) -> Option<u8> {
    char::from(byte).to_digit(16).and_then(|it| u8::try_from(it).ok())
}
