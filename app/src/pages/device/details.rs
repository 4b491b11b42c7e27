//! What a device is: id, key, prototype, firmware, transports.

use leptos::prelude::*;
use mcs_model::DeviceId;
use mcs_model::api::Right;
use mcs_view::protocol::{DeviceRow, Request};

use crate::clock;
use crate::engine::Dispatch;
use crate::format;
use crate::store::Store;
use crate::texts::device as t;
use crate::ui::{self, CopyButton, Memo};

/// The facts of a device.
#[component]
pub(crate) fn Details(
    id: DeviceId,
    description: String,
    row: ArcRwSignal<DeviceRow>,
    right: Memo<Right>,
) -> impl IntoView {
    let store = expect_context::<Store>();
    let part = {
        let row = row.clone();
        move |part: fn(&DeviceRow) -> String| {
            let row = row.clone();
            Signal::derive(move || row.with(part))
        }
    };
    let seen = Memo::new(move || row.with(|row| row.last_seen.map(|at| at.as_millis())));
    let age = move || {
        seen.get().map_or_else(|| t::never().to_owned(), |at| format::relative(store.now.get(), at))
    };
    let when = move || seen.get().map(|at| clock::local(at).date_and_time()).unwrap_or_default();
    let device_id = id.to_string();
    view! {
        <div class="panel narrow">
            <dl class="facts">
                <div><dt>{t::id()}</dt><dd class="fact-row"><code data-testid="device-id">{device_id.clone()}</code>
                    <CopyButton text=Signal::stored(device_id) what=t::id() testid="copy-device-id"/></dd></div>
                {move || (right.get() >= Right::Control).then(|| view! { <Key id=id.clone()/> })}
                <Fact name=t::prototype() text=part(prototype) testid="device-prototype"/>
                <Fact name=t::description() text=Signal::stored(description) testid="device-description"/>
                <Fact name=t::firmware() text=part(firmware) testid="device-firmware"/>
                <Fact name=t::transports() text=part(transports) testid="device-transports"/>
                <div><dt>{t::seen()}</dt><dd class="number" data-testid="device-seen">
                    {age}<span class="muted">" "{when}</span></dd></div>
            </dl>
        </div>
    }
}

/// The device's key. It is not even fetched until somebody asks to see it, and forgotten with the page.
#[component]
fn Key(id: DeviceId) -> impl IntoView {
    let store = expect_context::<Store>();
    let dispatch = expect_context::<Dispatch>();
    let key = {
        let id = id.clone();
        Memo::new(move || {
            let shown = store.credentials.get().filter(|it| it.id == id);
            shown.map(|it| it.key.to_string())
        })
    };
    let toggle = move |_| {
        if key.with_untracked(Option::is_some) {
            store.credentials.set(None);
        } else {
            dispatch.send(Request::Credentials(id.clone()));
        }
    };
    on_cleanup(move || store.credentials.set(None));
    view! {
        <div><dt>{t::key()}</dt><dd class="fact-row">
            {move || match key.get() {
                Some(key) => view! {
                    <code data-testid="device-key">{key.clone()}</code>
                    <CopyButton text=Signal::stored(key) what=t::key() testid="copy-device-key"/>
                }.into_any(),
                None => view! { <code class="muted" aria-label=t::hidden()>"••••••••"</code> }.into_any(),
            }}
            <button type="button" class="button quiet" data-testid="toggle-key" on:click=toggle>
                {move || if key.with(Option::is_some) { t::hide() } else { t::show() }}
            </button>
        </dd></div>
    }
}

/// A fact that is left out while nobody knows it.
#[component]
fn Fact(name: &'static str, text: Signal<String>, testid: &'static str) -> impl IntoView {
    view! {
        <div class:gone=move || text.with(String::is_empty)>
            <dt>{name}</dt><dd class="fact-text" data-testid=testid>{text}</dd>
        </div>
    }
}

fn prototype(row: &DeviceRow) -> String {
    row.prototype.as_ref().map(|it| format!("{} ({})", it.1, it.0)).unwrap_or_default()
}

fn firmware(row: &DeviceRow) -> String {
    row.firmware_version.clone().unwrap_or_default()
}

fn transports(row: &DeviceRow) -> String {
    let names: Vec<_> = row.transports.iter().map(|it| ui::transport(*it)).collect();
    names.join(", ")
}
