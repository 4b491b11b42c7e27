//! SHA-256 (FIPS 180-4).

use crate::Sha256Hex;
use crate::blocks::{Block, Blocks};

#[cfg(any(target_arch = "wasm32", test))]
mod round;

#[cfg(any(target_arch = "wasm32", test))]
pub(crate) use round::round;

/// The hash of the blocks so far.
pub(crate) type State = [u32; 8];

/// Before the first block: of the square roots of the first primes, the first 32 bits after the point.
#[rustfmt::skip]
pub(crate) const START: State = [
    0x6a09_e667, 0xbb67_ae85, 0x3c6e_f372, 0xa54f_f53a,
    0x510e_527f, 0x9b05_688c, 0x1f83_d9ab, 0x5be0_cd19,
];

/// The hash of a stream whose whole blocks made `state`.
pub(crate) fn end(
    blocks: &Blocks,
    state: &mut State,
    compress: impl FnOnce(&mut State, &[Block]),
) -> Sha256Hex {
    blocks.end(u64::to_be_bytes, |blocks| compress(state, blocks));
    let mut bytes = [0; 32];
    for (to, word) in bytes.as_chunks_mut().0.iter_mut().zip(state) {
        *to = word.to_be_bytes();
    }
    Sha256Hex::from_bytes(bytes)
}
