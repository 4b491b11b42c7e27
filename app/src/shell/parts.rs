//! The parts of the page: its first page is small, and the others come when they are opened.
//!
//! `cargo xtask` splits the WebAssembly at the functions of this module; in a page that was built
//! by trunk alone everything is there from the start.

use core::cell::Cell;
use core::pin::Pin;
use core::time::Duration;

use leptos::prelude::*;
use leptos::task::spawn_local;
#[cfg(split)]
use leptos::wasm_split::wasm_split;
use mcs_view::protocol::DecodeError;
use web_sys::Event;

use crate::engine::Question;
use crate::pages;
use crate::route::Route;
use crate::store::{self, Store};
use crate::texts::shell as t;
use crate::ui::{Icon, Loading, Symbol};

/// Paints a page.
type Painter = fn(Route) -> AnyView;

/// Takes what only further pages show of a frame: see [`store::read`].
type Reader = fn(Store, &Question, &[u8]) -> Result<(), DecodeError>;

/// What comes with a part, or that it did not come.
type Loaded = Result<(Painter, Reader), Missing>;

/// A part that is loaded by itself.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Part {
    /// Cards and charts: a device, and prototypes, whose editor shows cards too.
    Device,
    /// Everything that is not looked at all day.
    Workshop,
}

thread_local! {
    static DEVICE: Cell<Option<Painter>> = const { Cell::new(None) };
    static WORKSHOP: Cell<Option<Painter>> = const { Cell::new(None) };
    static READER: Cell<Option<Reader>> = const { Cell::new(None) };
}

/// What every part brings with it; absent until the first of them is here.
pub(crate) fn reader() -> Option<Reader> {
    READER.get()
}

/// Fetches every part before it is asked for, once the first page stands, and then says that
/// everything is here: the service worker keeps it (app/boot.js).
pub(super) fn fetch_ahead() {
    let fetch = async {
        for part in [Part::Device, Part::Workshop] {
            if part.load().await.is_err() {
                // The page that needs it tries again, and says what is wrong.
                return;
            }
        }
        if let Ok(event) = Event::new(LOADED) {
            // Nobody cancels it.
            let _ = window().dispatch_event(&event);
        }
    };
    set_timeout(|| spawn_local(fetch), AHEAD);
}

/// When everything is here.
const LOADED: &str = "mcs-loaded";

/// The first page has been painted by then, even of a slow server.
const AHEAD: Duration = Duration::from_secs(2);

/// The open page.
#[component]
pub(super) fn Page() -> impl IntoView {
    let store = expect_context::<Store>();
    move || match store.route.get() {
        Route::Devices => view! { <pages::Devices/> }.into_any(),
        Route::Unknown(path) => view! { <pages::NotFound path/> }.into_any(),
        route => view! { <Later route/> }.into_any(),
    }
}

/// A page that may have to be loaded first.
#[component]
fn Later(route: Route) -> impl IntoView {
    let part = Part::of(&route);
    let painter = RwSignal::new(part.loaded().map(Ok));
    if part.loaded().is_none() {
        spawn_local(async move {
            let loaded = part.load().await;
            // Nobody waits for it when another page was opened meanwhile.
            painter.try_set(Some(loaded));
        });
    }
    move || {
        match painter.get() {
        Some(Ok(paint)) => paint(route.clone()),
        Some(Err(Missing)) => view! { <NotLoaded/> }.into_any(),
        None => view! { <div class="page"><Loading text=t::loading_page() testid="page-loading"/></div> }.into_any(),
    }
    }
}

#[component]
fn NotLoaded() -> impl IntoView {
    view! {
        <div class="page">
            <div class="empty" data-testid="page-failed" role="alert">
                <Icon symbol=Symbol::Warning/>
                <p class="empty-title">{t::page_failed()}</p>
                <p>{t::page_failed_why()}</p>
                <button type="button" class="button primary" on:click=|_| super::reload()>{t::reload()}</button>
            </div>
        </div>
    }
    .into_any()
}

impl Part {
    fn of(route: &Route) -> Self {
        match route {
            Route::Device(_) | Route::Prototypes(_) => Self::Device,
            _ => Self::Workshop,
        }
    }

    fn loaded(self) -> Option<Painter> {
        self.place(Cell::get)
    }

    /// Its painter, fetched at the first call.
    async fn load(self) -> Result<Painter, Missing> {
        let loading: Pin<Box<dyn Future<Output = Loaded>>> = match self {
            Self::Device => Box::pin(load_device()),
            Self::Workshop => Box::pin(load_workshop()),
        };
        let (painter, reader) = loading.await?;
        READER.set(Some(reader));
        self.place(|place| place.set(Some(painter)));
        Ok(painter)
    }

    fn place<T>(self, use_it: impl FnOnce(&Cell<Option<Painter>>) -> T) -> T {
        match self {
            Self::Device => DEVICE.with(use_it),
            Self::Workshop => WORKSHOP.with(use_it),
        }
    }
}

/// A part could not be fetched.
#[derive(Clone, Copy)]
struct Missing;

#[cfg(split)]
impl From<leptos::wasm_split::SplitLoaderError> for Missing {
    fn from(_: leptos::wasm_split::SplitLoaderError) -> Self {
        Self
    }
}

/// Makes what a part brings asynchronous: where the page is split, by loading it.
macro_rules! part {
    ($part:ident, $load:ident, $paint:ident) => {
        #[cfg(split)]
        #[wasm_split($part, wasm_split_path = leptos::wasm_split, fallible)]
        fn $load() -> Loaded {
            Ok(($paint, store::read))
        }

        #[cfg(not(split))]
        async fn $load() -> Loaded {
            Ok(($paint, store::read))
        }
    };
}

part!(device, load_device, device);
part!(workshop, load_workshop, workshop);

fn device(route: Route) -> AnyView {
    match route {
        Route::Device(id) => view! { <pages::Device id/> }.into_any(),
        Route::Prototypes(open) => view! { <pages::Prototypes open/> }.into_any(),
        _ => ().into_any(),
    }
}

fn workshop(route: Route) -> AnyView {
    match route {
        Route::Firmware(_) => view! { <pages::Firmware/> }.into_any(),
        Route::Rollouts(place) => view! { <pages::Rollouts place/> }.into_any(),
        Route::Messages => view! { <pages::Messages/> }.into_any(),
        Route::Connections => view! { <pages::Connections/> }.into_any(),
        Route::Settings => view! { <pages::Settings/> }.into_any(),
        Route::Devices | Route::Device(_) | Route::Prototypes(_) | Route::Unknown(_) => {
            ().into_any()
        }
    }
}
