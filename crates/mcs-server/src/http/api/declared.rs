//! What an uploader says about a firmware file, and whether it is so.

use axum::http::StatusCode;
use mcs_digest::{Checksums, Md5Hex, Sha256Hex};
use mcs_fota::ManifestError;
use mcs_model::{FirmwareId, ProductId};
use serde::{Deserialize, Serialize};

use crate::app::App;
use crate::firmware::Release;
use crate::http::error::Error;

/// What the uploader says about the file.
#[derive(Clone, Default, Serialize, Deserialize, utoipa::IntoParams, utoipa::ToSchema)]
#[into_params(parameter_in = Query)]
pub(in crate::http) struct Declared {
    /// The firmware's name.
    name: String,
    /// Its version, new in the prototype; a device reports it once it runs it.
    version: String,
    /// Release note.
    #[serde(default)]
    note: String,
    /// The file's length; what differs is refused.
    pub(super) size: Option<u64>,
    /// The file's MD5 in hex; what differs is refused.
    md5: Option<String>,
    /// The file's SHA-256 in hex; what differs is refused.
    sha256: Option<String>,
    /// The firmwares that a device must run to get this one: ids or versions with commas between
    /// them; absent, empty or `all` is any (CONTRACT §5.1).
    #[serde(default)]
    compatible: String,
    /// The signed manifest, byte by byte.
    #[serde(default)]
    manifest: String,
    /// Its `.minisig` file.
    #[serde(default)]
    signature: String,
}

/// A firmware that may come.
pub(super) struct Offer {
    /// What it will be.
    pub(super) release: Release,
    size: Option<u64>,
    md5: Option<Md5Hex>,
    sha256: Option<Sha256Hex>,
}

impl Offer {
    /// Checks what can be checked before the file is here.
    pub(super) async fn of(
        app: &App,
        prototype: ProductId,
        declared: &Declared,
    ) -> Result<Self, Error> {
        let given = |text: &Option<String>| text.clone().filter(|it| !it.trim().is_empty());
        let md5 = given(&declared.md5).map(|it| it.parse::<Md5Hex>()).transpose();
        let sha256 = given(&declared.sha256).map(|it| it.parse::<Sha256Hex>()).transpose();
        let mut release =
            Release::new(prototype, &declared.name, &declared.version, &declared.note)
                .map_err(Error::malformed)?;
        release.compatible = compatible(app, &release, &declared.compatible).await?;
        prove(app, &mut release, declared).await?;
        if app.firmware.exists(&release).await? {
            return Err(exists(&release));
        }
        Ok(Self {
            release,
            size: declared.size,
            md5: md5.map_err(|error| Error::malformed(format!("md5: {error}.")))?,
            sha256: sha256.map_err(|error| Error::malformed(format!("sha256: {error}.")))?,
        })
    }

    /// Whether what arrived is what was declared, and what is signed.
    pub(super) fn compare(&self, got: &Checksums) -> Result<(), Error> {
        let differs = |what: &str, expected: &dyn ToString, got: &dyn ToString| {
            let (expected, got) = (expected.to_string(), got.to_string());
            let message = format!("The {what} of what arrived is {got}, not {expected}.");
            let code = if what == "size" { "size-mismatch" } else { "hash-mismatch" };
            Err(unprocessable(code, message))
        };
        if got.size == 0 {
            return Err(unprocessable("empty", "The file is empty.".to_owned()));
        }
        match self {
            Self { size: Some(size), .. } if *size != got.size => {
                return differs("size", size, &got.size);
            }
            Self { md5: Some(md5), .. } if *md5 != got.md5 => {
                return differs("MD5", md5, &got.md5);
            }
            Self { sha256: Some(sha256), .. } if *sha256 != got.sha256 => {
                return differs("SHA-256", sha256, &got.sha256);
            }
            _ => {}
        }
        match &self.release.signed {
            Some(signed) => signed.manifest.check_file(got).map_err(|error| refused(&error)),
            None => Ok(()),
        }
    }
}

/// There is a firmware of this version, or with this `seq`, which came meanwhile.
pub(super) fn exists(release: &Release) -> Error {
    let message = format!("There is a firmware {} of this prototype already.", release.version);
    Error::Refused(StatusCode::CONFLICT, "version-exists", message)
}

/// Proves the manifest, as far as that goes without the file.
async fn prove(app: &App, release: &mut Release, declared: &Declared) -> Result<(), Error> {
    let trust = app.firmware.trust();
    if declared.manifest.is_empty() && declared.signature.is_empty() {
        return match trust.requires_signed(&release.prototype) {
            true => Err(Error::unsigned(release.version.as_str())),
            false => Ok(()),
        };
    }
    let signed = trust.prove(&declared.manifest, &declared.signature).map_err(|it| refused(&it))?;
    let manifest = &signed.manifest;
    let snapshot = app.registry.snapshot();
    let name = snapshot.prototypes.get(&release.prototype).map_or("", |it| it.name.as_str());
    manifest.check_model(&[name, release.prototype.as_str()]).map_err(|it| refused(&it))?;
    if manifest.name != release.name {
        let message = format!("The manifest is about a firmware named {:?}.", manifest.name);
        return Err(unprocessable("name-mismatch", message));
    }
    manifest.check_version(&release.version).map_err(|it| refused(&it))?;
    let newest = app.store.newest_seq(&release.prototype).await?;
    manifest.check_seq(newest).map_err(|it| refused(&it))?;
    release.signed = Some(signed);
    Ok(())
}

/// Each check has its own word.
fn refused(error: &ManifestError) -> Error {
    let code = match error {
        ManifestError::NoKey | ManifestError::WrongKey => "key-not-trusted",
        ManifestError::WrongSignature | ManifestError::SignatureForm => "signature-mismatch",
        ManifestError::Replayed { .. } => "seq-replayed",
        ManifestError::Model(_) => "model-mismatch",
        ManifestError::Version(_) => "version-mismatch",
        ManifestError::MinVersion(_) => "min-version",
        ManifestError::Size { .. } => "size-mismatch",
        ManifestError::Md5 { .. } | ManifestError::Sha256 { .. } => "hash-mismatch",
        _ => "manifest",
    };
    let words = error.to_string();
    let mut letters = words.chars();
    let first = letters.next().map(|it| it.to_ascii_uppercase());
    unprocessable(code, first.into_iter().chain(letters).chain(['.']).collect())
}

fn unprocessable(code: &'static str, message: String) -> Error {
    Error::Refused(StatusCode::UNPROCESSABLE_ENTITY, code, message)
}

async fn compatible(
    app: &App,
    release: &Release,
    list: &str,
) -> Result<Option<Vec<FirmwareId>>, Error> {
    if list.trim().is_empty() || list.trim().eq_ignore_ascii_case("all") {
        return Ok(None);
    }
    let firmwares = app.store.firmwares(&release.prototype).await?;
    let named = list.split(',').map(|name| {
        let name = name.trim();
        let found = firmwares.iter().find(|it| it.id.as_str() == name || it.version == name);
        let found = found.map(|it| it.id.clone());
        found.ok_or_else(|| Error::malformed(format!("compatible: there is no firmware {name:?}.")))
    });
    named.collect::<Result<_, _>>().map(Some)
}
