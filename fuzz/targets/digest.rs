//! However a stream is cut, its hashes are those that others make of the whole.

#![no_main]

use libfuzzer_sys::fuzz_target;
use mcs_digest::{Checksums, Digest, Md5};
use md5::Digest as _;

fuzz_target!(|pieces: Vec<&[u8]>| {
    let (mut both, mut alone) = (Digest::new(), Md5::new());
    for piece in &pieces {
        both.update(piece);
        alone.update(piece);
    }
    let whole = pieces.concat();
    let checksums = both.finish();
    assert_eq!(checksums, Checksums::of(&whole));
    assert_eq!(checksums.md5.as_bytes()[..], md5::Md5::digest(&whole)[..]);
    assert_eq!(checksums.sha256.as_bytes()[..], sha2::Sha256::digest(&whole)[..]);
    assert_eq!(alone.finish(), checksums.md5);
});
