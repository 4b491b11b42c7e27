//! Where a device is: a map without any server of tiles, the track of the last places, coordinates.

mod geo;

use core::time::Duration;

use leptos::prelude::*;
use mcs_model::{Channel, Value};
use mcs_view::protocol::Shown;

use crate::clock;
use crate::format;
use crate::texts::card as t;
use crate::ui::{Icon, Memo, Symbol};
use geo::{Map, Place};

/// The map, in its own pixels.
const SIZE: [f64; 2] = [480.0, 240.0];

/// How long the track takes to play, whatever its length, in steps of this.
const STEP: Duration = Duration::from_millis(100);
const STEPS: usize = 80;

/// How much nearer each press of a button goes, and how often.
const NEARER: f64 = 2.0;
const MOST_NEAR: i32 = 8;

/// A place at a time.
#[derive(Clone, Copy, Debug, PartialEq)]
struct Fix {
    place: Place,
    altitude: f64,
    at: u64,
}

/// The places of a channel.
#[component]
pub(crate) fn Places(
    channel: Channel,
    shown: Signal<Option<Shown>>,
    digits: Signal<u8>,
    trail: Signal<Vec<Shown>>,
) -> impl IntoView {
    let id = channel.id.to_string();
    let name = channel.name.clone();
    // Without a trail, as in a preview, there is the last one.
    let fixes = Memo::new(move || {
        let mut all: Vec<_> = trail.with(|trail| trail.iter().filter_map(fix).collect());
        let last = shown.with(|it| it.as_ref().and_then(fix));
        all.extend(last.filter(|last| all.last().is_none_or(|it: &Fix| it.at < last.at)));
        all
    });
    // The time of the place that is looked at; none: the newest.
    let chosen = RwSignal::new(None::<u64>);
    let place = Memo::new(move || {
        let chosen = chosen.get();
        fixes.with(|all| {
            let found = chosen.map(|at| all.partition_point(|it| it.at < at));
            found.filter(|it| *it < all.len()).or_else(|| all.len().checked_sub(1))
        })
    });
    let current = Memo::new(move || fixes.with(|all| all.get(place.get()?).copied()));
    let near = RwSignal::new(0);
    let map = Memo::new(move || {
        let zoom = NEARER.powi(near.get());
        fixes.with(|all| {
            let focus = if near.get() > 0 { current.get() } else { all.last().copied() }?;
            let places: Vec<_> = all.iter().map(|it| it.place).collect();
            Some(Map::fit(&places, focus.place, zoom, SIZE))
        })
    });
    let raw =
        move || shown.with(|it| it.as_ref().map(|it| it.value.to_string()).unwrap_or_default());
    // The newest is no place: it is shown as it came, above the places that were.
    let foreign = move || {
        chosen.get().is_none() && shown.with(|it| it.as_ref().is_some_and(|it| fix(it).is_none()))
    };
    let words = move || match (current.get(), shown.with(Option::is_some)) {
        (Some(_), _) if foreign() => raw(),
        (Some(fix), _) => {
            let decimals = usize::from(digits.get());
            format::place(fix.place.latitude, fix.place.longitude, decimals)
        }
        (None, true) => raw(),
        (None, false) => t::no_data().to_owned(),
    };
    let details = move || {
        current
            .get()
            .filter(|_| !foreign())
            .map(|fix| t::place_exact(&format::number(fix.altitude), &geo::exactness(digits.get())))
    };
    view! {
        <div class="place-card" data-testid=format!("value-{id}") data-value=raw data-places=move || fixes.with(Vec::len).to_string()>
            <p class="value value-place" class:foreign=foreign class:missing=move || shown.with(Option::is_none)>{words}</p>
            <p class="hint">{details}</p>
            <div class="map" class:gone=move || current.with(Option::is_none)>
                {move || map.get().map(|map| view! { <Plane map fixes place name=name.clone()/> })}
                <div class="map-tools">
                    <button type="button" class="button icon-only" aria-label=t::nearer() title=t::nearer() data-testid=format!("nearer-{id}")
                        disabled=move || { near.get() >= MOST_NEAR } on:click=move |_| near.update(|it| *it += 1)><Icon symbol=Symbol::Plus/></button>
                    <button type="button" class="button icon-only" aria-label=t::farther() title=t::farther() data-testid=format!("farther-{id}")
                        disabled=move || { near.get() <= 0 } on:click=move |_| near.update(|it| *it -= 1)><Icon symbol=Symbol::Minus/></button>
                </div>
            </div>
            <Track id=id.clone() fixes place chosen/>
        </div>
    }
}

/// The track with play: where the device was when.
#[component]
fn Track(
    id: String,
    fixes: Memo<Vec<Fix>>,
    place: Memo<Option<usize>>,
    chosen: RwSignal<Option<u64>>,
) -> impl IntoView {
    let playing = RwSignal::new(None::<IntervalHandle>);
    let stop = move || {
        if let Some(handle) = playing.try_update(Option::take).flatten() {
            handle.clear();
        }
    };
    let go = move |place: usize| {
        let at = fixes.with_untracked(|all| {
            let is_newest = place + 1 >= all.len();
            all.get(place).map(|it| it.at).filter(|_| !is_newest)
        });
        chosen.set(at);
    };
    let advance = move || {
        let stride = fixes.with_untracked(Vec::len).div_ceil(STEPS);
        let next = place.get_untracked().unwrap_or(0) + stride;
        go(next);
        if chosen.get_untracked().is_none() {
            stop();
        }
    };
    let play = move |_| {
        if playing.with_untracked(Option::is_some) {
            return stop();
        }
        if chosen.get_untracked().is_none() {
            go(0);
        }
        playing.set(set_interval_with_handle(advance, STEP).ok());
    };
    on_cleanup(stop);
    let is_track = Memo::new(move || fixes.with(|all| all.len() > 1));
    let when = move || {
        let at = place.get().and_then(|place| fixes.with(|all| all.get(place).map(|it| it.at)));
        at.map(|at| clock::local(at).date_and_time())
    };
    view! {
        <div class="entry-row track" class:gone=move || !is_track.get()>
            <button type="button" class="button quiet icon-only" data-testid=format!("play-{id}") on:click=play
                aria-label=move || if playing.with(Option::is_some) { t::track_stop() } else { t::track_play() }>
                {move || if playing.with(Option::is_some) {
                    view! { <Icon symbol=Symbol::Pause/> }
                } else {
                    view! { <Icon symbol=Symbol::Play/> }
                }}
            </button>
            <input type="range" class="range grow" min="0" step="1" aria-label=t::track_place()
                aria-valuetext=when data-testid=format!("track-{id}")
                max=move || fixes.with(Vec::len).saturating_sub(1).to_string()
                prop:value=move || place.get().unwrap_or(0).to_string()
                on:input:target=move |event| { stop(); go(event.target().value().parse().unwrap_or(0)); }/>
            <span class="number muted track-time">{when}</span>
        </div>
    }
}

/// The plane with its grid, the track and where the device is.
#[component]
fn Plane(
    map: Map,
    fixes: Memo<Vec<Fix>>,
    place: Memo<Option<usize>>,
    name: String,
) -> impl IntoView {
    let [width, height] = SIZE;
    let meridians: Vec<_> = map
        .meridians()
        .into_iter()
        .map(|line| {
            view! {
                <line x1=line.at y1="0" x2=line.at y2=height></line>
                <text x={line.at + 3.0} y="13">{line.label}</text>
            }
        })
        .collect();
    let parallels: Vec<_> = map
        .parallels()
        .into_iter()
        .map(|line| {
            view! {
                <line x1="0" y1=line.at x2=width y2=line.at></line>
                <text x="4" y={line.at - 3.0}>{line.label}</text>
            }
        })
        .collect();
    let path = move |until: Option<usize>| {
        fixes.with(|all| {
            let points = all.iter().take(until.map_or(all.len(), |it| it + 1));
            let mut path = String::new();
            for (index, fix) in points.enumerate() {
                let (x, y) = map.project(fix.place);
                path.push_str(&format!("{}{x:.1} {y:.1}", if index == 0 { "M" } else { "L" }));
            }
            path
        })
    };
    let here = move || {
        let current = place.get().and_then(|place| fixes.with(|all| all.get(place).copied()))?;
        Some(map.project(current.place))
    };
    let x = move || here().map(|it| it.0.to_string());
    let y = move || here().map(|it| it.1.to_string());
    let (ruler, length) = map.ruler();
    let (from, until) = (width - 12.0 - length, width - 12.0);
    view! {
        <svg class="plane" viewBox=format!("0 0 {width} {height}") role="img" aria-label=t::map_of(&name)>
            <g class="grid-lines">{meridians}{parallels}</g>
            <path class="track-all" d=move || path(None)></path>
            <path class="track-done" d=move || path(place.get())></path>
            <circle class="here-ring" r="9" cx=x cy=y></circle>
            <circle class="here" r="5" cx=x cy=y></circle>
            <g class="ruler">
                <path d=format!("M{from} {}v6H{until}v-6", height - 18.0)></path>
                <text x={f64::midpoint(from, until)} y={height - 18.0} text-anchor="middle">{ruler}</text>
            </g>
        </svg>
    }
}

fn fix(shown: &Shown) -> Option<Fix> {
    match shown.value {
        Value::Gps { latitude, longitude, altitude } => {
            let place = Place { latitude, longitude };
            Some(Fix { place, altitude, at: shown.at.as_millis() })
        }
        _ => None,
    }
}
