//! SHA-256 where the processor has no instructions for it.

use super::State;

/// One of the 64 steps of a block; from the sixteenth on it makes its word of earlier ones.
///
/// Rotations lie within each other: that is three of them and two copies fewer.
#[inline(always)]
pub(crate) fn round(state: State, number: usize, words: &mut [u32; 16]) -> State {
    let [a, b, c, d, e, f, g, h] = state;
    if number >= 16 {
        let (near, far) = (words[(number + 14) % 16], words[(number + 1) % 16]);
        let near = near.rotate_right(17) ^ near.rotate_right(19) ^ (near >> 10);
        let far = far.rotate_right(7) ^ far.rotate_right(18) ^ (far >> 3);
        let between = words[(number + 9) % 16];
        let word = words[number % 16].wrapping_add(far).wrapping_add(between).wrapping_add(near);
        words[number % 16] = word;
    }
    let mixed = (e ^ (e ^ e.rotate_right(14)).rotate_right(5)).rotate_right(6);
    let chosen = g ^ (e & (f ^ g));
    let sum = h
        .wrapping_add(words[number % 16])
        .wrapping_add(ROOTS[number])
        .wrapping_add(chosen)
        .wrapping_add(mixed);
    let mixed = (a ^ (a ^ a.rotate_right(9)).rotate_right(11)).rotate_right(2);
    // The majority of the three, in two halves that share no bit.
    let most = (a & b).wrapping_add(c & (a ^ b));
    [sum.wrapping_add(mixed).wrapping_add(most), a, b, c, d.wrapping_add(sum), e, f, g]
}

/// Of the cube roots of the first primes, the first 32 bits after the point.
#[rustfmt::skip]
const ROOTS: [u32; 64] = [
    0x428a_2f98, 0x7137_4491, 0xb5c0_fbcf, 0xe9b5_dba5, 0x3956_c25b, 0x59f1_11f1, 0x923f_82a4,
    0xab1c_5ed5, 0xd807_aa98, 0x1283_5b01, 0x2431_85be, 0x550c_7dc3, 0x72be_5d74, 0x80de_b1fe,
    0x9bdc_06a7, 0xc19b_f174, 0xe49b_69c1, 0xefbe_4786, 0x0fc1_9dc6, 0x240c_a1cc, 0x2de9_2c6f,
    0x4a74_84aa, 0x5cb0_a9dc, 0x76f9_88da, 0x983e_5152, 0xa831_c66d, 0xb003_27c8, 0xbf59_7fc7,
    0xc6e0_0bf3, 0xd5a7_9147, 0x06ca_6351, 0x1429_2967, 0x27b7_0a85, 0x2e1b_2138, 0x4d2c_6dfc,
    0x5338_0d13, 0x650a_7354, 0x766a_0abb, 0x81c2_c92e, 0x9272_2c85, 0xa2bf_e8a1, 0xa81a_664b,
    0xc24b_8b70, 0xc76c_51a3, 0xd192_e819, 0xd699_0624, 0xf40e_3585, 0x106a_a070, 0x19a4_c116,
    0x1e37_6c08, 0x2748_774c, 0x34b0_bcb5, 0x391c_0cb3, 0x4ed8_aa4a, 0x5b9c_ca4f, 0x682e_6ff3,
    0x748f_82ee, 0x78a5_636f, 0x84c8_7814, 0x8cc7_0208, 0x90be_fffa, 0xa450_6ceb, 0xbef9_a3f7,
    0xc671_78f2,
];
