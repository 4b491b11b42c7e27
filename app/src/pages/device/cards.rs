//! A device's cards, and the charts that were opened beside them.

use leptos::prelude::*;
use mcs_model::api::Right;
use mcs_model::{Channel, ChannelId, ChannelKind, DeviceId};
use mcs_view::protocol::{CardRequest, CardState, ControlStage, Request, RunsState};

use crate::card::ChannelCard;
use crate::chart::{self, Chart};
use crate::engine::Dispatch;
use crate::store::Store;
use crate::texts::device as t;
use crate::ui::{Empty, Memo, in_turn};

/// Cards that are made in one animation frame: all of them at once would hold the page up.
const SLICE: usize = 4;

/// The cards of a device.
#[component]
pub(crate) fn Cards(id: DeviceId, channels: Vec<Channel>, right: Memo<Right>) -> impl IntoView {
    let locked = Signal::derive(move || {
        (right.get() < Right::Control).then(crate::texts::card::may_only_look)
    });
    let first = || chart::first(&channels).map(|it| it.id.clone()).into_iter().collect();
    let open = RwSignal::new(chart::recall_open(&id).unwrap_or_else(first));
    let shown = StoredValue::new(false);
    {
        let id = id.clone();
        Effect::new(move |_| {
            open.with(|open| chart::remember_open(&id, open));
            shown.set_value(true);
        });
    }
    let cards = {
        let count = channels.len();
        in_turn(move || (0..count).collect(), SLICE)
    };
    let device = id.clone();
    let known = channels.clone();
    let card = move |index: usize| {
        let channel = known[index].clone();
        view! { <Card device=device.clone() channel locked open/> }
    };
    let all = channels.clone();
    let charts = move || {
        let shown = all.iter().filter(|channel| open.with(|open| open.contains(&channel.id)));
        shown.cloned().collect::<Vec<_>>()
    };
    let all = channels.clone();
    view! {
        {channels.is_empty().then(|| view! {
            <Empty title=t::no_channels() testid="device-empty">
                <p>{t::no_channels_next()}</p>
            </Empty>
        })}
        <Waiting id=id.clone() channels=channels.clone()/>
        <div class="grid">
            <For each=charts key=|channel| channel.id.clone() let(channel)>
                {
                    let device = id.clone();
                    let id = channel.id.clone();
                    let close = Callback::new(move |()| open.update(|open| { open.remove(&id); }));
                    let arrived = shown.get_value();
                    view! { <Chart device channel channels=all.clone() arrived on_close=close/> }
                }
            </For>
            <For each=move || cards.get() key=|index| *index children=card/>
        </div>
    }
}

#[component]
fn Card(
    device: DeviceId,
    channel: Channel,
    locked: Signal<Option<&'static str>>,
    open: RwSignal<mcs_sorted::Set<ChannelId>>,
) -> impl IntoView {
    let store = expect_context::<Store>();
    let dispatch = expect_context::<Dispatch>();
    let state = Signal::from(store.card(&channel.id));
    let trail = Signal::from(store.trail(&channel.id));
    let request = |request: fn(DeviceId, ChannelId) -> CardRequest| {
        let (device, channel) = (device.clone(), channel.id.clone());
        move || dispatch.send(Request::Card(request(device.clone(), channel.clone())))
    };
    let drop_waiting = request(|device, channel| CardRequest::Drop { device, channel });
    let on_drop = Callback::new(move |()| drop_waiting());
    if matches!(channel.kind, ChannelKind::Gps | ChannelKind::Image) {
        request(|device, channel| CardRequest::Recall { device, channel })();
    }
    let runs: Signal<Option<RunsState>> = store.runs(&channel.id).into();
    if matches!(channel.kind, ChannelKind::Function { .. }) {
        request(|device, channel| CardRequest::Runs { device, channel })();
    }
    let scope = device.to_string();
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
    let chart = chart::is_drawable(&channel).then_some(is_open);
    view! {
        <ChannelCard channel state trail runs now=store.now locked on_send=send on_drop scope chart on_chart=toggle/>
    }
}

/// The commands that wait for the device, and a way to drop all of them.
#[component]
fn Waiting(id: DeviceId, channels: Vec<Channel>) -> impl IntoView {
    let store = expect_context::<Store>();
    let dispatch = expect_context::<Dispatch>();
    let cards: Vec<_> =
        channels.iter().map(|channel| (channel.id.clone(), store.card(&channel.id))).collect();
    let cards = StoredValue::new(cards);
    let waiting = Memo::new(move || {
        cards.with_value(|cards| {
            let waits = |(_, card): &&(_, ArcRwSignal<CardState>)| {
                card.with(|card| {
                    let stage = card.control.as_ref().map(|it| &it.stage);
                    matches!(stage, Some(ControlStage::Waiting { .. }))
                })
            };
            cards.iter().filter(waits).map(|it| it.0.clone()).collect::<Vec<ChannelId>>()
        })
    });
    let drop_all = move |_| {
        for channel in waiting.get_untracked() {
            let device = id.clone();
            dispatch.send(Request::Card(CardRequest::Drop { device, channel }));
        }
    };
    view! {
        <p class="waiting actions" class:gone=move || waiting.with(Vec::is_empty) data-testid="waiting">
            <span>{move || t::waiting(waiting.with(Vec::len) as u64)}</span>
            <button type="button" class="button" data-testid="drop-all" on:click=drop_all>{t::drop_all()}</button>
        </p>
    }
}
