//! Connections, and what outlives the page.

use core::fmt;

use serde::{Deserialize, Serialize};

use super::Link;

/// A connection to a broker. With our server, [`ConnectionId::SERVER`] is the one to it; those of
/// profiles begin at 1.
#[derive(
    Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize,
)]
pub struct ConnectionId(pub u32);

impl ConnectionId {
    /// The connection to the server that the page came from.
    pub const SERVER: Self = Self(0);
}

/// What the page asks about connections.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum ConnectionsRequest {
    /// Add a profile, or change one; it connects anew if it is connected.
    Put {
        /// Which; a new one when absent.
        id: Option<ConnectionId>,
        /// What it is from now on.
        profile: Box<Profile>,
        /// The password; as it was when absent.
        password: Option<Secret>,
        /// Connect at once.
        connect: bool,
    },
    /// Forget a profile and its password; its devices stay.
    Remove(ConnectionId),
    /// Connect, and do so again after a reload.
    Connect(ConnectionId),
    /// Disconnect and stay so.
    Disconnect(ConnectionId),
    /// Find out why it does not connect.
    Diagnose(ConnectionId),
    /// Keep passwords under this passphrase from now on.
    Protect(Secret),
    /// Open the kept passwords.
    Unlock(Secret),
    /// Forget the kept passwords; those in memory stay until the page is closed.
    Unprotect,
    /// Forget everything that the console keeps in this browser.
    Wipe,
    /// All profiles as a file, with passwords only under a passphrase; it comes as
    /// [`ConnectionsView::export`].
    Export(Option<Secret>),
    /// Look at a file of this console or of MQTTX; it comes as [`ConnectionsView::import`].
    Preview(String),
    /// Take these of its profiles, by their place, beside those that are here.
    Import {
        /// The places, from 0 on.
        take: Vec<u32>,
        /// For the passwords in the file, if there are any.
        passphrase: Option<Secret>,
    },
    /// Take nothing of it.
    CancelImport,
}

/// The connections page.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct ConnectionsView {
    /// The connection to the server that the page came from, if it is one.
    pub server: Option<Link>,
    /// The profiles in the order in which they were made.
    pub rows: Vec<ConnectionRow>,
    /// How passwords are kept.
    pub vault: VaultState,
    /// The file that is looked at.
    pub import: Option<ImportView>,
    /// The file that was asked for: JSON.
    pub export: Option<String>,
}

/// How passwords are kept.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub enum VaultState {
    /// Not at all.
    #[default]
    None,
    /// Under a passphrase, which is not known.
    Locked {
        /// The last one was wrong.
        wrong: bool,
    },
    /// A passphrase is tried.
    Opening,
    /// Under a passphrase.
    Open,
    /// The browser seals nothing for this page.
    Impossible,
}

/// A file of profiles, before anything of it is taken.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct ImportView {
    /// Its profiles.
    pub candidates: Vec<Candidate>,
    /// It holds passwords under a passphrase.
    pub sealed: bool,
    /// It is no file of profiles.
    pub unreadable: bool,
    /// The passphrase was wrong.
    pub wrong_passphrase: bool,
}

/// One profile of a file.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Candidate {
    /// What it is.
    pub profile: Profile,
    /// Its password stands in the file.
    pub has_password: bool,
    /// What becomes of it here.
    pub novelty: Novelty,
}

/// What becomes of a profile that is imported.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum Novelty {
    /// Nothing like it is here.
    New,
    /// The same is here.
    Known,
    /// Another one for the same user of the same broker is here, and stays.
    Beside,
    /// Not a WebSocket, or not complete.
    NotForBrowsers,
}

/// One profile and how its connection stands.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ConnectionRow {
    /// Its id.
    pub id: ConnectionId,
    /// What was typed in.
    pub profile: Profile,
    /// A password is in memory.
    pub has_password: bool,
    /// How it stands.
    pub link: Link,
    /// How many devices belong to it.
    pub devices: u32,
    /// What the doctor says, if it was asked since the last connection.
    pub diagnosis: Option<Diagnosis>,
}

/// Why a connection fails.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum Diagnosis {
    /// Probes are under way.
    Examining,
    /// What was found, the likeliest first.
    Found(Vec<Finding>),
}

/// One reason why a connection fails.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum Finding {
    /// The page came over https, and the browser opens no `ws://` from it.
    MixedContent,
    /// A port of MQTT over TCP, which no browser can speak.
    TcpPort,
    /// The broker has refused the connection.
    Refused(Refusal),
    /// It is a server of ours, which answers REST, and with it names and passwords of people, to its own
    /// pages only: CORS.
    OtherOrigin,
    /// Another client with the same client id has taken the connection.
    TakenOver,
    /// The broker has ended the connection, for this reason in MQTT's words.
    Dismissed(String),
    /// A setting does not fit into MQTT.
    InvalidSetting,
    /// The broker had stopped answering.
    Silent,
    /// This path takes MQTT.
    WrongPath {
        /// Which.
        works: String,
    },
    /// A WebSocket opens there, but not with the sub-protocol `mqtt`.
    WrongProtocol,
    /// A WebSocket opens there, and nothing on it answers as MQTT does.
    NotMqtt,
    /// It wants `wss://`.
    TlsWanted,
    /// It wants `ws://`.
    PlainWanted,
    /// This browser does not trust its certificate.
    Certificate,
    /// Its certificate is not trusted, or nothing listens: a browser tells no page which.
    CertificateOrNothing,
    /// A web server answers, but no WebSocket opens at any usual path.
    NoWebSocket,
    /// Nothing answers there.
    NothingListens,
}

/// Why a broker refuses a connection; return codes of 3.1.1 and reason codes of 5.0 alike.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum Refusal {
    /// The user name or the password is wrong.
    Credentials,
    /// This user, or nobody without a name, may not connect.
    NotAuthorized,
    /// It does not take this client id.
    ClientId,
    /// It does not speak this version of MQTT.
    Version,
    /// It does not serve at the moment.
    Busy,
    /// This client is banned.
    Banned,
    /// It wants another way to authenticate than a password.
    Method,
    /// Anything else, in MQTT's words.
    Other(String),
}

/// A broker that the operator named. Its password is not part of it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct Profile {
    /// As the operator calls it; the host when empty.
    pub name: String,
    /// `wss://` instead of `ws://`.
    pub tls: bool,
    /// A name or an address, without brackets.
    pub host: String,
    /// The port of its WebSocket listener.
    pub port: u16,
    /// From `/` on.
    pub path: String,
    /// Made up at each start of the page when empty.
    pub client_id: String,
    /// Absent when empty.
    pub username: String,
    /// Which versions of MQTT to speak.
    pub version: MqttVersion,
    /// Seconds; 0 for none.
    pub keep_alive: u16,
    /// Seconds.
    pub connect_timeout: u16,
    /// Try again after a failure, with growing pauses.
    pub reconnect: bool,
    /// Clean start (MQTT 5) or clean session (3.1.1).
    pub clean_start: bool,
    /// Seconds that the broker keeps the session (MQTT 5).
    pub session_expiry: u32,
    /// Names and values that the broker gets with CONNECT (MQTT 5).
    pub user_properties: Vec<(String, String)>,
    /// What the broker publishes when the console vanishes.
    pub will: Option<LastWill>,
}

/// Which versions of MQTT a profile speaks.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub enum MqttVersion {
    /// 5.0, and 3.1.1 with a broker that does not know it.
    #[default]
    Auto,
    /// 5.0 only.
    V5,
    /// 3.1.1 only.
    V311,
}

/// What the broker publishes when the console vanishes.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct LastWill {
    /// Where to.
    pub topic: String,
    /// The body, as text.
    pub payload: String,
    /// 0, 1 or 2.
    pub qos: u8,
    /// The broker keeps it for future subscribers.
    pub retain: bool,
}

/// A password or passphrase on its way; its `Debug` output hides it.
#[derive(Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Secret(pub String);

impl fmt::Debug for Secret {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("…")
    }
}

impl Default for Profile {
    fn default() -> Self {
        Self {
            name: String::new(),
            tls: false,
            host: String::new(),
            port: 8083,
            path: "/mqtt".to_owned(),
            client_id: String::new(),
            username: String::new(),
            version: MqttVersion::Auto,
            keep_alive: 60,
            connect_timeout: 10,
            reconnect: true,
            clean_start: true,
            session_expiry: 0,
            user_properties: Vec::new(),
            will: None,
        }
    }
}

/// Whether what the operator typed in outlives the page.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Keeping {
    /// Why nothing is kept any more, if so: it is gone when the page is closed.
    pub trouble: Option<StorageTrouble>,
    /// Names of what was kept before and cannot be read by this version. It is not lost: it stays
    /// beside what is written now.
    pub unreadable: Vec<String>,
}

/// Why the browser keeps nothing.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum StorageTrouble {
    /// It has no storage for this page: a private window, or the user's settings.
    Blocked,
    /// The disk, or this page's part of it, is full.
    Full,
    /// Anything else, in the browser's words.
    Failed(String),
}
