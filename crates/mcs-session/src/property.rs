//! What MQTT 5 packets say beside their contents.

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
