//! Notices below the page, where they cover nothing that could be pressed by mistake; spoken
//! politely, gone by themselves when they were good news.

use core::time::Duration;

use leptos::prelude::*;
use mcs_view::protocol::{Level, Notice, Request};

use super::news;
use crate::engine::Dispatch;
use crate::store::Store;
use crate::texts::shell as t;
use crate::ui::{Icon, Symbol};

/// How long good news stays.
const STAY: Duration = Duration::from_secs(6);
/// More would leave no room for the page; older ones come back as newer ones go.
const MOST: usize = 3;

/// All notices.
#[component]
pub(crate) fn Notices() -> impl IntoView {
    let store = expect_context::<Store>();
    let newest = move || store.notices.with(|all| all[all.len().saturating_sub(MOST)..].to_vec());
    view! {
        <div class="notices" data-testid="notices" role="status" aria-live="polite" aria-relevant="additions">
            <For each=newest key=|notice| notice.id let:notice><Toast notice/></For>
        </div>
    }
}

#[component]
fn Toast(notice: Notice) -> impl IntoView {
    let dispatch = expect_context::<Dispatch>();
    let Notice { id, level, news } = notice;
    let (word, symbol) = match level {
        Level::Info => ("info", Symbol::Info),
        Level::Success => ("success", Symbol::Check),
        Level::Warning => ("warning", Symbol::Warning),
        Level::Error => ("error", Symbol::Warning),
    };
    let dismiss = move || dispatch.send(Request::Dismiss(id));
    if matches!(level, Level::Info | Level::Success) {
        set_timeout(dismiss, STAY);
    }
    view! {
        <div class="notice" data-testid=format!("notice-{id}") data-level=word>
            <Icon symbol/>
            <p>{news::words(&news)}</p>
            <button type="button" class="button quiet icon-only" aria-label=t::dismiss()
                data-testid=format!("notice-dismiss-{id}") on:click=move |_| dismiss()>
                <Icon symbol=Symbol::Close/>
            </button>
        </div>
    }
}
