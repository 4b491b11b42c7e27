//! The list: every prototype, and how to get another.

use leptos::html;
use leptos::prelude::*;
use mcs_model::api::PrototypeSummary;
use mcs_view::protocol::{Outcome, PrototypesRequest, Request};

use super::dialogs::{close, open};
use super::{Page, file, words};
use crate::engine::Dispatch;
use crate::format;
use crate::texts::prototypes as t;
use crate::ui::{Empty, Icon, Loading, Memo, Symbol};

/// Every prototype.
#[component]
pub(crate) fn List(page: Page) -> impl IntoView {
    let dialog = NodeRef::<html::Dialog>::new();
    let sought = RwSignal::new(String::new());
    let found = Memo::new(move || {
        let sought = sought.get().to_lowercase();
        let fits = |it: &PrototypeSummary| {
            let texts = [it.name.as_str(), it.id.as_str(), &it.description, &it.version];
            texts.iter().any(|text| text.to_lowercase().contains(&sought))
        };
        page.view.with(|view| {
            let list = view.as_ref()?.list.as_ref()?;
            Some(list.iter().filter(|it| fits(it)).cloned().collect::<Vec<_>>())
        })
    });
    let total = Memo::new(move || {
        page.view.with(|view| view.as_ref()?.list.as_ref().map(Vec::len)).unwrap_or_default()
    });
    let heading = move || match found.with(|it| it.as_ref().map(Vec::len)) {
        None => String::new(),
        Some(found) if found == total.get() => format::count(found as u64),
        Some(found) => {
            let total = format::count(total.get() as u64);
            t::found_of(&format::count(found as u64), &total)
        }
    };
    let is_empty = Memo::new(move || found.with(|found| found.as_ref().map(Vec::is_empty)));
    view! {
        <div class="page">
            <div class="page-head">
                <h1>{t::title()}" "<span class="muted number">{heading}</span></h1>
                <label class="search">
                    <Icon symbol=Symbol::Search/>
                    <span class="sr-only">{t::search()}</span>
                    <input type="search" class="input" placeholder=t::search_hint() data-testid="prototype-search"
                        autocomplete="off" prop:value=move || sought.get()
                        on:input:target=move |event| sought.set(event.target().value())/>
                </label>
                <New page dialog/>
            </div>
            <words::Locked page/>
            <words::Failure page/>
            {move || match (is_empty.get(), total.get()) {
                (None, _) if page.trouble.get().is_some() => ().into_any(),
                (None, _) => view! { <Loading text=t::fetching_all() testid="prototypes-loading"/> }.into_any(),
                (_, 0) => view! {
                    <Empty title=t::none() testid="prototypes-empty">
                        <p>{t::none_what()}</p>
                        {move || page.may_edit.get().then(|| view! {
                            <button type="button" class="button primary" data-testid="prototype-first"
                                on:click=move |_| open(dialog)>{t::none_made()}</button>
                        })}
                    </Empty>
                }.into_any(),
                (Some(true), _) => view! {
                    <Empty title=t::no_match() testid="prototypes-empty">
                        <p>{move || t::no_match_why(&sought.get())}</p>
                        <button type="button" class="button" on:click=move |_| sought.set(String::new())>{t::show_all()}</button>
                    </Empty>
                }.into_any(),
                (Some(false), _) => view! {
                    <ul class="prototypes" data-testid="prototype-list">
                        <For each=move || found.get().unwrap_or_default() key=|it| (it.id.clone(), it.edited, it.devices) let:it><Entry it/></For>
                    </ul>
                }.into_any(),
            }}
            {move || page.is_static.get().then(|| view! { <Everything page/> })}
        </div>
    }
}

#[component]
fn Entry(it: PrototypeSummary) -> impl IntoView {
    view! {
        <li class="prototype" data-testid=format!("prototype-row-{}", it.id)>
            <a class="prototype-name" href=format!("#/prototypes/{}", it.id) data-testid=format!("prototype-link-{}", it.id)>{it.name}</a>
            {(!it.version.is_empty()).then(|| view! { <span class="tag" title=t::version()>{it.version}</span> })}
            <code>{it.id.to_string()}</code>
            <p class="prototype-about">{it.description}</p>
            <p class="prototype-counts muted">
                <span class="number">{t::channel_count(it.channels.into())}</span>
                <span class="number">{t::device_count(it.devices.into())}</span>
            </p>
        </li>
    }
}

/// How another prototype comes here: by hand, or from a file.
#[component]
fn New(page: Page, dialog: NodeRef<html::Dialog>) -> impl IntoView {
    let dispatch = expect_context::<Dispatch>();
    let name = RwSignal::new(String::new());
    let submit = move |event: leptos::ev::SubmitEvent| {
        event.prevent_default();
        let name = name.get_untracked().trim().to_owned();
        if !name.is_empty() {
            dispatch.send(Request::Prototypes(PrototypesRequest::Create(name)));
        }
    };
    let import = Callback::new(move |text| {
        dispatch.send(Request::Prototypes(PrototypesRequest::Import(text)));
    });
    let locked = move || page.busy.get() || !page.may_edit.get();
    view! {
        <div class="actions">
            <file::Pick label=t::import() testid="prototype-import" disabled=Signal::derive(locked) on_text=import/>
            <button type="button" class="button primary" data-testid="prototype-new" disabled=locked on:click=move |_| open(dialog)>{t::new()}</button>
        </div>
        <dialog class="dialog" node_ref=dialog aria-labelledby="prototype-new-title" on:close=move |_| name.set(String::new())>
            <h2 id="prototype-new-title">{t::new()}</h2>
            <form class="stack" on:submit=submit>
                <label class="field">
                    <span class="field-name">{t::name()}</span>
                    <input class="input" data-testid="prototype-new-name" maxlength="200" autocomplete="off" required
                        prop:value=move || name.get() on:input:target=move |event| name.set(event.target().value())/>
                </label>
                <p class="hint">{t::new_hint()}</p>
                <div class="actions end">
                    <button type="button" class="button" on:click=move |_| close(dialog)>{t::cancel()}</button>
                    <button type="submit" class="button primary" data-testid="prototype-create"
                        disabled=move || locked() || name.with(|it| it.trim().is_empty())>{t::create()}</button>
                </div>
            </form>
        </dialog>
    }
}

/// Static setting: everything that the browser keeps, out and in.
#[component]
fn Everything(page: Page) -> impl IntoView {
    let dispatch = expect_context::<Dispatch>();
    let restore = Callback::new(move |text| {
        dispatch.send(Request::Prototypes(PrototypesRequest::Restore(text)));
    });
    let restored = move || match page.outcome.get() {
        Some(Outcome::Restored { prototypes, devices, profiles }) => {
            Some(t::restored(&prototypes, &devices, &profiles))
        }
        _ => None,
    };
    view! {
        <section class="panel" aria-labelledby="everything">
            <h2 id="everything">{t::everything()}</h2>
            <p class="remark">{t::everything_what()}</p>
            <div class="actions">
                <button type="button" class="button" data-testid="backup" disabled=move || page.busy.get()
                    on:click=move |_| dispatch.send(Request::Prototypes(PrototypesRequest::Backup))>{t::export_everything()}</button>
                <file::Pick label=t::import_everything() testid="restore" disabled=page.busy on_text=restore/>
            </div>
            <div role="status">{move || restored().map(|said| view! {
                <p class="state" data-tone="ok" data-testid="restored"><Icon symbol=Symbol::Check/><span>{said}</span></p>
            })}</div>
        </section>
    }
}
