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
use crate::ui::Memo;

/// Height of a row, one line and on narrow screens two, in pixels; the stylesheet has the same.
const ROW: f64 = 28.0;
const ROW_NARROW: f64 = 52.0;

/// A list narrower than this has rows of two lines, in pixels.
const NARROW: f64 = 640.0;

/// So many rows are made in one animation frame: all of them at once would hold the page up.
const SLICE: usize = 6;

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
    /// Rows are being made.
    grows: StoredValue<bool>,
    /// Rows are being filled.
    fills: StoredValue<bool>,
    /// Where the cursor goes once the row there has come, see [`Rows::From`](mcs_view::protocol::Rows::From).
    sought: StoredValue<Option<i64>>,
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
        grows: StoredValue::new(false),
        fills: StoredValue::new(false),
        sought: StoredValue::new(None),
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
    let is_narrow = Memo::new(move || list.size.get().0 < NARROW);
    let total =
        Memo::new(move || page.inspector.log.with(|it| it.as_ref().map_or(0, |it| it.total)));
    view! {
        <div class="log" class:narrow=move || is_narrow.get()>
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
        self.page.count.set(self.scroll(0).count());
        // Rows are being made already, or are about to be: another turn at it would make twice as many.
        if !self.grows.get_value() {
            self.grows.set_value(true);
            self.grow();
        }
    }

    /// Makes the rows that are missing, some in this animation frame and the others in those to
    /// come.
    fn grow(self) {
        // The page may be left before all of them are made.
        let Some(wanted) = self.page.count.try_get_untracked() else { return };
        let wanted = wanted as usize;
        let made = self.slots.try_update(|slots| {
            let next = wanted.min(slots.len() + SLICE);
            slots.resize_with(next, || ArcRwSignal::new(None));
            next
        });
        match made {
            Some(made) if made < wanted => request_animation_frame(move || self.grow()),
            _ => drop(self.grows.try_update_value(|grows| *grows = false)),
        }
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
        // A row that was empty is laid out anew: not all of them in one task.
        let mut fresh = 0;
        self.slots.with(|slots| {
            for (index, slot) in slots.iter().enumerate() {
                let row = log.rows.get(index);
                let (same, empty) = slot.with_untracked(|it| (it.as_ref() == row, it.is_none()));
                fresh += usize::from(empty && row.is_some());
                if !same && (!empty || fresh <= SLICE) {
                    slot.set(row.cloned());
                }
            }
        });
        if fresh > SLICE && !self.fills.get_value() {
            self.fills.set_value(true);
            request_animation_frame(move || self.fill());
        }
        let sought = self.sought.get_value().and_then(|it| row_at(log, it));
        sought.into_iter().for_each(|row| self.point(row));
    }

    /// Fills more of the rows.
    fn fill(self) {
        // The page may have been left.
        if self.fills.try_update_value(|fills| *fills = false).is_some() {
            untrack(|| self.page.inspector.log.with(|log| log.iter().for_each(|it| self.show(it))));
        }
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

    /// Puts the cursor on a row.
    fn point(self, row: u64) {
        self.sought.set_value(None);
        self.page.cursor.set(Some(row));
        if self.page.open.with_untracked(Option::is_some) {
            self.page.show(row);
        }
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
        let here = here.map(|index| log.first + index as u64);
        let sought = self.sought.get_value().and_then(|it| u64::try_from(it - log.origin).ok());
        let here = here
            .or(sought)
            .unwrap_or_else(|| if by < 0 { log.total } else { list.first_visible() });
        let place = here.saturating_add_signed(by).min(log.total - 1);
        // A row that is not here yet is under the cursor as soon as it is.
        let place_of_all = log.origin.saturating_add_unsigned(place);
        match row_at(&log, place_of_all) {
            Some(row) => self.point(row),
            None => {
                page.cursor.set(None);
                self.sought.set_value(Some(place_of_all));
            }
        }
        #[expect(clippy::cast_possible_truncation, reason = "pixels")]
        if let Some(scroller) = self.scroller.get_untracked() {
            scroller.set_scroll_top(list.to(place).round() as i32);
        }
    }
}

/// The row at a place, if it is among those that are here.
fn row_at(log: &LogView, place: i64) -> Option<u64> {
    let index = place.checked_sub(log.origin)?.checked_sub_unsigned(log.first)?;
    log.rows.get(usize::try_from(index).ok()?).map(|it| it.row)
}

/// One row. Its cells are written by one effect and not by one each: in a flood every row is another
/// message ten times a second.
#[component]
fn Row(page: Page, shown: Slot) -> impl IntoView {
    let root = NodeRef::<html::Div>::new();
    let number = {
        let shown = shown.clone();
        move || shown.with_untracked(|row| row.as_ref().map(|it| it.row))
    };
    Effect::new(move |before: Option<Option<LogRow>>| {
        let root = root.get()?;
        let row = shown.get();
        let number = row.as_ref().map(|it| it.row);
        toggle(&root, "gone", number.is_none());
        toggle(&root, "cursor", number.is_some() && page.cursor.get() == number);
        let is_open = number.is_some() && page.open.get() == number;
        write(&root, "aria-selected", Some(if is_open { "true" } else { "false" }));
        paint(&root, row.as_ref(), before.flatten().as_ref());
        row
    });
    view! {
        <div class="log-row gone" role="row" node_ref=root data-testid="message-row"
            on:click=move |_| number().into_iter().for_each(|row| page.show(row))>
            <span role="gridcell" class="log-time number"></span>
            <span role="gridcell" class="log-way"></span>
            <span role="gridcell" class="log-topic"></span>
            <span role="gridcell" class="log-qos number"></span>
            <span role="gridcell" class="log-marks" title=t::marks()></span>
            <span role="gridcell" class="log-size number"></span>
            <span role="gridcell" class="log-payload"></span>
            <span role="gridcell" class="log-fate state"></span>
        </div>
    }
}

/// Writes what is not as it was before.
fn paint(root: &HtmlDivElement, row: Option<&LogRow>, before: Option<&LogRow>) {
    let Some(row) = row else {
        write(root, "id", None);
        return;
    };
    let cells = root.children();
    let cell = |place: u32, text: &str| {
        let cell = cells.item(place);
        cell.inspect(|it| it.set_text_content(Some(text)))
    };
    let differs =
        |part: fn(&LogRow, &LogRow) -> bool| before.is_none_or(|before| part(before, row));
    if differs(|a, b| a.row != b.row) {
        write(root, "id", Some(&name(row.row)));
        write(root, "data-row", Some(&row.row.to_string()));
    }
    if differs(|a, b| a.colour != b.colour) {
        write(root, "data-colour", row.colour.map(|it| it.to_string()).as_deref());
    }
    if differs(|a, b| a.at != b.at)
        && let Some(cell) = cell(0, &words::time(row.at.as_millis()))
    {
        write(&cell, "title", Some(&clock::local(row.at.as_millis()).date_and_time()));
    }
    if differs(|a, b| a.direction != b.direction) {
        let (word, arrow, way) = match row.direction {
            Direction::Received => ("received", "↓", t::tab_received()),
            Direction::Sent => ("sent", "↑", t::tab_sent()),
        };
        write(root, "data-direction", Some(word));
        if let Some(cell) = cell(1, arrow) {
            write(&cell, "aria-label", Some(way));
            write(&cell, "title", Some(way));
        }
    }
    if differs(|a, b| (&a.topic, &a.place) != (&b.topic, &b.place))
        && let Some(cell) = cell(2, &words::topic(row))
    {
        write(&cell, "title", Some(&row.topic));
    }
    if differs(|a, b| a.qos != b.qos) {
        cell(3, &row.qos.to_string());
    }
    if differs(|a, b| (a.retained, a.duplicate) != (b.retained, b.duplicate)) {
        let marks = match (row.retained, row.duplicate) {
            (true, true) => "R D",
            (true, false) => "R",
            (false, true) => "D",
            (false, false) => "",
        };
        if let Some(cell) = cell(4, marks) {
            toggle(&cell, "gone", marks.is_empty());
        }
    }
    if differs(|a, b| a.size != b.size) {
        cell(5, &format::bytes(row.size));
    }
    if differs(|a, b| a.preview != b.preview) {
        cell(6, &words::preview(&row.preview));
    }
    if differs(|a, b| a.fate != b.fate) {
        let (tone, fate) = row.fate.as_ref().map(words::fate).unwrap_or_default();
        if let Some(cell) = cell(7, &fate) {
            write(&cell, "data-tone", Some(tone));
            toggle(&cell, "gone", fate.is_empty());
        }
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

fn write(element: &web_sys::Element, attribute: &str, value: Option<&str>) {
    // Refused only for names that are none.
    let _ = match value {
        Some(value) => element.set_attribute(attribute, value),
        None => element.remove_attribute(attribute),
    };
}

fn toggle(element: &web_sys::Element, class: &str, on: bool) {
    // Refused only for names that are none.
    let _ = element.class_list().toggle_with_force(class, on);
}

fn set(element: &HtmlDivElement, property: &str, value: &str) {
    // By CSSOM, which the content security policy allows; the value is always well-formed.
    let _ = web_sys::HtmlElement::style(element).set_property(property, value);
}
