//! What stands over every page while the connection is not up.

use leptos::prelude::*;
use mcs_view::protocol::{LinkState, Request, Setting};

use crate::engine::Dispatch;
use crate::format;
use crate::store::Store;
use crate::ui::{Icon, Symbol};

/// Says that the connection is lost, why, and when it is tried again.
#[component]
pub(crate) fn Banner() -> impl IntoView {
    let store = expect_context::<Store>();
    let dispatch = expect_context::<Dispatch>();
    let trouble = Memo::new(move |_| store.link.with(|link| trouble(&link.as_ref()?.state)));
    let is_static = Memo::new(move |_| matches!(store.setting.get(), Setting::Static));
    view! {
        // The region is there before there is something to say: else nobody hears it.
        <div class="banner-place" role="status" aria-live="polite">
            {move || trouble.get().map(|Trouble { reason, retry_at, again }| view! {
                <div class="banner" data-testid="banner">
                    <Icon symbol=Symbol::Unlinked/>
                    <p>
                        <strong>{if again { "Connecting again. " } else { "No connection to the broker. " }}</strong>
                        <span data-testid="banner-reason">{reason}</span>
                        {retry_at.map(|at| view! {
                            <span class="countdown" data-testid="banner-countdown" aria-hidden="true">
                                {move || countdown(store.now.get(), at)}
                            </span>
                        })}
                        {is_static.get().then(|| view! { " "<a href="#/connections">"Check the connection"</a> })}
                    </p>
                    <button type="button" class="button" data-testid="banner-retry"
                        on:click=move |_| dispatch.send(Request::Wake)>"Try now"</button>
                </div>
            })}
        </div>
    }
}

#[derive(Clone, PartialEq)]
struct Trouble {
    reason: String,
    retry_at: Option<u64>,
    again: bool,
}

fn trouble(state: &LinkState) -> Option<Trouble> {
    match state {
        LinkState::Waiting { reason, retry_at } => Some(Trouble {
            reason: sentence(reason),
            retry_at: Some(retry_at.as_millis()),
            again: false,
        }),
        LinkState::Stopped { reason } => {
            Some(Trouble { reason: sentence(reason), retry_at: None, again: false })
        }
        // The first attempt is no trouble; the others are part of one.
        LinkState::Connecting { attempt } if *attempt > 1 => {
            Some(Trouble { reason: format!("Attempt {attempt}."), retry_at: None, again: true })
        }
        LinkState::Idle | LinkState::Connecting { .. } | LinkState::Connected { .. } => None,
    }
}

/// The reason with a capital letter and a full stop.
fn sentence(reason: &str) -> String {
    let mut letters = reason.chars();
    let Some(first) = letters.next() else { return String::new() };
    let stop = if reason.ends_with('.') { "" } else { "." };
    format!("{}{}{stop}", first.to_uppercase(), letters.as_str())
}

fn countdown(now: u64, at: u64) -> String {
    let left = at.saturating_sub(now).div_ceil(1000) * 1000;
    if left == 0 {
        " Next try now.".to_owned()
    } else {
        format!(" Next try in {}.", format::span(left))
    }
}
