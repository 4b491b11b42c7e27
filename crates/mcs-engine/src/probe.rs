//! A probe of the connection doctor: does anything answer there, and does a WebSocket open?

use std::cell::Cell;
use std::rc::Rc;

use js_sys::{Array, Function, Promise};
use mcs_view::Probe;
use wasm_bindgen::prelude::*;
use wasm_bindgen_futures::{JsFuture, spawn_local};
use web_sys::{
    AbortSignal, Request, RequestCache, RequestCredentials, RequestInit, RequestMode, WebSocket,
};

use crate::browser::{fetch, set_timeout};

/// What has not answered after so long does not, in milliseconds.
const PATIENCE: u32 = 6_000;

/// Tries it, and tells `end` once whether it worked.
pub fn start(probe: Probe, end: impl FnOnce(bool) + 'static) {
    spawn_local(async move {
        let tried = match &probe {
            Probe::Fetch { url } => answers(url, RequestMode::NoCors).await,
            Probe::Read { url } => answers(url, RequestMode::Cors).await,
            Probe::WebSocket { url, protocol } => opens(url, *protocol).await,
        };
        end(tried.unwrap_or(false));
    });
}

/// Any answer will do, and nothing of it is read.
async fn answers(url: &str, mode: RequestMode) -> Result<bool, JsValue> {
    let init = RequestInit::new();
    init.set_mode(mode);
    init.set_cache(RequestCache::NoStore);
    init.set_credentials(RequestCredentials::Omit);
    init.set_signal(Some(&AbortSignal::timeout_with_u32(PATIENCE)));
    let request = Request::new_with_str_and_init(url, &init)?;
    JsFuture::from(fetch(&request)).await?;
    Ok(true)
}

async fn opens(url: &str, protocol: Option<&str>) -> Result<bool, JsValue> {
    let offered: Array = protocol.into_iter().map(JsValue::from_str).collect();
    let socket = WebSocket::new_with_str_sequence(url, &offered)?;
    let opened = Rc::new(Cell::new(false));
    let flag = opened.clone();
    let open = Closure::<dyn Fn()>::new(move || flag.set(true));
    socket.add_event_listener_with_callback("open", open.as_ref().unchecked_ref())?;
    let ended = Promise::new(&mut |resolve: Function, _| {
        socket.set_onopen(Some(&resolve));
        socket.set_onclose(Some(&resolve));
        set_timeout(&resolve, PATIENCE.cast_signed());
    });
    JsFuture::from(ended).await?;
    socket.set_onopen(None);
    socket.set_onclose(None);
    socket.remove_event_listener_with_callback("open", open.as_ref().unchecked_ref())?;
    let _ = socket.close();
    Ok(opened.get())
}
