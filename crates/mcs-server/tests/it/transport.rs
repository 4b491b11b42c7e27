//! The ways in which an MQTT client reaches the server.

use std::net::SocketAddr;
use std::sync::Arc;

use futures_util::{SinkExt as _, StreamExt as _};
use mcs_server::config::TlsFiles;
use rcgen::CertifiedKey;
use tokio::io::{AsyncRead, AsyncReadExt as _, AsyncWrite, AsyncWriteExt as _, DuplexStream};
use tokio::net::TcpStream;
use tokio_rustls::TlsConnector;
use tokio_rustls::rustls::crypto::ring;
use tokio_rustls::rustls::{ClientConfig, RootCertStore};
use tokio_tungstenite::tungstenite::client::IntoClientRequest as _;
use tokio_tungstenite::tungstenite::http::HeaderValue;
use tokio_tungstenite::tungstenite::{Error, Message as Frame};
use tokio_tungstenite::{WebSocketStream, client_async};

use crate::{Folder, Site, soon};

/// A byte stream to the server, whatever carries it.
pub(crate) trait Stream: AsyncRead + AsyncWrite + Send + Unpin {}

impl<S: AsyncRead + AsyncWrite + Send + Unpin> Stream for S {}

/// A server with all its MQTT listeners, and a client's trust in its certificate.
pub(crate) struct Listeners {
    pub(crate) site: Site,
    connector: TlsConnector,
    _files: Folder,
}

/// One way in.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Way {
    pub(crate) to: SocketAddr,
    pub(crate) tls: bool,
    /// Path and sub-protocol of a WebSocket.
    pub(crate) web: Option<(&'static str, Option<&'static str>)>,
}

impl Listeners {
    pub(crate) async fn start() -> Self {
        let files = Folder::new();
        let CertifiedKey { cert, signing_key } =
            rcgen::generate_simple_self_signed(["localhost".to_owned()]).expect("a certificate");
        let tls = TlsFiles { cert: files.join("cert.pem"), key: files.join("key.pem") };
        std::fs::write(&tls.cert, cert.pem()).expect("written");
        std::fs::write(&tls.key, signing_key.serialize_pem()).expect("written");
        let site = Site::with(|config| {
            config.tls = Some(tls);
            config.wss = "127.0.0.1:0".parse().ok();
            config.mqtts = "127.0.0.1:0".parse().ok();
        })
        .await;
        let mut roots = RootCertStore::empty();
        roots.add(cert.der().clone()).expect("a root");
        let client = ClientConfig::builder_with_provider(Arc::new(ring::default_provider()))
            .with_safe_default_protocol_versions()
            .expect("versions")
            .with_root_certificates(roots)
            .with_no_client_auth();
        Self { site, connector: TlsConnector::from(Arc::new(client)), _files: files }
    }

    /// Every way that a client may take: TCP, TLS, and WebSockets with each path and sub-protocol.
    pub(crate) fn ways(&self) -> Vec<Way> {
        let addrs = self.site.server.addrs();
        let (mqtts, wss) = (addrs.mqtts.expect("a listener"), addrs.wss.expect("a listener"));
        let mut ways = vec![
            Way { to: addrs.mqtt, tls: false, web: None },
            Way { to: mqtts, tls: true, web: None },
        ];
        for (to, tls) in [(addrs.ws, false), (wss, true), (addrs.http, false)] {
            for path in ["/mqtt", "/"] {
                for protocol in [Some("mqtt"), Some("mqttv3.1"), None] {
                    ways.push(Way { to, tls, web: Some((path, protocol)) });
                }
            }
        }
        ways
    }

    pub(crate) async fn open(&self, way: Way) -> Box<dyn Stream> {
        let tcp = TcpStream::connect(way.to).await.expect("a listener");
        tcp.set_nodelay(true).expect("a socket");
        let stream: Box<dyn Stream> = if way.tls {
            let name = "localhost".try_into().expect("a name");
            Box::new(soon("TLS", self.connector.connect(name, tcp)).await.expect("TLS"))
        } else {
            Box::new(tcp)
        };
        match way.web {
            None => stream,
            Some((path, protocol)) => {
                let socket = upgrade(stream, way.to, path, protocol).await.expect("a WebSocket");
                Box::new(plain(socket))
            }
        }
    }
}

async fn upgrade(
    stream: Box<dyn Stream>,
    to: SocketAddr,
    path: &str,
    protocol: Option<&'static str>,
) -> Result<WebSocketStream<Box<dyn Stream>>, Error> {
    let mut request = format!("ws://{to}{path}").into_client_request()?;
    if let Some(protocol) = protocol {
        let value = HeaderValue::from_static(protocol);
        request.headers_mut().insert("sec-websocket-protocol", value);
    }
    Ok(soon("the upgrade", client_async(request, stream)).await?.0)
}

/// Sends what a plain client would, a frame for each write; answers what comes back, as plain bytes.
fn plain(mut socket: WebSocketStream<Box<dyn Stream>>) -> DuplexStream {
    let (near, far) = tokio::io::duplex(1 << 16);
    tokio::spawn(async move {
        let (mut from_near, mut to_near) = tokio::io::split(far);
        let mut chunk = vec![0; 1 << 16];
        loop {
            tokio::select! {
                read = from_near.read(&mut chunk) => match read {
                    Ok(len) if len > 0 => {
                        let frame = Frame::binary(chunk[..len].to_vec());
                        if socket.send(frame).await.is_err() {
                            return;
                        }
                    }
                    _ => return,
                },
                frame = socket.next() => match frame {
                    Some(Ok(Frame::Binary(bytes))) => {
                        if to_near.write_all(&bytes).await.is_err() {
                            return;
                        }
                    }
                    Some(Ok(_)) => {}
                    _ => return,
                },
            }
        }
    });
    near
}
