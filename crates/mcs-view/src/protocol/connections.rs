//! Connections, and what outlives the page.

use serde::{Deserialize, Serialize};

/// A connection to a broker. With our server, [`ConnectionId::SERVER`] is the one to it.
#[derive(
    Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize,
)]
pub struct ConnectionId(pub u32);

impl ConnectionId {
    /// The connection to the server that the page came from.
    pub const SERVER: Self = Self(0);
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
