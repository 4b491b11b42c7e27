//! The devices that the operator names: typed in, imported, exported.

use leptos::ev::SubmitEvent;
use leptos::prelude::*;
use mcs_model::{DeviceId, IdError};
use mcs_view::protocol::{ConnectionId, NewDevice, Request};

use super::fields::{Chooser, Line};
use crate::engine::Dispatch;
use crate::store::Store;
use crate::texts::connections as t;
use crate::typed;
use crate::ui::{CopyButton, Icon, Symbol};

const EXAMPLE: &str =
    "led, switch, controller, Lamp\ntemperature, float, display, Temperature, °C, -40..125";

/// A device, typed in.
#[component]
pub(crate) fn NewDeviceForm() -> impl IntoView {
    let dispatch = expect_context::<Dispatch>();
    let [id, key, name, channels] = [(); 4].map(|()| RwSignal::new(String::new()));
    let errors = RwSignal::new(Vec::<String>::new());
    let store = expect_context::<Store>();
    let home = RwSignal::new(None::<ConnectionId>);
    let rows = move || {
        store
            .connections
            .with(|it| it.rows.iter().map(|row| (row.id, row.profile.title())).collect::<Vec<_>>())
    };
    let add = move |event: SubmitEvent| {
        event.prevent_default();
        let home = home.get_untracked().or_else(|| first(store)).unwrap_or_default();
        match device([id, key, name, channels].map(|it| it.get_untracked()), home) {
            Ok(device) => {
                dispatch.send(Request::AddDevice(device));
                errors.set(Vec::new());
                for field in [id, key, name, channels] {
                    field.set(String::new());
                }
            }
            Err(why) => errors.set(why),
        }
    };
    view! {
        <form class="panel" aria-labelledby="new-device" on:submit=add>
            <h2 id="new-device">{t::add_device()}</h2>
            {move || {
                let rows = rows();
                (rows.len() > 1).then(|| view! {
                    <label class="field">
                        <span class="field-name">{t::connection()}</span>
                        <select class="input" data-testid="new-connection" on:change:target=move |event| {
                            home.set(event.target().value().parse().ok().map(ConnectionId));
                        }>
                            {rows.into_iter().map(|(id, title)| view! { <option value=id.0.to_string()>{title}</option> }).collect_view()}
                        </select>
                    </label>
                })
            }}
            <Line label=t::device_id() value=id testid="new-id"/>
            <Line label=t::device_key() value=key testid="new-key"/>
            <Line label=t::name() value=name testid="new-name" hint=t::device_name_hint()/>
            <label class="field">
                <span class="field-name">{t::channels()}</span>
                <textarea class="input mono" rows="5" data-testid="new-channels" spellcheck="false" placeholder=EXAMPLE
                    prop:value=move || channels.get() on:input:target=move |event| channels.set(event.target().value())></textarea>
            </label>
            <p class="hint">{t::channels_help(&typed::KINDS)}</p>
            <div role="alert" data-testid="new-error">{move || errors.get().into_iter().map(|words| view! {
                <p class="problem"><Icon symbol=Symbol::Warning/><span>{words}</span></p>
            }).collect::<Vec<_>>()}</div>
            <div class="actions"><button type="submit" class="button primary" data-testid="new-add">{t::add_the_device()}</button></div>
        </form>
    }
}

fn first(store: Store) -> Option<ConnectionId> {
    store.connections.with_untracked(|it| it.rows.first().map(|row| row.id))
}

fn device(
    [id, key, name, channels]: [String; 4],
    connection: ConnectionId,
) -> Result<NewDevice, Vec<String>> {
    let id: DeviceId =
        id.trim().parse().map_err(|error: IdError| vec![t::wrong_id(&typed::rule(error.rule))])?;
    let wrong_key = |error: IdError| vec![t::wrong_key(&typed::rule(error.rule))];
    let key = key.trim().parse().map_err(wrong_key)?;
    let channels = typed::channels(&channels)?;
    if channels.is_empty() {
        return Err(vec![t::wrong_no_channel().to_owned()]);
    }
    let name = name.trim();
    let name = if name.is_empty() { id.to_string() } else { name.to_owned() };
    Ok(NewDevice { id, key, name, channels, connection })
}

/// The devices there are, each with a way out.
#[component]
pub(crate) fn KnownDevices() -> impl IntoView {
    let store = expect_context::<Store>();
    view! {
        <section class="panel" aria-labelledby="known">
            <h2 id="known">{t::known()}</h2>
            {move || store.order.with(|it| it.as_ref().is_none_or(Vec::is_empty)).then(|| view! {
                <p class="muted">{t::known_none()}</p>
            })}
            <ul class="list">
                <For each=move || store.order.get().unwrap_or_default() key=Clone::clone let:id><Known id/></For>
            </ul>
        </section>
    }
}

#[component]
fn Known(id: DeviceId) -> impl IntoView {
    let store = expect_context::<Store>();
    let dispatch = expect_context::<Dispatch>();
    let row = store.row(&id)?;
    let sure = RwSignal::new(false);
    let (name, forget) = (row.with_untracked(|row| row.name.clone()), id.clone());
    Some(view! {
        <li class="item">
            <a class="grow break" href=format!("#/devices/{id}")>{move || row.with(|row| row.name.clone())}</a>
            <code>{id.to_string()}</code>
            {move || {
                let forget = forget.clone();
                if sure.get() {
                    view! {
                        <button type="button" class="button danger" data-testid=format!("remove-sure-{forget}")
                            aria-label=t::forget_sure_name(&name)
                            on:click=move |_| dispatch.send(Request::RemoveDevice(forget.clone()))>{t::forget_sure()}</button>
                        <button type="button" class="button quiet" on:click=move |_| sure.set(false)>{t::cancel()}</button>
                    }.into_any()
                } else {
                    view! {
                        <button type="button" class="button quiet" data-testid=format!("remove-{forget}")
                            aria-label=t::forget_name(&name) on:click=move |_| sure.set(true)>{t::forget()}</button>
                    }.into_any()
                }
            }}
        </li>
    })
}

/// Import and export.
#[component]
pub(crate) fn Backup() -> impl IntoView {
    let store = expect_context::<Store>();
    let dispatch = expect_context::<Dispatch>();
    let text = RwSignal::new(String::new());
    let import = move |_| {
        dispatch.send(Request::ImportDevices(text.get_untracked()));
        text.set(String::new());
    };
    let exported = Signal::derive(move || store.export.get().unwrap_or_default());
    view! {
        <section class="panel" aria-labelledby="backup">
            <h2 id="backup">{t::backup()}</h2>
            <label class="field">
                <span class="field-name">{t::devices_json()}</span>
                <textarea class="input mono" rows="4" data-testid="import-text" spellcheck="false"
                    prop:value=move || text.get() on:input:target=move |event| text.set(event.target().value())></textarea>
            </label>
            <Chooser label=t::or_file() text testid="import-file"/>
            <div class="actions">
                <button type="button" class="button primary" data-testid="import" disabled=move || text.with(|it| it.trim().is_empty())
                    on:click=import>{t::import()}</button>
                <button type="button" class="button" data-testid="export"
                    on:click=move |_| dispatch.send(Request::ExportDevices)>{t::export()}</button>
            </div>
            {move || (!exported.with(String::is_empty)).then(|| view! {
                <p class="remark">{t::keys_remark()}</p>
                <textarea class="input mono" rows="6" readonly data-testid="export-text" aria-label=t::exported_devices()
                    prop:value=move || exported.get()></textarea>
                <div class="actions">
                    <CopyButton text=exported what=t::known() testid="copy-export"/>
                    <a class="button" download="devices.json" href=move || address(&exported.get()) data-testid="export-file">{t::save_file()}</a>
                </div>
            })}
        </section>
    }
}

/// An address that holds the text itself.
pub(crate) fn address(json: &str) -> String {
    format!("data:application/json;charset=utf-8,{}", js_sys::encode_uri_component(json))
}
