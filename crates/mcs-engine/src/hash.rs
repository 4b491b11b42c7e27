//! A file is hashed in pieces, so that messages go on in between and it can be stopped.

use js_sys::Uint8Array;
use mcs_digest::{Checksums, Digest};
use mcs_view::{Ended, Hashes};
use wasm_bindgen_futures::{JsFuture, spawn_local};
use web_sys::Blob;

use crate::browser::words;
use crate::job::Job;

pub use crate::job::Report;

/// Bytes of a piece: some milliseconds of work.
const PIECE: u32 = 1024 * 1024;

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
    let size = file.size();
    let mut digest = Digest::new();
    // One buffer for all pieces: memory does not grow with the file.
    let mut buffer = Vec::new();
    let mut from = 0.0;
    while from < size {
        let to = size.min(from + f64::from(PIECE));
        let piece = match file.slice_with_f64_and_f64(from, to) {
            Ok(piece) => JsFuture::from(piece.array_buffer()).await,
            Err(error) => Err(error),
        };
        if job.is_stopped() {
            return None;
        }
        match piece {
            Ok(piece) => take(&Uint8Array::new(&piece), &mut buffer, &mut digest),
            Err(error) => {
                // A browser says so when the file was changed, moved or deleted meanwhile.
                return Some(Ended::Failed(format!("the file cannot be read: {}", words(&error))));
            }
        }
        job.progress(digest.size());
        from = to;
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
