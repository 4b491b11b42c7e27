//! Both hashes of the same blocks.

use crate::blocks::Block;
use crate::{md5, sha256};

/// Takes whole blocks.
///
/// MD5 waits for itself most of the time, and SHA-256 has much to do: where both are made by the
/// same instructions, a round of each after the other takes hardly longer than SHA-256 alone.
#[cfg(any(target_arch = "wasm32", test))]
pub(crate) fn interleaved(md5: &mut md5::State, sha256: &mut sha256::State, blocks: &[Block]) {
    use crate::blocks::{add, rounds, words};

    for block in blocks {
        let little = words(block, u32::from_le_bytes);
        let mut big = words(block, u32::from_be_bytes);
        let (mut short, mut long) = (*md5, *sha256);
        rounds!(ROUND => {
            long = sha256::round(long, ROUND, &mut big);
            short = md5::round(short, ROUND, &little);
        });
        add(md5, short);
        add(sha256, long);
    }
}

/// The same one after the other: most processors have instructions for SHA-256.
#[cfg(not(target_arch = "wasm32"))]
pub(crate) fn in_turn(md5: &mut md5::State, sha256: &mut sha256::State, blocks: &[Block]) {
    /// Blocks that are still in the nearest cache when the second hash reads them.
    const NEAR: usize = 128;

    for blocks in blocks.chunks(NEAR) {
        md5::compress(md5, blocks);
        sha2::block_api::compress256(sha256, blocks);
    }
}

#[cfg(target_arch = "wasm32")]
pub(crate) use interleaved as compress;

#[cfg(not(target_arch = "wasm32"))]
pub(crate) use in_turn as compress;
