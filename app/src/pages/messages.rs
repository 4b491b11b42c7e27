//! Messages: everything that comes and goes.

mod bar;
mod beside;
mod connections;
mod detail;
mod export;
mod log;
mod publish;
mod rates;
mod retained;
mod scroll;
mod state;
mod subscriptions;
mod trace;
mod tree;
mod words;

use leptos::ev::KeyboardEvent;
use leptos::prelude::*;
use mcs_view::protocol::{MessagesRequest, Request};
use wasm_bindgen::JsCast;

use crate::engine::Dispatch;
use crate::shell;
use crate::store::Store;
use crate::texts::messages as t;
use crate::ui::{Memo, Tab, Tabs, panel_id};
use bar::{Bar, Counts};
use detail::MessageDetail;
use log::Log;
use publish::Publish;
use rates::Rates;
use retained::Retained;
pub(crate) use state::Inspector;
use state::Page;
use subscriptions::Subscriptions;
use trace::Trace;
use tree::Tree;

/// The views, in the order of their tabs; the first needs no word in the address.
fn tabs() -> [Tab; 6] {
    [
        Tab { id: "all", name: t::tab_all() },
        Tab { id: "received", name: t::tab_received() },
        Tab { id: "sent", name: t::tab_sent() },
        Tab { id: "rates", name: t::tab_rates() },
        Tab { id: "retained", name: t::tab_retained() },
        Tab { id: "trace", name: t::tab_trace() },
    ]
}

/// The messages page.
#[component]
pub(crate) fn Messages() -> impl IntoView {
    let store = expect_context::<Store>();
    let dispatch = expect_context::<Dispatch>();
    let ids = tabs().map(|tab| tab.id);
    let tab = Memo::new(move || {
        store.query.with(|query| {
            let named = ids.iter().find(|id| Some(**id) == query.value("tab"));
            *named.unwrap_or(&ids[0])
        })
    });
    let on_open = Callback::new(move |id: &'static str| {
        let tab = (id != ids[0]).then_some(id);
        shell::show(store, store.query.get_untracked().with("tab", tab));
    });
    let query =
        Memo::new(move || store.query.with(|it| it.value("filter").unwrap_or_default().to_owned()));
    let page = Page::new(store.messages, query.into(), tab.into());
    let is_log = Memo::new(move || matches!(tab.get(), "all" | "received" | "sent"));
    let look = Memo::new(move || page.look());
    Effect::new(move |_| dispatch.send(Request::Messages(MessagesRequest::Look(look.get()))));
    on_cleanup(move || store.messages.forget());
    let is_open = Memo::new(move || page.open.with(Option::is_some));
    let is_empty = Memo::new(move || {
        store.messages.log.with(|log| log.as_ref().map(|it| (it.store.stored == 0, it.total == 0)))
    });
    view! {
        <div class="messages" class:open=move || is_open.get() on:keydown=move |event| key(page, &event)>
            <div class="messages-top">
                <Tabs label=t::views() tabs=tabs().into() open=tab on_open/>
                {move || is_log.get().then(|| view! { <Bar page/> })}
            </div>
            <aside class="messages-aside" class:shown=move || page.aside.get() aria-label=t::aside()>
                <Subscriptions page/>
                <Tree page/>
            </aside>
            <section class="messages-main" role="tabpanel" id=move || panel_id(tab.get())
                aria-labelledby=move || format!("tab-{}", tab.get())>
                {move || match tab.get() {
                    "rates" => view! { <Rates page/> }.into_any(),
                    "retained" => view! { <Retained page/> }.into_any(),
                    "trace" => view! { <Trace page/> }.into_any(),
                    _ => ().into_any(),
                }}
                {move || is_log.get().then(|| view! { <Log page/> })}
                {move || match is_empty.get().filter(|_| is_log.get()) {
                    Some((true, _)) => view! {
                        <p class="log-empty" data-testid="messages-empty">{t::empty()}</p>
                    }.into_any(),
                    Some((false, true)) => view! {
                        <div class="log-empty" data-testid="messages-none">
                            <p>{t::none()}</p>
                            <button type="button" class="button" data-testid="messages-show-all" on:click=move |_| {
                                shell::show(store, store.query.get_untracked().with("filter", None).with("tab", None));
                                page.below.set(None);
                                page.connection.set(None);
                            }>{t::clear_filter()}</button>
                        </div>
                    }.into_any(),
                    _ => ().into_any(),
                }}
            </section>
            {move || is_open.get().then(|| view! { <MessageDetail page/> })}
            {move || page.publishing.get().then(|| view! { <Publish page/> })}
            <Counts page/>
        </div>
    }
}

/// Space pauses and follows, Escape closes what is open.
fn key(page: Page, event: &KeyboardEvent) {
    let target = event.target().and_then(|it| it.dyn_into::<web_sys::Element>().ok());
    let is_control = target.is_some_and(|it| {
        matches!(
            it.tag_name().as_str(),
            "INPUT" | "TEXTAREA" | "SELECT" | "BUTTON" | "SUMMARY" | "A"
        )
    });
    match event.key().as_str() {
        " " if !is_control => page.toggle(),
        "Escape" if page.publishing.get_untracked() => page.publishing.set(false),
        "Escape" if page.open.with_untracked(Option::is_some) => page.close(),
        _ => return,
    }
    event.prevent_default();
}
