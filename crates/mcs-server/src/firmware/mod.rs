//! Firmwares: their files, what they are, and their way to devices.

mod bucket;
mod files;
mod notify;
mod remove;
mod rollouts;
mod trust;
mod uploads;

use std::collections::BTreeSet;

use anyhow::Result;
use mcs_fota::Version;
use mcs_model::api::{FirmwareInfo, PushStatus};
use mcs_model::{DeviceId, FirmwareId, ProductId};

use crate::app::App;
use crate::config::Config;
use crate::registry::Device;
use crate::store::{FirmwareRow, Store};
use crate::{clock, random};

pub use bucket::Bucket;
pub(crate) use files::{Files, ReceiveError, Received};
pub(crate) use remove::Removal;
pub(crate) use rollouts::Draft;
pub(crate) use trust::{Signed, Trust};
pub(crate) use uploads::{Progress, Turn, UploadError, Uploads};

use rollouts::Rollouts;

/// Firmware files and rollouts.
pub(crate) struct Firmware {
    store: Store,
    files: Files,
    rollouts: Rollouts,
    trust: Trust,
    uploads: Uploads,
}

/// What an operator says about a firmware file.
#[derive(Clone)]
pub(crate) struct Release {
    /// The prototype that it is for.
    pub(crate) prototype: ProductId,
    /// Its name.
    pub(crate) name: String,
    /// Its version, new in the prototype.
    pub(crate) version: Version,
    /// Release note.
    pub(crate) note: String,
    /// The firmwares that a device must run to get this one; `None` is any.
    pub(crate) compatible: Option<Vec<FirmwareId>>,
    /// Who vouches for it.
    pub(crate) signed: Option<Signed>,
}

impl Release {
    /// Checks what an operator typed; the error is a sentence.
    pub(crate) fn new(
        prototype: ProductId,
        name: &str,
        version: &str,
        note: &str,
    ) -> Result<Self, String> {
        let name = name.trim();
        if name.is_empty() || name.chars().count() > 200 {
            return Err("The name has 1 to 200 characters.".to_owned());
        }
        if note.chars().count() > 10_000 {
            return Err("The note has at most 10000 characters.".to_owned());
        }
        let version = version.parse().map_err(|error| format!("The version: {error}."))?;
        let (name, note) = (name.to_owned(), note.to_owned());
        Ok(Self { prototype, name, version, note, compatible: None, signed: None })
    }
}

impl Firmware {
    /// Files and rollouts of the data folder. Nobody else may have opened it: files of uploads
    /// that were cut are removed.
    pub(crate) async fn open(config: &Config, store: Store) -> Result<Self> {
        let mut known = BTreeSet::new();
        let (_, prototypes, _) = store.registry().await?;
        for prototype in prototypes {
            known.extend(store.firmwares(&prototype.id).await?.into_iter().map(|it| it.id));
        }
        let files = match &config.firmware_store {
            Some(bucket) => Files::in_bucket(bucket).await?,
            None => Files::in_folder(&config.data.join("firmware"), &known)?,
        };
        let trust = Trust::new(config);
        Ok(Self {
            files,
            uploads: Uploads::open(config.data.join("uploads"), &store).await?,
            rollouts: Rollouts::load(&store, &trust).await?,
            trust,
            store,
        })
    }

    /// The files.
    pub(crate) fn files(&self) -> &Files {
        &self.files
    }

    /// Whom we believe.
    pub(crate) fn trust(&self) -> &Trust {
        &self.trust
    }

    /// Files that are on their way.
    pub(crate) fn uploads(&self) -> &Uploads {
        &self.uploads
    }

    /// A new id.
    pub(crate) fn new_id(&self) -> Result<FirmwareId> {
        Ok(random::id(files::PREFIX, files::ID)?.parse()?)
    }

    /// Whether the prototype has a firmware of this version.
    pub(crate) async fn exists(&self, release: &Release) -> Result<bool> {
        let firmwares = self.store.firmwares(&release.prototype).await?;
        Ok(firmwares.iter().any(|it| it.version == release.version.as_str()))
    }

    /// Keeps a file that has arrived; `None` when its version came to exist meanwhile.
    pub(crate) async fn add(
        &self,
        app: &App,
        id: FirmwareId,
        release: &Release,
        received: Received,
    ) -> Result<Option<FirmwareInfo>> {
        let row = FirmwareRow {
            prototype: release.prototype.clone(),
            name: release.name.clone(),
            version: release.version.to_string(),
            note: release.note.clone(),
            size: received.checksums.size,
            md5: received.checksums.md5.to_string(),
            sha256: received.checksums.sha256.to_string(),
            token: random::id("", 16)?,
            uploaded: clock::now(),
            compatible: release.compatible.clone(),
            proof: release.signed.as_ref().map(Signed::proof),
            id,
        };
        // The file first: a row promises its file.
        received.keep().await?;
        match self.store.add_firmware(&row).await {
            Ok(true) => Ok(Some(info(app, row))),
            Ok(false) => {
                self.files.remove(&row.id).await?;
                Ok(None)
            }
            Err(error) => {
                self.files.remove(&row.id).await?;
                Err(error)
            }
        }
    }

    /// The firmwares of a prototype, newest first.
    pub(crate) async fn list(&self, app: &App, prototype: &ProductId) -> Result<Vec<FirmwareInfo>> {
        let rows = self.store.firmwares(prototype).await?;
        Ok(rows.into_iter().map(|row| info(app, row)).collect())
    }

    /// The uploaded firmware whose version the device reported.
    pub(crate) async fn running(&self, app: &App, device: &Device) -> Result<Option<FirmwareInfo>> {
        let Some(version) = self.store.firmware_version(&device.id).await? else { return Ok(None) };
        let firmwares = self.list(app, &device.prototype.id).await?;
        Ok(firmwares.into_iter().find(|it| it.version == version))
    }

    /// How far the newest update of a device is.
    pub(crate) fn status(&self, app: &App, device: &DeviceId) -> Option<PushStatus> {
        self.rollouts.status(device).map(|it| rollouts::waiting(app, device, it))
    }

    /// The firmware with this download token, its own or that of a device in a rollout, which holds
    /// as long as the rollout goes on for the device.
    pub(crate) async fn of_token(&self, token: &str) -> Result<Option<FirmwareRow>> {
        match self.rollouts.of_token(token) {
            Some((_, firmware)) => Ok(firmware),
            None => self.store.firmware_of_token(token).await,
        }
    }
}

/// Whether a device that runs `running` may get a firmware that is for `compatible`; one that never
/// reported gets only what is for any (CONTRACT §5.1, §5.3).
pub(crate) fn fits(compatible: Option<&[FirmwareId]>, running: Option<&FirmwareId>) -> bool {
    compatible.is_none_or(|list| running.is_some_and(|it| list.contains(it)))
}

fn info(app: &App, row: FirmwareRow) -> FirmwareInfo {
    FirmwareInfo {
        url: address(app, &row.token),
        signed: row.proof.as_ref().and_then(|it| app.firmware.trust.signature(it)),
        id: row.id,
        prototype: row.prototype,
        name: row.name,
        version: row.version,
        note: row.note,
        size: row.size,
        md5: row.md5,
        sha256: row.sha256,
        uploaded: row.uploaded,
        compatible: row.compatible,
    }
}

/// Where the file with this token is. Short: old devices have small buffers (CONTRACT §5.2).
fn address(app: &App, token: &str) -> String {
    format!("{}/fw/{token}", app.public_url())
}
