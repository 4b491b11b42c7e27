//! Sign-in.

use leptos::ev::SubmitEvent;
use leptos::html;
use leptos::prelude::*;
use mcs_view::protocol::{LoginError, Request, Setting};

use crate::engine::Dispatch;
use crate::store::Store;
use crate::texts::sign_in as t;
use crate::ui::{Icon, Memo, Symbol};

/// Asks for name and password; the password is forgotten as soon as it is sent.
#[component]
pub(crate) fn SignIn() -> impl IntoView {
    let store = expect_context::<Store>();
    let dispatch = expect_context::<Dispatch>();
    let name = NodeRef::<html::Input>::new();
    let password = NodeRef::<html::Input>::new();
    let state = Memo::new(move || match store.setting.get() {
        Setting::SignedOut { error, busy } => (error, busy),
        _ => (None, false),
    });
    let busy = move || state.get().1;
    let submit = move |event: SubmitEvent| {
        event.prevent_default();
        let (Some(name), Some(password)) = (name.get_untracked(), password.get_untracked()) else {
            return;
        };
        if !busy() {
            dispatch.send(Request::Login { name: name.value(), password: password.value() });
            password.set_value("");
        }
    };
    name.on_load(|field| {
        // Refused only when the page has no focus, which is fine.
        let _ = field.focus();
    });
    view! {
        <main class="sign-in">
            <form class="panel" data-testid="login" on:submit=submit aria-labelledby="sign-in-title">
                <h1 id="sign-in-title">{t::title()}</h1>
                <p class="muted">{window().location().host().unwrap_or_default()}</p>
                <label class="field">
                    <span class="field-name">{t::name()}</span>
                    <input class="input" node_ref=name name="name" autocomplete="username" autocapitalize="none"
                        spellcheck="false" required data-testid="login-name"/>
                </label>
                <label class="field">
                    <span class="field-name">{t::password()}</span>
                    <input class="input" node_ref=password name="password" type="password"
                        autocomplete="current-password" required data-testid="login-password"/>
                </label>
                <div role="alert">
                    {move || state.get().0.map(|error| view! {
                        <p class="problem" data-testid="login-error"><Icon symbol=Symbol::Warning/><span>{words(&error)}</span></p>
                    })}
                </div>
                <button type="submit" class="button primary" data-testid="login-submit" disabled=busy>
                    {move || if busy() { t::busy() } else { t::submit() }}
                </button>
                <p class="hint">{t::no_account()}</p>
                <code class="block">"mcs-server user add NAME --role admin"</code>
            </form>
        </main>
    }
}

fn words(error: &LoginError) -> String {
    match error {
        LoginError::Wrong => t::wrong().to_owned(),
        LoginError::TooMany => t::too_many().to_owned(),
        LoginError::Expired => t::expired().to_owned(),
        LoginError::Unreachable => t::unreachable().to_owned(),
        LoginError::Other(text) => t::refused(text),
    }
}
