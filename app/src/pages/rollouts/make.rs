//! A new rollout: the file, the devices, the plan, what will happen, and the question.

use leptos::html;
use leptos::prelude::*;
use mcs_model::{DeviceId, FirmwareId};
use mcs_view::protocol::{
    Keeper, RolloutDevice, RolloutPreview, RolloutsRequest, StoredFirmware, Verification,
};

use super::draft::{Draft, Whom};
use super::plan::PlanPanel;
use super::preview::{PreviewPanel, devices};
use super::{Failure, KeeperNote, Page};
use crate::format;
use crate::pages::firmware::{Checks, look};
use crate::store::Store;
use crate::texts::rollouts as t;
use crate::ui::{Empty, Icon, Loading, Memo, Symbol};

/// A rollout of this firmware.
#[component]
pub(super) fn Make(page: Page, firmware: FirmwareId) -> impl IntoView {
    let store = expect_context::<Store>();
    let found = {
        let firmware = firmware.clone();
        Memo::new(move || {
            store.firmware.with(|view| {
                let view = view.as_ref()?;
                let found = view.firmwares.iter().find(|it| it.info.id == firmware).cloned();
                // An empty shelf may be one that is on its way.
                (found.is_some() || !view.firmwares.is_empty()).then_some(found)
            })
        })
    };
    let is_here = Memo::new(move || found.with(|it| it.as_ref().map(Option::is_some)));
    move || match is_here.get() {
        None => {
            view! { <div class="page"><Loading text=t::loading() testid="make-loading"/></div> }
                .into_any()
        }
        Some(false) => view! {
            <div class="page">
                <Empty title=t::no_firmware() testid="make-missing">
                    <p>{t::no_firmware_why()}</p>
                    <a class="button" href="#/firmware">{t::to_firmware()}</a>
                </Empty>
            </div>
        }
        .into_any(),
        Some(true) => {
            let found = Memo::new(move || found.get().flatten());
            let firmware = firmware.clone();
            view! { <Form page firmware found/> }.into_any()
        }
    }
}

#[component]
fn Form(page: Page, firmware: FirmwareId, found: Memo<Option<StoredFirmware>>) -> impl IntoView {
    let draft = Draft::new(expect_context::<Store>());
    let Some(info) = found.get_untracked().map(|it| it.info) else { return ().into_any() };
    Effect::new({
        let firmware = firmware.clone();
        move |_| {
            if let Some(request) = draft.request(&firmware) {
                page.ask(&RolloutsRequest::Preview(request));
            }
        }
    });
    let alone = page.view.with_untracked(|view| view.keeper != Keeper::Server);
    let back =
        if alone { "#/rollouts".to_owned() } else { format!("#/firmware/{}", info.prototype) };
    let title = t::make_title(&info.name, &info.version);
    let version = info.version.clone();
    view! {
        <div class="page">
            <div class="page-head"><h1 class="break">{title}</h1>
                <a class="button" href=back>{t::back()}</a></div>
            <KeeperNote page/>
            <Failure page/>
            <div class="columns">
                <div class="column">
                    <FilePanel page found alone/>
                    <WhomPanel draft version=version.clone()/>
                </div>
                <div class="column">
                    <PlanPanel draft/>
                    <PreviewPanel page draft version=version.clone()/>
                    <Question page draft firmware found version/>
                </div>
            </div>
        </div>
    }
    .into_any()
}

/// What is sent, and whether it was verified.
#[component]
fn FilePanel(page: Page, found: Memo<Option<StoredFirmware>>, alone: bool) -> impl IntoView {
    // Of an image of an address, as it was fetched.
    let checks = Memo::new(move || {
        let id = found.with(|it| it.as_ref().map(|it| it.info.id.clone()));
        page.view.with(|view| match id.is_some() && view.checked == id {
            true => view.checks.clone(),
            false => Vec::new(),
        })
    });
    let verified = Memo::new(move || {
        found.with(|it| it.as_ref().map_or(Verification::NotYet, |it| it.verified.clone()))
    });
    let state = move || match (look(&verified.get()), alone) {
        // Nothing was uploaded.
        ((name @ "verified", tone, symbol, _), true) => {
            (name, tone, symbol, t::verified_address().to_owned())
        }
        (look, _) => look,
    };
    let facts = move || {
        found.get().map(|StoredFirmware { info, .. }| {
            view! {
                <dl class="hashes">
                    <div><dt>"MD5"</dt><dd><code>{info.md5}</code></dd></div>
                    <div><dt>"SHA-256"</dt><dd><code>{info.sha256}</code></dd></div>
                </dl>
                <p class="muted number">{format::bytes(info.size)}</p>
            }
        })
    };
    view! {
        <section class="panel" aria-labelledby="make-file">
            <h2 id="make-file">{t::the_file()}</h2>
            {facts}
            <p class="state" role="status" data-testid="make-verified" data-state=move || state().0
                data-tone=move || state().1>
                {move || { let (_, _, symbol, words) = state(); view! { <Icon symbol/><span>{words}</span> } }}
            </p>
            <Checks checks/>
            <p class="remark">{t::verifying_why()}</p>
        </section>
    }
    .into_any()
}

/// Which devices.
#[component]
fn WhomPanel(draft: Draft, version: String) -> impl IntoView {
    let store = expect_context::<Store>();
    let radio = move |whom: Whom, id: &'static str, words: Signal<String>| {
        view! {
            <label class="choice">
                <input type="radio" name="whom" data-testid=format!("whom-{id}")
                    prop:checked=move || draft.whom.get() == whom on:change=move |_| draft.whom.set(whom)/>
                <span>{words}</span>
            </label>
        }
        .into_any()
    };
    let all = Signal::derive(move || t::whom_all(draft.candidates.with(Vec::len) as u64));
    let tags = Memo::new(move || draft.tags(store));
    let options = move || {
        let option = |tag: String| view! { <option value=tag.clone()>{tag.clone()}</option> };
        tags.get().into_iter().map(option).collect_view()
    };
    view! {
        <fieldset class="panel" data-testid="whom">
            <legend>{t::to_whom()}</legend>
            {move || draft.candidates.with(Vec::is_empty).then(|| view! { <p class="muted">{t::no_devices()}</p> })}
            {radio(Whom::All, "all", all)}
            {move || (!tags.with(|it| it.is_empty())).then(|| radio(Whom::Tag, "tag", Signal::stored(t::whom_tag().to_owned())))}
            <label class="field" class:gone=move || draft.whom.get() != Whom::Tag>
                <span class="field-name">{t::tag()}</span>
                <select class="input" data-testid="whom-tag-name" prop:value=move || draft.tag.get()
                    on:change:target=move |event| draft.tag.set(event.target().value())>
                    <option value=""></option>{options}
                </select>
            </label>
            {radio(Whom::Chosen, "chosen", Signal::stored(t::whom_chosen().to_owned()))}
            {move || (draft.whom.get() == Whom::Chosen).then(|| view! { <Choice draft/> })}
            <label class="choice">
                <input type="checkbox" data-testid="outdated-only" prop:checked=move || draft.outdated_only.get()
                    on:change:target=move |event| draft.outdated_only.set(event.target().checked())/>
                <span>{t::outdated_only(&version)}</span>
            </label>
        </fieldset>
    }
    .into_any()
}

/// The devices one by one.
#[component]
fn Choice(draft: Draft) -> impl IntoView {
    let store = expect_context::<Store>();
    let sought = RwSignal::new(String::new());
    let name = move |id: &DeviceId| {
        store.row(id).map_or_else(|| id.to_string(), |row| row.with(|row| row.name.clone()))
    };
    let found = Memo::new(move || {
        let sought = sought.get().to_lowercase();
        let fits = |id: &DeviceId| {
            [name(id), id.to_string()].iter().any(|it| it.to_lowercase().contains(&sought))
        };
        draft.candidates.with(|all| all.iter().filter(|it| fits(it)).cloned().collect::<Vec<_>>())
    });
    let entry = move |id: DeviceId| {
        let (text, code) = (name(&id), id.to_string());
        let is_ticked = {
            let id = id.clone();
            move || draft.ticked.with(|it| it.contains(&id))
        };
        let testid = format!("pick-{id}");
        let toggle = move |_| {
            draft.ticked.update(|it| {
                if !it.remove(&id) {
                    it.insert(id.clone());
                }
            });
        };
        view! {
            <li><label class="choice">
                <input type="checkbox" data-testid=testid prop:checked=is_ticked on:change=toggle/>
                <span>{text}" "<code>{code}</code></span>
            </label></li>
        }
        .into_any()
    };
    view! {
        <label class="search">
            <Icon symbol=Symbol::Search/><span class="sr-only">{t::search()}</span>
            <input type="search" class="input" placeholder=t::search() autocomplete="off" prop:value=move || sought.get()
                on:input:target=move |event| sought.set(event.target().value())/>
        </label>
        <p class="hint" role="status">{move || t::chosen(draft.ticked.with(|it| it.len()) as u64)}</p>
        <ul class="picks" tabindex="0" aria-label=t::whom_chosen()>
            <For each=move || found.get() key=Clone::clone let:id>{entry(id)}</For>
        </ul>
    }
    .into_any()
}

/// The button, and what is typed before it is done.
#[component]
fn Question(
    page: Page,
    draft: Draft,
    firmware: FirmwareId,
    found: Memo<Option<StoredFirmware>>,
    version: String,
) -> impl IntoView {
    let dialog = NodeRef::<html::Dialog>::new();
    let typed = RwSignal::new(String::new());
    let devices = devices(page);
    let count = Memo::new(move || devices.with(Vec::len) as u64);
    let is_empty = draft.targets;
    let why = Memo::new(move || {
        let verified = found.with(|it| it.as_ref().map(|it| it.verified.clone()));
        let is_refused = |it: &RolloutDevice| {
            draft.overrides.with(|all| {
                it.objections.iter().any(|it| all.iter().all(|(overridden, _)| overridden != it))
            })
        };
        let all_refused = devices.with(|all| !all.is_empty() && all.iter().all(is_refused));
        let unsaid = draft.overrides.with(|all| all.iter().any(|it| it.1.trim().is_empty()));
        match verified {
            Some(Verification::Failed(_)) => Some(t::because_not_verified()),
            Some(Verification::Verified) if is_empty.with(Vec::is_empty) => {
                Some(t::because_nobody())
            }
            Some(Verification::Verified) if draft.plan().is_none() => Some(t::because_plan()),
            Some(Verification::Verified) if unsaid => Some(t::because_reason()),
            Some(Verification::Verified) => page.view.with(|view| match view.preview {
                RolloutPreview::Here(..) if all_refused => Some(t::because_refused()),
                RolloutPreview::Here(..) => None,
                RolloutPreview::Failed(_) => Some(t::because_preview()),
                _ => Some(t::preview_asking()),
            }),
            _ => Some(t::because_verify()),
        }
    });
    let ask = move |_| {
        typed.set(String::new());
        if let Some(dialog) = dialog.get_untracked() {
            // Refused only while it is open.
            let _ = dialog.show_modal();
        }
    };
    let close = move || {
        if let Some(dialog) = dialog.get_untracked() {
            dialog.close();
        }
    };
    let agreed = move || typed.with(|it| it.trim().parse::<u64>().ok()) == Some(count.get());
    let make = move |event: leptos::ev::SubmitEvent| {
        event.prevent_default();
        let request = || draft.whole_request(&firmware).filter(|_| agreed());
        if let Some(request) = untrack(request) {
            close();
            page.ask(&RolloutsRequest::Make(request));
        }
    };
    let busy = page.busy();
    view! {
        <div class="actions">
            <button type="button" class="button primary" data-testid="rollout-make" aria-describedby="make-why"
                disabled=move || busy.get() || why.get().is_some() on:click=ask>
                <Icon symbol=Symbol::Send/><span>{move || t::make_for(count.get())}</span>
            </button>
            <p class="hint" id="make-why" data-testid="make-why">{move || why.get()}</p>
        </div>
        <dialog class="dialog" node_ref=dialog aria-labelledby="make-question">
            <h2 id="make-question">{move || t::confirm_question(count.get(), &version)}</h2>
            <p>{t::confirm_consequence()}</p>
            <form class="stack" on:submit=make>
                <label class="field">
                    <span class="field-name">{move || t::confirm_count(&count.get())}</span>
                    <input class="input" inputmode="numeric" autocomplete="off" data-testid="confirm-count"
                        prop:value=move || typed.get() on:input:target=move |event| typed.set(event.target().value())/>
                </label>
                <div class="actions end">
                    <button type="button" class="button" on:click=move |_| close()>{t::back()}</button>
                    <button type="submit" class="button primary" data-testid="confirm-make" disabled=move || !agreed()>
                        {move || t::make_for(count.get())}
                    </button>
                </div>
            </form>
        </dialog>
    }
    .into_any()
}
