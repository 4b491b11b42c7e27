//! What may be said anew of a firmware that is on the server: its note, and whom it is for.

use leptos::html;
use leptos::prelude::*;
use mcs_model::FirmwareId;
use mcs_model::api::FirmwareEdit;
use mcs_view::protocol::{FirmwareRequest, Request};

use super::Page;
use crate::engine::Dispatch;
use crate::texts::firmware as t;
use crate::ui::Memo;

/// The button, and the form behind it.
#[component]
pub(super) fn Edit(page: Page, id: FirmwareId) -> impl IntoView {
    let dispatch = expect_context::<Dispatch>();
    let dialog = NodeRef::<html::Dialog>::new();
    let note = RwSignal::new(String::new());
    let limited = RwSignal::new(false);
    let ticked = RwSignal::new(Vec::<FirmwareId>::new());
    let others = {
        let id = id.clone();
        Memo::new(move || {
            let other = |it: &&mcs_view::protocol::StoredFirmware| it.info.id != id;
            let line = |it: &mcs_view::protocol::StoredFirmware| {
                (it.info.id.clone(), it.info.version.clone(), it.info.name.clone())
            };
            page.firmwares.with(|all| all.iter().filter(other).map(line).collect::<Vec<_>>())
        })
    };
    let version = {
        let id = id.clone();
        page.firmwares.with_untracked(move |all| {
            let found = all.iter().find(|it| it.info.id == id);
            found.map(|it| it.info.version.clone()).unwrap_or_default()
        })
    };
    let open = {
        let id = id.clone();
        move |_| {
            let found = page
                .firmwares
                .with_untracked(|all| all.iter().find(|it| it.info.id == id).cloned());
            let (Some(found), Some(dialog)) = (found, dialog.get_untracked()) else { return };
            note.set(found.info.note);
            limited.set(found.info.compatible.is_some());
            ticked.set(found.info.compatible.unwrap_or_default());
            // Refused only when it is open already.
            let _ = dialog.show_modal();
        }
    };
    let close = move || {
        if let Some(dialog) = dialog.get_untracked() {
            dialog.close();
        }
    };
    let lacks = move || limited.get() && ticked.with(Vec::is_empty);
    let save = {
        let id = id.clone();
        move |event: leptos::ev::SubmitEvent| {
            event.prevent_default();
            close();
            let compatible = limited.get_untracked().then(|| ticked.get_untracked());
            let edit = FirmwareEdit { note: note.get_untracked(), compatible };
            let firmware = id.clone();
            dispatch.send(Request::Firmware(FirmwareRequest::Describe { firmware, edit }));
        }
    };
    let choice = move |(id, version, name): (FirmwareId, String, String)| {
        let is_ticked = {
            let id = id.clone();
            move || ticked.with(|it| it.contains(&id))
        };
        let testid = format!("for-{id}");
        let toggle = move |_| {
            ticked.update(|it| {
                let before = it.len();
                it.retain(|one| *one != id);
                if it.len() == before {
                    it.push(id.clone());
                }
            });
        };
        view! {
            <li><label class="choice">
                <input type="checkbox" data-testid=testid prop:checked=is_ticked on:change=toggle/>
                <span><strong class="break">{version}</strong>" "<span class="break">{name}</span></span>
            </label></li>
        }
        .into_any()
    };
    let title = format!("edit-title-{id}");
    let group = format!("for-whom-{id}");
    view! {
        <button type="button" class="button quiet" data-testid=format!("edit-{id}") on:click=open
            class:gone=move || page.locked.get().is_some()>{t::edit()}</button>
        <dialog class="dialog" node_ref=dialog aria-labelledby=title>
            <h2 id=title.clone()>{t::edit_title(&version)}</h2>
            <form class="stack" on:submit=save>
                <label class="field">
                    <span class="field-name">{t::note()}</span>
                    <input class="input" autocomplete="off" maxlength="10000" data-testid=format!("edit-note-{id}")
                        prop:value=move || note.get() on:input:target=move |event| note.set(event.target().value())/>
                </label>
                <fieldset class="panel">
                    <legend>{t::for_whom()}</legend>
                    <label class="choice">
                        <input type="radio" name=group.clone() data-testid=format!("for-any-{id}") prop:checked=move || !limited.get()
                            on:change=move |_| limited.set(false)/><span>{t::for_any()}</span>
                    </label>
                    <label class="choice">
                        <input type="radio" name=group data-testid=format!("for-some-{id}") prop:checked=move || limited.get()
                            on:change=move |_| limited.set(true)/><span>{t::for_some()}</span>
                    </label>
                    {move || limited.get().then(|| view! {
                        <p class="muted" class:gone=move || !others.with(Vec::is_empty)>{t::for_nothing()}</p>
                        <ul class="picks" class:gone=move || others.with(Vec::is_empty)>{others.get().into_iter().map(choice).collect_view()}</ul>
                    })}
                </fieldset>
                <div class="actions end">
                    <button type="button" class="button" on:click=move |_| close()>{t::edit_back()}</button>
                    <button type="submit" class="button primary" data-testid=format!("edit-save-{id}") disabled=lacks>{t::edit_save()}</button>
                </div>
            </form>
        </dialog>
    }
}
