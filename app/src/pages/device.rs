//! One device: its head, and its tabs.

mod cards;
mod chart;
mod code;
mod details;

use leptos::prelude::*;
use mcs_model::DeviceId;
use mcs_model::api::Right;
use mcs_view::protocol::{Away, DeviceRow, DeviceView, Online};

use crate::format;
use crate::push;
use crate::shell;
use crate::store::Store;
use crate::texts::device as t;
use crate::ui::{Empty, Loading, Memo, OnlineLight, Tab, Tabs, panel_id};

/// The views of a device, in the order of their tabs; the first needs no word in the address.
const TABS: [&str; 4] = ["cards", "chart", "code", "details"];

/// The page of a device.
#[component]
pub(crate) fn Device(id: DeviceId) -> impl IntoView {
    let store = expect_context::<Store>();
    let known = {
        let id = id.clone();
        Memo::new(move || store.order.with(|order| order.as_ref().map(|order| order.contains(&id))))
    };
    let device = {
        let id = id.clone();
        Memo::new(move || store.device.get().filter(|device| device.id == id))
    };
    move || match (known.get(), device.get()) {
        (Some(false), _) => view! { <Missing id=id.clone()/> }.into_any(),
        (_, None) | (None, _) => view! {
            <div class="page"><Loading text=t::fetching() testid="device-loading"/></div>
        }
        .into_any(),
        (Some(true), Some(device)) => view! { <Open device/> }.into_any(),
    }
}

#[component]
fn Missing(id: DeviceId) -> impl IntoView {
    view! {
        <div class="page">
            <Empty title=t::missing() testid="device-missing">
                <p>{t::missing_why()}</p>
                <code class="block">{id.to_string()}</code>
                <a class="button" href="#/devices">{t::to_devices()}</a>
            </Empty>
        </div>
    }
}

#[component]
fn Open(device: DeviceView) -> impl IntoView {
    let store = expect_context::<Store>();
    let row = store.row(&device.id)?;
    let online = {
        let row = row.clone();
        Memo::new(move || row.with(|row| row.online))
    };
    let right = {
        let row = row.clone();
        Memo::new(move || row.with(|row| row.right))
    };
    let open = Memo::new(move || {
        store.query.with(|query| {
            let named = TABS.into_iter().find(|tab| Some(*tab) == query.value("tab"));
            named.unwrap_or(TABS[0])
        })
    });
    let on_open = Callback::new(move |id: &'static str| {
        let tab = (id != TABS[0]).then_some(id);
        shell::show(store, store.query.get_untracked().with("tab", tab));
    });
    let names = [t::cards(), t::chart(), t::code(), t::details()];
    let tabs = TABS.into_iter().zip(names).map(|(id, name)| Tab { id, name }).collect();
    let content = {
        let row = row.clone();
        move || {
            let DeviceView { id, description, channels } = device.clone();
            match open.get() {
                "chart" => view! { <chart::Charts id channels/> }.into_any(),
                "code" => view! { <code::Code id channels right/> }.into_any(),
                "details" => {
                    view! { <details::Details id description row=row.clone() right/> }.into_any()
                }
                _ => view! { <cards::Cards id channels right/> }.into_any(),
            }
        }
    };
    Some(view! {
        <div class="page" class:stale=move || online.get() == Online::No>
            <Head row online right/>
            <Tabs label=t::views() tabs open on_open/>
            <section class="tab-panel" role="tabpanel" id=move || panel_id(open.get())
                aria-labelledby=move || format!("tab-{}", open.get())>{content}</section>
        </div>
    })
}

#[component]
fn Head(row: ArcRwSignal<DeviceRow>, online: Memo<Online>, right: Memo<Right>) -> impl IntoView {
    let store = expect_context::<Store>();
    let away = expect_context::<RwSignal<Away>>();
    let id = row.with_untracked(|row| row.id.clone());
    let name = {
        let row = row.clone();
        Memo::new(move || row.with(|row| row.name.clone()))
    };
    let seen = Memo::new(move || row.with(|row| row.last_seen.map(|at| at.as_millis())));
    let age = move || seen.get().map(|at| t::last_seen(&format::relative(store.now.get(), at)));
    view! {
        <div class="page-head">
            <h1 data-testid="device-name">{move || name.get()}</h1>
            <OnlineLight online testid=format!("online-{id}")/>
            <span class="muted number" class:gone=move || online.get() == Online::Yes>{age}</span>
            <push::State id=id.clone() testid="push"/>
            <push::Why id testid="push-why"/>
        </div>
        {move || (online.get() == Online::No).then(|| view! {
            <p class="remark" data-testid="device-offline">{match away.get() {
                _ if seen.get().is_none() => t::never_heard(),
                Away::Refuse => t::offline_refuse(),
                Away::Wait { .. } => t::offline_wait(),
                Away::Send => t::offline_send(),
            }}</p>
        })}
        {move || (right.get() < Right::Control).then(|| view! {
            <p class="remark" data-testid="device-locked">{t::locked()}</p>
        })}
    }
}
