//! MQTT over WebSocket: a tunnel from our own web server to the broker [MQTT-6.0.0-1].
//!
//! The server mounts [`Edge::upgrade`] where it wants, so that the console's page, its REST calls and its MQTT
//! share one origin. Here the sub-protocol, the page's origin and sizes are checked; behind that it is bytes:
//! one WebSocket message may hold part of a packet or many [MQTT-6.0.0-2], and what the broker has ready
//! goes out in one.

use std::io;
use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;

use axum::extract::ws::{CloseFrame, Message, WebSocket, WebSocketUpgrade, close_code};
use axum::http::header::{HOST, ORIGIN, SEC_WEBSOCKET_PROTOCOL};
use axum::http::{HeaderMap, StatusCode, Uri};
use axum::response::{IntoResponse, Response};
use bytes::{BufMut, BytesMut};
use futures_util::stream::{SplitSink, SplitStream};
use futures_util::{FutureExt, SinkExt, StreamExt};
use tokio::io::{AsyncRead, AsyncReadExt, AsyncWrite, AsyncWriteExt};
use tokio::net::TcpStream;
use tokio::time::timeout;
use tracing::debug;

use crate::bus::EmbeddedBus;

/// The tunnel's near end.
#[derive(Clone)]
pub struct Edge {
    /// Where it leads.
    pub broker: Broker,
    /// Whose pages may use it.
    pub origins: Origins,
    /// Bytes in one WebSocket message from a client. Packets are the broker's to limit.
    pub message: usize,
    /// Time until the first byte, and for the broker to answer the phone.
    pub patience: Duration,
}

/// A broker to tunnel to.
#[derive(Clone)]
pub enum Broker {
    /// Ours: it learns where the client really is.
    Embedded(Arc<EmbeddedBus>),
    /// Any, by TCP.
    Tcp(SocketAddr),
}

/// The web origins that may open a tunnel. Clients that are no browser send none, and may.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub enum Origins {
    /// Pages from the host that they connect to, whatever the port.
    #[default]
    SameHost,
    /// These as well, such as `https://console.example.com`.
    Listed(Vec<String>),
    /// All.
    Any,
}

impl Edge {
    /// A tunnel for pages of our own, with limits that fit a console.
    pub fn new(broker: Broker) -> Self {
        Self {
            broker,
            origins: Origins::default(),
            message: 4 << 20,
            patience: Duration::from_secs(10),
        }
    }

    /// Answers a WebSocket upgrade from `peer`: 400 when it offers sub-protocols and none is MQTT [MQTT-6.0.0-3],
    /// 403 from a foreign page, 502 when there is no broker, 101 otherwise.
    ///
    /// Who offers no sub-protocol at all may come in: some libraries for small boards do not know the header.
    pub async fn upgrade(
        &self,
        upgrade: WebSocketUpgrade,
        headers: &HeaderMap,
        peer: SocketAddr,
    ) -> Response {
        if !self.origins.allow(headers) {
            return (StatusCode::FORBIDDEN, "this page may not use this broker").into_response();
        }
        let upgrade = upgrade.protocols(["mqtt", "mqttv3.1"]);
        if upgrade.selected_protocol().is_none() && headers.contains_key(SEC_WEBSOCKET_PROTOCOL) {
            return (StatusCode::BAD_REQUEST, "ask for the WebSocket sub-protocol mqtt")
                .into_response();
        }
        let upgrade = upgrade.max_message_size(self.message).max_frame_size(self.message);
        let patience = self.patience;
        match &self.broker {
            Broker::Embedded(bus) => {
                let bus = Arc::clone(bus);
                upgrade.on_upgrade(async move |socket| {
                    tunnel(socket, bus.attach(peer), patience).await
                })
            }
            Broker::Tcp(address) => match timeout(patience, TcpStream::connect(address)).await {
                Ok(Ok(broker)) => {
                    upgrade.on_upgrade(async move |socket| tunnel(socket, broker, patience).await)
                }
                Ok(Err(_)) | Err(_) => {
                    (StatusCode::BAD_GATEWAY, "the broker is away").into_response()
                }
            },
        }
    }
}

impl Origins {
    fn allow(&self, headers: &HeaderMap) -> bool {
        let Some(origin) = headers.get(ORIGIN) else { return true };
        let Ok(origin) = origin.to_str() else { return false };
        let listed = match self {
            Self::Any => return true,
            Self::Listed(origins) => {
                origins.iter().any(|listed| listed.eq_ignore_ascii_case(origin))
            }
            Self::SameHost => false,
        };
        listed || same_host(origin, headers)
    }
}

/// Whether the page comes from the host that the request names.
fn same_host(origin: &str, headers: &HeaderMap) -> bool {
    // Without a scheme it is no origin but the word `null`.
    let page = origin.parse::<Uri>().ok().filter(|page| page.scheme().is_some());
    let here = headers
        .get(HOST)
        .and_then(|host| host.to_str().ok())
        .and_then(|host| host.parse::<Uri>().ok());
    match (page.as_ref().and_then(Uri::host), here.as_ref().and_then(Uri::host)) {
        (Some(page), Some(here)) => page.eq_ignore_ascii_case(here),
        _ => false,
    }
}

/// Carries bytes both ways until either side closes.
async fn tunnel(
    socket: WebSocket,
    broker: impl AsyncRead + AsyncWrite + Send + Unpin,
    patience: Duration,
) {
    let (mut to_client, from_client) = socket.split();
    let (from_broker, to_broker) = tokio::io::split(broker);
    let code = tokio::select! {
        code = inbound(from_client, to_broker, patience) => code,
        code = outbound(from_broker, &mut to_client) => code,
    };
    // Whoever has already hung up does not read it.
    let _ = timeout(
        FAREWELL,
        to_client.send(Message::Close(Some(CloseFrame { code, reason: "".into() }))),
    )
    .await;
}

/// Client to broker. Answers why it ended, as a WebSocket close code.
async fn inbound(
    mut from_client: SplitStream<WebSocket>,
    mut to_broker: impl AsyncWrite + Unpin,
    patience: Duration,
) -> u16 {
    let mut silent = true;
    loop {
        let message = if silent {
            match timeout(patience, from_client.next()).await {
                Ok(message) => message,
                Err(_) => return close_code::POLICY,
            }
        } else {
            from_client.next().await
        };
        match message {
            Some(Ok(Message::Binary(bytes))) => {
                silent &= bytes.is_empty();
                if to_broker.write_all(&bytes).await.is_err() {
                    return close_code::NORMAL;
                }
            }
            Some(Ok(Message::Ping(_) | Message::Pong(_))) => {}
            // [MQTT-6.0.0-1]
            Some(Ok(Message::Text(_))) => return close_code::UNSUPPORTED,
            Some(Ok(Message::Close(_))) | None => return close_code::NORMAL,
            Some(Err(error)) => {
                debug!(%error, "WebSocket broken");
                return close_code::PROTOCOL;
            }
        }
    }
}

/// Broker to client. Answers why it ended, as a WebSocket close code.
async fn outbound(
    mut from_broker: impl AsyncRead + Unpin,
    to_client: &mut SplitSink<WebSocket, Message>,
) -> u16 {
    let mut ready = BytesMut::new();
    loop {
        let read = fill(&mut from_broker, &mut ready).await;
        // Sending waits until the client has taken the message: a slow client slows the broker.
        if !ready.is_empty()
            && to_client.send(Message::Binary(ready.split().freeze())).await.is_err()
        {
            return close_code::NORMAL;
        }
        match read {
            Ok(true) => {}
            Ok(false) => return close_code::NORMAL,
            Err(_) => return close_code::AWAY,
        }
    }
}

/// Waits for bytes and takes all that are ready, up to a frame. False at the end of the stream.
async fn fill(
    from_broker: &mut (impl AsyncRead + Unpin),
    ready: &mut BytesMut,
) -> io::Result<bool> {
    ready.reserve(FRAME);
    if from_broker.read_buf(&mut (&mut *ready).limit(FRAME)).await? == 0 {
        return Ok(false);
    }
    while ready.len() < FRAME {
        let room = FRAME - ready.len();
        match from_broker.read_buf(&mut (&mut *ready).limit(room)).now_or_never() {
            Some(Ok(0)) => return Ok(false),
            Some(Ok(_)) => {}
            Some(Err(error)) => return Err(error),
            None => break,
        }
    }
    Ok(true)
}

/// The most that goes out in one WebSocket message.
const FRAME: usize = 64 << 10;

/// Time to take the close frame.
const FAREWELL: Duration = Duration::from_secs(1);

#[cfg(test)]
mod tests {
    use axum::http::HeaderValue;

    use super::*;

    #[test]
    fn pages_of_this_host_and_listed_ones_may_come_in() {
        let listed = Origins::Listed(vec!["https://console.example.com".to_owned()]);
        let cases: &[(&Origins, Option<&'static str>, &'static str, bool)] = &[
            (&Origins::SameHost, None, "a.example:8083", true),
            (&Origins::SameHost, Some("http://a.example:8080"), "a.example:8083", true),
            (&Origins::SameHost, Some("https://A.example"), "a.example", true),
            (&Origins::SameHost, Some("http://[::1]:8080"), "[::1]:8083", true),
            (&Origins::SameHost, Some("http://b.example"), "a.example", false),
            (&Origins::SameHost, Some("http://a.example.evil.example"), "a.example", false),
            (&Origins::SameHost, Some("http://evil.example/a.example"), "a.example", false),
            (&Origins::SameHost, Some("http://a.example@evil.example"), "a.example", false),
            (&Origins::SameHost, Some("null"), "a.example", false),
            (&Origins::SameHost, Some("null"), "null", false),
            (&listed, Some("https://console.example.com"), "a.example", true),
            (&listed, Some("http://console.example.com"), "a.example", false),
            (&listed, Some("http://a.example"), "a.example", true),
            (&Origins::Any, Some("http://b.example"), "a.example", true),
        ];
        for (origins, origin, host, allowed) in cases {
            let mut headers = HeaderMap::new();
            headers.insert(HOST, HeaderValue::from_static(host));
            if let Some(origin) = origin {
                headers.insert(ORIGIN, HeaderValue::from_static(origin));
            }
            assert_eq!(origins.allow(&headers), *allowed, "{origins:?}: {origin:?} to {host}");
        }
    }
}
