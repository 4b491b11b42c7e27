//! The top bar: where you are, search, the connection, language, theme, user.

use leptos::prelude::*;
use mcs_view::protocol::{LinkState, Request, Setting};

use super::palette::Layer;
use crate::engine::Dispatch;
use crate::format;
use crate::language::Language;
use crate::preferences::Preferences;
use crate::route::Route;
use crate::store::Store;
use crate::texts::shell as t;
use crate::theme::Theme;
use crate::ui::{Icon, Memo, Symbol};

#[component]
pub(super) fn TopBar() -> impl IntoView {
    let layer = expect_context::<RwSignal<Layer>>();
    view! {
        <header class="top">
            <Place/>
            <button type="button" class="button quiet find" data-testid="palette-open" aria-label=t::search()
                aria-keyshortcuts="Control+K Meta+K" on:click=move |_| layer.set(Layer::Palette)>
                <Icon symbol=Symbol::Search/><span>{t::search()}</span><kbd aria-hidden="true">{control("Ctrl K", "⌘ K")}</kbd>
            </button>
            <LinkLight/>
            <LanguageMenu/>
            <ThemeButton/>
            <UserMenu/>
        </header>
    }
    .into_any()
}

/// The page, and the device when it is that of one.
#[component]
fn Place() -> impl IntoView {
    let store = expect_context::<Store>();
    let device = Memo::new(move || match store.route.get() {
        Route::Device(id) => {
            // The name comes with the list.
            store.order.track();
            let name = store.row(&id).map(|row| row.with(|row| row.name.clone()));
            Some(name.unwrap_or_else(|| id.to_string()))
        }
        _ => None,
    });
    view! {
        <div class="place" data-testid="place">
            {move || match device.get() {
                Some(name) => view! {
                    <a href="#/devices">{t::devices()}</a>
                    <span class="muted" aria-hidden="true">"/"</span>
                    <span class="place-name">{name}</span>
                }.into_any(),
                None => view! { <span class="place-name">{store.route.with(Route::title)}</span> }.into_any(),
            }}
        </div>
    }
    .into_any()
}

#[component]
fn LinkLight() -> impl IntoView {
    let store = expect_context::<Store>();
    let state = Memo::new(move || {
        store
            .link
            .with(|link| link.as_ref().map_or(("idle", t::link_idle()), |link| words(&link.state)))
    });
    let broker = Memo::new(move || {
        store.link.with(|link| link.as_ref().map(|link| link.broker.clone()).unwrap_or_default())
    });
    let title = move || {
        let version = store.link.with(|link| match link.as_ref().map(|link| &link.state) {
            Some(LinkState::Connected { mqtt_version }) => Some(mqtt_version.to_string()),
            _ => None,
        });
        let broker = broker.get();
        version.map_or_else(|| broker.clone(), |version| t::link_version(&broker, &version))
    };
    let rate = Memo::new(move || t::rate(&format::rate(store.stats.get().message_rate)));
    view! {
        <a class="link" href="#/connections" data-testid="link-state" data-state=move || state.get().0 title=title>
            <span class="light-dot" aria-hidden="true"></span>
            <span class="link-word">{move || state.get().1}</span>
            <span class="link-broker">{move || broker.get()}</span>
            <span class="link-rate number" data-testid="message-rate">{move || rate.get()}</span>
        </a>
    }
    .into_any()
}

fn words(state: &LinkState) -> (&'static str, &'static str) {
    match state {
        LinkState::Idle => ("idle", t::link_idle()),
        LinkState::Connecting { .. } => ("connecting", t::link_connecting()),
        LinkState::Connected { .. } => ("connected", t::link_connected()),
        LinkState::Waiting { .. } => ("waiting", t::link_waiting()),
        LinkState::Stopped { .. } => ("stopped", t::link_stopped()),
    }
}

#[component]
fn LanguageMenu() -> impl IntoView {
    let preferences = expect_context::<Preferences>();
    let spoken = move || preferences.language.get();
    let choices = Language::ALL.map(|language| {
        let choose = move |_| {
            super::close_popover("language-menu");
            preferences.choose_language(language);
        };
        view! {
            <button type="button" class="menu-item" lang=language.tag() data-testid=format!("language-{}", language.tag())
                aria-pressed=move || (spoken() == language).to_string() on:click=choose>{language.name()}</button>
        }
    });
    view! {
        <div class="menu language">
            <button type="button" class="button quiet icon-only" data-testid="language" popovertarget="language-menu"
                aria-label=t::language() title=t::language()>
                <Icon symbol=Symbol::Language/>
            </button>
            <div class="menu-body" id="language-menu" popover="auto">{choices.collect_view()}</div>
        </div>
    }
    .into_any()
}

#[component]
fn ThemeButton() -> impl IntoView {
    let theme = expect_context::<RwSignal<Theme>>();
    let rotate = move |_| {
        theme.update(|theme| *theme = theme.next());
        theme.get_untracked().apply();
    };
    let label = move || t::theme_is(&theme.get().name());
    view! {
        <button type="button" class="button quiet icon-only theme" data-testid="theme" on:click=rotate
            aria-label=label title=label>
            {move || { let symbol = theme.get().symbol(); view! { <Icon symbol/> } }}
        </button>
    }
    .into_any()
}

#[component]
fn UserMenu() -> impl IntoView {
    let store = expect_context::<Store>();
    let dispatch = expect_context::<Dispatch>();
    let user = Memo::new(move || match store.setting.get() {
        Setting::SignedIn { name, role, .. } => Some((name, role)),
        _ => None,
    });
    move || {
        let (name, role) = user.get()?;
        let leave = move |everywhere| dispatch.send(Request::Logout { everywhere });
        let menu = view! {
            <div class="menu">
                <button type="button" class="button quiet" data-testid="user-menu" aria-label=t::user(&name) popovertarget="user-menu">
                    <Icon symbol=Symbol::User/><span class="menu-name">{name.clone()}</span>
                </button>
                <div class="menu-body user" id="user-menu" popover="auto">
                    <p><strong>{name}</strong><br/><span class="muted">{crate::pages::role(role)}</span></p>
                    <button type="button" class="button" data-testid="sign-out" on:click=move |_| leave(false)>
                        {t::sign_out()}</button>
                    <button type="button" class="button quiet" data-testid="sign-out-everywhere" on:click=move |_| leave(true)>
                        {t::sign_out_everywhere()}</button>
                </div>
            </div>
        };
        Some(menu.into_any())
    }
}

/// How a shortcut is called on this machine.
pub(super) fn control(here: &'static str, on_a_mac: &'static str) -> &'static str {
    let agent = window().navigator().user_agent().unwrap_or_default();
    if agent.contains("Mac") { on_a_mac } else { here }
}
