//! What the browser tells the page: the address, the network, visibility, keys.

use leptos::ev::{self, KeyboardEvent, MouseEvent};
use leptos::prelude::*;
use wasm_bindgen::{JsCast, JsValue};
use web_sys::HtmlElement;

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
pub(crate) fn listen(store: Store, wake: impl Fn() + Copy + 'static) {
    window_event_listener(ev::hashchange, move |_| {
        let another = store.open(route(), query());
        if let Some(stage) = document().get_element_by_id("stage").filter(|_| another) {
            stage.set_scroll_top(0);
        }
    });
    window_event_listener(ev::online, move |_| wake());
    window_event_listener(ev::pageshow, move |_| wake());
    window_event_listener(ev::keydown, move |event| key(store, &event));
    let visible = window_event_listener_untyped("visibilitychange", move |_| {
        if !document().hidden() {
            wake();
        }
    });
    // All of them last as long as the page.
    core::mem::forget(visible);
}

/// The link that skips the navigation; a plain one would name another page.
pub(crate) fn skip(event: MouseEvent) {
    event.prevent_default();
    focus("main");
}

fn hash() -> String {
    window().location().hash().unwrap_or_default()
}

/// `/` goes to the filter of the messages where they are open; else `/` and Ctrl+K or ⌘K search the
/// devices.
fn key(store: Store, event: &KeyboardEvent) {
    let slash = event.key() == "/" && !event.ctrl_key() && !is_typing(event);
    let k = event.key().eq_ignore_ascii_case("k") && (event.ctrl_key() || event.meta_key());
    if !slash && !k {
        return;
    }
    event.prevent_default();
    if slash && store.route.get_untracked() == Route::Messages {
        return focus("message-filter");
    }
    if store.route.get_untracked() != Route::Devices {
        open(&Route::Devices);
    }
    // The field is there after the next paint at the latest.
    request_animation_frame(|| focus("device-search"));
}

fn is_typing(event: &KeyboardEvent) -> bool {
    let target = event.target().and_then(|it| it.dyn_into::<HtmlElement>().ok());
    target.is_some_and(|it| {
        matches!(it.tag_name().as_str(), "INPUT" | "TEXTAREA" | "SELECT")
            || it.is_content_editable()
    })
}

fn focus(id: &str) {
    if let Some(element) = document().get_element_by_id(id) {
        // Only an element without a box refuses.
        let _ = element.unchecked_ref::<HtmlElement>().focus();
    }
}
