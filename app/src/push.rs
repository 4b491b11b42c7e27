//! The state of a push to a device, in words.

mod why;

use core::fmt::Display;

use leptos::prelude::*;
use mcs_model::DeviceId;
use mcs_model::api::{PushState, PushStatus};

use crate::clock;
use crate::store::Store;
use crate::texts::ui as t;
use crate::ui::{Icon, Memo, Symbol};

pub(crate) use why::{Why, objection, reason};

/// The newest push to a device: icon, word, version.
#[component]
pub(crate) fn State(
    /// The device.
    id: DeviceId,
    /// What stands before the id in the test id.
    testid: &'static str,
) -> impl IntoView {
    let store = expect_context::<Store>();
    let push = {
        let id = id.clone();
        Memo::new(move || {
            store.order.track();
            store.row(&id).and_then(|row| row.with(|row| row.push.clone()))
        })
    };
    view! {
        <span class="state" data-testid=format!("{testid}-{id}")
            data-state=move || push.with(|it| it.as_ref().map_or("none", |it| wire(it.state)))
            data-tone=move || push.with(|it| it.as_ref().map_or("none", |it| look(it.state).0))
            title=move || push.with(|it| it.as_ref().map(since)).unwrap_or_default()>
            {move || push.get().map(|status| {
                let (_, symbol, words) = look(status.state);
                view! { <Icon symbol/><span>{words(&status.version)}</span> }
            })}
        </span>
    }
}

fn since(status: &PushStatus) -> String {
    t::push_since(&clock::local(status.since.as_millis()).date_and_time())
}

/// The state's name on the wire.
fn wire(state: PushState) -> &'static str {
    match state {
        PushState::Queued => "QUEUED",
        PushState::Initiated => "INITIATED",
        PushState::Downloading => "DOWNLOADING",
        PushState::Downloaded => "DOWNLOADED",
        PushState::Updating => "UPDATING",
        PushState::Updated => "UPDATED",
        PushState::AlreadyInstalled => "ALREADY_INSTALLED",
        PushState::Failed => "FAILED",
        PushState::TimedOut => "TIMED_OUT",
        PushState::Canceled => "CANCELED",
        PushState::Deferred => "DEFERRED",
        PushState::Verified => "VERIFIED",
        PushState::Rebooting => "REBOOTING",
        PushState::Confirming => "CONFIRMING",
        PushState::RolledBack => "ROLLED_BACK",
        PushState::Rejected => "REJECTED",
        _ => "UNKNOWN",
    }
}

/// Its tone, its icon, and what says it of a version.
fn look(state: PushState) -> (&'static str, Symbol, fn(&dyn Display) -> String) {
    match state {
        PushState::Queued => ("pending", Symbol::Clock, t::push_queued),
        PushState::Initiated => ("pending", Symbol::Send, t::push_initiated),
        PushState::Downloading => ("pending", Symbol::Clock, t::push_downloading),
        PushState::Downloaded => ("pending", Symbol::Clock, t::push_downloaded),
        PushState::Updating => ("pending", Symbol::Clock, t::push_updating),
        PushState::Updated => ("ok", Symbol::Check, t::push_updated),
        PushState::AlreadyInstalled => ("ok", Symbol::Check, t::push_already),
        PushState::Failed => ("danger", Symbol::Warning, t::push_failed),
        PushState::TimedOut => ("danger", Symbol::Warning, t::push_timed_out),
        PushState::Canceled => ("offline", Symbol::Close, t::push_canceled),
        PushState::Deferred => ("pending", Symbol::Clock, t::push_deferred),
        PushState::Verified => ("pending", Symbol::Clock, t::push_verified),
        PushState::Rebooting => ("pending", Symbol::Clock, t::push_rebooting),
        PushState::Confirming => ("pending", Symbol::Clock, t::push_confirming),
        PushState::RolledBack => ("danger", Symbol::Warning, t::push_rolled_back),
        PushState::Rejected => ("danger", Symbol::Warning, t::push_rejected),
        _ => ("offline", Symbol::Question, t::push_unknown),
    }
}
