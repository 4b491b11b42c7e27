//! What the browser tells the page: the address, the network, visibility, keys.

use leptos::ev::{self, KeyboardEvent, MouseEvent};
use leptos::prelude::*;
use wasm_bindgen::{JsCast, JsValue};
use web_sys::{Element, HtmlElement};

use super::palette::Layer;
use crate::clock;
use crate::language::{self, Language};
use crate::preferences::Preferences;
use crate::route::{Query, Route};
use crate::store::Store;

/// The page that the address names.
pub(crate) fn route() -> Route {
    Route::parse(&hash())
}

/// Which view of it the address names.
pub(crate) fn query() -> Query {
    Query::parse(&hash())
}

/// Whether the address names no page.
pub(crate) fn is_home() -> bool {
    matches!(hash().as_str(), "" | "#" | "#/")
}

/// Goes to a page, as a link would.
pub(crate) fn open(route: &Route) {
    // The hash of a page can always be set.
    let _ = window().location().set_hash(&route.href());
}

/// Shows another view of the page: the address says so, and *back* still leaves the page.
pub(crate) fn show(store: Store, query: Query) {
    let route = store.route.get_untracked();
    let address = format!("{}{query}", route.href());
    if let Ok(history) = window().history() {
        // Refused only when asked for hundreds of times a second: the view changes all the same.
        let _ = history.replace_state_with_url(&JsValue::NULL, "", Some(&address));
    }
    store.open(route, query);
}

/// Listens for as long as the page lives; `wake` is called when waiting makes no sense any more.
pub(super) fn listen(store: Store, preferences: Preferences, wake: impl Fn() + Copy + 'static) {
    let layer = expect_context::<RwSignal<Layer>>();
    window_event_listener(ev::hashchange, move |_| {
        layer.set(Layer::None);
        if store.open(route(), query()) {
            arrive();
        }
    });
    window_event_listener(ev::online, move |_| wake());
    window_event_listener(ev::pageshow, move |_| wake());
    window_event_listener(ev::keydown, move |event| key(layer, &event));
    // Another tab chose another language: one operator reads one language.
    window_event_listener(ev::storage, move |event| {
        let tag = event.new_value().filter(|_| event.key().as_deref() == Some(language::KEY));
        if let Some(language) = tag.as_deref().and_then(Language::of) {
            preferences.choose_language(language);
        }
    });
    let visible = window_event_listener_untyped("visibilitychange", move |_| {
        if document().hidden() {
            store.away.hide(clock::now(), store.stats.get_untracked().messages);
        } else {
            store.away.show(clock::now());
            wake();
        }
    });
    // All of them last as long as the page.
    core::mem::forget(visible);
}

/// Another page was opened: it is seen from its top, and whoever hears it hears its heading.
fn arrive() {
    if let Some(stage) = document().get_element_by_id("stage") {
        stage.set_scroll_top(0);
    }
    // The heading is there after the next paint at the latest.
    request_animation_frame(|| {
        let heading = document().query_selector("#main h1").ok().flatten();
        match heading {
            Some(heading) => {
                // Fails only on names that are none.
                let _ = heading.set_attribute("tabindex", "-1");
                // Only an element without a box refuses.
                let _ = heading.unchecked_ref::<HtmlElement>().focus();
            }
            None => focus("main"),
        }
    });
}

/// The link that skips the navigation; a plain one would name another page.
pub(crate) fn skip(event: MouseEvent) {
    event.prevent_default();
    focus("main");
}

fn hash() -> String {
    window().location().hash().unwrap_or_default()
}

/// Ctrl+K or ⌘K searches everything, `/` the page if it has a search, `?` shows the shortcuts.
fn key(layer: RwSignal<Layer>, event: &KeyboardEvent) {
    let (control, name) = (event.ctrl_key() || event.meta_key(), event.key());
    let plain = !control && !event.alt_key() && !is_typing(event);
    match name.as_str() {
        "k" | "K" if control && !event.alt_key() && !event.shift_key() => {
            layer.set(if layer.get_untracked() == Layer::Palette {
                Layer::None
            } else {
                Layer::Palette
            });
        }
        "?" if plain => layer.set(Layer::Help),
        "/" if plain && layer.get_untracked() == Layer::None => match search_of_the_page() {
            // Only an element without a box refuses.
            Some(field) => drop(field.unchecked_ref::<HtmlElement>().focus()),
            None => layer.set(Layer::Palette),
        },
        _ => return,
    }
    event.prevent_default();
}

fn search_of_the_page() -> Option<Element> {
    document().query_selector("#main input[type=search]").ok().flatten()
}

fn is_typing(event: &KeyboardEvent) -> bool {
    let target = event.target().and_then(|it| it.dyn_into::<HtmlElement>().ok());
    target.is_some_and(|it| {
        let takes_text = matches!(it.tag_name().as_str(), "INPUT" | "TEXTAREA" | "SELECT")
            || it.is_content_editable();
        // A field keeps the focus for a moment after the dialog around it was closed.
        takes_text && it.closest("dialog:not([open])").ok().flatten().is_none()
    })
}

fn focus(id: &str) {
    if let Some(element) = document().get_element_by_id(id) {
        // Only an element without a box refuses.
        let _ = element.unchecked_ref::<HtmlElement>().focus();
    }
}
