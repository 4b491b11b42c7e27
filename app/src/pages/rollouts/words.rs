//! States, reasons and troubles in words.

use mcs_model::api::PushState;
use mcs_view::protocol::{
    Course, NoticeTransport, Objection, Pause, Reason, RolloutDevice, RolloutTrouble, Unreachable,
};

use crate::texts::rollouts as t;
use crate::ui::Symbol;

/// How a rollout stands: for tests, tone, icon, word.
pub(super) fn course(course: &Course) -> (&'static str, &'static str, Symbol, &'static str) {
    match course {
        Course::Running => ("running", "pending", Symbol::Play, t::running()),
        Course::Paused(Pause::Operator) => ("paused", "warning", Symbol::Pause, t::paused()),
        Course::Paused(_) => ("stopped", "danger", Symbol::Warning, t::paused()),
        Course::Canceling => ("canceling", "warning", Symbol::Close, t::canceling()),
        Course::Canceled => ("canceled", "offline", Symbol::Close, t::canceled()),
        Course::Finished => ("finished", "ok", Symbol::Check, t::finished()),
        _ => ("unknown", "offline", Symbol::Question, t::state_unknown()),
    }
}

/// Why it stands so, where that is not clear.
pub(super) fn why_course(course: &Course) -> Option<String> {
    Some(match course {
        Course::Paused(Pause::Operator) => t::paused_by_operator().to_owned(),
        Course::Paused(Pause::Failures { failed, of }) => t::paused_by_failures(failed, of),
        Course::Paused(Pause::Wave { wave, updated, of }) => {
            t::paused_by_wave(&(wave + 1), updated, of)
        }
        Course::Canceling => t::canceling_why().to_owned(),
        _ => return None,
    })
}

/// A device's state: the name on the wire, tone, icon, words.
pub(super) fn state(device: &RolloutDevice) -> (&'static str, &'static str, Symbol, String) {
    let (wire, tone, symbol, word) = state_look(device.state);
    let word = match (device.state, device.percent) {
        (PushState::Queued, _) if device.since.is_none() => t::state_waiting().to_owned(),
        (PushState::Downloading, Some(percent)) => t::state_downloading_at(&percent),
        _ => word.to_owned(),
    };
    (wire, tone, symbol, word)
}

/// A state: the name on the wire, tone, icon, word.
pub(super) fn state_look(state: PushState) -> (&'static str, &'static str, Symbol, &'static str) {
    let clock = Symbol::Clock;
    match state {
        PushState::Queued => ("QUEUED", "offline", clock, t::state_queued()),
        PushState::Initiated => ("INITIATED", "pending", Symbol::Send, t::state_initiated()),
        PushState::Deferred => ("DEFERRED", "pending", clock, t::state_deferred()),
        PushState::Downloading => ("DOWNLOADING", "pending", clock, t::state_downloading()),
        PushState::Downloaded => ("DOWNLOADED", "pending", clock, t::state_downloaded()),
        PushState::Verified => ("VERIFIED", "pending", clock, t::state_verified()),
        PushState::Updating => ("UPDATING", "pending", clock, t::state_updating()),
        PushState::Rebooting => ("REBOOTING", "pending", clock, t::state_rebooting()),
        PushState::Confirming => ("CONFIRMING", "pending", clock, t::state_confirming()),
        PushState::Updated => ("UPDATED", "ok", Symbol::Check, t::state_updated()),
        PushState::AlreadyInstalled => {
            ("ALREADY_INSTALLED", "ok", Symbol::Check, t::state_already())
        }
        PushState::Failed => ("FAILED", "danger", Symbol::Warning, t::state_failed()),
        PushState::TimedOut => ("TIMED_OUT", "danger", Symbol::Warning, t::state_timed_out()),
        PushState::RolledBack => ("ROLLED_BACK", "danger", Symbol::Warning, t::state_rolled_back()),
        PushState::Canceled => ("CANCELED", "offline", Symbol::Close, t::state_canceled()),
        PushState::Rejected => ("REJECTED", "danger", Symbol::Warning, t::state_rejected()),
        _ => ("UNKNOWN", "offline", Symbol::Question, t::state_unknown()),
    }
}

/// Why a device is where it is; empty where the state says it all.
pub(super) fn reason(reason: &Reason) -> String {
    let plain = match reason {
        Reason::None => "",
        Reason::NotSent(Unreachable::Broken(why)) => return t::why_broken(why),
        Reason::NotSent(Unreachable::Deaf) => t::why_deaf(),
        Reason::NotSent(_) => t::why_away(),
        Reason::Unsure => t::why_unsure(),
        Reason::CameBack(version) => return t::why_came_back(version),
        Reason::StillOld { version, attempts } => return t::why_still_old(version, attempts),
        Reason::WentBack(version) => return t::why_went_back(version),
        Reason::DidNotCome => t::why_did_not_come(),
        Reason::DidNotAnswer => t::why_did_not_answer(),
        Reason::DidNotFetch => t::why_did_not_fetch(),
        Reason::DidNotReport => t::why_did_not_report(),
        Reason::Said(words) => return words.clone(),
        Reason::Objected(it) => objection(*it),
        Reason::Superseded => t::why_superseded(),
        Reason::Removed => t::why_removed(),
        Reason::Stopped => t::why_stopped(),
        Reason::Retried => t::why_retried(),
        Reason::Overridden => t::why_overridden(),
        // A newer server may know more.
        _ => return reason.to_string(),
    };
    plain.to_owned()
}

/// What speaks against a firmware.
pub(super) fn objection(objection: Objection) -> &'static str {
    match objection {
        Objection::Downgrade => t::against_downgrade(),
        Objection::Model => t::against_model(),
        Objection::Incompatible => t::against_incompatible(),
        Objection::Unverified => t::against_unverified(),
        _ => t::state_unknown(),
    }
}

/// A way to a device.
pub(super) fn transport(transport: NoticeTransport) -> &'static str {
    match transport {
        NoticeTransport::Mqtt => "MQTT",
        NoticeTransport::Command => "Command Server",
    }
}

/// What went wrong.
pub(super) fn trouble(trouble: &RolloutTrouble) -> String {
    match trouble {
        RolloutTrouble::Unreachable => t::unreachable().to_owned(),
        RolloutTrouble::NotAllowed => t::not_allowed().to_owned(),
        RolloutTrouble::Gone => t::gone().to_owned(),
        RolloutTrouble::NotVerified => t::not_verified().to_owned(),
        RolloutTrouble::NotExpected => t::not_expected().to_owned(),
        RolloutTrouble::TooLate => t::too_late().to_owned(),
        RolloutTrouble::Refused(why) => t::refused(why),
        RolloutTrouble::Other(why) => t::unclear(why),
    }
}
