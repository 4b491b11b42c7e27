//! An image behind an address: fetched and hashed before anybody hears of it.

use mcs_digest::Md5Hex;
use mcs_fota::{Manifest, Notice, Version};

use super::Image;
use crate::console::Console;
use crate::firmware::Behind;
use crate::io::{Ended, Hashes, JobId, Output};
use crate::protocol::{
    Check, Checked, Fault, ImageRequest, RolloutOutcome, RolloutTrouble, Verdict,
};

impl Console {
    /// Fetches an image and looks whether it can be rolled out.
    pub(super) fn fetch_image(&mut self, mut request: ImageRequest) {
        let local = &mut self.rollouts.local;
        (local.checks, local.checked) = (Vec::new(), None);
        if let Err(trouble) = self.take_version(&mut request) {
            return self.rollouts.end(RolloutOutcome::Failed(trouble));
        }
        if let Err(trouble) = check(&request, self.clock.wall()) {
            return self.rollouts.end(RolloutOutcome::Failed(trouble));
        }
        let job = self.firmware.next_job();
        self.rollouts.busy = true;
        self.out.push_back(Output::Download { job, url: request.url.trim().to_owned() });
        self.rollouts.local.fetching = Some((job, request, 0));
    }

    /// So much of it is here. Whether the job was this.
    pub(crate) fn image_progress(&mut self, job: JobId, bytes: u64) -> bool {
        let fetching = self.rollouts.local.fetching.as_mut().filter(|it| it.0 == job);
        fetching.map(|it| it.2 = bytes).is_some() && {
            self.rollouts.changed = true;
            true
        }
    }

    /// The job has ended, if it was this.
    pub(crate) fn image_ended(&mut self, job: JobId, ended: &Ended) -> bool {
        let Some((_, request, _)) = self.rollouts.local.fetching.take_if(|it| it.0 == job) else {
            return false;
        };
        let outcome = match ended {
            Ended::Hashed(found) => self.take_image(&request, found),
            Ended::Failed(why) => self.no_image(&request, Behind::Nothing(why)),
            Ended::Page => self.no_image(&request, Behind::Page),
            // A job ends as it began.
            Ended::Changed | Ended::Answered { .. } => self.no_image(&request, Behind::Nothing("")),
        };
        self.rollouts.end(outcome.unwrap_or_else(RolloutOutcome::Failed));
        true
    }

    /// What is signed is what it is called.
    fn take_version(&mut self, request: &mut ImageRequest) -> Result<(), RolloutTrouble> {
        if request.manifest.is_empty() {
            return Ok(());
        }
        let signed = match Manifest::read(request.manifest.as_bytes()) {
            Ok(manifest) => manifest.version.to_string(),
            Err(error) => {
                let (what, why) = (Checked::Signature, Fault::Manifest(error.to_string()));
                self.rollouts.local.checks = vec![Check { what, verdict: Verdict::Failed(why) }];
                return Err(RolloutTrouble::Check(what));
            }
        };
        let typed = request.version.trim();
        if !typed.is_empty() && typed != signed {
            return Err(RolloutTrouble::OtherVersion(signed));
        }
        request.version = signed;
        Ok(())
    }

    /// What is there is none; which check says so.
    fn no_image(
        &mut self,
        request: &ImageRequest,
        found: Behind<'_>,
    ) -> Result<RolloutOutcome, RolloutTrouble> {
        self.judge(request, found)?;
        Err(RolloutTrouble::Check(Checked::NoPage))
    }

    fn take_image(
        &mut self,
        request: &ImageRequest,
        found: &Hashes,
    ) -> Result<RolloutOutcome, RolloutTrouble> {
        let Hashes { size, md5, sha256 } = found.clone();
        let (signed, signer) = self.judge(request, Behind::File(found))?.unzip();
        let id = format!("F{:015x}", self.random.next_u64() >> 4);
        let (Ok(firmware), Ok(prototype)) = (id.parse(), super::PROTOTYPE.parse()) else {
            return Err(RolloutTrouble::BadAddress);
        };
        let url = request.url.trim().to_owned();
        let path = url.split(['?', '#']).next().unwrap_or_default();
        let mut image = Image {
            firmware,
            prototype,
            name: path.rsplit('/').next().unwrap_or_default().to_owned(),
            version: request.version.trim().to_owned(),
            url,
            size,
            md5,
            sha256,
            fetched: self.clock.wall(),
            expected: !request.md5.trim().is_empty(),
            signed,
            signer: signer.map(|it| it.to_string()),
        };
        let outcome = RolloutOutcome::Fetched(image.prototype.clone(), image.firmware.clone());
        let local = &mut self.rollouts.local;
        local.checked = Some(image.firmware.clone());
        // Fetched again, it stands in place of what it was; who vouched for these bytes did.
        local.book.images.retain(|it| {
            let same = it.sha256 == image.sha256 && it.version == image.version;
            if same && image.signed.is_none() {
                image.signed.clone_from(&it.signed);
                image.signer.clone_from(&it.signer);
            }
            !same || it.url != image.url
        });
        local.book.images.push(image);
        self.keep_rollouts();
        Ok(outcome)
    }
}

/// What can be said before it is fetched.
fn check(request: &ImageRequest, now: mcs_model::Timestamp) -> Result<(), RolloutTrouble> {
    let url = request.url.trim();
    if !(url.starts_with("http://") || url.starts_with("https://")) {
        return Err(RolloutTrouble::BadAddress);
    }
    let version: Version =
        request.version.trim().parse().map_err(|_| RolloutTrouble::BadVersion)?;
    Notice::new(now, version, None, url).map_err(|_| RolloutTrouble::BadAddress)?;
    let md5 = request.md5.trim();
    if !md5.is_empty() && md5.parse::<Md5Hex>().is_err() {
        return Err(RolloutTrouble::BadMd5);
    }
    Ok(())
}
