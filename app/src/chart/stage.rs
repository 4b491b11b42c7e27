//! A chart's canvas with what belongs to it: gestures, keys, readout, table, summary.

use std::rc::Rc;

use leptos::ev::KeyboardEvent;
use leptos::html;
use leptos::prelude::*;
use mcs_chart::{BOTTOM, TOP};
use mcs_model::DeviceId;

use super::gesture::Gestures;
use super::line::Line;
use super::plot::{Info, Plot, Readout, Timeline};
use super::table::Table;
use super::watch::watch;
use super::words;
use crate::clock;
use crate::store::Store;
use crate::texts::chart as t;
use crate::theme::Theme;
use crate::ui::Memo;

/// How far an arrow key moves, as a part of the time that is seen.
const KEY_STEP: f64 = 0.1;
/// How far an arrow key with Shift moves the cursor.
const CURSOR_STEP: f64 = 0.01;
/// How much a key zooms.
const KEY_ZOOM: f64 = 0.5;
/// How long a hint stays, in milliseconds.
const HINT: u64 = 2_000;
/// How often the spoken summary may change, in seconds.
const SPOKEN: u64 = 15;

/// A chart of some lines.
#[component]
pub(super) fn Stage(
    device: DeviceId,
    lines: Vec<Line>,
    time: Timeline,
    /// How high the numbers are, in CSS pixels.
    tall: f64,
    /// The length that `0` goes back to.
    #[prop(into)]
    preset: Signal<u64>,
    /// For tests: `chart` and this.
    name: String,
    /// Hands the plot out: for pictures.
    #[prop(optional)]
    on_plot: Option<Callback<StoredValue<Rc<Plot>, LocalStorage>>>,
) -> impl IntoView {
    let store = expect_context::<Store>();
    let scales: Vec<_> = lines.iter().map(|it| it.scale.clone()).collect();
    let height = mcs_chart::height(&scales, tall) + TOP + BOTTOM;
    let plot = Rc::new(Plot::new(device, lines.clone(), time));
    let info = RwSignal::from(plot.info.clone());
    let readout = RwSignal::from(plot.readout.clone());
    store.add_plot(plot.clone());
    let plot = StoredValue::new_local(plot);
    on_plot.into_iter().for_each(|it| it.run(plot));
    let canvas = NodeRef::<html::Canvas>::new();
    watch(canvas, plot);
    on_cleanup(move || {
        plot.try_with_value(|plot| store.remove_plot(plot));
    });
    let theme = use_context::<RwSignal<Theme>>();
    Effect::new(move |_| {
        if let Some(theme) = theme {
            theme.track();
        }
        plot.with_value(|plot| plot.touch());
    });
    let hint = RwSignal::new(false);
    let gestures = Gestures::new(plot, time, move || {
        hint.set(true);
        let over = move || {
            hint.try_set(false);
        };
        set_timeout(over, core::time::Duration::from_millis(HINT));
    });
    let key = move |event: KeyboardEvent| {
        if event.ctrl_key() || event.alt_key() || event.meta_key() {
            return;
        }
        let cursor = |step: f64| {
            let at = time.cursor.get_untracked().unwrap_or(1.0);
            time.cursor.set(Some((at + step).clamp(0.0, 1.0)));
        };
        match (event.key().as_str(), event.shift_key()) {
            ("ArrowLeft", true) => cursor(-CURSOR_STEP),
            ("ArrowRight", true) => cursor(CURSOR_STEP),
            ("ArrowLeft", false) => time.change(|span, edges| span.moved(edges, -KEY_STEP)),
            ("ArrowRight", false) => time.change(|span, edges| span.moved(edges, KEY_STEP)),
            ("PageUp", _) => time.change(|span, edges| span.moved(edges, -1.0)),
            ("PageDown", _) => time.change(|span, edges| span.moved(edges, 1.0)),
            ("+" | "=", _) => zoom(time, KEY_ZOOM),
            ("-" | "_", _) => zoom(time, 1.0 / KEY_ZOOM),
            ("Home", _) => time.cursor.set(Some(0.0)),
            ("End", _) => time.change(|span, _| super::span::Span::live(span.length)),
            ("0", _) => time.span.set(super::span::Span::live(preset.get_untracked())),
            ("t" | "T", _) => time.table.update(|it| *it = !*it),
            (" ", _) => time.change(super::span::Span::paused),
            ("Escape", _) => {
                time.cursor.set(None);
                gestures.cancel();
            }
            _ => return,
        }
        event.prevent_default();
        event.stop_propagation();
    };
    let empty = Memo::new(move || info.with(words::empty));
    let lines = StoredValue::new(lines);
    let says = move |info: &Info| {
        lines.with_value(|lines| {
            let lines = lines.iter().zip(&info.lines);
            let says = |(line, info)| {
                core::iter::once(words::line(line, info)).chain(words::before(line, info))
            };
            lines.flat_map(says).collect::<Vec<_>>()
        })
    };
    // A value a second is no news for somebody who listens.
    let spoken = Memo::following(move |former: Option<&(u64, String)>| {
        let turn = store.now.get() / 1000 / SPOKEN;
        match former {
            Some(former) if former.0 == turn => former.clone(),
            _ => (turn, says(&info.get_untracked()).join(". ")),
        }
    });
    let focused = RwSignal::new(false);
    let summary_id = format!("summary-{name}");
    let label = lines
        .with_value(|it| it.iter().map(|it| it.channel.name.clone()).collect::<Vec<_>>())
        .join(", ");
    let test = move |part: &str| format!("chart-{part}-{name}");

    view! {
        <div class="chart-stage" data-testid=test("stage")
            data-points=move || info.with(|it| it.points.to_string())
            data-loading=move || info.with(|it| it.loading.to_string())
            data-condensed=move || info.with(|it| it.bucket_ms.to_string())
            data-painted=move || info.with(|it| it.paints.to_string())>
            <div class="plot" class:gone=move || time.table.get() tabindex="0" role="group"
                style:--plot-height=format!("{height}px")
                data-testid=test("plot")
                aria-label=t::plot()
                on:keydown=key
                on:focus=move |_| focused.set(true)
                on:blur=move |_| {
                    focused.set(false);
                    time.cursor.set(None);
                }>
                <canvas node_ref=canvas role="img" aria-label=t::of(&label)
                    aria-describedby=summary_id.clone() data-testid=test("canvas")
                    on:pointerdown=move |event| gestures.down(&event)
                    on:pointermove=move |event| gestures.moved(&event)
                    on:pointerup=move |event| gestures.up(&event)
                    on:pointercancel=move |event| gestures.left(&event)
                    on:pointerleave=move |event| gestures.left(&event)
                    on:wheel=move |event| gestures.wheel(&event)
                    on:dblclick=move |_| time.span.set(super::span::Span::live(preset.get_untracked()))></canvas>
                {move || readout.get().map(|it| view! { <Words readout=it time lines/> })}
                {move || empty.get().map(|text| view! { <p class="plot-empty"><span>{text}</span></p> })}
                {move || hint.get().then(|| view! {
                    <p class="plot-hint">{t::hint()}</p>
                })}
            </div>
            {
                let testid = test("table");
                move || time.table.get().then(|| view! { <Table lines info time testid=testid.clone()/> })
            }
            <ul class="chart-summary" id=summary_id data-testid=test("summary")>
                {move || info.with(|info| {
                    let lines = says(info).into_iter().chain(words::remarks(info, time.by.get()));
                    lines.map(|it| view! { <li>{it}</li> }).collect::<Vec<_>>()
                })}
            </ul>
            <p class="sr-only" aria-live="polite">{move || focused.get().then(|| spoken.get().1)}</p>
        </div>
    }
}

/// What the cursor points at, on the other side of the chart.
#[component]
fn Words(readout: Readout, time: Timeline, lines: StoredValue<Vec<Line>>) -> impl IntoView {
    let length = time.span.get_untracked().length;
    let rows = lines.with_value(|lines| {
        let rows = lines.iter().zip(readout.values).filter(|(_, it)| !it.0.is_empty());
        rows.map(|(line, (now, before))| {
            view! {
                <li>
                    <span class=format!("swatch series-{}", line.colour) aria-hidden="true"></span>
                    <span class="readout-name">{line.channel.name.clone()}</span>
                    <strong>{now}</strong>
                    {before.map(|it| view! { <span class="muted">{t::before(&it)}</span> })}
                </li>
            }
        })
        .collect::<Vec<_>>()
    });
    view! {
        <div class="readout" class:right=readout.left>
            <p class="muted">{words::at(time.by.get_untracked(), &when(readout.at, length))}</p>
            <ul>{rows}</ul>
        </div>
    }
}

/// The time of day, and the day where a window spans more than one.
fn when(at: u64, window: u64) -> String {
    let at = clock::local(at);
    if window < 43_200_000 { at.time() } else { at.date_and_time() }
}

fn zoom(time: Timeline, factor: f64) {
    // Around the cursor, if there is one; else what is new stays.
    let anchor = time.cursor.get_untracked();
    let live = time.span.get_untracked().end.is_none();
    let anchor = anchor.unwrap_or(if live { 1.0 } else { 0.5 });
    time.change(|span, edges| span.zoomed(edges, anchor, factor));
}
