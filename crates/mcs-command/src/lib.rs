//! The Command Server's protocol, without sockets and clocks: both ends of one connection
//! (CONTRACT §3).
//!
//! A device connects by TCP, says `deviceId,deviceKey,timestamp` and repeats it as a heartbeat.
//! The server echoes heartbeats and sends commands, `deviceId,deviceKey,timestamp,dataChnId,V`.
//! Nothing on the wire has a terminator or a length: only the prefix `deviceId,deviceKey,` shows
//! where a message begins.
//!
//! - [`server::Peer`] is the server's end.
//! - [`device::Board`] is the device's end.
//!
//! Both are driven alike: hand in an [`Input`] with the time, then drain `poll_output` until it
//! answers [`Output::Timeout`], and come back with [`Input::Timeout`] at that time.
//!
//! ```
//! use mcs_command::{Input, Output, server};
//! use mcs_time::Time;
//!
//! let now = Time::ZERO;
//! let mut peer = server::Peer::new(server::Config::default(), now);
//! peer.handle_input(now, Input::Received(b"Dsre1qRQ,DFbtsNWg4AuLZ30v,0"));
//! let Output::Event(server::Event::Login { device, .. }) = peer.poll_output() else { panic!() };
//! assert_eq!(device.as_str(), "Dsre1qRQ");
//! peer.authorize(now, server::Verdict::Accepted);
//!
//! // The heartbeat has no end: silence is its end.
//! let Output::Timeout(Some(settled)) = peer.poll_output() else { panic!() };
//! peer.handle_input(settled, Input::Timeout);
//! let Output::Event(server::Event::Heartbeat { .. }) = peer.poll_output() else { panic!() };
//! assert_eq!(
//!     peer.poll_output(),
//!     Output::Transmit(b"Dsre1qRQ,DFbtsNWg4AuLZ30v,0".to_vec())
//! );
//! ```

use mcs_time::Time;

pub mod device;
pub mod server;

/// What happens to one end of a connection.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Input<'a> {
    /// Bytes came, cut anywhere.
    Received(&'a [u8]),
    /// The connection is gone.
    Closed,
    /// The time that [`Output::Timeout`] gave has come; too early does no harm.
    Timeout,
}

/// What one end of a connection wants.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Output<E> {
    /// Send these bytes by one write: some devices take one read for one message.
    Transmit(Vec<u8>),
    /// Close the connection, after what was transmitted.
    Close,
    /// Something happened.
    Event(E),
    /// Nothing more for now; call with [`Input::Timeout`] at this time, if there is one.
    Timeout(Option<Time>),
}
