//! One person: role, grants, password, and the way out.

use leptos::ev::SubmitEvent;
use leptos::html;
use leptos::prelude::*;
use mcs_model::api::Role;
use mcs_view::protocol::{Act, Secret, Setting, Step};

use super::super::trouble::Outcome;
use super::grants::Grants;
use super::{Desk, Place, role_of, role_options, word};
use crate::texts::accounts as t;
use crate::ui::Memo;

/// A person in the list. Nobody changes the own row: so there is always an administrator.
#[component]
pub(super) fn PersonRow(desk: Desk, name: String) -> impl IntoView {
    let is_me = {
        let name = name.clone();
        Memo::new(move || {
            desk.store
                .setting
                .with(|it| matches!(it, Setting::SignedIn { name: me, .. } if *me == name))
        })
    };
    let person = {
        let name = name.clone();
        Memo::new(move || desk.person(&name))
    };
    let role =
        Signal::derive(move || person.with(|it| it.as_ref().map_or(Role::Member, |it| it.role)));
    let set_role = {
        let name = name.clone();
        move |event: leptos::ev::Targeted<leptos::ev::Event, web_sys::HtmlSelectElement>| {
            let select = event.target();
            if let Some(role) = role_of(&select.value()) {
                desk.act(Place::Row(name.clone()), Act::SetRole { name: name.clone(), role });
            }
            // What is shown is what holds; the list tells when it is another.
            select.set_value(word(role.get_untracked()));
        }
    };
    let step = desk.step(Place::Row(name.clone()));
    // While the dialog is open, it says itself what went wrong.
    let went = desk.step(Place::Reset(name.clone()));
    let reset = Signal::derive(move || match went.get() {
        Step::Done => Step::Done,
        _ => Step::Idle,
    });
    view! {
        <li class="person" data-testid=format!("person-{name}")>
            <div class="person-head">
                <p class="person-name break"><strong>{name.clone()}</strong>
                    {move || is_me.get().then(|| view! { " "<span class="muted">{t::you()}</span> })}</p>
                <select class="input person-role" aria-label=t::role_of(&name) data-testid=format!("role-{name}")
                    disabled=move || is_me.get() || desk.is_busy() on:change:target=set_role>
                    {role_options(role)}
                </select>
                <div class="actions person-actions" class:gone=move || is_me.get()>
                    <Reset desk name=name.clone()/>
                    <Remove desk name=name.clone()/>
                </div>
            </div>
            <Grants desk name=name.clone() person/>
            {move || is_me.get().then(|| view! { <p class="hint" data-testid="own-row">{t::own_row()}</p> })}
            <Outcome step testid="row-outcome"/>
            <Outcome step=reset testid="reset-done" done=t::reset_done(&name)/>
        </li>
    }
    .into_any()
}

/// Gives somebody another password.
#[component]
fn Reset(desk: Desk, name: String) -> impl IntoView {
    let dialog = NodeRef::<html::Dialog>::new();
    let password = NodeRef::<html::Input>::new();
    let place = Place::Reset(name.clone());
    let step = desk.step(place.clone());
    let close = move || {
        if let (Some(dialog), Some(password)) = (dialog.get_untracked(), password.get_untracked()) {
            password.set_value("");
            dialog.close();
        }
    };
    let open = move |_| {
        if let Some(dialog) = dialog.get_untracked() {
            desk.place.set(Place::None);
            // Refused only when it is open already.
            let _ = dialog.show_modal();
        }
    };
    let submit = {
        let name = name.clone();
        move |event: SubmitEvent| {
            event.prevent_default();
            if let Some(password) = password.get_untracked() {
                let password = Secret(password.value());
                desk.act(place.clone(), Act::ResetPassword { name: name.clone(), password });
            }
        }
    };
    Effect::new(move |_| {
        if step.get() == Step::Done {
            close();
        }
    });
    let title = format!("reset-title-{name}");
    let labelled = title.clone();
    let (field, done) = (format!("reset-password-{name}"), format!("reset-confirm-{name}"));
    view! {
        <button type="button" class="button" data-testid=format!("reset-{name}") aria-label=t::reset_of(&name)
            on:click=open>{t::reset()}</button>
        <dialog class="dialog" node_ref=dialog data-testid="reset-dialog" aria-labelledby=labelled>
            <form class="fields" on:submit=submit>
                <h2 id=title class="break">{t::reset_title(&name)}</h2>
                <p>{t::reset_what()}</p>
                <label class="field">
                    <span class="field-name">{t::new()}</span>
                    <input class="input" type="password" node_ref=password required maxlength="256" autocomplete="new-password" data-testid=field/>
                </label>
                <Outcome step testid="reset-outcome"/>
                <div class="actions end">
                    <button type="button" class="button" data-testid="reset-cancel" on:click=move |_| close()>{t::cancel()}</button>
                    <button type="submit" class="button primary" data-testid=done disabled=move || desk.is_busy()>{t::reset_submit()}</button>
                </div>
            </form>
        </dialog>
    }
    .into_any()
}

/// Removes somebody, after a question.
#[component]
fn Remove(desk: Desk, name: String) -> impl IntoView {
    let dialog = NodeRef::<html::Dialog>::new();
    let close = move || {
        if let Some(dialog) = dialog.get_untracked() {
            dialog.close();
        }
    };
    let open = move |_| {
        if let Some(dialog) = dialog.get_untracked() {
            // Refused only when it is open already.
            let _ = dialog.show_modal();
        }
    };
    let confirm = {
        let name = name.clone();
        move |_| {
            close();
            desk.act(Place::Row(name.clone()), Act::Remove(name.clone()));
        }
    };
    let title = format!("remove-title-{name}");
    let labelled = title.clone();
    view! {
        <button type="button" class="button quiet" data-testid=format!("remove-{name}") aria-label=t::remove_of(&name)
            on:click=open>{t::remove()}</button>
        <dialog class="dialog" node_ref=dialog data-testid="remove-dialog" aria-labelledby=labelled>
            <h2 id=title class="break">{t::remove_title(&name)}</h2>
            <p>{t::remove_what()}</p>
            <div class="actions end">
                <button type="button" class="button" data-testid="remove-cancel" on:click=move |_| close()>{t::cancel()}</button>
                <button type="button" class="button danger" data-testid=format!("remove-confirm-{name}") on:click=confirm>{t::remove_submit()}</button>
            </div>
        </dialog>
    }
    .into_any()
}
