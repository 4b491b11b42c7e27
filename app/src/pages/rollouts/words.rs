//! States, reasons and troubles in words.

use mcs_model::api::PushState;
use mcs_view::protocol::{
    ActError, Course, NoticeTransport, Pause, PlanError, Reason, RolloutDevice, RolloutError,
    RolloutTrouble, Wait,
};

use crate::pages::firmware::check_name;
pub(super) use crate::push::{objection, reason};
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

/// Why a device is where it is, what it waits for, and what speaks against the firmware.
pub(super) fn why(device: &RolloutDevice) -> String {
    let waits = match device.waits {
        // That the notice could not be handed over says it already.
        _ if matches!(device.reason, Reason::NotSent(_)) => "",
        Some(Wait::Away) => t::why_away(),
        Some(Wait::Deaf) => t::why_deaf(),
        Some(Wait::Paused) => t::why_paused(),
        Some(Wait::Turn) => t::why_turn(),
        _ => "",
    };
    let said = [reason(&device.reason), waits.to_owned()];
    let said: Vec<_> = said.into_iter().filter(|it| !it.is_empty()).collect();
    if said.is_empty() {
        // What is refused already says so by its reason.
        let against = device.objections.iter().map(|it| objection(*it));
        return against.collect::<Vec<_>>().join(" ");
    }
    said.join(" ")
}

/// A way to a device.
pub(super) fn transport(transport: NoticeTransport) -> &'static str {
    match transport {
        NoticeTransport::Mqtt => "MQTT",
        NoticeTransport::Command => "Command Server",
    }
}

/// Why a rollout cannot be made.
fn not_made(error: RolloutError) -> &'static str {
    match error {
        RolloutError::Plan(PlanError::Percent) => t::wrong_percent(),
        RolloutError::Plan(PlanError::Parallel) => t::wrong_parallel(),
        RolloutError::Plan(PlanError::Attempts) => t::wrong_attempts(),
        RolloutError::Plan(PlanError::Time) => t::wrong_time(),
        RolloutError::Plan(PlanError::Waves) => t::wrong_waves(),
        RolloutError::NoDevice => t::because_nobody(),
        RolloutError::Reason => t::because_reason(),
        _ => t::because_preview(),
    }
}

/// Who did it; without a server nobody has a name.
pub(super) fn operator(name: &str) -> String {
    if name.is_empty() { t::by_operator().to_owned() } else { name.to_owned() }
}

/// By whom and when a rollout was made.
pub(super) fn made(by: &str, at: &str) -> String {
    if by.is_empty() { t::made_at(&at) } else { t::made_by(&by, &at) }
}

/// What went wrong.
pub(super) fn trouble(trouble: &RolloutTrouble) -> String {
    match trouble {
        RolloutTrouble::Unreachable => t::unreachable().to_owned(),
        RolloutTrouble::NotAllowed => t::not_allowed().to_owned(),
        RolloutTrouble::Gone => t::gone().to_owned(),
        RolloutTrouble::NotVerified => t::not_verified().to_owned(),
        RolloutTrouble::NotExpected => t::not_expected().to_owned(),
        RolloutTrouble::NotMade(error) => not_made(*error).to_owned(),
        RolloutTrouble::NotDone(ActError::Nothing) => t::nothing_failed().to_owned(),
        RolloutTrouble::NotDone(ActError::Barred) => t::barred().to_owned(),
        RolloutTrouble::NotDone(ActError::Reason) => t::because_reason().to_owned(),
        RolloutTrouble::OtherPrototype(device) => t::other_prototype(device),
        RolloutTrouble::NotVouched(version) => t::not_vouched(version),
        RolloutTrouble::TooLarge => t::too_large().to_owned(),
        RolloutTrouble::Unavailable => t::unavailable().to_owned(),
        RolloutTrouble::Internal => t::internal().to_owned(),
        RolloutTrouble::TooManyDevices(most) => t::too_many_devices(most),
        RolloutTrouble::OtherTab => t::keeper_elsewhere().to_owned(),
        RolloutTrouble::NotKeptApart => t::keeper_nobody().to_owned(),
        RolloutTrouble::NothingKept => t::nothing_kept().to_owned(),
        RolloutTrouble::BadAddress => t::bad_address().to_owned(),
        RolloutTrouble::BadVersion => t::bad_version().to_owned(),
        RolloutTrouble::BadMd5 => t::bad_md5().to_owned(),
        RolloutTrouble::NotFetched(why) => t::not_fetched(why),
        RolloutTrouble::Check(what) => t::failed_check(&check_name(*what)),
        RolloutTrouble::OtherVersion(version) => t::other_version(version),
        RolloutTrouble::Unsigned => t::unsigned().to_owned(),
        RolloutTrouble::BadKey(line) => t::bad_key(line),
        RolloutTrouble::NoKey => t::no_key().to_owned(),
        RolloutTrouble::TooLate | RolloutTrouble::NotDone(_) => t::too_late().to_owned(),
        RolloutTrouble::Other(why) => t::unclear(why),
    }
}
