//! A call of the server that the page came from.

use js_sys::Uint8Array;
use mcs_view::{Fetched, Method};
use wasm_bindgen::prelude::*;
use wasm_bindgen_futures::{JsFuture, spawn_local};
use web_sys::{
    AbortSignal, Headers, Request, RequestCache, RequestCredentials, RequestInit, Response,
};

use crate::browser::fetch;

/// A server that says nothing for so long counts as unreachable, in milliseconds.
const PATIENCE: u32 = 30_000;

/// One call.
pub(crate) struct Call {
    pub(crate) method: Method,
    pub(crate) path: String,
    pub(crate) headers: Vec<(&'static str, &'static str)>,
    pub(crate) body: Vec<u8>,
}

/// Makes the call and passes on how it ended.
pub(crate) fn start(call: Call, end: impl FnOnce(Fetched) + 'static) {
    spawn_local(async move { end(make(&call).await.unwrap_or(Fetched::Unreachable)) });
}

async fn make(call: &Call) -> Result<Fetched, JsValue> {
    let headers = Headers::new()?;
    for (name, value) in &call.headers {
        headers.set(name, value)?;
    }
    let init = RequestInit::new();
    init.set_method(call.method.as_str());
    init.set_headers(&headers);
    init.set_cache(RequestCache::NoStore);
    init.set_credentials(RequestCredentials::SameOrigin);
    init.set_signal(Some(&AbortSignal::timeout_with_u32(PATIENCE)));
    if !call.body.is_empty() {
        init.set_body(&Uint8Array::from(call.body.as_slice()));
    }
    let request = Request::new_with_str_and_init(&call.path, &init)?;
    let response: Response = JsFuture::from(fetch(&request)).await?.dyn_into()?;
    let body = JsFuture::from(response.array_buffer()?).await?;
    Ok(Fetched::Answer { status: response.status(), body: Uint8Array::new(&body).to_vec() })
}
