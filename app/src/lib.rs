//! The page of the console: paints what the engine says, sends what the operator does.
//!
//! It holds no data of its own and speaks to nobody but the engine's worker.

#![expect(
    unreachable_pub,
    reason = "the component macro makes every component's properties public"
)]

mod away;
pub mod card;
mod chart;
mod clock;
mod engine;
mod entry;
mod format;
mod language;
mod pages;
mod preferences;
mod push;
mod reasons;
mod route;
mod shell;
mod storage;
mod store;
mod texts;
mod theme;
mod typed;
mod ui;

pub use shell::start;

// In the browser the tests of pure parts run too: the same tests, another harness.
#[cfg(all(test, not(target_arch = "wasm32")))]
pub(crate) use core::prelude::v1::test;
#[cfg(all(test, target_arch = "wasm32"))]
pub(crate) use wasm_bindgen_test::wasm_bindgen_test as test;

#[cfg(all(test, target_arch = "wasm32"))]
wasm_bindgen_test::wasm_bindgen_test_configure!(run_in_browser);
