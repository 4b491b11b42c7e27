//! A device's cards, and the charts that were opened beside them.

use std::collections::BTreeSet;

use leptos::prelude::*;
use mcs_model::api::Right;
use mcs_model::{Channel, ChannelId, DeviceId};
use mcs_view::protocol::Request;

use super::{colour, first_chart};
use crate::card::ChannelCard;
use crate::chart::{self, Chart};
use crate::engine::Dispatch;
use crate::store::Store;
use crate::ui::Empty;

/// The cards of a device.
#[component]
pub(crate) fn Cards(id: DeviceId, channels: Vec<Channel>, right: Memo<Right>) -> impl IntoView {
    let locked = Signal::derive(move || {
        (right.get() < Right::Control).then_some("You may only look at this device")
    });
    let first: BTreeSet<_> = first_chart(&channels).map(|it| it.id.clone()).into_iter().collect();
    let open = RwSignal::new(first);
    let cards: Vec<_> = channels
        .iter()
        .map(|channel| view! { <Card device=id.clone() channel=channel.clone() locked open/> })
        .collect();
    let coloured: Vec<_> =
        channels.iter().map(|channel| (channel.clone(), colour(&channels, channel))).collect();
    let charts = move || {
        let shown =
            coloured.iter().filter(|(channel, _)| open.with(|open| open.contains(&channel.id)));
        shown.cloned().collect::<Vec<_>>()
    };
    view! {
        {channels.is_empty().then(|| view! {
            <Empty title="No channels yet" testid="device-empty">
                <p>"The channels of its prototype will be here. Add channels to the prototype on the server."</p>
            </Empty>
        })}
        <div class="grid">
            <For each=charts key=|(channel, _)| channel.id.clone() let((channel, colour))>
                {
                    let device = id.clone();
                    let id = channel.id.clone();
                    let close = Callback::new(move |()| open.update(|open| { open.remove(&id); }));
                    view! { <Chart device channel colour on_close=close/> }
                }
            </For>
            {cards}
        </div>
    }
}

#[component]
fn Card(
    device: DeviceId,
    channel: Channel,
    locked: Signal<Option<&'static str>>,
    open: RwSignal<BTreeSet<ChannelId>>,
) -> impl IntoView {
    let store = expect_context::<Store>();
    let dispatch = expect_context::<Dispatch>();
    let state = Signal::from(store.card(&channel.id));
    let id = channel.id.clone();
    let send = Callback::new(move |text| {
        dispatch.send(Request::Send { device: device.clone(), channel: id.clone(), text });
    });
    let id = channel.id.clone();
    let is_open = Signal::derive(move || open.with(|open| open.contains(&id)));
    let id = channel.id.clone();
    let toggle = Callback::new(move |()| {
        open.update(|open| {
            if !open.remove(&id) {
                open.insert(id.clone());
            }
        });
    });
    let chart = chart::is_drawable(&channel.kind).then_some(is_open);
    view! { <ChannelCard channel state now=store.now locked on_send=send chart on_chart=toggle/> }
}
