//! What goes into a console and what comes out.

use mcs_model::Timestamp;
use mcs_time::Time;

use crate::doctor::Probe;
use crate::later::Later;
use crate::protocol::{Frame, Request, Secret, StorageTrouble};

/// One WebSocket that the console asked for. An input for one that was given up is ignored.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct SocketId(pub(crate) u64);

/// One probe of the connection doctor.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct ProbeId(pub(crate) u64);

/// One sealing or unsealing.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct SealId(pub(crate) u64);

/// What came of [`Output::Unseal`].
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Unsealed {
    /// What was sealed.
    Bytes(Vec<u8>),
    /// Another passphrase has sealed it, or it was changed.
    Wrong,
    /// The shell cannot.
    Impossible,
}

/// What came of [`Output::Claim`].
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Claim {
    /// No other tab does it.
    Ours,
    /// Another tab does it. When that one is closed, the claim is told anew.
    Elsewhere,
    /// The browser does not keep tabs apart.
    Impossible,
}

/// One REST call.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct FetchId(pub(crate) u64);

/// One long task with a file. An input for one that was aborted is ignored.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct JobId(pub(crate) u64);

/// What the shell reports.
#[derive(Clone)]
pub enum Input<'a> {
    /// The wall clock: at the start, and again whenever it moved against the shell's [`Time`].
    /// Timers do not follow it.
    Clock(Timestamp),
    /// What was kept for this browser, by name; before the first request, and not at all when the
    /// shell keeps nothing.
    Kept(Vec<(String, Vec<u8>)>),
    /// Another tab of the console has kept something else under this name, or nothing any more.
    KeptElsewhere(String, Option<Vec<u8>>),
    /// What [`Output::Keep`] gave under this name outlives us from now on.
    Settled(String),
    /// Nothing can be kept, from now on or from the start.
    NotKept(StorageTrouble),
    /// What came of the [`Output::Claim`] of this name; it may be told again when the other tab is
    /// closed.
    Claimed(&'static str, Claim),
    /// The part that [`Console::first`](crate::Console::first) lacks.
    Later(&'static Later),
    /// The page asks.
    Request(Request),
    /// The page asks with a file beside it, which from now on is *the* file of [`Output::Hash`] and
    /// [`Output::Upload`].
    RequestWithFile(Request, FileInfo),
    /// The socket is open and speaks the sub-protocol `mqtt`.
    Opened(SocketId),
    /// Bytes came; any chunking will do.
    Received(SocketId, &'a [u8]),
    /// The socket could not be opened, or is closed, however it was.
    Closed(SocketId),
    /// What was to be sealed, sealed; nothing where the shell cannot.
    Sealed(SealId, Option<Vec<u8>>),
    /// What was to be unsealed.
    Unsealed(SealId, Unsealed),
    /// Whether a probe succeeded.
    Probed(ProbeId, bool),
    /// A REST call has ended.
    Fetched(FetchId, Fetched),
    /// A job has come so far, in bytes.
    Progress(JobId, u64),
    /// A job has ended; never after its [`Output::Abort`].
    Ended(JobId, Ended),
    /// The instant of [`Output::Timeout`] has come. Early calls do no harm.
    Timeout,
}

/// A file that the page holds.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct FileInfo {
    /// Its name, without a path.
    pub name: String,
    /// Its size in bytes.
    pub size: u64,
}

/// How a REST call ended.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Fetched {
    /// The server answered.
    Answer {
        /// The status code.
        status: u16,
        /// The body.
        body: Vec<u8>,
    },
    /// It could not be reached, or the answer broke off.
    Unreachable,
}

/// How a job ended.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Ended {
    /// [`Output::Hash`] or [`Output::Download`]: all bytes were hashed.
    Hashed(Hashes),
    /// [`Output::Upload`]: the server answered.
    Answered {
        /// The status code.
        status: u16,
        /// The body.
        body: Vec<u8>,
    },
    /// [`Output::Hash`] or [`Output::Download`]: it is a web page, and so no firmware.
    Page,
    /// [`Output::Upload`]: the file is not any more what it was when it was chosen.
    Changed,
    /// It could not be done; in words.
    Failed(String),
}

/// What was hashed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Hashes {
    /// Bytes.
    pub size: u64,
    /// 32 lower-case hex digits.
    pub md5: String,
    /// 64 lower-case hex digits.
    pub sha256: String,
}

/// What the shell has to do.
#[derive(Clone, Debug, PartialEq)]
#[must_use]
pub enum Output {
    /// Open a WebSocket with the sub-protocol `mqtt` and report [`Input::Opened`] or
    /// [`Input::Closed`].
    Open {
        /// Its id in inputs.
        socket: SocketId,
        /// `ws://…` or `wss://…`.
        url: String,
    },
    /// Send this as one binary frame.
    Transmit(SocketId, Vec<u8>),
    /// Close the socket after sending what was transmitted. It needs no report.
    Close(SocketId),
    /// Call the server that the page came from, with its cookie, and report [`Input::Fetched`].
    Fetch {
        /// Its id in the answer.
        id: FetchId,
        /// How.
        method: Method,
        /// Path and query, from `/` on.
        path: String,
        /// Name and value.
        headers: Vec<(&'static str, &'static str)>,
        /// Empty for none.
        body: Vec<u8>,
    },
    /// Encrypt this under a passphrase, so that it is found out if it is changed, and report
    /// [`Input::Sealed`].
    Seal {
        /// Its id in the answer.
        id: SealId,
        /// The passphrase.
        passphrase: Secret,
        /// What is to be sealed.
        bytes: Vec<u8>,
    },
    /// Decrypt what [`Output::Seal`] has made, and report [`Input::Unsealed`].
    Unseal {
        /// Its id in the answer.
        id: SealId,
        /// The passphrase.
        passphrase: Secret,
        /// What is to be unsealed.
        bytes: Vec<u8>,
    },
    /// Forget everything that was kept, under whatever name.
    Wipe,
    /// Try this within some seconds, without cookies, and report [`Input::Probed`].
    Probe(ProbeId, Probe),
    /// Hash the file; report [`Input::Progress`] and [`Ended::Hashed`].
    Hash(JobId),
    /// PATCH the file from a byte on there, with the cookie and the offset; report
    /// [`Input::Progress`], counted from there, and [`Ended::Answered`].
    Upload {
        /// Its id in inputs.
        job: JobId,
        /// The first byte that is sent.
        from: u64,
        /// Path and query, from `/` on.
        path: String,
        /// Name and value.
        headers: Vec<(&'static str, &'static str)>,
    },
    /// GET this past every cache and hash it while it comes; report [`Input::Progress`] and
    /// [`Ended::Hashed`]. A status other than 200 is [`Ended::Failed`].
    Download {
        /// Its id in inputs.
        job: JobId,
        /// A path from `/` on, or an absolute URL.
        url: String,
    },
    /// Stop a job; it needs no report.
    Abort(JobId),
    /// Keep this for this browser under a name, in place of what was there; nothing when absent.
    /// Other tabs hear of it by [`Input::KeptElsewhere`]; report [`Input::Settled`] or
    /// [`Input::NotKept`].
    Keep {
        /// Its name.
        name: String,
        /// What is kept.
        bytes: Option<Vec<u8>>,
    },
    /// Make sure that no other tab of the console does what this name stands for, for as long as we
    /// live, and report [`Input::Claimed`]. Before [`Claim::Ours`] tell what is kept under the name,
    /// by [`Input::KeptElsewhere`].
    Claim(&'static str),
    /// Post this to the page: the answer to a frame request.
    Frame(Box<Frame>, Vec<f32>),
    /// Nothing more to do until an input, or this instant. Ends the drain.
    Timeout(Option<Time>),
}

/// How a REST call is made.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Method {
    /// Look.
    Get,
    /// Change; the body is JSON.
    Post,
    /// Say what it shall be; the body is JSON.
    Put,
    /// Remove.
    Delete,
}

impl Method {
    /// Its name in HTTP.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Get => "GET",
            Self::Post => "POST",
            Self::Put => "PUT",
            Self::Delete => "DELETE",
        }
    }
}
