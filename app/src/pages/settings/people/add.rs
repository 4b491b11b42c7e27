//! A new account.

use leptos::ev::SubmitEvent;
use leptos::html;
use leptos::prelude::*;
use mcs_model::api::Role;
use mcs_view::protocol::{Act, Secret, Step};

use super::super::trouble::Outcome;
use super::{Desk, Place, role_of, role_options};
use crate::texts::accounts as t;

/// Adds somebody. The password is forgotten once the server has taken it.
#[component]
pub(super) fn AddPerson(desk: Desk) -> impl IntoView {
    let name = NodeRef::<html::Input>::new();
    let password = NodeRef::<html::Input>::new();
    let role = RwSignal::new(Role::Member);
    let step = desk.step(Place::Add);
    let submit = move |event: SubmitEvent| {
        event.prevent_default();
        if let (Some(name), Some(password)) = (name.get_untracked(), password.get_untracked()) {
            let (name, password) = (name.value().trim().to_owned(), Secret(password.value()));
            desk.act(Place::Add, Act::Add { name, role: role.get_untracked(), password });
        }
    };
    Effect::new(move |_| {
        if step.get() == Step::Done {
            for field in [name, password].iter().filter_map(|it| it.get_untracked()) {
                field.set_value("");
            }
        }
    });
    view! {
        <form class="fields" aria-labelledby="add-person" data-testid="add-person" on:submit=submit>
            <h3 id="add-person">{t::add()}</h3>
            <div class="pair even">
                <label class="field">
                    <span class="field-name">{t::name()}</span>
                    <input class="input" node_ref=name required maxlength="64" autocomplete="off" autocapitalize="none"
                        spellcheck="false" data-testid="add-name" aria-describedby="add-hint"/>
                </label>
                <label class="field">
                    <span class="field-name">{t::role()}</span>
                    <select class="input" data-testid="add-role" on:change:target=move |event| {
                        if let Some(chosen) = role_of(&event.target().value()) {
                            role.set(chosen);
                        }
                    }>{role_options(role.into())}</select>
                </label>
            </div>
            <label class="field">
                <span class="field-name">{t::add_first()}</span>
                <input class="input" type="password" node_ref=password required maxlength="256" autocomplete="new-password" data-testid="add-password"/>
            </label>
            <p class="hint" id="add-hint">{t::add_hint()}</p>
            <Outcome step testid="add-outcome" done=t::added()/>
            <div class="actions">
                <button type="submit" class="button primary" data-testid="add-submit" disabled=move || desk.is_busy()>{t::add_submit()}</button>
            </div>
        </form>
    }
}
