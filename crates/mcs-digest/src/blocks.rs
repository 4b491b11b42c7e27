//! A stream in the blocks of 64 bytes that both hashes take, and the end that both put to it.

/// What a hash takes at once.
pub(crate) type Block = [u8; 64];

/// Where in a stream we are.
#[derive(Clone, Debug)]
pub(crate) struct Blocks {
    size: u64,
    /// The start of a block that is not complete.
    begun: Block,
}

impl Default for Blocks {
    fn default() -> Self {
        Self { size: 0, begun: [0; 64] }
    }
}

impl Blocks {
    /// Cuts the next bytes into blocks for `compress`.
    pub(crate) fn take(&mut self, bytes: &[u8], mut compress: impl FnMut(&[Block])) {
        let (old, mut bytes) = (self.filled(), bytes);
        self.size += bytes.len() as u64;
        if old > 0 {
            let (first, rest) = bytes.split_at(bytes.len().min(64 - old));
            self.begun[old..old + first.len()].copy_from_slice(first);
            if old + first.len() < 64 {
                return;
            }
            compress(&[self.begun]);
            bytes = rest;
        }
        let (whole, rest) = bytes.as_chunks();
        compress(whole);
        self.begun[..rest.len()].copy_from_slice(rest);
    }

    /// The last blocks of the stream: a bit, zeros, and its length in bits as `length` writes it.
    pub(crate) fn end(&self, length: fn(u64) -> [u8; 8], compress: impl FnOnce(&[Block])) {
        let filled = self.filled();
        let mut end = [[0; 64]; 2];
        end[0][..filled].copy_from_slice(&self.begun[..filled]);
        end[0][filled] = 0x80;
        let count = if filled < 56 { 1 } else { 2 };
        end[count - 1][56..].copy_from_slice(&length(self.size.wrapping_mul(8)));
        compress(&end[..count]);
    }

    /// How many bytes were taken.
    pub(crate) const fn size(&self) -> u64 {
        self.size
    }

    const fn filled(&self) -> usize {
        (self.size % 64) as usize
    }
}

/// A block's words of four bytes.
#[inline(always)]
pub(crate) fn words(block: &Block, word: impl Fn([u8; 4]) -> u32) -> [u32; 16] {
    let (words, _) = block.as_chunks();
    core::array::from_fn(|i| word(words[i]))
}

/// What a block has made of a state goes on top of it.
#[inline(always)]
pub(crate) fn add<const N: usize>(state: &mut [u32; N], made: [u32; N]) {
    for (old, new) in state.iter_mut().zip(made) {
        *old = old.wrapping_add(new);
    }
}

/// Does something for each of the 64 rounds of a block, whose number is a constant in it: so that
/// which word, which shift and which variable take part is known when it is compiled.
macro_rules! rounds {
    ($round:ident => $body:expr) => {
        $crate::blocks::rounds!(@ $round $body;
            0 1 2 3 4 5 6 7 8 9 10 11 12 13 14 15
            16 17 18 19 20 21 22 23 24 25 26 27 28 29 30 31
            32 33 34 35 36 37 38 39 40 41 42 43 44 45 46 47
            48 49 50 51 52 53 54 55 56 57 58 59 60 61 62 63)
    };
    (@ $round:ident $body:expr; $($number:literal)*) => {
        $({
            const $round: usize = $number;
            $body
        })*
    };
}
pub(crate) use rounds;
