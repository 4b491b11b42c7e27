//! Making devices of a prototype, and handing over what they prove themselves with.

use leptos::html;
use leptos::prelude::*;
use mcs_model::ProductId;
use mcs_model::api::{DeviceDraft, MadeDevice};
use mcs_view::protocol::{Outcome, PrototypesRequest, Request};

use super::dialogs::{close, open};
use super::editor::Edited;
use super::{Page, file, words};
use crate::engine::Dispatch;
use crate::store::Store;
use crate::texts::prototypes as t;
use crate::ui::{CopyButton, Icon, Memo, Symbol};

/// The most devices at once.
const MOST: usize = 500;
/// Letters and digits of an id behind its first, and of a key (CONTRACT §0.3).
const ID: usize = 7;
const KEY: usize = 16;

/// Asks for names, makes the devices, shows their ids and keys.
#[component]
pub(super) fn MakeDialog(
    page: Page,
    id: ProductId,
    edited: Edited,
    dirty: Memo<bool>,
    /// Counts how often devices are asked for elsewhere on the page.
    asked_for: RwSignal<u32>,
) -> impl IntoView {
    let dispatch = expect_context::<Dispatch>();
    let dialog = NodeRef::<html::Dialog>::new();
    let text = RwSignal::new(String::new());
    let made = RwSignal::new(Vec::<MadeDevice>::new());
    let failed = RwSignal::new(None::<String>);
    let asked = RwSignal::new(false);
    Effect::new(move |former: Option<Option<u32>>| {
        let now = page.view.with(|view| view.as_ref().map(|view| view.outcomes));
        if former.flatten().is_some_and(|former| Some(former) != now) && asked.get_untracked() {
            asked.set(false);
            match page.outcome.get_untracked() {
                Some(Outcome::Made(list)) => made.set(list),
                Some(Outcome::Failed(why)) => failed.set(Some(words::trouble_words(&why))),
                _ => {}
            }
        }
        now
    });
    let names = Memo::new(move || {
        let lines = text.get();
        let lines = lines.lines().map(str::trim).filter(|it| !it.is_empty());
        lines.map(str::to_owned).collect::<Vec<_>>()
    });
    let ask = move || {
        text.set(String::new());
        made.set(Vec::new());
        failed.set(None);
        open(dialog);
    };
    Effect::new(move |former: Option<u32>| {
        let now = asked_for.get();
        if former.is_some_and(|former| former != now) {
            ask();
        }
        now
    });
    let submit = move |event: leptos::ev::SubmitEvent| {
        event.prevent_default();
        failed.set(None);
        let draft = |name: String| {
            let own = page.is_static.get_untracked();
            DeviceDraft {
                name,
                id: own.then(|| random("D", ID).parse().ok()).flatten(),
                key: own.then(|| random("", KEY).parse().ok()).flatten(),
            }
        };
        let devices = names.get_untracked().into_iter().map(draft).collect();
        asked.set(true);
        dispatch.send(Request::Prototypes(PrototypesRequest::MakeDevices(id.clone(), devices)));
    };
    let count = move || names.with(Vec::len);
    let label = move || t::make_count(count().max(1) as u64);
    let cannot = move || page.busy.get() || count() == 0 || count() > MOST;
    let empty = move || edited.draft.with(|it| it.base().prototype.channels.is_empty());
    view! {
        <button type="button" class="button" data-testid="make-devices"
            disabled=move || page.busy.get() || !page.may_edit.get() on:click=move |_| ask()>{t::make()}</button>
        <dialog class="dialog made" node_ref=dialog aria-labelledby="make-title">
            <h2 id="make-title">{move || if made.with(Vec::is_empty) { t::make() } else { t::made() }}</h2>
            {move || made.with(Vec::is_empty).then(|| view! {
                <form class="stack" on:submit=submit.clone()>
                    <label class="field">
                        <span class="field-name">{t::make_names()}</span>
                        <textarea class="input" rows="4" data-testid="make-names" spellcheck="false"
                            prop:value=move || text.get() on:input:target=move |event| text.set(event.target().value())></textarea>
                    </label>
                    {move || dirty.get().then(|| view! { <p class="remark">{t::make_dirty()}</p> })}
                    {move || (empty() && !dirty.get()).then(|| view! { <p class="remark">{t::make_empty()}</p> })}
                    {move || (count() > MOST).then(|| view! { <p class="problem"><Icon symbol=Symbol::Warning/><span>{t::make_most(&MOST)}</span></p> })}
                    <div role="alert">{move || failed.get().map(|why| view! { <p class="problem" data-testid="make-failed"><Icon symbol=Symbol::Warning/><span>{why}</span></p> })}</div>
                    <div class="actions end">
                        <button type="button" class="button" on:click=move |_| close(dialog)>{t::cancel()}</button>
                        <button type="submit" class="button primary" data-testid="make-confirm" disabled=cannot>{label}</button>
                    </div>
                </form>
            })}
            {move || { let list = made.get(); (!list.is_empty()).then(|| view! { <Made page list dialog/> }) }}
        </dialog>
    }
}

/// What a device needs to know, for each.
#[component]
fn Made(page: Page, list: Vec<MadeDevice>, dialog: NodeRef<html::Dialog>) -> impl IntoView {
    let store = expect_context::<Store>();
    let needs_broker = page.is_static.get_untracked() && store.link.with_untracked(Option::is_none);
    let csv = csv(&list);
    let (all, saved) = (csv.clone(), csv);
    let one = (list.len() == 1).then(|| list[0].clone());
    let rows: Vec<_> = list
        .into_iter()
        .map(|MadeDevice { id, key, name }| {
            let (id, key) = (id.to_string(), key.to_string());
            view! {
                <tr data-testid="made-device">
                    <th scope="row" class="break">{name}</th>
                    <td data-label=t::device_id()><span class="fact-row"><code data-testid="made-id">{id.clone()}</code>
                        <CopyButton text=Signal::stored(id) what=t::device_id() testid="copy-made-id"/></span></td>
                    <td data-label=t::device_key()><span class="fact-row"><code data-testid="made-key">{key.clone()}</code>
                        <CopyButton text=Signal::stored(key) what=t::device_key() testid="copy-made-key"/></span></td>
                </tr>
            }
        })
        .collect();
    view! {
        <p class="remark">{t::made_what()}</p>
        <div class="made-list">
            <table class="made-table">
                <thead><tr><th scope="col">{t::name()}</th><th scope="col">{t::device_id()}</th><th scope="col">{t::device_key()}</th></tr></thead>
                <tbody>{rows}</tbody>
            </table>
        </div>
        {one.map(|MadeDevice { id, .. }| view! {
            <div class="stack" data-testid="made-next">
                <h3>{t::made_next()}</h3>
                {needs_broker.then(|| view! {
                    <p class="remark" data-testid="made-connect">{t::made_connect()}" "<a href="#/connections">{t::made_to_connections()}</a></p>
                })}
                <p class="remark">{t::made_next_what()}</p>
                <div class="actions">
                    <a class="button primary" href=format!("#/devices/{id}?tab=code") data-testid="made-code">{t::made_code()}</a>
                    <a class="button" href=format!("#/devices/{id}") data-testid="made-open">{t::made_open()}</a>
                </div>
            </div>
        })}
        <div class="actions end">
            <span class="fact-row"><span class="hint">{t::copy_all()}</span><CopyButton text=Signal::stored(all) what=t::ids_and_keys() testid="copy-made"/></span>
            <button type="button" class="button" data-testid="made-csv"
                on:click=move |_| file::save("devices.csv", "text/csv", &saved)>{t::download_csv()}</button>
            <button type="button" class="button" data-testid="made-done" on:click=move |_| close(dialog)>{t::done()}</button>
        </div>
    }
}

/// `id,key,name` a line, as `mcs-server device import` takes it.
fn csv(list: &[MadeDevice]) -> String {
    list.iter().map(|it| format!("{},{},{}\n", it.id, it.key, it.name)).collect()
}

/// `prefix` and letters and digits from the browser's generator.
fn random(prefix: &str, len: usize) -> String {
    const LETTERS: &[u8; 62] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789";
    let mut text = prefix.to_owned();
    let Ok(crypto) = window().crypto() else { return text };
    while text.len() < prefix.len() + len {
        let mut bytes = [0; 32];
        if crypto.get_random_values_with_u8_array(&mut bytes).is_err() {
            return text;
        }
        // 248 is the greatest multiple of 62 in a byte: every letter is equally likely.
        let fair = bytes.iter().filter(|byte| **byte < 248);
        text.extend(fair.map(|byte| char::from(LETTERS[usize::from(byte % 62)])));
    }
    text.truncate(prefix.len() + len);
    text
}
