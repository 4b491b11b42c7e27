//! Space that is kept for the day when there is none: with it people can still sign in and remove
//! something, and the server still starts.

use std::fs::{self, OpenOptions};
use std::io;
use std::path::Path;

use rustix::fs::{FallocateFlags, fallocate, statvfs};

/// Bytes that are kept.
const SIZE: u64 = 8 << 20;
/// Below so many free bytes they are given away.
const NEEDED: u64 = 4 << 20;
/// From so many free bytes on they are taken again.
const PLENTY: u64 = 64 << 20;

const FILE: &str = "reserve";

/// How many bytes are free where `folder` is.
pub(super) fn free(folder: &Path) -> io::Result<u64> {
    let space = statvfs(folder)?;
    Ok(space.f_bavail.saturating_mul(space.f_frsize))
}

/// Gives the reserve away if there is no other space.
pub(super) fn release(folder: &Path, free: u64) {
    if free < NEEDED {
        match fs::remove_file(folder.join(FILE)) {
            Ok(()) => tracing::warn!("the disk is full: the reserve of {SIZE} bytes is in use"),
            Err(error) if error.kind() == io::ErrorKind::NotFound => {}
            Err(error) => tracing::warn!(%error, "the reserve cannot be given away"),
        }
    }
}

/// Takes the reserve if there is plenty of space.
pub(super) fn take(folder: &Path, free: u64) {
    let file = folder.join(FILE);
    if free < PLENTY || file.exists() {
        return;
    }
    let taken = OpenOptions::new().create_new(true).write(true).open(&file);
    let taken = taken.and_then(|it| Ok(fallocate(it, FallocateFlags::empty(), 0, SIZE)?));
    if let Err(error) = taken {
        // Not every file system can; the empty file says that it was tried.
        tracing::debug!(%error, "there is no reserve");
    }
}
