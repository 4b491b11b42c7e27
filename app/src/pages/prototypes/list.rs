//! The list: every prototype, and how to get another.

use leptos::html;
use leptos::prelude::*;
use mcs_model::api::PrototypeSummary;
use mcs_view::protocol::{PrototypesRequest, Request};

use super::{Page, file, words};
use crate::engine::Dispatch;
use crate::format;
use crate::ui::{Empty, Icon, Loading, Symbol};

/// Every prototype.
#[component]
pub(crate) fn List(page: Page) -> impl IntoView {
    let sought = RwSignal::new(String::new());
    let found = Memo::new(move |_| {
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
    let total = Memo::new(move |_| {
        page.view.with(|view| view.as_ref()?.list.as_ref().map(Vec::len)).unwrap_or_default()
    });
    let heading = move || match found.with(|it| it.as_ref().map(Vec::len)) {
        None => String::new(),
        Some(found) if found == total.get() => format::count(found as u64),
        Some(found) => {
            format!("{} of {}", format::count(found as u64), format::count(total.get() as u64))
        }
    };
    let is_empty = Memo::new(move |_| found.with(|found| found.as_ref().map(Vec::is_empty)));
    view! {
        <div class="page">
            <div class="page-head">
                <h1>"Prototypes "<span class="muted number">{heading}</span></h1>
                <label class="search">
                    <Icon symbol=Symbol::Search/>
                    <span class="sr-only">"Search prototypes"</span>
                    <input type="search" class="input" placeholder="Name, id or description" data-testid="prototype-search"
                        autocomplete="off" prop:value=move || sought.get()
                        on:input:target=move |event| sought.set(event.target().value())/>
                </label>
                <New page/>
            </div>
            <words::Locked page/>
            <words::Failure page/>
            {move || match (is_empty.get(), total.get()) {
                (None, _) if page.trouble.get().is_some() => ().into_any(),
                (None, _) => view! { <Loading text="Fetching the prototypes" testid="prototypes-loading"/> }.into_any(),
                (_, 0) => view! {
                    <Empty title="No prototypes yet" testid="prototypes-empty">
                        <p>"A prototype says which channels a kind of device has. Devices are made from it, and every change of it holds for all of them."</p>
                    </Empty>
                }.into_any(),
                (Some(true), _) => view! {
                    <Empty title="No prototype matches" testid="prototypes-empty">
                        <p>"Nothing has “"{move || sought.get()}"” in its name, id, version or description."</p>
                        <button type="button" class="button" on:click=move |_| sought.set(String::new())>"Show all prototypes"</button>
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
    let count = |number: u32, one: &'static str, many: &'static str| {
        let word = if number == 1 { one } else { many };
        view! { <span class="number"><strong>{format::count(number.into())}</strong>" "{word}</span> }
    };
    view! {
        <li class="prototype" data-testid=format!("prototype-row-{}", it.id)>
            <a class="prototype-name" href=format!("#/prototypes/{}", it.id) data-testid=format!("prototype-link-{}", it.id)>{it.name}</a>
            {(!it.version.is_empty()).then(|| view! { <span class="tag" title="Version">{it.version}</span> })}
            <code>{it.id.to_string()}</code>
            <p class="prototype-about">{it.description}</p>
            <p class="prototype-counts muted">
                {count(it.channels, "channel", "channels")}
                {count(it.devices, "device", "devices")}
            </p>
        </li>
    }
}

/// How another prototype comes here: by hand, or from a file.
#[component]
fn New(page: Page) -> impl IntoView {
    let dispatch = expect_context::<Dispatch>();
    let dialog = NodeRef::<html::Dialog>::new();
    let name = RwSignal::new(String::new());
    let submit = move |event: leptos::ev::SubmitEvent| {
        event.prevent_default();
        let name = name.get_untracked().trim().to_owned();
        if !name.is_empty() {
            dispatch.send(Request::Prototypes(PrototypesRequest::Create(name)));
        }
    };
    let open = move |_| {
        name.set(String::new());
        if let Some(dialog) = dialog.get_untracked() {
            // Refused only while it is open.
            let _ = dialog.show_modal();
        }
    };
    let close = move |_| {
        if let Some(dialog) = dialog.get_untracked() {
            dialog.close();
        }
    };
    let import = Callback::new(move |text| {
        dispatch.send(Request::Prototypes(PrototypesRequest::Import(text)));
    });
    let locked = move || page.busy.get() || !page.may_edit.get();
    view! {
        <div class="actions">
            <file::Pick label="Import" testid="prototype-import" disabled=Signal::derive(locked) on_text=import/>
            <button type="button" class="button primary" data-testid="prototype-new" disabled=locked on:click=open>"New prototype"</button>
        </div>
        <dialog class="dialog" node_ref=dialog aria-labelledby="prototype-new-title">
            <h2 id="prototype-new-title">"New prototype"</h2>
            <form class="stack" on:submit=submit>
                <label class="field">
                    <span class="field-name">"Name"</span>
                    <input class="input" data-testid="prototype-new-name" maxlength="200" autocomplete="off" required
                        prop:value=move || name.get() on:input:target=move |event| name.set(event.target().value())/>
                </label>
                <p class="hint">"Such as the kind of board. Channels come next."</p>
                <div class="actions end">
                    <button type="button" class="button" on:click=close>"Cancel"</button>
                    <button type="submit" class="button primary" data-testid="prototype-create"
                        disabled=move || locked() || name.with(|it| it.trim().is_empty())>"Create"</button>
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
    view! {
        <section class="panel" aria-labelledby="everything">
            <h2 id="everything">"Everything in this browser"</h2>
            <p class="remark">"Prototypes and devices are kept by this browser only. The file holds the keys of the devices: keep it to yourself."</p>
            <div class="actions">
                <button type="button" class="button" data-testid="backup" disabled=move || page.busy.get()
                    on:click=move |_| dispatch.send(Request::Prototypes(PrototypesRequest::Backup))>"Export everything"</button>
                <file::Pick label="Import everything" testid="restore" disabled=page.busy on_text=restore/>
            </div>
        </section>
    }
}
