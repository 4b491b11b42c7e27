//! An image of an address goes through the same checks as a file that is uploaded.

use mcs_fota::{Manifest, TrustedKey};
use mcs_model::api::{FirmwareInfo, FirmwarePolicy, FirmwareSignature};

use super::Firmwares;
use crate::io::Hashes;
use crate::protocol::{Check, Checked, Fault, FileFailure, JobStage, Lack, Verdict};

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
    /// Who vouches for it, and with which key.
    pub(crate) signed: Option<(FirmwareSignature, TrustedKey)>,
}

/// What is behind an address.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Behind<'a> {
    File(&'a Hashes),
    /// A web page, such as that of an error.
    Page,
    /// Nothing, or not all of it could be fetched; the browser's reason.
    Nothing(&'a str),
}

impl Firmwares {
    /// Holds what is behind an address against what is said of it, and against `others` that are
    /// known already.
    pub(crate) fn judge(
        policy: FirmwarePolicy,
        mut others: Vec<FirmwareInfo>,
        statement: Statement,
        found: Behind<'_>,
    ) -> Judged {
        let (hashes, stage) = match found {
            Behind::File(Hashes { size: 0, .. }) => (None, JobStage::Failed(FileFailure::Empty)),
            Behind::File(it) => {
                let (md5, sha256) = (it.md5.clone(), it.sha256.clone());
                (Some(it.clone()), JobStage::Hashed { md5, sha256 })
            }
            Behind::Page => (None, JobStage::Failed(FileFailure::Page)),
            Behind::Nothing(_) => (None, JobStage::Empty),
        };
        let mut file =
            Self { hashes, stage, expectation: statement.expectation, ..Self::default() };
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
        if file.manifest().is_none() {
            // Nobody has said how long it should be.
            for it in checks.iter_mut().filter(|it| it.what == Checked::Size) {
                if it.verdict == Verdict::Passed {
                    it.verdict = Verdict::NotPossible(Lack::Manifest);
                }
            }
        }
        let verdict = match found {
            Behind::Nothing(why) => Verdict::Failed(Fault::NotFetched(why.to_owned())),
            Behind::File(_) | Behind::Page => Verdict::Passed,
        };
        checks.insert(0, Check { what: Checked::Fetched, verdict });
        Judged { checks, signed: file.signed() }
    }

    fn signed(&self) -> Option<(FirmwareSignature, TrustedKey)> {
        let (Some(Ok(by)), Some(manifest)) = (&self.vouched, self.manifest()) else { return None };
        let Manifest { seq, model, min_version, .. } = manifest.clone();
        let (key, min_version) = (by.id().to_string(), min_version.map(|it| it.to_string()));
        Some((FirmwareSignature { key, trusted: true, seq, model, min_version }, by.clone()))
    }
}
