//! The chart of a channel: toolbar, canvas, readout, summary, table.

mod paint;
mod plot;
mod shape;
mod ticks;

use std::rc::Rc;

use leptos::ev::{KeyboardEvent, PointerEvent};
use leptos::html;
use leptos::prelude::*;
use mcs_model::{Channel, ChannelKind, DeviceId, Timestamp};
use wasm_bindgen::prelude::*;
use web_sys::{
    HtmlCanvasElement, IntersectionObserver, IntersectionObserverEntry, ResizeObserver,
    ResizeObserverEntry,
};

pub(crate) use plot::Plot;

use crate::clock;
use crate::format;
use crate::store::Store;
use crate::ui::{Icon, Symbol};
use paint::Style;
use plot::{Info, Readout};

/// A length of time that a chart can span.
struct Span {
    /// For test ids.
    id: &'static str,
    /// On the button.
    short: &'static str,
    /// In a sentence.
    long: &'static str,
    millis: u64,
}

/// The windows that can be chosen.
const WINDOWS: [Span; 5] = [
    Span { id: "1m", short: "1 m", long: "minute", millis: 60_000 },
    Span { id: "5m", short: "5 m", long: "5 minutes", millis: 300_000 },
    Span { id: "15m", short: "15 m", long: "15 minutes", millis: 900_000 },
    Span { id: "1h", short: "1 h", long: "hour", millis: 3_600_000 },
    Span { id: "24h", short: "24 h", long: "24 hours", millis: 86_400_000 },
];
const FIRST_WINDOW: u64 = WINDOWS[1].millis;
/// Rows of the table view.
const ROWS: usize = 50;
/// How far an arrow key moves the cursor, in CSS pixels.
const KEY_STEP: f64 = 8.0;

/// Whether a chart can be drawn of such a channel.
pub(crate) fn is_drawable(kind: &ChannelKind) -> bool {
    matches!(
        kind,
        ChannelKind::Switch
            | ChannelKind::Integer { .. }
            | ChannelKind::Float { .. }
            | ChannelKind::Gpio
            | ChannelKind::Pwm
            | ChannelKind::Analog { .. }
    )
}

/// The chart of one channel. It needs a [`Store`] in context.
#[component]
pub(crate) fn Chart(
    /// Whose.
    device: DeviceId,
    /// Which.
    channel: Channel,
    /// 1 to 8.
    colour: usize,
    /// The operator closed it.
    on_close: Callback<()>,
) -> impl IntoView {
    let store = expect_context::<Store>();
    let style = style(&channel.kind, colour);
    let states = style.states;
    let plot = Rc::new(Plot::new(device, channel.id.clone(), style, FIRST_WINDOW));
    let info = RwSignal::from(plot.info.clone());
    let readout = RwSignal::from(plot.readout.clone());
    let paints = RwSignal::from(plot.paints.clone());
    let empty = Memo::new(move |_| info.with(empty));
    store.add_plot(plot.clone());
    let plot = StoredValue::new_local(plot);
    let canvas = NodeRef::<html::Canvas>::new();
    watch(canvas, plot);
    on_cleanup(move || {
        plot.try_with_value(|plot| store.remove_plot(plot));
    });

    let window = RwSignal::new(FIRST_WINDOW);
    let paused = RwSignal::new(false);
    let table = RwSignal::new(false);
    let unit = format::unit(&channel.kind).to_owned();
    let words = move |value: f64| {
        states.map_or_else(
            || format::number(value),
            |names| names[usize::from(value >= 0.5)].to_owned(),
        )
    };
    let toggle_pause = move || {
        paused.update(|paused| *paused = !*paused);
        plot.with_value(|plot| {
            let end = paused.get_untracked().then(|| Timestamp::from_millis(plot.edges().1));
            plot.end.set(end);
        });
    };
    let point = move |x: Option<f64>| {
        plot.with_value(|plot| {
            plot.cursor.set(x);
            plot.touch();
        })
    };
    let key = move |event: KeyboardEvent| {
        match event.key().as_str() {
            "ArrowLeft" => plot.with_value(|plot| plot.move_cursor(-KEY_STEP)),
            "ArrowRight" => plot.with_value(|plot| plot.move_cursor(KEY_STEP)),
            "Escape" => point(None),
            " " => toggle_pause(),
            _ => return,
        }
        event.prevent_default();
    };

    let id = channel.id.to_string();
    let test = move |part: &str| format!("chart-{part}-{id}");
    let summary_id = format!("summary-{}", channel.id);
    let title_id = format!("chart-title-{}", channel.id);
    let name = channel.name.clone();
    let unit_behind = if unit.is_empty() { String::new() } else { format!("\u{a0}{unit}") };
    let summary = Memo::new(move |_| summary(&info.get(), window.get(), &words, &unit_behind));
    let readout_unit = unit.clone();
    let windows = WINDOWS.map(|Span { id, short, long, millis: length }| {
        let choose = move |_| {
            window.set(length);
            plot.with_value(|plot| plot.window.set(length));
        };
        view! {
            <button type="button" class="segment" on:click=choose
                data-testid=format!("chart-window-{}-{id}", channel.id) aria-label=format!("Last {long}")
                aria-pressed=move || (window.get() == length).to_string()>{short}</button>
        }
    });

    view! {
        <section class="chart wide" data-testid=format!("chart-{}", channel.id) aria-labelledby=title_id.clone()
            data-points=move || info.get().points.to_string()
            data-painted=move || paints.get().to_string()
            data-loading=move || info.get().loading.to_string()>
            <header class="chart-head">
                <h3 class="card-name" id=title_id.clone()>
                    <span class=format!("swatch series-{colour}") aria-hidden="true"></span>
                    {name.clone()}
                </h3>
                <div class="chart-tools">
                    <div class="segments" role="group" aria-label="Window">{windows}</div>
                    <button type="button" class="button quiet" data-testid=test("live")
                        aria-pressed=move || (!paused.get()).to_string()
                        on:click=move |_| toggle_pause()>
                        {move || if paused.get() {
                            view! { <Icon symbol=Symbol::Play/> }
                        } else {
                            view! { <Icon symbol=Symbol::Pause/> }
                        }}
                        <span>{move || live_label(paused.get(), info.get().newer)}</span>
                    </button>
                    <button type="button" class="button quiet" data-testid=test("table-toggle")
                        aria-pressed=move || table.get().to_string()
                        aria-label="Table" on:click=move |_| {
                            table.update(|shown| *shown = !*shown);
                            plot.with_value(|plot| plot.as_table.set(table.get_untracked()));
                        }>
                        <Icon symbol=Symbol::Table/><span>"Table"</span>
                    </button>
                </div>
                <button type="button" class="button quiet icon-only chart-close" aria-label=format!("Close the chart of {name}")
                    data-testid=test("close") on:click=move |_| on_close.run(())>
                    <Icon symbol=Symbol::Close/>
                </button>
            </header>
            <div class="plot" class:gone=move || table.get() tabindex="0" role="group"
                aria-label="Chart: arrow keys move the cursor, space pauses" on:keydown=key
                on:blur=move |_| point(None)>
                <canvas node_ref=canvas role="img" aria-describedby=summary_id.clone() data-testid=test("canvas")
                    on:pointermove=move |event: PointerEvent| point(Some(f64::from(event.offset_x())))
                    on:pointerdown=move |event: PointerEvent| point(Some(f64::from(event.offset_x())))
                    on:pointerleave=move |_| point(None)></canvas>
                {move || readout.get().map(|Readout { at, value, left }| view! {
                    <p class="readout" class:right=left>
                        <strong>{words(value)}</strong>" "<span>{readout_unit.clone()}</span>
                        <br/><span class="muted">{clock::local(at).time()}</span>
                    </p>
                })}
                {move || empty.get().map(|text| view! { <p class="plot-empty"><span>{text}</span></p> })}
            </div>
            {
                let test = test.clone();
                move || table.get().then(|| {
                    // The table follows the clock, not every frame: nobody reads that fast.
                    store.now.track();
                    let rows = plot.with_value(|plot| plot.rows(ROWS));
                    view! { <Table rows words=move |value| words(value) unit=unit.clone() testid=test("table")/> }
                })
            }
            <p class="chart-summary" id=summary_id.clone() data-testid=test("summary")>{move || summary.get()}</p>
        </section>
    }
}

/// The newest points in words.
#[component]
fn Table(
    rows: Vec<(u64, f64)>,
    words: impl Fn(f64) -> String + 'static,
    unit: String,
    testid: String,
) -> impl IntoView {
    let rows: Vec<_> = rows
        .into_iter()
        .map(|(at, value)| {
            view! { <tr><td>{clock::local(at).date_and_time()}</td><td class="number">{words(value)}</td></tr> }
        })
        .collect();
    let head = if unit.is_empty() { "Value".to_owned() } else { format!("Value ({unit})") };
    view! {
        <div class="table-scroll" data-testid=testid tabindex="0" role="region" aria-label="Newest points">
            <table>
                <thead><tr><th scope="col">"Time"</th><th scope="col" class="number">{head}</th></tr></thead>
                <tbody>{rows}</tbody>
            </table>
        </div>
    }
}

fn style(kind: &ChannelKind, colour: usize) -> Style {
    let (bounds, states) = match kind {
        ChannelKind::Switch => (None, Some(["Off", "On"])),
        ChannelKind::Gpio => (None, Some(["Low", "High"])),
        ChannelKind::Integer { bounds, .. } | ChannelKind::Float { bounds, .. } => (*bounds, None),
        ChannelKind::Analog { bounds } => (Some(*bounds), None),
        _ => (None, None),
    };
    Style { colour, bounds, states }
}

fn live_label(paused: bool, newer: u64) -> String {
    match (paused, newer) {
        (false, _) => "Live".to_owned(),
        (true, 0) => "Paused".to_owned(),
        (true, newer) => format!("Paused, {} new", format::count(newer)),
    }
}

fn empty(info: &Info) -> Option<&'static str> {
    match info {
        Info { loading: true, points: 0, .. } => Some("Loading history"),
        Info { known: true, points: 0, .. } => Some("No points in this window"),
        _ => None,
    }
}

fn summary(info: &Info, window: u64, words: &impl Fn(f64) -> String, unit: &str) -> String {
    let window = WINDOWS.iter().find(|it| it.millis == window).map_or("window", |it| it.long);
    match (info.points, info.min, info.max) {
        (0, ..) | (_, None, _) | (_, _, None) => format!("Last {window}: no points"),
        (points, Some(min), Some(max)) => format!(
            "Last {window}: {} {}, lowest {}{unit}, highest {}{unit}{}",
            format::count(points),
            if points == 1 { "point" } else { "points" },
            words(min),
            words(max),
            if info.loading { ", more history is loading" } else { "" },
        ),
    }
}

/// Tells the plot how large the canvas is and whether anybody can see it.
fn watch(canvas: NodeRef<html::Canvas>, plot: StoredValue<Rc<Plot>, LocalStorage>) {
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
        size.observe(canvas);
        sight.observe(canvas);
        Some(Self { size, sight, _size: on_size, _sight: on_sight })
    }
}

impl Drop for Watchers {
    fn drop(&mut self) {
        self.size.disconnect();
        self.sight.disconnect();
    }
}
