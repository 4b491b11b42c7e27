//! What went wrong with a firmware, in words.

use mcs_view::protocol::{Deviation, FileFailure, VerifyFailure};

use crate::texts::firmware as t;

/// Why the file at hand cannot be used.
pub(super) fn failure(failure: &FileFailure) -> String {
    match failure {
        FileFailure::Empty => t::job_empty().to_owned(),
        FileFailure::Changed { read, wanted } => t::job_changed(read, wanted),
        FileFailure::Unreadable(why) => t::job_read(why),
        FileFailure::Received(what) => t::job_received(&deviation(what)),
    }
}

/// Why a firmware is not verified.
pub(super) fn not_verified(failure: &VerifyFailure) -> String {
    match failure {
        VerifyFailure::Differs(what) => t::differs(&deviation(what)),
        VerifyFailure::NotFetched(why) => t::not_fetched(why),
    }
}

fn deviation(deviation: &Deviation) -> String {
    match deviation {
        Deviation::Size { found, wanted } => t::differs_size(found, wanted),
        Deviation::Md5 { found, wanted } => t::differs_md5(found, wanted),
        Deviation::Sha256 { found, wanted } => t::differs_sha256(found, wanted),
    }
}
