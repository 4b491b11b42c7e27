//! Without a server: an image behind an address, fetched and hashed in the browser.

use leptos::ev::DragEvent;
use leptos::prelude::*;
use mcs_model::api::FirmwareInfo;
use mcs_view::protocol::{ImageRequest, Keeper, RolloutsRequest};

use super::Page;
use crate::format;
use crate::pages::firmware::{Checks, Part as File, each, part_of_manifest, read, signed};
use crate::texts::rollouts as t;
use crate::ui::{Icon, Memo, Symbol};

/// Where the image is, what it is, and what was fetched before.
#[component]
pub(super) fn Address(page: Page) -> impl IntoView {
    let typed = RwSignal::new(ImageRequest::default());
    let fetching = Memo::new(move || page.view.with(|view| view.fetching));
    let may = Memo::new(move || page.view.with(|view| view.keeper == Keeper::Here));
    let images = Memo::new(move || page.view.with(|view| view.images.clone()));
    let fetch = move |event: leptos::ev::SubmitEvent| {
        event.prevent_default();
        page.ask(&RolloutsRequest::Fetch(typed.get_untracked()));
    };
    let checks = Memo::new(move || {
        page.view.with(|view| match view.checked {
            None => view.checks.clone(),
            // They stand beside what it became.
            Some(_) => Vec::new(),
        })
    });
    // Whether the names of the files say what they are.
    let strange = RwSignal::new(false);
    let choose = move |file: web_sys::File| match part_of_manifest(&file) {
        None => strange.set(true),
        Some(part) => {
            strange.set(false);
            read(&file, move |text| {
                typed.update(|it| match part {
                    File::Manifest => it.manifest = text,
                    File::Signature => it.signature = text,
                });
            });
        }
    };
    let held = move || {
        typed.with(|it| match (it.manifest.is_empty(), it.signature.is_empty()) {
            (true, true) => None,
            (false, true) => Some(("manifest", t::only_manifest())),
            (true, false) => Some(("signature", t::only_signature())),
            (false, false) => Some(("both", t::both_held())),
        })
    };
    let drop_held = move |_| {
        typed.update(|it| {
            it.manifest.clear();
            it.signature.clear();
        });
    };
    let line = move |name: &'static str, hint: &'static str, testid: &'static str, part: Part| {
        view! {
            <label class="field">
                <span class="field-name">{name}</span>
                <input class="input" autocomplete="off" spellcheck="false" data-testid=testid
                    prop:value=move || typed.with(|it| part(&mut it.clone()).clone())
                    on:input:target=move |event| typed.update(|it| *part(it) = event.target().value())/>
                <span class="hint">{hint}</span>
            </label>
        }
        .into_any()
    };
    let progress = move || fetching.get().map(|bytes| t::fetching(&format::bytes(bytes)));
    view! {
        <section class="panel" aria-labelledby="address">
            <h2 id="address">{t::address_title()}</h2>
            <p class="remark">{t::address_why()}</p>
            <form class="stack" on:submit=fetch>
                {line(t::address(), t::address_hint(), "image-url", |it| &mut it.url)}
                {line(t::version(), t::version_hint(), "image-version", |it| &mut it.version)}
                {line(t::expected_md5(), t::expected_md5_hint(), "image-md5", |it| &mut it.md5)}
                <div class="field">
                    <span class="field-name">{t::proof()}</span>
                    <Proof choose/>
                    <span class="hint" id="proof-hint">{t::proof_hint()}</span>
                </div>
                <div role="status">{move || held().map(|(state, words)| view! {
                    <div class="actions">
                        <p class="state" data-tone="pending" data-testid="image-held" data-state=state>{words}</p>
                        <button type="button" class="button quiet" data-testid="image-drop" on:click=drop_held>{t::drop_held()}</button>
                    </div>
                })}
                {move || strange.get().then(|| view! { <p class="problem">{t::strange_file()}</p> })}</div>
                <div class="actions">
                    <button type="submit" class="button primary" data-testid="image-fetch"
                        disabled=move || page.busy().get() || !may.get()>
                        <Icon symbol=Symbol::Firmware/><span>{t::fetch_image()}</span>
                    </button>
                    <p class="hint number" role="status">{progress}</p>
                </div>
            </form>
            <Checks checks/>
            {move || images.with(|all| (!all.is_empty()).then(|| view! {
                <h3>{t::images()}</h3>
                <ul class="rollouts" data-testid="images">{all.iter().map(entry).collect_view()}</ul>
            }))}
        </section>
    }
    .into_any()
}

/// Where manifest and signature are dropped or chosen: the browser's own button speaks its own language.
#[component]
fn Proof(choose: impl Fn(web_sys::File) + Copy + Send + 'static) -> impl IntoView {
    let over = RwSignal::new(false);
    let dropped = move |event: DragEvent| {
        event.prevent_default();
        over.set(false);
        if let Some(files) = event.data_transfer().and_then(|it| it.files()) {
            each(&files, choose);
        }
    };
    view! {
        <label class="drop low" class:over=move || over.get()
            on:dragover=move |event: DragEvent| { event.prevent_default(); over.set(true); }
            on:dragleave=move |_| over.set(false) on:drop=dropped>
            <Icon symbol=Symbol::Upload/>
            <span>{t::proof_choose()}</span>
            <input type="file" multiple class="sr-only" accept=".json,.minisig" data-testid="image-proof"
                aria-describedby="proof-hint" on:change:target=move |event| {
                    let field = event.target();
                    if let Some(files) = field.files() {
                        each(&files, choose);
                    }
                    // So that the same file can be chosen again.
                    field.set_value("");
                }/>
        </label>
    }
}

type Part = fn(&mut ImageRequest) -> &mut String;

fn entry(it: &FirmwareInfo) -> AnyView {
    let title = format!("{} {}", it.name, it.version);
    let (state, _, vouched) = signed(it);
    view! {
        <li class="rollout">
            <a class="rollout-name" href=format!("#/rollouts/new/{}/{}", it.prototype, it.id)>{title}</a>
            <span class="muted number">{format::bytes(it.size)}</span>
            <p class="muted break">{it.url.clone()}</p>
            <p class="muted" data-testid="image-signed" data-state=state>{vouched}</p>
        </li>
    }
    .into_any()
}
