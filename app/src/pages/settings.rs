//! Settings: theme, language, time, the own account and the people, and what runs here.

mod account;
mod people;
mod program;
mod sessions;
mod trouble;

use leptos::prelude::*;
use leptos::task::spawn_local;
use mcs_model::api::Role;
use mcs_view::protocol::{LinkState, Setting};
use wasm_bindgen_futures::JsFuture;
use web_sys::StorageEstimate;

use crate::card::away::AwayChoice;
use crate::clock;
use crate::format;
use crate::language::Language;
use crate::preferences::{Clock, Preferences};
use crate::shell;
use crate::store::Store;
use crate::texts::settings as t;
use crate::texts::shell as common;
use crate::theme::Theme;
use crate::ui::Memo;
use account::Account;
use people::People;
use sessions::Sessions;

/// What can be set, and what runs here.
#[component]
pub(crate) fn Settings() -> impl IntoView {
    view! {
        <div class="page">
            <div class="page-head"><h1>{t::title()}</h1></div>
            <div class="columns">
                <div class="column"><Themes/><Languages/><Clocks/><AwayChoice/></div>
                <div class="column"><Accounts/><About/></div>
            </div>
        </div>
    }
    .into_any()
}

#[component]
fn Themes() -> impl IntoView {
    let theme = expect_context::<RwSignal<Theme>>();
    let choices = Theme::ALL.map(|choice| {
        let choose = move || {
            theme.set(choice);
            choice.apply();
        };
        let testid = format!("theme-{}", choice.word());
        radio(
            "theme",
            testid,
            choice.name().to_owned(),
            None,
            move || theme.get() == choice,
            choose,
        )
    });
    fieldset(t::theme(), choices.collect_view().into_any())
}

#[component]
fn Languages() -> impl IntoView {
    let preferences = expect_context::<Preferences>();
    let choices = Language::ALL.map(|language| {
        let testid = format!("settings-language-{}", language.tag());
        let is_chosen = move || preferences.language.get() == language;
        let choose = move || preferences.choose_language(language);
        radio(
            "language",
            testid,
            language.name().to_owned(),
            Some(language.tag()),
            is_chosen,
            choose,
        )
    });
    let failed = move || preferences.speechless.get().then(t::language_failed);
    let body = view! { {choices.collect_view()}<p class="hint" data-error="true" role="status">{failed}</p> };
    fieldset(t::language(), body.into_any())
}

#[component]
fn Clocks() -> impl IntoView {
    let preferences = expect_context::<Preferences>();
    let local = t::clock_local(&clock::local_zone());
    let choices = [
        (Clock::Local, "clock-local", local),
        (Clock::Utc, "clock-utc", t::clock_utc().to_owned()),
    ];
    let choices = choices.map(|(clock, testid, name)| {
        let is_chosen = move || preferences.clock.get() == clock;
        let choose = move || preferences.choose_clock(clock);
        radio("clock", testid.to_owned(), name, None, is_chosen, choose)
    });
    fieldset(t::clock(), choices.collect_view().into_any())
}

#[component]
fn About() -> impl IntoView {
    let store = expect_context::<Store>();
    let user = move || match store.setting.get() {
        Setting::SignedIn { name, role, .. } => t::user_role(&name, &super::role(role)),
        _ => t::no_user().to_owned(),
    };
    let server = move || match store.setting.get() {
        Setting::SignedIn { server_version, .. } => server_version,
        _ => t::none().to_owned(),
    };
    let broker = move || {
        store.link.with(|link| match link {
            Some(link) => match &link.state {
                LinkState::Connected { mqtt_version } => {
                    common::link_version(&link.broker, mqtt_version)
                }
                _ => link.broker.clone(),
            },
            None => t::none().to_owned(),
        })
    };
    let has_server = Memo::new(move || store.has_server());
    let help = shell::help();
    let stored = RwSignal::new(t::storage_unknown().to_owned());
    spawn_local(async move {
        if let Some((used, quota)) = storage().await {
            stored.try_set(t::storage_used(&format::bytes(used), &format::bytes(quota)));
        }
    });
    view! {
        <section class="panel" aria-labelledby="about">
            <h2 id="about">{t::about()}</h2>
            <dl class="facts">
                <div><dt>{t::console()}</dt><dd>{env!("CARGO_PKG_VERSION")}</dd></div>
                <div><dt>{t::server()}</dt><dd data-testid="server-version">{server}</dd></div>
                <div><dt>{t::broker()}</dt><dd>{broker}</dd></div>
                <div><dt>{t::user()}</dt><dd>{user}</dd></div>
                <div><dt>{t::storage()}</dt><dd class="number" data-testid="storage-used">{move || stored.get()}</dd></div>
            </dl>
            <div class="actions">
                <button type="button" class="button" data-testid="show-help" on:click=move |_| help()>{t::keyboard_show()}</button>
                {move || has_server.get().then(|| view! { <a class="button" href="/api/docs" data-testid="api-docs">{t::api()}</a> })}
            </div>
            <p class="remark">{t::licence_text()}" "
                <a href="licences/LICENSE-APACHE">"Apache 2.0"</a>" · "<a href="licences/LICENSE-MIT">"MIT"</a></p>
        </section>
    }
    .into_any()
}

fn fieldset(legend: &'static str, choices: AnyView) -> AnyView {
    view! { <fieldset class="panel"><legend>{legend}</legend><div class="choices">{choices}</div></fieldset> }.into_any()
}

fn radio(
    group: &'static str,
    testid: String,
    name: String,
    lang: Option<&'static str>,
    is_chosen: impl Fn() -> bool + Send + 'static,
    choose: impl Fn() + 'static,
) -> AnyView {
    view! {
        <label class="choice">
            <input type="radio" name=group data-testid=testid prop:checked=is_chosen on:change=move |_| choose()/>
            <span lang=lang>{name}</span>
        </label>
    }
    .into_any()
}

/// How many bytes of this browser the console uses, and how many it may.
async fn storage() -> Option<(u64, u64)> {
    let manager = js_sys::Reflect::get(&window().navigator(), &"storage".into()).ok()?;
    // Only where the page comes over TLS or from this machine.
    if manager.is_undefined() {
        return None;
    }
    let estimate = JsFuture::from(window().navigator().storage().estimate().ok()?).await.ok()?;
    let estimate: StorageEstimate = wasm_bindgen::JsCast::unchecked_into(estimate);
    #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "bytes")]
    Some((estimate.get_usage()? as u64, estimate.get_quota()? as u64))
}

/// What needs an account: the own one, and for an administrator the people.
#[component]
fn Accounts() -> impl IntoView {
    let store = expect_context::<Store>();
    let role = Memo::new(move || match store.setting.get() {
        Setting::SignedIn { role, .. } => Some(role),
        _ => None,
    });
    move || {
        role.get().map(|role| {
            view! {
                <Account/>
                <Sessions/>
                {(role == Role::Admin).then(|| view! { <People/> })}
            }
            .into_any()
        })
    }
}
