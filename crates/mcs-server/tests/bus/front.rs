//! Limits, listeners and the end.

use std::sync::Arc;
use std::time::Duration;

use mcs_server::bus::{EmbeddedBus, Limits, SessionStore, Tls};
use mcs_server::tls::Certificate;
use rcgen::CertifiedKey;
use tokio::io::AsyncReadExt;
use tokio::net::TcpStream;
use tokio_rustls::TlsConnector;
use tokio_rustls::rustls::crypto::ring;
use tokio_rustls::rustls::{ClientConfig, RootCertStore};

use crate::gate::{DEVICE, TestGate};
use crate::wire::{Hello, Message, Raw, VERSIONS, Version, framed};
use crate::{Bench, Folder, free_port, soon};

#[tokio::test(flavor = "multi_thread")]
async fn an_oversize_packet_is_refused_by_its_header() {
    let bench = Bench::start().await;
    let topic = format!("{DEVICE}/blob");
    for version in VERSIONS {
        let mut device = Raw::connect(bench.address(), &Hello::new(version, "board")).await;
        // 256 MB are announced, none is sent.
        device.send(&[0x30, 0xff, 0xff, 0xff, 0x7f]).await;
        let told = (version == Version::V5).then(|| (0xe0, vec![0x95]));
        assert_eq!(device.closed().await, told, "{version:?}");

        let mut device = Raw::connect(bench.address(), &Hello::new(version, "board")).await;
        let fits = "x".repeat((1 << 20) - topic.len() - 8);
        assert_eq!(device.publish(&Message::new(&topic, &fits, 1)).await, 0, "{version:?}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn mqtt_5_clients_are_told_the_limits() {
    let bench = Bench::with(|config| config.limits.silence = Duration::from_secs(0x1234)).await;
    let hello = Hello { keep_alive: 0, ..Hello::new(Version::V5, "board") };
    let (_, welcome) = Raw::try_connect(bench.address(), &hello).await;
    let has =
        |property: &[u8]| welcome.properties.windows(property.len()).any(|part| part == property);
    assert!(has(&[0x27, 0, 0x10, 0, 0]), "maximum packet size in {:x?}", welcome.properties);
    assert!(has(&[0x13, 0x12, 0x34]), "server keep alive in {:x?}", welcome.properties);
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_no_connect_is_closed_at_once() {
    let bench = Bench::start().await;
    let unknown_version = framed(0x10, b"\x00\x04MQTT\x09\x02\x00\x3c\x00\x01c");
    let cases: &[(&[u8], &[u8])] = &[
        (b"GET / HTTP/1.1\r\nHost: a\r\n\r\n", b""),
        (&[0xc0, 0], b""),
        // A CONNECT of 256 MB.
        (&[0x10, 0xff, 0xff, 0xff, 0x7f], b""),
        (&unknown_version, &[0x20, 2, 0, 1]),
    ];
    for (sent, answer) in cases {
        let mut stream = TcpStream::connect(bench.address()).await.expect("a listener");
        tokio::io::AsyncWriteExt::write_all(&mut stream, sent).await.expect("sent");
        let mut got = Vec::new();
        // The rest of what was sent may be answered by a reset.
        let _ = soon("the end", stream.read_to_end(&mut got)).await;
        assert_eq!(got, *answer, "{sent:x?}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_silent_socket_is_closed_and_blocks_nobody() {
    let bench = Bench::with(|config| config.limits.connect = Duration::from_millis(300)).await;
    let mut silent = Vec::new();
    for _ in 0..30 {
        silent.push(TcpStream::connect(bench.address()).await.expect("a listener"));
    }
    Raw::connect(bench.address(), &Hello::new(Version::V311, "board")).await.ping().await;
    for mut socket in silent {
        let read = soon("the end of a silent socket", socket.read(&mut [0; 1])).await;
        assert_eq!(read.unwrap_or_default(), 0);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_client_that_falls_silent_is_closed_after_its_keep_alive() {
    let bench = Bench::start().await;
    let hello = Hello { keep_alive: 1, ..Hello::new(Version::V311, "board") };
    let mut device = Raw::connect(bench.address(), &hello).await;
    device.ping().await;
    device.closed().await;
}

/// [MQTT-3.1.2-24]: one and a half times its keep alive after the last packet of the client, whatever it is sent.
#[tokio::test(flavor = "multi_thread")]
async fn what_a_client_is_sent_does_not_keep_it_alive() {
    let bench = Bench::start().await;
    let mut speaker = Raw::connect(bench.address(), &Hello::new(Version::V311, "speaker")).await;
    let speaking = tokio::spawn(async move {
        loop {
            speaker.publish(&Message::new(&format!("{DEVICE}/a"), "1", 0)).await;
            tokio::time::sleep(Duration::from_millis(100)).await;
        }
    });
    let mut dying = Vec::new();
    for version in VERSIONS {
        let hello = Hello { keep_alive: 2, ..Hello::new(version, "silent") };
        let mut silent = Raw::connect(bench.address(), &hello).await;
        silent.subscribe(&format!("{DEVICE}/a"), 0).await;
        let start = tokio::time::Instant::now();
        dying.push(tokio::spawn(async move {
            silent.closed().await;
            start.elapsed()
        }));
    }
    for silent in dying {
        let lived = silent.await.expect("the end");
        assert!(
            (Duration::from_millis(2900)..Duration::from_millis(4500)).contains(&lived),
            "{lived:?}"
        );
    }
    speaking.abort();
}

#[tokio::test(flavor = "multi_thread")]
async fn only_so_many_clients_come_in() {
    let bench = Bench::with(|config| config.limits.clients = 2).await;
    let hello = Hello::new(Version::V311, "board");
    let first = Raw::connect(bench.address(), &hello).await;
    let mut second = Raw::connect(bench.address(), &hello).await;
    let mut third = TcpStream::connect(bench.address()).await.expect("a listener");
    assert_eq!(soon("the end of the third", third.read(&mut [0; 1])).await.unwrap_or_default(), 0);
    second.ping().await;
    first.disconnect().await;
    second.ping().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn tls_clients_and_plain_ones_share_the_bus() {
    let folder = Folder::new();
    let CertifiedKey { cert, signing_key } =
        rcgen::generate_simple_self_signed(["localhost".to_owned()]).expect("a certificate");
    let (cert_file, key_file) = (folder.join("cert.pem"), folder.join("key.pem"));
    std::fs::write(&cert_file, cert.pem()).expect("written");
    std::fs::write(&key_file, signing_key.serialize_pem()).expect("written");
    let bench = Bench::with(|config| {
        let certificate = Certificate::load(&cert_file, &key_file).expect("a certificate");
        config.mqtts = Some(Tls { address: free_port(), certificate });
    })
    .await;

    let mut roots = RootCertStore::empty();
    roots.add(cert.der().clone()).expect("a root");
    let client = ClientConfig::builder_with_provider(Arc::new(ring::default_provider()))
        .with_safe_default_protocol_versions()
        .expect("protocols")
        .with_root_certificates(roots)
        .with_no_client_auth();
    let address = bench.bus.mqtts().expect("a TLS listener");
    let stream = TcpStream::connect(address).await.expect("a listener");
    let name = "localhost".try_into().expect("a name");
    let stream =
        TlsConnector::from(Arc::new(client)).connect(name, stream).await.expect("a handshake");

    let (mut secure, welcome) = Raw::over(stream, &Hello::new(Version::V5, "secure")).await;
    assert_eq!(welcome.code, 0);
    secure.subscribe(&format!("{DEVICE}/+"), 1).await;
    let mut plain = Raw::connect(bench.address(), &Hello::new(Version::V311, "plain")).await;
    let message = Message::new(&format!("{DEVICE}/switch"), "1", 1);
    plain.publish(&message).await;
    assert_eq!(secure.message().await, message);
    secure.disconnect().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn several_brokers_run_side_by_side() {
    let (one, two) = (Bench::start().await, Bench::start().await);
    let hello = Hello::new(Version::V311, "board").lasting();
    let mut first = Raw::connect(one.address(), &hello).await;
    let mut second = Raw::connect(two.address(), &hello).await;
    for device in [&mut first, &mut second] {
        device.subscribe(&format!("{DEVICE}/+"), 1).await;
    }
    first.publish(&Message::new(&format!("{DEVICE}/switch"), "1", 1)).await;
    second.publish(&Message::new(&format!("{DEVICE}/switch"), "2", 1)).await;
    assert_eq!(first.message().await.payload, b"1");
    assert_eq!(second.message().await.payload, b"2");
}

#[tokio::test(flavor = "multi_thread")]
async fn stopping_closes_everything_and_publishes_no_will() {
    let mut bench = Bench::start().await;
    let topic = format!("{DEVICE}/status");
    let mut device =
        Raw::connect(bench.address(), &Hello::new(Version::V311, "board").will(&topic, "bye"))
            .await;
    device.ping().await;
    let mut console = Raw::connect(bench.address(), &Hello::new(Version::V5, "console")).await;
    console.ping().await;

    bench.bus.stop().await;

    assert_eq!(device.closed().await, None);
    assert_eq!(console.closed().await, Some((0xe0, vec![0x8b])));
    assert!(TcpStream::connect(bench.address()).await.is_err(), "the listener is closed");
    let event = bench
        .events
        .find("the end", |event| {
            use crate::gate::Event::{Disconnected, Published};
            matches!(event, Disconnected(..) | Published(..))
        })
        .await;
    assert!(matches!(event, crate::gate::Event::Disconnected(..)), "not {event:?}");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_wrong_configuration_is_told_at_the_start() {
    let folder = Folder::new();
    let sessions = SessionStore::open(&folder).await.expect("a database");
    let taken = std::net::TcpListener::bind("127.0.0.1:0").expect("a port");
    let good = || mcs_server::bus::Config {
        mqtt: free_port(),
        mqtts: None,
        sessions: sessions.clone(),
        limits: Limits::default(),
    };
    let taken_port = mcs_server::bus::Config { mqtt: taken.local_addr().expect("bound"), ..good() };
    for (config, word) in [(taken_port, "cannot listen")] {
        let Err(error) = EmbeddedBus::start(config, TestGate::new().0).await else {
            panic!("{word}: it started");
        };
        assert!(format!("{error:#}").contains(word), "{error:#}");
    }
}
