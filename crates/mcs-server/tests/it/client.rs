//! An HTTP client that shows every byte.

use std::net::SocketAddr;

use serde_json::Value;
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::TcpStream;

use crate::soon;

/// A request to be.
pub(crate) struct Request {
    to: SocketAddr,
    head: String,
    body: Vec<u8>,
    tail: Vec<u8>,
}

/// An answer.
#[derive(Debug)]
pub(crate) struct Reply {
    pub(crate) status: u16,
    /// The head as it came.
    pub(crate) head: String,
    pub(crate) body: Vec<u8>,
}

impl Request {
    pub(crate) fn new(to: SocketAddr, method: &str, path: &str) -> Self {
        let head = format!("{method} {path} HTTP/1.1\r\nHost: {to}\r\n");
        Self { to, head, body: Vec::new(), tail: Vec::new() }
    }

    /// The same to a host of this name, as far as the request says.
    pub(crate) fn host(self, name: &str) -> Self {
        let head =
            self.head.replace(&format!("Host: {}\r\n", self.to), &format!("Host: {name}\r\n"));
        Self { head, ..self }
    }

    /// A header line with a space behind the colon.
    pub(crate) fn header(self, name: &str, value: &str) -> Self {
        self.line(&format!("{name}: {value}"))
    }

    /// A header line as it is.
    pub(crate) fn line(mut self, line: &str) -> Self {
        self.head.push_str(line);
        self.head.push_str("\r\n");
        self
    }

    pub(crate) fn body(mut self, body: impl Into<Vec<u8>>) -> Self {
        self.body = body.into();
        self
    }

    /// Bytes behind the end of the body.
    pub(crate) fn tail(mut self, tail: &[u8]) -> Self {
        self.tail = tail.to_vec();
        self
    }

    /// The bytes on the wire.
    pub(crate) fn bytes(mut self) -> Vec<u8> {
        let length = self.body.len();
        let framed =
            ["Content-Length", "Transfer-Encoding"].iter().any(|it| self.head.contains(it));
        if !framed && (length > 0 || self.head.starts_with("POST")) {
            self.head.push_str(&format!("Content-Length: {length}\r\n"));
        }
        self.head.push_str("\r\n");
        [self.head.into_bytes(), self.body, self.tail].concat()
    }

    pub(crate) async fn send(self) -> Reply {
        let mut stream = TcpStream::connect(self.to).await.expect("a connection");
        let head_only = self.head.starts_with("HEAD");
        stream.write_all(&self.bytes()).await.expect("to send");
        Reply::read(&mut stream, head_only).await
    }
}

impl Reply {
    /// Reads one answer, to the length that it announces and no further.
    pub(crate) async fn read(stream: &mut TcpStream, head_only: bool) -> Self {
        soon("an answer", async {
            let mut head = Vec::new();
            while !head.ends_with(b"\r\n\r\n") {
                head.push(stream.read_u8().await.expect("an answer"));
            }
            let head = String::from_utf8(head).expect("a head in ASCII");
            let status = head.split(' ').nth(1).and_then(|it| it.parse().ok()).expect("a status");
            let mut reply = Self { status, head, body: Vec::new() };
            if !head_only && let Some(length) = reply.header("Content-Length") {
                reply.body = vec![0; length.parse().expect("a number")];
                stream.read_exact(&mut reply.body).await.expect("the body");
            }
            reply
        })
        .await
    }

    /// A header's value; its name must be spelled exactly so.
    pub(crate) fn header(&self, name: &str) -> Option<&str> {
        self.head.lines().find_map(|line| line.strip_prefix(name)?.strip_prefix(": "))
    }

    pub(crate) fn text(&self) -> &str {
        std::str::from_utf8(&self.body).expect("text")
    }

    pub(crate) fn json(&self) -> Value {
        serde_json::from_slice(&self.body).expect("JSON")
    }
}
