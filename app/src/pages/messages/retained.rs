//! What brokers keep for future subscribers: listed and cleared.

use leptos::html;
use leptos::prelude::*;
use mcs_view::protocol::{Clearing, MessagesRequest, Request, RetainedRow, RetainedSet, TopicRef};

use super::state::Page;
use crate::clock;
use crate::engine::Dispatch;
use crate::format;
use crate::reasons;
use crate::texts::messages as t;
use crate::ui::Memo;

/// Retained messages.
#[component]
pub(super) fn Retained(page: Page) -> impl IntoView {
    let dispatch = expect_context::<Dispatch>();
    let view = page.inspector.retained;
    let asked = RwSignal::new(None::<(RetainedSet, u64)>);
    let below = RwSignal::new(String::new());
    let total = Memo::new(move || view.with(|it| it.as_ref().map_or(0, |it| it.total)));
    let rows = Memo::new(move || {
        view.with(|it| it.as_ref().map(|it| it.rows.clone()).unwrap_or_default())
    });
    let clearing = Memo::new(move || view.with(|it| it.as_ref().and_then(|it| it.clearing)));
    let ask_below = move |_| {
        let path = below.get_untracked().trim_end_matches(['#', '/']).to_owned();
        let meant: Vec<_> = rows.with_untracked(|rows| {
            let is_below = |topic: &str| {
                topic
                    .strip_prefix(path.as_str())
                    .is_some_and(|it| it.is_empty() || it.starts_with('/'))
            };
            rows.iter()
                .filter(|it| is_below(&it.topic.path))
                .map(|it| it.topic.connection)
                .collect()
        });
        if let Some(connection) = meant.first() {
            let topic = TopicRef { connection: *connection, path };
            let count = meant.iter().filter(|it| *it == connection).count() as u64;
            asked.set(Some((RetainedSet::Below(topic), count)));
        }
    };
    view! {
        <div class="messages-table" data-testid="retained" data-total=move || total.get().to_string() tabindex="0" role="region" aria-label=t::retained_title()>
            <div class="retained-bar">
                <button type="button" class="button" data-testid="retained-look" title=t::look_again_hint()
                    on:click=move |_| dispatch.send(Request::Messages(MessagesRequest::LookForRetained))>{t::look_again()}</button>
                <label class="grow"><span class="sr-only">{t::below()}</span>
                    <input type="text" class="input mono" placeholder=t::below_hint() data-testid="retained-below" autocomplete="off" spellcheck="false"
                        prop:value=move || below.get() on:input:target=move |event| below.set(event.target().value())/></label>
                <button type="button" class="button" data-testid="retained-clear-below" disabled=move || below.with(String::is_empty) on:click=ask_below>{t::clear_below()}</button>
            </div>
            {move || clearing.get().map(|it| view! { <p class="remark" role="status" data-testid="retained-progress" data-done=it.done.to_string()>{progress(it)}</p> })}
            {move || if total.get() == 0 {
                view! { <p class="hint" data-testid="retained-none">{t::retained_none()}</p> }.into_any()
            } else {
                let shown = rows.with(Vec::len) as u64;
                view! {
                    <table>
                        <thead><tr><th scope="col">{t::topic()}</th><th scope="col" class="number">{t::came()}</th><th scope="col" class="number">{t::size()}</th><th scope="col"><span class="sr-only">{t::actions()}</span></th></tr></thead>
                        <tbody>{rows.get().into_iter().map(|it| row(page, it, asked)).collect::<Vec<_>>()}</tbody>
                    </table>
                    {(shown < total.get()).then(|| view! { <p class="hint">{t::retained_first(&format::count(shown), &format::count(total.get()))}</p> })}
                }.into_any()
            }}
            {move || asked.get().map(|(set, count)| view! { <Ask set count asked/> })}
        </div>
    }
}

fn row(page: Page, it: RetainedRow, asked: RwSignal<Option<(RetainedSet, u64)>>) -> impl IntoView {
    let topic = it.topic.clone();
    let path = topic.path.clone();
    let number = it.row;
    view! {
        <tr data-testid=format!("retained-{path}")>
            <th scope="row" class="break"><button type="button" class="link-button" on:click=move |_| page.show(number)>{path.clone()}</button></th>
            <td class="number when">{clock::local(it.at.as_millis()).date_and_time()}</td>
            <td class="number">{format::bytes(it.size)}</td>
            <td><button type="button" class="button quiet" data-testid=format!("retained-clear-{path}")
                on:click=move |_| asked.set(Some((RetainedSet::One(topic.clone()), 1)))>{t::clear()}</button></td>
        </tr>
    }
}

/// Asks first: what is cleared is gone for everybody.
#[component]
fn Ask(set: RetainedSet, count: u64, asked: RwSignal<Option<(RetainedSet, u64)>>) -> impl IntoView {
    let dispatch = expect_context::<Dispatch>();
    let dialog = NodeRef::<html::Dialog>::new();
    dialog.on_load(|it: web_sys::HtmlDialogElement| {
        // It is not open yet.
        let _ = it.show_modal();
    });
    let path = match &set {
        RetainedSet::One(topic) | RetainedSet::Below(topic) => topic.path.clone(),
    };
    let is_one = matches!(set, RetainedSet::One(_));
    let go = move |_| {
        dispatch.send(Request::Messages(MessagesRequest::ClearRetained(set.clone())));
        asked.set(None);
    };
    view! {
        <dialog class="dialog" node_ref=dialog data-testid="retained-dialog" aria-labelledby="retained-ask" on:close=move |_| asked.set(None)>
            <h2 id="retained-ask">{if is_one { t::clear_one().to_owned() } else { t::clear_many(count) }}</h2>
            <p class="break"><code>{path}</code></p>
            {(!is_one).then(|| view! { <p>{t::clear_all_below()}</p> })}
            <p>{t::clear_why()}</p>
            <div class="actions end">
                <button type="button" class="button" on:click=move |_| asked.set(None)>{t::cancel()}</button>
                <button type="button" class="button primary" data-testid="retained-confirm" on:click=go>{t::clear()}</button>
            </div>
        </dialog>
    }
}

fn progress(it: Clearing) -> String {
    let [done, total, failed] = [it.done, it.total, it.failed].map(format::count);
    match (it.failed, it.refused) {
        (0, _) => t::cleared(&done, &total),
        (_, Some(code)) => t::cleared_refused(&done, &total, &failed, &reasons::code(code)),
        (_, None) => t::cleared_failed(&done, &total, &failed),
    }
}
