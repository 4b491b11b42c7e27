//! Cards in a real browser: what they show, what they send, what they refuse.

#![cfg(target_arch = "wasm32")]

mod card;
mod kinds;
mod page;
mod widgets;

use wasm_bindgen_test::wasm_bindgen_test_configure;

wasm_bindgen_test_configure!(run_in_browser);
