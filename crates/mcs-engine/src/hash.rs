//! A file is hashed in pieces, so that messages go on in between and it can be stopped.

mod pieces;

use js_sys::Uint8Array;
use mcs_digest::Digest;
use mcs_view::markup::is_page;
use mcs_view::{Ended, Hashes};
use wasm_bindgen_futures::spawn_local;
use web_sys::Blob;

use crate::browser::words;
use crate::job::Job;
use crate::turn::Turns;

pub use crate::job::Report;
use pieces::Pieces;

/// Bytes of a piece: some milliseconds of work.
const PIECE: u32 = 1024 * 1024;

/// Bytes that are copied and hashed at once: so few that they are still in a near cache.
const NEAR: u32 = 32 * 1024;

/// So often a file tells its progress, at most: each time, the page paints.
const STEPS: f64 = 64.0;

/// Hashes `file` and tells `job` how it goes.
pub fn start(file: Blob, job: Job) {
    spawn_local(async move {
        if let Some(ended) = hash(&file, &job).await {
            job.end(ended);
        }
    });
}

/// `None`: it was stopped.
async fn hash(file: &Blob, job: &Job) -> Option<Ended> {
    let step = (file.size() / STEPS).max(f64::from(PIECE));
    let mut hasher = Hasher::new();
    let mut pieces = Pieces::of(file);
    let mut told = 0;
    let turns = match Turns::new() {
        Ok(turns) => turns,
        Err(error) => return Some(Ended::Failed(words(&error))),
    };
    loop {
        let piece = match turns.pass().await {
            Ok(()) => pieces.next().await,
            Err(error) => Err(error),
        };
        if job.is_stopped() {
            pieces.cancel();
            return None;
        }
        match piece {
            Ok(Some(piece)) => {
                if hasher.take(&piece).is_err() {
                    pieces.cancel();
                    return Some(Ended::Page);
                }
            }
            Ok(None) => break,
            Err(error) => {
                // A browser says so when the file was changed, moved or deleted meanwhile.
                return Some(Ended::Failed(format!("the file cannot be read: {}", words(&error))));
            }
        }
        if (hasher.size() - told) as f64 >= step {
            told = hasher.size();
            job.progress(told);
        }
    }
    if told < hasher.size() {
        job.progress(hasher.size());
    }
    Some(Ended::Hashed(hasher.finish()))
}

/// Hashes what the browser holds.
pub(crate) struct Hasher {
    digest: Digest,
    /// One for all pieces: memory does not grow with the file.
    buffer: Vec<u8>,
}

/// The file begins as a page does.
pub(crate) struct Page;

impl Hasher {
    pub(crate) fn new() -> Self {
        Self { digest: Digest::new(), buffer: vec![0; NEAR as usize] }
    }

    /// Takes the next bytes of the file.
    pub(crate) fn take(&mut self, bytes: &Uint8Array) -> Result<(), Page> {
        let mut from = 0;
        while from < bytes.length() {
            let to = bytes.length().min(from.saturating_add(NEAR));
            let piece = &mut self.buffer[..(to - from) as usize];
            bytes.subarray(from, to).copy_to(piece);
            if self.digest.size() == 0 && is_page(piece) {
                return Err(Page);
            }
            self.digest.update(piece);
            from = to;
        }
        Ok(())
    }

    /// How many bytes were taken.
    pub(crate) const fn size(&self) -> u64 {
        self.digest.size()
    }

    pub(crate) fn finish(self) -> Hashes {
        let checksums = self.digest.finish();
        Hashes {
            size: checksums.size,
            md5: checksums.md5.to_string(),
            sha256: checksums.sha256.to_string(),
        }
    }
}
