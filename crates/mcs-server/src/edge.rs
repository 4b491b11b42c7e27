//! MQTT over WebSocket: a tunnel from our own web server to the broker [MQTT-6.0.0-1].
//!
//! The server mounts [`Edge::upgrade`] where it wants, so that the console's page, its REST calls and its MQTT
//! share one origin. Here the sub-protocol, the page's origin and sizes are checked; behind that it is bytes:
//! one WebSocket message may hold part of a packet or many [MQTT-6.0.0-2], and what the broker has ready
//! goes out in one.

mod tunnel;

use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;

use axum::extract::ws::WebSocketUpgrade;
use axum::http::header::{HOST, ORIGIN, SEC_WEBSOCKET_PROTOCOL};
use axum::http::{HeaderMap, StatusCode, Uri};
use axum::response::{IntoResponse, Response};
use tokio::io::{BufReader, copy_buf};
use tokio::net::TcpStream;
use tokio::time::timeout;
use tracing::debug;

use crate::bus::EmbeddedBus;
use tunnel::{FRAME, Tunnel};

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
                    bus.attach(peer, Tunnel::new(socket, patience));
                })
            }
            Broker::Tcp(address) => match timeout(patience, TcpStream::connect(address)).await {
                Ok(Ok(broker)) => upgrade.on_upgrade(async move |socket| {
                    carry(Tunnel::new(socket, patience), broker).await;
                }),
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
async fn carry(client: Tunnel, broker: TcpStream) {
    let (from_client, mut to_client) = tokio::io::split(client);
    let (from_broker, mut to_broker) = broker.into_split();
    let mut from_client = BufReader::with_capacity(FRAME, from_client);
    let mut from_broker = BufReader::with_capacity(FRAME, from_broker);
    let ended = tokio::select! {
        ended = copy_buf(&mut from_client, &mut to_broker) => ended,
        ended = copy_buf(&mut from_broker, &mut to_client) => ended,
    };
    if let Err(error) = ended {
        debug!(%error, "tunnel over");
    }
}

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
