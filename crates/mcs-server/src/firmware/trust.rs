//! Whom we believe about a firmware.

use std::collections::BTreeSet;

use mcs_fota::rollout::{self, Release};
use mcs_fota::{Manifest, ManifestError, TrustedKey, VersionError};
use mcs_model::ProductId;
use mcs_model::api::{FirmwareInfo, FirmwarePolicy, FirmwareSignature};

use crate::config::Config;
use crate::store::{FirmwareRow, Proof};

/// The keys that are trusted, and what is asked for.
pub(crate) struct Trust {
    keys: Vec<TrustedKey>,
    /// For every prototype.
    require: bool,
    /// For these.
    require_for: BTreeSet<ProductId>,
    max_bytes: u64,
}

/// A manifest and the signature that proves it.
#[derive(Clone)]
pub(crate) struct Signed {
    /// What it says.
    pub(crate) manifest: Manifest,
    proof: Proof,
}

impl Trust {
    pub(super) fn new(config: &Config) -> Self {
        Self {
            keys: config.firmware_keys.clone(),
            require: config.require_signed_firmware,
            require_for: config.require_signed_firmware_for.clone(),
            max_bytes: config.max_firmware,
        }
    }

    /// Whether nothing unsigned is taken for this prototype, or pushed to its devices.
    pub(crate) fn requires_signed(&self, prototype: &ProductId) -> bool {
        self.require || self.require_for.contains(prototype)
    }

    /// What consoles are told.
    pub(crate) fn policy(&self) -> FirmwarePolicy {
        let keys = self.keys.iter().map(ToString::to_string).collect();
        FirmwarePolicy {
            keys,
            require_signed: self.require,
            require_signed_for: self.require_for.iter().cloned().collect(),
            max_bytes: self.max_bytes,
        }
    }

    /// Reads a manifest that a trusted key vouches for.
    pub(crate) fn prove(&self, manifest: &str, signature: &str) -> Result<Signed, ManifestError> {
        let vouched = Manifest::verify(manifest.as_bytes(), signature, &self.keys)?;
        // As far as the database counts.
        if i64::try_from(vouched.manifest.seq).is_err() {
            return Err(ManifestError::Form("seq is too large".to_owned()));
        }
        let proof = Proof {
            manifest: manifest.to_owned(),
            signature: signature.to_owned(),
            key: vouched.by.id().to_string(),
            seq: vouched.manifest.seq,
        };
        Ok(Signed { manifest: vouched.manifest, proof })
    }

    /// Whether somebody whom we trust today vouches for a firmware.
    fn vouches(&self, firmware: &FirmwareRow) -> bool {
        firmware.proof.as_ref().is_some_and(|it| self.trusts(it))
    }

    /// Whether a firmware is what is asked for: with keys an image is verified when one of them vouches for it;
    /// without, nobody asks.
    pub(crate) fn verified(&self, firmware: &FirmwareRow) -> bool {
        self.keys.is_empty() || self.vouches(firmware)
    }

    /// Whether a firmware may go to no device, whatever an operator says.
    pub(crate) fn refuses(&self, firmware: &FirmwareRow) -> bool {
        self.requires_signed(&firmware.prototype) && !self.vouches(firmware)
    }

    /// What a rollout that goes on has to know of whom we trust today.
    pub(super) fn of(&self, firmware: &FirmwareRow) -> rollout::Trust {
        match (self.verified(firmware), self.refuses(firmware)) {
            (_, true) => rollout::Trust::Barred,
            (true, false) => rollout::Trust::Vouched,
            (false, false) => rollout::Trust::Doubted,
        }
    }

    /// Whether devices may have a firmware that they ask for by themselves.
    pub(crate) fn gives(&self, firmware: &FirmwareInfo) -> bool {
        !self.requires_signed(&firmware.prototype)
            || firmware.signed.as_ref().is_some_and(|it| it.trusted)
    }

    /// What a rollout has to know of a firmware; `newest` is the highest `seq` of its prototype.
    pub(super) fn release(
        &self,
        firmware: &FirmwareRow,
        newest: Option<u64>,
    ) -> Result<Release, VersionError> {
        let manifest = firmware.proof.as_ref().and_then(read);
        Ok(Release {
            firmware: firmware.id.clone(),
            version: firmware.version.parse()?,
            model: manifest.as_ref().map(|it| it.model.clone()),
            min_version: manifest.and_then(|it| it.min_version),
            verified: self.verified(firmware),
            older: firmware.proof.as_ref().is_some_and(|it| newest.is_some_and(|seq| it.seq < seq)),
        })
    }

    /// What operators are told of a firmware.
    pub(super) fn signature(&self, proof: &Proof) -> Option<FirmwareSignature> {
        let Manifest { seq, model, min_version, .. } = read(proof)?;
        let (key, trusted) = (proof.key.clone(), self.trusts(proof));
        let min_version = min_version.map(|it| it.to_string());
        Some(FirmwareSignature { key, trusted, seq, model, min_version })
    }

    /// Whether one of the keys made the signature: an id alone is no proof, two keys may bear the same.
    fn trusts(&self, proof: &Proof) -> bool {
        Manifest::verify(proof.manifest.as_bytes(), &proof.signature, &self.keys).is_ok()
    }
}

impl Signed {
    /// What is kept of it.
    pub(super) fn proof(&self) -> Proof {
        self.proof.clone()
    }
}

/// What a manifest says that was proven before.
fn read(proof: &Proof) -> Option<Manifest> {
    Manifest::read(proof.manifest.as_bytes()).ok()
}
