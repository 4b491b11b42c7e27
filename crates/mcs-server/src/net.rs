//! Listeners, and addresses that others can dial.

use std::net::{IpAddr, Ipv4Addr, SocketAddr, UdpSocket};

use anyhow::{Context as _, Result};
use tokio::net::{TcpListener, TcpSocket};

#[cfg(test)]
mod tests;

/// Connections that may wait to be accepted: all devices come back at once when the server does. The system
/// may allow fewer.
const BACKLOG: u32 = 4096;

/// Listens; port 0 takes a free one.
pub(crate) fn listen(address: SocketAddr) -> Result<TcpListener> {
    let listener = || {
        let socket = if address.is_ipv4() { TcpSocket::new_v4() } else { TcpSocket::new_v6() }?;
        // The port of a server that has just ended can be had.
        socket.set_reuseaddr(true)?;
        socket.bind(address)?;
        socket.listen(BACKLOG)
    };
    listener().with_context(|| format!("cannot listen on {address}"))
}

/// Where a listener can be dialled from outside: nobody can dial `0.0.0.0`, so an address of this machine
/// stands in for it. IPv4, since old boards know no other (CONTRACT §3.1).
///
/// `asked_at` is where who asks has found us. He finds the listener there too, unless it was a proxy of this
/// machine that came in by loopback.
pub(crate) fn dialable(listener: SocketAddr, asked_at: Option<IpAddr>) -> SocketAddr {
    if !listener.ip().is_unspecified() {
        return listener;
    }
    let outside = asked_at.filter(|it| it.is_ipv4() && !it.is_loopback());
    let own = outside.or_else(own_address).unwrap_or(IpAddr::V4(Ipv4Addr::LOCALHOST));
    SocketAddr::new(own, listener.port())
}

/// Where this machine dials a listener of its own.
pub(crate) fn local(listener: SocketAddr) -> SocketAddr {
    if listener.ip().is_unspecified() {
        (Ipv4Addr::LOCALHOST, listener.port()).into()
    } else {
        listener
    }
}

/// The address from which this machine would talk to the world. Nothing is sent: the address is
/// one that is reserved for documents.
fn own_address() -> Option<IpAddr> {
    let socket = UdpSocket::bind((Ipv4Addr::UNSPECIFIED, 0)).ok()?;
    socket.connect((Ipv4Addr::new(192, 0, 2, 1), 9)).ok()?;
    let address = socket.local_addr().ok()?.ip();
    (!address.is_unspecified()).then_some(address)
}
