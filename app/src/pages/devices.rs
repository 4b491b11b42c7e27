//! The device list.

mod address;
mod filters;
mod row;
mod rows;

use leptos::prelude::*;
use mcs_model::api::Role;
use mcs_view::protocol::Setting;

use crate::format;
use crate::store::Store;
use crate::texts::devices as t;
use crate::ui::{Empty, Icon, Loading, Memo, Symbol, settled};
use filters::{Filters, Heads, set};
use rows::Rows;

/// Every device, found and sorted as the address says.
#[component]
pub(crate) fn Devices() -> impl IntoView {
    let store = expect_context::<Store>();
    let chosen = Memo::new(move || store.query.with(address::arrangement));
    // Whoever types fast waits for no list in between.
    let arrangement = settled(chosen);
    let is_static = Memo::new(move || matches!(store.setting.get(), Setting::Static));
    // What moves all the time is looked at once a second: rows do not jump under the pointer.
    let rows = Memo::new(move || {
        store.now.track();
        store.order.with(Option::is_some).then(|| store.all_rows())
    });
    let found = Memo::new(move || {
        rows.with(|rows| arrangement.with(|it| it.arrange(rows.as_deref().unwrap_or_default())))
    });
    let total = Memo::new(move || rows.with(|rows| rows.as_ref().map(Vec::len)));
    let standing = Memo::new(move || match total.get() {
        None if !is_static.get() => Standing::Awaited,
        None | Some(0) => Standing::Empty,
        Some(_) => Standing::Here,
    });
    let heading = move || match (found.with(Vec::len), total.get()) {
        (_, None) => String::new(),
        (found, Some(total)) if found == total => format::count(total as u64),
        (found, Some(total)) => {
            t::found(&format::count(found as u64), &format::count(total as u64))
        }
    };
    let member = Memo::new(move || match store.setting.get() {
        Setting::SignedIn { role: Role::Member, name, .. } => Some(name),
        _ => None,
    });
    let text = Memo::new(move || chosen.with(|it| it.text.clone()));
    let none_found = Memo::new(move || found.with(Vec::is_empty));
    view! {
        <div class="page">
            <div class="page-head">
                <h1>{t::title()}" "<span class="muted number" data-testid="device-count">{heading}</span></h1>
                <label class="search">
                    <Icon symbol=Symbol::Search/>
                    <span class="sr-only">{t::search()}</span>
                    <input type="search" id="device-search" class="input" placeholder=t::search_hint()
                        data-testid="device-search" autocomplete="off" prop:value=move || text.get()
                        on:input:target=move |event| set(store, "q", Some(event.target().value()).filter(|it| !it.is_empty()).as_deref())/>
                </label>
            </div>
            {move || match standing.get() {
                Standing::Awaited => view! { <Loading text=t::fetching() testid="devices-loading"/> }.into_any(),
                Standing::Empty => view! { <NoDevices is_static=is_static.get() member=member.get()/> }.into_any(),
                Standing::Here => view! {
                    <Filters rows arrangement=chosen/>
                    <Show when=move || !none_found.get() fallback=move || view! { <NoMatch/> }>
                        <Heads arrangement=chosen/>
                        <Rows ids=found arrangement/>
                    </Show>
                }.into_any(),
            }}
        </div>
    }
}

/// What there is of the list.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Standing {
    Awaited,
    Empty,
    Here,
}

#[component]
fn NoMatch() -> impl IntoView {
    let store = expect_context::<Store>();
    let all = move |_| {
        let query = address::all(&store.query.get_untracked());
        crate::shell::show(store, query);
    };
    view! {
        <Empty title=t::no_match() testid="devices-empty">
            <p>{t::no_match_why()}</p>
            <button type="button" class="button" on:click=all>{t::show_all_devices()}</button>
        </Empty>
    }
}

#[component]
fn NoDevices(is_static: bool, member: Option<String>) -> impl IntoView {
    let next = if is_static {
        view! {
            <p>{t::none_static()}</p>
            <a class="button primary" href="#/connections">{t::open_connections()}</a>
        }
        .into_any()
    } else if let Some(name) = member {
        view! {
            <p>{t::none_granted()}</p>
            <code class="block">{format!("mcs-server user grant {name} --device ID --role viewer")}</code>
        }
        .into_any()
    } else {
        view! {
            <p>{t::none_made()}</p>
            <a class="button primary" href="#/prototypes">{t::open_prototypes()}</a>
        }
        .into_any()
    };
    view! { <Empty title=t::none() testid="devices-empty">{next}</Empty> }
}
