//! The firmwares on the server.

use leptos::prelude::*;
use mcs_model::FirmwareId;
use mcs_view::protocol::{FirmwareRequest, Request, StoredFirmware, Verification};

use super::edit::Edit;
use super::remove::Remove;
use super::{Page, words};
use crate::clock;
use crate::engine::Dispatch;
use crate::format;
use crate::texts::firmware as t;
use crate::ui::{Icon, Memo, Symbol};

/// The prototype's firmwares, newest first; one of them is chosen for the push.
#[component]
pub(crate) fn Stored(page: Page) -> impl IntoView {
    let order = Memo::new(move || {
        page.firmwares.with(|all| all.iter().map(|it| it.info.id.clone()).collect::<Vec<_>>())
    });
    view! {
        <section class="panel" aria-labelledby="stored">
            <h2 id="stored">{t::stored()}</h2>
            {move || order.with(Vec::is_empty).then(|| view! {
                <p class="muted" data-testid="firmwares-empty">{t::stored_none()}</p>
            })}
            <ul class="list" data-testid="firmware-list">
                <For each=move || order.get() key=Clone::clone let:id><Item page id/></For>
            </ul>
        </section>
    }
}

#[component]
fn Item(page: Page, id: FirmwareId) -> impl IntoView {
    let dispatch = expect_context::<Dispatch>();
    let find = {
        let id = id.clone();
        move |all: &Vec<StoredFirmware>| all.iter().find(|it| it.info.id == id).cloned()
    };
    let info = page.firmwares.with_untracked(&find)?.info;
    let verified = {
        let find = find.clone();
        Memo::new(move || page.firmwares.with(&find).map_or(Verification::NotYet, |it| it.verified))
    };
    let note = {
        let find = find.clone();
        Memo::new(move || page.firmwares.with(&find).map(|it| it.info.note).unwrap_or_default())
    };
    // The versions that a device must run.
    let only = {
        let find = find.clone();
        Memo::new(move || {
            let wanted = page.firmwares.with(&find)?.info.compatible?;
            let named = |all: &Vec<StoredFirmware>| {
                let named = all.iter().filter(|it| wanted.contains(&it.info.id));
                named.map(|it| it.info.version.clone()).collect::<Vec<_>>().join(", ")
            };
            Some(page.firmwares.with(named))
        })
    };
    let is_chosen = {
        let id = id.clone();
        move || page.chosen().is_some_and(|it| it.info.id == id)
    };
    let pick = {
        let id = id.clone();
        move |_| page.picked.set(Some(id.clone()))
    };
    let verify = {
        let id = id.clone();
        move |_| dispatch.send(Request::Firmware(FirmwareRequest::Verify(id.clone())))
    };
    let running = move || matches!(verified.get(), Verification::Running { .. });
    let (signed, tone, vouched) = words::signed(&info);
    let symbol = if signed == "signed" { Symbol::Check } else { Symbol::Question };
    let uploaded = clock::local(info.uploaded.as_millis()).date_and_time();
    Some(view! {
        <li class="item" data-testid=format!("firmware-row-{id}") data-version=info.version.clone()>
            <label class="choice grow">
                <input type="radio" name="firmware" data-testid=format!("choose-{id}") prop:checked=is_chosen on:change=pick/>
                <span>
                    <strong class="break">{info.version.clone()}</strong>" "<span class="break">{info.name}</span><br/>
                    <span class="muted number">{format!("{}, {uploaded}", format::bytes(info.size))}</span>
                    {move || note.with(|it| (!it.is_empty()).then(|| view! { <br/><span class="break">{it.clone()}</span> }))}
                    {move || only.get().map(|it| view! { <br/><span class="break" data-testid="only-for">{t::only_for(&it)}</span> })}
                    <br/><code class="break" title=t::md5_server()>{info.md5}</code>
                </span>
            </label>
            <div class="item-side">
                <div class="item-states">
                    <span class="state" data-testid=format!("signed-{id}") data-state=signed data-tone=tone>
                        <Icon symbol/><span>{vouched}</span>
                    </span>
                    <span class="state" role="status" data-testid=format!("verified-{id}")
                        data-state=move || look(&verified.get()).0 data-tone=move || look(&verified.get()).1>
                        {move || { let (_, _, symbol, words) = look(&verified.get()); view! { <Icon symbol/><span>{words}</span> } }}
                    </span>
                </div>
                <button type="button" class="button" data-testid=format!("verify-{id}") disabled=running on:click=verify>{t::verify()}</button>
                <a class="button" data-testid=format!("roll-out-{id}") href=format!("#/rollouts/new/{}/{id}", info.prototype)>{t::roll_out()}</a>
                <Edit page id=id.clone()/>
                <Remove page id=id.clone() version=info.version.clone() seq=info.signed.map(|it| it.seq)/>
            </div>
        </li>
    })
}

/// A verification's test id, tone, icon and words.
pub(crate) fn look(verified: &Verification) -> (&'static str, &'static str, Symbol, String) {
    match verified {
        Verification::NotYet => {
            ("not-yet", "offline", Symbol::Question, t::not_verified().to_owned())
        }
        Verification::Running { done, total } => {
            let words = t::fetching_back(&format::bytes(*done), &format::bytes(*total));
            ("running", "pending", Symbol::Clock, words)
        }
        Verification::Verified => ("verified", "ok", Symbol::Check, t::verified().to_owned()),
        Verification::Failed(why) => {
            ("failed", "danger", Symbol::Warning, words::not_verified(why))
        }
    }
}
