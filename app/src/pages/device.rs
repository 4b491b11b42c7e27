//! One device: its head, its charts, its cards.

use std::collections::BTreeSet;

use leptos::prelude::*;
use mcs_model::api::Right;
use mcs_model::{Channel, ChannelId, ChannelKind, DeviceId, Direction};
use mcs_view::protocol::{DeviceRow, Online, Request};

use crate::card::ChannelCard;
use crate::chart::{self, Chart};
use crate::clock;
use crate::engine::Dispatch;
use crate::format;
use crate::push;
use crate::store::Store;
use crate::ui::{self, CopyButton, Empty, Loading, OnlineLight};

/// How many colours there are for lines.
const COLOURS: usize = 8;

/// The page of a device.
#[component]
pub(crate) fn Device(id: DeviceId) -> impl IntoView {
    let store = expect_context::<Store>();
    let known = {
        let id = id.clone();
        Memo::new(move |_| {
            store.order.with(|order| order.as_ref().map(|order| order.contains(&id)))
        })
    };
    let channels = {
        let id = id.clone();
        Memo::new(move |_| {
            store.device.with(|device| {
                device
                    .as_ref()
                    .filter(|device| device.id == id)
                    .map(|device| device.channels.clone())
            })
        })
    };
    move || match (known.get(), channels.get()) {
        (Some(false), _) => view! {
            <Missing id=id.clone()/>
        }
        .into_any(),
        (_, None) | (None, _) => view! {
            <div class="page"><Loading text="Fetching the device" testid="device-loading"/></div>
        }
        .into_any(),
        (Some(true), Some(channels)) => view! { <Open id=id.clone() channels/> }.into_any(),
    }
}

#[component]
fn Missing(id: DeviceId) -> impl IntoView {
    view! {
        <div class="page">
            <Empty title="There is no such device" testid="device-missing">
                <p>"No device has the id "<code>{id.to_string()}</code>", or you may not see it."</p>
                <a class="button" href="#/devices">"Go to the devices"</a>
            </Empty>
        </div>
    }
}

#[component]
fn Open(id: DeviceId, channels: Vec<Channel>) -> impl IntoView {
    let store = expect_context::<Store>();
    let row = store.row(&id)?;
    let online = {
        let row = row.clone();
        Memo::new(move |_| row.with(|row| row.online))
    };
    let right = {
        let row = row.clone();
        Memo::new(move |_| row.with(|row| row.right))
    };
    let locked = Signal::derive(move || {
        (right.get() < Right::Control).then_some("You may only look at this device")
    });
    let open = RwSignal::new(first_charts(&channels));
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
    let device = id.clone();
    Some(view! {
        <div class="page" class:stale=move || online.get() == Online::No>
            <Head id row online right/>
            {channels.is_empty().then(|| view! {
                <Empty title="No channels yet" testid="device-empty">
                    <p>"The channels of its prototype will be here. Add channels to the prototype on the server."</p>
                </Empty>
            })}
            <div class="grid">
                <For each=charts key=|(channel, _)| channel.id.clone() let((channel, colour))>
                    {
                        let id = channel.id.clone();
                        let close = Callback::new(move |()| open.update(|open| { open.remove(&id); }));
                        view! { <Chart device=device.clone() channel colour on_close=close/> }
                    }
                </For>
                {cards}
            </div>
        </div>
    })
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

#[component]
fn Head(
    id: DeviceId,
    row: ArcRwSignal<DeviceRow>,
    online: Memo<Online>,
    right: Memo<Right>,
) -> impl IntoView {
    let store = expect_context::<Store>();
    let part = {
        let row = row.clone();
        move |part: fn(&DeviceRow) -> String| {
            let row = row.clone();
            Signal::derive(move || row.with(part))
        }
    };
    let seen = Memo::new(move |_| row.with(|row| row.last_seen.map(|at| at.as_millis())));
    let age = move || {
        seen.get().map_or_else(|| "never".to_owned(), |at| format::relative(store.now.get(), at))
    };
    let key_of = id.clone();
    let device_id = id.to_string();
    view! {
        <div class="page-head">
            <h1 data-testid="device-name">{part(|row| row.name.clone())}</h1>
            <OnlineLight online testid=format!("online-{id}")/>
            <push::State id=id.clone() testid="push"/>
        </div>
        {move || (online.get() == Online::No).then(|| view! {
            <p class="remark" data-testid="device-offline">"The device is offline: the values are the last ones it sent. A command is kept as the channel’s last value, but not delivered."</p>
        })}
        {move || (right.get() < Right::Control).then(|| view! {
            <p class="remark" data-testid="device-locked">"You may look at this device, not control it. An administrator of the server can let you."</p>
        })}
        <dl class="facts across">
            <div><dt>"Device id"</dt><dd><code data-testid="device-id">{device_id.clone()}</code>
                <CopyButton text=Signal::stored(device_id) what="device id" testid="copy-device-id"/></dd></div>
            {move || (right.get() >= Right::Control).then(|| view! { <Key id=key_of.clone()/> })}
            <Fact name="Prototype" text=part(|row| row.prototype.as_ref().map(|it| it.1.clone()).unwrap_or_default())/>
            <Fact name="Transport" text=part(transports)/>
            <Fact name="Firmware" text=part(|row| row.firmware_version.clone().unwrap_or_default())/>
            <div><dt>"Last seen"</dt><dd class="number"><time
                title=move || seen.get().map(|at| clock::local(at).date_and_time()).unwrap_or_default()>{age}</time></dd></div>
        </dl>
    }
}

/// The device's key. It is not even fetched until somebody asks to see it, and forgotten with the page.
#[component]
fn Key(id: DeviceId) -> impl IntoView {
    let store = expect_context::<Store>();
    let dispatch = expect_context::<Dispatch>();
    let key = {
        let id = id.clone();
        Memo::new(move |_| {
            let shown = store.credentials.get().filter(|it| it.id == id);
            shown.map(|it| it.key.to_string())
        })
    };
    let toggle = move |_| {
        if key.with_untracked(Option::is_some) {
            store.credentials.set(None);
        } else {
            dispatch.send(Request::Credentials(id.clone()));
        }
    };
    view! {
        <div><dt>"Device key"</dt><dd>
            {move || match key.get() {
                Some(key) => view! {
                    <code data-testid="device-key">{key.clone()}</code>
                    <CopyButton text=Signal::stored(key) what="device key" testid="copy-device-key"/>
                }.into_any(),
                None => view! { <code class="muted" aria-label="hidden">"••••••••"</code> }.into_any(),
            }}
            <button type="button" class="button quiet" data-testid="toggle-key" on:click=toggle>
                {move || if key.with(Option::is_some) { "Hide" } else { "Show" }}
            </button>
        </dd></div>
    }
}

/// A fact that is left out while nobody knows it.
#[component]
fn Fact(name: &'static str, text: Signal<String>) -> impl IntoView {
    view! { <div class:gone=move || text.with(String::is_empty)><dt>{name}</dt><dd>{text}</dd></div> }
}

fn transports(row: &DeviceRow) -> String {
    let names: Vec<_> = row.transports.iter().map(|it| ui::transport(*it)).collect();
    names.join(", ")
}

/// The colour of a channel's line, the same wherever the line is drawn. Measured numbers come
/// first, so that those which are charted most are told apart best.
fn colour(channels: &[Channel], channel: &Channel) -> usize {
    let class = |it: &Channel| match (it.direction, &it.kind) {
        (Direction::Display, ChannelKind::Float { .. }) => 0,
        (Direction::Display, _) => 1,
        (Direction::Controller, _) => 2,
    };
    let drawn = || channels.iter().filter(|it| chart::is_drawable(&it.kind));
    let before = drawn().filter(|it| class(it) < class(channel)).count();
    let same = drawn().filter(|it| class(it) == class(channel));
    let place = same.take_while(|it| it.id != channel.id).count();
    (before + place) % COLOURS + 1
}

/// The chart that is open at first: of the first measured number.
fn first_charts(channels: &[Channel]) -> BTreeSet<ChannelId> {
    let displays = || channels.iter().filter(|it| it.direction == Direction::Display);
    let float = displays().find(|it| matches!(it.kind, ChannelKind::Float { .. }));
    let whole = displays().find(|it| matches!(it.kind, ChannelKind::Integer { .. }));
    float.or(whole).map(|it| it.id.clone()).into_iter().collect()
}
