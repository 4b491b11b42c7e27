//! The frame around the pages: start, navigation, top bar, banner, notices, status bar.

mod banner;
mod help;
mod listen;
mod news;
mod notices;
mod palette;
mod parts;
mod rail;
mod status;
mod top;
mod version;

use leptos::either::EitherOf3;
use leptos::mount::mount_to_body;
use leptos::prelude::*;
use mcs_view::protocol::{Request, Setting};
use wasm_bindgen::JsCast;
use wasm_bindgen_futures::spawn_local;

use crate::card;
use crate::clock;
use crate::engine::{Dispatch, Engine};
use crate::language::Language;
use crate::pages;
use crate::preferences::Preferences;
use crate::route::Route;
use crate::store::{Boot, Store};
use crate::texts::shell as t;
use crate::theme::Theme;
use crate::ui::Memo;
pub(crate) use listen::{open, show};
use palette::Layer;
pub(crate) use parts::reader;
use version::Standing;

/// Starts the page: the first paint comes before the engine is ready, and in the right language.
pub fn start() {
    console_error_panic_hook::set_once();
    spawn_local(async {
        let language = Language::load();
        // What cannot be fetched is said in English.
        let spoken = if language.speak().await.is_ok() { language } else { Language::English };
        if let Some(boot) = document().get_element_by_id("boot") {
            boot.remove();
        }
        mount_to_body(move || view! { <App language=spoken/> });
    });
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
fn App(language: Language) -> impl IntoView {
    let store = Store::new(listen::route(), listen::query(), clock::now());
    provide_context(store);
    provide_context(RwSignal::new(Theme::load()));
    let preferences = Preferences::load(language);
    provide_context(preferences);
    provide_context(RwSignal::new(Layer::None));
    let standing = RwSignal::new(Standing::Same);
    provide_context(standing);
    let dispatch = match Engine::start(store) {
        Ok(engine) => Dispatch::new(move |request, file| engine.send(request, file)),
        Err(error) => {
            store.boot.set(Boot::Failed(t::engine_refused(&error)));
            Dispatch::new(|_, _| {})
        }
    };
    provide_context(dispatch);
    card::away::provide(dispatch);
    listen::listen(store, preferences, move || dispatch.send(Request::Wake));
    banner::watch(store, standing);
    parts::fetch_ahead();
    Effect::new(move |_| {
        preferences.language.track();
        document().set_title(&t::title(&store.route.with(Route::title)));
    });
    // With no server and no broker there is one place to begin.
    Effect::new(move |_| {
        let nowhere = store.connections.with(|it| it.rows.is_empty());
        if store.setting.get() == Setting::Static && nowhere && listen::is_home() {
            listen::open(&Route::Connections);
        }
    });

    let screen = Memo::new(move || match (store.boot.get(), store.setting.get()) {
        (Boot::Failed(reason), _) => Screen::Failed(reason),
        (Boot::Loading, _) => Screen::Starting(t::starting_engine()),
        (Boot::Ready, Setting::Probing) => Screen::Starting(t::looking_for_server()),
        (Boot::Ready, Setting::SignedOut { .. }) => Screen::SignIn,
        (Boot::Ready, Setting::SignedIn { .. } | Setting::Static) => Screen::Console,
    });
    move || {
        // In another language, or with times of another clock, everything is another text.
        preferences.language.track();
        preferences.clock.track();
        match screen.get() {
            Screen::Starting(text) => view! { <Starting text/> }.into_any(),
            Screen::Failed(reason) => view! { <Failed reason/> }.into_any(),
            Screen::SignIn => view! { <pages::SignIn/> }.into_any(),
            Screen::Console => view! { <Console/> }.into_any(),
        }
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
    .into_any()
}

#[component]
fn Failed(reason: String) -> impl IntoView {
    view! {
        <div class="boot" data-testid="boot-error" role="alert">
            <p class="boot-name">{t::stopped()}</p>
            <p>{t::stopped_why(&reason)}</p>
            <p>{t::stopped_next()}</p>
            <button type="button" class="button primary" on:click=|_| reload()>{t::reload()}</button>
        </div>
    }
    .into_any()
}

#[component]
fn Console() -> impl IntoView {
    let layer = expect_context::<RwSignal<Layer>>();
    // Never one in the place of the other: the browser tells late that a dialog was closed, and must
    // not tell it of the next one.
    let on_top = move || match layer.get() {
        Layer::None => EitherOf3::A(()),
        Layer::Palette => EitherOf3::B(view! { <palette::Palette/> }),
        Layer::Help => EitherOf3::C(view! { <help::Help/> }),
    };
    view! {
        <a class="skip" href="#main" on:click=listen::skip>{t::skip()}</a>
        <div class="frame">
            <rail::Rail/>
            <top::TopBar/>
            <banner::Banner/>
            <div class="stage" id="stage">
                <main id="main" tabindex="-1"><parts::Page/></main>
            </div>
            <notices::Notices/>
            <status::StatusBar/>
        </div>
        {on_top}
    }
    .into_any()
}

/// What shows the keyboard's shortcuts when it is called.
pub(crate) fn help() -> impl Fn() + Copy {
    let layer = expect_context::<RwSignal<Layer>>();
    move || layer.set(Layer::Help)
}

/// Loads the page anew.
fn reload() {
    // A page that cannot be reloaded is being closed.
    let _ = window().location().reload();
}

/// Closes the menu with this id, after something in it was chosen.
fn close_popover(id: &str) {
    if let Some(menu) = document().get_element_by_id(id) {
        // Refused only when it is closed.
        let _ = menu.unchecked_ref::<web_sys::HtmlElement>().hide_popover();
    }
}
