//! MQTT over WebSocket.

use std::net::SocketAddr;
use std::time::Duration;

use axum::Router;
use axum::extract::ws::WebSocketUpgrade;
use axum::extract::{ConnectInfo, State};
use axum::http::HeaderMap;
use axum::response::Response;
use axum::routing::any;
use futures_util::{SinkExt, StreamExt};
use mcs_server::edge::{Broker, Edge, Origins};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};
use tokio_tungstenite::tungstenite::client::IntoClientRequest;
use tokio_tungstenite::tungstenite::http::HeaderValue;
use tokio_tungstenite::tungstenite::{Error, Message as Frame};
use tokio_tungstenite::{WebSocketStream, client_async};

use crate::gate::{DEVICE, Event};
use crate::wire::{Hello, Message, Raw, Version};
use crate::{Bench, free_port, soon};

type Socket = WebSocketStream<TcpStream>;

/// A web server with nothing but the tunnel.
async fn serve(edge: Edge) -> SocketAddr {
    async fn mqtt(
        State(edge): State<Edge>,
        ConnectInfo(peer): ConnectInfo<SocketAddr>,
        headers: HeaderMap,
        upgrade: WebSocketUpgrade,
    ) -> Response {
        edge.upgrade(upgrade, &headers, peer).await
    }
    let listener = TcpListener::bind(free_port()).await.expect("a port");
    let address = listener.local_addr().expect("bound");
    let router = Router::new().route("/mqtt", any(mqtt)).with_state(edge);
    tokio::spawn(async move {
        axum::serve(listener, router.into_make_service_with_connect_info::<SocketAddr>()).await
    });
    address
}

async fn open(
    address: SocketAddr,
    protocol: Option<&str>,
    origin: Option<&str>,
) -> Result<Socket, Error> {
    let mut request = format!("ws://{address}/mqtt").into_client_request()?;
    if let Some(protocol) = protocol {
        request.headers_mut().insert("sec-websocket-protocol", HeaderValue::from_str(protocol)?);
    }
    if let Some(origin) = origin {
        request.headers_mut().insert("origin", HeaderValue::from_str(origin)?);
    }
    let stream = TcpStream::connect(address).await?;
    Ok(client_async(request, stream).await?.0)
}

/// Sends what a plain client would, as frames of any size; answers what comes back, as plain bytes.
fn plain(mut socket: Socket) -> tokio::io::DuplexStream {
    let (near, far) = tokio::io::duplex(1 << 16);
    tokio::spawn(async move {
        let (mut from_near, mut to_near) = tokio::io::split(far);
        let mut chunk = vec![0; 50_000];
        loop {
            tokio::select! {
                read = from_near.read(&mut chunk) => match read {
                    Ok(len) if len > 0 => {
                        let frame = Frame::binary(chunk[..len].to_vec());
                        socket.send(frame).await.expect("an open tunnel");
                    }
                    _ => return,
                },
                frame = socket.next() => match frame {
                    Some(Ok(Frame::Binary(bytes))) => to_near.write_all(&bytes).await.expect("a reader"),
                    Some(Ok(_)) => {}
                    _ => return,
                },
            }
        }
    });
    near
}

async fn brokers(bench: &Bench) -> [(&'static str, SocketAddr); 2] {
    let embedded = serve(Edge::new(Broker::Embedded(bench.bus.clone()))).await;
    let tcp = serve(Edge::new(Broker::Tcp(bench.address()))).await;
    [("embedded", embedded), ("by TCP", tcp)]
}

#[tokio::test(flavor = "multi_thread")]
async fn a_browser_and_a_device_exchange_small_and_large_messages() {
    let bench = Bench::start().await;
    for (how, address) in brokers(&bench).await {
        for version in [Version::V311, Version::V5] {
            let protocol = if version == Version::V5 { "mqtt" } else { "mqttv3.1" };
            let socket = open(address, Some(protocol), None).await.expect(how);
            let (mut browser, welcome) =
                Raw::over(plain(socket), &Hello::new(version, "browser")).await;
            assert_eq!(welcome.code, 0, "{how}");
            let mut device =
                Raw::connect(bench.address(), &Hello::new(Version::V311, "board")).await;
            browser.subscribe(&format!("{DEVICE}/down"), 1).await;
            device.subscribe(&format!("{DEVICE}/up"), 1).await;

            let large = "x".repeat(1_000_000);
            for payload in ["1", "2", &large, "3"] {
                device.publish(&Message::new(&format!("{DEVICE}/down"), payload, 1)).await;
                assert!(
                    browser.message().await.payload == payload.as_bytes(),
                    "{how} {version:?} down"
                );
                browser.publish(&Message::new(&format!("{DEVICE}/up"), payload, 1)).await;
                assert!(
                    device.message().await.payload == payload.as_bytes(),
                    "{how} {version:?} up"
                );
            }
            browser.disconnect().await;
        }
    }
}

/// All of it is there when the broker begins: whether a message is ready before the one before it has gone out is a
/// matter of turns then.
#[tokio::test]
async fn many_small_messages_come_in_few_frames() {
    let bench = Bench::start().await;
    let address = serve(Edge::new(Broker::Embedded(bench.bus.clone()))).await;
    let mut socket = open(address, Some("mqtt"), None).await.expect("a tunnel");
    let mut hello = Hello::new(Version::V311, "browser").packet();
    // SUBSCRIBE at QoS 0, in the same frame as the CONNECT.
    let filter = format!("{DEVICE}/+");
    let mut body = vec![0, 1, 0, filter.len() as u8];
    body.extend(filter.as_bytes());
    body.push(0);
    hello.extend(crate::wire::framed(0x82, &body));
    socket.send(Frame::binary(hello)).await.expect("sent");
    let mut answers = 0;
    while answers < 4 + 5 {
        answers +=
            soon("CONNACK and SUBACK", socket.next()).await.expect("open").expect("a frame").len();
    }

    const COUNT: usize = 2000;
    let topic = format!("{DEVICE}/count");
    let message = Message::new(&topic, "0123456789", 0).packet(Version::V311, 0, false);
    let mut device = Raw::connect(bench.address(), &Hello::new(Version::V311, "board")).await;
    device.send(&message.repeat(COUNT)).await;
    let (mut frames, mut bytes) = (0, 0);
    while bytes < COUNT * (4 + topic.len() + 10) {
        let frame = soon("the next frame", socket.next()).await.expect("open").expect("a frame");
        assert!(frame.len() <= 64 << 10);
        frames += 1;
        bytes += frame.len();
    }
    assert!(frames < COUNT / 10, "{COUNT} messages in {frames} frames");
}

#[tokio::test(flavor = "multi_thread")]
async fn only_mqtt_from_our_own_pages_is_let_in() {
    let bench = Bench::start().await;
    let mut edge = Edge::new(Broker::Embedded(bench.bus.clone()));
    let strict = serve(edge.clone()).await;
    edge.origins = Origins::Any;
    let open_to_all = serve(edge).await;
    for (address, protocol, origin, status) in [
        (strict, Some("mqtt"), None, 101),
        (strict, Some("mqttv3.1"), Some("http://127.0.0.1:8080"), 101),
        (strict, Some("chat, mqtt"), None, 101),
        (strict, Some("mqtt"), Some("http://evil.example"), 403),
        (strict, Some("mqtt"), Some("null"), 403),
        (open_to_all, Some("mqtt"), Some("http://evil.example"), 101),
        (strict, Some("chat"), None, 400),
        (strict, None, None, 101),
        (strict, None, Some("http://evil.example"), 403),
    ] {
        let got = match open(address, protocol, origin).await {
            Ok(_) => 101,
            Err(Error::Http(response)) => response.status().as_u16(),
            // Refused by the client's library: the server accepted without naming the protocol.
            Err(other) => panic!("{protocol:?} from {origin:?}: {other}"),
        };
        assert_eq!(got, status, "{protocol:?} from {origin:?}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn without_a_broker_the_tunnel_is_a_bad_gateway() {
    let gone = TcpListener::bind(free_port()).await.expect("a port").local_addr().expect("bound");
    let address = serve(Edge::new(Broker::Tcp(gone))).await;
    let Err(Error::Http(response)) = open(address, Some("mqtt"), None).await else {
        panic!("it opened")
    };
    assert_eq!(response.status().as_u16(), 502);
}

#[tokio::test(flavor = "multi_thread")]
async fn either_side_closing_closes_the_other() {
    let mut bench = Bench::start().await;
    for (how, address) in brokers(&bench).await {
        // The browser's tab is closed, with and without a word.
        for polite in [true, false] {
            let mut socket = open(address, Some("mqtt"), None).await.expect(how);
            let hello = Hello::new(Version::V311, "tab").packet();
            socket.send(Frame::binary(hello)).await.expect("sent");
            soon("CONNACK", socket.next()).await.expect("open").expect("a frame");
            if polite {
                socket.close(None).await.expect("closed");
            }
            drop(socket);
            bench.events.find("gone", |event| matches!(event, Event::Disconnected(..))).await;
        }

        // The broker refuses the login.
        let mut socket = open(address, Some("mqtt"), None).await.expect(how);
        let hello = Hello::new(Version::V311, "tab").login("ann", "wrong").packet();
        socket.send(Frame::binary(hello)).await.expect("sent");
        let connack = soon("CONNACK", socket.next()).await.expect("open").expect("a frame");
        assert_eq!(connack.into_data()[..], [0x20, 2, 0, 4], "{how}");
        let close =
            soon("the close frame", socket.next()).await.expect("a frame").expect("a frame");
        assert!(close.is_close(), "{how}: {close:?}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn text_large_messages_and_silence_are_no_mqtt() {
    let bench = Bench::start().await;
    let edge = Edge {
        message: 1000,
        patience: Duration::from_millis(300),
        ..Edge::new(Broker::Embedded(bench.bus.clone()))
    };
    let address = serve(edge).await;
    for (case, frame) in [
        ("text", Some(Frame::text("hello"))),
        ("large", Some(Frame::binary(vec![0x10; 1001]))),
        ("silence", None),
    ] {
        let mut socket = open(address, Some("mqtt"), None).await.expect("a tunnel");
        if let Some(frame) = frame {
            socket.send(frame).await.expect("sent");
        }
        soon(case, async { while let Some(Ok(_)) = socket.next().await {} }).await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_side_that_does_not_read_stops_the_other() {
    const PLENTY: usize = 64 << 20;
    let listener = TcpListener::bind(free_port()).await.expect("a port");
    let address = serve(Edge::new(Broker::Tcp(listener.local_addr().expect("bound")))).await;
    let chunk = vec![0; 1 << 16];

    for who_talks in ["broker", "browser"] {
        let (socket, accepted) = tokio::join!(open(address, Some("mqtt"), None), listener.accept());
        let (mut socket, (mut broker, _)) =
            (socket.expect("a tunnel"), accepted.expect("a connection"));
        let mut sent = 0;
        let talking = async {
            while sent < PLENTY {
                match who_talks {
                    "broker" => broker.write_all(&chunk).await.expect("an open connection"),
                    _ => socket.send(Frame::binary(chunk.clone())).await.expect("an open tunnel"),
                }
                sent += chunk.len();
            }
        };
        // It stalls for good once every buffer on the way is full.
        let stalled = tokio::time::timeout(Duration::from_secs(2), talking).await.is_err();
        assert!(stalled, "{sent} bytes from the {who_talks} that nobody read");
    }
}
