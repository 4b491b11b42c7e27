//! Settings: the theme, the own account and the people, and what runs here.

mod account;
mod people;
mod trouble;

use leptos::prelude::*;
use mcs_model::api::Role;
use mcs_view::protocol::{LinkState, Setting};

use crate::card::away::AwayChoice;
use crate::clock;
use crate::store::Store;
use crate::theme::Theme;
use account::Account;
use people::People;

/// What can be set, and what runs here.
#[component]
pub(crate) fn Settings() -> impl IntoView {
    let store = expect_context::<Store>();
    let theme = expect_context::<RwSignal<Theme>>();
    let choices = Theme::ALL.map(|choice| {
        let choose = move |_| {
            theme.set(choice);
            choice.apply();
        };
        view! {
            <label class="choice">
                <input type="radio" name="theme" data-testid=format!("theme-{}", choice.word())
                    prop:checked=move || theme.get() == choice on:change=choose/>
                <span>{choice.name()}</span>
            </label>
        }
    });
    let user = move || match store.setting.get() {
        Setting::SignedIn { name, role, .. } => format!("{name} ({})", super::role(role)),
        _ => "none, this is a static site".to_owned(),
    };
    let server = move || match store.setting.get() {
        Setting::SignedIn { server_version, .. } => server_version,
        _ => "none".to_owned(),
    };
    let broker = move || {
        store.link.with(|link| match link {
            Some(link) => match &link.state {
                LinkState::Connected { mqtt_version } => {
                    format!("{}, MQTT {mqtt_version}", link.broker)
                }
                _ => link.broker.clone(),
            },
            None => "none".to_owned(),
        })
    };
    view! {
        <div class="page narrow">
            <h1>"Settings"</h1>
            <fieldset class="panel">
                <legend>"Theme"</legend>
                {choices}
            </fieldset>
            <AwayChoice/>
            <Accounts/>
            <section class="panel" aria-labelledby="about">
                <h2 id="about">"About"</h2>
                <dl class="facts">
                    <div><dt>"Console"</dt><dd>{env!("CARGO_PKG_VERSION")}</dd></div>
                    <div><dt>"Server"</dt><dd data-testid="server-version">{server}</dd></div>
                    <div><dt>"Broker"</dt><dd>{broker}</dd></div>
                    <div><dt>"User"</dt><dd>{user}</dd></div>
                    <div><dt>"Time zone"</dt><dd>{clock::zone()}</dd></div>
                </dl>
            </section>
            <section class="panel" aria-labelledby="keys">
                <h2 id="keys">"Keyboard"</h2>
                <dl class="facts">
                    <div><dt><kbd>"/"</kbd>" or "<kbd>"Ctrl K"</kbd></dt><dd>"Search the devices"</dd></div>
                    <div><dt><kbd>"←"</kbd>" "<kbd>"→"</kbd></dt><dd>"Move the cursor of the focused chart"</dd></div>
                    <div><dt><kbd>"Space"</kbd></dt><dd>"Pause the focused chart"</dd></div>
                    <div><dt><kbd>"Enter"</kbd></dt><dd>"Send what is typed in a card"</dd></div>
                </dl>
            </section>
        </div>
    }
}

/// What needs an account: the own one, and for an administrator the people.
#[component]
fn Accounts() -> impl IntoView {
    let store = expect_context::<Store>();
    let role = Memo::new(move |_| match store.setting.get() {
        Setting::SignedIn { role, .. } => Some(role),
        _ => None,
    });
    move || {
        role.get().map(|role| {
            view! {
                <Account/>
                {(role == Role::Admin).then(|| view! { <People/> })}
            }
            .into_any()
        })
    }
}
