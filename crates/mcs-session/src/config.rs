//! What a session needs to know.

use std::fmt;
use std::time::Duration;

use mcs_time::BackoffConfig;

use crate::Will;

/// The settings of a [`Session`](crate::Session). All fields are public:
/// start from [`Config::new`] and change what matters.
#[derive(Clone, Debug)]
pub struct Config {
    /// The MQTT client identifier. Empty lets the broker choose.
    pub client_id: String,
    /// User name and password, if the broker wants them.
    pub credentials: Option<Credentials>,
    /// What the broker publishes when this client vanishes.
    pub will: Option<Will>,
    /// Forget what the broker kept of an earlier link. Default: yes. Without it QoS 2 is *exactly
    /// once* per link all the same: a message that a lost link has cut off, and that is sent again,
    /// may arrive twice.
    pub clean_start: bool,
    /// How many seconds the broker keeps the session after a link; MQTT 5 only. Default 0.
    pub session_expiry: u32,
    /// Names and values for the broker, MQTT 5 only.
    pub user_properties: Vec<(String, String)>,
    /// Which versions of MQTT to speak. Default: [`Protocol::Auto`].
    pub protocol: Protocol,
    /// A ping is sent when nothing was sent, or nothing received, for so long.
    /// Zero: never. The broker may replace it (Server Keep Alive). Default 30 s.
    pub keep_alive: Duration,
    /// The link is dead when so long after a ping nothing was received.
    /// Default 10 s.
    pub ping_timeout: Duration,
    /// From asking for a link to the broker's CONNACK. Default 10 s.
    pub connect_timeout: Duration,
    /// From sending a PUBLISH or SUBSCRIBE to its acknowledgement. Default 10 s.
    pub request_timeout: Duration,
    /// A connection that held for so long resets the back-off. Default 10 s.
    pub stable_after: Duration,
    /// The delays between attempts. Default 1 s to 30 s.
    pub backoff: BackoffConfig,
    /// Largest packet accepted from the broker, in bytes; a larger one ends
    /// the connection before it is stored. 0: no limit. Default 1 MiB.
    pub max_packet: u32,
    /// Most QoS 1 and 2 messages without an acknowledgement; the broker's
    /// Receive Maximum may lower it. 0 counts as 1. Default 16.
    pub max_in_flight: u16,
    /// Most messages that are not complete, waiting or in flight. Default 1000.
    pub max_queued: usize,
    /// Most payload bytes in those messages. Default 4 MiB.
    pub max_queued_bytes: usize,
    /// Tell of control packets ([`Event::Traced`](crate::Event::Traced)).
    /// Default: no.
    pub trace: bool,
    /// Seeds the jitter of the back-off; the only randomness there is.
    pub seed: u64,
}

/// User name and password. Its `Debug` output hides the password.
#[derive(Clone, Eq, PartialEq)]
pub struct Credentials {
    /// The user name.
    pub user: String,
    /// The password, or a token in its place.
    pub password: Option<Vec<u8>>,
}

/// Which versions of MQTT a session speaks.
#[derive(Clone, Copy, Debug, Default, Eq, PartialEq)]
pub enum Protocol {
    /// MQTT 5; MQTT 3.1.1 if the broker refuses 5, or drops the link on the
    /// very first try without a word.
    #[default]
    Auto,
    /// This one only.
    Only(Version),
}

/// A version of MQTT.
#[derive(Clone, Copy, Debug, Eq, Hash, Ord, PartialEq, PartialOrd)]
pub enum Version {
    /// MQTT 3.1.1.
    V311,
    /// MQTT 5.
    V5,
}

impl Config {
    /// The defaults, for this client identifier and seed.
    pub fn new(client_id: impl Into<String>, seed: u64) -> Self {
        Self {
            client_id: client_id.into(),
            credentials: None,
            will: None,
            clean_start: true,
            session_expiry: 0,
            user_properties: Vec::new(),
            protocol: Protocol::Auto,
            keep_alive: Duration::from_secs(30),
            ping_timeout: Duration::from_secs(10),
            connect_timeout: Duration::from_secs(10),
            request_timeout: Duration::from_secs(10),
            stable_after: Duration::from_secs(10),
            backoff: BackoffConfig::default(),
            max_packet: 1024 * 1024,
            max_in_flight: 16,
            max_queued: 1000,
            max_queued_bytes: 4 * 1024 * 1024,
            trace: false,
            seed,
        }
    }
}

impl Credentials {
    /// A user name with a password.
    pub fn new(user: impl Into<String>, password: impl Into<Vec<u8>>) -> Self {
        Self { user: user.into(), password: Some(password.into()) }
    }
}

impl fmt::Debug for Credentials {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let password = self.password.as_ref().map(|_| "…");
        f.debug_struct("Credentials")
            .field("user", &self.user)
            .field("password", &password)
            .finish()
    }
}

/// `MQTT 5` or `MQTT 3.1.1`.
impl fmt::Display for Version {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::V311 => "MQTT 3.1.1",
            Self::V5 => "MQTT 5",
        })
    }
}
