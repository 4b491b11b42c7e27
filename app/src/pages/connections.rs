//! Connections: the brokers that the operator names, and in the static setting their devices.

mod devices;
mod doctor;
mod fields;
mod form;
mod kept;
mod row;
mod secrets;
mod transfer;

use leptos::prelude::*;
use mcs_view::connections::{Draft, SECRETS};
use mcs_view::protocol::{ConnectionId, Profile, Setting};

use crate::shell;
use crate::store::Store;
use crate::texts::connections as t;
use crate::ui::Memo;
use devices::{Backup, KnownDevices, NewDeviceForm};
use form::{Form, Opened};
use kept::Kept;
use row::ServerRow;
use secrets::Secrets;
use transfer::Transfer;

/// The brokers and the devices.
#[component]
pub(crate) fn Connections() -> impl IntoView {
    let store = expect_context::<Store>();
    let is_static = Memo::new(move || store.setting.get() == Setting::Static);
    let ids = Memo::new(move || {
        store.connections.with(|it| it.rows.iter().map(|row| row.id).collect::<Vec<_>>())
    });
    let opened = RwSignal::new(None::<Opened>);
    let secret_in_link = RwSignal::new(false);
    // A link fills the form and does nothing else.
    Effect::new(move |_| {
        let query = store.query.get();
        if let Some(draft) = Draft::of_link(|name| query.value(name)) {
            opened.set(Some(Opened { id: None, draft }));
        }
        let secrets = SECRETS.iter().filter(|it| query.value(it).is_some());
        let clean = secrets.fold(query.clone(), |query, name| query.with(name, None));
        if clean != query {
            secret_in_link.set(true);
            shell::show(store, clean);
        }
    });
    // Where there is nothing, the form is what one came for.
    Effect::new(move |_| {
        if is_static.get() && ids.with(Vec::is_empty) && opened.with_untracked(Option::is_none) {
            opened.set(Some(Opened::new()));
        }
    });
    let add = move |_| opened.set(Some(Opened::new()));
    view! {
        <div class="page">
            <div class="page-head">
                <h1>{t::title()}</h1>
                <button type="button" class="button" data-testid="conn-add" on:click=add>{t::add()}</button>
            </div>
            {move || if is_static.get() {
                view! { <p class="muted">{t::about_static()}</p> }
            } else {
                view! { <p class="muted">{t::about_server()}</p> }
            }}
            <Kept/>
            {move || secret_in_link.get().then(|| view! {
                <p class="remark" role="status" data-testid="link-secret">{t::link_secret()}</p>
            })}
            <div class="columns">
                <div class="column">
                    {move || (!is_static.get()).then(|| view! { <ServerRow/> })}
                    <For each=move || ids.get() key=|id| *id let:id><row::Row id opened/></For>
                    {move || opened.get().map(|it| view! { <Form start=it opened/> })}
                    {move || (is_static.get() && ids.with(Vec::is_empty) && opened.with(Option::is_none)).then(|| view! {
                        <p class="muted">{t::none_yet()}</p>
                    })}
                    {move || (!is_static.get()).then(|| view! { <Secrets/><Transfer/> })}
                </div>
                {move || is_static.get().then(|| view! {
                    <div class="column"><NewDeviceForm/><KnownDevices/><Backup/><Secrets/><Transfer/></div>
                })}
            </div>
        </div>
    }
}

/// The profile of a connection, as it is now.
fn profile(store: Store, id: ConnectionId) -> Option<Profile> {
    store
        .connections
        .with(|it| it.rows.iter().find(|row| row.id == id).map(|it| it.profile.clone()))
}
