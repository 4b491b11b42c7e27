//! Files that are on their way: what has come stays through a cut of the network and the end of the server.

use std::collections::BTreeMap;
use std::io::SeekFrom;
use std::path::PathBuf;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use anyhow::{Context as _, Result};
use axum::body::Body;
use futures_util::StreamExt as _;
use mcs_model::{FirmwareId, ProductId, Timestamp};
use tokio::fs::{File, OpenOptions};
use tokio::io::{AsyncSeekExt as _, AsyncWriteExt as _};
use tokio::sync::{Notify, OwnedMutexGuard};
use tokio::time::timeout;
use tokio_util::io::ReaderStream;

use crate::store::{Store, UploadRow};
use crate::{clock, random};

/// The files that are on their way.
pub(crate) struct Uploads {
    folder: PathBuf,
    store: Store,
    entries: Mutex<BTreeMap<String, Arc<Entry>>>,
}

struct Entry {
    row: UploadRow,
    /// One sender at a time writes.
    turn: Arc<tokio::sync::Mutex<State>>,
    /// Tells whoever writes that a newer request came: its own sender is gone.
    cut: Notify,
}

struct State {
    touched: Timestamp,
    firmware: Option<FirmwareId>,
}

/// An upload that nobody else touches at the moment.
pub(crate) struct Turn {
    entry: Arc<Entry>,
    state: OwnedMutexGuard<State>,
    path: PathBuf,
    /// Bytes that are here.
    pub(crate) offset: u64,
}

/// How far an upload is.
pub(crate) enum Progress {
    /// More bytes are missing.
    Open,
    /// All are here.
    Complete,
}

/// Why an upload does not begin or go on.
pub(crate) enum UploadError {
    /// The user has too many, or too much of them, under way.
    TooMany,
    /// It goes on from another byte than the sender thinks.
    Offset(u64),
    /// The sender sends more than it said.
    TooLong,
    /// The sender is gone.
    Broken,
    /// We cannot.
    Storage(anyhow::Error),
}

impl<E: Into<anyhow::Error>> From<E> for UploadError {
    fn from(error: E) -> Self {
        Self::Storage(error.into())
    }
}

/// Random letters and digits of an id: who knows it may still not touch the upload of another user.
const ID: usize = 22;
/// Unfinished uploads of a user.
const MOST: usize = 4;
/// Files of the greatest size that the unfinished uploads of a user may have together.
const FILES: u64 = 2;
/// An upload of which nothing comes for so long is forgotten.
const AGE: Duration = Duration::from_secs(24 * 60 * 60);
/// A sender that sends nothing for so long is gone.
const IDLE: Duration = Duration::from_secs(60);
/// Bytes that are read at once of a file that is complete.
const PIECE: usize = 256 << 10;

impl Uploads {
    /// Uploads of an earlier run go on; files of which nothing is known are removed.
    pub(super) async fn open(folder: PathBuf, store: &Store) -> Result<Self> {
        let cannot = || format!("cannot use {}", folder.display());
        std::fs::create_dir_all(&folder).with_context(cannot)?;
        let mut entries = BTreeMap::new();
        for row in store.uploads().await? {
            entries.insert(row.id.clone(), Arc::new(Entry::new(row)));
        }
        for file in std::fs::read_dir(&folder).with_context(cannot)? {
            let file = file?;
            let known = file.file_name().to_str().is_some_and(|it| entries.contains_key(it));
            if !known {
                std::fs::remove_file(file.path()).with_context(cannot)?;
            }
        }
        Ok(Self { folder, store: store.clone(), entries: Mutex::new(entries) })
    }

    /// Begins an upload of `size` bytes; answers its id. `limit` is that of one file.
    pub(crate) async fn begin(
        &self,
        user: &str,
        prototype: ProductId,
        declared: String,
        size: u64,
        limit: u64,
    ) -> Result<String, UploadError> {
        let row = UploadRow {
            id: random::id("", ID)?,
            user: user.to_owned(),
            prototype,
            declared,
            size,
            touched: clock::now(),
            firmware: None,
        };
        let id = row.id.clone();
        {
            let mut entries = self.entries.lock().unwrap_or_else(PoisonError::into_inner);
            let of_user = entries.values().filter(|it| it.row.user == user && !it.is_over());
            let (count, bytes) =
                of_user.fold((0, 0_u64), |(n, sum), it| (n + 1, sum.saturating_add(it.row.size)));
            if count >= MOST || bytes.saturating_add(size) > limit.saturating_mul(FILES) {
                return Err(UploadError::TooMany);
            }
            entries.insert(id.clone(), Arc::new(Entry::new(row.clone())));
        }
        let begun = async {
            File::create(self.folder.join(&id)).await?;
            self.store.add_upload(&row).await
        };
        if let Err(error) = begun.await {
            self.remove(&id).await;
            return Err(error.into());
        }
        Ok(id)
    }

    /// The upload with this id, if it is the user's. Whoever writes to it is cut: the user asks because that
    /// connection is gone.
    pub(crate) async fn turn(&self, id: &str, user: &str) -> Result<Option<Turn>> {
        let entry = {
            let entries = self.entries.lock().unwrap_or_else(PoisonError::into_inner);
            entries.get(id).filter(|it| it.row.user == user).cloned()
        };
        let Some(entry) = entry else { return Ok(None) };
        entry.cut.notify_waiters();
        let state = entry.turn.clone().lock_owned().await;
        let path = self.folder.join(id);
        let offset = match &state.firmware {
            Some(_) => entry.row.size,
            None => tokio::fs::metadata(&path).await.map_or(0, |it| it.len()),
        };
        Ok(Some(Turn { entry, state, path, offset }))
    }

    /// What came is kept as it is, and so is what became of it.
    pub(crate) async fn leave(&self, turn: Turn, firmware: Option<&FirmwareId>) -> Result<()> {
        let Turn { entry, mut state, path, .. } = turn;
        state.touched = clock::now();
        if firmware.is_some() {
            state.firmware = firmware.cloned();
            tokio::fs::remove_file(&path).await?;
        }
        self.store.touch_upload(&entry.row.id, state.touched, firmware).await
    }

    /// Forgets an upload.
    pub(crate) async fn remove(&self, id: &str) {
        self.entries.lock().unwrap_or_else(PoisonError::into_inner).remove(id);
        // The row first: a file that is left over goes when the server starts.
        if let Err(error) = self.store.remove_upload(id).await {
            tracing::warn!(upload = id, %error, "an upload was not forgotten");
        }
        let _ = tokio::fs::remove_file(self.folder.join(id)).await;
    }

    /// Forgets uploads of which nothing came for a day.
    pub(crate) async fn sweep(&self) {
        let now = clock::now().as_millis();
        let age = u64::try_from(AGE.as_millis()).unwrap_or(u64::MAX);
        let old: Vec<_> = {
            let entries = self.entries.lock().unwrap_or_else(PoisonError::into_inner);
            let old = entries.iter().filter(|(_, it)| {
                // Who is in the middle of it is not old.
                let state = it.turn.try_lock();
                state.is_ok_and(|it| it.touched.as_millis().saturating_add(age) < now)
            });
            old.map(|(id, _)| id.clone()).collect()
        };
        for id in old {
            tracing::info!(upload = id, "a firmware upload was left unfinished and is forgotten");
            self.remove(&id).await;
        }
    }
}

impl Entry {
    fn new(row: UploadRow) -> Self {
        let state = State { touched: row.touched, firmware: row.firmware.clone() };
        Self { row, turn: Arc::new(tokio::sync::Mutex::new(state)), cut: Notify::new() }
    }

    /// Whether it has become a firmware; one that is being written to has not.
    fn is_over(&self) -> bool {
        self.turn.try_lock().is_ok_and(|it| it.firmware.is_some())
    }
}

impl Turn {
    /// What was said when it began.
    pub(crate) fn row(&self) -> &UploadRow {
        &self.entry.row
    }

    /// What became of it, if it is over.
    pub(crate) fn firmware(&self) -> Option<&FirmwareId> {
        self.state.firmware.as_ref()
    }

    /// Appends `body`, whose first byte stands at `from` in the file. What came before a cut stays.
    pub(crate) async fn append(&mut self, from: u64, body: Body) -> Result<Progress, UploadError> {
        if from != self.offset || self.state.firmware.is_some() {
            return Err(UploadError::Offset(self.offset));
        }
        let mut options = OpenOptions::new();
        let mut file = options.write(true).create(true).truncate(false).open(&self.path).await?;
        file.seek(SeekFrom::Start(from)).await?;
        let mut body = body.into_data_stream();
        let cut = self.entry.cut.notified();
        let mut cut = std::pin::pin!(cut);
        cut.as_mut().enable();
        let outcome = loop {
            let piece = tokio::select! {
                piece = timeout(IDLE, body.next()) => piece,
                () = &mut cut => break Err(UploadError::Broken),
            };
            let piece = match piece {
                Ok(Some(Ok(piece))) => piece,
                Ok(None) => break Ok(()),
                Ok(Some(Err(_))) | Err(_) => break Err(UploadError::Broken),
            };
            if self.offset + piece.len() as u64 > self.entry.row.size {
                break Err(UploadError::TooLong);
            }
            file.write_all(&piece).await?;
            self.offset += piece.len() as u64;
        };
        file.flush().await?;
        outcome?;
        let complete = self.offset == self.entry.row.size;
        Ok(if complete { Progress::Complete } else { Progress::Open })
    }

    /// The whole file, from its first byte on.
    pub(crate) async fn read(&self) -> Result<Body> {
        let file = File::open(&self.path).await?;
        Ok(Body::from_stream(ReaderStream::with_capacity(file, PIECE)))
    }
}
