//! What pointers and the wheel do: a mouse selects a time by dragging, a finger moves it, two
//! fingers zoom. The wheel alone scrolls the page, as everywhere else.

use std::rc::Rc;

use leptos::ev::{PointerEvent, WheelEvent};
use leptos::prelude::*;
use wasm_bindgen::JsCast;
use web_sys::Element;

use super::plot::{Plot, Timeline};
use super::span::{Edges, Span};

/// A shorter way is a click, in CSS pixels.
const CLICK: f64 = 6.0;
/// How much a step of the wheel zooms: the power of e for each pixel.
const WHEEL_ZOOM: f64 = 0.002;

/// The gestures on one chart; a handle.
#[derive(Clone, Copy)]
pub(super) struct Gestures {
    plot: StoredValue<Rc<Plot>, LocalStorage>,
    time: Timeline,
    held: StoredValue<Vec<Held>, LocalStorage>,
    /// The time that was shown when the last pointer came or went.
    begun: StoredValue<Option<(Span, Edges)>, LocalStorage>,
    hint: StoredValue<Box<dyn Fn()>, LocalStorage>,
}

/// A pointer that is down.
#[derive(Clone, Copy)]
struct Held {
    id: i32,
    /// It moves the time instead of selecting some.
    moves: bool,
    /// Where it was when the last pointer came or went, and where it is.
    from: f64,
    at: f64,
}

impl Gestures {
    /// `hint` says what the wheel would do.
    pub(super) fn new(
        plot: StoredValue<Rc<Plot>, LocalStorage>,
        time: Timeline,
        hint: impl Fn() + 'static,
    ) -> Self {
        let hint: Box<dyn Fn()> = Box::new(hint);
        Self {
            plot,
            time,
            held: StoredValue::new_local(Vec::new()),
            begun: StoredValue::new_local(None),
            hint: StoredValue::new_local(hint),
        }
    }

    pub(super) fn down(self, event: &PointerEvent) {
        let x = f64::from(event.offset_x());
        let finger = event.pointer_type() == "touch";
        if event.button() != 0 {
            return;
        }
        if let Some(element) = event.target().and_then(|it| it.dyn_into::<Element>().ok()) {
            // Refused only for a pointer that is gone already.
            let _ = element.set_pointer_capture(event.pointer_id());
        }
        let moves = finger || event.shift_key();
        let held = Held { id: event.pointer_id(), moves, from: x, at: x };
        self.held.update_value(|all| all.push(held));
        self.begin();
        self.point(x);
    }

    pub(super) fn moved(self, event: &PointerEvent) {
        let x = f64::from(event.offset_x());
        self.held.update_value(|all| {
            all.iter_mut().filter(|it| it.id == event.pointer_id()).for_each(|it| it.at = x);
        });
        match self.held.get_value()[..] {
            [] => self.point(x),
            [held] if held.moves => {
                self.point(x);
                self.change(|span, edges, per_pixel| {
                    span.moved(edges, (held.from - held.at) * per_pixel)
                });
            }
            [held] => {
                self.point(x);
                let selected = (held.at - held.from).abs() >= CLICK;
                self.plot.with_value(|plot| {
                    let places = (plot.place(held.from), plot.place(held.at));
                    plot.dragged.set(selected.then_some(places));
                });
            }
            [a, b, ..] => {
                let apart = |a: f64, b: f64| (a - b).abs().max(20.0);
                let factor = apart(a.from, b.from) / apart(a.at, b.at);
                let anchor = self.plot.with_value(|plot| plot.place((a.from + b.from) / 2.0));
                let moved = (a.from + b.from - a.at - b.at) / 2.0;
                self.change(|span, edges, per_pixel| {
                    let zoomed = span.zoomed(edges, anchor, factor);
                    let end = zoomed.end.unwrap_or(edges.now);
                    let start = end.saturating_sub(zoomed.length);
                    zoomed.moved(Edges { start, end, ..edges }, moved * per_pixel)
                });
            }
        }
    }

    pub(super) fn up(self, event: &PointerEvent) {
        let held = self.release(event);
        let selected = self.plot.with_value(|plot| plot.dragged.take());
        if let (Some(_), Some((from, to))) = (held, selected) {
            self.change(|span, edges, _| span.between(edges, from, to));
        }
        self.begin();
    }

    pub(super) fn left(self, event: &PointerEvent) {
        self.release(event);
        self.cancel();
        if event.pointer_type() != "touch" {
            self.time.cursor.set(None);
        }
    }

    /// What was begun does not happen.
    pub(super) fn cancel(self) {
        self.plot.with_value(|plot| plot.dragged.set(None));
        self.held.update_value(Vec::clear);
    }

    pub(super) fn wheel(self, event: &WheelEvent) {
        // A trackpad's pinch comes as a wheel with Ctrl.
        if event.ctrl_key() || event.meta_key() {
            let anchor = self.plot.with_value(|plot| plot.place(f64::from(event.offset_x())));
            let factor = (event.delta_y() * WHEEL_ZOOM).exp();
            self.time.change(|span, edges| span.zoomed(edges, anchor, factor));
        } else if event.shift_key() || event.delta_x().abs() > event.delta_y().abs() {
            let pixels = if event.delta_x() == 0.0 { event.delta_y() } else { event.delta_x() };
            let by = self.plot.with_value(|plot| plot.per_pixel()) * pixels;
            self.time.change(|span, edges| span.moved(edges, by));
        } else {
            self.hint.with_value(|hint| hint());
            return;
        }
        event.prevent_default();
    }

    fn point(self, x: f64) {
        let place = self.plot.with_value(|plot| plot.place(x));
        self.time.cursor.set(Some(place));
    }

    /// Gestures are measured from where they began, not from step to step: nothing adds up.
    fn begin(self) {
        self.begun.set_value(Some((self.time.span.get_untracked(), self.time.edges())));
        self.held.update_value(|all| all.iter_mut().for_each(|it| it.from = it.at));
    }

    fn release(self, event: &PointerEvent) -> Option<Held> {
        self.held
            .try_update_value(|all| {
                let place = all.iter().position(|it| it.id == event.pointer_id())?;
                Some(all.remove(place))
            })
            .flatten()
    }

    fn change(self, change: impl FnOnce(Span, Edges, f64) -> Span) {
        let Some((span, edges)) = self.begun.get_value() else { return };
        let per_pixel = self.plot.with_value(|plot| plot.per_pixel());
        let span = change(span, edges, per_pixel);
        if self.time.span.get_untracked() != span {
            self.time.span.set(span);
        }
    }
}
