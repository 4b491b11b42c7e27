//! Charts: the tab of a device, and the chart of one channel among its cards.

mod board;
mod choice;
mod export;
mod gesture;
mod line;
mod palette;
mod plot;
mod save;
mod span;
mod stage;
mod table;
mod watch;
mod words;

use leptos::html;
use leptos::prelude::*;
use mcs_model::{Channel, DeviceId};
use mcs_view::protocol::PointTime;
use web_sys::{ScrollIntoViewOptions, ScrollLogicalPosition};

pub(crate) use board::Board;
pub(crate) use line::{first, is_drawable};
pub(crate) use plot::{Lent, Plot};
pub(crate) use save::{recall_open, remember_open};

use crate::route::{Query, Route};
use crate::texts::chart as t;
use crate::ui::{Icon, Symbol};
use line::Line;
use plot::Timeline;
use span::Span;
use stage::Stage;
use words::{PRESETS, Preset, preset_name};

/// The first length of time.
const FIRST: u64 = PRESETS[1].millis;
/// How high numbers are, in CSS pixels.
const TALL: f64 = 168.0;

/// The chart of one channel among the cards. It needs a [`Store`](crate::store::Store) in context.
#[component]
pub(crate) fn Chart(
    /// Whose.
    device: DeviceId,
    /// Which.
    channel: Channel,
    /// All channels of the device: colours are told apart by them.
    channels: Vec<Channel>,
    /// It was opened just now, and wants to be seen.
    #[prop(optional)]
    arrived: bool,
    /// The operator closed it.
    on_close: Callback<()>,
) -> impl IntoView {
    let line = Line::of(&channels, &channel)?;
    let colour = line.colour;
    let time = Timeline::new(Span::live(FIRST));
    // Points stand where the operator wants them in the device's charts.
    time.by.set(save::recall_by(&device));
    let preset = RwSignal::new(FIRST);
    let (id, name) = (channel.id.to_string(), channel.name.clone());
    let section = NodeRef::<html::Section>::new();
    section.on_load(move |section| {
        if arrived {
            let options = ScrollIntoViewOptions::new();
            options.set_block(ScrollLogicalPosition::Nearest);
            request_animation_frame(move || {
                section.scroll_into_view_with_scroll_into_view_options(&options);
            });
        }
    });
    let by = (time.by.get_untracked() == PointTime::Arrival).then_some("arrival");
    let query = Query::default().with("tab", Some("chart")).with("channels", Some(&id));
    let query = query.with("by", by);
    let more = format!("{}{query}", Route::Device(device.clone()).href());
    let windows: Vec<_> = PRESETS[..6]
        .iter()
        .map(|&Preset { id: window, show, millis }| {
            let choose = move |_| {
                preset.set(millis);
                time.span.set(Span::live(millis));
            };
            view! {
                <button type="button" class="segment" on:click=choose aria-label=show()
                    data-testid=format!("chart-window-{id}-{window}")
                    aria-pressed=move || (time.span.get().length == millis).to_string()>{preset_name(millis)}</button>
            }
        })
        .collect();
    let testid = format!("chart-{id}");
    let title_id = format!("chart-title-{id}");
    Some(view! {
        <section node_ref=section class="chart wide" data-testid=testid aria-labelledby=title_id.clone()>
            <header class="chart-head">
                <h3 class="card-name" id=title_id.clone() title=name.clone()>
                    <span class=format!("swatch series-{colour}") aria-hidden="true"></span>
                    <span class="line-name">{name.clone()}</span>
                </h3>
                <div class="chart-tools">
                    <div class="segments" role="group" aria-label=t::length()>{windows}</div>
                    <a class="button quiet" href=more data-testid=format!("chart-more-{id}")>{t::open()}</a>
                </div>
                <button type="button" class="button quiet icon-only chart-close" aria-label=t::close(&name)
                    data-testid=format!("chart-close-{id}") on:click=move |_| on_close.run(())>
                    <Icon symbol=Symbol::Close/>
                </button>
            </header>
            <Stage device lines=vec![line] time tall=TALL preset name=id.clone()/>
        </section>
    })
}
