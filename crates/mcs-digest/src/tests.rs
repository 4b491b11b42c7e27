use alloc::string::ToString;
use alloc::vec;
use alloc::vec::Vec;

use proptest::prelude::*;

use super::*;
use crate::blocks::Block;

/// RFC 1321 §A.5.
#[test]
fn the_vectors_of_md5_come_out() {
    for (text, md5) in [
        ("", "d41d8cd98f00b204e9800998ecf8427e"),
        ("a", "0cc175b9c0f1b6a831c399e269772661"),
        ("abc", "900150983cd24fb0d6963f7d28e17f72"),
        ("message digest", "f96b697d7cb7938d525a2f31aaf161d0"),
        ("abcdefghijklmnopqrstuvwxyz", "c3fcd3d76192e4007dfb496cca67e13b"),
        (
            "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789",
            "d174ab98d277d9f5a5611c2c9f419d9f",
        ),
        (
            "12345678901234567890123456789012345678901234567890123456789012345678901234567890",
            "57edf4a22be3c955ac49da2e2107b67a",
        ),
    ] {
        assert_eq!(Checksums::of(text.as_bytes()).md5.to_string(), md5, "{text:?}");
        let mut alone = Md5::new();
        alone.update(text.as_bytes());
        assert_eq!(alone.finish().to_string(), md5, "{text:?}");
    }
}

/// The examples of FIPS 180-4: one block, two, and a message of nothing.
#[test]
fn the_vectors_of_sha256_come_out() {
    for (text, sha256) in [
        ("", "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"),
        ("abc", "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"),
        (
            "abcdbcdecdefdefgefghfghighijhijkijkljklmklmnlmnomnopnopq",
            "248d6a61d20638b8e5c026930c3e6039a33ce45964ff2167f6ecedd419db06c1",
        ),
        (
            "abcdefghbcdefghicdefghijdefghijkefghijklfghijklmghijklmn\
             hijklmnoijklmnopjklmnopqklmnopqrlmnopqrsmnopqrstnopqrstu",
            "cf5b16a778af8380036ce59e7b0492370b249b11e8f07a51afac45037afee9d1",
        ),
    ] {
        let checksums = Checksums::of(text.as_bytes());
        assert_eq!(checksums.sha256.to_string(), sha256, "{text:?}");
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

/// What others make of the same bytes.
fn reference(bytes: &[u8]) -> Checksums {
    use sha2::Digest as _;
    Checksums {
        md5: Md5Hex::from_bytes(::md5::Md5::digest(bytes).into()),
        sha256: Sha256Hex::from_bytes(sha2::Sha256::digest(bytes).into()),
        size: bytes.len() as u64,
    }
}

#[test]
fn every_length_around_a_block_ends_right() {
    let bytes: Vec<u8> = (0..=255).cycle().take(260).collect();
    for length in 0..bytes.len() {
        let bytes = &bytes[..length];
        assert_eq!(Checksums::of(bytes), reference(bytes), "{length} bytes");
    }
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
        let mut alone = Md5::new();
        pieces.iter().for_each(|it| alone.update(it));
        let whole: Vec<u8> = pieces.concat();
        prop_assert_eq!(digest.finish(), reference(&whole));
        prop_assert_eq!(alone.finish(), reference(&whole).md5);
        prop_assert_eq!(Checksums::of(&whole), reference(&whole));
    }

    /// The browser's loop, and that of everything else.
    #[test]
    fn both_loops_make_the_same(
        bytes in proptest::collection::vec(any::<u8>(), 0..20_000),
        md5: [u32; 4],
        sha256: [u32; 8],
    ) {
        let blocks: &[Block] = bytes.as_chunks().0;
        let (mut one, mut other) = ((md5, sha256), (md5, sha256));
        both::interleaved(&mut one.0, &mut one.1, blocks);
        both::in_turn(&mut other.0, &mut other.1, blocks);
        prop_assert_eq!(one, other);
    }
}
