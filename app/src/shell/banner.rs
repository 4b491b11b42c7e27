//! What stands over every page: the connection is not up, the server cannot be reached, or has a
//! newer console.

use leptos::prelude::*;
use mcs_view::protocol::{LinkState, Request, Setting};

use super::version::{self, Standing};
use crate::away::{Absence, Meanwhile};
use crate::clock;
use crate::engine::Dispatch;
use crate::format;
use crate::reasons;
use crate::store::Store;
use crate::texts::shell as t;
use crate::ui::{Icon, Memo, Symbol};

/// So often an open page asks whether the server has a newer console.
const EVERY: core::time::Duration = core::time::Duration::from_secs(15 * 60);

/// How long it says where it has been.
const READ: core::time::Duration = core::time::Duration::from_secs(60);

/// Says what is wrong, why, and what happens next.
#[component]
pub(crate) fn Banner() -> impl IntoView {
    let store = expect_context::<Store>();
    let dispatch = expect_context::<Dispatch>();
    let standing = expect_context::<RwSignal<Standing>>();
    let trouble = Memo::new(move || store.link.with(|link| trouble(&link.as_ref()?.state)));
    let is_static = Memo::new(move || matches!(store.setting.get(), Setting::Static));
    let link = move || {
        let Trouble { reason, retry_at, again } = trouble.get()?;
        let banner = view! {
            <div class="banner" data-testid="banner">
                <Icon symbol=Symbol::Unlinked/>
                <p>
                    <strong>{if again { t::connecting_again() } else { t::no_connection() }}</strong>
                    " "<span data-testid="banner-reason">{reason}</span>
                    {retry_at.map(|at| view! {
                        " "<span class="countdown" data-testid="banner-countdown" aria-hidden="true">
                            {move || countdown(store.now.get(), at)}
                        </span>
                    })}
                    {is_static.get().then(|| view! { " "<a href="#/connections">{t::check_connection()}</a> })}
                </p>
                <button type="button" class="button" data-testid="banner-retry"
                    on:click=move |_| dispatch.send(Request::Wake)>{t::try_now()}</button>
            </div>
        };
        Some(banner.into_any())
    };
    let absence = move || store.away.told.get().map(|it| absent(store, it));
    view! {
        // The region is there before there is something to say: else nobody hears it.
        <div class="banner-place" role="status" aria-live="polite">{link}{move || about(standing.get())}{absence}</div>
    }
    .into_any()
}

/// Asks for the server's console now and then, and whenever the connection comes back.
pub(super) fn watch(store: Store, standing: RwSignal<Standing>) {
    let connected = Memo::new(move || {
        store.link.with(|link| {
            matches!(link.as_ref().map(|it| &it.state), Some(LinkState::Connected { .. }))
        })
    });
    Effect::new(move |before: Option<bool>| {
        let now = connected.get();
        if before.is_none() || (now && before == Some(false)) {
            version::check(standing);
        }
        now
    });
    // Whoever comes back to a tab that was left open hears it at once.
    let visible = window_event_listener_untyped("visibilitychange", move |_| {
        if !document().hidden() {
            version::check(standing);
        }
    });
    // Both last as long as the page.
    core::mem::forget(visible);
    let _ = set_interval_with_handle(move || version::check(standing), EVERY);
}

fn about(standing: Standing) -> Option<AnyView> {
    let (testid, what, next) = match standing {
        Standing::Same => return None,
        Standing::Newer => ("banner-version", t::new_version(), t::new_version_next()),
        Standing::Unreachable => ("banner-offline", t::offline(), t::offline_next()),
    };
    let banner = view! {
        <div class="banner" data-testid=testid>
            <Icon symbol=Symbol::Info/>
            <p><strong>{what}</strong>" "<span>{next}</span></p>
            <button type="button" class="button" data-testid="banner-reload" on:click=|_| super::reload()>{t::reload()}</button>
        </div>
    };
    Some(banner.into_any())
}

/// Where the page has been while nobody looked.
fn absent(store: Store, Absence { span, messages, link }: Absence) -> AnyView {
    let told = store.away.told;
    // After a while it is no news.
    set_timeout(
        move || {
            if told.try_get_untracked().flatten().is_some_and(|it| it.span == span) {
                told.set(None);
            }
        },
        READ,
    );
    let span = format::span(span);
    let (word, text) = match link {
        Meanwhile::Held => ("held", t::away_held(messages, &span)),
        Meanwhile::Back(since) => {
            ("back", t::away_back(messages, &span, &clock::local(since).time()))
        }
        Meanwhile::Lost => ("lost", t::away_lost(messages, &span)),
    };
    view! {
        <div class="banner info" data-testid="banner-away" data-link=word data-messages=messages.to_string()>
            <Icon symbol=Symbol::Info/>
            <p>{text}</p>
            <button type="button" class="button quiet icon-only" data-testid="banner-away-dismiss" aria-label=t::dismiss()
                on:click=move |_| told.set(None)><Icon symbol=Symbol::Close/></button>
        </div>
    }
    .into_any()
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
            reason: reasons::ended(*reason),
            retry_at: Some(retry_at.as_millis()),
            again: false,
        }),
        LinkState::Stopped { reason } => {
            Some(Trouble { reason: reasons::ended(*reason), retry_at: None, again: false })
        }
        // The first attempt is no trouble; the others are part of one.
        LinkState::Connecting { attempt } if *attempt > 1 => {
            Some(Trouble { reason: t::attempt(attempt), retry_at: None, again: true })
        }
        LinkState::Idle | LinkState::Connecting { .. } | LinkState::Connected { .. } => None,
    }
}

fn countdown(now: u64, at: u64) -> String {
    let left = at.saturating_sub(now).div_ceil(1000) * 1000;
    if left == 0 { t::next_try_now().to_owned() } else { t::next_try(&format::span(left)) }
}
