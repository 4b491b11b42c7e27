//! A firmware is removed from the server.

use leptos::html;
use leptos::prelude::*;
use mcs_model::FirmwareId;
use mcs_view::protocol::{FirmwareRequest, Request};

use super::Page;
use crate::engine::Dispatch;
use crate::texts::firmware as t;

/// The button that removes it, and the question before that.
#[component]
pub(super) fn Remove(
    page: Page,
    id: FirmwareId,
    version: String,
    seq: Option<u64>,
) -> impl IntoView {
    let dispatch = expect_context::<Dispatch>();
    let dialog = NodeRef::<html::Dialog>::new();
    let ask = move |_| {
        if let Some(dialog) = dialog.get_untracked() {
            // Refused only when it is open already.
            let _ = dialog.show_modal();
        }
    };
    let close = move || {
        if let Some(dialog) = dialog.get_untracked() {
            dialog.close();
        }
    };
    let confirm = {
        let id = id.clone();
        move |_| {
            close();
            dispatch.send(Request::Firmware(FirmwareRequest::Remove(id.clone())));
        }
    };
    let title = format!("remove-title-{id}");
    view! {
        <button type="button" class="button quiet" data-testid=format!("remove-{id}") on:click=ask
            class:gone=move || page.locked.get().is_some()>{t::remove()}</button>
        <dialog class="dialog" node_ref=dialog aria-labelledby=title>
            <h2 id=title.clone()>{t::remove_question(&version)}</h2>
            <p>{t::remove_consequence()}</p>
            {seq.map(|seq| view! { <p>{t::remove_seq(&seq)}</p> })}
            <div class="actions end">
                <button type="button" class="button" on:click=move |_| close()>{t::keep()}</button>
                <button type="button" class="button danger" data-testid=format!("remove-confirm-{id}") on:click=confirm>{t::remove()}</button>
            </div>
        </dialog>
    }
}
