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

mod blocks;
mod both;
mod hex;
mod md5;
mod sha256;

#[cfg(test)]
mod tests;

use blocks::Blocks;
pub use hex::{HashError, Md5Hex, Sha256Hex};
pub use md5::Md5;

/// Both hashes of what was seen so far.
#[derive(Clone, Debug)]
pub struct Digest {
    blocks: Blocks,
    md5: md5::State,
    sha256: sha256::State,
}

impl Default for Digest {
    fn default() -> Self {
        Self { blocks: Blocks::default(), md5: md5::START, sha256: sha256::START }
    }
}

impl Digest {
    /// Of nothing yet.
    pub fn new() -> Self {
        Self::default()
    }

    /// Takes the next bytes of the stream, cut anywhere.
    pub fn update(&mut self, bytes: &[u8]) {
        let Self { blocks, md5, sha256 } = self;
        blocks.take(bytes, |blocks| both::compress(md5, sha256, blocks));
    }

    /// How many bytes were seen so far.
    pub const fn size(&self) -> u64 {
        self.blocks.size()
    }

    /// The hashes of all that was seen.
    pub fn finish(mut self) -> Checksums {
        // The last blocks differ in how they write the length: each hash goes through both loops,
        // and what the other one makes of them is for nobody.
        let (mut no_md5, mut no_sha256) = (self.md5, self.sha256);
        let md5 = md5::end(&self.blocks, &mut self.md5, |md5, blocks| {
            both::compress(md5, &mut no_sha256, blocks);
        });
        let sha256 = sha256::end(&self.blocks, &mut self.sha256, |sha256, blocks| {
            both::compress(&mut no_md5, sha256, blocks);
        });
        Checksums { md5, sha256, size: self.blocks.size() }
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
