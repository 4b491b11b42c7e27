//! The frame around the pages: start, navigation, top bar, banner, notices, status bar.

mod banner;
mod frame;
mod listen;
mod notices;
mod parts;

use leptos::mount::mount_to_body;
use leptos::prelude::*;
use mcs_view::protocol::{Request, Setting};

use crate::card;
use crate::clock;
use crate::engine::{Dispatch, Engine};
use crate::pages;
use crate::route::Route;
use crate::store::{Boot, Store};
use crate::theme::Theme;
use frame::{Rail, StatusBar, TopBar};
pub(crate) use listen::{open, show};

/// Starts the page: the first paint comes before the engine is ready.
pub fn start() {
    console_error_panic_hook::set_once();
    if let Some(boot) = document().get_element_by_id("boot") {
        boot.remove();
    }
    mount_to_body(App);
}

/// What fills the window.
#[derive(Clone, Debug, PartialEq)]
enum Screen {
    Starting(&'static str),
    Failed(String),
    SignIn,
    Console,
}

#[component]
fn App() -> impl IntoView {
    let store = Store::new(listen::route(), listen::query(), clock::now());
    provide_context(store);
    provide_context(RwSignal::new(Theme::load()));
    let dispatch = match Engine::start(store) {
        Ok(engine) => Dispatch::new(move |request, file| engine.send(request, file)),
        Err(error) => {
            store.boot.set(Boot::Failed(format!("the browser refuses a worker: {error:?}")));
            Dispatch::new(|_, _| {})
        }
    };
    provide_context(dispatch);
    card::away::provide(dispatch);
    listen::listen(store, move || dispatch.send(Request::Wake));
    Effect::new(move |_| {
        let title = format!("{} – MCS Console", store.route.with(Route::title));
        document().set_title(&title);
    });
    // With no server and no broker there is one place to begin.
    Effect::new(move |_| {
        let nowhere = store.connections.with(|it| it.rows.is_empty());
        if store.setting.get() == Setting::Static && nowhere && listen::is_home() {
            listen::open(&Route::Connections);
        }
    });

    let screen = Memo::new(move |_| match (store.boot.get(), store.setting.get()) {
        (Boot::Failed(reason), _) => Screen::Failed(reason),
        (Boot::Loading, _) => Screen::Starting("Starting the engine"),
        (Boot::Ready, Setting::Probing) => Screen::Starting("Looking for a server"),
        (Boot::Ready, Setting::SignedOut { .. }) => Screen::SignIn,
        (Boot::Ready, Setting::SignedIn { .. } | Setting::Static) => Screen::Console,
    });
    view! {
        {move || match screen.get() {
            Screen::Starting(text) => view! { <Starting text/> }.into_any(),
            Screen::Failed(reason) => view! { <Failed reason/> }.into_any(),
            Screen::SignIn => view! { <pages::SignIn/> }.into_any(),
            Screen::Console => view! { <Console/> }.into_any(),
        }}
    }
}

#[component]
fn Starting(text: &'static str) -> impl IntoView {
    view! {
        <div class="boot" data-testid="boot" role="status">
            <p class="boot-name">"MCS Console"</p>
            <p>{text}</p>
        </div>
    }
}

#[component]
fn Failed(reason: String) -> impl IntoView {
    view! {
        <div class="boot" data-testid="boot-error" role="alert">
            <p class="boot-name">"The console has stopped"</p>
            <p>"Its engine, which holds the connection, does not run: "<span>{reason}</span>"."</p>
            <p>"Reload the page to start it again. Nothing on the server is lost."</p>
            <button type="button" class="button primary" on:click=|_| reload()>"Reload"</button>
        </div>
    }
}

/// Loads the page anew.
fn reload() {
    // A page that cannot be reloaded is being closed.
    let _ = window().location().reload();
}

#[component]
fn Console() -> impl IntoView {
    view! {
        <a class="skip" href="#main" on:click=listen::skip>"Skip to the content"</a>
        <div class="frame">
            <Rail/>
            <TopBar/>
            <banner::Banner/>
            <div class="stage" id="stage">
                <main id="main" tabindex="-1">
                    <parts::Page/>
                </main>
            </div>
            <notices::Notices/>
            <StatusBar/>
        </div>
    }
}
