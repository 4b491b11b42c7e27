//! A wire to the server that keeps what goes through it to the browser.

use std::net::SocketAddr;
use std::sync::{Arc, Mutex, PoisonError};

use anyhow::Result;
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _, copy};
use tokio::net::{TcpListener, TcpStream};

/// Every byte that the browser got, over HTTP and in WebSocket frames, which come unmasked.
#[derive(Clone, Default)]
pub(crate) struct Tap(Arc<Mutex<Vec<u8>>>);

impl Tap {
    /// Listens on a port of its own, which is the server's for the browser.
    pub(crate) async fn start(server: SocketAddr) -> Result<(Self, SocketAddr)> {
        let listener = TcpListener::bind(("127.0.0.1", 0)).await?;
        let address = listener.local_addr()?;
        let tap = Self::default();
        let taps = tap.clone();
        tokio::spawn(async move {
            while let Ok((browser, _)) = listener.accept().await {
                let tap = taps.clone();
                // It ends with either side.
                tokio::spawn(async move { tap.carry(browser, server).await });
            }
        });
        Ok((tap, address))
    }

    /// Whether this text went to the browser.
    pub(crate) fn carried(&self, text: &str) -> bool {
        let bytes = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        bytes.windows(text.len()).any(|window| window == text.as_bytes())
    }

    async fn carry(&self, mut browser: TcpStream, server: SocketAddr) -> Result<()> {
        let mut server = TcpStream::connect(server).await?;
        let (mut from_browser, mut to_browser) = browser.split();
        let (mut from_server, mut to_server) = server.split();
        let up = async {
            copy(&mut from_browser, &mut to_server).await?;
            anyhow::Ok(())
        };
        let down = async {
            let mut buffer = vec![0; 64 << 10];
            loop {
                let n = from_server.read(&mut buffer).await?;
                if n == 0 {
                    return anyhow::Ok(());
                }
                let bytes = buffer.get(..n).unwrap_or_default();
                self.0.lock().unwrap_or_else(PoisonError::into_inner).extend_from_slice(bytes);
                to_browser.write_all(bytes).await?;
            }
        };
        tokio::select! { ended = up => ended, ended = down => ended }
    }
}
