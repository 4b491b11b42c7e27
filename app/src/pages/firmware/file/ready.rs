//! Whether the file at hand can be uploaded, and if not, why: pure.

#[cfg(test)]
mod tests;

use mcs_view::protocol::{
    Check, Checked, ExpectedMd5, FirmwareJob, JobStage, StoredFirmware, Trust, Verdict,
};

use crate::pages::firmware::checks::name;
use crate::texts::firmware as t;

/// What the operator has typed.
pub(crate) struct Upload<'a> {
    /// The firmware's name.
    pub(crate) name: &'a str,
    /// Its version.
    pub(crate) version: &'a str,
    /// Why nothing may be changed, if so.
    pub(crate) locked: Option<&'static str>,
    /// Whose signatures count.
    pub(crate) trust: Trust,
}

/// Why the file at hand cannot be uploaded; `None` when it can.
pub(crate) fn why_not(
    upload: &Upload,
    job: &FirmwareJob,
    stored: &[StoredFirmware],
) -> Option<String> {
    let said = |words: &str| Some(words.to_owned());
    if let Some(locked) = upload.locked {
        return said(locked);
    }
    match &job.stage {
        JobStage::Empty | JobStage::Failed(_) => return said(t::why_choose()),
        JobStage::Hashing { .. } => return said(t::why_hashing()),
        JobStage::Uploading { .. } => return said(t::why_uploading()),
        JobStage::Uploaded { .. } => return said(t::why_uploaded()),
        JobStage::Hashed { .. } => {}
    }
    match job.expected {
        ExpectedMd5::Mismatch => return said(t::why_mismatch()),
        ExpectedMd5::Invalid => return said(t::why_invalid()),
        ExpectedMd5::None | ExpectedMd5::Waiting | ExpectedMd5::Match => {}
    }
    let failed = |it: &&Check| matches!(it.verdict, Verdict::Failed(_));
    if let Some(check) = job.checks.iter().find(failed) {
        return Some(t::why_check(&name(check.what)));
    }
    let signed = |it: &Check| it.what == Checked::Signature && it.verdict == Verdict::Passed;
    if upload.trust == Trust::SignedOnly && !job.checks.iter().any(signed) {
        return said(t::why_unsigned());
    }
    let version = upload.version.trim();
    if upload.name.trim().is_empty() {
        said(t::why_name())
    } else if version.is_empty() {
        said(t::why_version())
    } else if version.contains(',') {
        said(t::why_comma())
    } else if stored.iter().any(|it| it.info.version == version) {
        Some(t::why_exists(&version))
    } else {
        None
    }
}
