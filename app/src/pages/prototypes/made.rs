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
use crate::ui::{CopyButton, Icon, Symbol};

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
    let names = Memo::new(move |_| {
        let lines = text.get();
        let lines = lines.lines().map(str::trim).filter(|it| !it.is_empty());
        lines.map(str::to_owned).collect::<Vec<_>>()
    });
    let ask = move |_| {
        text.set(String::new());
        made.set(Vec::new());
        failed.set(None);
        open(dialog);
    };
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
    let label = move || match count() {
        0 | 1 => "Create the device".to_owned(),
        count => format!("Create {count} devices"),
    };
    let cannot = move || page.busy.get() || count() == 0 || count() > MOST;
    let empty = move || edited.draft.with(|it| it.base().prototype.channels.is_empty());
    view! {
        <button type="button" class="button" data-testid="make-devices"
            disabled=move || page.busy.get() || !page.may_edit.get() on:click=ask>"Create devices"</button>
        <dialog class="dialog made" node_ref=dialog aria-labelledby="make-title">
            <h2 id="make-title">{move || if made.with(Vec::is_empty) { "Create devices" } else { "Ids and keys" }}</h2>
            {move || made.with(Vec::is_empty).then(|| view! {
                <form class="stack" on:submit=submit.clone()>
                    <label class="field">
                        <span class="field-name">"Names, one a line"</span>
                        <textarea class="input" rows="4" data-testid="make-names" spellcheck="false"
                            prop:value=move || text.get() on:input:target=move |event| text.set(event.target().value())></textarea>
                    </label>
                    {move || dirty.get().then(|| view! { <p class="remark">"Devices are made from what was saved last. Your changes are not saved yet, and hold for the devices once they are."</p> })}
                    {move || (empty() && !dirty.get()).then(|| view! { <p class="remark">"The prototype has no channels yet. Add some later: they hold for its devices at once."</p> })}
                    {move || (count() > MOST).then(|| view! { <p class="problem"><Icon symbol=Symbol::Warning/><span>"At most 500 at once."</span></p> })}
                    <div role="alert">{move || failed.get().map(|why| view! { <p class="problem" data-testid="make-failed"><Icon symbol=Symbol::Warning/><span>{why}</span></p> })}</div>
                    <div class="actions end">
                        <button type="button" class="button" on:click=move |_| close(dialog)>"Cancel"</button>
                        <button type="submit" class="button primary" data-testid="make-confirm" disabled=cannot>{label}</button>
                    </div>
                </form>
            })}
            {move || { let list = made.get(); (!list.is_empty()).then(|| view! { <Made list dialog/> }) }}
        </dialog>
    }
}

/// What a device needs to know, for each.
#[component]
fn Made(list: Vec<MadeDevice>, dialog: NodeRef<html::Dialog>) -> impl IntoView {
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
                    <td><span class="fact-row"><code data-testid="made-id">{id.clone()}</code>
                        <CopyButton text=Signal::stored(id) what="device id" testid="copy-made-id"/></span></td>
                    <td><span class="fact-row"><code data-testid="made-key">{key.clone()}</code>
                        <CopyButton text=Signal::stored(key) what="device key" testid="copy-made-key"/></span></td>
                </tr>
            }
        })
        .collect();
    view! {
        <p class="remark">"A device proves itself with its id and key. Who may control a device finds them on its page again."</p>
        <div class="made-list">
            <table class="made-table">
                <thead><tr><th scope="col">"Name"</th><th scope="col">"Device id"</th><th scope="col">"Device key"</th></tr></thead>
                <tbody>{rows}</tbody>
            </table>
        </div>
        {one.map(|MadeDevice { id, key, .. }| view! {
            <div class="stack" data-testid="made-next">
                <h3>"What next"</h3>
                <p class="remark">"Let the device publish to this topic, with the id of a channel at the end:"</p>
                <code class="block">{format!("mcs/{id}/{key}/CHANNEL")}</code>
                <p class="remark">"A payload is "<code>",CHANNEL,VALUE"</code>". The page of the device shows each value as it comes."</p>
                <div class="actions"><a class="button" href=format!("#/devices/{id}") data-testid="made-open">"Open the device"</a></div>
            </div>
        })}
        <div class="actions end">
            <span class="fact-row"><span class="hint">"Copy all"</span><CopyButton text=Signal::stored(all) what="ids and keys" testid="copy-made"/></span>
            <button type="button" class="button" data-testid="made-csv"
                on:click=move |_| file::save("devices.csv", "text/csv", &saved)>"Download CSV"</button>
            <button type="button" class="button primary" data-testid="made-done" on:click=move |_| close(dialog)>"Done"</button>
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
