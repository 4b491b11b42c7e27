//! The shell in a real browser, in a worker as in the product.

use wasm_bindgen_test::wasm_bindgen_test_configure;

mod chart;
mod drift;
mod hash;
mod job;
mod shell;
mod storage;
mod transfer;
mod vault;

wasm_bindgen_test_configure!(run_in_dedicated_worker);
