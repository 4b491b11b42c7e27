//! Cloning and removing.

use leptos::html;
use leptos::prelude::*;
use mcs_model::ProductId;
use mcs_view::protocol::{PrototypesRequest, Request};

use super::Page;
use super::editor::Edited;
use crate::engine::Dispatch;
use crate::texts::prototypes as t;
use crate::ui::Memo;

/// Opens a dialog.
pub(super) fn open(dialog: NodeRef<html::Dialog>) {
    if let Some(dialog) = dialog.get_untracked() {
        // Refused only while it is open.
        let _ = dialog.show_modal();
    }
}

/// Closes a dialog.
pub(super) fn close(dialog: NodeRef<html::Dialog>) {
    if let Some(dialog) = dialog.get_untracked() {
        dialog.close();
    }
}

/// Another prototype that says the same.
#[component]
pub(super) fn CloneDialog(page: Page, id: ProductId, edited: Edited) -> impl IntoView {
    let dispatch = expect_context::<Dispatch>();
    let dialog = NodeRef::<html::Dialog>::new();
    let name = RwSignal::new(String::new());
    let ask = move |_| {
        let former = edited.draft.with_untracked(|it| it.base().prototype.name.clone());
        name.set(t::clone_default(&former));
        open(dialog);
    };
    let submit = move |event: leptos::ev::SubmitEvent| {
        event.prevent_default();
        let (prototype, name) = (id.clone(), name.get_untracked().trim().to_owned());
        close(dialog);
        dispatch.send(Request::Prototypes(PrototypesRequest::Clone { prototype, name }));
    };
    view! {
        <button type="button" class="button" data-testid="prototype-clone"
            disabled=move || page.busy.get() || !page.may_edit.get() on:click=ask>{t::clone()}</button>
        <dialog class="dialog" node_ref=dialog aria-labelledby="clone-title">
            <h2 id="clone-title">{t::clone_title()}</h2>
            <form class="stack" on:submit=submit>
                <label class="field">
                    <span class="field-name">{t::clone_name()}</span>
                    <input class="input" data-testid="clone-name" maxlength="200" required autocomplete="off"
                        prop:value=move || name.get() on:input:target=move |event| name.set(event.target().value())/>
                </label>
                <p class="hint">{t::clone_hint()}</p>
                <div class="actions end">
                    <button type="button" class="button" on:click=move |_| close(dialog)>{t::cancel()}</button>
                    <button type="submit" class="button primary" data-testid="clone-confirm"
                        disabled=move || name.with(|it| it.trim().is_empty())>{t::clone()}</button>
                </div>
            </form>
        </dialog>
    }
}

/// Removing a prototype that has no devices.
#[component]
pub(super) fn RemoveDialog(page: Page, id: ProductId, devices: Memo<u32>) -> impl IntoView {
    let dispatch = expect_context::<Dispatch>();
    let dialog = NodeRef::<html::Dialog>::new();
    let remove = move |_| {
        close(dialog);
        dispatch.send(Request::Prototypes(PrototypesRequest::Remove(id.clone())));
    };
    let words = move || match devices.get() {
        0 if page.is_static.get() => t::delete_static().to_owned(),
        0 => t::delete_server().to_owned(),
        count => t::delete_not(count.into()),
    };
    view! {
        <button type="button" class="button" data-testid="prototype-remove"
            disabled=move || page.busy.get() || !page.may_edit.get() on:click=move |_| open(dialog)>{t::delete()}</button>
        <dialog class="dialog" node_ref=dialog aria-labelledby="remove-title">
            <h2 id="remove-title">{t::delete_title()}</h2>
            <p data-testid="remove-words">{words}</p>
            <div class="actions end">
                <button type="button" class="button" data-testid="remove-cancel" on:click=move |_| close(dialog)>{t::cancel()}</button>
                <button type="button" class="button primary" data-testid="remove-confirm" disabled=move || { devices.get() > 0 } on:click=remove>{t::delete()}</button>
            </div>
        </dialog>
    }
}
