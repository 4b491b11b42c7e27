//! The form for a message to send: once, by a saved name, again and again.

use leptos::ev::{KeyboardEvent, SubmitEvent};
use leptos::prelude::*;
use mcs_model::DeviceId;
use mcs_view::protocol::{
    Draft, MessagesRequest, PublishTrouble, RepeatRow, Request, SavedCommand,
};

use super::beside::Beside;
use super::connections::Choose;
use super::state::Page;
use super::words::formats;
use crate::engine::Dispatch;
use crate::format;
use crate::store::Store;
use crate::texts::{messages as t, shell};
use crate::ui::{Icon, Memo, Symbol};

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
            Some(Ok(row)) => Some((Some(row), t::handed().to_owned())),
            Some(Err(why)) => Some((None, trouble(why))),
        })
    };
    view! {
        <section class="message-detail" aria-label=t::publish() data-testid="publish-panel" on:keydown=key>
            <header class="message-head">
                <h2>{t::publish()}</h2>
                <button type="button" class="button quiet icon-only" aria-label=shell::close() data-testid="publish-close"
                    on:click=move |_| page.publishing.set(false)><Icon symbol=Symbol::Close/></button>
            </header>
            <form class="publish-form" on:submit=submit>
                <Choose chosen=Signal::derive(move || Some(draft.with(|it| it.connection)))
                    on_choose=Callback::new(move |id: Option<_>| draft.update(|it| it.connection = id.unwrap_or_default())) testid="publish-connection"/>
                <label class="field"><span class="field-name">{t::topic()}</span>
                    <input type="text" class="input mono" data-testid="publish-topic" autocomplete="off" autocapitalize="none" spellcheck="false"
                        prop:value=move || draft.with(|it| it.topic.clone())
                        on:input:target=move |event| draft.update(|it| it.topic = event.target().value())/></label>
                <div class="segments" role="group" aria-label=t::written_as()>
                    {formats().map(|(form, name, id)| view! {
                        <button type="button" class="segment" data-testid=format!("publish-as-{id}")
                            aria-pressed=move || draft.with(|it| it.format == form).to_string()
                            on:click=move |_| draft.update(|it| it.format = form)>{name}</button>
                    })}
                </div>
                <label class="field"><span class="field-name">{t::payload()}</span>
                    <textarea class="input mono" rows="5" data-testid="publish-payload" spellcheck="false"
                        prop:value=move || draft.with(|it| it.payload.clone())
                        on:input:target=move |event| draft.update(|it| it.payload = event.target().value())></textarea></label>
                <div class="actions">
                    <label class="field inline"><span class="field-name">"QoS"</span>
                        <select class="input" data-testid="publish-qos" prop:value=move || draft.with(|it| it.qos.to_string())
                            on:change:target=move |event| draft.update(|it| it.qos = event.target().value().parse().unwrap_or(1))>
                            <option value="0">{t::qos_0()}</option>
                            <option value="1" selected>{t::qos_1()}</option>
                            <option value="2">{t::qos_2()}</option>
                        </select></label>
                    <label class="choice"><input type="checkbox" data-testid="publish-retain" prop:checked=move || draft.with(|it| it.retain)
                        on:change:target=move |event| draft.update(|it| it.retain = event.target().checked())/><span>{t::retain()}</span></label>
                    <button type="submit" class="button primary" data-testid="publish-send" title="Ctrl+Enter">{t::publish()}</button>
                </div>
                <div role="status">{move || outcome().map(|(row, text)| view! {
                    <p class="hint" data-error=row.is_none().to_string() data-testid="publish-outcome">{text}
                        {row.map(|row| view! { " "<button type="button" class="link-button onward" data-testid="publish-open" on:click=move |_| page.show(row)>{t::open_it()}</button> })}</p>
                })}</div>
            </form>
            <Beside draft/>
            <details><summary>{t::repeat()}</summary>
                <div class="actions">
                    <label class="field inline"><span class="field-name">{t::every()}</span>
                        <input type="text" inputmode="numeric" class="input publish-number" data-testid="repeat-every" prop:value=move || every.get()
                            on:input:target=move |event| every.set(event.target().value())/></label>
                    <label class="field inline"><span class="field-name">{t::times()}</span>
                        <input type="text" inputmode="numeric" class="input publish-number" placeholder=t::until_stopped() data-testid="repeat-times" prop:value=move || times.get()
                            on:input:target=move |event| times.set(event.target().value())/></label>
                    <button type="button" class="button" data-testid="repeat-start" on:click=repeat>{t::start()}</button>
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
    let sent = format::count(it.sent.into());
    let facts = match it.left {
        None => t::repeat_endless(&it.every_ms, &sent),
        Some(left) => t::repeat_left(&it.every_ms, &sent, &format::count(left.into())),
    };
    view! {
        <div class="publish-item" data-testid="repeat" data-sent=it.sent.to_string()>
            <span class="grow"><code class="break">{it.draft.topic}</code>
                <span class="muted number">{facts}
                    {(it.failed > 0).then(|| view! { " "<strong>{t::repeat_failed(it.failed.into())}</strong> })}</span></span>
            <button type="button" class="button" data-testid="repeat-stop"
                on:click=move |_| dispatch.send(Request::Messages(MessagesRequest::StopRepeating(id)))>{t::stop()}</button>
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
                    <button type="button" class="link-button grow" title=t::put_in_form() on:click=move |_| page.draft.set(draft.clone())>
                        <strong>{it.name}</strong>{whose.map(|it| format!(" · {it}"))}<br/><code class="break">{it.draft.topic}</code></button>
                    <button type="button" class="button quiet icon-only" aria-label=t::forget(&title)
                        on:click=move |_| dispatch.send(Request::Messages(MessagesRequest::ForgetCommand(id)))><Icon symbol=Symbol::Close/></button>
                </li>
            }
        }).collect::<Vec<_>>()
    };
    view! {
        <details><summary>{t::saved()}</summary>
            <ul>{rows}</ul>
            <form class="actions" on:submit=save>
                <label class="grow"><span class="sr-only">{t::name()}</span>
                    <input type="text" class="input" placeholder=t::name_hint() data-testid="save-name" prop:value=move || name.get()
                        on:input:target=move |event| name.set(event.target().value())/></label>
                <label><span class="sr-only">{t::device()}</span>
                    <select class="input" data-testid="save-device" on:change:target=move |event| device.set(event.target().value().parse().ok())>
                        <option value="">{t::no_device()}</option>{options}</select></label>
                <button type="submit" class="button" data-testid="save-command">{t::save()}</button>
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
                    <button type="button" class="link-button grow" title=t::put_in_form() on:click=move |_| page.draft.set(draft.clone())>
                        <code class="break">{topic}</code><br/><span class="muted mono">{payload}</span></button>
                </li>
            }
        }).collect::<Vec<_>>()
    };
    let is_empty = Memo::new(move || page.inspector.publish.with(|it| it.history.is_empty()));
    view! {
        <details><summary>{t::history()}</summary>
            <ul>{rows}</ul>
            {move || if is_empty.get() {
                view! { <p class="hint">{t::history_empty()}</p> }.into_any()
            } else {
                view! { <button type="button" class="button quiet" on:click=move |_| dispatch.send(Request::Messages(MessagesRequest::ForgetHistory))>{t::forget_history()}</button> }.into_any()
            }}
        </details>
    }
}

fn trouble(trouble: PublishTrouble) -> String {
    match trouble {
        PublishTrouble::Topic => t::trouble_topic().to_owned(),
        PublishTrouble::Hex => t::trouble_hex().to_owned(),
        PublishTrouble::Base64 => t::trouble_base64().to_owned(),
        PublishTrouble::Json => t::trouble_json().to_owned(),
        PublishTrouble::Expiry => t::trouble_expiry().to_owned(),
        PublishTrouble::ResponseTopic => t::trouble_response_topic().to_owned(),
        PublishTrouble::Correlation => t::trouble_correlation().to_owned(),
        PublishTrouble::ContentType => t::trouble_content_type().to_owned(),
        PublishTrouble::UserProperty(line) => t::trouble_user_property(&line),
        PublishTrouble::NotConnected => t::trouble_not_connected().to_owned(),
        PublishTrouble::TooLarge { size, limit } => {
            t::trouble_too_large(&format::bytes(size), &format::bytes(limit))
        }
        PublishTrouble::QueueFull => t::trouble_queue_full().to_owned(),
        PublishTrouble::TooManyRepeats => t::trouble_too_many_repeats().to_owned(),
    }
}
