//! The console's files: from a folder, or from this binary when it was built to hold them.

use std::collections::BTreeMap;
use std::io::Write as _;
use std::path::{Component, Path, PathBuf};

use bytes::Bytes;
use flate2::Compression;
use flate2::write::GzEncoder;
use sha2::{Digest as _, Sha256};
use tokio::sync::Mutex;

/// `dist/` of the repository.
#[cfg(feature = "embed-console")]
#[derive(rust_embed::RustEmbed)]
#[folder = "../../dist/"]
#[allow_missing = true]
struct Embedded;

/// Where the files come from.
pub(crate) struct Console {
    folder: Option<PathBuf>,
    // By the tag of the file. Each is packed once, however many ask.
    packed: Mutex<BTreeMap<String, Bytes>>,
}

/// A file of the console.
pub(crate) struct File {
    /// Its bytes.
    pub(crate) bytes: Bytes,
    /// From the content; to be quoted.
    pub(crate) tag: String,
}

/// How the bytes of an answer are packed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Encoding {
    /// Packed beforehand: the file with `.br` behind its name.
    Brotli,
    /// Packed by us.
    Gzip,
}

/// Packed files kept; a console has about a dozen.
const PACKED: usize = 64;
/// Less is not worth packing.
const SMALL: usize = 1024;

impl Console {
    /// Files from `folder`, or from the binary; a binary without reads `dist/` of the repository.
    pub(crate) fn new(folder: Option<PathBuf>) -> Self {
        let dist = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../dist");
        let folder = folder.or((!cfg!(feature = "embed-console")).then_some(dist));
        Self { folder, packed: Mutex::default() }
    }

    /// The file with this relative path, packed in one of the ways that the caller takes.
    pub(crate) async fn file(
        &self,
        path: &str,
        takes: impl Fn(Encoding) -> bool,
    ) -> Option<(File, Option<Encoding>)> {
        if takes(Encoding::Brotli)
            && let Some(bytes) = self.read(&format!("{path}.br")).await
        {
            let tag = tag(&bytes);
            return Some((File { bytes, tag }, Some(Encoding::Brotli)));
        }
        let bytes = self.read(path).await?;
        let tag = tag(&bytes);
        let text = ["css", "html", "js", "json", "svg", "txt", "wasm"];
        let worth = bytes.len() > SMALL && text.contains(&path.rsplit('.').next()?);
        if worth && takes(Encoding::Gzip) {
            let bytes = self.pack(&tag, bytes).await?;
            return Some((File { bytes, tag: format!("{tag}-gz") }, Some(Encoding::Gzip)));
        }
        Some((File { bytes, tag }, None))
    }

    async fn read(&self, path: &str) -> Option<Bytes> {
        let Some(folder) = &self.folder else {
            return embedded(path);
        };
        let plain = |part| matches!(part, Component::Normal(_));
        if !Path::new(path).components().all(plain) {
            return None;
        }
        Some(Bytes::from(tokio::fs::read(folder.join(path)).await.ok()?))
    }

    async fn pack(&self, tag: &str, bytes: Bytes) -> Option<Bytes> {
        let mut packed = self.packed.lock().await;
        if let Some(bytes) = packed.get(tag) {
            return Some(bytes.clone());
        }
        let bytes = tokio::task::spawn_blocking(move || gzip(&bytes)).await.ok()?.ok()?;
        if packed.len() >= PACKED {
            packed.clear();
        }
        packed.insert(tag.to_owned(), bytes.clone());
        Some(bytes)
    }
}

#[cfg(feature = "embed-console")]
fn embedded(path: &str) -> Option<Bytes> {
    use std::borrow::Cow;

    Some(match Embedded::get(path)?.data {
        Cow::Borrowed(bytes) => Bytes::from_static(bytes),
        Cow::Owned(bytes) => Bytes::from(bytes),
    })
}

#[cfg(not(feature = "embed-console"))]
fn embedded(_: &str) -> Option<Bytes> {
    None
}

fn gzip(bytes: &[u8]) -> std::io::Result<Bytes> {
    let mut encoder = GzEncoder::new(Vec::new(), Compression::default());
    encoder.write_all(bytes)?;
    Ok(Bytes::from(encoder.finish()?))
}

fn tag(bytes: &[u8]) -> String {
    Sha256::digest(bytes).iter().take(16).map(|byte| format!("{byte:02x}")).collect()
}
