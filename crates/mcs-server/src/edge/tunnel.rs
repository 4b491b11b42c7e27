//! A WebSocket as the stream of bytes that it carries.

use std::io;
use std::pin::Pin;
use std::task::{Context, Poll, Waker, ready};
use std::time::Duration;

use axum::extract::ws::{CloseFrame, Message, WebSocket, close_code};
use bytes::{Buf as _, Bytes};
use futures_util::{Sink as _, Stream as _};
use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};
use tokio::time::{Sleep, sleep};
use tracing::debug;

/// The most that goes out in one WebSocket message.
pub(super) const FRAME: usize = 64 << 10;

/// The client's end: what is written at once goes out at once and in one message, up to [`FRAME`]. When it is dropped
/// the client is told why.
pub(super) struct Tunnel {
    socket: WebSocket,
    /// What came and was not read.
    incoming: Bytes,
    /// How long the first byte may take; over when it came.
    patience: Option<Pin<Box<Sleep>>>,
    /// Why it ends, as a WebSocket close code.
    code: u16,
    is_closed: bool,
}

impl Tunnel {
    pub(super) fn new(socket: WebSocket, patience: Duration) -> Self {
        let patience = Some(Box::pin(sleep(patience)));
        Self {
            socket,
            incoming: Bytes::new(),
            patience,
            code: close_code::NORMAL,
            is_closed: false,
        }
    }

    fn ends(&mut self, code: u16, kind: io::ErrorKind) -> Poll<io::Result<()>> {
        self.code = code;
        Poll::Ready(Err(kind.into()))
    }

    /// Says farewell, once.
    fn close(&mut self, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        let mut socket = Pin::new(&mut self.socket);
        if !self.is_closed {
            ready!(socket.as_mut().poll_ready(cx)).map_err(io::Error::other)?;
            self.is_closed = true;
            let frame = CloseFrame { code: self.code, reason: "".into() };
            // Refused when the client has said it first: then the answer is what goes out.
            let _ = socket.as_mut().start_send(Message::Close(Some(frame)));
        }
        socket.poll_flush(cx).map_err(io::Error::other)
    }
}

impl AsyncRead for Tunnel {
    fn poll_read(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        room: &mut ReadBuf<'_>,
    ) -> Poll<io::Result<()>> {
        while self.incoming.is_empty() {
            let message = match Pin::new(&mut self.socket).poll_next(cx) {
                Poll::Ready(message) => message,
                Poll::Pending => {
                    if let Some(patience) = &mut self.patience {
                        ready!(patience.as_mut().poll(cx));
                        return self.ends(close_code::POLICY, io::ErrorKind::TimedOut);
                    }
                    return Poll::Pending;
                }
            };
            match message {
                Some(Ok(Message::Binary(bytes))) => self.incoming = bytes,
                Some(Ok(Message::Ping(_) | Message::Pong(_))) => {}
                // [MQTT-6.0.0-1]
                Some(Ok(Message::Text(_))) => {
                    return self.ends(close_code::UNSUPPORTED, io::ErrorKind::InvalidData);
                }
                Some(Ok(Message::Close(_))) | None => return Poll::Ready(Ok(())),
                Some(Err(error)) => {
                    debug!(%error, "WebSocket broken");
                    return self.ends(close_code::PROTOCOL, io::ErrorKind::InvalidData);
                }
            }
        }
        self.patience = None;
        let len = room.remaining().min(self.incoming.len());
        room.put_slice(&self.incoming[..len]);
        self.incoming.advance(len);
        Poll::Ready(Ok(()))
    }
}

impl AsyncWrite for Tunnel {
    fn poll_write(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        bytes: &[u8],
    ) -> Poll<io::Result<usize>> {
        let mut socket = Pin::new(&mut self.socket);
        // Waits until the client has taken what came before: a slow client slows the broker.
        ready!(socket.as_mut().poll_ready(cx)).map_err(io::Error::other)?;
        let len = bytes.len().min(FRAME);
        let message = Message::Binary(Bytes::copy_from_slice(&bytes[..len]));
        socket.as_mut().start_send(message).map_err(io::Error::other)?;
        // Not all who write flush; what does not go out now does before the next message.
        if let Poll::Ready(flushed) = socket.poll_flush(cx) {
            flushed.map_err(io::Error::other)?;
        }
        Poll::Ready(Ok(len))
    }

    fn poll_flush(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.socket).poll_flush(cx).map_err(io::Error::other)
    }

    fn poll_shutdown(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        self.close(cx)
    }
}

impl Drop for Tunnel {
    fn drop(&mut self) {
        // As far as it goes without waiting: whoever has already hung up does not read it.
        let _ = self.close(&mut Context::from_waker(Waker::noop()));
    }
}
