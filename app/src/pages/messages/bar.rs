//! What is looked for, and how much there is.

use leptos::prelude::*;
use mcs_view::protocol::{LogView, MessagesRequest, Request};

use super::connections::Choose;
use super::export::Export;
use super::state::Page;
use super::words;
use crate::engine::Dispatch;
use crate::format;
use crate::shell::show;
use crate::store::Store;
use crate::texts::{messages as t, shell};
use crate::ui::{Icon, Memo, Symbol};

/// The filter, its mistakes, pause and follow.
#[component]
pub(super) fn Bar(page: Page) -> impl IntoView {
    let store = expect_context::<Store>();
    let dispatch = expect_context::<Dispatch>();
    let typed = move |text: String| {
        let text = (!text.is_empty()).then_some(text);
        show(store, store.query.get_untracked().with("filter", text.as_deref()));
    };
    let part = move |part: fn(&LogView) -> String| {
        Memo::new(move || page.inspector.log.with(|log| log.as_ref().map(part).unwrap_or_default()))
    };
    let error = part(|log| log.error.as_ref().map(words::query_error).unwrap_or_default());
    let of = Signal::derive(move || page.connection.get());
    let paused = Memo::new(move || page.pause.with(Option::is_some));
    let newer = Memo::new(move || {
        page.inspector.log.with(|log| log.as_ref().map(|log| log.newer).unwrap_or_default())
    });
    view! {
        <div class="messages-bar">
            <label class="search messages-filter">
                <Icon symbol=Symbol::Search/>
                <span class="sr-only">{t::filter()}</span>
                <input type="search" id="message-filter" class="input" placeholder=t::filter_hint() autocomplete="off"
                    spellcheck="false" data-testid="message-filter" aria-describedby="message-filter-help"
                    aria-invalid=move || (!error.with(String::is_empty)).to_string()
                    prop:value=move || page.query.get() on:input:target=move |event| typed(event.target().value())/>
            </label>
            {move || page.below.get().map(|topic| view! {
                <button type="button" class="button" data-testid="message-below" on:click=move |_| page.below.set(None)
                    aria-label=t::only_below(&topic.path)>
                    <span class="messages-below">{topic.path.clone()}</span><Icon symbol=Symbol::Close/>
                </button>
            })}
            <button type="button" class="button" data-testid="message-pause" data-paused=move || paused.get().to_string()
                aria-pressed=move || paused.get().to_string() title=t::key_space() on:click=move |_| page.toggle()>
                {move || if paused.get() {
                    view! { <Icon symbol=Symbol::Play/><span>{move || t::paused(newer.get())}</span> }.into_any()
                } else {
                    view! { <Icon symbol=Symbol::Pause/><span>{t::live()}</span> }.into_any()
                }}
            </button>
            <button type="button" class="button" data-testid="publish-toggle" aria-pressed=move || page.publishing.get().to_string()
                on:click=move |_| { page.close(); page.publishing.update(|it| *it = !*it); }><Icon symbol=Symbol::Send/><span>{t::publish()}</span></button>
            <button type="button" class="button quiet" data-testid="message-clear" title=t::clear_hint()
                on:click=move |_| { page.close(); page.follow(); dispatch.send(Request::Messages(MessagesRequest::Clear)); }>{t::clear()}</button>
            <Choose chosen=of on_choose=Callback::new(move |of| page.connection.set(of)) all=true testid="message-connection"/>
            <Export page/>
            <button type="button" class="button aside-toggle" data-testid="aside-toggle" aria-expanded=move || page.aside.get().to_string()
                on:click=move |_| page.aside.update(|it| *it = !*it)>{t::topics()}</button>
        </div>
        <details class="messages-help" id="message-filter-help">
            <summary>{t::help()}</summary>
            <dl>
                <div><dt><code>"lamp kitchen"</code></dt><dd>{t::help_words()}</dd></div>
                <div><dt><code>"\"two words\" -off"</code></dt><dd>{t::help_quotes()}</dd></div>
                <div><dt><code>"topic:home/+/lamp payload:on"</code></dt><dd>{t::help_topic()}</dd></div>
                <div><dt><code>"/^2[0-9]\\.5$/"</code></dt><dd>{t::help_regex()}</dd></div>
                <div><dt><code>"qos:1 retained:yes size:>1000"</code></dt><dd>{t::help_fields()}</dd></div>
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
        Memo::new(move || page.inspector.log.with(|log| log.as_ref().map(part).unwrap_or_default()))
    };
    let shown = part(|log| t::shown(log.store.stored, &format::count(log.total + log.newer)));
    let searching = part(|log| match log.unsearched {
        0 => String::new(),
        left => t::unsearched(left),
    });
    let cut = part(|log| match log.cut {
        0 => String::new(),
        cut => t::cut(cut),
    });
    let memory = part(|log| {
        shell::memory(&format::bytes(log.store.memory), &format::bytes(log.store.budget))
    });
    let evicted = part(|log| match log.store.evicted {
        0 => String::new(),
        gone => t::evicted(gone),
    });
    let forgotten = part(|log| match log.store.forgotten {
        0 => String::new(),
        gone => t::forgotten(gone),
    });
    let rate = part(|log| shell::rate(&format::rate(log.store.rate)));
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
