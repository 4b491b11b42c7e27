//! People: who may sign in, and what they may do. For administrators.

mod add;
mod grants;
mod person;

use leptos::prelude::*;
use mcs_model::api::{self, Role};
use mcs_view::protocol::{AccountsRequest, Act, Request, Step};

use super::trouble::Outcome;
use crate::engine::Dispatch;
use crate::store::Store;
use crate::texts::accounts as t;
use crate::ui::{Loading, Memo};
use add::AddPerson;
use person::PersonRow;

/// Every role.
const ROLES: [Role; 4] = [Role::Admin, Role::Operator, Role::Viewer, Role::Member];

/// Sends acts, and knows where on the page the last one came from: there its outcome is said.
#[derive(Clone, Copy)]
struct Desk {
    store: Store,
    dispatch: StoredValue<Dispatch, LocalStorage>,
    place: RwSignal<Place>,
}

/// A place on the page from which people are changed.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
enum Place {
    #[default]
    None,
    Add,
    Row(String),
    Reset(String),
}

impl Desk {
    fn act(self, place: Place, act: Act) {
        if !self.is_busy() {
            self.place.set(place);
            let request = Request::Accounts(AccountsRequest::Act(act));
            self.dispatch.with_value(|dispatch| dispatch.send(request));
        }
    }

    fn is_busy(self) -> bool {
        self.store.accounts.with(|it| it.act == Step::Busy)
    }

    /// How the last act from this place went.
    fn step(self, place: Place) -> Signal<Step> {
        Signal::derive(move || {
            if self.place.with(|it| *it == place) {
                self.store.accounts.with(|it| it.act.clone())
            } else {
                Step::Idle
            }
        })
    }

    fn person(self, name: &str) -> Option<api::Person> {
        self.store
            .accounts
            .with(|it| it.people.iter().flatten().find(|it| it.name == name).cloned())
    }
}

/// Everybody with an account.
#[component]
pub(crate) fn People() -> impl IntoView {
    let store = expect_context::<Store>();
    let dispatch = expect_context::<Dispatch>();
    let desk = Desk {
        store,
        dispatch: StoredValue::new_local(dispatch),
        place: RwSignal::new(Place::default()),
    };
    let names = Memo::new(move || {
        let names =
            |people: &Vec<api::Person>| people.iter().map(|it| it.name.clone()).collect::<Vec<_>>();
        store.accounts.with(|it| it.people.as_ref().map(names))
    });
    let listing = Signal::derive(move || store.accounts.with(|it| it.listing.clone()));
    let waits = move || names.with(Option::is_none) && listing.get() == Step::Busy;
    let alone = move || names.with(|it| it.as_ref().is_some_and(|it| it.len() == 1));
    view! {
        <section class="panel" aria-labelledby="people" data-testid="people">
            <h2 id="people">{t::people()}</h2>
            <p class="remark">{t::people_what()}</p>
            <details>
                <summary data-testid="roles">{t::roles()}</summary>
                <dl class="facts roles">{ROLES.map(|role| {
                    let (name, words) = about(role);
                    view! { <div><dt>{name}</dt><dd>{words}</dd></div> }
                })}</dl>
                <p class="hint">{t::grants_add()}</p>
            </details>
            {move || waits().then(|| view! { <Loading text=t::people_loading() testid="people-loading"/> })}
            <Outcome step=listing testid="people-failed"/>
            <ul class="list people" data-testid="people-list">
                <For each=move || names.get().unwrap_or_default() key=Clone::clone let:name>
                    <PersonRow desk name/>
                </For>
            </ul>
            {move || alone().then(|| view! {
                <p class="muted" data-testid="people-alone">{t::people_alone()}</p>
            })}
            <AddPerson desk/>
        </section>
    }
}

/// The options of a role.
fn role_options(chosen: Signal<Role>) -> impl IntoView {
    ROLES.map(|role| {
        view! { <option value=word(role) prop:selected=move || chosen.get() == role>{about(role).0}</option> }
    })
}

/// A role's name, and what it may do.
fn about(role: Role) -> (&'static str, &'static str) {
    match role {
        Role::Admin => (t::admin(), t::admin_may()),
        Role::Operator => (t::operator(), t::operator_may()),
        Role::Viewer => (t::viewer(), t::viewer_may()),
        Role::Member => (t::member(), t::member_may()),
    }
}

/// The value of an option.
fn word(role: Role) -> &'static str {
    match role {
        Role::Admin => "admin",
        Role::Operator => "operator",
        Role::Viewer => "viewer",
        Role::Member => "member",
    }
}

/// The role of an option's value.
fn role_of(word_: &str) -> Option<Role> {
    ROLES.into_iter().find(|it| word(*it) == word_)
}
