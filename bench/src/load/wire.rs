//! A byte stream: TCP, or the payload of binary WebSocket messages.

use std::net::SocketAddr;

use anyhow::{Context as _, Result, bail};
use futures_util::{SinkExt as _, StreamExt as _};
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::TcpStream;
use tokio_tungstenite::WebSocketStream;
use tokio_tungstenite::tungstenite::Message;
use tokio_tungstenite::tungstenite::client::IntoClientRequest as _;
use tokio_tungstenite::tungstenite::http::HeaderValue;

/// Where MQTT is spoken.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Address {
    /// Over TCP.
    Tcp(SocketAddr),
    /// Over a WebSocket, at the path `/mqtt`.
    WebSocket(SocketAddr),
}

/// A connection.
pub(crate) enum Wire {
    Tcp(TcpStream),
    WebSocket(Box<WebSocketStream<TcpStream>>),
}

impl Wire {
    /// Connects.
    pub(crate) async fn connect(address: Address) -> Result<Self> {
        match address {
            Address::Tcp(address) => {
                let stream = TcpStream::connect(address).await?;
                stream.set_nodelay(true)?;
                Ok(Self::Tcp(stream))
            }
            Address::WebSocket(address) => {
                let stream = TcpStream::connect(address).await?;
                stream.set_nodelay(true)?;
                let mut request = format!("ws://{address}/mqtt").into_client_request()?;
                let protocol = HeaderValue::from_static("mqtt");
                request.headers_mut().insert("Sec-WebSocket-Protocol", protocol);
                let (socket, _) = tokio_tungstenite::client_async(request, stream).await?;
                Ok(Self::WebSocket(Box::new(socket)))
            }
        }
    }

    /// Sends all of `output` and empties it.
    pub(crate) async fn write(&mut self, output: &mut Vec<u8>) -> Result<()> {
        match self {
            Self::Tcp(stream) => {
                stream.write_all(output).await?;
                output.clear();
            }
            Self::WebSocket(socket) => {
                socket.send(Message::Binary(std::mem::take(output).into())).await?;
            }
        }
        Ok(())
    }

    /// Waits for bytes and appends what came. Nothing is lost when the future is dropped.
    pub(crate) async fn read(&mut self, input: &mut Vec<u8>) -> Result<()> {
        match self {
            Self::Tcp(stream) => {
                input.reserve(CHUNK);
                if stream.read_buf(input).await? == 0 {
                    bail!("the peer closed the connection");
                }
            }
            Self::WebSocket(socket) => {
                match socket.next().await.context("the peer closed the connection")?? {
                    Message::Binary(bytes) => input.extend_from_slice(&bytes),
                    Message::Close(_) => bail!("the peer closed the connection"),
                    _ => {}
                }
            }
        }
        Ok(())
    }
}

/// Bytes read at once.
const CHUNK: usize = 4 << 10;
