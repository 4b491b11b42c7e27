//! Every listener over TLS, with a certificate that may be renewed.

use std::net::SocketAddr;
use std::path::Path;
use std::sync::Arc;

use mcs_server::config::{Settings, TlsFiles};
use mcs_server::tls::Certificate;
use rcgen::CertifiedKey;
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::{TcpListener, TcpStream};
use tokio_rustls::TlsConnector;
use tokio_rustls::client::TlsStream;
use tokio_rustls::rustls::crypto::ring;
use tokio_rustls::rustls::pki_types::CertificateDer;
use tokio_rustls::rustls::{ClientConfig, RootCertStore};

use crate::client::Request;
use crate::{Folder, ID, KEY, Site, soon};

/// Writes a certificate of its own into the folder.
fn issue(folder: &Path) -> (TlsFiles, CertificateDer<'static>) {
    let CertifiedKey { cert, signing_key } =
        rcgen::generate_simple_self_signed(["localhost".to_owned()]).expect("a certificate");
    let tls = TlsFiles { cert: folder.join("cert.pem"), key: folder.join("key.pem") };
    std::fs::write(&tls.cert, cert.pem()).expect("written");
    std::fs::write(&tls.key, signing_key.serialize_pem()).expect("written");
    (tls, cert.der().clone())
}

/// Who trusts this certificate and no other.
fn client(trusted: &CertificateDer<'static>) -> TlsConnector {
    let mut roots = RootCertStore::empty();
    roots.add(trusted.clone()).expect("a root");
    let client = ClientConfig::builder_with_provider(Arc::new(ring::default_provider()))
        .with_safe_default_protocol_versions()
        .expect("versions")
        .with_root_certificates(roots)
        .with_no_client_auth();
    TlsConnector::from(Arc::new(client))
}

async fn connect(
    connector: &TlsConnector,
    to: SocketAddr,
) -> std::io::Result<TlsStream<TcpStream>> {
    let stream = TcpStream::connect(to).await?;
    soon("TLS", connector.connect("localhost".try_into().expect("a name"), stream)).await
}

async fn exchange(connector: &TlsConnector, to: SocketAddr, question: &[u8], answer: &[u8]) {
    let mut stream = connect(connector, to).await.expect("TLS");
    stream.write_all(question).await.expect("to send");
    let mut got = vec![0; answer.len()];
    soon("the answer", stream.read_exact(&mut got)).await.expect("an answer");
    assert_eq!(String::from_utf8_lossy(&got), String::from_utf8_lossy(answer));
}

#[tokio::test(flavor = "multi_thread")]
async fn everything_can_be_had_over_tls() {
    let files = Folder::new();
    let (tls, trusted) = issue(&files);
    let site = Site::with(|config| {
        config.tls = Some(tls);
        config.wss = "127.0.0.1:0".parse().ok();
        config.mqtts = "127.0.0.1:0".parse().ok();
        config.https = "127.0.0.1:0".parse().ok();
        config.command_tls = "127.0.0.1:0".parse().ok();
    })
    .await;
    let connector = client(&trusted);
    let upgrade = b"GET /mqtt HTTP/1.1\r\nHost: localhost\r\nConnection: Upgrade\r\n\
                    Upgrade: websocket\r\nSec-WebSocket-Version: 13\r\n\
                    Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n\
                    Sec-WebSocket-Protocol: mqtt\r\n\r\n";
    let switched = b"HTTP/1.1 101 Switching Protocols\r\n";
    let connect = b"\x10\x0c\x00\x04MQTT\x04\x02\x00\x3c\x00\x00";
    let ask = format!(
        "GET /mcs/v2/devices/{ID}/connections.csv HTTP/1.1\r\nHost: localhost\r\ndeviceKey:{KEY}\r\n\r\n"
    );
    let heartbeat = format!("{ID},{KEY},0");
    let addrs = *site.server.addrs();
    for (to, question, answer) in [
        (addrs.wss, &upgrade[..], &switched[..]),
        (addrs.https, &upgrade[..], &switched[..]),
        (addrs.https, b"GET /healthz HTTP/1.1\r\nHost: a\r\n\r\n", b"HTTP/1.1 200 OK\r\n"),
        (addrs.mqtts, connect, b"\x20\x02\x00\x00"),
        (addrs.command_tls, heartbeat.as_bytes(), heartbeat.as_bytes()),
    ] {
        exchange(&connector, to.expect("a listener"), question, answer).await;
    }

    // Who asks for the Command Server is told of the one without TLS: no program for MCS knows another.
    let mut stream =
        self::connect(&connector, addrs.https.expect("a listener")).await.expect("TLS");
    stream.write_all(ask.as_bytes()).await.expect("to send");
    let mut answer = Vec::new();
    let plain = addrs.command.to_string().replace(':', ",");
    while !answer.ends_with(plain.as_bytes()) {
        assert_ne!(soon("an answer", stream.read_buf(&mut answer)).await.expect("an answer"), 0);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_command_reaches_a_device_over_tls_and_its_end_is_noticed() {
    let files = Folder::new();
    let (tls, trusted) = issue(&files);
    let site = Site::with(|config| {
        config.tls = Some(tls);
        config.command_tls = "127.0.0.1:0".parse().ok();
    })
    .await;
    let token = site.sign_in("viewer").await;
    let to = site.server.addrs().command_tls.expect("a listener");
    let mut board = connect(&client(&trusted), to).await.expect("TLS");
    board.write_all(format!("{ID},{KEY},").as_bytes()).await.expect("to send");
    site.listed_when(&token, |it| it["presence"]["transports"][0] == "command").await;
    site.device("POST", "/datapoints.csv").body("target,1432538716989,7").send().await;
    let expected = format!("{ID},{KEY},{ID},{KEY},1432538716989,target,7");
    let mut got = vec![0; expected.len()];
    soon(&expected, board.read_exact(&mut got)).await.expect("bytes");
    assert_eq!(String::from_utf8_lossy(&got), expected);
    drop(board);
    site.listed_when(&token, |it| it["presence"]["transports"][0].is_null()).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn handshakes_that_never_end_keep_nobody_out() {
    let files = Folder::new();
    let (tls, trusted) = issue(&files);
    let site = Site::with(|config| {
        config.tls = Some(tls);
        config.https = "127.0.0.1:0".parse().ok();
        config.mqtts = "127.0.0.1:0".parse().ok();
        config.command_tls = "127.0.0.1:0".parse().ok();
    })
    .await;
    let addrs = *site.server.addrs();
    for to in [addrs.https, addrs.mqtts, addrs.command_tls] {
        let to = to.expect("a listener");
        let mut slow = Vec::new();
        for _ in 0..50 {
            let mut stream = TcpStream::connect(to).await.expect("a connection");
            // The beginning of a ClientHello.
            stream.write_all(b"\x16\x03\x01").await.expect("to send");
            slow.push(stream);
        }
        connect(&client(&trusted), to).await.expect("TLS");
    }
}

/// Whether a new client that trusts only this certificate is let in.
async fn serves(certificate: &Arc<Certificate>, trusted: &CertificateDer<'static>) -> bool {
    let listener = TcpListener::bind("127.0.0.1:0").await.expect("a listener");
    let to = listener.local_addr().expect("an address");
    let acceptor = certificate.acceptor().expect("an acceptor");
    let accepting = async {
        let (stream, _) = listener.accept().await.expect("a connection");
        acceptor.accept(stream).await
    };
    let (connected, accepted) = tokio::join!(connect_owned(client(trusted), to), accepting);
    connected.is_ok() && accepted.is_ok()
}

async fn connect_owned(connector: TlsConnector, to: SocketAddr) -> std::io::Result<()> {
    connect(&connector, to).await.map(drop)
}

#[tokio::test]
async fn a_renewed_certificate_needs_no_restart_and_a_broken_one_changes_nothing() {
    let files = Folder::new();
    let (tls, first) = issue(&files);
    let certificate = Certificate::load(&tls.cert, &tls.key).expect("a certificate");
    assert!(!certificate.refresh().expect("readable"), "nothing changed");
    assert!(serves(&certificate, &first).await);

    // Only one of the two files is renewed yet: they do not fit together.
    let (_, second) = issue(&files);
    let key = std::fs::read(&tls.key).expect("a key");
    std::fs::write(&tls.key, "no key").expect("written");
    let error = certificate.refresh().expect_err("no key");
    assert!(format!("{error:#}").contains("key.pem"), "{error:#}");
    assert!(!certificate.refresh().expect("told already"));
    assert!(serves(&certificate, &first).await);

    std::fs::write(&tls.key, key).expect("written");
    assert!(certificate.refresh().expect("a certificate"));
    assert!(serves(&certificate, &second).await);
    assert!(!serves(&certificate, &first).await);

    std::fs::remove_file(&tls.cert).expect("removed");
    assert!(certificate.refresh().is_err());
    assert!(serves(&certificate, &second).await);
}

#[test]
fn files_that_hold_no_certificate_are_told_at_the_start() {
    let folder = Folder::new();
    let (tls, _) = issue(&folder);
    let none = folder.join("none.pem");
    for (cert, key, word) in
        [(&none, &tls.key, "none.pem"), (&tls.cert, &none, "none.pem"), (&tls.key, &tls.key, "fit")]
    {
        let error = Certificate::load(cert, key).expect_err(word);
        assert!(format!("{error:#}").contains(word), "{error:#}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_session_that_began_over_tls_never_leaves_without() {
    let files = Folder::new();
    let (tls, trusted) = issue(&files);
    let site = Site::with(|config| {
        config.tls = Some(tls);
        config.https = "127.0.0.1:0".parse().ok();
    })
    .await;
    site.sign_in("viewer").await;
    let to = site.server.addrs().https.expect("a listener");
    let body = r#"{"name":"viewer","password":"secret"}"#;
    let login = format!(
        "POST /api/login HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\n\
         Connection: close\r\nContent-Length: {}\r\n\r\n{body}",
        body.len()
    );
    let mut stream = connect(&client(&trusted), to).await.expect("TLS");
    stream.write_all(login.as_bytes()).await.expect("to send");
    let mut secure = String::new();
    soon("the answer", stream.read_to_string(&mut secure)).await.expect("an answer");
    let plain = site.log_in("viewer", "secret").await.head;
    let cookie = |head: &str| {
        let mut lines = head.lines();
        let line = lines.find(|it| it.starts_with("Set-Cookie: mcs_session"));
        line.expect("a cookie").to_owned()
    };
    // Browsers leave the port out where it goes without saying.
    assert!(cookie(&secure).starts_with("Set-Cookie: mcs_session_443="), "{secure}");
    let plain_80 = Request::new(site.http(), "POST", "/api/login").host("localhost").body(body);
    let plain_80 = cookie(&plain_80.send().await.head);
    assert!(plain_80.starts_with("Set-Cookie: mcs_session_80="), "{plain_80}");
    let (session, _) = plain_80["Set-Cookie: ".len()..].split_once(';').expect("attributes");
    let opened = Request::new(site.http(), "GET", "/api/session").host("localhost");
    assert_eq!(opened.header("Cookie", session).send().await.status, 200);
    assert!(cookie(&secure).ends_with("; Secure"), "{secure}");
    assert!(!cookie(&plain).contains("Secure"), "{plain}");
}

#[test]
fn what_needs_a_certificate_says_so() {
    let any = "127.0.0.1:0".parse().ok();
    for settings in [
        Settings { https: any, ..Settings::default() },
        Settings { command_tls: any, ..Settings::default() },
        Settings { mqtts: any, ..Settings::default() },
        Settings { wss: any, ..Settings::default() },
    ] {
        let error = settings.into_config().expect_err("it has none");
        assert!(error.to_string().contains("tls-cert"), "{error:#}");
    }
}
