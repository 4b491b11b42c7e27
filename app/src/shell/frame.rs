//! Navigation, top bar, status bar.

use leptos::prelude::*;
use mcs_view::protocol::{LinkState, Request, Setting};

use crate::clock;
use crate::engine::Dispatch;
use crate::format;
use crate::route::Route;
use crate::store::Store;
use crate::theme::Theme;
use crate::ui::{Icon, Symbol};

/// The rail at the left; at the bottom on narrow screens.
#[component]
pub(crate) fn Rail() -> impl IntoView {
    let store = expect_context::<Store>();
    let has_server = Memo::new(move |_| matches!(store.setting.get(), Setting::SignedIn { .. }));
    view! {
        <nav class="rail" aria-label="Pages">
            <a class="brand" href="#/devices" aria-label="MCS Console, devices">
                <Icon symbol=Symbol::Chart/><span>"MCS Console"</span>
            </a>
            <Entry route=Route::Devices symbol=Symbol::Devices testid="nav-devices"/>
            <Entry route=Route::Prototypes(None) symbol=Symbol::Prototypes testid="nav-prototypes"/>
            {move || has_server.get().then(|| view! {
                <Entry route=Route::Firmware(None) symbol=Symbol::Firmware testid="nav-firmware"/>
            })}
            <Entry route=Route::Messages symbol=Symbol::Messages testid="nav-messages"/>
            <Entry route=Route::Connections symbol=Symbol::Connections testid="nav-connections"/>
            <Entry route=Route::Settings symbol=Symbol::Settings testid="nav-settings"/>
        </nav>
    }
}

#[component]
fn Entry(route: Route, symbol: Symbol, testid: &'static str) -> impl IntoView {
    let store = expect_context::<Store>();
    let (href, title) = (route.href(), route.title());
    let current =
        move || (store.route.with(Route::section) == Some(route.clone())).then_some("page");
    view! {
        <a class="rail-entry" href=href data-testid=testid aria-current=current>
            <Icon symbol/><span>{title}</span>
        </a>
    }
}

/// Where you are, how the connection stands, the theme, the user.
#[component]
pub(crate) fn TopBar() -> impl IntoView {
    let store = expect_context::<Store>();
    let theme = expect_context::<RwSignal<Theme>>();
    let device = Memo::new(move |_| match store.route.get() {
        Route::Device(id) => {
            // The name comes with the list.
            store.order.track();
            Some(
                store
                    .row(&id)
                    .map_or_else(|| id.to_string(), |row| row.with(|row| row.name.clone())),
            )
        }
        _ => None,
    });
    let rotate = move |_| {
        theme.update(|theme| *theme = theme.next());
        theme.get_untracked().apply();
    };
    view! {
        <header class="top">
            <div class="place" data-testid="place">
                {move || match device.get() {
                    Some(name) => view! {
                        <a href="#/devices">"Devices"</a>
                        <span class="muted" aria-hidden="true">"/"</span>
                        <span class="place-name">{name}</span>
                    }.into_any(),
                    None => view! { <span class="place-name">{store.route.with(Route::title)}</span> }.into_any(),
                }}
            </div>
            <LinkLight/>
            <button type="button" class="button quiet icon-only" data-testid="theme" on:click=rotate
                aria-label=move || format!("Theme: {}. Change it", theme.get().name())
                title=move || format!("Theme: {}", theme.get().name())>
                {move || { let symbol = theme.get().symbol(); view! { <Icon symbol/> } }}
            </button>
            <UserMenu/>
        </header>
    }
}

#[component]
fn LinkLight() -> impl IntoView {
    let store = expect_context::<Store>();
    let state = Memo::new(move |_| {
        store
            .link
            .with(|link| link.as_ref().map_or(("idle", "Not connected"), |link| words(&link.state)))
    });
    let version = Memo::new(move |_| {
        store.link.with(|link| match &link.as_ref()?.state {
            LinkState::Connected { mqtt_version } => Some(format!("MQTT {mqtt_version}")),
            _ => None,
        })
    });
    let broker = Memo::new(move |_| {
        store.link.with(|link| link.as_ref().map(|link| link.broker.clone()).unwrap_or_default())
    });
    let rate = Memo::new(move |_| format::rate(store.stats.get().message_rate));
    view! {
        <div class="link" data-testid="link-state" data-state=move || state.get().0
            title=move || format!("{} {}", broker.get(), version.get().unwrap_or_default())>
            <span class="light-dot" aria-hidden="true"></span>
            <span class="link-word">{move || state.get().1}</span>
            <span class="link-broker">{move || broker.get()}</span>
            <span class="link-rate number" data-testid="message-rate">{move || rate.get()}</span>
        </div>
    }
}

fn words(state: &LinkState) -> (&'static str, &'static str) {
    match state {
        LinkState::Idle => ("idle", "Not connected"),
        LinkState::Connecting { .. } => ("connecting", "Connecting"),
        LinkState::Connected { .. } => ("connected", "Connected"),
        LinkState::Waiting { .. } => ("waiting", "Connection lost"),
        LinkState::Stopped { .. } => ("stopped", "Disconnected"),
    }
}

#[component]
fn UserMenu() -> impl IntoView {
    let store = expect_context::<Store>();
    let dispatch = expect_context::<Dispatch>();
    let user = Memo::new(move |_| match store.setting.get() {
        Setting::SignedIn { name, role, .. } => Some((name, role)),
        _ => None,
    });
    move || {
        user.get().map(|(name, role)| {
            let label = format!("User {name}");
            view! {
                <div class="menu">
                    <button type="button" class="button quiet" data-testid="user-menu" aria-label=label popovertarget="user-menu">
                        <Icon symbol=Symbol::User/><span class="menu-name">{name.clone()}</span>
                    </button>
                    <div class="menu-body" id="user-menu" popover="auto">
                        <p><strong>{name}</strong><br/><span class="muted">{crate::pages::role(role)}</span></p>
                        <button type="button" class="button" data-testid="sign-out"
                            on:click=move |_| dispatch.send(Request::Logout { everywhere: false })>"Sign out"</button>
                        <button type="button" class="button quiet" data-testid="sign-out-everywhere"
                            on:click=move |_| dispatch.send(Request::Logout { everywhere: true })>"Sign out everywhere"</button>
                    </div>
                </div>
            }
        })
    }
}

/// Counters at the very bottom of wide screens.
#[component]
pub(crate) fn StatusBar() -> impl IntoView {
    let store = expect_context::<Store>();
    let stats = store.stats;
    view! {
        <footer class="status" data-testid="status-bar">
            <span class="number" data-testid="stat-rate">{move || format::rate(stats.get().message_rate)}</span>
            <span class="number" data-testid="stat-messages">{move || format!("{} messages", format::count(stats.get().messages))}</span>
            <span class="number" data-testid="stat-points">{move || format!("{} points kept", format::count(stats.get().points))}</span>
            <span class="number" data-testid="stat-memory">{move || {
                let stats = stats.get();
                format!("{} of {}", format::bytes(stats.memory), format::bytes(stats.budget))
            }}</span>
            <span class="number" data-testid="stat-evicted">{move || format!("{} evicted", format::count(stats.get().evicted))}</span>
            <span class="status-zone" data-testid="stat-zone">{clock::zone()}</span>
        </footer>
    }
}
