//! Which version of MQTT to try next.

use crate::{Protocol, Version};

#[cfg(test)]
mod tests;

/// MQTT 5 first. A broker that does not know it should say so, but some just
/// drop the link: then 3.1.1 gets one try, and if that leads nowhere either,
/// the link was at fault and MQTT 5 is tried from then on.
#[derive(Debug)]
pub(crate) struct Negotiation {
    version: Version,
    /// Whether `version` is certain: configured, proven, or the only one left.
    settled: bool,
    /// Whether the one try of 3.1.1 on suspicion was used up.
    suspected: bool,
}

impl Negotiation {
    pub(crate) const fn new(protocol: Protocol) -> Self {
        match protocol {
            Protocol::Auto => Self { version: Version::V5, settled: false, suspected: false },
            Protocol::Only(version) => Self { version, settled: true, suspected: true },
        }
    }

    /// What to speak on the next link.
    pub(crate) const fn version(&self) -> Version {
        self.version
    }

    /// The broker accepted the connection.
    pub(crate) const fn accepted(&mut self) {
        self.settled = true;
    }

    /// The broker does not speak this version. Returns whether there is
    /// another one to try.
    pub(crate) const fn refused(&mut self) -> bool {
        if self.settled {
            return false;
        }
        self.version = match self.version {
            Version::V5 => Version::V311,
            Version::V311 => Version::V5,
        };
        self.settled = true;
        true
    }

    /// The attempt failed. `in_handshake`: the link ended between CONNECT and
    /// CONNACK. Returns whether to try another version at once.
    pub(crate) const fn failed(&mut self, in_handshake: bool) -> bool {
        if self.settled {
            return false;
        }
        let suspect = in_handshake && !self.suspected;
        self.suspected |= in_handshake;
        self.version = if suspect { Version::V311 } else { Version::V5 };
        suspect
    }
}
