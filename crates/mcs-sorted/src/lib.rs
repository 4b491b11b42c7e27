//! Ordered maps and sets as sorted sequences: a tenth of the code of a B-tree for each pair of
//! types, which is what counts where the code is downloaded.
//!
//! They have the names and meanings of the standard library's. Looking up takes logarithmic time, and
//! so does adding at the end; elsewhere what follows is moved, which for some ten thousand small
//! entries is still a matter of microseconds. A map that grows without such a bound should be a
//! B-tree.
//!
//! [`Hints`] remember what was found, where even logarithmic time is too long.
//!
//! [`sort_by`] sorts as the standard library does, with one copy of the algorithm for all types.

mod entry;
mod hints;
mod map;
mod set;
mod sort;

#[cfg(test)]
mod tests;

pub use entry::Entry;
pub use hints::{Hints, hash};
pub use map::Map;
pub use set::Set;
pub use sort::sort_by;
