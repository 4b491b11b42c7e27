//! What went wrong with a firmware, in words.

use mcs_model::api::FirmwareInfo;
use mcs_view::protocol::{Deviation, FileFailure, VerifyFailure};

use crate::format;
use crate::texts::firmware as t;

/// Why the file at hand cannot be used.
pub(super) fn failure(failure: &FileFailure) -> String {
    match failure {
        FileFailure::Empty => t::job_empty().to_owned(),
        FileFailure::TooLarge(most) => t::job_too_large(&format::bytes(*most)),
        FileFailure::Changed { read, wanted } => t::job_changed(read, wanted),
        FileFailure::Page => t::job_page().to_owned(),
        FileFailure::ChangedSince => t::job_changed_since().to_owned(),
        FileFailure::Unreadable(why) => t::job_read(why),
        FileFailure::Received(what) => t::job_received(&deviation(what)),
    }
}

/// Why a firmware is not verified.
pub(super) fn not_verified(failure: &VerifyFailure) -> String {
    match failure {
        VerifyFailure::Differs(what) => t::differs(&deviation(what)),
        VerifyFailure::Page => t::differs(&t::fault_page()),
        VerifyFailure::NotFetched(why) => t::not_fetched(why),
    }
}

/// Who vouches for a firmware: a state's name and tone, and words.
pub(crate) fn signed(info: &FirmwareInfo) -> (&'static str, &'static str, String) {
    match &info.signed {
        None => ("unsigned", "offline", t::unsigned().to_owned()),
        Some(it) if it.trusted => ("signed", "ok", t::signed_by(&it.key, &it.seq)),
        Some(it) => ("distrusted", "warning", t::signed_once(&it.key, &it.seq)),
    }
}

/// What of a file is another than it should be.
pub(super) fn deviation(deviation: &Deviation) -> String {
    match deviation {
        Deviation::Size { found, wanted } => t::differs_size(found, wanted),
        Deviation::Md5 { found, wanted } => t::differs_md5(found, wanted),
        Deviation::Sha256 { found, wanted } => t::differs_sha256(found, wanted),
    }
}
