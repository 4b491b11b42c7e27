//! Whom the operator believes where there is no server, and what that makes of an image.

use mcs_fota::TrustedKey;
use mcs_fota::rollout::{Input, Trust};
use mcs_model::ProductId;
use mcs_model::api::{FirmwareInfo, FirmwarePolicy, FirmwareSignature};

use super::{Image, Local, MOST_IMAGES};
use crate::console::Console;
use crate::firmware::{Behind, Firmwares, Statement};
use crate::protocol::{Believed, Check, ImageRequest, RolloutOutcome, RolloutTrouble, Verdict};

/// So many keys are believed.
const MOST_KEYS: usize = 16;

impl Console {
    /// Believes these keys in place of those before.
    pub(super) fn believe(&mut self, wanted: &Believed) -> Result<RolloutOutcome, RolloutTrouble> {
        let mut keys = Vec::<String>::new();
        for (line, text) in (1..).zip(wanted.keys.lines()) {
            let text = text.trim();
            if text.is_empty() || text.starts_with("untrusted comment:") {
                continue;
            }
            let key = text.parse::<TrustedKey>().map_err(|_| RolloutTrouble::BadKey(line))?;
            if keys.len() == MOST_KEYS {
                return Err(RolloutTrouble::BadKey(line));
            }
            let key = key.to_string();
            if !keys.contains(&key) {
                keys.push(key);
            }
        }
        if keys.is_empty() && wanted.require_signed {
            return Err(RolloutTrouble::NoKey);
        }
        let believed = Believed { keys: keys.join("\n"), require_signed: wanted.require_signed };
        self.rollouts.local.book.believed = believed;
        self.keep_rollouts();
        // Those that go on, too: who waits is sent nothing for which nobody vouches.
        let local = &self.rollouts.local;
        let trust = |it: &super::Entry| (it.id.clone(), local.trust(&it.image));
        for (id, trust) in local.book.rollouts.iter().map(trust).collect::<Vec<_>>() {
            self.feed_rollout(&id, Input::Trusted(trust));
        }
        Ok(RolloutOutcome::Done)
    }

    /// Holds what was fetched against all that is expected of it. Who vouches for it, if anybody.
    pub(super) fn judge(
        &mut self,
        request: &ImageRequest,
        found: Behind<'_>,
    ) -> Result<Option<(FirmwareSignature, TrustedKey)>, RolloutTrouble> {
        let local = &mut self.rollouts.local;
        let statement = Statement {
            expectation: request.md5.clone(),
            manifest: (!request.manifest.is_empty()).then(|| request.manifest.clone()),
            signature: (!request.signature.is_empty()).then(|| request.signature.clone()),
        };
        // The same file may be fetched again.
        let same = |it: &FirmwareInfo| match found {
            Behind::File(found) => it.sha256 == found.sha256,
            Behind::Page | Behind::Nothing(_) => false,
        };
        let others = local.images().into_iter().filter(|it| !same(it)).collect();
        let judged = Firmwares::judge(local.policy(), others, statement, found);
        local.checks = judged.checks;
        let failed = |it: &&Check| matches!(it.verdict, Verdict::Failed(_));
        if let Behind::Nothing(why) = found {
            return Err(RolloutTrouble::NotFetched(why.to_owned()));
        }
        if let Some(check) = local.checks.iter().find(failed) {
            return Err(RolloutTrouble::Check(check.what));
        }
        if judged.signed.is_none() && local.believed().require_signed {
            return Err(RolloutTrouble::Unsigned);
        }
        Ok(judged.signed)
    }
}

impl Local {
    pub(in crate::rollouts) const fn believed(&self) -> &Believed {
        &self.book.believed
    }

    /// Whether an image needs somebody who vouches for it.
    pub(super) fn asks_for_keys(&self) -> bool {
        !self.book.believed.keys.is_empty()
    }

    /// Whether somebody who is believed today vouched for an image.
    pub(super) fn vouches(&self, image: &Image) -> bool {
        let signer = image.signer.as_ref();
        signer.is_some_and(|it| self.book.believed.keys.lines().any(|key| key == it))
    }

    /// Whether one was signed for the same model with a higher `seq`.
    pub(super) fn is_older(&self, image: &Image) -> bool {
        let Some(ours) = &image.signed else { return false };
        let signed = self.book.images.iter().filter_map(|it| it.signed.as_ref());
        signed.filter(|it| it.model == ours.model).any(|it| it.seq > ours.seq)
    }

    /// How much an image is trusted today.
    pub(super) fn trust(&self, image: &Image) -> Trust {
        let vouched = self.vouches(image);
        let verified = if self.asks_for_keys() { vouched } else { image.expected };
        match (self.believed().require_signed && !vouched, verified) {
            (true, _) => Trust::Barred,
            (false, true) => Trust::Vouched,
            (false, false) => Trust::Doubted,
        }
    }

    fn policy(&self) -> FirmwarePolicy {
        let Believed { keys, require_signed } = &self.book.believed;
        let keys = keys.lines().map(str::to_owned).collect();
        FirmwarePolicy { keys, require_signed: *require_signed, ..FirmwarePolicy::default() }
    }

    /// The oldest images go, except the newest that was signed for a model: it tells who comes with an older one.
    pub(super) fn prune_images(&mut self) {
        let newest = |image: &Image| image.signed.is_some() && !self.is_older(image);
        let mut surplus = self.book.images.len().saturating_sub(MOST_IMAGES);
        let stays: Vec<bool> = self
            .book
            .images
            .iter()
            .map(|it| {
                let goes = surplus > 0 && !newest(it);
                surplus -= usize::from(goes);
                !goes
            })
            .collect();
        let mut stays = stays.into_iter();
        self.book.images.retain(|_| stays.next().unwrap_or(true));
    }
}

impl Image {
    /// The model of a device of this prototype, by the name that the manifest uses.
    pub(super) fn model_of(&self, prototype: Option<&(ProductId, String)>) -> Option<String> {
        let (id, name) = prototype?;
        let wanted = self.signed.as_ref().map(|it| it.model.as_str());
        Some(if wanted == Some(id.as_str()) { id.to_string() } else { name.clone() })
    }
}
