//! How large a chart's canvas is, whether anybody can see it, and in which colours.

use std::rc::Rc;

use leptos::html;
use leptos::prelude::*;
use wasm_bindgen::prelude::*;
use web_sys::{
    HtmlCanvasElement, IntersectionObserver, IntersectionObserverEntry, MediaQueryList,
    ResizeObserver, ResizeObserverEntry,
};

use super::Plot;

/// Tells the plot how large the canvas is, whether anybody can see it, and when the system turns
/// light or dark.
pub(super) fn watch(canvas: NodeRef<html::Canvas>, plot: StoredValue<Rc<Plot>, LocalStorage>) {
    let watchers = StoredValue::new_local(None::<Watchers>);
    canvas.on_load(move |canvas: HtmlCanvasElement| {
        watchers.set_value(Watchers::new(&canvas, plot));
    });
    on_cleanup(move || {
        watchers.try_update_value(|watchers| watchers.take());
    });
}

/// Observers that stop when dropped.
struct Watchers {
    size: ResizeObserver,
    sight: IntersectionObserver,
    scheme: MediaQueryList,
    _scheme: Closure<dyn Fn()>,
    _size: Closure<dyn Fn(Vec<ResizeObserverEntry>)>,
    _sight: Closure<dyn Fn(Vec<IntersectionObserverEntry>)>,
}

impl Watchers {
    fn new(canvas: &HtmlCanvasElement, plot: StoredValue<Rc<Plot>, LocalStorage>) -> Option<Self> {
        let target = canvas.clone();
        let on_size = Closure::<dyn Fn(_)>::new(move |entries: Vec<ResizeObserverEntry>| {
            if let Some(rect) = entries.last().map(ResizeObserverEntry::content_rect) {
                plot.try_with_value(|plot| plot.resize(&target, rect.width(), rect.height()));
            }
        });
        let on_sight = Closure::<dyn Fn(_)>::new(move |entries: Vec<IntersectionObserverEntry>| {
            if let Some(entry) = entries.last() {
                plot.try_with_value(|plot| {
                    plot.on_screen.set(entry.is_intersecting());
                    plot.touch();
                });
            }
        });
        let size = ResizeObserver::new(on_size.as_ref().unchecked_ref()).ok()?;
        let sight = IntersectionObserver::new(on_sight.as_ref().unchecked_ref()).ok()?;
        let scheme = window().match_media("(prefers-color-scheme: dark)").ok().flatten()?;
        let on_scheme = Closure::<dyn Fn()>::new(move || {
            plot.try_with_value(|plot| plot.touch());
        });
        scheme.set_onchange(Some(on_scheme.as_ref().unchecked_ref()));
        size.observe(canvas);
        sight.observe(canvas);
        Some(Self { size, sight, scheme, _scheme: on_scheme, _size: on_size, _sight: on_sight })
    }
}

impl Drop for Watchers {
    fn drop(&mut self) {
        self.size.disconnect();
        self.sight.disconnect();
        self.scheme.set_onchange(None);
    }
}
