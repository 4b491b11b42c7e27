//! Every rollout.

use leptos::prelude::*;
use mcs_view::protocol::{Keeper, RolloutInfo, RolloutsRequest};

use super::address::Address;
use super::trust::Trust;
use super::waves::Bar;
use super::{Failure, KeeperNote, Page, words};
use crate::clock;
use crate::texts::rollouts as t;
use crate::ui::{Empty, Icon, Loading, Memo};

/// Every rollout, newest first.
#[component]
pub(super) fn List(page: Page) -> impl IntoView {
    let is_empty = Memo::new(move || {
        page.view.with(|view| (view.list.as_ref().map(Vec::is_empty), view.trouble.is_some()))
    });
    let alone = Memo::new(move || page.view.with(|view| view.keeper != Keeper::Server));
    let more = Memo::new(move || page.view.with(|view| view.more));
    let rows = move || page.view.with(|view| view.list.clone()).unwrap_or_default();
    let body = move || match is_empty.get() {
        (None, true) => ().into_any(),
        (None, false) => {
            view! { <Loading text=t::loading() testid="rollouts-loading"/> }.into_any()
        }
        (Some(true), _) => view! {
            <Empty title=t::none() testid="rollouts-empty">
                <p>{move || if alone.get() { t::none_why_alone() } else { t::none_why() }}</p>
                {move || (!alone.get()).then(|| view! {
                    <a class="button primary" href="#/firmware">{t::to_firmware()}</a>
                })}
            </Empty>
        }
        .into_any(),
        (Some(false), _) => view! {
            <ul class="rollouts" data-testid="rollout-list">
                {move || rows().iter().map(entry).collect_view()}
            </ul>
            {move || more.get().then(|| view! {
                <button type="button" class="button" data-testid="rollouts-older"
                    on:click=move |_| page.ask(&RolloutsRequest::More)>{t::older()}</button>
            })}
        }
        .into_any(),
    };
    view! {
        <div class="page">
            <div class="page-head"><h1>{t::title()}</h1></div>
            <KeeperNote page/>
            <Failure page/>
            {body}
            {move || alone.get().then(|| view! { <Address page/><Trust page/> })}
        </div>
    }
    .into_any()
}

fn entry(it: &RolloutInfo) -> AnyView {
    let (name, tone, symbol, word) = words::course(&it.course);
    let made = words::made(&it.by, &clock::local(it.created.as_millis()).date_and_time());
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
