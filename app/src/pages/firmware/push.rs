//! To whom the chosen firmware goes, and how far it is there.

use leptos::html;
use leptos::prelude::*;
use mcs_model::DeviceId;
use mcs_model::api::Right;
use mcs_view::protocol::{FirmwareRequest, Request, StoredFirmware, Trust, Verification};

use super::{Page, words};
use crate::engine::Dispatch;
use crate::format;
use crate::push;
use crate::store::Store;
use crate::texts::firmware as t;
use crate::ui::{Icon, Memo, OnlineLight, Symbol};

/// The prototype's devices, the button, the confirmation.
#[component]
pub(crate) fn Push(page: Page) -> impl IntoView {
    let store = expect_context::<Store>();
    let dispatch = expect_context::<Dispatch>();
    let devices = Memo::new(move || {
        store
            .firmware
            .with(|view| view.as_ref().map(|view| view.devices.clone()).unwrap_or_default())
    });
    let ticked = RwSignal::new(mcs_sorted::Set::<DeviceId>::new());
    // A device that has gone meanwhile is not pushed to.
    // Nor one that may only be looked at.
    let mine = Memo::new(move || {
        devices.get().into_iter().filter(|id| controls(store, id)).collect::<Vec<_>>()
    });
    let targets = Memo::new(move || {
        let ticked = ticked.get();
        mine.get().into_iter().filter(|id| ticked.contains(id)).collect::<Vec<_>>()
    });
    let locked = Memo::new(move || {
        let none = mine.with(Vec::is_empty) && !devices.with(Vec::is_empty);
        none.then(t::why_look_only)
    });
    let why = Memo::new(move || {
        why_not(locked.get(), page.trust.get(), page.chosen().as_ref(), targets.get().len())
    });
    let dialog = NodeRef::<html::Dialog>::new();
    let ask = move |_| {
        if let Some(dialog) = dialog.get_untracked() {
            // Refused only when it is open already.
            let _ = dialog.show_modal();
        }
    };
    let close = move || {
        if let Some(dialog) = dialog.get_untracked() {
            dialog.close();
        }
    };
    let confirm = move |_| {
        close();
        if let (None, Some(firmware)) = (why.get_untracked(), untrack(move || page.chosen())) {
            let devices = targets.get_untracked();
            dispatch.send(Request::Firmware(FirmwareRequest::Push {
                firmware: firmware.info.id,
                devices,
            }));
        }
    };
    let label = move || match (page.chosen(), targets.get().len()) {
        (Some(firmware), count @ 1..) => t::push_to(count as u64, &firmware.info.version),
        _ => t::push().to_owned(),
    };
    let question = move || {
        let count = targets.get().len() as u64;
        page.chosen().map(|it| t::push_question(count, &it.info.version))
    };
    let all = move || !mine.with(Vec::is_empty) && targets.get().len() == mine.with(Vec::len);
    let toggle_all = move |_| {
        let next = match untrack(all) {
            true => mcs_sorted::Set::new(),
            false => mine.get_untracked().into_iter().collect(),
        };
        ticked.set(next);
    };
    view! {
        <section class="panel" aria-labelledby="push-title">
            <h2 id="push-title">{t::devices()}</h2>
            {move || devices.with(Vec::is_empty).then(|| view! { <p class="muted">{t::no_devices()}</p> })}
            <label class="choice" class:gone=move || devices.with(Vec::is_empty)>
                <input type="checkbox" data-testid="push-all" prop:checked=all on:change=toggle_all
                    disabled=move || locked.get().is_some()/>
                <span>{t::all_devices()}</span>
            </label>
            <ul class="list">
                <For each=move || devices.get() key=Clone::clone let:id><Target id ticked/></For>
            </ul>
            <div class="actions">
                <button type="button" class="button primary" data-testid="push" disabled=move || why.get().is_some()
                    aria-describedby="push-why" on:click=ask><Icon symbol=Symbol::Send/><span>{label}</span></button>
                <p class="hint" id="push-why" data-testid="push-why">{move || why.get()}</p>
            </div>
            <dialog class="dialog" node_ref=dialog data-testid="push-dialog" aria-labelledby="push-question">
                <h2 id="push-question">{question}</h2>
                {move || page.chosen().map(|firmware| view! {
                    <p>{t::push_what(&firmware.info.name, &firmware.info.version, &format::bytes(firmware.info.size))}</p>
                    <p>"MD5 "<code class="break">{firmware.info.md5.clone()}</code></p>
                    <p data-testid="push-signed">{words::signed(&firmware.info).2}</p>
                })}
                <ul class="targets">{move || targets.get().into_iter().map(|id| {
                    let name = store.row(&id).map_or_else(|| id.to_string(), |row| row.with(|row| row.name.clone()));
                    view! { <li>{name}" "<code>{id.to_string()}</code></li> }
                }).collect::<Vec<_>>()}</ul>
                <p>{t::push_consequence()}</p>
                // Somebody else may have removed the devices meanwhile.
                {move || why.get().map(|it| view! { <p class="hint" role="status">{it}</p> })}
                <div class="actions end">
                    <button type="button" class="button" data-testid="push-cancel" on:click=move |_| close()>{t::cancel()}</button>
                    <button type="button" class="button primary" data-testid="push-confirm"
                        disabled=move || why.get().is_some() on:click=confirm>{label}</button>
                </div>
            </dialog>
        </section>
    }
}

#[component]
fn Target(id: DeviceId, ticked: RwSignal<mcs_sorted::Set<DeviceId>>) -> impl IntoView {
    let store = expect_context::<Store>();
    let row = store.row(&id)?;
    let online = {
        let row = row.clone();
        Signal::derive(move || row.with(|row| row.online))
    };
    let name = {
        let row = row.clone();
        move || row.with(|row| row.name.clone())
    };
    let version = {
        let row = row.clone();
        move || {
            row.with(|row| {
                row.firmware_version
                    .as_ref()
                    .map_or_else(|| t::not_reported().to_owned(), |it| t::reported(it))
            })
        }
    };
    let locked = {
        let id = id.clone();
        move || !controls(store, &id)
    };
    let checked = {
        let id = id.clone();
        move || ticked.with(|ticked| ticked.contains(&id))
    };
    let toggle = {
        let id = id.clone();
        move |_| {
            ticked.update(|ticked| {
                if !ticked.remove(&id) {
                    ticked.insert(id.clone());
                }
            })
        }
    };
    Some(view! {
        <li class="item">
            <label class="choice grow">
                <input type="checkbox" data-testid=format!("push-device-{id}") prop:checked=checked on:change=toggle disabled=locked/>
                <span><strong class="break">{name}</strong><br/>
                    <span class="muted" data-testid=format!("push-version-{id}")>{version}</span></span>
            </label>
            <div class="item-side">
                <OnlineLight online testid=format!("push-online-{id}")/>
                <push::State id=id.clone() testid="push-state"/>
                <push::Why id=id.clone() testid="push-detail"/>
            </div>
        </li>
    })
}

fn controls(store: Store, id: &DeviceId) -> bool {
    store.row(id).is_some_and(|row| row.with(|row| row.right >= Right::Control))
}

/// Why nothing can be pushed; `None` when it can.
fn why_not(
    locked: Option<&'static str>,
    trust: Trust,
    firmware: Option<&StoredFirmware>,
    devices: usize,
) -> Option<&'static str> {
    let Some(firmware) = firmware else { return locked.or(Some(t::why_firmware())) };
    let vouched = firmware.info.signed.as_ref().is_some_and(|it| it.trusted);
    match firmware.verified {
        _ if locked.is_some() => locked,
        _ if !vouched && trust == Trust::Signed => Some(t::why_roll_out()),
        _ if !vouched && trust == Trust::SignedOnly => Some(t::why_refused()),
        Verification::NotYet => Some(t::why_verify()),
        Verification::Running { .. } => Some(t::why_verifying()),
        Verification::Failed(_) => Some(t::why_not_verified()),
        Verification::Verified if devices == 0 => Some(t::why_device()),
        Verification::Verified => None,
    }
}
