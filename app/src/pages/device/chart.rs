//! A device's charts; the address says which.

use leptos::prelude::*;
use mcs_model::{Channel, DeviceId};

use super::{colour, first_chart};
use crate::chart::{Chart, is_drawable};
use crate::shell;
use crate::store::Store;
use crate::ui::Empty;

/// The charts of a device: those of `channels=` in the address, or else of the first measured
/// number.
#[component]
pub(crate) fn Charts(id: DeviceId, channels: Vec<Channel>) -> impl IntoView {
    let store = expect_context::<Store>();
    let first = first_chart(&channels).map(|it| it.id.to_string()).unwrap_or_default();
    let drawn: Vec<_> = channels
        .iter()
        .filter(|channel| is_drawable(&channel.kind))
        .map(|channel| (channel.clone(), colour(&channels, channel)))
        .collect();
    if drawn.is_empty() {
        return view! {
            <Empty title="Nothing to draw" testid="charts-empty">
                <p>"Channels with numbers or with two states can be drawn. This device has none."</p>
            </Empty>
        }
        .into_any();
    }
    let open = Memo::new(move |_| {
        let named = store.query.with(|query| query.value("channels").map(str::to_owned));
        let named = named.unwrap_or_else(|| first.clone());
        named.split(',').filter(|id| !id.is_empty()).map(str::to_owned).collect::<Vec<_>>()
    });
    let toggle = move |id: &str| {
        let mut ids = open.get_untracked();
        match ids.iter().position(|it| it == id) {
            Some(place) => drop(ids.remove(place)),
            None => ids.push(id.to_owned()),
        }
        shell::show(store, store.query.get_untracked().with("channels", Some(&ids.join(","))));
    };
    let buttons: Vec<_> = drawn
        .iter()
        .map(|(channel, colour)| {
            let id = channel.id.to_string();
            let pressed = {
                let id = id.clone();
                move || open.with(|open| open.contains(&id)).to_string()
            };
            view! {
                <button type="button" class="button quiet" data-testid=format!("draw-{id}") aria-pressed=pressed
                    on:click=move |_| toggle(&id)>
                    <span class=format!("swatch series-{colour}") aria-hidden="true"></span>{channel.name.clone()}
                </button>
            }
        })
        .collect();
    let charts = move || {
        let is_open = |(channel, _): &&(Channel, usize)| {
            open.with(|open| open.iter().any(|it| it == channel.id.as_str()))
        };
        drawn.iter().filter(is_open).cloned().collect::<Vec<_>>()
    };
    view! {
        <div class="actions" role="group" aria-label="Channels that are drawn">{buttons}</div>
        <div class="grid">
            <For each=charts key=|(channel, _)| channel.id.clone() let((channel, colour))>
                {
                    let (device, name) = (id.clone(), channel.id.to_string());
                    let close = Callback::new(move |()| toggle(&name));
                    view! { <Chart device channel colour on_close=close/> }
                }
            </For>
        </div>
    }
    .into_any()
}
