//! A file is hashed in pieces, so that messages go on in between and it can be stopped.

mod pieces;

use js_sys::Uint8Array;
use mcs_digest::{Checksums, Digest};
use mcs_view::markup::is_page;
use mcs_view::{Ended, Hashes};
use wasm_bindgen_futures::spawn_local;
use web_sys::Blob;

use crate::browser::words;
use crate::job::Job;

pub use crate::job::Report;
use pieces::Pieces;

/// Bytes of a piece: some milliseconds of work.
const PIECE: u32 = 1024 * 1024;

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
    let mut digest = Digest::new();
    // One buffer for all pieces: memory does not grow with the file.
    let mut buffer = Vec::new();
    let mut pieces = Pieces::of(file);
    let mut told = 0;
    loop {
        let piece = pieces.next().await;
        if job.is_stopped() {
            pieces.cancel();
            return None;
        }
        match piece {
            Ok(Some(piece)) => {
                let is_first = digest.size() == 0;
                take(&piece, &mut buffer, &mut digest);
                if is_first && is_page(&buffer) {
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
        if (digest.size() - told) as f64 >= step {
            told = digest.size();
            job.progress(told);
        }
    }
    if told < digest.size() {
        job.progress(digest.size());
    }
    Some(Ended::Hashed(hashes(&digest.finish())))
}

/// Adds what the browser holds to the digest.
pub(crate) fn take(bytes: &Uint8Array, buffer: &mut Vec<u8>, digest: &mut Digest) {
    let mut from = 0;
    while from < bytes.length() {
        let to = bytes.length().min(from.saturating_add(PIECE));
        buffer.resize((to - from) as usize, 0);
        bytes.subarray(from, to).copy_to(buffer);
        digest.update(buffer);
        from = to;
    }
}

pub(crate) fn hashes(checksums: &Checksums) -> Hashes {
    Hashes {
        size: checksums.size,
        md5: checksums.md5.to_string(),
        sha256: checksums.sha256.to_string(),
    }
}
