//! Where things were found that are looked for again and again.

/// Most answers that are kept.
const MOST: usize = 1 << 16;

/// So many answers share a place; one more pushes one of them out.
const WAYS: usize = 8;

/// Answers by hash, each likely to be asked for again. Any of them may be forgotten at any time: what is found here
/// saves a search, and what is not has to be searched for.
///
/// However its keys are chosen, it stays small and answers in a bounded time, and a wrong answer is the caller's to
/// notice: hashes collide.
#[derive(Clone, Debug)]
pub struct Hints<T> {
    /// Groups of [`WAYS`]; their number is a power of two.
    slots: Vec<Option<(u32, T)>>,
    /// Which one of a full group goes next.
    turn: usize,
}

impl<T> Hints<T> {
    /// Without any.
    pub const fn new() -> Self {
        Self { slots: Vec::new(), turn: 0 }
    }

    /// The answer for which `is_it` says yes, among those of this hash.
    #[inline]
    pub fn find(&mut self, hash: u32, is_it: impl Fn(&T) -> bool) -> Option<&mut T> {
        let group = self.group(hash);
        let slots = self.slots.get_mut(group)?;
        let mut found = slots.iter_mut().flatten().filter(|it| it.0 == hash).map(|it| &mut it.1);
        found.find(|it| is_it(it))
    }

    /// Keeps an answer that was not found.
    pub fn put(&mut self, hash: u32, answer: T) {
        loop {
            let group = self.group(hash);
            if let Some(free) = self.slots[group.clone()].iter_mut().find(|it| it.is_none()) {
                *free = Some((hash, answer));
                return;
            }
            if self.slots.len() >= MOST {
                self.turn = (self.turn + 1) % WAYS;
                self.slots[group.start + self.turn] = Some((hash, answer));
                return;
            }
            self.grow();
        }
    }

    /// Forgets all.
    pub fn clear(&mut self) {
        self.slots.clear();
    }

    /// Twice the room. What shared a place in the smaller one has room in the larger one.
    fn grow(&mut self) {
        let len = (self.slots.len() * 2).max(8 * WAYS);
        let former = core::mem::take(&mut self.slots);
        self.slots.resize_with(len, || None);
        for (hash, answer) in former.into_iter().flatten() {
            let group = self.group(hash);
            if let Some(free) = self.slots[group].iter_mut().find(|it| it.is_none()) {
                *free = Some((hash, answer));
            }
        }
    }

    /// The places of a hash; none before there is any.
    fn group(&self, hash: u32) -> core::ops::Range<usize> {
        let groups = self.slots.len() / WAYS;
        let group = hash as usize & groups.wrapping_sub(1);
        if groups == 0 { 0..0 } else { group * WAYS..(group + 1) * WAYS }
    }
}

impl<T> Default for Hints<T> {
    fn default() -> Self {
        Self::new()
    }
}

/// A hash of some bytes, quick rather than strong.
#[inline]
pub fn hash(bytes: &[u8]) -> u32 {
    // 2^64 by the golden ratio.
    const SPREAD: u64 = 0x9e37_79b9_7f4a_7c15;
    let (words, rest) = bytes.as_chunks::<8>();
    let mut last = [0; 8];
    last[..rest.len()].copy_from_slice(rest);
    let mix = |hash: u64, word: u64| {
        let product = (hash ^ word).wrapping_mul(SPREAD);
        product ^ (product >> 32)
    };
    let hash = words.iter().fold(bytes.len() as u64, |hash, it| mix(hash, u64::from_le_bytes(*it)));
    #[expect(
        clippy::cast_possible_truncation,
        reason = "the lower half is as good as the upper one"
    )]
    let hash = mix(hash, u64::from_le_bytes(last)) as u32;
    hash
}
