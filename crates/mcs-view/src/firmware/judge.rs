//! An image of an address goes through the same checks as a file that is uploaded.

use mcs_fota::Manifest;
use mcs_model::api::{FirmwareInfo, FirmwarePolicy, FirmwareSignature};

use super::Firmwares;
use crate::io::Hashes;
use crate::protocol::{Check, Checked, JobStage};

/// What is said of an image before it is looked at.
#[derive(Debug, Default)]
pub(crate) struct Statement {
    /// The MD5 that the operator expects, or nothing.
    pub(crate) expectation: String,
    /// As their files say.
    pub(crate) manifest: Option<String>,
    pub(crate) signature: Option<String>,
}

/// What came of it.
pub(crate) struct Judged {
    pub(crate) checks: Vec<Check>,
    /// The key that vouches for it.
    pub(crate) signed: Option<FirmwareSignature>,
}

impl Firmwares {
    /// Holds what is behind an address against what is said of it, and against `others` that are
    /// known already.
    pub(crate) fn judge(
        policy: FirmwarePolicy,
        mut others: Vec<FirmwareInfo>,
        statement: Statement,
        found: &Hashes,
    ) -> Judged {
        let (md5, sha256) = (found.md5.clone(), found.sha256.clone());
        let mut file = Self {
            hashes: Some(found.clone()),
            stage: JobStage::Hashed { md5, sha256 },
            expectation: statement.expectation,
            ..Self::default()
        };
        file.believe(policy);
        file.vouch(statement.manifest, statement.signature);
        // Images of addresses are of any model: each has its own versions.
        let model = file.manifest().map(|it| it.model.clone());
        others.retain(|it| it.signed.as_ref().map(|it| &it.model) == model.as_ref());
        file.restock(others);
        let mut checks = file.checks(&[]);
        // Its model is held against each device; it is not uploaded, and fetched back later.
        checks.retain(|it| {
            !matches!(
                it.what,
                Checked::Model | Checked::Unchanged | Checked::Received | Checked::FetchedBack
            )
        });
        Judged { checks, signed: file.signed() }
    }

    fn signed(&self) -> Option<FirmwareSignature> {
        let (Some(Ok(key)), Some(manifest)) = (&self.vouched, self.manifest()) else { return None };
        let Manifest { seq, model, min_version, .. } = manifest.clone();
        let (key, min_version) = (key.to_string(), min_version.map(|it| it.to_string()));
        Some(FirmwareSignature { key, trusted: true, seq, model, min_version })
    }
}
