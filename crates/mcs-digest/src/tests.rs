use alloc::string::ToString;
use alloc::vec;
use alloc::vec::Vec;

use proptest::prelude::*;

use super::*;

/// Vectors of RFC 1321 §A.5 and FIPS 180-4.
#[test]
fn the_published_vectors_come_out() {
    for (text, md5, sha256) in [
        (
            "",
            "d41d8cd98f00b204e9800998ecf8427e",
            "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855",
        ),
        (
            "abc",
            "900150983cd24fb0d6963f7d28e17f72",
            "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad",
        ),
        (
            "abcdbcdecdefdefgefghfghighijhijkijkljklmklmnlmnomnopnopq",
            "8215ef0796a20bcaaae116d3876c664a",
            "248d6a61d20638b8e5c026930c3e6039a33ce45964ff2167f6ecedd419db06c1",
        ),
    ] {
        let checksums = Checksums::of(text.as_bytes());
        assert_eq!(checksums.md5.to_string(), md5);
        assert_eq!(checksums.sha256.to_string(), sha256);
        assert_eq!(checksums.size, text.len() as u64);
    }
}

#[test]
fn a_million_letters_come_out_right() {
    let checksums = Checksums::of(&vec![b'a'; 1_000_000]);
    assert_eq!(checksums.md5.to_string(), "7707d6ae4e027c70eea2a935c2296f21");
    assert_eq!(
        checksums.sha256.to_string(),
        "cdc76e5c9914fb9281a1c7e284d73e67f1809a48a497200e046d39ccc7112cd0"
    );
}

#[test]
fn the_state_is_small_whatever_the_file() {
    assert!(size_of::<Digest>() <= 256, "{}", size_of::<Digest>());
}

proptest! {
    #[test]
    fn how_a_stream_is_cut_does_not_matter(
        pieces in proptest::collection::vec(
            proptest::collection::vec(any::<u8>(), 0..9000), 0..8,
        ),
    ) {
        let mut digest = Digest::new();
        let mut size = 0;
        for piece in &pieces {
            digest.update(piece);
            size += piece.len() as u64;
            prop_assert_eq!(digest.size(), size);
        }
        let whole: Vec<u8> = pieces.concat();
        prop_assert_eq!(digest.finish(), Checksums::of(&whole));
    }
}
