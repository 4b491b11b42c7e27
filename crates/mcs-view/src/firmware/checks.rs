//! Checked was checked of the file at hand, and what came of it.

use mcs_digest::Md5Hex;
use mcs_fota::{Manifest, ManifestError};
use mcs_model::ProductId;

use super::Firmwares;
use crate::io::Hashes;
use crate::protocol::{
    Check, Checked, Deviation, Fault, FileFailure, JobStage, Lack, Verdict, Verification,
    VerifyFailure,
};

impl Firmwares {
    /// Every check, in the order in which a file goes through them.
    pub(super) fn checks(&self, prototypes: &[(ProductId, String)]) -> Vec<Check> {
        use Checked::*;
        [
            (NoPage, self.no_page()),
            (Size, self.size()),
            (Md5, self.md5()),
            (Sha256, self.sha256()),
            (Signature, self.signature()),
            (Model, self.of_manifest(|it| self.model(it, prototypes))),
            (Version, self.version()),
            (Seq, self.of_manifest(|it| self.seq(it))),
            (MinVersion, self.of_manifest(min_version)),
            (Unchanged, self.unchanged()),
            (Received, self.received()),
            (FetchedBack, self.fetched_back()),
        ]
        .into_iter()
        .map(|(what, verdict)| Check { what, verdict })
        .collect()
    }

    /// The first check that failed.
    pub(super) fn failed(&self, prototypes: &[(ProductId, String)]) -> Option<Checked> {
        let failed = |it: &Check| matches!(it.verdict, Verdict::Failed(_));
        self.checks(prototypes).into_iter().find(failed).map(|it| it.what)
    }

    fn no_page(&self) -> Verdict {
        match (&self.stage, &self.hashes) {
            (JobStage::Failed(FileFailure::Page), _) => Verdict::Failed(Fault::Page),
            (_, Some(_)) => Verdict::Passed,
            _ => Verdict::Waiting,
        }
    }

    fn size(&self) -> Verdict {
        match self.stage {
            JobStage::Failed(FileFailure::Empty) => return Verdict::Failed(Fault::Empty),
            JobStage::Failed(FileFailure::TooLarge(most)) => {
                return Verdict::Failed(Fault::TooLarge(most));
            }
            _ => {}
        }
        let Some(hashes) = &self.hashes else { return Verdict::Waiting };
        if let Some(most) = self.most().filter(|most| hashes.size > *most) {
            return Verdict::Failed(Fault::TooLarge(most));
        }
        let wanted = self.manifest().map_or(hashes.size, |it| it.size);
        let differs = Deviation::Size { found: hashes.size, wanted };
        same(hashes.size == wanted, differs)
    }

    fn md5(&self) -> Verdict {
        let typed = self.expectation.trim();
        let of_manifest = self.manifest().map(|it| it.md5.to_string());
        let expected = match typed.parse::<Md5Hex>() {
            Ok(typed) => Some(typed.to_string()),
            Err(_) if typed.is_empty() => None,
            // Said where it is typed.
            Err(_) => return Verdict::Waiting,
        };
        let Some(Hashes { md5, .. }) = &self.hashes else { return Verdict::Waiting };
        let mut wanted = [expected, of_manifest].into_iter().flatten().peekable();
        if wanted.peek().is_none() {
            return Verdict::NotPossible(Lack::Expectation);
        }
        match wanted.find(|it| it != md5) {
            Some(wanted) => same(false, Deviation::Md5 { found: md5.clone(), wanted }),
            None => Verdict::Passed,
        }
    }

    fn sha256(&self) -> Verdict {
        let Some(manifest) = self.manifest() else { return self.no_manifest() };
        let Some(hashes) = &self.hashes else { return Verdict::Waiting };
        let (found, wanted) = (hashes.sha256.clone(), manifest.sha256.to_string());
        same(found == wanted, Deviation::Sha256 { found, wanted })
    }

    fn signature(&self) -> Verdict {
        match &self.vouched {
            None if self.manifest.is_some() => Verdict::NotPossible(Lack::Signature),
            None => Verdict::NotPossible(Lack::Manifest),
            Some(Ok(_)) => Verdict::Passed,
            Some(Err(ManifestError::NoKey)) => Verdict::NotPossible(Lack::Key),
            Some(Err(error)) => Verdict::Failed(match error {
                ManifestError::WrongKey => Fault::Key,
                ManifestError::WrongSignature => Fault::Signature,
                ManifestError::SignatureForm => Fault::SignatureForm,
                error => Fault::Manifest(error.to_string()),
            }),
        }
    }

    fn model(&self, manifest: &Manifest, prototypes: &[(ProductId, String)]) -> Verdict {
        let chosen = prototypes.iter().find(|it| Some(&it.0) == self.prototype.as_ref());
        let Some((id, name)) = chosen else { return Verdict::Waiting };
        match manifest.check_model(&[name, id.as_str()]) {
            Ok(()) => Verdict::Passed,
            Err(_) => Verdict::Failed(Fault::Model(manifest.model.clone())),
        }
    }

    fn version(&self) -> Verdict {
        self.of_manifest(|manifest| {
            let version = manifest.version.as_str();
            match self.others().any(|it| it.version == version) {
                true => Verdict::Failed(Fault::Version(version.to_owned())),
                false => Verdict::Passed,
            }
        })
    }

    fn seq(&self, manifest: &Manifest) -> Verdict {
        let newest = self.others().filter_map(|it| it.signed.as_ref()).map(|it| it.seq).max();
        match (manifest.check_seq(newest), newest) {
            (Err(_), Some(newest)) => Verdict::Failed(Fault::Seq { seq: manifest.seq, newest }),
            _ => Verdict::Passed,
        }
    }

    fn unchanged(&self) -> Verdict {
        match &self.stage {
            JobStage::Failed(FileFailure::ChangedSince | FileFailure::Changed { .. }) => {
                Verdict::Failed(Fault::Changed)
            }
            JobStage::Uploaded { .. } => Verdict::Passed,
            _ => Verdict::Waiting,
        }
    }

    fn received(&self) -> Verdict {
        match &self.stage {
            JobStage::Failed(FileFailure::Received(what)) => same(false, what.clone()),
            JobStage::Uploaded { .. } => Verdict::Passed,
            _ => Verdict::Waiting,
        }
    }

    fn fetched_back(&self) -> Verdict {
        let JobStage::Uploaded { firmware, .. } = &self.stage else { return Verdict::Waiting };
        let stored = self.shelf.iter().find(|it| it.info.id == *firmware);
        match stored.map(|it| &it.verified) {
            None | Some(Verification::NotYet | Verification::Running { .. }) => Verdict::Waiting,
            Some(Verification::Verified) => Verdict::Passed,
            Some(Verification::Failed(why)) => Verdict::Failed(match why {
                VerifyFailure::Differs(what) => Fault::Differs(what.clone()),
                VerifyFailure::Page => Fault::Page,
                VerifyFailure::NotFetched(why) => Fault::NotFetched(why.clone()),
            }),
        }
    }

    /// Checked the server has beside what was uploaded just now.
    fn others(&self) -> impl Iterator<Item = &mcs_model::api::FirmwareInfo> {
        let ours = match &self.stage {
            JobStage::Uploaded { firmware, .. } => Some(firmware),
            _ => None,
        };
        self.shelf.iter().map(|it| &it.info).filter(move |it| Some(&it.id) != ours)
    }

    fn of_manifest(&self, check: impl FnOnce(&Manifest) -> Verdict) -> Verdict {
        self.manifest().map_or_else(|| self.no_manifest(), check)
    }

    fn no_manifest(&self) -> Verdict {
        match &self.read {
            Some(Err(error)) => Verdict::Failed(Fault::Manifest(error.to_string())),
            _ => Verdict::NotPossible(Lack::Manifest),
        }
    }
}

fn min_version(manifest: &Manifest) -> Verdict {
    match (manifest.check_version(&manifest.version), &manifest.min_version) {
        (Err(_), Some(min)) => Verdict::Failed(Fault::MinVersion(min.to_string())),
        _ => Verdict::Passed,
    }
}

fn same(same: bool, otherwise: Deviation) -> Verdict {
    if same { Verdict::Passed } else { Verdict::Failed(Fault::Differs(otherwise)) }
}
