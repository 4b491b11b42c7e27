//! Firmware files: hashed on their way in, never whole in memory.

use std::collections::BTreeSet;
use std::ops::Range;
use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

use anyhow::{Context as _, Result};
use axum::body::Body;
use bytes::Bytes;
use futures_util::StreamExt as _;
use futures_util::stream::BoxStream;
use mcs_digest::{Checksums, Digest};
use mcs_model::FirmwareId;
use object_store::local::LocalFileSystem;
use object_store::{GetOptions, GetRange, ObjectStore, ObjectStoreExt as _, WriteMultipart};
use tokio::time::timeout;

use super::bucket::Bucket;

/// Where the files are.
#[derive(Clone)]
pub(crate) struct Files(Arc<dyn ObjectStore>);

/// A file that has arrived and is not kept yet.
pub(crate) struct Received {
    /// What arrived.
    pub(crate) checksums: Checksums,
    file: WriteMultipart,
}

/// Why a file did not arrive.
pub(crate) enum ReceiveError {
    /// It has more bytes than allowed.
    TooLarge,
    /// The sender stopped.
    Broken,
    /// We cannot store it.
    Storage(anyhow::Error),
}

/// Ids of firmwares, and so names of files, begin so.
pub(super) const PREFIX: &str = "F";
/// Characters of an id.
pub(super) const ID: usize = 12;
/// Bytes that go to the store at once.
const PART: usize = 5 << 20;
/// Parts that are under way while more are read.
const PARTS: usize = 2;
/// A sender that sends nothing for so long is gone.
const IDLE: Duration = Duration::from_secs(60);

impl Files {
    /// Files in a bucket. Nothing that lies there is removed: who knows whose it is.
    pub(crate) async fn in_bucket(bucket: &Bucket) -> Result<Self> {
        Ok(Self(Arc::new(bucket.open().await?)))
    }

    /// Files in `folder`, which is created. What a server left there that ended in the middle of
    /// an upload, and so is not `known`, is removed.
    pub(crate) fn in_folder(folder: &Path, known: &BTreeSet<FirmwareId>) -> Result<Self> {
        std::fs::create_dir_all(folder)
            .with_context(|| format!("cannot create {}", folder.display()))?;
        sweep(folder, known).with_context(|| format!("cannot sweep {}", folder.display()))?;
        // A file that was answered for outlives a power cut, as its row does.
        let files = LocalFileSystem::new_with_prefix(folder)?.with_fsync(true);
        Ok(Self(Arc::new(files)))
    }

    /// Reads a body to its end. Nothing stays of a file that is not [kept](Received::keep).
    pub(crate) async fn receive(
        &self,
        id: &FirmwareId,
        body: Body,
        limit: u64,
    ) -> Result<Received, ReceiveError> {
        let broken = |error: object_store::Error| ReceiveError::Storage(error.into());
        let upload = self.0.put_multipart(&path(id)).await.map_err(broken)?;
        let mut file = WriteMultipart::new_with_chunk_size(upload, PART);
        let mut digest = Digest::new();
        let mut body = body.into_data_stream();
        let outcome = loop {
            let piece = match timeout(IDLE, body.next()).await {
                Ok(Some(Ok(piece))) => piece,
                Ok(None) => break Ok(()),
                Ok(Some(Err(_))) | Err(_) => break Err(ReceiveError::Broken),
            };
            if digest.size() + piece.len() as u64 > limit {
                break Err(ReceiveError::TooLarge);
            }
            digest.update(&piece);
            if let Err(error) = file.wait_for_capacity(PARTS).await {
                break Err(broken(error));
            }
            file.put(piece);
        };
        match outcome {
            Ok(()) => Ok(Received { checksums: digest.finish(), file }),
            Err(error) => {
                discard(file).await;
                Err(error)
            }
        }
    }

    /// The bytes of a file within `range`.
    pub(crate) async fn read(
        &self,
        id: &FirmwareId,
        range: Range<u64>,
    ) -> Result<BoxStream<'static, object_store::Result<Bytes>>> {
        let options = GetOptions { range: Some(GetRange::Bounded(range)), ..GetOptions::default() };
        Ok(self.0.get_opts(&path(id), options).await?.into_stream())
    }

    /// Forgets a file.
    pub(crate) async fn remove(&self, id: &FirmwareId) -> Result<()> {
        Ok(self.0.delete(&path(id)).await?)
    }
}

impl Received {
    /// Keeps the file.
    pub(crate) async fn keep(self) -> Result<()> {
        self.file.finish().await?;
        Ok(())
    }

    /// Forgets it.
    pub(crate) async fn discard(self) {
        discard(self.file).await;
    }
}

/// Names that are not of our making are left alone.
fn sweep(folder: &Path, known: &BTreeSet<FirmwareId>) -> Result<()> {
    for entry in std::fs::read_dir(folder)? {
        let entry = entry?;
        let Ok(name) = entry.file_name().into_string() else { continue };
        // The object store writes to `id#1` and renames that at the end.
        let (id, staged) = match name.split_once('#') {
            Some((id, _)) => (id, true),
            None => (&*name, false),
        };
        let Ok(firmware) = id.parse::<FirmwareId>() else { continue };
        let ours = id.starts_with(PREFIX) && id.len() == ID;
        if ours && (staged || !known.contains(&firmware)) {
            std::fs::remove_file(entry.path())?;
            tracing::info!(file = name, "removed what an upload left that was cut");
        }
    }
    Ok(())
}

async fn discard(file: WriteMultipart) {
    if let Err(error) = file.abort().await {
        tracing::warn!(%error, "a part of a refused firmware file was left over");
    }
}

fn path(id: &FirmwareId) -> object_store::path::Path {
    object_store::path::Path::from(id.as_str())
}
