//! The console without a screen: devices, channels, pending commands, charts, firmware, and the
//! messages between the page and the engine that runs it.
//!
//! [`Console`] does everything that the operator sees; it opens no socket and reads no clock. A
//! shell passes what happens to [`Console::handle_input`] and afterwards drains
//! [`Console::poll_output`] until [`Output::Timeout`]. In a browser the shell is a Web Worker; in a
//! test it is a few lines:
//!
//! ```
//! use mcs_time::Time;
//! use mcs_view::protocol::{Request, Start};
//! use mcs_view::{Console, Fetched, Input, Output};
//!
//! let mut console = Console::new();
//! let start = Start { origin: "http://here".into(), mqtt_url: None, seed: 7 };
//! console.handle_input(Time::ZERO, Input::Request(Request::Start(start)));
//! // The first question is whether a server is here.
//! let Output::Fetch { id, path, .. } = console.poll_output() else { unreachable!() };
//! assert_eq!(path, "/api/session");
//! console.handle_input(Time::ZERO, Input::Fetched(id, Fetched::Unreachable));
//! assert_eq!(console.poll_output(), Output::Timeout(None));
//! ```

mod accounts;
pub mod arrange;
mod card;
mod charts;
mod clock;
pub mod connections;
mod console;
mod control;
mod coverage;
mod credentials;
mod devices;
mod doctor;
mod firmware;
mod frame;
pub mod hints;
mod import;
mod io;
mod kept;
mod later;
mod link;
mod listing;
pub mod markup;
mod messages;
mod meter;
mod notices;
pub mod protocol;
pub mod prototypes;
mod rest;
pub mod rollouts;
mod runs;
mod send;
mod setting;
pub mod slide;
pub mod sums;
mod trail;

pub use console::Console;
pub use doctor::Probe;
pub use io::{
    Claim, Ended, FetchId, Fetched, FileInfo, Hashes, Input, JobId, Method, Output, ProbeId,
    SealId, SocketId, Unsealed,
};
pub use later::{LATER, Later};

pub use mcs_model::Timestamp;
