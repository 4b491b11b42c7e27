//! A WebSocket that carries MQTT.

use std::collections::VecDeque;
use std::rc::Weak;

use js_sys::{ArrayBuffer, Uint8Array};
use mcs_view::{Input, SocketId};
use wasm_bindgen::prelude::*;
use web_sys::{BinaryType, MessageEvent, WebSocket};

use crate::Shell;

/// Above this the browser's own queue is left alone, in bytes: what waits here can be given up.
const BUFFERED: u32 = 256 * 1024;

/// One WebSocket. Dropping it closes it; nothing is heard of it afterwards.
pub(crate) struct Socket {
    socket: WebSocket,
    waiting: VecDeque<Vec<u8>>,
    _handlers: Handlers,
}

/// Kept while the browser may call them.
struct Handlers {
    _open: Closure<dyn Fn()>,
    _close: Closure<dyn Fn()>,
    _message: Closure<dyn Fn(MessageEvent)>,
}

impl Socket {
    /// Opens one; `Err` when the browser refuses the URL at once.
    pub(crate) fn open(shell: &Weak<Shell>, id: SocketId, url: &str) -> Result<Self, JsValue> {
        let socket = WebSocket::new_with_str(url, "mqtt")?;
        socket.set_binary_type(BinaryType::Arraybuffer);
        let weak = shell.clone();
        let open = Closure::<dyn Fn()>::new(move || {
            weak.upgrade().into_iter().for_each(|shell| shell.input(Input::Opened(id)));
        });
        let weak = shell.clone();
        // An error is always followed by this.
        let close = Closure::<dyn Fn()>::new(move || {
            weak.upgrade().into_iter().for_each(|shell| shell.input(Input::Closed(id)));
        });
        let weak = shell.clone();
        let message = Closure::<dyn Fn(MessageEvent)>::new(move |event: MessageEvent| {
            // MQTT is binary; a text frame breaks the rules [MQTT-6.0.0-1] and says nothing.
            let Ok(buffer) = event.data().dyn_into::<ArrayBuffer>() else { return };
            let bytes = Uint8Array::new(&buffer).to_vec();
            if let Some(shell) = weak.upgrade() {
                shell.input(Input::Received(id, &bytes));
            }
        });
        socket.set_onopen(Some(open.as_ref().unchecked_ref()));
        socket.set_onclose(Some(close.as_ref().unchecked_ref()));
        socket.set_onmessage(Some(message.as_ref().unchecked_ref()));
        let handlers = Handlers { _open: open, _close: close, _message: message };
        Ok(Self { socket, waiting: VecDeque::new(), _handlers: handlers })
    }

    /// Sends bytes as one frame, or keeps them while the network is slower than we are.
    pub(crate) fn send(&mut self, bytes: Vec<u8>) {
        self.waiting.push_back(bytes);
        self.flush();
    }

    /// Sends what waits, as far as the browser's queue has room. Says whether something still
    /// waits: then it has to be called again soon.
    pub(crate) fn flush(&mut self) -> bool {
        while self.socket.buffered_amount() < BUFFERED
            && let Some(bytes) = self.waiting.pop_front()
        {
            // Fails only while it is not open, which its end will tell.
            let _ = self.socket.send_with_u8_array(&bytes);
        }
        !self.waiting.is_empty()
    }
}

impl Drop for Socket {
    fn drop(&mut self) {
        self.socket.set_onopen(None);
        self.socket.set_onclose(None);
        self.socket.set_onmessage(None);
        let _ = self.socket.close();
    }
}
