//! What is looked for, and how much there is.

use leptos::prelude::*;
use mcs_view::protocol::{LogView, MessagesRequest, Request};

use super::export::Export;
use super::state::Page;
use super::words;
use crate::engine::Dispatch;
use crate::format;
use crate::shell;
use crate::store::Store;
use crate::ui::{Icon, Symbol};

/// The filter, its mistakes, pause and follow.
#[component]
pub(super) fn Bar(page: Page) -> impl IntoView {
    let store = expect_context::<Store>();
    let dispatch = expect_context::<Dispatch>();
    let typed = move |text: String| {
        let text = (!text.is_empty()).then_some(text);
        shell::show(store, store.query.get_untracked().with("filter", text.as_deref()));
    };
    let part = move |part: fn(&LogView) -> String| {
        Memo::new(move |_| {
            page.inspector.log.with(|log| log.as_ref().map(part).unwrap_or_default())
        })
    };
    let error = part(|log| log.error.as_ref().map(words::query_error).unwrap_or_default());
    let paused = Memo::new(move |_| page.pause.with(Option::is_some));
    let newer = part(|log| format::count(log.newer));
    view! {
        <div class="messages-bar">
            <label class="search messages-filter">
                <Icon symbol=Symbol::Search/>
                <span class="sr-only">"Filter messages"</span>
                <input type="search" id="message-filter" class="input" placeholder="Filter topics and payloads" autocomplete="off"
                    spellcheck="false" data-testid="message-filter" aria-describedby="message-filter-help"
                    aria-invalid=move || (!error.with(String::is_empty)).to_string()
                    prop:value=move || page.query.get() on:input:target=move |event| typed(event.target().value())/>
            </label>
            {move || page.below.get().map(|topic| view! {
                <button type="button" class="button" data-testid="message-below" on:click=move |_| page.below.set(None)
                    aria-label=format!("Only below {}. Show all topics", topic.path)>
                    <span class="messages-below">{topic.path.clone()}</span><Icon symbol=Symbol::Close/>
                </button>
            })}
            <button type="button" class="button" data-testid="message-pause" data-paused=move || paused.get().to_string()
                aria-pressed=move || paused.get().to_string() title="Space" on:click=move |_| page.toggle()>
                {move || if paused.get() {
                    view! { <Icon symbol=Symbol::Play/><span>"Paused: "{move || newer.get()}" new"</span> }.into_any()
                } else {
                    view! { <Icon symbol=Symbol::Pause/><span>"Live"</span> }.into_any()
                }}
            </button>
            <button type="button" class="button" data-testid="publish-toggle" aria-pressed=move || page.publishing.get().to_string()
                on:click=move |_| { page.close(); page.publishing.update(|it| *it = !*it); }><Icon symbol=Symbol::Send/><span>"Publish"</span></button>
            <button type="button" class="button quiet" data-testid="message-clear" title="Forget every stored message"
                on:click=move |_| { page.close(); page.follow(); dispatch.send(Request::Messages(MessagesRequest::Clear)); }>"Clear"</button>
            <Export page/>
            <button type="button" class="button aside-toggle" data-testid="aside-toggle" aria-expanded=move || page.aside.get().to_string()
                on:click=move |_| page.aside.update(|it| *it = !*it)>"Topics"</button>
        </div>
        <details class="messages-help" id="message-filter-help">
            <summary>"How to filter"</summary>
            <dl>
                <div><dt><code>"lamp kitchen"</code></dt><dd>"Both words, in the topic or in the payload, in any case"</dd></div>
                <div><dt><code>"\"two words\" -off"</code></dt><dd>"A text with a space; without “off”"</dd></div>
                <div><dt><code>"topic:home/+/lamp payload:on"</code></dt><dd>"A topic filter of MQTT; a text in the payload"</dd></div>
                <div><dt><code>"/^2[0-9]\\.5$/"</code></dt><dd>"A regular expression; also behind topic: or payload:"</dd></div>
                <div><dt><code>"qos:1 retained:yes size:>1000"</code></dt><dd>"QoS, retained, bytes of the payload"</dd></div>
            </dl>
        </details>
        <div role="alert">{move || (!error.with(String::is_empty)).then(|| view! {
            <p class="problem" data-testid="message-filter-error"><Icon symbol=Symbol::Warning/><span>{error.get()}</span></p>
        })}</div>
    }
}

/// What is stored, shown, evicted: nothing is ever cut in silence.
#[component]
pub(super) fn Counts(page: Page) -> impl IntoView {
    let part = move |part: fn(&LogView) -> String| {
        Memo::new(move |_| {
            page.inspector.log.with(|log| log.as_ref().map(part).unwrap_or_default())
        })
    };
    let shown = part(|log| {
        format!(
            "{} of {} messages",
            format::count(log.total + log.newer),
            format::count(log.store.stored)
        )
    });
    let searching = part(|log| match log.unsearched {
        0 => String::new(),
        left => format!("{} still to search", format::count(left)),
    });
    let cut = part(|log| match log.cut {
        0 => String::new(),
        cut => format!("{} payloads searched in their first 256 KiB only", format::count(cut)),
    });
    let memory = part(|log| {
        format!("{} of {}", format::bytes(log.store.memory), format::bytes(log.store.budget))
    });
    let evicted = part(|log| match log.store.evicted {
        0 => String::new(),
        gone => format!("{} oldest evicted", format::count(gone)),
    });
    let forgotten = part(|log| match log.store.forgotten {
        0 => String::new(),
        gone => format!("{} silent topics forgotten", format::count(gone)),
    });
    let rate = part(|log| format::rate(log.store.rate));
    let total = part(|log| (log.total + log.newer).to_string());
    let seen = part(|log| log.store.seen.to_string());
    let stored = part(|log| log.store.stored.to_string());
    let gone = part(|log| log.store.evicted.to_string());
    let left = part(|log| log.unsearched.to_string());
    view! {
        <p class="messages-counts number" data-testid="message-counts" data-total=move || total.get() data-seen=move || seen.get()
            data-stored=move || stored.get() data-evicted=move || gone.get() data-unsearched=move || left.get()>
            <span>{move || shown.get()}</span>
            <span class:gone=move || searching.with(String::is_empty)>{move || searching.get()}</span>
            <span class:gone=move || cut.with(String::is_empty)>{move || cut.get()}</span>
            <span class:gone=move || evicted.with(String::is_empty)>{move || evicted.get()}</span>
            <span class:gone=move || forgotten.with(String::is_empty)>{move || forgotten.get()}</span>
            <span class="messages-memory">{move || memory.get()}</span>
            <span>{move || rate.get()}</span>
        </p>
    }
}
