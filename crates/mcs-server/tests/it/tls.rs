use std::sync::Arc;

use mcs_server::config::TlsFiles;
use rcgen::CertifiedKey;
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::TcpStream;
use tokio_rustls::TlsConnector;
use tokio_rustls::rustls::crypto::ring;
use tokio_rustls::rustls::{ClientConfig, RootCertStore};

use crate::{Folder, Site, soon};

#[tokio::test(flavor = "multi_thread")]
async fn mqtt_and_its_websocket_can_be_had_over_tls() {
    let files = Folder::new();
    let CertifiedKey { cert, signing_key } =
        rcgen::generate_simple_self_signed(["localhost".to_owned()]).expect("a certificate");
    let tls = TlsFiles { cert: files.path().join("cert.pem"), key: files.path().join("key.pem") };
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
    let connector = TlsConnector::from(Arc::new(client));

    let upgrade = b"GET /mqtt HTTP/1.1\r\nHost: localhost\r\nConnection: Upgrade\r\n\
                    Upgrade: websocket\r\nSec-WebSocket-Version: 13\r\n\
                    Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n\
                    Sec-WebSocket-Protocol: mqtt\r\n\r\n";
    let connect = b"\x10\x0c\x00\x04MQTT\x04\x02\x00\x3c\x00\x00";
    let addrs = *site.server.addrs();
    for (to, question, answer) in [
        (addrs.wss, &upgrade[..], &b"HTTP/1.1 101 Switching Protocols\r\n"[..]),
        (addrs.mqtts, connect, b"\x20\x02\x00\x00"),
    ] {
        let stream = TcpStream::connect(to.expect("a listener")).await.expect("a connection");
        let name = "localhost".try_into().expect("a name");
        let mut stream = soon("TLS", connector.connect(name, stream)).await.expect("TLS");
        stream.write_all(question).await.expect("to send");
        let mut got = vec![0; answer.len()];
        soon("the answer", stream.read_exact(&mut got)).await.expect("an answer");
        assert_eq!(String::from_utf8_lossy(&got), String::from_utf8_lossy(answer));
    }
}
