//! The log: as many rows as fit on the screen, however many there are.

use leptos::ev::KeyboardEvent;
use leptos::html;
use leptos::prelude::*;
use mcs_view::protocol::{Direction, Filter, LogRow, LogView};
use wasm_bindgen::prelude::*;
use web_sys::{HtmlDivElement, ResizeObserver, ResizeObserverEntry};

use super::scroll::Scroll;
use super::state::Page;
use super::words;
use crate::clock;
use crate::format;
use crate::texts::messages as t;

/// Height of a row, one line and on narrow screens two, in pixels; the stylesheet has the same.
const ROW: f64 = 28.0;
const ROW_NARROW: f64 = 52.0;

/// A list narrower than this has rows of two lines, in pixels.
const NARROW: f64 = 640.0;

/// One row on the screen, filled with whatever message is there.
type Slot = ArcRwSignal<Option<LogRow>>;

/// The parts of the list.
#[derive(Clone, Copy)]
struct List {
    page: Page,
    scroller: NodeRef<html::Div>,
    spacer: NodeRef<html::Div>,
    body: NodeRef<html::Div>,
    /// Width and height of the window.
    size: RwSignal<(f64, f64)>,
    slots: RwSignal<Vec<Slot>>,
    /// Where the window was, and the origin of the rows in it.
    last: StoredValue<(f64, i64)>,
}

/// The messages that match.
#[component]
pub(super) fn Log(page: Page) -> impl IntoView {
    let list = List {
        page,
        scroller: NodeRef::new(),
        spacer: NodeRef::new(),
        body: NodeRef::new(),
        size: RwSignal::new((0.0, 0.0)),
        slots: RwSignal::new(Vec::new()),
        last: StoredValue::new((0.0, 0)),
    };
    watch(list.scroller, list.size);
    Effect::new(move |_| list.fit());
    Effect::new(move |_| page.inspector.log.with(|log| log.iter().for_each(|log| list.show(log))));
    // Another filter: the end of what it finds is seen first.
    Effect::new(move |before: Option<Filter>| {
        let filter = page.filter();
        if before.is_some_and(|it| it != filter) {
            page.sticks.set(true);
        }
        filter
    });
    let is_narrow = Memo::new(move |_| list.size.get().0 < NARROW);
    let total =
        Memo::new(move |_| page.inspector.log.with(|it| it.as_ref().map_or(0, |it| it.total)));
    view! {
        <div class="log" class:narrow=is_narrow>
            <div class="log-head" aria-hidden="true">
                <span>{t::time()}</span><span></span><span>{t::topic()}</span><span>"QoS"</span><span></span>
                <span class="log-size">{t::size()}</span><span>{t::payload()}</span>
            </div>
            <div class="log-scroll" node_ref=list.scroller tabindex="0" role="grid" id="message-log"
                aria-label=t::log() aria-rowcount=move || total.get().to_string()
                aria-activedescendant=move || list.active().map(name)
                data-testid="message-log" data-total=move || total.get().to_string()
                on:scroll=move |_| list.scrolled() on:keydown=move |event| list.key(&event)>
                <div class="log-spacer" node_ref=list.spacer>
                    <div class="log-rows" role="rowgroup" node_ref=list.body>
                        <For each=move || list.slots.get().into_iter().enumerate() key=|(index, _)| *index let((_, slot))>
                            <Row page shown=slot/>
                        </For>
                    </div>
                </div>
            </div>
        </div>
    }
}

impl List {
    /// As many rows as the window needs.
    fn fit(self) {
        let count = self.scroll(0).count();
        self.slots.update(|slots| slots.resize_with(count as usize, || ArcRwSignal::new(None)));
        self.page.count.set(count);
    }

    /// The list as it is now.
    fn scroll(self, total: u64) -> Scroll {
        let (width, window) = self.size.get();
        let row = if width < NARROW { ROW_NARROW } else { ROW };
        let top = self.scroller.get_untracked().map_or(0.0, |it| f64::from(it.scroll_top()));
        Scroll { top, window, row, total }
    }

    /// Fills the rows. What stood on the screen stays there, unless the list sticks to its end.
    fn show(self, log: &LogView) {
        let (Some(scroller), Some(spacer), Some(body)) =
            (self.scroller.get(), self.spacer.get(), self.body.get())
        else {
            return;
        };
        let list = self.scroll(log.total);
        set(&spacer, "height", &format!("{}px", list.height()));
        #[expect(clippy::cast_precision_loss, reason = "less than a million rows")]
        let offset = log.first as f64 * list.row;
        set(&body, "transform", &format!("translateY({offset}px)"));
        let (_, origin) = self.last.get_value();
        #[expect(clippy::cast_precision_loss, reason = "less than a million rows")]
        let shift = (log.origin - origin) as f64 * list.row;
        let top = if self.page.sticks.get_untracked() { list.end() } else { list.top - shift };
        #[expect(clippy::cast_possible_truncation, reason = "pixels")]
        if (top - list.top).abs() >= 1.0 {
            scroller.set_scroll_top(top.round() as i32);
        }
        self.last.set_value((f64::from(scroller.scroll_top()), log.origin));
        self.slots.with(|slots| {
            for (index, slot) in slots.iter().enumerate() {
                let row = log.rows.get(index);
                if slot.read_untracked().as_ref() != row {
                    slot.set(row.cloned());
                }
            }
        });
    }

    /// The operator scrolled, or we did.
    fn scrolled(self) {
        let page = self.page;
        let Some(total) = page.inspector.log.with_untracked(|it| it.as_ref().map(|it| it.total))
        else {
            return;
        };
        let list = untrack(|| self.scroll(total));
        let (before, origin) = self.last.get_value();
        self.last.set_value((list.top, origin));
        if list.is_at_end() {
            if page.pause.get_untracked().is_some_and(|it| it.by_scrolling) {
                page.pause.set(None);
            }
            page.sticks.set(true);
            return;
        }
        // Growing moves the end away, and is no scrolling.
        if list.top < before - 1.0 || !page.sticks.get_untracked() {
            self.stand(list, origin);
        }
    }

    /// Stays where it is.
    fn stand(self, list: Scroll, origin: i64) {
        let page = self.page;
        if page.pause.with_untracked(Option::is_none) {
            page.stop(true);
        }
        page.place.set(origin.saturating_add_unsigned(list.first()));
        page.sticks.set(false);
    }

    fn key(self, event: &KeyboardEvent) {
        let page = self.page;
        if event.ctrl_key() || event.alt_key() || event.meta_key() {
            return;
        }
        let visible = untrack(|| {
            let (_, height) = self.size.get();
            (height / self.scroll(0).row).max(1.0)
        });
        #[expect(clippy::cast_possible_truncation, reason = "rows of a screen")]
        let leap = visible as i64 - 1;
        match event.key().as_str() {
            "ArrowDown" => self.step(1),
            "ArrowUp" => self.step(-1),
            "PageDown" => self.step(leap),
            "PageUp" => self.step(-leap),
            "Home" => self.step(i64::MIN / 2),
            "End" => {
                self.step(i64::MAX / 2);
                if page.pause.get_untracked().is_some_and(|it| it.by_scrolling) {
                    page.follow();
                }
            }
            "Enter" => page.cursor.get_untracked().into_iter().for_each(|row| page.show(row)),
            _ => return,
        }
        event.prevent_default();
    }

    /// The row under the cursor, while it is one of those that are rendered.
    fn active(self) -> Option<u64> {
        let cursor = self.page.cursor.get()?;
        let is_it = |slot: &Slot| slot.with(|row| row.as_ref().is_some_and(|it| it.row == cursor));
        self.slots.with(|slots| slots.iter().any(is_it)).then_some(cursor)
    }

    /// Moves the cursor by so many rows, and the list with it.
    fn step(self, by: i64) {
        let page = self.page;
        let Some(log) = page.inspector.log.get_untracked() else { return };
        if log.total == 0 {
            return;
        }
        let list = untrack(|| self.scroll(log.total));
        let cursor = page.cursor.get_untracked();
        let here = log.rows.iter().position(|it| Some(it.row) == cursor);
        let here = here.map_or_else(
            || if by < 0 { log.total } else { list.first_visible() },
            |index| log.first + index as u64,
        );
        let place = here.saturating_add_signed(by).min(log.total - 1);
        // A row that is not here yet is under the cursor as soon as it is.
        let index = usize::try_from(place.saturating_sub(log.first)).ok();
        let row = index.filter(|_| place >= log.first).and_then(|index| log.rows.get(index));
        if let Some(row) = row {
            page.cursor.set(Some(row.row));
            if page.open.with_untracked(Option::is_some) {
                page.show(row.row);
            }
        } else {
            page.cursor.set(None);
        }
        #[expect(clippy::cast_possible_truncation, reason = "pixels")]
        if let Some(scroller) = self.scroller.get_untracked() {
            scroller.set_scroll_top(list.to(place).round() as i32);
        }
    }
}

#[component]
fn Row(page: Page, shown: Slot) -> impl IntoView {
    // One look at the message for all cells; each changes only with what it shows.
    let cell = move |part: fn(&LogRow) -> String| {
        let shown = shown.clone();
        Memo::new(move |_| shown.with(|row| row.as_ref().map(part).unwrap_or_default()))
    };
    let number = cell(|row| row.row.to_string());
    let row = move || number.with(|it| it.parse::<u64>().ok());
    let direction = cell(|row| match row.direction {
        Direction::Received => "received".to_owned(),
        Direction::Sent => "sent".to_owned(),
    });
    let way = move || match direction.with(|it| it == "sent") {
        true => t::tab_sent(),
        false => t::tab_received(),
    };
    let time = cell(|row| words::time(row.at.as_millis()));
    let when = cell(|row| clock::local(row.at.as_millis()).date_and_time());
    let topic = cell(words::topic);
    let full = cell(|row| row.topic.clone());
    let qos = cell(|row| row.qos.to_string());
    let marks = cell(|row| match (row.retained, row.duplicate) {
        (true, true) => "R D".to_owned(),
        (true, false) => "R".to_owned(),
        (false, true) => "D".to_owned(),
        (false, false) => String::new(),
    });
    let colour = cell(|row| row.colour.map(|it| it.to_string()).unwrap_or_default());
    let size = cell(|row| format::bytes(row.size));
    let payload = cell(|row| words::preview(&row.preview));
    let tone = cell(|row| row.fate.as_ref().map_or("", |it| words::fate(it).0).to_owned());
    let fate = cell(|row| row.fate.as_ref().map(|it| words::fate(it).1).unwrap_or_default());
    view! {
        <div class="log-row" role="row" class:gone=move || row().is_none()
            id=move || row().map(name) data-testid="message-row"
            data-colour=move || colour.get() data-row=move || number.get() data-direction=move || direction.get()
            class:cursor=move || row().is_some() && page.cursor.get() == row()
            aria-selected=move || (row().is_some() && page.open.get() == row()).to_string()
            on:click=move |_| row().into_iter().for_each(|row| page.show(row))>
            <span role="gridcell" class="log-time number" title=move || when.get()>{move || time.get()}</span>
            <span role="gridcell" class="log-way" title=way>
                <span aria-hidden="true">{move || if direction.with(|it| it == "sent") { "↑" } else { "↓" }}</span>
                <span class="sr-only">{way}</span>
            </span>
            <span role="gridcell" class="log-topic" title=move || full.get()>{move || topic.get()}</span>
            <span role="gridcell" class="log-qos number">{move || qos.get()}</span>
            <span role="gridcell" class="log-marks" class:gone=move || marks.with(String::is_empty)
                title=t::marks()>{move || marks.get()}</span>
            <span role="gridcell" class="log-size number">{move || size.get()}</span>
            <span role="gridcell" class="log-payload">{move || payload.get()}</span>
            <span role="gridcell" class="log-fate state" class:gone=move || fate.with(String::is_empty) data-tone=move || tone.get()>{move || fate.get()}</span>
        </div>
    }
}

/// The id of a row's element.
fn name(row: u64) -> String {
    format!("message-{row}")
}

/// Tells how large the window is.
fn watch(scroller: NodeRef<html::Div>, size: RwSignal<(f64, f64)>) {
    let watcher = StoredValue::new_local(None);
    scroller.on_load(move |scroller: HtmlDivElement| {
        let on_size = Closure::<dyn Fn(_)>::new(move |entries: Vec<ResizeObserverEntry>| {
            if let Some(rect) = entries.last().map(ResizeObserverEntry::content_rect) {
                size.try_set((rect.width(), rect.height()));
            }
        });
        if let Ok(observer) = ResizeObserver::new(on_size.as_ref().unchecked_ref()) {
            observer.observe(&scroller);
            watcher.set_value(Some((observer, on_size)));
        }
    });
    on_cleanup(move || {
        if let Some(Some((observer, _))) = watcher.try_update_value(Option::take) {
            observer.disconnect();
        }
    });
}

fn set(element: &HtmlDivElement, property: &str, value: &str) {
    // By CSSOM, which the content security policy allows; the value is always well-formed.
    let _ = web_sys::HtmlElement::style(element).set_property(property, value);
}
