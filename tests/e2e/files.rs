//! A web server that knows files and nothing else: where the console stands alone.

use std::net::SocketAddr;
use std::path::{Component, Path, PathBuf};

use anyhow::Result;
use tokio::io::{AsyncBufReadExt, AsyncWriteExt, BufReader};
use tokio::net::{TcpListener, TcpStream};

/// Alone in its process, a page may measure its memory.
const ISOLATED: &str = "Cross-Origin-Opener-Policy: same-origin\r\n\
                        Cross-Origin-Embedder-Policy: require-corp\r\n";

/// Serves `folder` until the test ends.
pub(crate) async fn serve(folder: PathBuf) -> Result<SocketAddr> {
    serve_all(vec![folder]).await
}

/// The same with several folders: what the first one lacks may be in the next.
pub(crate) async fn serve_all(folders: Vec<PathBuf>) -> Result<SocketAddr> {
    let listener = TcpListener::bind(("127.0.0.1", 0)).await?;
    let address = listener.local_addr()?;
    tokio::spawn(async move {
        while let Ok((stream, _)) = listener.accept().await {
            let folders = folders.clone();
            // A browser that went away is no concern of the test.
            tokio::spawn(async move { answer(stream, &folders).await });
        }
    });
    Ok(address)
}

async fn answer(stream: TcpStream, folders: &[PathBuf]) -> Result<()> {
    let mut stream = BufReader::new(stream);
    loop {
        let mut request = String::new();
        if stream.read_line(&mut request).await? == 0 {
            return Ok(());
        }
        let mut header = String::new();
        while stream.read_line(&mut header).await? > 2 {
            header.clear();
        }
        let target = request.split(' ').nth(1).unwrap_or("/");
        let path = target.split('?').next().unwrap_or(target).trim_start_matches('/');
        let path = if path.is_empty() { "index.html" } else { path };
        let is_plain = Path::new(path).components().all(|it| matches!(it, Component::Normal(_)));
        let mut found = None;
        for folder in folders.iter().filter(|_| is_plain) {
            found = found.or(tokio::fs::read(folder.join(path)).await.ok());
        }
        let (status, body) = match found {
            Some(body) => ("200 OK", body),
            None => ("404 Not Found", b"there is no such file".to_vec()),
        };
        let head = format!(
            "HTTP/1.1 {status}\r\nContent-Type: {}\r\nContent-Length: {}\r\n{ISOLATED}\r\n",
            kind(path),
            body.len()
        );
        stream.write_all(head.as_bytes()).await?;
        stream.write_all(&body).await?;
    }
}

fn kind(path: &str) -> &'static str {
    match path.rsplit('.').next() {
        Some("html") => "text/html; charset=utf-8",
        Some("js") => "text/javascript",
        Some("css") => "text/css",
        Some("wasm") => "application/wasm",
        Some("svg") => "image/svg+xml",
        _ => "application/octet-stream",
    }
}
