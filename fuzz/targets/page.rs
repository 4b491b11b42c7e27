//! What begins like a web page is one, whatever stands behind it.

#![no_main]

use libfuzzer_sys::fuzz_target;
use mcs_view::markup::{HEAD, is_page};

fuzz_target!(|file: &[u8]| {
    let head = file.get(..HEAD).unwrap_or(file);
    assert_eq!(is_page(file), is_page(head));
});
