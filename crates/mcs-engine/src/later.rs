//! The part of the engine that its first page does not need, fetched when the first page can work.
//!
//! `cargo xtask` splits the WebAssembly here; in an engine that was built by trunk alone everything
//! is there from the start.

use js_sys::{Function, Promise};
use mcs_view::Later;
use wasm_bindgen_futures::JsFuture;
#[cfg(split)]
use wasm_split_helpers::wasm_split;

use crate::browser::set_timeout;

/// How long to wait before the next attempts, in milliseconds.
const AGAIN: [i32; 3] = [500, 2_000, 8_000];

/// It could not be fetched.
pub(crate) struct Missing;

/// The rest of the console; after several attempts, if it must be.
pub(crate) async fn load() -> Result<&'static Later, Missing> {
    for wait in AGAIN {
        if let Ok(later) = fetch().await {
            return Ok(later);
        }
        let pause = |resolve: Function, _| {
            set_timeout(&resolve, wait);
        };
        // It is always resolved.
        let _ = JsFuture::from(Promise::new(&mut { pause })).await;
    }
    fetch().await
}

#[cfg(split)]
impl From<wasm_split_helpers::SplitLoaderError> for Missing {
    fn from(_: wasm_split_helpers::SplitLoaderError) -> Self {
        Self
    }
}

#[cfg(split)]
#[wasm_split(later, fallible)]
fn fetch() -> Result<&'static Later, Missing> {
    Ok(&mcs_view::LATER)
}

#[cfg(not(split))]
async fn fetch() -> Result<&'static Later, Missing> {
    Ok(&mcs_view::LATER)
}
