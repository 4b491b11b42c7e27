//! An HTTP/1.1 client on one connection that stays open.

use std::net::SocketAddr;

use anyhow::{Context as _, Result, ensure};
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::TcpStream;

/// A connection.
pub(crate) struct Http {
    stream: TcpStream,
    host: SocketAddr,
    buffer: Vec<u8>,
}

impl Http {
    /// Connects.
    pub(crate) async fn connect(host: SocketAddr) -> Result<Self> {
        let stream = TcpStream::connect(host).await?;
        stream.set_nodelay(true)?;
        Ok(Self { stream, host, buffer: Vec::new() })
    }

    /// Sends a request and answers the body of what came back; an error unless its status is 200.
    pub(crate) async fn request(
        &mut self,
        method: &str,
        path: &str,
        header: &str,
        body: &str,
    ) -> Result<&[u8]> {
        let (host, len) = (self.host, body.len());
        let request = format!(
            "{method} {path} HTTP/1.1\r\nHost: {host}\r\n{header}\r\nContent-Length: {len}\r\n\r\n{body}"
        );
        self.stream.write_all(request.as_bytes()).await?;
        self.buffer.clear();
        let head = loop {
            if let Some(end) = self.buffer.windows(4).position(|it| it == b"\r\n\r\n") {
                break end + 4;
            }
            self.read().await?;
        };
        let text = str::from_utf8(&self.buffer[..head])?;
        let is_ok = text.starts_with("HTTP/1.1 200");
        let length = text.lines().find_map(|line| {
            let (name, value) = line.split_once(':')?;
            name.eq_ignore_ascii_case("content-length")
                .then(|| value.trim().parse::<usize>().ok())?
        });
        let end = head + length.context("an answer without a length")?;
        while self.buffer.len() < end {
            self.read().await?;
        }
        let answer = String::from_utf8_lossy(&self.buffer[..end.min(500)]);
        ensure!(is_ok, "{method} {path} was answered by {answer}");
        Ok(&self.buffer[head..end])
    }

    async fn read(&mut self) -> Result<()> {
        let read = self.stream.read_buf(&mut self.buffer).await?;
        ensure!(read > 0, "the server closed the connection");
        Ok(())
    }
}
