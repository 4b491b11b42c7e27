//! Passwords at rest: a passphrase, or not at all.

use leptos::ev::SubmitEvent;
use leptos::prelude::*;
use mcs_view::protocol::{ConnectionsRequest, Request, Secret, VaultState};

use super::fields::Line;
use crate::engine::Dispatch;
use crate::store::Store;
use crate::texts::connections as t;
use crate::ui::Memo;

/// Sets, asks for and forgets the passphrase; and forgets everything.
#[component]
pub(crate) fn Secrets() -> impl IntoView {
    let store = expect_context::<Store>();
    let dispatch = expect_context::<Dispatch>();
    let vault = Memo::new(move || store.connections.with(|it| it.vault.clone()));
    let passphrase = RwSignal::new(String::new());
    let sure = RwSignal::new(false);
    let send = move |request| dispatch.send(Request::Connections(request));
    let submit = move |event: SubmitEvent| {
        event.prevent_default();
        let secret = Secret(passphrase.get_untracked());
        passphrase.set(String::new());
        if !secret.0.is_empty() {
            send(match vault.get_untracked() {
                VaultState::Locked { .. } => ConnectionsRequest::Unlock(secret),
                _ => ConnectionsRequest::Protect(secret),
            });
        }
    };
    let ask = move |label: &'static str, button: &'static str| {
        view! {
            <form class="tab-panel" on:submit=submit>
                <Line label value=passphrase testid="vault-passphrase" kind="password"/>
                <div class="actions">
                    <button type="submit" class="button" data-testid="vault-submit" disabled=move || passphrase.with(String::is_empty)>{button}</button>
                </div>
            </form>
        }
    };
    let forget = move || {
        view! {
            <div class="actions">
                <button type="button" class="button quiet" data-testid="vault-forget"
                    on:click=move |_| send(ConnectionsRequest::Unprotect)>{t::vault_forget()}</button>
            </div>
        }
    };
    let body = move || {
        match vault.get() {
        VaultState::None => view! {
            <p class="remark">{t::vault_none()}</p>
            {ask(t::passphrase(), t::protect())}
        }.into_any(),
        VaultState::Locked { wrong } => view! {
            <p class="remark">{t::vault_locked()}</p>
            {wrong.then(|| view! { <p class="problem" role="alert" data-testid="vault-wrong">{t::vault_wrong()}</p> })}
            {ask(t::passphrase(), t::unlock())}
            {forget()}
        }.into_any(),
        VaultState::Opening => view! { <p class="remark">{t::unlocking()}</p> }.into_any(),
        VaultState::Open => view! {
            <p class="remark">{t::vault_open()}</p>
            {forget()}
        }.into_any(),
        VaultState::Impossible => view! {
            <p class="remark">{t::vault_impossible()}</p>
        }.into_any(),
    }
    };
    view! {
        <section class="panel" aria-labelledby="vault" data-testid="vault" data-state=move || vault.with(word)>
            <h2 id="vault">{t::passwords()}</h2>
            {body}
            <p class="hint">{t::key_hint()}</p>
            <div class="actions">
                {move || if sure.get() {
                    view! {
                        <span class="remark">{t::wipe_why()}</span>
                        <button type="button" class="button" data-testid="wipe-sure" on:click=move |_| {
                            sure.set(false);
                            send(ConnectionsRequest::Wipe);
                        }>{t::wipe_sure()}</button>
                        <button type="button" class="button quiet" on:click=move |_| sure.set(false)>{t::cancel()}</button>
                    }.into_any()
                } else {
                    view! {
                        <button type="button" class="button quiet" data-testid="wipe" on:click=move |_| sure.set(true)>{t::wipe()}</button>
                    }.into_any()
                }}
            </div>
        </section>
    }
}

fn word(vault: &VaultState) -> &'static str {
    match vault {
        VaultState::None => "none",
        VaultState::Locked { .. } => "locked",
        VaultState::Opening => "opening",
        VaultState::Open => "open",
        VaultState::Impossible => "impossible",
    }
}
