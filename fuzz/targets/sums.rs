//! A sum that was found in a list stands in it.

#![no_main]

use libfuzzer_sys::fuzz_target;
use mcs_digest::{Md5Hex, Sha256Hex};
use mcs_view::sums;

fuzz_target!(|data: (&str, &str)| {
    let (list, file) = data;
    if let Some(sum) = sums::find(list, file) {
        let digits: String = list.chars().filter(char::is_ascii_hexdigit).collect();
        assert!(digits.to_ascii_lowercase().contains(&sum), "{sum} is invented");
    }
    let _ = (list.parse::<Md5Hex>(), list.parse::<Sha256Hex>(), sums::is_list(file));
});
