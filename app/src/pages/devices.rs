//! The device list.

use leptos::prelude::*;
use mcs_model::DeviceId;
use mcs_model::api::Role;
use mcs_view::protocol::{DeviceRow, Setting};

use crate::clock;
use crate::format;
use crate::push;
use crate::store::Store;
use crate::ui::{self, Empty, Icon, Loading, OnlineLight, Symbol};

/// Every device, with what an operator asks first: is it here, since when, what runs on it.
#[component]
pub(crate) fn Devices() -> impl IntoView {
    let store = expect_context::<Store>();
    let sought = RwSignal::new(String::new());
    let found = Memo::new(move |_| {
        let sought = sought.get().to_lowercase();
        let all = store.order.get()?;
        let matches =
            |id: &DeviceId| store.row(id).is_some_and(|row| row.with(|row| is_found(row, &sought)));
        Some(if sought.is_empty() { all } else { all.into_iter().filter(matches).collect() })
    });
    let total = Memo::new(move |_| store.order.with(|order| order.as_ref().map_or(0, Vec::len)));
    let heading = move || match (found.get().map(|it| it.len()), total.get()) {
        (None, _) => String::new(),
        (Some(found), total) if found == total => format::count(total as u64),
        (Some(found), total) => {
            format!("{} of {}", format::count(found as u64), format::count(total as u64))
        }
    };
    let is_static = Memo::new(move |_| matches!(store.setting.get(), Setting::Static));
    let is_member = Memo::new(move |_| {
        matches!(store.setting.get(), Setting::SignedIn { role: Role::Member, .. })
    });
    let list = Memo::new(move |_| found.with(|found| found.as_ref().map(Vec::is_empty)));
    view! {
        <div class="page">
            <div class="page-head">
                <h1>"Devices "<span class="muted number">{heading}</span></h1>
                <label class="search">
                    <Icon symbol=Symbol::Search/>
                    <span class="sr-only">"Search devices"</span>
                    <input type="search" id="device-search" class="input" placeholder="Name, id or prototype"
                        data-testid="device-search" autocomplete="off"
                        prop:value=move || sought.get() on:input:target=move |event| sought.set(event.target().value())/>
                </label>
            </div>
            {move || match (list.get(), total.get()) {
                (None, _) if !is_static.get() => view! { <Loading text="Fetching the devices" testid="devices-loading"/> }.into_any(),
                (None, _) | (_, 0) => view! { <NoDevices is_static=is_static.get() is_member=is_member.get()/> }.into_any(),
                (Some(true), _) => view! {
                    <Empty title="No device matches" testid="devices-empty">
                        <p>"Nothing has “"{move || sought.get()}"” in its name, id or prototype."</p>
                        <button type="button" class="button" on:click=move |_| sought.set(String::new())>"Show all devices"</button>
                    </Empty>
                }.into_any(),
                (Some(false), _) => view! {
                    <div class="rows-head" aria-hidden="true">
                        <span>"State"</span><span>"Device"</span><span>"Prototype"</span><span>"Transport"</span>
                        <span>"Last seen"</span><span>"Firmware"</span>
                    </div>
                    <ul class="rows" data-testid="device-list">
                        <For each=move || found.get().unwrap_or_default() key=Clone::clone let:id><Row id/></For>
                    </ul>
                }.into_any(),
            }}
        </div>
    }
}

#[component]
fn NoDevices(is_static: bool, is_member: bool) -> impl IntoView {
    let next = if is_static {
        view! {
            <p>"Name a broker, then add a device by its id and key."</p>
            <a class="button primary" href="#/connections">"Open connections"</a>
        }
        .into_any()
    } else if is_member {
        view! {
            <p>"The devices that are granted to you will be here. Ask an administrator of the server to let you see one:"</p>
            <code class="block">"mcs-server user grant NAME --device ID --role viewer"</code>
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

#[component]
fn Row(id: DeviceId) -> impl IntoView {
    let store = expect_context::<Store>();
    let row = store.row(&id)?;
    let online = {
        let row = row.clone();
        Signal::derive(move || row.with(|row| row.online))
    };
    let part = move |part: fn(&DeviceRow) -> String| {
        let row = row.clone();
        move || row.with(part)
    };
    let seen = part(|row| row.last_seen.map(|at| at.as_millis().to_string()).unwrap_or_default());
    let seen = Memo::new(move |_| seen().parse::<u64>().ok());
    Some(view! {
        <li class="row" data-testid=format!("device-row-{id}")>
            <span class="row-state"><OnlineLight online testid=format!("online-{id}")/></span>
            <span class="row-name">
                <a href=format!("#/devices/{id}") data-testid=format!("device-link-{id}")>{part(|row| row.name.clone())}</a>
                <code>{id.to_string()}</code>
            </span>
            <span class="row-cell"><span class="row-label">"Prototype"</span>
                <span>{part(|row| row.prototype.as_ref().map_or_else(|| "none".to_owned(), |it| it.1.clone()))}</span></span>
            <span class="row-cell"><span class="row-label">"Transport"</span>
                <span data-testid=format!("transport-{id}")>{part(transports)}</span></span>
            <span class="row-cell"><span class="row-label">"Last seen"</span>
                <time class="number" data-testid=format!("last-seen-{id}")
                    title=move || seen.get().map(|at| clock::local(at).date_and_time()).unwrap_or_default()>
                    {move || seen.get().map_or_else(|| "never".to_owned(), |at| format::relative(store.now.get(), at))}
                </time></span>
            <span class="row-cell"><span class="row-label">"Firmware"</span>
                <span class="row-firmware">
                    <span data-testid=format!("firmware-version-{id}")>{part(|row| row.firmware_version.clone().unwrap_or_else(|| "–".to_owned()))}</span>
                    <push::State id=id.clone() testid="push"/>
                </span></span>
        </li>
    })
}

fn transports(row: &DeviceRow) -> String {
    let names: Vec<_> = row.transports.iter().map(|it| ui::transport(*it)).collect();
    if names.is_empty() { "–".to_owned() } else { names.join(", ") }
}

fn is_found(row: &DeviceRow, sought: &str) -> bool {
    let prototype = row.prototype.as_ref().map_or("", |it| it.1.as_str());
    [row.name.as_str(), row.id.as_str(), prototype]
        .iter()
        .any(|text| text.to_lowercase().contains(sought))
}
