//! Somebody else was faster; and what an edit would hide.

use leptos::html;
use leptos::prelude::*;
use mcs_model::ChannelId;
use mcs_model::api::{HiddenHistory, PrototypeInfo};
use mcs_view::prototypes::{Draft, changes};

use super::editor::Edited;
use super::words;
use crate::texts::prototypes as t;

/// Somebody else has edited the prototype: what, and how to go on.
#[component]
pub(super) fn Conflict(edited: Edited, newer: RwSignal<Option<PrototypeInfo>>) -> impl IntoView {
    move || {
        let info = newer.get()?;
        let list = edited.draft.with_untracked(|it| changes(&it.base().prototype, &info.prototype));
        let items: Vec<_> =
            list.iter().map(words::change).map(|it| view! { <li>{it}</li> }).collect();
        let who = match info.edited_by.as_str() {
            "" => t::conflict().to_owned(),
            name => t::conflict_by(&name),
        };
        let (mine, theirs) = (info.clone(), info);
        Some(view! {
            <div class="note" role="alert" data-testid="prototype-conflict">
                <p><strong>{who}</strong></p>
                <ul class="targets" data-testid="prototype-changes">{items}</ul>
                <div class="actions">
                    <button type="button" class="button" data-testid="keep-mine" on:click=move |_| {
                        edited.draft.update(|draft| draft.rebase(mine.clone()));
                        newer.set(None);
                    }>{t::keep_mine()}</button>
                    <button type="button" class="button" data-testid="take-theirs" on:click=move |_| {
                        edited.draft.set(Draft::new(theirs.clone()));
                        edited.open.set(None);
                        newer.set(None);
                    }>{t::take_theirs()}</button>
                </div>
                <p class="hint">{t::conflict_hint()}</p>
            </div>
        })
    }
}

/// The history that an edit would hide, before it does.
#[component]
pub(super) fn HideDialog(
    hides: RwSignal<Option<Vec<HiddenHistory>>>,
    save: Callback<Vec<ChannelId>>,
) -> impl IntoView {
    let dialog = NodeRef::<html::Dialog>::new();
    Effect::new(move |_| {
        let Some(dialog) = dialog.get() else { return };
        if hides.with(Option::is_some) {
            // Refused only while it is open.
            let _ = dialog.show_modal();
        } else {
            dialog.close();
        }
    });
    let items = move || {
        let list = hides.get().unwrap_or_default();
        let item =
            |it: HiddenHistory| view! { <li>{t::hide_on(it.devices.into(), &it.channel)}</li> };
        list.into_iter().map(item).collect::<Vec<_>>()
    };
    let confirm = move |_| {
        let channels = hides.get_untracked().unwrap_or_default();
        hides.set(None);
        save.run(channels.into_iter().map(|it| it.channel).collect());
    };
    view! {
        <dialog class="dialog" node_ref=dialog aria-labelledby="hide-title" data-testid="hide-dialog" on:close=move |_| hides.set(None)>
            <h2 id="hide-title">{t::hide()}</h2>
            <p>{t::hide_what()}</p>
            <ul class="targets">{items}</ul>
            <p class="remark">{t::hide_kept()}</p>
            <div class="actions end">
                <button type="button" class="button" on:click=move |_| hides.set(None)>{t::cancel()}</button>
                <button type="button" class="button primary" data-testid="hide-confirm" on:click=confirm>{t::hide_save()}</button>
            </div>
        </dialog>
    }
}
