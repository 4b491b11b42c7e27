//! The form for a message to send: once, by a saved name, again and again.

use leptos::ev::{KeyboardEvent, SubmitEvent};
use leptos::prelude::*;
use mcs_model::DeviceId;
use mcs_view::protocol::{
    Draft, Format, MessagesRequest, PublishTrouble, RepeatRow, Request, SavedCommand,
};

use super::connections::Choose;
use super::state::Page;
use crate::engine::Dispatch;
use crate::format;
use crate::store::Store;
use crate::ui::{Icon, Symbol};

const FORMATS: [(Format, &str, &str); 4] = [
    (Format::Text, "Text", "text"),
    (Format::Json, "JSON", "json"),
    (Format::Hex, "Hex", "hex"),
    (Format::Base64, "Base64", "base64"),
];

/// The form, what was published, what is saved, what is being repeated.
#[component]
pub(super) fn Publish(page: Page) -> impl IntoView {
    let dispatch = expect_context::<Dispatch>();
    let draft = page.draft;
    let every = RwSignal::new("1000".to_owned());
    let times = RwSignal::new(String::new());
    let send =
        move || dispatch.send(Request::Messages(MessagesRequest::Publish(draft.get_untracked())));
    let submit = move |event: SubmitEvent| {
        event.prevent_default();
        send();
    };
    let key = move |event: KeyboardEvent| {
        if event.key() == "Enter" && (event.ctrl_key() || event.meta_key()) {
            event.prevent_default();
            send();
        }
    };
    let repeat = move |_| {
        let every_ms = every.get_untracked().trim().parse().unwrap_or(1000);
        let times = times.get_untracked().trim().parse().ok();
        let draft = draft.get_untracked();
        dispatch.send(Request::Messages(MessagesRequest::Repeat { draft, every_ms, times }));
    };
    let outcome = move || {
        page.inspector.publish.with(|it| match it.last {
            None => None,
            Some(Ok(row)) => Some((
                Some(row),
                "Handed to the connection. The log says what becomes of it.".to_owned(),
            )),
            Some(Err(why)) => Some((None, trouble(why))),
        })
    };
    view! {
        <section class="message-detail" aria-label="Publish" data-testid="publish-panel" on:keydown=key>
            <header class="message-head">
                <h2>"Publish"</h2>
                <button type="button" class="button quiet icon-only" aria-label="Close" data-testid="publish-close"
                    on:click=move |_| page.publishing.set(false)><Icon symbol=Symbol::Close/></button>
            </header>
            <form class="publish-form" on:submit=submit>
                <Choose chosen=Signal::derive(move || draft.with(|it| it.connection))
                    on_choose=Callback::new(move |id| draft.update(|it| it.connection = id)) testid="publish-connection"/>
                <label class="field"><span class="field-name">"Topic"</span>
                    <input type="text" class="input mono" data-testid="publish-topic" autocomplete="off" autocapitalize="none" spellcheck="false"
                        prop:value=move || draft.with(|it| it.topic.clone())
                        on:input:target=move |event| draft.update(|it| it.topic = event.target().value())/></label>
                <div class="segments" role="group" aria-label="The payload is written as">
                    {FORMATS.map(|(form, name, id)| view! {
                        <button type="button" class="segment" data-testid=format!("publish-as-{id}")
                            aria-pressed=move || draft.with(|it| it.format == form).to_string()
                            on:click=move |_| draft.update(|it| it.format = form)>{name}</button>
                    })}
                </div>
                <label class="field"><span class="field-name">"Payload"</span>
                    <textarea class="input mono" rows="5" data-testid="publish-payload" spellcheck="false"
                        prop:value=move || draft.with(|it| it.payload.clone())
                        on:input:target=move |event| draft.update(|it| it.payload = event.target().value())></textarea></label>
                <div class="actions">
                    <label class="field inline"><span class="field-name">"QoS"</span>
                        <select class="input" data-testid="publish-qos" prop:value=move || draft.with(|it| it.qos.to_string())
                            on:change:target=move |event| draft.update(|it| it.qos = event.target().value().parse().unwrap_or(1))>
                            <option value="0">"0, at most once"</option>
                            <option value="1" selected>"1, at least once"</option>
                            <option value="2">"2, exactly once"</option>
                        </select></label>
                    <label class="choice"><input type="checkbox" data-testid="publish-retain" prop:checked=move || draft.with(|it| it.retain)
                        on:change:target=move |event| draft.update(|it| it.retain = event.target().checked())/><span>"Retain"</span></label>
                    <button type="submit" class="button primary" data-testid="publish-send" title="Ctrl+Enter">"Publish"</button>
                </div>
                <div role="status">{move || outcome().map(|(row, text)| view! {
                    <p class="hint" data-error=row.is_none().to_string() data-testid="publish-outcome">{text}
                        {row.map(|row| view! { " "<button type="button" class="link-button" data-testid="publish-open" on:click=move |_| page.show(row)>"Open it"</button> })}</p>
                })}</div>
            </form>
            <details><summary>"Repeat"</summary>
                <div class="actions">
                    <label class="field inline"><span class="field-name">"Every, ms"</span>
                        <input type="text" inputmode="numeric" class="input publish-number" data-testid="repeat-every" prop:value=move || every.get()
                            on:input:target=move |event| every.set(event.target().value())/></label>
                    <label class="field inline"><span class="field-name">"Times"</span>
                        <input type="text" inputmode="numeric" class="input publish-number" placeholder="until stopped" data-testid="repeat-times" prop:value=move || times.get()
                            on:input:target=move |event| times.set(event.target().value())/></label>
                    <button type="button" class="button" data-testid="repeat-start" on:click=repeat>"Start"</button>
                </div>
            </details>
            {move || page.inspector.publish.with(|it| it.repeats.clone()).into_iter().map(repeating).collect::<Vec<_>>()}
            <Saved page/>
            <History page/>
        </section>
    }
}

fn repeating(it: RepeatRow) -> impl IntoView {
    let dispatch = expect_context::<Dispatch>();
    let id = it.id;
    let left = it.left.map_or_else(
        || "until stopped".to_owned(),
        |left| format!("{} to go", format::count(left.into())),
    );
    view! {
        <div class="publish-item" data-testid="repeat" data-sent=it.sent.to_string()>
            <span class="grow"><code class="break">{it.draft.topic}</code>
                <span class="muted number">{format!("every {} ms, {} sent, {left}", it.every_ms, format::count(it.sent.into()))}
                    {(it.failed > 0).then(|| format!(", {} failed", format::count(it.failed.into())))}</span></span>
            <button type="button" class="button" data-testid="repeat-stop"
                on:click=move |_| dispatch.send(Request::Messages(MessagesRequest::StopRepeating(id)))>"Stop"</button>
        </div>
    }
}

/// Commands by name, for a device or for none.
#[component]
fn Saved(page: Page) -> impl IntoView {
    let store = expect_context::<Store>();
    let dispatch = expect_context::<Dispatch>();
    let name = RwSignal::new(String::new());
    let device = RwSignal::new(None::<DeviceId>);
    let save = move |event: SubmitEvent| {
        event.prevent_default();
        let text = name.get_untracked().trim().to_owned();
        if text.is_empty() {
            return;
        }
        let (device, draft) = (device.get_untracked(), page.draft.get_untracked());
        let command = SavedCommand { id: 0, name: text, device, draft };
        dispatch.send(Request::Messages(MessagesRequest::SaveCommand(command)));
        name.set(String::new());
    };
    let device_name = move |id: &DeviceId| {
        store.row(id).map_or_else(|| id.to_string(), |row| row.with(|row| row.name.clone()))
    };
    let options = move || {
        let all = store.order.get().unwrap_or_default();
        all.into_iter()
            .map(|id| view! { <option value=id.to_string()>{device_name(&id)}</option> })
            .collect::<Vec<_>>()
    };
    let rows = move || {
        page.inspector.publish.with(|it| it.saved.clone()).into_iter().map(|it| {
            let (id, draft) = (it.id, it.draft.clone());
            let whose = it.device.as_ref().map(device_name);
            let title = it.name.clone();
            view! {
                <li class="publish-item" data-testid="saved-command">
                    <button type="button" class="link-button grow" title="Put it into the form" on:click=move |_| page.draft.set(draft.clone())>
                        <strong>{it.name}</strong>{whose.map(|it| format!(" · {it}"))}<br/><code class="break">{it.draft.topic}</code></button>
                    <button type="button" class="button quiet icon-only" aria-label=format!("Forget {title}")
                        on:click=move |_| dispatch.send(Request::Messages(MessagesRequest::ForgetCommand(id)))><Icon symbol=Symbol::Close/></button>
                </li>
            }
        }).collect::<Vec<_>>()
    };
    view! {
        <details><summary>"Saved commands"</summary>
            <ul>{rows}</ul>
            <form class="actions" on:submit=save>
                <label class="grow"><span class="sr-only">"Name"</span>
                    <input type="text" class="input" placeholder="Name of this message" data-testid="save-name" prop:value=move || name.get()
                        on:input:target=move |event| name.set(event.target().value())/></label>
                <label><span class="sr-only">"Device"</span>
                    <select class="input" data-testid="save-device" on:change:target=move |event| device.set(event.target().value().parse().ok())>
                        <option value="">"For no device"</option>{options}</select></label>
                <button type="submit" class="button" data-testid="save-command">"Save"</button>
            </form>
        </details>
    }
}

/// What was published by hand.
#[component]
fn History(page: Page) -> impl IntoView {
    let dispatch = expect_context::<Dispatch>();
    let history = move || page.inspector.publish.with(|it| it.history.clone());
    let rows = move || {
        history().into_iter().map(|draft: Draft| {
            let (topic, payload) = (draft.topic.clone(), draft.payload.chars().take(80).collect::<String>());
            view! {
                <li class="publish-item" data-testid="history-item">
                    <button type="button" class="link-button grow" title="Put it into the form" on:click=move |_| page.draft.set(draft.clone())>
                        <code class="break">{topic}</code><br/><span class="muted mono">{payload}</span></button>
                </li>
            }
        }).collect::<Vec<_>>()
    };
    let is_empty = Memo::new(move |_| page.inspector.publish.with(|it| it.history.is_empty()));
    view! {
        <details><summary>"History"</summary>
            <ul>{rows}</ul>
            {move || if is_empty.get() {
                view! { <p class="hint">"What you publish will be here. This browser keeps it."</p> }.into_any()
            } else {
                view! { <button type="button" class="button quiet" on:click=move |_| dispatch.send(Request::Messages(MessagesRequest::ForgetHistory))>"Forget the history"</button> }.into_any()
            }}
        </details>
    }
}

fn trouble(trouble: PublishTrouble) -> String {
    match trouble {
        PublishTrouble::Topic => {
            "Not sent: a topic has at least one character, and neither + nor #.".to_owned()
        }
        PublishTrouble::Hex => {
            "Not sent: the payload is no hex. Write two digits for each byte, such as 0a ff."
                .to_owned()
        }
        PublishTrouble::Base64 => "Not sent: the payload is no Base64.".to_owned(),
        PublishTrouble::Json => "Not sent: the payload is no JSON.".to_owned(),
        PublishTrouble::NotConnected => {
            "Not sent: there is no connection to the broker.".to_owned()
        }
        PublishTrouble::TooLarge { size, limit } => format!(
            "Not sent: the message is {}, and the broker takes {} at most.",
            format::bytes(size),
            format::bytes(limit)
        ),
        PublishTrouble::QueueFull => "Not sent: too many messages wait for the broker.".to_owned(),
        PublishTrouble::TooManyRepeats => {
            "Eight messages are being repeated: stop one first.".to_owned()
        }
    }
}
