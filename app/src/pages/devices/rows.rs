//! As many rows as have been looked at: a list of a thousand devices costs what is seen of it.

use leptos::html;
use leptos::prelude::*;

use mcs_model::DeviceId;
use mcs_view::arrange::Arrangement;
use wasm_bindgen::prelude::*;
use web_sys::{HtmlDivElement, IntersectionObserver, IntersectionObserverEntry};

use super::row::Row;
use crate::ui::{Memo, in_turn};

/// Rows that there are at first; more come, twice as many each time, when the last one is near.
const FIRST: usize = 60;

/// Rows that are made in one animation frame: all of them at once would hold the page up.
const SLICE: usize = 24;

/// The rows of these devices.
#[component]
pub(super) fn Rows(ids: Memo<Vec<DeviceId>>, arrangement: Signal<Arrangement>) -> impl IntoView {
    let most = RwSignal::new(FIRST);
    // What another arrangement finds is looked at from its top.
    Effect::new(move |_| {
        arrangement.track();
        most.set(FIRST);
    });
    let looked_at =
        move || ids.with(|ids| ids.iter().take(most.get()).cloned().collect::<Vec<_>>());
    let shown = in_turn(looked_at, SLICE);
    let is_cut = Memo::new(move || ids.with(Vec::len) > most.get());
    let more = Callback::new(move |()| most.update(|most| *most *= 2));
    view! {
        <ul class="rows" data-testid="device-list">
            <For each=move || shown.get() key=Clone::clone let:id><Row id/></For>
        </ul>
        {move || is_cut.get().then(|| view! { <Edge on_near=more/> })}
    }
}

/// The end of what was made so far.
#[component]
fn Edge(on_near: Callback<()>) -> impl IntoView {
    let edge = NodeRef::<html::Div>::new();
    let watcher = StoredValue::new_local(None::<Watcher>);
    edge.on_load(move |edge: HtmlDivElement| watcher.set_value(Watcher::new(&edge, on_near)));
    on_cleanup(move || {
        watcher.try_update_value(Option::take);
    });
    view! { <div node_ref=edge class="rows-edge"></div> }
}

/// An observer that stops when dropped.
struct Watcher {
    observer: IntersectionObserver,
    _seen: Closure<dyn Fn(Vec<IntersectionObserverEntry>)>,
}

impl Watcher {
    fn new(edge: &HtmlDivElement, on_near: Callback<()>) -> Option<Self> {
        let seen = Closure::<dyn Fn(_)>::new(move |entries: Vec<IntersectionObserverEntry>| {
            if entries.iter().any(IntersectionObserverEntry::is_intersecting) {
                on_near.try_run(());
            }
        });
        let observer = IntersectionObserver::new(seen.as_ref().unchecked_ref()).ok()?;
        observer.observe(edge);
        Some(Self { observer, _seen: seen })
    }
}

impl Drop for Watcher {
    fn drop(&mut self) {
        self.observer.disconnect();
    }
}
