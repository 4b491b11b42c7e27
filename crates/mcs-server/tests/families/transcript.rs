//! What one device and the server say to each other: said, heard and written down.

use std::fmt;
use std::net::SocketAddr;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::TcpStream;
use tokio::time::timeout;

use crate::notation::{self, Names};

/// Nothing here takes that long, unless it never comes.
const PATIENCE: Duration = Duration::from_mins(2);

/// The lines so far; a test that fails prints them.
pub(crate) struct Transcript {
    family: &'static str,
    pub(crate) names: Names,
    lines: Lines,
}

/// One connection of a device.
pub(crate) struct Socket {
    name: &'static str,
    stream: TcpStream,
    names: Names,
    lines: Lines,
}

type Lines = Arc<Mutex<Vec<Line>>>;

struct Line {
    socket: &'static str,
    arrow: Arrow,
    bytes: Vec<u8>,
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Arrow {
    /// From the device.
    Sent,
    /// To the device.
    Received,
    /// Neither: what happens meanwhile.
    Meanwhile,
}

impl Transcript {
    pub(crate) fn new(family: &'static str, names: Names) -> Self {
        Self { family, names, lines: Lines::default() }
    }

    /// The device opens a connection.
    pub(crate) async fn dial(&self, name: &'static str, to: SocketAddr) -> Socket {
        self.meanwhile(&format!("{name} connects"));
        let stream = TcpStream::connect(to).await.expect("a connection");
        // What is written is sent, segment by segment.
        stream.set_nodelay(true).expect("a socket");
        Socket { name, stream, names: self.names, lines: Arc::clone(&self.lines) }
    }

    /// Something happens that the device does not see.
    pub(crate) fn meanwhile(&self, what: &str) {
        let bytes = what.as_bytes().to_vec();
        lock(&self.lines).push(Line { socket: "", arrow: Arrow::Meanwhile, bytes });
    }
}

impl Drop for Transcript {
    fn drop(&mut self) {
        if std::thread::panicking() {
            eprintln!("{self}");
        }
    }
}

impl fmt::Display for Transcript {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        writeln!(f, "── {} ──", self.family)?;
        for Line { socket, arrow, bytes } in lock(&self.lines).iter() {
            let text = notation::readable(bytes, self.names);
            match arrow {
                Arrow::Sent => writeln!(f, "{socket:>5} → {text}")?,
                Arrow::Received => writeln!(f, "{socket:>5} ← {text}")?,
                Arrow::Meanwhile => writeln!(f, "      · {text}")?,
            }
        }
        Ok(())
    }
}

impl Socket {
    /// Sends these bytes, in one piece.
    pub(crate) async fn sends(&mut self, text: &str) {
        let bytes = notation::bytes(text, self.names);
        self.sends_bytes(&bytes).await;
    }

    pub(crate) async fn sends_bytes(&mut self, bytes: &[u8]) {
        self.log(Arrow::Sent, bytes);
        self.stream.write_all(bytes).await.expect("an open connection");
    }

    /// The next bytes are these.
    pub(crate) async fn receives(&mut self, text: &str) -> Vec<u8> {
        let expected = notation::expected(text, self.names);
        let mut bytes = Vec::new();
        while bytes.len() < expected.len() {
            let Some(byte) = self.byte().await else { break };
            bytes.push(byte);
        }
        self.check(text, &expected, bytes)
    }

    /// One read brings these bytes and no others: what a program gets that takes a read for a message
    /// (CONTRACT §0.2 fact 2).
    pub(crate) async fn receives_at_once(&mut self, text: &str) -> Vec<u8> {
        let expected = notation::expected(text, self.names);
        let bytes = self.reads(1024).await;
        self.check(text, &expected, bytes)
    }

    /// What one read brings, at most so much. Nothing at the end.
    pub(crate) async fn reads(&mut self, at_most: usize) -> Vec<u8> {
        let mut bytes = vec![0; at_most];
        // A connection that is reset is over, too.
        let length = timeout(PATIENCE, self.stream.read(&mut bytes)).await;
        let length = length.expect("something, or the end").unwrap_or(0);
        bytes.truncate(length);
        self.log(Arrow::Received, &bytes);
        bytes
    }

    /// The next byte; nothing at the end.
    pub(crate) async fn byte(&mut self) -> Option<u8> {
        let byte =
            timeout(PATIENCE, self.stream.read_u8()).await.expect("a byte, or the end").ok()?;
        let mut lines = lock(&self.lines);
        match lines.last_mut() {
            Some(last) if last.socket == self.name && last.arrow == Arrow::Received => {
                last.bytes.push(byte);
            }
            _ => {
                let (socket, arrow) = (self.name, Arrow::Received);
                lines.push(Line { socket, arrow, bytes: vec![byte] });
            }
        }
        Some(byte)
    }

    /// The server closes without another word.
    pub(crate) async fn is_closed(&mut self) {
        assert_eq!(self.reads(1024).await, b"", "the end");
    }

    /// The device closes.
    pub(crate) async fn hangs_up(self) {
        self.log(Arrow::Meanwhile, format!("{} hangs up", self.name).as_bytes());
    }

    fn check(&self, text: &str, expected: &[notation::Expected], bytes: Vec<u8>) -> Vec<u8> {
        assert!(
            notation::matches(expected, &bytes),
            "expected {}\n     got {}",
            notation::normal(text, self.names),
            notation::readable(&bytes, self.names)
        );
        bytes
    }

    fn log(&self, arrow: Arrow, bytes: &[u8]) {
        lock(&self.lines).push(Line { socket: self.name, arrow, bytes: bytes.to_vec() });
    }
}

fn lock(lines: &Lines) -> MutexGuard<'_, Vec<Line>> {
    lines.lock().unwrap_or_else(PoisonError::into_inner)
}
