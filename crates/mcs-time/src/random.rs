//! A small seeded generator.

#[cfg(test)]
mod tests;

/// The SplitMix64 generator: reproducible numbers from a seed, for jitter and
/// simulations. Not for secrets.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct SplitMix64(u64);

impl SplitMix64 {
    /// A generator whose numbers depend on `seed` only.
    pub const fn new(seed: u64) -> Self {
        Self(seed)
    }

    /// The next number, uniform over all of `u64`.
    pub const fn next_u64(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let z = (self.0 ^ (self.0 >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        let z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        z ^ (z >> 31)
    }

    /// A number in `0..=max`, uniform but for a bias below `max / 2^64`.
    pub const fn up_to(&mut self, max: u64) -> u64 {
        // Multiply and shift: the high word of a 128-bit product is in 0..=max.
        ((self.next_u64() as u128 * (max as u128 + 1)) >> 64) as u64
    }
}
