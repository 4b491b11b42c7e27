//! What MQTT 5 packets say beside their contents.

use std::ops::Deref;

/// A property of a packet [MQTT 5 §2.2.2].
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Property {
    /// Its identifier in the standard: 0x26 is a user property.
    pub id: u8,
    /// The name of a user property, else empty.
    pub key: String,
    /// Its value: numbers in decimal, binary data in hex.
    pub value: String,
}

/// The properties of a message; nothing is allocated when there are none.
#[derive(Clone, Debug, Default, Eq, PartialEq)]
pub struct Properties(
    #[expect(clippy::box_collection, reason = "a thin pointer keeps events small")]
    Option<Box<Vec<Property>>>,
);

impl Deref for Properties {
    type Target = [Property];

    fn deref(&self) -> &[Property] {
        self.0.as_deref().map_or(&[], Vec::as_slice)
    }
}

impl From<Vec<Property>> for Properties {
    fn from(all: Vec<Property>) -> Self {
        Self((!all.is_empty()).then(|| Box::new(all)))
    }
}
