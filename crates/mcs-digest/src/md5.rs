//! MD5 (RFC 1321).

use crate::Md5Hex;
use crate::blocks::{Block, Blocks, add, rounds, words};

/// MD5 of a stream alone: all that a board has.
#[derive(Clone, Debug)]
pub struct Md5 {
    blocks: Blocks,
    state: State,
}

/// The hash of the blocks so far.
pub(crate) type State = [u32; 4];

/// Before the first block.
pub(crate) const START: State = [0x6745_2301, 0xefcd_ab89, 0x98ba_dcfe, 0x1032_5476];

impl Default for Md5 {
    fn default() -> Self {
        Self { blocks: Blocks::default(), state: START }
    }
}

impl Md5 {
    /// Of nothing yet.
    pub fn new() -> Self {
        Self::default()
    }

    /// Takes the next bytes of the stream, cut anywhere.
    pub fn update(&mut self, bytes: &[u8]) {
        self.blocks.take(bytes, |blocks| compress(&mut self.state, blocks));
    }

    /// How many bytes were seen so far.
    pub const fn size(&self) -> u64 {
        self.blocks.size()
    }

    /// The hash of all that was seen.
    pub fn finish(mut self) -> Md5Hex {
        end(&self.blocks, &mut self.state, compress)
    }
}

/// The hash of a stream whose whole blocks made `state`.
pub(crate) fn end(
    blocks: &Blocks,
    state: &mut State,
    compress: impl FnOnce(&mut State, &[Block]),
) -> Md5Hex {
    blocks.end(u64::to_le_bytes, |blocks| compress(state, blocks));
    let mut bytes = [0; 16];
    for (to, word) in bytes.as_chunks_mut().0.iter_mut().zip(state) {
        *to = word.to_le_bytes();
    }
    Md5Hex::from_bytes(bytes)
}

/// Takes whole blocks.
pub(crate) fn compress(state: &mut State, blocks: &[Block]) {
    for block in blocks {
        let words = words(block, u32::from_le_bytes);
        let mut made = *state;
        rounds!(ROUND => made = round(made, ROUND, &words));
        add(state, made);
    }
}

/// One of the 64 steps of a block.
///
/// Each waits for `b`, which the one before has made: that chain is all of MD5's time. So what can
/// be done without `b` is written first, and as little as possible after it. In the second quarter
/// the two halves of the function share no bit, and are added to the sum one by one: `b` comes last.
#[inline(always)]
pub(crate) fn round([a, b, c, d]: State, number: usize, words: &[u32; 16]) -> State {
    let quarter = number / 16;
    let word = match quarter {
        0 => number,
        1 => 5 * number + 1,
        2 => 3 * number + 5,
        _ => 7 * number,
    };
    let known = a.wrapping_add(words[word % 16]).wrapping_add(SINES[number]);
    let sum = match quarter {
        0 => known.wrapping_add(d ^ (b & (c ^ d))),
        1 => known.wrapping_add(c & !d).wrapping_add(b & d),
        2 => known.wrapping_add(b ^ (c ^ d)),
        _ => known.wrapping_add(c ^ (b | !d)),
    };
    [d, sum.rotate_left(SHIFTS[quarter][number % 4]).wrapping_add(b), b, c]
}

const SHIFTS: [[u32; 4]; 4] = [[7, 12, 17, 22], [5, 9, 14, 20], [4, 11, 16, 23], [6, 10, 15, 21]];

/// The first 32 bits after the point of |sin 1|, |sin 2| and so on.
#[rustfmt::skip]
const SINES: [u32; 64] = [
    0xd76a_a478, 0xe8c7_b756, 0x2420_70db, 0xc1bd_ceee, 0xf57c_0faf, 0x4787_c62a, 0xa830_4613,
    0xfd46_9501, 0x6980_98d8, 0x8b44_f7af, 0xffff_5bb1, 0x895c_d7be, 0x6b90_1122, 0xfd98_7193,
    0xa679_438e, 0x49b4_0821, 0xf61e_2562, 0xc040_b340, 0x265e_5a51, 0xe9b6_c7aa, 0xd62f_105d,
    0x0244_1453, 0xd8a1_e681, 0xe7d3_fbc8, 0x21e1_cde6, 0xc337_07d6, 0xf4d5_0d87, 0x455a_14ed,
    0xa9e3_e905, 0xfcef_a3f8, 0x676f_02d9, 0x8d2a_4c8a, 0xfffa_3942, 0x8771_f681, 0x6d9d_6122,
    0xfde5_380c, 0xa4be_ea44, 0x4bde_cfa9, 0xf6bb_4b60, 0xbebf_bc70, 0x289b_7ec6, 0xeaa1_27fa,
    0xd4ef_3085, 0x0488_1d05, 0xd9d4_d039, 0xe6db_99e5, 0x1fa2_7cf8, 0xc4ac_5665, 0xf429_2244,
    0x432a_ff97, 0xab94_23a7, 0xfc93_a039, 0x655b_59c3, 0x8f0c_cc92, 0xffef_f47d, 0x8584_5dd1,
    0x6fa8_7e4f, 0xfe2c_e6e0, 0xa301_4314, 0x4e08_11a1, 0xf753_7e82, 0xbd3a_f235, 0x2ad7_d2bb,
    0xeb86_d391,
];
