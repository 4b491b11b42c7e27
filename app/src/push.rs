//! The state of a push to a device, in words.

use leptos::prelude::*;
use mcs_model::DeviceId;
use mcs_model::api::{PushState, PushStatus};

use crate::clock;
use crate::store::Store;
use crate::ui::{Icon, Symbol};

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
        Memo::new(move |_| {
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
                view! { <Icon symbol/><span>{format!("{words}: {}", status.version)}</span> }
            })}
        </span>
    }
}

fn since(status: &PushStatus) -> String {
    let at = clock::local(status.since.as_millis()).date_and_time();
    if status.detail.is_empty() {
        format!("Since {at}")
    } else {
        format!("Since {at}: {}", status.detail)
    }
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
        _ => "UNKNOWN",
    }
}

fn look(state: PushState) -> (&'static str, Symbol, &'static str) {
    match state {
        PushState::Queued => ("pending", Symbol::Clock, "Waiting for the device"),
        PushState::Initiated => ("pending", Symbol::Send, "Notice sent"),
        PushState::Downloading => ("pending", Symbol::Clock, "Downloading"),
        PushState::Downloaded => ("pending", Symbol::Clock, "Downloaded"),
        PushState::Updating => ("pending", Symbol::Clock, "Installing"),
        PushState::Updated => ("ok", Symbol::Check, "Updated"),
        PushState::AlreadyInstalled => ("ok", Symbol::Check, "Already installed"),
        PushState::Failed => ("danger", Symbol::Warning, "Failed"),
        PushState::TimedOut => ("danger", Symbol::Warning, "No word in time"),
        PushState::Canceled => ("offline", Symbol::Close, "Canceled"),
        _ => ("offline", Symbol::Question, "Unknown"),
    }
}
