//! MD5 and SHA-256 of a stream in one pass, in constant memory.
//!
//! MD5 is there because firmware notices carry it (CONTRACT §5.2). It finds accidents, not
//! attackers: two files with one MD5 are made in a second. SHA-256 stands beside it wherever we
//! have the choice.
//!
//! ```
//! let mut digest = mcs_digest::Digest::new();
//! digest.update(b"a");
//! digest.update(b"bc");
//! let checksums = digest.finish();
//! assert_eq!(checksums.md5.to_string(), "900150983cd24fb0d6963f7d28e17f72");
//! assert_eq!("90015098 3CD24FB0 D6963F7D 28E17F72".parse(), Ok(checksums.md5));
//! assert_eq!(checksums.size, 3);
//! ```

#![no_std]

extern crate alloc;

use md5::Digest as _;

mod hex;

#[cfg(test)]
mod tests;

pub use hex::{HashError, Md5Hex, Sha256Hex};

/// Small enough that a piece is still in the nearest cache when the second hash reads it.
const PIECE: usize = 8 * 1024;

/// Both hashes of what was seen so far.
#[derive(Clone, Debug, Default)]
pub struct Digest {
    md5: md5::Md5,
    sha256: sha2::Sha256,
    size: u64,
}

impl Digest {
    /// Of nothing yet.
    pub fn new() -> Self {
        Self::default()
    }

    /// Takes the next bytes of the stream, cut anywhere.
    pub fn update(&mut self, bytes: &[u8]) {
        for piece in bytes.chunks(PIECE) {
            self.md5.update(piece);
            self.sha256.update(piece);
        }
        self.size += bytes.len() as u64;
    }

    /// How many bytes were seen so far.
    pub const fn size(&self) -> u64 {
        self.size
    }

    /// The hashes of all that was seen.
    pub fn finish(self) -> Checksums {
        Checksums {
            md5: Md5Hex::from_bytes(self.md5.finalize().into()),
            sha256: Sha256Hex::from_bytes(self.sha256.finalize().into()),
            size: self.size,
        }
    }
}

/// What identifies a file.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Checksums {
    /// Against accidents.
    pub md5: Md5Hex,
    /// Against anyone.
    pub sha256: Sha256Hex,
    /// Bytes.
    pub size: u64,
}

impl Checksums {
    /// Of bytes that are all there.
    pub fn of(bytes: &[u8]) -> Self {
        let mut digest = Digest::new();
        digest.update(bytes);
        digest.finish()
    }
}
