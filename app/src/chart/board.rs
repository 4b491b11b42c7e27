//! The charts of a device, one below the other, over one time.

use std::rc::Rc;

use leptos::prelude::*;
use mcs_model::{Channel, ChannelId, DeviceId};
use mcs_view::protocol::PointTime;

use super::choice::{Choice, DAY, MOST_CHARTS, MOST_LINES};
use super::export::Export;
use super::line::{self, Line};
use super::plot::{Plot, Timeline};
use super::save;
use super::span::Span;
use super::stage::Stage;
use super::words::{PRESETS, Preset, live_label, preset_name};
use crate::shell;
use crate::store::Store;
use crate::texts::chart as t;
use crate::ui::{Icon, Memo, Symbol};

/// The address follows so much later, in milliseconds: browsers refuse more than a few changes a
/// second.
const SETTLED: u64 = 300;
/// How high the numbers of a chart are, in CSS pixels.
const TALL: f64 = 260.0;
/// The first length of time.
const FIRST: u64 = PRESETS[2].millis;

/// What a toolbar button does to a span.
type Move = fn(Span, super::span::Edges) -> Span;

/// The charts of a device; the address says which, and the browser remembers them for each device.
#[component]
pub(crate) fn Board(id: DeviceId, channels: Vec<Channel>) -> impl IntoView {
    let store = expect_context::<Store>();
    let channels: Vec<_> = channels.into_iter().filter(line::is_drawable).collect();
    let known: Vec<ChannelId> = channels.iter().map(|it| it.id.clone()).collect();
    let key = save::key(&id);
    let first = Choice {
        charts: vec![line::first(&channels).map(|it| it.id.clone()).into_iter().collect()],
        span: Span::live(FIRST),
        compare: None,
        table: false,
        by: PointTime::Device,
    };
    let named = Choice::read(&store.query.get_untracked(), &known);
    let named = named.filter(|it| !it.charts.is_empty());
    let chosen = named.or_else(|| save::recall(&key, &known)).unwrap_or(first);
    let time = Timeline::new(chosen.span);
    time.compare.set(chosen.compare);
    time.table.set(chosen.table);
    time.by.set(chosen.by);
    let charts = RwSignal::new(chosen.charts);
    let preset = RwSignal::new(FIRST);
    let plots = StoredValue::new_local(Vec::<StoredValue<Rc<Plot>, LocalStorage>>::new());
    remember(store, time, charts, key, known);

    let device = StoredValue::new(id);
    let channels = StoredValue::new(channels);
    let on_plot = Callback::new(move |plot| plots.update_value(|all| all.push(plot)));
    let change = move |change: &dyn Fn(&mut Choice)| {
        let mut choice = current(time, charts);
        change(&mut choice);
        charts.set(choice.charts);
    };
    let chart = move |place: usize| {
        let ids = Memo::new(move || charts.with(|all| all.get(place).cloned().unwrap_or_default()));
        let stage = move || {
            let ids = ids.get();
            let lines = channels.with_value(|channels| {
                let shown = ids.iter().filter_map(|id| channels.iter().find(|it| it.id == *id));
                Line::all(channels, shown)
            });
            if lines.is_empty() {
                return view! { <p class="plot-none">{t::choose()}</p> }.into_any();
            }
            let name = ids.first().map(ToString::to_string).unwrap_or_default();
            view! {
                <Stage device=device.get_value() lines time tall=TALL preset name on_plot/>
            }
            .into_any()
        };
        view! {
            <section class="chart" data-testid=format!("board-{place}") aria-label=t::number(&(place + 1))>
                <header class="chart-head">
                    <Chips ids channels on_remove=Callback::new(move |id| change(&|it| it.toggle(place, &id)))/>
                    <Picker place ids channels on_toggle=Callback::new(move |id| change(&|it| it.toggle(place, &id)))/>
                    {move || (ids.with(Vec::len) > 1).then(|| view! {
                        <button type="button" class="button quiet" data-testid=format!("split-{place}")
                            on:click=move |_| change(&|it| it.split(place))>{t::split()}</button>
                    })}
                    {move || (charts.with(Vec::len) > 1).then(|| view! {
                        <button type="button" class="button quiet icon-only" data-testid=format!("remove-chart-{place}")
                            aria-label=t::remove_number(&(place + 1)) title=t::remove()
                            on:click=move |_| change(&|it| drop(it.charts.remove(place)))>
                            <Icon symbol=Symbol::Close/>
                        </button>
                    })}
                </header>
                {stage}
            </section>
        }
        .into_any()
    };
    let full = Memo::new(move || charts.with(Vec::len) >= MOST_CHARTS);
    let picture = move |_| {
        let title = store.row(&device.get_value());
        let title = title.map(|row| row.with_untracked(|row| row.name.clone()));
        let shown =
            plots.with_value(|all| all.iter().filter_map(|it| it.try_get_value()).collect());
        save::picture(&title.unwrap_or_default(), shown, time);
    };
    view! {
        <div class="board">
            <Tools time preset plots/>
            <For each=move || 0..charts.with(Vec::len) key=|place| *place let(place)>{chart(place)}</For>
            <div class="actions">
                <button type="button" class="button" data-testid="add-chart"
                    disabled=move || full.get()
                    on:click=move |_| change(&|it| it.charts.push(Vec::new()))>{t::add()}</button>
                {move || (charts.with(Vec::len) > 1).then(|| view! {
                    <button type="button" class="button" data-testid="merge-charts"
                        on:click=move |_| change(&Choice::merge)>{t::merge()}</button>
                })}
                <button type="button" class="button" data-testid="save-picture" on:click=picture>{t::save_picture()}</button>
                <Export device charts time/>
            </div>
        </div>
    }
}

/// The time that all charts show.
#[component]
fn Tools(
    time: Timeline,
    preset: RwSignal<u64>,
    plots: StoredValue<Vec<StoredValue<Rc<Plot>, LocalStorage>>, LocalStorage>,
) -> impl IntoView {
    let store = expect_context::<Store>();
    let paused = Memo::new(move || time.span.get().end.is_some());
    let length = Memo::new(move || time.span.get().length);
    let newer = Memo::new(move || {
        // Counted once a second: nobody reads faster.
        store.now.track();
        plots.with_value(|plots| {
            let newer = |it: &StoredValue<Rc<Plot>, LocalStorage>| {
                it.try_with_value(|plot| plot.info.read_untracked().newer)
            };
            plots.iter().filter_map(newer).sum::<u64>()
        })
    });
    let windows = PRESETS.map(|Preset { id, show, millis }| {
        let choose = move |_| {
            preset.set(millis);
            time.span.update(|span| span.length = millis);
        };
        view! {
            <button type="button" class="segment" data-testid=format!("window-{id}") on:click=choose
                aria-label=show()
                aria-pressed=move || (length.get() == millis).to_string()>{preset_name(millis)}</button>
        }
    });
    let turn = |name: &'static str, sign: &'static str, id: &'static str, by: Move| {
        view! {
            <button type="button" class="button quiet icon-only" aria-label=name title=name
                data-testid=id on:click=move |_| time.change(by)>{sign}</button>
        }
    };
    view! {
        <div class="chart-tools" role="toolbar" aria-label=t::tools()>
            <div class="segments" role="group" aria-label=t::length()>{windows}</div>
            <div class="chart-turns">
                {turn(t::earlier(), "‹", "earlier", |span, edges| span.moved(edges, -0.5))}
                {turn(t::later(), "›", "later", |span, edges| span.moved(edges, 0.5))}
                {turn(t::zoom_in(), "+", "zoom-in", |span, edges| {
                    span.zoomed(edges, if span.end.is_none() { 1.0 } else { 0.5 }, 0.5)
                })}
                {turn(t::zoom_out(), "−", "zoom-out", |span, edges| {
                    span.zoomed(edges, if span.end.is_none() { 1.0 } else { 0.5 }, 2.0)
                })}
            </div>
            <button type="button" class="button quiet" data-testid="live"
                aria-pressed=move || (!paused.get()).to_string()
                on:click=move |_| time.change(Span::paused)>
                {move || if paused.get() {
                    view! { <Icon symbol=Symbol::Play/> }
                } else {
                    view! { <Icon symbol=Symbol::Pause/> }
                }}
                <span>{move || live_label(paused.get(), newer.get())}</span>
            </button>
            <select class="select" data-testid="compare" aria-label=t::compare()
                prop:value=move || time.compare.get().unwrap_or(0).to_string()
                on:change=move |event| {
                    let by = event_target_value(&event).parse().ok().filter(|it| *it > 0);
                    time.compare.set(by);
                }>
                <option value="0">{t::compare_nothing()}</option>
                <option value=DAY.to_string()>{t::compare_day()}</option>
                <option value=(7 * DAY).to_string()>{t::compare_week()}</option>
            </select>
            <select class="select" data-testid="point-time" aria-label=t::point_time()
                prop:value=move || if time.by.get() == PointTime::Arrival { "arrival" } else { "device" }
                on:change=move |event| time.by.set(match event_target_value(&event).as_str() {
                    "arrival" => PointTime::Arrival,
                    _ => PointTime::Device,
                })>
                <option value="device">{t::device_time()}</option>
                <option value="arrival">{t::arrival_time()}</option>
            </select>
            <button type="button" class="button quiet" data-testid="table-toggle"
                aria-pressed=move || time.table.get().to_string()
                on:click=move |_| time.table.update(|it| *it = !*it)>
                <Icon symbol=Symbol::Table/><span>{t::table()}</span>
            </button>
        </div>
    }
}

/// The lines of a chart by name and colour; a click takes one away.
#[component]
fn Chips(
    ids: Memo<Vec<ChannelId>>,
    channels: StoredValue<Vec<Channel>>,
    on_remove: Callback<ChannelId>,
) -> impl IntoView {
    let chips = move || {
        channels.with_value(|channels| {
            let chip = |id: ChannelId| {
                let channel = channels.iter().find(|it| it.id == id)?;
                let colour = line::colour(channels, channel);
                let name = channel.name.clone();
                Some(view! {
                    <button type="button" class="line-chip" data-testid=format!("line-{id}")
                        aria-label=t::take_out_of(&name) title=t::take_out()
                        on:click=move |_| on_remove.run(id.clone())>
                        <span class=format!("swatch series-{colour}") aria-hidden="true"></span>
                        <span class="line-name">{name.clone()}</span>
                        <Icon symbol=Symbol::Close/>
                    </button>
                })
            };
            ids.get().into_iter().filter_map(chip).collect::<Vec<_>>()
        })
    };
    view! { <div class="line-chips">{chips}</div> }
}

/// All channels that can be drawn, to be ticked.
#[component]
fn Picker(
    place: usize,
    ids: Memo<Vec<ChannelId>>,
    channels: StoredValue<Vec<Channel>>,
    on_toggle: Callback<ChannelId>,
) -> impl IntoView {
    let full = Memo::new(move || ids.with(Vec::len) >= MOST_LINES);
    let rows = channels.with_value(|channels| {
        let row = |channel: &Channel| {
            let id = channel.id.clone();
            let colour = line::colour(channels, channel);
            let chosen = {
                let id = id.clone();
                Memo::new(move || ids.with(|ids| ids.contains(&id)))
            };
            view! {
                <label class="picker-row">
                    <input type="checkbox" data-testid=format!("pick-{place}-{id}") prop:checked=move || chosen.get()
                        disabled=move || full.get() && !chosen.get()
                        on:change=move |_| on_toggle.run(id.clone())/>
                    <span class=format!("swatch series-{colour}") aria-hidden="true"></span>
                    <span class="line-name">{channel.name.clone()}</span>
                </label>
            }
        };
        channels.iter().map(row).collect::<Vec<_>>()
    });
    view! {
        <details class="picker">
            <summary class="button quiet" data-testid=format!("channels-{place}")>{t::channels()}</summary>
            <div class="picker-list" role="group" aria-label=t::channels_here()>
                {rows}
                {move || full.get().then(|| view! { <p class="muted">{t::most(&MOST_LINES)}</p> })}
            </div>
        </details>
    }
}

fn current(time: Timeline, charts: RwSignal<Vec<Vec<ChannelId>>>) -> Choice {
    Choice {
        charts: charts.get_untracked(),
        span: time.span.get_untracked(),
        compare: time.compare.get_untracked(),
        table: time.table.get_untracked(),
        by: time.by.get_untracked(),
    }
}

/// The address follows the charts and the charts follow the address; the browser remembers.
fn remember(
    store: Store,
    time: Timeline,
    charts: RwSignal<Vec<Vec<ChannelId>>>,
    key: String,
    known: Vec<ChannelId>,
) {
    let pending = StoredValue::new(0_u32);
    let write = move || {
        let choice = current(time, charts);
        save::remember(&key, &choice);
        let query = store.query.get_untracked();
        let named = choice.write(&query);
        if named != query {
            shell::show(store, named);
        }
    };
    let write = StoredValue::new_local(write);
    Effect::new(move |former: Option<()>| {
        charts.track();
        time.span.track();
        time.compare.track();
        time.table.track();
        time.by.track();
        if former.is_none() {
            return;
        }
        pending.update_value(|it| *it += 1);
        let turn = pending.get_value();
        let settled = move || {
            if pending.try_get_value() == Some(turn) {
                write.try_with_value(|write| write());
            }
        };
        set_timeout(settled, core::time::Duration::from_millis(SETTLED));
    });
    Effect::new(move |former: Option<()>| {
        let query = store.query.get();
        let named = Choice::read(&query, &known).filter(|_| former.is_some());
        let Some(choice) = named else { return };
        // An address cannot say everything: an empty chart is none in it.
        if current(time, charts).write(&query) != query {
            time.span.set(choice.span);
            time.compare.set(choice.compare);
            time.table.set(choice.table);
            time.by.set(choice.by);
            charts.set(choice.charts);
        }
    });
}
