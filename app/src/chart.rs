//! The chart of a channel: toolbar, canvas, readout, summary, table.

mod paint;
mod plot;
mod shape;
mod ticks;
mod watch;
mod words;

use std::rc::Rc;

use leptos::ev::{KeyboardEvent, PointerEvent};
use leptos::html;
use leptos::prelude::*;
use mcs_model::{Channel, ChannelKind, DeviceId, Timestamp};

pub(crate) use plot::Plot;

use crate::clock;
use crate::format;
use crate::store::Store;
use crate::ui::{Icon, Symbol};
use paint::Style;
use plot::Readout;
use watch::watch;
use words::{Span, WINDOWS, empty, live_label, summary};

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
                <canvas node_ref=canvas role="img" aria-label=format!("Chart of {name}") aria-describedby=summary_id.clone() data-testid=test("canvas")
                    on:pointermove=move |event: PointerEvent| point(Some(f64::from(event.offset_x())))
                    on:pointerdown=move |event: PointerEvent| point(Some(f64::from(event.offset_x())))
                    on:pointerleave=move |_| point(None)></canvas>
                {move || readout.get().map(|Readout { at, value, left }| view! {
                    <p class="readout" class:right=left>
                        <strong>{words(value)}</strong>" "<span>{readout_unit.clone()}</span>
                        <br/><span class="muted">{when(at, window.get())}</span>
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

/// The time of day, and the day where a window spans more than one.
fn when(at: u64, window: u64) -> String {
    let at = clock::local(at);
    if window < 86_400_000 { at.time() } else { at.date_and_time() }
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
