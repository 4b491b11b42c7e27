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
use crate::ui::{Empty, Icon, Loading, Symbol};
use filters::{Filters, Heads, set};
use rows::Rows;

/// Every device, found and sorted as the address says.
#[component]
pub(crate) fn Devices() -> impl IntoView {
    let store = expect_context::<Store>();
    let arrangement = Memo::new(move |_| store.query.with(address::arrangement));
    // What moves all the time is looked at once a second: rows do not jump under the pointer.
    let rows = Memo::new(move |_| {
        store.now.track();
        store.order.with(Option::is_some).then(|| store.all_rows())
    });
    let found = Memo::new(move |_| {
        rows.with(|rows| arrangement.with(|it| it.arrange(rows.as_deref().unwrap_or_default())))
    });
    let total = Memo::new(move |_| rows.with(|rows| rows.as_ref().map(Vec::len)));
    let heading = move || match (found.with(Vec::len), total.get()) {
        (_, None) => String::new(),
        (found, Some(total)) if found == total => format::count(total as u64),
        (found, Some(total)) => {
            format!("{} of {}", format::count(found as u64), format::count(total as u64))
        }
    };
    let is_static = Memo::new(move |_| matches!(store.setting.get(), Setting::Static));
    let member = Memo::new(move |_| match store.setting.get() {
        Setting::SignedIn { role: Role::Member, name, .. } => Some(name),
        _ => None,
    });
    let text = Memo::new(move |_| arrangement.with(|it| it.text.clone()));
    let none_found = Memo::new(move |_| found.with(Vec::is_empty));
    view! {
        <div class="page">
            <div class="page-head">
                <h1>"Devices "<span class="muted number" data-testid="device-count">{heading}</span></h1>
                <label class="search">
                    <Icon symbol=Symbol::Search/>
                    <span class="sr-only">"Search devices"</span>
                    <input type="search" id="device-search" class="input" placeholder="Name, id, prototype, tag or firmware"
                        data-testid="device-search" autocomplete="off" prop:value=text
                        on:input:target=move |event| set(store, "q", Some(event.target().value()).filter(|it| !it.is_empty()).as_deref())/>
                </label>
            </div>
            {move || match total.get() {
                None if !is_static.get() => view! { <Loading text="Fetching the devices" testid="devices-loading"/> }.into_any(),
                None | Some(0) => view! { <NoDevices is_static=is_static.get() member=member.get()/> }.into_any(),
                Some(_) => view! {
                    <Filters rows=Signal::derive(move || rows.get().unwrap_or_default()) arrangement/>
                    <Show when=move || !none_found.get() fallback=move || view! { <NoMatch/> }>
                        <Heads arrangement/>
                        <Rows ids=found/>
                    </Show>
                }.into_any(),
            }}
        </div>
    }
}

#[component]
fn NoMatch() -> impl IntoView {
    let store = expect_context::<Store>();
    let all = move |_| {
        let query = address::all(&store.query.get_untracked());
        crate::shell::show(store, query);
    };
    view! {
        <Empty title="No device matches" testid="devices-empty">
            <p>"No device has all that is looked for."</p>
            <button type="button" class="button" on:click=all>"Show all devices"</button>
        </Empty>
    }
}

#[component]
fn NoDevices(is_static: bool, member: Option<String>) -> impl IntoView {
    let next = if is_static {
        view! {
            <p>"Name a broker, then add a device by its id and key."</p>
            <a class="button primary" href="#/connections">"Open connections"</a>
        }
        .into_any()
    } else if let Some(name) = member {
        view! {
            <p>"The devices that are granted to you will be here. Ask an administrator of the server to let you see one:"</p>
            <code class="block">{format!("mcs-server user grant {name} --device ID --role viewer")}</code>
        }
        .into_any()
    } else {
        view! {
            <p>"The devices of the server will be here. Add the first one on the server:"</p>
            <code class="block">"mcs-server device add PRODID --name NAME"</code>
        }
        .into_any()
    };
    view! { <Empty title="No devices yet" testid="devices-empty">{next}</Empty> }
}
