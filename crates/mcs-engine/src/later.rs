//! The part of the engine that its first page does not need, fetched when the first page can work.
//!
//! `cargo xtask` splits the WebAssembly here; in an engine that was built by trunk alone everything
//! is there from the start.

use js_sys::{Function, Promise};
use mcs_view::LATER;
use wasm_bindgen_futures::JsFuture;
#[cfg(split)]
use wasm_split_helpers::wasm_split;

use crate::browser::set_timeout;
use crate::chart::Canvases;
use crate::shell::{Rest, Shell};

/// How long to wait before the next attempts, in milliseconds.
const AGAIN: [i32; 3] = [500, 2_000, 8_000];

/// It could not be fetched.
#[derive(Clone, Copy, Debug)]
pub struct Missing;

/// The rest of console and shell.
static REST: Rest = Rest {
    console: &LATER,
    perform: Shell::perform_rest,
    lend: Canvases::take,
    paint: Canvases::paint,
};

/// Fetches it; after several attempts, if it must be.
pub(crate) async fn load() -> Result<&'static Rest, Missing> {
    for wait in AGAIN {
        if let Ok(rest) = fetch().await {
            return Ok(rest);
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
fn fetch() -> Result<&'static Rest, Missing> {
    Ok(&REST)
}

#[cfg(not(split))]
async fn fetch() -> Result<&'static Rest, Missing> {
    Ok(&REST)
}
