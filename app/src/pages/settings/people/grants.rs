//! What a person may do beyond the role.

use std::collections::BTreeMap;

use leptos::ev::SubmitEvent;
use leptos::html;
use leptos::prelude::*;
use mcs_model::api::{Grant, GrantedOn, Person, Right};
use mcs_view::protocol::{Act, Step};

use super::{Desk, Place};
use crate::texts::accounts as t;
use crate::ui::Memo;

/// The grants of a person, and a new one.
#[component]
pub(super) fn Grants(desk: Desk, name: String, person: Memo<Option<Person>>) -> impl IntoView {
    let grants = Memo::new(move || person.get().map(|it| it.grants).unwrap_or_default());
    let summary = move || match grants.with(Vec::len) {
        0 => t::no_grants().to_owned(),
        count => t::grant_count(count as u64),
    };
    let rows = {
        let name = name.clone();
        move || grants.get().into_iter().map(|it| row(desk, name.clone(), it)).collect_view()
    };
    view! {
        <details class="grants">
            <summary data-testid=format!("grants-{name}")>{summary}</summary>
            <ul class="list">{rows}</ul>
            <NewGrant desk name/>
        </details>
    }
    .into_any()
}

fn row(desk: Desk, name: String, grant: Grant) -> AnyView {
    let (id, title) = match &grant.on {
        GrantedOn::Device(id) => {
            let row = desk.store.row(id);
            (
                id.to_string(),
                row.map_or_else(|| id.to_string(), |it| it.with_untracked(|it| it.name.clone())),
            )
        }
        GrantedOn::Prototype(id) => {
            let names = prototypes(desk);
            (id.to_string(), names.get(id.as_str()).cloned().unwrap_or_else(|| id.to_string()))
        }
    };
    let what = match grant.on {
        GrantedOn::Device(_) => t::grant_device(&title),
        GrantedOn::Prototype(_) => t::grant_prototype(&title),
    };
    let may = match grant.right {
        Right::See => t::may_see(),
        Right::Control => t::may_control(),
    };
    let label = t::revoke_of(&title);
    let testid = format!("revoke-{name}-{id}");
    let revoke = move |_| {
        let (name, on) = (name.clone(), grant.on.clone());
        desk.act(Place::Row(name.clone()), Act::Revoke { name, on });
    };
    view! {
        <li class="item">
            <span class="grow break">{what}" "<code>{id}</code></span>
            <span class="item-side"><span>{may}</span>
                <button type="button" class="button quiet" data-testid=testid aria-label=label disabled=move || desk.is_busy()
                    on:click=revoke>{t::revoke()}</button></span>
        </li>
    }
    .into_any()
}

/// Grants something: a device or a prototype by its id, which a list proposes.
#[component]
fn NewGrant(desk: Desk, name: String) -> impl IntoView {
    let on = NodeRef::<html::Input>::new();
    let may_control = RwSignal::new(false);
    let unknown = RwSignal::new(false);
    let step = desk.step(Place::Row(name.clone()));
    let submit = {
        let name = name.clone();
        move |event: SubmitEvent| {
            event.prevent_default();
            let Some(field) = on.get_untracked() else { return };
            let found = find(desk, field.value().trim());
            unknown.set(found.is_none());
            if let Some(on) = found {
                let right = if may_control.get_untracked() { Right::Control } else { Right::See };
                let name = name.clone();
                desk.act(Place::Row(name.clone()), Act::Grant { name, on, right });
            }
        }
    };
    Effect::new(move |_| {
        if step.get() == Step::Done
            && let Some(field) = on.get_untracked()
        {
            field.set_value("");
        }
    });
    let list = format!("grant-list-{name}");
    let proposals = move || {
        let ids = desk.store.order.get().unwrap_or_default();
        let device = |id| {
            let name = desk.store.row(&id)?.with_untracked(|it| it.name.clone());
            Some((id.to_string(), name))
        };
        let devices = ids.into_iter().take(PROPOSED).filter_map(device);
        let all = prototypes(desk).into_iter().map(|(id, name)| (id, t::grant_prototype(&name)));
        let option = |(id, name): (String, String)| view! { <option value=id>{name}</option> };
        all.chain(devices).map(option).collect_view()
    };
    view! {
        <form class="new-grant" aria-label=t::grant_to(&name) on:submit=submit>
            <label class="field">
                <span class="field-name">{t::grant_on()}</span>
                <input class="input" node_ref=on list=list.clone() required autocomplete="off" spellcheck="false" autocapitalize="none"
                    placeholder=t::grant_id() data-testid=format!("grant-on-{name}")/>
            </label>
            <datalist id=list>{proposals}</datalist>
            <label class="field">
                <span class="field-name">{t::right()}</span>
                <select class="input" data-testid=format!("grant-right-{name}")
                    on:change:target=move |event| may_control.set(event.target().value() == "control")>
                    <option value="see">{t::see()}</option>
                    <option value="control">{t::control()}</option>
                </select>
            </label>
            <button type="submit" class="button" data-testid=format!("grant-{name}") disabled=move || desk.is_busy()>{t::grant()}</button>
            <p class="hint" role="alert" data-error="true" data-testid=format!("grant-unknown-{name}")>
                {move || unknown.get().then(t::grant_unknown)}</p>
        </form>
    }
    .into_any()
}

/// Most devices that the list proposes; others are typed.
const PROPOSED: usize = 500;

/// What an id names, of what this administrator sees.
fn find(desk: Desk, id: &str) -> Option<GrantedOn> {
    if prototypes(desk).contains_key(id) {
        return id.parse().ok().map(GrantedOn::Prototype);
    }
    let device = id.parse().ok()?;
    desk.store.row(&device).map(|_| GrantedOn::Device(device))
}

/// The prototypes of the devices in the list, by id, with their names.
fn prototypes(desk: Desk) -> BTreeMap<String, String> {
    let ids = desk.store.order.get_untracked().unwrap_or_default();
    let prototype = |id| desk.store.row(&id)?.with_untracked(|it| it.prototype.clone());
    ids.into_iter().filter_map(prototype).map(|(id, name)| (id.to_string(), name)).collect()
}
