//! The devices of the open prototype: what is written about them, their keys, their end.

use leptos::html;
use leptos::prelude::*;
use mcs_model::api::DeviceEdit;
use mcs_view::protocol::{Outcome, OwnDevice, PrototypesRequest, Request};

use super::dialogs::{close, open};
use super::{Page, words};
use crate::engine::Dispatch;
use crate::texts::prototypes as t;
use crate::ui::{CopyButton, Icon, Memo, Symbol};

/// The devices.
#[component]
pub(super) fn Devices(
    page: Page,
    /// The prototype says something, all of it is saved, and the operator may make devices.
    is_ready: Signal<bool>,
    /// Counts how often devices are asked for.
    asked_for: RwSignal<u32>,
) -> impl IntoView {
    let all = Memo::new(move || {
        page.view.with(|view| view.as_ref().map(|view| view.devices.clone()).unwrap_or_default())
    });
    let dialog = NodeRef::<html::Dialog>::new();
    let chosen = RwSignal::new(None::<OwnDevice>);
    let choose = Callback::new(move |device: OwnDevice| {
        chosen.set(Some(device));
        open(dialog);
    });
    view! {
        <section class="stack" aria-labelledby="own-devices" data-testid="own-devices">
            <h2 id="own-devices">{t::devices()}" "<span class="muted number">{move || all.with(Vec::len)}</span></h2>
            {move || all.with(Vec::is_empty).then(|| if is_ready.get() {
                view! {
                    <p class="muted">{t::next_devices()}</p>
                    <div class="actions"><button type="button" class="button" data-testid="next-devices"
                        on:click=move |_| asked_for.update(|it| *it += 1)>{t::make()}</button></div>
                }.into_any()
            } else {
                view! { <p class="muted">{t::no_devices()}</p> }.into_any()
            })}
            <ul class="list own-devices">
                <For each=move || all.get() key=|it| (it.id.clone(), it.about.name.clone(), it.about.description.clone(), it.about.tags.clone()) let:device>{
                    let id = device.id.to_string();
                    let may_edit = device.may_edit;
                    let tags: Vec<_> = device.about.tags.iter().map(|tag| view! { <span class="tag">{tag.clone()}</span> }).collect();
                    let name = device.about.name.clone();
                    let label = t::manage_it(&name);
                    view! {
                        <li class="item" data-testid=format!("own-{id}")>
                            <a class="break" href=format!("#/devices/{id}")>{name}</a>
                            <code>{id.clone()}</code>{tags}
                            <span class="item-side">
                                <button type="button" class="button quiet" data-testid=format!("manage-{id}") aria-label=label
                                    disabled=!may_edit on:click=move |_| choose.run(device.clone())>{t::manage()}</button>
                            </span>
                        </li>
                    }
                }</For>
            </ul>
            <dialog class="dialog" node_ref=dialog aria-labelledby="manage-title" on:close=move |_| chosen.set(None)>
                {move || chosen.get().map(|device| view! { <Manage page device dialog/> })}
            </dialog>
        </section>
    }
}

#[component]
fn Manage(page: Page, device: OwnDevice, dialog: NodeRef<html::Dialog>) -> impl IntoView {
    let dispatch = expect_context::<Dispatch>();
    let DeviceEdit { name, description, tags } = device.about.clone();
    let (id, title) = (device.id.clone(), name.clone());
    let name = RwSignal::new(name);
    let description = RwSignal::new(description);
    let tags = RwSignal::new(tags.join(", "));
    let with_history = RwSignal::new(false);
    let key = RwSignal::new(None::<String>);
    let failed = RwSignal::new(None::<String>);
    let asked = RwSignal::new(false);
    let sure = RwSignal::new(false);
    Effect::new(move |former: Option<Option<u32>>| {
        let now = page.view.with(|view| view.as_ref().map(|view| view.outcomes));
        if former.flatten().is_some_and(|former| Some(former) != now) && asked.get_untracked() {
            asked.set(false);
            match page.outcome.get_untracked() {
                Some(Outcome::DeviceEdited(_) | Outcome::DeviceRemoved(_)) => close(dialog),
                Some(Outcome::Rekeyed(credentials)) => key.set(Some(credentials.key.to_string())),
                Some(Outcome::Failed(why)) => failed.set(Some(words::trouble_words(&why))),
                _ => {}
            }
        }
        now
    });
    let ask = move |request| {
        failed.set(None);
        asked.set(true);
        dispatch.send(Request::Prototypes(request));
    };
    let save = {
        let id = id.clone();
        move |event: leptos::ev::SubmitEvent| {
            event.prevent_default();
            let edit = DeviceEdit {
                name: name.get_untracked(),
                description: description.get_untracked(),
                tags: tags.with_untracked(|it| {
                    it.split(',')
                        .map(|it| it.trim().to_owned())
                        .filter(|it| !it.is_empty())
                        .collect()
                }),
            };
            ask(PrototypesRequest::EditDevice(id.clone(), edit));
        }
    };
    let rekey = {
        let id = id.clone();
        move |_| ask(PrototypesRequest::NewKey(id.clone()))
    };
    let remove = move |_| {
        let history = with_history.get_untracked();
        ask(PrototypesRequest::RemoveDevice { device: id.clone(), history });
    };
    let busy = page.busy;
    let is_static = page.is_static.get_untracked();
    view! {
        <h2 id="manage-title" class="break">{title}</h2>
        <form class="stack" on:submit=save>
            <label class="field"><span class="field-name">{t::name()}</span>
                <input class="input" data-testid="manage-name" maxlength="200" required prop:value=move || name.get()
                    on:input:target=move |event| name.set(event.target().value())/></label>
            <label class="field"><span class="field-name">{t::description()}</span>
                <textarea class="input" rows="2" data-testid="manage-description" prop:value=move || description.get()
                    on:input:target=move |event| description.set(event.target().value())></textarea></label>
            <label class="field"><span class="field-name">{t::tags()}</span>
                <input class="input" data-testid="manage-tags" prop:value=move || tags.get()
                    on:input:target=move |event| tags.set(event.target().value())/></label>
            <div role="alert">{move || failed.get().map(|why| view! { <p class="problem"><Icon symbol=Symbol::Warning/><span>{why}</span></p> })}</div>
            <div class="actions end">
                <button type="button" class="button" on:click=move |_| close(dialog)>{t::close()}</button>
                <button type="submit" class="button primary" data-testid="manage-save" disabled=move || busy.get() || name.with(|it| it.trim().is_empty())>{t::save()}</button>
            </div>
        </form>
        {(!is_static && page.may_edit.get_untracked()).then(|| view! {
            <div class="stack">
                <h3>{t::rekey()}</h3>
                <p class="remark">{t::rekey_what()}</p>
                {move || match key.get() {
                    Some(key) => view! { <span class="fact-row"><code data-testid="new-device-key">{key.clone()}</code>
                        <CopyButton text=Signal::stored(key) what=t::device_key() testid="copy-new-key"/></span> }.into_any(),
                    None => view! { <div class="actions"><button type="button" class="button" data-testid="manage-rekey" disabled=move || busy.get()
                        on:click=rekey.clone()>{t::rekey_make()}</button></div> }.into_any(),
                }}
            </div>
        })}
        {page.may_edit.get_untracked().then(|| view! {
            <div class="stack">
                <h3>{t::remove_device()}</h3>
                {(!is_static).then(|| view! {
                    <label class="choice"><input type="checkbox" data-testid="manage-history" prop:checked=move || with_history.get()
                        on:change:target=move |event| with_history.set(event.target().checked())/>
                        <span>{t::remove_history()}</span></label>
                })}
                <div class="actions">{move || if sure.get() {
                    view! {
                        <button type="button" class="button danger" data-testid="manage-remove-sure" disabled=move || busy.get()
                            on:click=remove.clone()>{t::remove_device_sure()}</button>
                        <button type="button" class="button quiet" on:click=move |_| sure.set(false)>{t::cancel()}</button>
                    }.into_any()
                } else {
                    view! {
                        <button type="button" class="button" data-testid="manage-remove" on:click=move |_| sure.set(true)>{t::remove_device()}</button>
                    }.into_any()
                }}</div>
            </div>
        })}
    }
}
