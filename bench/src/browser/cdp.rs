//! The browser's own protocol (Chrome DevTools): commands and their answers over one WebSocket.

use std::fmt::Display;

use anyhow::{Context as _, Result, bail};
use futures_util::{SinkExt as _, StreamExt as _};
use serde_json::{Value, json};
use tokio::net::TcpStream;
use tokio::time::timeout;
use tokio_tungstenite::WebSocketStream;
use tokio_tungstenite::tungstenite::Message;

use super::PATIENCE;

/// A connection to a browser. What nobody asked for is passed over.
pub(crate) struct Cdp {
    socket: WebSocketStream<TcpStream>,
    last: u64,
}

impl Cdp {
    /// Connects to a browser at `path` of a local port.
    pub(crate) async fn connect(port: impl Display, path: &str) -> Result<Self> {
        let address = format!("127.0.0.1:{port}");
        let stream = TcpStream::connect(&address).await?;
        stream.set_nodelay(true)?;
        let url = format!("ws://{address}{path}");
        let (socket, _) = tokio_tungstenite::client_async(url, stream).await?;
        Ok(Self { socket, last: 0 })
    }

    /// Sends a command, to a page's session or to the browser, and waits for its answer.
    pub(crate) async fn call(
        &mut self,
        session: Option<&str>,
        method: &str,
        parameters: Value,
    ) -> Result<Value> {
        self.last += 1;
        let mut command = json!({ "id": self.last, "method": method, "params": parameters });
        if let Some(session) = session {
            command["sessionId"] = json!(session);
        }
        self.socket.send(Message::text(command.to_string())).await?;
        let answer = timeout(PATIENCE, self.answer()).await;
        answer.context("the browser does not answer")?.with_context(|| method.to_owned())
    }

    async fn answer(&mut self) -> Result<Value> {
        loop {
            let message = self.socket.next().await.context("the browser is gone")??;
            let Message::Text(text) = message else { continue };
            let mut answer: Value = serde_json::from_str(&text)?;
            if answer["id"] != self.last {
                continue;
            }
            if let Some(error) = answer.get("error") {
                bail!("refused: {error}");
            }
            return Ok(answer["result"].take());
        }
    }
}
