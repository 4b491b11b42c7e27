//! The HTTP listeners.

use std::convert::Infallible;
use std::net::{IpAddr, SocketAddr};
use std::time::Duration;

use axum::Router;
use axum::body::Body;
use axum::extract::ConnectInfo;
use axum::response::Response;
use hyper::body::Incoming;
use hyper::server::conn::http1;
use hyper::service::service_fn;
use hyper_util::rt::{TokioIo, TokioTimer};
use tokio::io::{AsyncRead, AsyncWrite};
use tokio::net::TcpListener;
use tokio_rustls::TlsAcceptor;
use tokio_util::sync::CancellationToken;
use tokio_util::task::TaskTracker;
use tower::ServiceExt as _;
use tracing::Instrument as _;

use super::linger::Linger;
use crate::accept::{Crowd, Door, Room};
use crate::tls::handshake;

#[cfg(test)]
mod tests;

/// How a request came to us; an extension of every request.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Way {
    /// By TLS.
    pub(super) encrypted: bool,
    /// To this address of ours.
    pub(super) to: Option<IpAddr>,
}

/// A request head must be complete this long after the connection or the last answer.
const HEAD: Duration = Duration::from_secs(30);
/// Bytes of a request head, and so of its URI.
const HEAD_BYTES: usize = 32 << 10;
/// Header lines of a request.
const HEADERS: usize = 64;

/// Serves `router`, which finds [`Way`] and [`ConnectInfo`] with its requests, until `stop`. Connections are spawned on `tasks`.
pub(crate) async fn serve(
    listener: TcpListener,
    tls: Option<TlsAcceptor>,
    router: Router,
    room: Room,
    stop: CancellationToken,
    tasks: TaskTracker,
) {
    let mut door = Door::new(listener, Crowd::new(room), stop.clone());
    while let Some((stream, peer, place)) = door.next().await {
        let (router, tls, stop) = (router.clone(), tls.clone(), stop.clone());
        let to = stream.local_addr().ok().map(|to| to.ip().to_canonical());
        let way = Way { encrypted: tls.is_some(), to };
        tasks.spawn(async move {
            let _place = place;
            // Whatever is logged on the way says for whom.
            let span = tracing::warn_span!("http", %peer);
            match tls {
                None => connection(stream, peer, way, router, stop).instrument(span).await,
                Some(tls) => {
                    if let Some(stream) = handshake(&tls, stream, peer).await {
                        connection(stream, peer, way, router, stop).instrument(span).await;
                    }
                }
            }
        });
    }
}

async fn connection<S>(
    stream: S,
    peer: SocketAddr,
    way: Way,
    router: Router,
    stop: CancellationToken,
) where
    S: AsyncRead + AsyncWrite + Unpin + Send + 'static,
{
    let service = service_fn(|mut request: hyper::Request<Incoming>| {
        straighten(request.uri_mut());
        request.extensions_mut().insert(ConnectInfo(peer));
        request.extensions_mut().insert(way);
        answer(router.clone(), request)
    });
    let connection = http1::Builder::new()
        // The Arduino library looks for exactly `Content-Length: ` (CONTRACT §0.2 fact 6).
        .title_case_headers(true)
        // Some programs stop sending once they have asked, and still want the answer.
        .half_close(true)
        .timer(TokioTimer::new())
        .header_read_timeout(HEAD)
        .max_headers(HEADERS)
        .max_buf_size(HEAD_BYTES)
        .serve_connection(TokioIo::new(Linger::new(stream)), service)
        .with_upgrades();
    tokio::pin!(connection);
    let mut stopping = false;
    loop {
        tokio::select! {
            outcome = connection.as_mut() => {
                if let Err(error) = outcome {
                    tracing::debug!(%peer, %error, "the connection broke");
                }
                break;
            }
            () = stop.cancelled(), if !stopping => {
                stopping = true;
                connection.as_mut().graceful_shutdown();
            }
        }
    }
}

async fn answer(router: Router, request: hyper::Request<Incoming>) -> Result<Response, Infallible> {
    router.oneshot(request.map(Body::new)).await
}

/// `//mcs/v2` and `/v2` are `/mcs/v2`: the documents print such addresses (CONTRACT §9.1 rows 16
/// and 26).
fn straighten(uri: &mut hyper::Uri) {
    let old = uri.path().starts_with("/v2/");
    if !old && !uri.path().contains("//") {
        return;
    }
    let mut path = String::with_capacity(uri.path().len() + 4);
    for c in uri.path().chars() {
        if c != '/' || !path.ends_with('/') {
            path.push(c);
        }
    }
    if path.starts_with("/v2/") {
        path.insert_str(0, "/mcs");
    }
    if let Some(query) = uri.query() {
        path.push('?');
        path.push_str(query);
    }
    if let Ok(straight) = path.parse() {
        *uri = straight;
    }
}
