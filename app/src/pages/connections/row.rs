//! One connection in the list: its state, and what can be done with it.

use leptos::prelude::*;
use mcs_view::connections::Draft;
use mcs_view::protocol::{
    ConnectionId, ConnectionRow, ConnectionsRequest, Link, LinkState, Request,
};

use super::doctor::Doctor;
use super::form::Opened;
use super::profile;
use crate::engine::Dispatch;
use crate::format;
use crate::route::{Query, Route};
use crate::store::Store;
use crate::texts::connections as t;
use crate::ui::{CopyButton, Icon, Memo, Symbol};

/// A profile.
#[component]
pub(crate) fn Row(id: ConnectionId, opened: RwSignal<Option<Opened>>) -> impl IntoView {
    let store = expect_context::<Store>();
    let dispatch = expect_context::<Dispatch>();
    let row = Memo::new(move || {
        store.connections.with(|it| it.rows.iter().find(|row| row.id == id).cloned())
    });
    let part = move |part: fn(&ConnectionRow) -> String| {
        move || row.with(|row| row.as_ref().map(part).unwrap_or_default())
    };
    let link = Memo::new(move || row.with(|row| row.as_ref().map(|it| it.link.clone())));
    let wanted = Memo::new(move || {
        link.with(|it| {
            let state = it.as_ref().map(|it| &it.state);
            !matches!(state, None | Some(LinkState::Idle | LinkState::Stopped { .. }))
        })
    });
    let number = id.0;
    let toggle = move |_| {
        dispatch.send(Request::Connections(if wanted.get_untracked() {
            ConnectionsRequest::Disconnect(id)
        } else {
            ConnectionsRequest::Connect(id)
        }));
    };
    let change = move |_| {
        if let Some(profile) = untrack(|| profile(store, id)) {
            opened.set(Some(Opened { id: Some(id), draft: Draft::of(&profile) }));
        }
    };
    let forget = move |_| dispatch.send(Request::Connections(ConnectionsRequest::Remove(id)));
    let address =
        Signal::derive(move || profile(store, id).map(|it| deep_link(&it)).unwrap_or_default());
    let devices = part(|it| match it.devices {
        0 => t::devices_none().to_owned(),
        count => t::devices(count.into()),
    });
    let title = part(|it| it.profile.title());
    view! {
        <section class="panel connection" data-testid=format!("connection-{number}") aria-label=title>
            <div class="connection-head">
                <h2 class="break">{title}</h2>
                <State link testid=format!("connection-state-{number}")/>
            </div>
            <code class="break">{part(|it| it.profile.url())}</code>
            <p class="remark">{devices}</p>
            <Doctor id row/>
            <div class="actions">
                <button type="button" class="button" class:primary=move || !wanted.get() data-testid=format!("connection-toggle-{number}") on:click=toggle>
                    {move || if wanted.get() { t::disconnect() } else { t::connect() }}
                </button>
                <button type="button" class="button" data-testid=format!("connection-change-{number}") on:click=change>{t::change()}</button>
                <button type="button" class="button quiet" data-testid=format!("connection-forget-{number}") on:click=forget>{t::forget()}</button>
                <CopyButton text=address what=t::link() testid=format!("connection-link-{number}")/>
            </div>
        </section>
    }
}

/// The connection to the server that the page came from.
#[component]
pub(crate) fn ServerRow() -> impl IntoView {
    let store = expect_context::<Store>();
    let link = Memo::new(move || store.server_link());
    let broker =
        move || link.with(|it| it.as_ref().map(|it| it.broker.clone()).unwrap_or_default());
    view! {
        <section class="panel connection" data-testid="connection-server">
            <div class="connection-head">
                <h2 class="break">{t::this_server()}</h2>
                <State link testid="connection-state-server".to_owned()/>
            </div>
            <code class="break">{broker}</code>
            <p class="remark">{t::server_remark()}</p>
        </section>
    }
}

#[component]
fn State(link: Memo<Option<Link>>, testid: String) -> impl IntoView {
    let store = expect_context::<Store>();
    let state = move || {
        let (tone, symbol, word) = link.with(|link| match link.as_ref().map(|it| &it.state) {
            Some(LinkState::Connected { .. }) => ("ok", Symbol::Check, "connected"),
            Some(LinkState::Connecting { .. }) => ("pending", Symbol::Clock, "connecting"),
            Some(LinkState::Waiting { .. }) => ("warning", Symbol::Clock, "waiting"),
            Some(LinkState::Stopped { .. }) => ("danger", Symbol::Warning, "stopped"),
            Some(LinkState::Idle) | None => ("offline", Symbol::Unlinked, "idle"),
        });
        let words = link.with(|link| words(link.as_ref(), store.now.get()));
        view! {
            <span class="state" data-tone=tone data-state=word data-testid=testid.clone()>
                <Icon symbol/><span>{words}</span>
            </span>
        }
    };
    view! { <div role="status">{state}</div> }
}

fn words(link: Option<&Link>, now: u64) -> String {
    match link.map(|it| &it.state) {
        Some(LinkState::Connected { mqtt_version }) => t::connected(mqtt_version),
        Some(LinkState::Connecting { attempt: 1 }) => t::connecting().to_owned(),
        Some(LinkState::Connecting { attempt }) => t::connecting_attempt(attempt),
        Some(LinkState::Waiting { retry_at, .. }) => {
            let left = retry_at.as_millis().saturating_sub(now).div_ceil(1000) * 1000;
            if left == 0 { t::retry_now().to_owned() } else { t::retry_in(&format::span(left)) }
        }
        Some(LinkState::Stopped { .. }) => t::failed().to_owned(),
        Some(LinkState::Idle) | None => t::not_connected().to_owned(),
    }
}

/// The address of this page with the form filled, without anything secret.
fn deep_link(profile: &mcs_view::protocol::Profile) -> String {
    let query = profile
        .link()
        .into_iter()
        .fold(Query::default(), |query, (name, value)| query.with(name, Some(&value)));
    let location = window().location();
    let page = location.href().unwrap_or_default();
    let page = page.split('#').next().unwrap_or_default();
    format!("{page}{}{query}", Route::Connections.href())
}
