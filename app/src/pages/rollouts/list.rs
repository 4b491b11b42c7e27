//! Every rollout.

use leptos::prelude::*;
use mcs_view::protocol::RolloutInfo;

use super::waves::Bar;
use super::{Failure, Page, words};
use crate::clock;
use crate::texts::rollouts as t;
use crate::ui::{Empty, Icon, Loading};

/// Every rollout, newest first.
#[component]
pub(super) fn List(page: Page) -> impl IntoView {
    let is_empty = Memo::new(move |_| {
        page.view.with(|view| (view.list.as_ref().map(Vec::is_empty), view.trouble.is_some()))
    });
    let rows = move || page.view.with(|view| view.list.clone()).unwrap_or_default();
    let body = move || match is_empty.get() {
        (None, true) => ().into_any(),
        (None, false) => {
            view! { <Loading text=t::loading() testid="rollouts-loading"/> }.into_any()
        }
        (Some(true), _) => view! {
            <Empty title=t::none() testid="rollouts-empty">
                <p>{t::none_why()}</p>
                <a class="button primary" href="#/firmware">{t::to_firmware()}</a>
            </Empty>
        }
        .into_any(),
        (Some(false), _) => view! {
            <ul class="rollouts" data-testid="rollout-list">
                {move || rows().iter().map(entry).collect_view()}
            </ul>
        }
        .into_any(),
    };
    view! {
        <div class="page">
            <div class="page-head"><h1>{t::title()}</h1></div>
            <Failure page/>
            {body}
        </div>
    }
    .into_any()
}

fn entry(it: &RolloutInfo) -> AnyView {
    let (name, tone, symbol, word) = words::course(&it.course);
    let made = t::made_by(&it.by, &clock::local(it.created.as_millis()).date_and_time());
    view! {
        <li class="rollout" data-testid=format!("rollout-row-{}", it.id)>
            <a class="rollout-name" href=format!("#/rollouts/{}", it.id)>{format!("{} {}", it.name, it.version)}</a>
            <span class="state" data-tone=tone data-state=name><Icon symbol/><span>{word}</span></span>
            <p class="muted">{made}</p>
            <Bar counts=it.counts/>
        </li>
    }
    .into_any()
}
