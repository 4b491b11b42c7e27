//! Profiles in and out: a file is looked at before anything of it is taken.

use leptos::prelude::*;
use mcs_view::protocol::{Candidate, ConnectionsRequest, ImportView, Novelty, Request, Secret};

use super::devices::address;
use super::fields::{Chooser, Line};
use crate::engine::Dispatch;
use crate::store::Store;
use crate::texts::connections as t;
use crate::ui::{CopyButton, Memo};

/// Import and export of profiles.
#[component]
pub(crate) fn Transfer() -> impl IntoView {
    let store = expect_context::<Store>();
    let dispatch = expect_context::<Dispatch>();
    let send = move |request| dispatch.send(Request::Connections(request));
    let text = RwSignal::new(String::new());
    let passphrase = RwSignal::new(String::new());
    Effect::new(move |_| {
        let text = text.get();
        if !text.trim().is_empty() {
            send(ConnectionsRequest::Preview(text));
        }
    });
    let import = Memo::new(move || store.connections.with(|it| it.import.clone()));
    let exported =
        Signal::derive(move || store.connections.with(|it| it.export.clone()).unwrap_or_default());
    let export = move |_| {
        let secret = Secret(passphrase.get_untracked());
        passphrase.set(String::new());
        send(ConnectionsRequest::Export((!secret.0.is_empty()).then_some(secret)));
    };
    view! {
        <details class="panel">
            <summary data-testid="transfer">{t::transfer()}</summary>
            <div class="tab-panel">
                <Chooser label=t::profiles_file() text testid="profiles-file"/>
                {move || import.get().map(|import| view! { <Preview import/> })}
                <h3>{t::export()}</h3>
                <Line label=t::export_passphrase() value=passphrase testid="export-passphrase" kind="password" hint=t::export_passphrase_hint()/>
                <div class="actions">
                    <button type="button" class="button" data-testid="profiles-export" on:click=export>{t::export()}</button>
                </div>
                {move || (!exported.with(String::is_empty)).then(|| view! {
                    <textarea class="input mono" rows="4" readonly data-testid="profiles-text" aria-label=t::exported_connections()
                        prop:value=move || exported.get()></textarea>
                    <div class="actions">
                        <CopyButton text=exported what=t::title() testid="copy-profiles"/>
                        <a class="button" download="connections.json" href=move || address(&exported.get())>{t::save_file()}</a>
                    </div>
                })}
            </div>
        </details>
    }
}

#[component]
fn Preview(import: ImportView) -> impl IntoView {
    let dispatch = expect_context::<Dispatch>();
    let send = move |request| dispatch.send(Request::Connections(request));
    if import.unreadable {
        return view! {
            <p class="problem" role="alert" data-testid="import-unreadable">{t::import_unreadable()}</p>
        }
        .into_any();
    }
    let passphrase = RwSignal::new(String::new());
    let chosen = |(place, it): (u32, &Candidate)| {
        matches!(it.novelty, Novelty::New | Novelty::Beside).then_some(place)
    };
    let take =
        RwSignal::new((0..).zip(&import.candidates).filter_map(chosen).collect::<Vec<u32>>());
    let rows = (0..).zip(import.candidates).map(|(place, it)| {
        let usable = it.novelty != Novelty::NotForBrowsers;
        let toggle = move |on: bool| {
            take.update(|take| {
                take.retain(|it| *it != place);
                if on {
                    take.push(place);
                }
            });
        };
        view! {
            <li>
                <label class="choice">
                    <input type="checkbox" disabled=!usable data-testid=format!("import-{place}")
                        prop:checked=move || take.with(|it| it.contains(&place))
                        on:change:target=move |event| toggle(event.target().checked())/>
                    <span>
                        <strong class="break">{it.profile.title()}</strong>" "<code>{it.profile.url()}</code>
                        <br/><span class="hint">{fate(&it)}</span>
                    </span>
                </label>
            </li>
        }
    });
    let accept = move |_| {
        let secret = Secret(passphrase.get_untracked());
        let passphrase = (!secret.0.is_empty()).then_some(secret);
        send(ConnectionsRequest::Import { take: take.get_untracked(), passphrase });
    };
    view! {
        <div class="tab-panel" data-testid="import-preview">
            <ul class="list">{rows.collect_view()}</ul>
            {import.wrong_passphrase.then(|| view! { <p class="problem" role="alert">{t::import_wrong()}</p> })}
            {import.sealed.then(|| view! {
                <Line label=t::import_passphrase() value=passphrase testid="import-passphrase" kind="password" hint=t::import_passphrase_hint()/>
            })}
            <div class="actions">
                <button type="button" class="button primary" data-testid="import-take" disabled=move || take.with(Vec::is_empty) on:click=accept>{t::import_take()}</button>
                <button type="button" class="button quiet" data-testid="import-cancel"
                    on:click=move |_| send(ConnectionsRequest::CancelImport)>{t::cancel()}</button>
            </div>
        </div>
    }
    .into_any()
}

fn fate(it: &Candidate) -> &'static str {
    match (it.novelty, it.has_password) {
        (Novelty::New, true) => t::novelty_new_password(),
        (Novelty::New, false) => t::novelty_new(),
        (Novelty::Known, _) => t::novelty_known(),
        (Novelty::Beside, _) => t::novelty_beside(),
        (Novelty::NotForBrowsers, _) => t::novelty_not_for_browsers(),
    }
}
