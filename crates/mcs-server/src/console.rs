//! The console's files: from a folder, or from this binary when they were there at its build.

use std::borrow::Cow;
use std::path::{Component, Path, PathBuf};

use rust_embed::RustEmbed;
use sha2::{Digest as _, Sha256};

/// `dist/` of the repository.
#[derive(RustEmbed)]
#[folder = "../../dist/"]
#[allow_missing = true]
struct Embedded;

/// Where the files come from.
pub(crate) struct Console {
    folder: Option<PathBuf>,
}

/// A file of the console.
pub(crate) struct File {
    /// Its bytes.
    pub(crate) bytes: Cow<'static, [u8]>,
    /// Quoted, from the content.
    pub(crate) etag: String,
}

impl Console {
    /// Files from `folder`, or from the binary. A debug build reads `dist/` as it is at run time.
    pub(crate) fn new(folder: Option<PathBuf>) -> Self {
        let dist = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../dist");
        Self { folder: folder.or(cfg!(debug_assertions).then_some(dist)) }
    }

    /// The file with this relative path.
    pub(crate) async fn file(&self, path: &str) -> Option<File> {
        let bytes = match &self.folder {
            None => Embedded::get(path)?.data,
            Some(folder) => {
                let plain = |part| matches!(part, Component::Normal(_));
                if !Path::new(path).components().all(plain) {
                    return None;
                }
                Cow::Owned(tokio::fs::read(folder.join(path)).await.ok()?)
            }
        };
        let hash = Sha256::digest(&bytes);
        let hex: String = hash.iter().take(16).map(|byte| format!("{byte:02x}")).collect();
        Some(File { bytes, etag: format!("\"{hex}\"") })
    }
}
