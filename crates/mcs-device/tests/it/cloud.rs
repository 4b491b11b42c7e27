//! The REST interface and the Command Server, as far as a board needs them.

use std::net::SocketAddr;
use std::time::Duration;

use mcs_device::{Link, SimulateConfig, simulate};
use tokio::io::{AsyncBufReadExt, AsyncRead};
use tokio::io::{AsyncReadExt, AsyncWriteExt, BufReader};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::mpsc;
use tokio::task::JoinHandle;
use tokio::time::timeout;

/// The board's id and key.
pub(crate) const PREFIX: &str = "Dtest001,testKey000000001,";

/// What a board is served with; its requests are kept.
pub(crate) struct Cloud {
    /// REST.
    pub(crate) http: SocketAddr,
    requests: mpsc::UnboundedReceiver<Request>,
    commands: TcpListener,
    board: JoinHandle<()>,
}

/// A request of the board.
#[derive(Debug)]
pub(crate) struct Request {
    /// Such as `PUT /mcs/v2/devices/Dtest001/firmwares`.
    pub(crate) line: String,
    /// The value of the header `deviceKey`.
    pub(crate) key: String,
    /// The body.
    pub(crate) body: String,
}

impl Cloud {
    /// Starts a board whose firmware, when asked for, is `image`.
    pub(crate) async fn with_board(image: &'static [u8]) -> Self {
        let rest = TcpListener::bind(("127.0.0.1", 0)).await.unwrap();
        let commands = TcpListener::bind(("127.0.0.1", 0)).await.unwrap();
        let http = rest.local_addr().unwrap();
        let connection = format!("127.0.0.1,{}", commands.local_addr().unwrap().port());
        let (requests_to, requests) = mpsc::unbounded_channel();
        tokio::spawn(async move {
            while let Ok((stream, _)) = rest.accept().await {
                tokio::spawn(answer(stream, connection.clone(), image, requests_to.clone()));
            }
        });
        let link = Link::Command { api: format!("http://{http}") };
        let config = SimulateConfig {
            interval: Duration::from_millis(20),
            ..SimulateConfig::new(
                "Dtest001".parse().unwrap(),
                "testKey000000001".parse().unwrap(),
                link,
            )
        };
        let board = tokio::spawn(async move {
            let ended = simulate(config).await;
            panic!("the board ended: {ended:?}");
        });
        Self { http, requests, commands, board }
    }

    /// The board's next connection, its first heartbeat read and echoed.
    pub(crate) async fn connected(&self) -> TcpStream {
        let accepted = soon("a connection", self.commands.accept()).await;
        let mut stream = accepted.unwrap().0;
        let heartbeat = said(&mut stream, PREFIX.len() + 1).await;
        assert_eq!(heartbeat, format!("{PREFIX}0"));
        stream.write_all(heartbeat.as_bytes()).await.unwrap();
        stream
    }

    /// The next request whose line or body holds `part`.
    pub(crate) async fn request(&mut self, part: &str) -> Request {
        let searching = async {
            loop {
                let request = self.requests.recv().await.unwrap();
                if request.line.contains(part) || request.body.contains(part) {
                    return request;
                }
            }
        };
        soon(part, searching).await
    }
}

impl Drop for Cloud {
    fn drop(&mut self) {
        self.board.abort();
    }
}

/// Waits for what has to come soon.
pub(crate) async fn soon<T>(what: &str, future: impl Future<Output = T>) -> T {
    let waited = timeout(Duration::from_mins(2), future).await;
    waited.unwrap_or_else(|_| panic!("waited in vain for {what}"))
}

async fn said(stream: &mut (impl AsyncRead + Unpin), len: usize) -> String {
    let mut bytes = vec![0; len];
    soon("a heartbeat", stream.read_exact(&mut bytes)).await.unwrap();
    String::from_utf8(bytes).unwrap()
}

async fn answer(
    stream: TcpStream,
    connection: String,
    image: &'static [u8],
    requests: mpsc::UnboundedSender<Request>,
) {
    let mut stream = BufReader::new(stream);
    let mut line = String::new();
    stream.read_line(&mut line).await.unwrap();
    let line = line.trim_end_matches(" HTTP/1.1\r\n").to_owned();
    let (mut key, mut length) = (String::new(), 0);
    loop {
        let mut header = String::new();
        stream.read_line(&mut header).await.unwrap();
        let Some((name, value)) = header.trim_end().split_once(": ") else { break };
        match name.to_lowercase().as_str() {
            "devicekey" => key = value.to_owned(),
            "content-length" => length = value.parse().unwrap(),
            _ => {}
        }
    }
    let mut body = vec![0; length];
    stream.read_exact(&mut body).await.unwrap();
    let body = String::from_utf8(body).unwrap();
    let reply = match line.as_str() {
        it if it.ends_with("/connections.csv") => connection.into_bytes(),
        it if it.starts_with("GET /fw/") => image.to_vec(),
        it if it.contains("/firmwares") => br#"{"code":200,"fwId":"F00000000001"}"#.to_vec(),
        _ => b"Success.".to_vec(),
    };
    requests.send(Request { line, key, body }).ok();
    let head = format!("HTTP/1.1 200 OK\r\nContent-Length: {}\r\n\r\n", reply.len());
    stream.write_all(head.as_bytes()).await.unwrap();
    stream.write_all(&reply).await.unwrap();
}
