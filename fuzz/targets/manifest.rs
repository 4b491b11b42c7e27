//! No bytes pass for a manifest, and none make it panic.

#![no_main]

use libfuzzer_sys::fuzz_target;
use mcs_fota::Manifest;
use mcs_fota::manifest::TrustedKey;

fuzz_target!(|data: (&[u8], &str, &str)| {
    let (bytes, signature, key) = data;
    if let Ok(manifest) = Manifest::read(bytes) {
        assert_eq!(Manifest::read(manifest.canonical().as_bytes()), Ok(manifest));
    }
    if let Ok(key) = key.parse::<TrustedKey>() {
        let _ = Manifest::verify(bytes, signature, &[key]);
    }
});
