//! A notice that was read is written as one that reads the same.

#![no_main]

use libfuzzer_sys::fuzz_target;
use mcs_fota::{Notice, Version};

fuzz_target!(|text: &str| {
    if let Ok(notice) = text.parse::<Notice>() {
        assert_eq!(notice.to_mqtt().parse(), Ok(notice));
    }
    if let Ok(version) = text.parse::<Version>() {
        assert_eq!(version.to_string().parse(), Ok(version));
    }
});
