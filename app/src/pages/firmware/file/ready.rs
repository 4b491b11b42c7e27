//! Whether the file at hand can be uploaded, and if not, why: pure.

#[cfg(test)]
mod tests;

use mcs_view::protocol::{ExpectedMd5, FirmwareJob, JobStage, StoredFirmware};

/// What the operator has typed.
pub(crate) struct Upload<'a> {
    /// The firmware's name.
    pub(crate) name: &'a str,
    /// Its version.
    pub(crate) version: &'a str,
    /// Why nothing may be changed, if so.
    pub(crate) locked: Option<&'static str>,
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
        JobStage::Empty | JobStage::Failed(_) => return said("Choose a file first"),
        JobStage::Hashing { .. } => return said("Wait until the file is hashed"),
        JobStage::Uploading { .. } => return said("Uploading"),
        JobStage::Uploaded { .. } => return said("Uploaded: choose another file to go on"),
        JobStage::Hashed { .. } => {}
    }
    match job.expected {
        ExpectedMd5::Mismatch => return said("The MD5 is not the expected one"),
        ExpectedMd5::Invalid => return said("The expected MD5 is none: correct or clear it"),
        ExpectedMd5::None | ExpectedMd5::Waiting | ExpectedMd5::Match => {}
    }
    let version = upload.version.trim();
    if upload.name.trim().is_empty() {
        said("Give it a name")
    } else if version.is_empty() {
        said("Give it a version")
    } else if stored.iter().any(|it| it.info.version == version) {
        Some(format!("Version {version} is there already"))
    } else {
        None
    }
}
