//! The CONNECT packet, as far as the [front](super::front) reads it: to give the session a name of its own.
//!
//! MQTT names a session by client id alone, and whoever connects with that id takes the session over
//! [MQTT-3.1.4-2], subscriptions, queue and all. Two facts make that unfit here:
//! official boards share one constant client id (CONTRACT §0.2 fact 8), and devices have no login,
//! so a stranger with the client id of an operator's console would receive what the console subscribed to.
//! So the session's name is the client id in a scope:
//!
//! | who | name |
//! |---|---|
//! | with a user name | user name and client id |
//! | without, until it has proved the key of a device | one of the connection's own: nobody takes it over |
//! | without, that has, and whose session is to outlive the connection | device and client id |
//!
//! This departs from MQTT on purpose (CONTRACT §9.3 rule 10). Whoever resumes a board's session gets the topics that
//! prove the board, so a client without a login has to prove the same device first ([`claim`](super::claim)).
//! The address is no part of it: many share one, behind a NAT or a proxy, and a board may move.

use super::ConnectionId;

/// A CONNECT with the session's name in place of its client id.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Scoped {
    /// The client id as sent.
    pub(super) client_id: String,
    /// The name of its session.
    pub(super) name: String,
    /// The session is to outlive the connection.
    pub(super) lasting: bool,
    /// The client wants a session that outlives connections, and has to prove first that it may have it.
    pub(super) awaits_proof: bool,
    /// The client speaks MQTT 5.
    pub(super) v5: bool,
    /// In seconds; 0 is none.
    pub(super) keep_alive: u16,
    /// Where its will goes.
    pub(super) will: Option<String>,
    /// The packet to hand to the broker.
    pub(super) packet: Vec<u8>,
    /// The body before the client id, and behind it.
    around: (Vec<u8>, Vec<u8>),
}

impl Scoped {
    /// The same CONNECT for the session of a device whose key the client has proved.
    pub(super) fn of_device(&self, device: &str) -> Result<Self, ConnectError> {
        let name = device_session(device, &self.client_id);
        let packet = named(&self.around.0, &name, &self.around.1)
            .ok_or(ConnectError::Name { v5: self.v5 })?;
        let (client_id, will, around) =
            (self.client_id.clone(), self.will.clone(), self.around.clone());
        Ok(Self { client_id, name, will, packet, around, ..*self })
    }
}

/// Why a packet is not a CONNECT to hand on.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum ConnectError {
    /// Not a well-formed CONNECT.
    Malformed,
    /// A CONNECT of a protocol that is none of MQTT 3.1, 3.1.1 and 5.
    Version,
    /// The client id or user name holds a control character: one separates scopes, others forge lines in a log.
    /// Or it is so long that it would fill the log and the store.
    Name {
        /// Whether the client speaks MQTT 5.
        v5: bool,
    },
}

impl ConnectError {
    /// The CONNACK that tells the client, if there is a word for it.
    pub(super) fn connack(self) -> Option<&'static [u8]> {
        match self {
            // [MQTT-3.1.4-1]: no CONNACK needed.
            Self::Malformed => None,
            // [MQTT-3.1.2-2]
            Self::Version => Some(&[0x20, 2, 0, 1]),
            Self::Name { v5: false } => Some(&[0x20, 2, 0, 2]),
            Self::Name { v5: true } => Some(&[0x20, 3, 0, 0x85, 0]),
        }
    }
}

/// Length of a whole packet by its first bytes: `None` while they do not tell.
pub(super) fn packet_len(head: &[u8]) -> Result<Option<usize>, ConnectError> {
    let mut value = 0;
    for (i, &byte) in head.iter().skip(1).enumerate() {
        if i == 4 {
            return Err(ConnectError::Malformed);
        }
        value |= usize::from(byte & 0x7f) << (7 * i);
        if byte & 0x80 == 0 {
            return Ok(Some(2 + i + value));
        }
    }
    Ok(None)
}

/// Puts the client id of a whole CONNECT into its scope; everything else stays as sent.
pub(super) fn scope(packet: &[u8], connection: ConnectionId) -> Result<Scoped, ConnectError> {
    let mut rest = Reader(packet);
    rest.u8()?;
    rest.varint()?;
    let body = rest.0;
    let protocol = rest.string()?;
    let v5 = match (protocol, rest.u8()?) {
        (b"MQIsdp", 3) | (b"MQTT", 4) => false,
        (b"MQTT", 5) => true,
        (b"MQIsdp" | b"MQTT", _) => return Err(ConnectError::Version),
        _ => return Err(ConnectError::Malformed),
    };
    let flags = rest.u8()?;
    let clean = flags & 0x02 != 0;
    let keep_alive = u16::try_from(rest.number(2)?).unwrap_or(0);
    let session_expiry = if v5 { rest.properties()? } else { 0 };
    let before = body.len() - rest.0.len();
    let client_id = rest.text()?;
    let after = rest.0;

    let will = if flags & 0x04 == 0 {
        None
    } else {
        if v5 {
            rest.properties()?;
        }
        let topic = rest.text()?;
        rest.string()?;
        Some(topic.to_owned())
    };
    // An empty user name is none.
    let user = if flags & 0x80 == 0 { None } else { Some(rest.text()?) };
    let user = user.filter(|user| !user.is_empty());
    let unfit = |name: &str| name.len() > MAX_NAME || name.contains(char::is_control);
    if [Some(client_id), user].into_iter().flatten().any(unfit) {
        return Err(ConnectError::Name { v5 });
    }

    let lasting = if v5 { session_expiry > 0 } else { !clean };
    let name = match user {
        // The broker assigns one, and it must be the one that it tells the client.
        _ if client_id.is_empty() => String::new(),
        Some(user) => format!("{SEPARATOR}{user}{SEPARATOR}{client_id}"),
        None => format!("{SEPARATOR}{SEPARATOR}{}{SEPARATOR}{client_id}", connection.0),
    };
    let head = body.get(..before).ok_or(ConnectError::Malformed)?;
    let packet = named(head, &name, after).ok_or(ConnectError::Name { v5 })?;
    Ok(Scoped {
        client_id: client_id.to_owned(),
        name,
        lasting,
        awaits_proof: user.is_none() && !client_id.is_empty() && (lasting || !clean),
        v5,
        keep_alive,
        will,
        packet,
        around: (head.to_owned(), after.to_owned()),
    })
}

/// A CONNECT with this name between what stands before and behind it; none when the name is too long.
fn named(head: &[u8], name: &str, after: &[u8]) -> Option<Vec<u8>> {
    let name_len = u16::try_from(name.len()).ok()?;
    let len = head.len() + 2 + name.len() + after.len();
    let mut packet = Vec::with_capacity(len + 5);
    packet.push(CONNECT);
    write_varint(&mut packet, len);
    packet.extend_from_slice(head);
    packet.extend_from_slice(&name_len.to_be_bytes());
    packet.extend_from_slice(name.as_bytes());
    packet.extend_from_slice(after);
    Some(packet)
}

/// The name of a session that is kept for a client without a login that has proved the key of a device.
pub(super) fn device_session(device: &str, client_id: &str) -> String {
    format!("{SEPARATOR}{SEPARATOR}{SEPARATOR}{device}{SEPARATOR}{client_id}")
}

/// The device in the name of a session, as [`device_session`] wrote it.
pub(super) fn session_device(name: &str) -> Option<&str> {
    let rest = name.strip_prefix(SEPARATOR)?.strip_prefix(SEPARATOR)?.strip_prefix(SEPARATOR)?;
    rest.split(SEPARATOR).next()
}

/// Whether only one connection ever has a session with this name, as [`scope`] wrote it for a client without a login.
pub(super) fn is_private(name: &str) -> bool {
    name.starts_with(SEPARATOR) && !is_users(name) && session_device(name).is_none()
}

/// Whether a session with this name may keep what is on this topic: that of a device keeps nothing of another one,
/// whose key nobody has to know who comes back to it.
pub(super) fn may_keep(name: &str, topic: &str) -> bool {
    session_device(name).is_none_or(|own| device(topic) == Some(own))
}

/// The device in a topic, or in a filter that the gate has allowed: `mcs/id/key…` (CONTRACT §2.2).
pub(super) fn device(topic: &str) -> Option<&str> {
    topic.strip_prefix("mcs/")?.split('/').next()
}

/// Whether [`scope`] wrote this name; else the broker did, for a client without a client id.
pub(super) fn is_scoped(name: &str) -> bool {
    name.starts_with(SEPARATOR)
}

/// Whether a session with this name belongs to somebody with a user name, as [`scope`] wrote it;
/// one without a client id does not show.
pub(super) fn is_users(name: &str) -> bool {
    user(name).is_some()
}

/// The user name in the name of a session, as [`scope`] wrote it.
pub(super) fn user(name: &str) -> Option<&str> {
    let (user, _) = name.strip_prefix(SEPARATOR)?.split_once(SEPARATOR)?;
    Some(user).filter(|user| !user.is_empty())
}

/// The client id in the name of a session, as [`scope`] wrote it: for the log.
pub(super) fn client_id(name: &str) -> &str {
    name.rsplit(SEPARATOR).next().unwrap_or(name)
}

/// The unread rest of a packet.
pub(super) struct Reader<'a>(pub(super) &'a [u8]);

impl<'a> Reader<'a> {
    pub(super) fn take(&mut self, len: usize) -> Result<&'a [u8], ConnectError> {
        let (taken, rest) = self.0.split_at_checked(len).ok_or(ConnectError::Malformed)?;
        self.0 = rest;
        Ok(taken)
    }

    pub(super) fn u8(&mut self) -> Result<u8, ConnectError> {
        Ok(self.take(1)?.iter().fold(0, |_, byte| *byte))
    }

    /// A big-endian number of `len` bytes.
    fn number(&mut self, len: usize) -> Result<usize, ConnectError> {
        Ok(self.take(len)?.iter().fold(0, |n, byte| n << 8 | usize::from(*byte)))
    }

    pub(super) fn varint(&mut self) -> Result<usize, ConnectError> {
        let mut value = 0;
        for shift in [0, 7, 14, 21] {
            let byte = self.u8()?;
            value |= usize::from(byte & 0x7f) << shift;
            if byte & 0x80 == 0 {
                return Ok(value);
            }
        }
        Err(ConnectError::Malformed)
    }

    fn string(&mut self) -> Result<&'a [u8], ConnectError> {
        let len = self.number(2)?;
        self.take(len)
    }

    pub(super) fn text(&mut self) -> Result<&'a str, ConnectError> {
        str::from_utf8(self.string()?).map_err(|_| ConnectError::Malformed)
    }

    /// The properties of a CONNECT or a will: reads past them and tells the session expiry interval, 0 by default.
    fn properties(&mut self) -> Result<usize, ConnectError> {
        let len = self.varint()?;
        let mut properties = Reader(self.take(len)?);
        let mut session_expiry = 0;
        while !properties.0.is_empty() {
            match properties.u8()? {
                0x11 => session_expiry = properties.number(4)?,
                0x02 | 0x18 | 0x27 => drop(properties.take(4)?),
                0x21 | 0x22 => drop(properties.take(2)?),
                0x01 | 0x17 | 0x19 => drop(properties.take(1)?),
                0x03 | 0x08 | 0x09 | 0x15 | 0x16 => drop(properties.string()?),
                0x26 => {
                    properties.string()?;
                    properties.string()?;
                }
                _ => return Err(ConnectError::Malformed),
            }
        }
        Ok(session_expiry)
    }
}

pub(super) fn write_varint(out: &mut Vec<u8>, mut value: usize) {
    loop {
        let byte = (value & 0x7f) as u8;
        value >>= 7;
        if value == 0 {
            return out.push(byte);
        }
        out.push(byte | 0x80);
    }
}

/// First byte of a CONNECT.
pub(super) const CONNECT: u8 = 0x10;

/// Most bytes of a client id or a user name; more than 23 are a favour [MQTT-3.1.3-5].
const MAX_NAME: usize = 1024;

/// No client id or user name holds it: MQTT discourages control characters [MQTT-1.5.4-3], and we refuse this one.
const SEPARATOR: char = '\u{1f}';

#[cfg(test)]
mod tests;
